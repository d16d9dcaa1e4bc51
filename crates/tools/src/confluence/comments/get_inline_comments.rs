//! `confluence_get_inline_comments`.

use crate::confluence::comment::{self, Wanted};
use crate::confluence::failure;
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::json;

/// Lists the comments on the text of a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetInlineComments {
    page_id: String,
}

impl Tool for GetInlineComments {
    const NAME: &'static str = "confluence_get_inline_comments";
    const TITLE: &'static str = "Get Inline Comments";
    const DESCRIPTION: &'static str = "List the comments on the text of a Confluence page, with the \
         text they are on, their state and replies.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceComments;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::required("page_id", Kind::ContentId, "Page id or link.")];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = &self.page_id;
        match comment::list(cx, id, Wanted::Inline).await {
            Ok(found) => Ok(Answer::json(json!({
                "success": true,
                "page_id": id,
                "count": found.len(),
                "comments": comment::shown(cx, &found).await,
            }))),
            Err(error) => failure(error, |detail| {
                json!({
                    "success": false,
                    "message": format!("Error getting inline comments for page {id}"),
                    "error": detail,
                })
            }),
        }
    }
}
