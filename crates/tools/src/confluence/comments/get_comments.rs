//! `confluence_get_comments`.

use crate::confluence::comment::{self, Wanted};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;

/// Lists the comments of a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetComments {
    page_id: String,
}

impl Tool for GetComments {
    const NAME: &'static str = "confluence_get_comments";
    const TITLE: &'static str = "Get Comments";
    const DESCRIPTION: &'static str = "List all comments of a Confluence page, in the footer and on \
         its text, with replies.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceComments;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::required("page_id", Kind::ContentId, "Page id or link.")];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let found = comment::list(cx, &self.page_id, Wanted::All).await?;
        Ok(Answer::json(comment::shown(cx, &found).await))
    }
}
