//! `jira_get_project_components`.

use super::rows;
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::projects;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Lists the components of a project.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetProjectComponents {
    project_key: String,
}

impl Tool for GetProjectComponents {
    const NAME: &'static str = "jira_get_project_components";
    const TITLE: &'static str = "Get Project Components";
    const DESCRIPTION: &'static str =
        "List the components of a project as Jira describes them, with their leads.";
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
        let request = projects::components(cx.deployment(), &self.project_key);
        let answer: Value = cx.remote.json(&request).await?;
        let found = rows(&answer, "", "components")?;
        Ok(Answer::json(Value::Array(found)))
    }
}
