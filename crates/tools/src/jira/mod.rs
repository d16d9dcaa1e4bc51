//! Tools of Jira, one file each, by area.

pub(crate) mod resolve;

use crate::Definition;

/// The tools of this folder, in listing order.
pub const TOOLS: &[Definition] = &[];
