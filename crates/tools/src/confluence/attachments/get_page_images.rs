//! `confluence_get_page_images`.

use crate::confluence::failure;
use crate::confluence::files::{self, Attachment};
use crate::confluence::media;
use crate::{Access, Answer, Argument, Content, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

/// Returns the images attached to a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetPageImages {
    content_id: String,
}

impl Tool for GetPageImages {
    const NAME: &'static str = "confluence_get_page_images";
    const TITLE: &'static str = "Get Page Images";
    const DESCRIPTION: &'static str =
        "Return the images attached to a Confluence page, for looking at them.";
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
        let type_of = |file: &Attachment| media::image(file.stored_type.as_deref(), &file.name);
        let images: Vec<Attachment> =
            found.iter().map(Attachment::read).filter(|file| type_of(file).is_some()).collect();
        let mut answer = if images.is_empty() {
            Answer::json(json!({
                "success": true, "content_id": id, "total_images": 0, "downloaded": 0,
                "failed": [], "message": "No image attachments found",
            }))
        } else {
            let fetched = files::fetch_all(cx, id, &images, "Image").await;
            let named: Vec<Value> = fetched
                .files
                .iter()
                .map(|(file, image)| json!({ "filename": file.name, "size": image.bytes.len() }))
                .collect();
            let mut answer = Answer::json(json!({
                "success": true,
                "content_id": id,
                "total_images": images.len(),
                "downloaded": fetched.files.len(),
                "failed": fetched.failed,
                "images": named,
            }));
            answer.failed = fetched.files.is_empty();
            for (file, image) in &fetched.files {
                answer.content.push(Content::Image {
                    base64: STANDARD.encode(&image.bytes),
                    media_type: type_of(file).unwrap_or_default(),
                });
            }
            answer
        };
        answer.content_only = true;
        Ok(answer)
    }
}
