//! `jira_get_project_issues`.

use crate::jira::searching::{LIMIT, PAGE_TOKEN, START_AT, Search};
use crate::jira::wanted::DEFAULT_FIELDS;
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;

/// Lists the issues of a project.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetProjectIssues {
    project_key: String,
    limit: u32,
    start_at: u64,
    page_token: Option<String>,
}

impl Tool for GetProjectIssues {
    const NAME: &'static str = "jira_get_project_issues";
    const TITLE: &'static str = "Get Project Issues";
    const DESCRIPTION: &'static str =
        "List the issues of a project. For anything more particular use jira_search.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraIssues;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "project_key",
            Kind::Key(Pattern::ProjectKey),
            "Project key, such as PROJ.",
        ),
        LIMIT,
        START_AT,
        PAGE_TOKEN,
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().container(&self.project_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let hits = Search {
            // Always in quotes: a key may be a reserved word.
            jql: format!("project = \"{}\"", self.project_key),
            fields: DEFAULT_FIELDS.to_owned(),
            limit: self.limit,
            start_at: self.start_at,
            projects: None,
            expand: None,
            page_token: self.page_token,
            display_names: false,
        }
        .run(cx)
        .await?;
        Ok(hits.answer())
    }
}
