//! `confluence_get_page_restrictions`.

use crate::confluence::restricted;
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;

/// Reads who may see and edit a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetPageRestrictions {
    page_id: String,
}

impl Tool for GetPageRestrictions {
    const NAME: &'static str = "confluence_get_page_restrictions";
    const TITLE: &'static str = "Get Page Restrictions";
    const DESCRIPTION: &'static str = "Read the users and groups that a Confluence page is \
         restricted to for reading and editing. Empty lists mean unrestricted.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::required("page_id", Kind::ContentId, "Page id or link.")];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        Ok(Answer::json(restricted::read(cx, &self.page_id).await?))
    }
}
