//! `jira_get_project_versions`.

use super::{rows, version};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::projects;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Lists the versions of a project.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetProjectVersions {
    project_key: String,
}

impl Tool for GetProjectVersions {
    const NAME: &'static str = "jira_get_project_versions";
    const TITLE: &'static str = "Get Project Versions";
    const DESCRIPTION: &'static str =
        "List the versions of a project, released and archived ones too.";
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
        let request = projects::versions(cx.deployment(), &self.project_key);
        let answer: Value = cx.remote.json(&request).await?;
        let found = rows(&answer, "", "versions")?;
        Ok(Answer::json(Value::Array(found.iter().map(version).collect())))
    }
}
