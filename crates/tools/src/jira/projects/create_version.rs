//! `jira_create_version`.

use super::{failure, fields_of};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::versions;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Creates one version.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct CreateVersion {
    project_key: String,
    name: String,
    start_date: Option<String>,
    release_date: Option<String>,
    description: Option<String>,
}

impl Tool for CreateVersion {
    const NAME: &'static str = "jira_create_version";
    const TITLE: &'static str = "Create Version";
    const DESCRIPTION: &'static str = "Create a version (release) in a project.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraProjects;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "project_key",
            Kind::Key(Pattern::ProjectKey),
            "Project key, such as PROJ.",
        ),
        Argument::required("name", Kind::Text, "Name of the version."),
        Argument::optional("start_date", Kind::Text, "Start date, YYYY-MM-DD."),
        Argument::optional("release_date", Kind::Text, "Release date, YYYY-MM-DD."),
        Argument::optional("description", Kind::Text, "Description."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().container(&self.project_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let fields = fields_of([
            ("startDate", self.start_date.as_deref()),
            ("releaseDate", self.release_date.as_deref()),
            ("description", self.description.as_deref()),
        ]);
        let request = versions::create(cx.deployment(), &self.project_key, &self.name, fields);
        Ok(match cx.remote.json::<Value>(&request).await {
            Ok(version) => Answer::json(version),
            Err(error) => Answer::failure(failure(&error.into())),
        })
    }
}
