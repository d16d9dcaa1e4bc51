//! `confluence_get_attachments`.

use crate::confluence::{at, failure, files, load};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::attachments;
use atlassian_confluence::pages;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lists the attachments of a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetAttachments {
    content_id: String,
    start: u64,
    limit: u32,
    filename: Option<String>,
    media_type: Option<String>,
}

impl Tool for GetAttachments {
    const NAME: &'static str = "confluence_get_attachments";
    const TITLE: &'static str = "Get Content Attachments";
    const DESCRIPTION: &'static str = "List the attachments of a Confluence page or blog post.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceAttachments;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("content_id", Kind::ContentId, "Page id or link."),
        Argument::with_default(
            "start",
            Kind::Integer { min: None, max: None },
            DefaultValue::Integer(0),
            "Attachments to skip.",
        ),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(100) },
            DefaultValue::Integer(50),
            "Most attachments.",
        ),
        Argument::optional("filename", Kind::Text, "Only the one with exactly this name."),
        Argument::optional("media_type", Kind::Text, "Only those of this type: image/png."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.content_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let listed = if cx.is_cloud() { self.cloud(cx).await } else { self.dc(cx).await };
        let (found, more) = match listed {
            Ok(listed) => listed,
            Err(error) => {
                return failure(error, |detail| json!({ "success": false, "error": detail }));
            }
        };
        let shown: Vec<Value> = found.iter().map(|answer| files::shown(cx, answer)).collect();
        let mut answer = json!({
            "success": true,
            "content_id": self.content_id,
            "attachments": shown,
            "total": found.len(),
            "start": self.start,
            "limit": self.limit,
            "has_more": more,
        });
        if let Some(answer) = answer.as_object_mut().filter(|_| more) {
            answer.insert("next_start".to_owned(), json!(self.start + found.len() as u64));
        }
        Ok(Answer::json(answer))
    }
}

impl GetAttachments {
    async fn cloud(&self, cx: &Context) -> Result<(Vec<Value>, bool), ToolError> {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        let limit = self.limit as usize;
        let list = |kind| {
            let (name, media) = (self.filename.as_deref(), self.media_type.as_deref());
            attachments::find(kind, &self.content_id, name, media)
        };
        let any = |_: &Value| true;
        match load::window_v2(cx, list(pages::Kind::Page), any, start, limit).await {
            Err(error) if error.is_status(404) => {
                load::window_v2(cx, list(pages::Kind::BlogPost), any, start, limit)
                    .await
                    .map_err(|_| error)
            }
            listed => listed,
        }
    }

    async fn dc(&self, cx: &Context) -> Result<(Vec<Value>, bool), ToolError> {
        let (name, media) = (self.filename.as_deref(), self.media_type.as_deref());
        let request = attachments::v1_find(&self.content_id, self.start, self.limit, name, media);
        let answer: Value = cx.confluence(&request).await?;
        let more = at::text(&answer, "/_links/next").is_some();
        Ok((at::list(&answer, "/results").to_vec(), more))
    }
}
