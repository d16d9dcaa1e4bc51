//! `jira_add_watcher`.

use crate::jira::people::{Place, find};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issues::links;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Adds a watcher.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct AddWatcher {
    issue_key: String,
    user_identifier: String,
}

impl Tool for AddWatcher {
    const NAME: &'static str = "jira_add_watcher";
    const TITLE: &'static str = "Add Issue Watcher";
    const DESCRIPTION: &'static str = "Let a person watch an issue.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraWatchers;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::required(
            "user_identifier",
            Kind::Text,
            "Account id, login, e-mail address or display name.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let (key, user) = (&self.issue_key, self.user_identifier.trim());
        let id = find(cx, user, Place::Issue(key)).await?.require(user)?;
        cx.remote.json::<Value>(&links::add_watcher(cx.deployment(), key, &id)).await?;
        Ok(Answer::json(json!({
            "success": true,
            "message": format!("User '{user}' added as watcher to {key}"),
            "issue_key": key,
            "user": user,
        })))
    }
}
