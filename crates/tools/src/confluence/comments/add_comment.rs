//! `confluence_add_comment`.

use crate::confluence::page::Page;
use crate::confluence::{at, body, comment, failure, load};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_confluence::comments::{self, Host};
use atlassian_confluence::pages;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Comments on a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct AddComment {
    page_id: String,
    body: String,
}

impl Tool for AddComment {
    const NAME: &'static str = "confluence_add_comment";
    const TITLE: &'static str = "Add Comment";
    const DESCRIPTION: &'static str =
        "Add a comment below a Confluence page or blog post. Returns the comment.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceComments;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("page_id", Kind::ContentId, "Page id or link."),
        Argument::required(
            "body",
            Kind::Text,
            "Text in Markdown; well-formed storage XHTML is kept.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let written = body::comment(cx, &self.body, &body::context(cx, &HashMap::new()));
        let added = match &written {
            Ok(written) => add(cx, &self.page_id, &written.value).await,
            Err(error) => Err(error.clone()),
        };
        match (added, written) {
            (Ok(answer), Ok(written)) => Ok(Answer::json(json!({
                "success": true,
                "message": "Comment added successfully",
                "comment": comment::written(cx, &answer, &written.value).await,
            }))
            .with_warnings(body::texts(&written.warnings))),
            (Err(error), _) | (_, Err(error)) => failure(error, |detail| {
                json!({
                    "success": false,
                    "message": format!(
                        "Unable to add comment to page {}. API request completed but comment \
                         creation unsuccessful.",
                        self.page_id
                    ),
                    "error": detail,
                })
            }),
        }
    }
}

async fn add(cx: &Context, id: &str, storage: &str) -> Result<Value, ToolError> {
    if !cx.is_cloud() {
        let page: Value = cx.confluence(&pages::v1_read_bare(id, "space")).await?;
        let page = Page::from_v1(&page);
        load::admit(cx, &page, &format!("page `{id}`"))?;
        return Ok(cx.confluence(&comments::v1_add(id, &page.kind, storage)).await?);
    }
    let host = if id.starts_with("att") { Host::Attachment(id) } else { Host::Page(id) };
    let error = match cx.confluence(&comments::add_footer(host, storage)).await {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    // No page has this id: a blog post may, and takes comments under another name.
    if error.is_status(404)
        && let Ok(types) = cx.confluence::<Value>(&pages::types_of(&[id])).await
        && types.get("results").and_then(|t| at::text(t, &format!("/{id}"))) == Some("blogpost")
    {
        return Ok(cx.confluence(&comments::add_footer(Host::BlogPost(id), storage)).await?);
    }
    Err(error.into())
}
