//! The one table of tools.

use crate::{Definition, across, confluence, jira};

/// Every tool, in listing order: Jira, Confluence, then the tools about several instances.
pub const TABLE: &[&[Definition]] = &[jira::TOOLS, confluence::TOOLS, across::TOOLS];

/// All definitions, in listing order.
pub fn definitions() -> impl Iterator<Item = &'static Definition> {
    TABLE.iter().flat_map(|area| area.iter())
}
