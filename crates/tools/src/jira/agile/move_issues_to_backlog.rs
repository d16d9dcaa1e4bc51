//! `jira_move_issues_to_backlog`.

use super::{keys, moved};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_jira::agile;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::json;

/// Takes issues out of their sprint.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct MoveIssuesToBacklog {
    issue_keys: String,
}

impl Tool for MoveIssuesToBacklog {
    const NAME: &'static str = "jira_move_issues_to_backlog";
    const TITLE: &'static str = "Move Issues to Backlog";
    const DESCRIPTION: &'static str = "Take issues out of their open sprint, back to the backlog.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraAgile;
    const ACCESS: Access = Access::Write;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::required("issue_keys", Kind::Keys, "Comma list of issue keys.")];

    fn scope(&self) -> Scope {
        keys(&self.issue_keys).iter().fold(Scope::nothing(), |scope, key| scope.issue(key))
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let keys = keys(&self.issue_keys);
        moved(cx, &keys, agile::move_to_backlog).await?;
        Ok(Answer::json(json!({
            "message": format!("Successfully moved {} issue(s) to backlog", keys.len()),
            "issue_keys": keys,
        })))
    }
}
