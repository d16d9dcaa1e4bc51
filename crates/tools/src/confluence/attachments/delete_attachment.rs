//! `confluence_delete_attachment`.

use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_confluence::attachments;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Moves an attachment to the trash.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct DeleteAttachment {
    attachment_id: String,
}

impl Tool for DeleteAttachment {
    const NAME: &'static str = "confluence_delete_attachment";
    const TITLE: &'static str = "Delete Attachment";
    const DESCRIPTION: &'static str = "Move an attachment of a Confluence page to the trash.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceAttachments;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::required("attachment_id", Kind::ContentId, "Attachment id, such as att123.")];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.attachment_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = &self.attachment_id;
        let request =
            if cx.is_cloud() { attachments::delete(id) } else { attachments::v1_delete(id) };
        cx.confluence::<Value>(&request).await?;
        Ok(Answer::json(json!({
            "message": "Attachment deleted successfully",
            "attachment_id": id,
        })))
    }
}
