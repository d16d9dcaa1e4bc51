//! `confluence_reply_to_comment`.

use crate::confluence::{at, body, comment, failure};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_confluence::comments::{self, Host};
use atlassian_confluence::pages;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Replies to a comment.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct ReplyToComment {
    comment_id: String,
    body: String,
}

impl Tool for ReplyToComment {
    const NAME: &'static str = "confluence_reply_to_comment";
    const TITLE: &'static str = "Reply to Comment";
    const DESCRIPTION: &'static str =
        "Reply to a comment in the footer or on the text of a Confluence page.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceComments;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("comment_id", Kind::ContentId, "Id of the comment to answer."),
        Argument::required(
            "body",
            Kind::Text,
            "Text in Markdown; well-formed storage XHTML is kept.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.comment_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = &self.comment_id;
        let outcome = async {
            let written = body::comment(cx, &self.body, &body::context(cx, &HashMap::new()))?;
            let answer = if cx.is_cloud() {
                cloud(cx, id, &written.value).await?
            } else {
                dc(cx, id, &written.value).await?
            };
            Ok::<_, ToolError>((written, answer))
        };
        match outcome.await {
            Ok((written, mut answer)) => {
                if let Some(answer) = answer.as_object_mut()
                    && !answer.contains_key("ancestors")
                {
                    answer.entry("parentCommentId").or_insert_with(|| json!(id));
                }
                Ok(Answer::json(json!({
                    "success": true,
                    "message": "Reply added successfully",
                    "comment": comment::written(cx, &answer, &written.value).await,
                }))
                .with_warnings(body::texts(&written.warnings)))
            }
            Err(error) => failure(error, |detail| {
                json!({
                    "success": false,
                    "message": format!(
                        "Unable to reply to comment {id}. API request completed but reply \
                         creation unsuccessful."
                    ),
                    "error": detail,
                })
            }),
        }
    }
}

/// Footer and inline comments are answered at addresses of their own.
async fn cloud(cx: &Context, id: &str, storage: &str) -> Result<Value, ToolError> {
    match cx.confluence::<Value>(&comments::read_footer(id)).await {
        Ok(_) => Ok(cx.confluence(&comments::add_footer(Host::Comment(id), storage)).await?),
        Err(error) if error.is_status(404) => {
            if cx.confluence::<Value>(&comments::read_inline(id)).await.is_err() {
                return Err(error.into());
            }
            Ok(cx.confluence(&comments::reply_inline(id, storage)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn dc(cx: &Context, id: &str, storage: &str) -> Result<Value, ToolError> {
    let parent: Value = cx.confluence(&pages::v1_read_bare(id, "container,ancestors")).await?;
    let is_page = |content: &Value| {
        matches!(at::text(content, "/type"), Some("page" | "blogpost")).then(|| content.clone())
    };
    let page = parent
        .get("container")
        .and_then(is_page)
        .or_else(|| at::list(&parent, "/ancestors").iter().rev().find_map(is_page));
    let page = page.ok_or_else(|| {
        ToolError::refused(format!("Confluence did not say which page comment {id} is on"))
    })?;
    let (page_id, kind) = (at::id(&page, "/id").unwrap_or_default(), at::text(&page, "/type"));
    let request = comments::v1_reply(&page_id, kind.unwrap_or("page"), id, storage);
    Ok(cx.confluence(&request).await?)
}
