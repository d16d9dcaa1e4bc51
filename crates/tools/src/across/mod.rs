//! Tools about and over several instances.

mod list_instances;

use crate::Definition;

/// The tools of this folder, in listing order.
pub const TOOLS: &[Definition] = &[Definition::across::<list_instances::ListInstances>()];
