//! `jira_get_link_types`.

use super::link_types;
use crate::jira::parts::{self, list, text};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Lists the types of links between issues.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetLinkTypes {
    name_filter: Option<String>,
}

impl Tool for GetLinkTypes {
    const NAME: &'static str = "jira_get_link_types";
    const TITLE: &'static str = "Get Link Types";
    const DESCRIPTION: &'static str = "List the types of links between issues with their phrases.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraLinks;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::optional("name_filter", Kind::Text, "Only types whose name holds this text.")];

    fn scope(&self) -> Scope {
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let needle = self.name_filter.as_deref().map(str::trim).unwrap_or_default().to_lowercase();
        let types = link_types(cx).await?;
        let shown = list(&types, "")
            .iter()
            .filter(|kind| text(kind, "/name").unwrap_or_default().to_lowercase().contains(&needle))
            .map(parts::link_type)
            .collect();
        Ok(Answer::json(Value::Array(shown)))
    }
}
