//! `jira_get_all_projects`.

use super::{every_project, fenced_keys, inside, rows, with_upper_key};
use crate::jira::parts;
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::projects;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Lists the projects the caller may see.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetAllProjects {
    include_archived: bool,
}

impl Tool for GetAllProjects {
    const NAME: &'static str = "jira_get_all_projects";
    const TITLE: &'static str = "Get All Projects";
    const DESCRIPTION: &'static str =
        "List every project you can see, with key, name, description, category and lead.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraProjects;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[Argument::with_default(
        "include_archived",
        Kind::Boolean,
        DefaultValue::Boolean(false),
        "Also return archived projects.",
    )];

    fn scope(&self) -> Scope {
        // What is outside the filter is dropped from the answer.
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let found = if cx.is_cloud() {
            let query = projects::ProjectQuery {
                keys: &fenced_keys(cx),
                archived: self.include_archived,
                expand: Some("description,lead"),
                ..projects::ProjectQuery::default()
            };
            every_project(cx, &query).await?
        } else {
            let answer: Value = cx.remote.json(&projects::list(self.include_archived)).await?;
            rows(&answer, "", "projects")?
        };
        let shown = found
            .into_iter()
            .filter(|project| inside(cx, project))
            .map(|project| parts::project(&with_upper_key(project)));
        Ok(Answer::json(Value::Array(shown.collect())))
    }
}
