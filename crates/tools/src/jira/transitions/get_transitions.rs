//! `jira_get_transitions`.

use super::shown;
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issues::transitions;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Lists the transitions of an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetTransitions {
    issue_key: String,
}

impl Tool for GetTransitions {
    const NAME: &'static str = "jira_get_transitions";
    const TITLE: &'static str = "Get Transitions";
    const DESCRIPTION: &'static str = "List the workflow transitions an issue can make now: id, name and the status each leads to.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraTransitions;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[Argument::required(
        "issue_key",
        Kind::Key(Pattern::IssueKey),
        "Issue key, such as PROJ-123.",
    )];

    fn scope(&self) -> Scope {
        // The answer names no project, so the issue is resolved first when a filter is in force.
        Scope::nothing().issue(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let request = transitions::list(cx.deployment(), &self.issue_key, false);
        let answer: Value = cx.remote.json(&request).await?;
        if answer.get("transitions").is_none_or(|list| !list.is_array()) {
            return Err(ToolError::refused(format!(
                "Jira answered without a list of transitions for {}.",
                self.issue_key
            )));
        }
        Ok(Answer::json(shown(&answer)))
    }
}
