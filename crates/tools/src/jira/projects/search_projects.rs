//! `jira_search_projects`.

use super::{fenced_keys, inside, rows, with_upper_key};
use crate::jira::parts::text;
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::projects;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Finds projects by name or key.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct SearchProjects {
    query: String,
    max_results: u32,
    current_project_ids: Option<String>,
}

impl Tool for SearchProjects {
    const NAME: &'static str = "jira_search_projects";
    const TITLE: &'static str = "Search Projects";
    const DESCRIPTION: &'static str =
        "Find projects whose name or key matches a text. Returns Jira's own project objects.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraProjects;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("query", Kind::Text, "Text in the project name or key."),
        Argument::with_default(
            "max_results",
            Kind::Integer { min: Some(1), max: Some(50) },
            DefaultValue::Integer(20),
            "Projects to return.",
        ),
        Argument::optional(
            "current_project_ids",
            Kind::List,
            "Comma list of project ids to leave out.",
        ),
    ];

    fn scope(&self) -> Scope {
        // What is outside the filter is dropped from the answer.
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let excluded: Vec<&str> = self
            .current_project_ids
            .as_deref()
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|id| !id.is_empty())
            .collect();
        let found = if cx.is_cloud() {
            let query = projects::ProjectQuery {
                query: Some(&self.query),
                keys: &fenced_keys(cx),
                ..projects::ProjectQuery::default()
            };
            let answer: Value =
                cx.remote.json(&projects::search(&query, 0, self.max_results)).await?;
            rows(&answer, "/values", "projects")?
        } else {
            let ids = excluded.join(",");
            let ids = Some(ids.as_str()).filter(|ids| !ids.is_empty());
            let request = projects::pick(&self.query, self.max_results, ids);
            let answer: Value = cx.remote.json(&request).await?;
            rows(&answer, "/projects", "projects")?
        };
        let shown = found
            .into_iter()
            .filter(|project| inside(cx, project))
            // Data Center leaves them out itself.
            .filter(|project| {
                let id = text(project, "/id").unwrap_or_default();
                !cx.is_cloud() || !excluded.contains(&id)
            })
            .map(with_upper_key);
        Ok(Answer::json(Value::Array(shown.collect())))
    }
}
