//! `confluence_download_attachment`.

use crate::confluence::failure;
use crate::confluence::files::{self, Attachment};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_confluence::attachments;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Returns the content of an attachment.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct DownloadAttachment {
    attachment_id: String,
}

impl Tool for DownloadAttachment {
    const NAME: &'static str = "confluence_download_attachment";
    const TITLE: &'static str = "Download Attachment";
    const DESCRIPTION: &'static str =
        "Return an attachment of a Confluence page as an embedded file, up to 50 MB.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceAttachments;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::required("attachment_id", Kind::ContentId, "Attachment id, such as att123.")];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.attachment_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = &self.attachment_id;
        let wrong = |detail| json!({ "success": false, "error": format!("Error downloading attachment: {detail}") });
        let file = match describe(cx, id).await {
            Ok(file) => file,
            Err(error) => return failure(error, wrong).map(without_structure),
        };
        if let Some(size) = file.size.filter(|size| *size > files::MAX_INLINE) {
            return Ok(without_structure(Answer::failure(json!({
                "success": false,
                "attachment_id": id,
                "filename": file.name,
                "file_size": size,
                "error": format!(
                    "{} Retrieve it directly from Confluence.",
                    files::too_large(&format!("Attachment '{}'", file.name), size)
                ),
            }))));
        }
        match file.fetch(cx, None, files::MAX_INLINE).await {
            Ok(download) => {
                let mut answer = without_structure(Answer::json(Value::Null));
                answer.content.push(file.resource(id, &download));
                Ok(answer)
            }
            Err(error) => failure(error, |detail| {
                let error = format!("Failed to download attachment {id}: {detail}");
                json!({ "success": false, "error": error })
            })
            .map(without_structure),
        }
    }
}

fn without_structure(mut answer: Answer) -> Answer {
    answer.content_only = true;
    answer
}

/// An attachment by id; on Cloud also by its bare number.
async fn describe(cx: &Context, id: &str) -> Result<Attachment, ToolError> {
    if !cx.is_cloud() {
        let answer: Value = cx.confluence(&attachments::v1_read(id)).await?;
        return Ok(Attachment::read(&answer));
    }
    let bare = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let answer: Value = match cx.confluence(&attachments::read(id)).await {
        Err(error) if error.is_status(404) && bare => {
            cx.confluence(&attachments::read(&format!("att{id}"))).await.map_err(|_| error)?
        }
        answer => answer?,
    };
    Ok(Attachment::read(&answer))
}
