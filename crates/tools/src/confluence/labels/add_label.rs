//! `confluence_add_label`.

use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_confluence::labels;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Adds a label to content.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct AddLabel {
    page_id: String,
    name: String,
}

impl Tool for AddLabel {
    const NAME: &'static str = "confluence_add_label";
    const TITLE: &'static str = "Add Label";
    const DESCRIPTION: &'static str = "Add a label to a Confluence page, blog post or attachment. \
         Returns all its labels.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceLabels;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("page_id", Kind::ContentId, "Page id or link, or attachment id."),
        Argument::required("name", Kind::Text, "Label, lower case and without blanks."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        cx.confluence::<Value>(&labels::add(&self.page_id, &self.name)).await?;
        let labels = super::read(cx, &self.page_id)
            .await
            .map_err(|error| error.after(format!("label '{}' was added", self.name)))?;
        Ok(Answer::json(labels))
    }
}
