//! `jira_add_watcher`.

use crate::jira::people::{Found, Place, find, may_be_login};
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
        let add = async |id: &str| {
            cx.remote.json::<Value>(&links::add_watcher(cx.deployment(), key, id)).await
        };
        match may_be_login(cx, user) {
            // A word without blanks is a login more often than not; only where nobody bears it
            // (Jira answers 404) people are searched.
            true => match add(user).await {
                Ok(_) => {}
                Err(error) if error.is_status(404) => {
                    let Found::One(id) = find(cx, user, Place::Issue(key)).await? else {
                        return Err(error.into());
                    };
                    add(&id).await?;
                }
                Err(error) => return Err(error.into()),
            },
            false => {
                let id = find(cx, user, Place::Issue(key)).await?.require(user)?;
                add(&id).await?;
            }
        }
        Ok(Answer::json(json!({
            "success": true,
            "message": format!("User '{user}' added as watcher to {key}"),
            "issue_key": key,
            "user": user,
        })))
    }
}
