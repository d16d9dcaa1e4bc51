//! `confluence_delete_page`.

use crate::confluence::failure;
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_confluence::pages;
use atlassian_confluence::tree;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Moves a page to the trash.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct DeletePage {
    page_id: String,
}

impl Tool for DeletePage {
    const NAME: &'static str = "confluence_delete_page";
    const TITLE: &'static str = "Delete Page";
    const DESCRIPTION: &'static str = "Move a Confluence page or blog post to the trash.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::required("page_id", Kind::ContentId, "Page id or link.")];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = &self.page_id;
        match delete(cx, id).await {
            Ok(()) => Ok(Answer::json(json!({
                "success": true,
                "message": format!("Page {id} deleted successfully"),
            }))),
            Err(error) => failure(error, |detail| {
                json!({
                    "success": false,
                    "message": format!("Error deleting page {id}"),
                    "error": format!("Failed to delete page {id}: {detail}"),
                })
            }),
        }
    }
}

async fn delete(cx: &Context, id: &str) -> Result<(), ToolError> {
    if !cx.is_cloud() {
        cx.confluence::<Value>(&tree::v1_delete(id)).await?;
        return Ok(());
    }
    let Err(error) = cx.confluence::<Value>(&tree::delete(pages::Kind::Page, id)).await else {
        return Ok(());
    };
    if error.is_status(404)
        && cx.confluence::<Value>(&pages::read_bare(pages::Kind::BlogPost, id)).await.is_ok()
    {
        cx.confluence::<Value>(&tree::delete(pages::Kind::BlogPost, id)).await?;
        return Ok(());
    }
    Err(error.into())
}
