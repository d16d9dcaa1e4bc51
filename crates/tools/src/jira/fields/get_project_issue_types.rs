//! `jira_get_project_issue_types`.

use crate::jira::issue_types;
use crate::jira::parts::{get, list, put};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Lists the issue types of a project.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetProjectIssueTypes {
    project_key: String,
}

impl Tool for GetProjectIssueTypes {
    const NAME: &'static str = "jira_get_project_issue_types";
    const TITLE: &'static str = "Get Project Issue Types";
    const DESCRIPTION: &'static str = "List the issue types that can be created in a project.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraProjects;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[Argument::required(
        "project_key",
        Kind::Key(Pattern::ProjectKey),
        "Project key, such as PROJ.",
    )];

    fn scope(&self) -> Scope {
        Scope::nothing().container(&self.project_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let types = issue_types::raw(cx, &self.project_key).await?;
        let shown = list(&types, "")
            .iter()
            .map(|kind| {
                let mut out = Map::new();
                for key in ["id", "name", "description"] {
                    out.insert(key.to_owned(), get(kind, &format!("/{key}")).clone());
                }
                let subtask = kind.get("subtask").and_then(Value::as_bool).unwrap_or_default();
                out.insert("subtask".to_owned(), Value::from(subtask));
                put(&mut out, "untranslated_name", get(kind, "/untranslatedName").clone());
                Value::Object(out)
            })
            .collect();
        Ok(Answer::json(Value::Array(shown)))
    }
}
