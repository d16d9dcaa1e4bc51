//! Permissions of content and spaces: Cloud only.

pub(super) mod check_content_permissions;
pub(super) mod get_space_permissions;

use crate::{Context, ToolError};

/// Refuses on Data Center, which has other interfaces for permissions.
fn only_on_cloud(cx: &Context) -> Result<(), ToolError> {
    if cx.is_cloud() {
        return Ok(());
    }
    Err(ToolError::refused(
        "Confluence permission inspection is only available for Confluence Cloud. Server/Data \
         Center instances use different permission APIs.",
    ))
}
