//! `jira_get_issue_watchers`.

use crate::jira::parts;
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issues::links;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Lists the watchers of an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetIssueWatchers {
    issue_key: String,
}

impl Tool for GetIssueWatchers {
    const NAME: &'static str = "jira_get_issue_watchers";
    const TITLE: &'static str = "Get Issue Watchers";
    const DESCRIPTION: &'static str = "List the people who watch an issue.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraWatchers;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[Argument::required(
        "issue_key",
        Kind::Key(Pattern::IssueKey),
        "Issue key, such as PROJ-123.",
    )];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let request = links::watchers(cx.deployment(), &self.issue_key);
        let answer: Value = cx.remote.json(&request).await?;
        Ok(Answer::json(parts::watchers(&self.issue_key, &answer)))
    }
}
