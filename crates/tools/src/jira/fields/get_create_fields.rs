//! `jira_get_create_fields`.

use crate::jira::issue_types;
use crate::jira::parts::{get, list, text};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lists the fields of a create screen.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetCreateFields {
    project_key: String,
    issue_type_id: String,
}

impl Tool for GetCreateFields {
    const NAME: &'static str = "jira_get_create_fields";
    const TITLE: &'static str = "Get Create Fields";
    const DESCRIPTION: &'static str =
        "List the fields that can or must be filled when an issue of a type is created.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraProjects;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "project_key",
            Kind::Key(Pattern::ProjectKey),
            "Project key, such as PROJ.",
        ),
        Argument::required(
            "issue_type_id",
            Kind::Text,
            "Issue type id, from jira_get_project_issue_types.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().container(&self.project_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = self.issue_type_id.trim();
        if id.is_empty() {
            return Err(ToolError::argument("issue_type_id", "Input should not be empty", None));
        }
        let screen = issue_types::create_fields(cx, &self.project_key, id).await?;
        let shown = list(&screen, "")
            .iter()
            .map(|field| {
                json!({
                    "field_id": text(field, "/fieldId").or_else(|| text(field, "/key")),
                    "name": get(field, "/name"),
                    "required": field.get("required").and_then(Value::as_bool).unwrap_or_default(),
                    "schema": field.get("schema").cloned().unwrap_or_else(|| json!({})),
                })
            })
            .collect();
        Ok(Answer::json(Value::Array(shown)))
    }
}
