//! `confluence_download_content_attachments`.

use crate::confluence::failure;
use crate::confluence::files::{self, Attachment};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::json;

/// Returns all attachments of a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct DownloadContentAttachments {
    content_id: String,
}

impl Tool for DownloadContentAttachments {
    const NAME: &'static str = "confluence_download_content_attachments";
    const TITLE: &'static str = "Download All Content Attachments";
    const DESCRIPTION: &'static str = "Return all attachments of a Confluence page as embedded \
         files, up to 50 MB each and 100 MB together.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceAttachments;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::required("content_id", Kind::ContentId, "Page id or link.")];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.content_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = &self.content_id;
        let found = match files::all(cx, id).await {
            Ok(found) => found,
            Err(error) => {
                let wrong = |detail| json!({ "success": false, "error": detail });
                return failure(error, wrong).map(|answer| Answer { content_only: true, ..answer });
            }
        };
        let found: Vec<Attachment> = found.iter().map(Attachment::read).collect();
        let mut answer = if found.is_empty() {
            Answer::json(json!({
                "success": true,
                "content_id": id,
                "message": format!("No attachments found for content {id}"),
                "downloaded": 0,
                "failed": [],
            }))
        } else {
            let fetched = files::fetch_all(cx, id, &found, "File").await;
            let mut answer = Answer::json(json!({
                "success": true,
                "content_id": id,
                "total": found.len(),
                "downloaded": fetched.files.len(),
                "failed": fetched.failed,
            }));
            answer.failed = fetched.files.is_empty();
            let resource = |(file, download): &(Attachment, _)| file.resource(id, download);
            answer.content = fetched.files.iter().map(resource).collect();
            answer
        };
        answer.content_only = true;
        Ok(answer)
    }
}
