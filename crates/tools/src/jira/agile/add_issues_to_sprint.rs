//! `jira_add_issues_to_sprint`.

use super::{given_id, keys, moved};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_jira::agile;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::json;

/// Moves issues into a sprint.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct AddIssuesToSprint {
    sprint_id: String,
    issue_keys: String,
}

impl Tool for AddIssuesToSprint {
    const NAME: &'static str = "jira_add_issues_to_sprint";
    const TITLE: &'static str = "Add Issues to Sprint";
    const DESCRIPTION: &'static str =
        "Move issues into an open sprint, out of the sprint they are in.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraAgile;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("sprint_id", Kind::Text, "Id of the sprint."),
        Argument::required("issue_keys", Kind::Keys, "Comma list of issue keys."),
    ];

    fn scope(&self) -> Scope {
        let issues = keys(&self.issue_keys);
        let scope = issues.iter().fold(Scope::nothing(), |scope, key| scope.issue(key));
        scope.sprint(self.sprint_id.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = given_id("sprint_id", &self.sprint_id)?;
        let keys = keys(&self.issue_keys);
        moved(cx, &keys, |group| agile::move_to_sprint(id, group)).await?;
        Ok(Answer::json(json!({
            "message": format!("Successfully added {} issue(s) to sprint", keys.len()),
            "sprint_id": id,
            "issue_keys": keys,
        })))
    }
}
