//! `confluence_get_labels`.

use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;

/// Lists the labels of content.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetLabels {
    page_id: String,
}

impl Tool for GetLabels {
    const NAME: &'static str = "confluence_get_labels";
    const TITLE: &'static str = "Get Labels";
    const DESCRIPTION: &'static str =
        "List the labels of a Confluence page, blog post or attachment.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceLabels;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::required("page_id", Kind::ContentId, "Page id or link, or attachment id.")];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        Ok(Answer::json(super::read(cx, &self.page_id).await?))
    }
}
