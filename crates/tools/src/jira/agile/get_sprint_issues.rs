//! `jira_get_sprint_issues`.

use crate::jira::searching::{FIELDS, LIMIT, PAGE_TOKEN, START_AT, Search};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;

/// Lists the issues of a sprint.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetSprintIssues {
    sprint_id: String,
    fields: String,
    start_at: u64,
    limit: u32,
    page_token: Option<String>,
}

impl Tool for GetSprintIssues {
    const NAME: &'static str = "jira_get_sprint_issues";
    const TITLE: &'static str = "Get Sprint Issues";
    const DESCRIPTION: &'static str = "List the issues of a sprint.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraAgile;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("sprint_id", Kind::Text, "Id of the sprint, a number."),
        FIELDS,
        START_AT,
        LIMIT,
        PAGE_TOKEN,
    ];

    fn scope(&self) -> Scope {
        // The filter is ANDed into the query, and what comes back is compared.
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id: u64 = self.sprint_id.trim().parse().map_err(|_| {
            ToolError::argument(
                "sprint_id",
                format!("Invalid sprint_id '{}': must be an integer", self.sprint_id),
                Some(&self.sprint_id),
            )
        })?;
        let hits = Search {
            jql: format!("sprint = {id}"),
            fields: self.fields,
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
