//! `jira_remove_watcher`.

use crate::jira::parts::{list, text};
use crate::jira::people::{Found, Place, find, given_id, may_be_login};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issues::links;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Removes a watcher.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct RemoveWatcher {
    issue_key: String,
    username: Option<String>,
    account_id: Option<String>,
}

impl Tool for RemoveWatcher {
    const NAME: &'static str = "jira_remove_watcher";
    const TITLE: &'static str = "Remove Issue Watcher";
    const DESCRIPTION: &'static str = "Stop a person from watching an issue.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraWatchers;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::optional("username", Kind::Text, "Login (Data Center), e-mail address or name."),
        Argument::optional("account_id", Kind::Text, "Account id (Cloud)."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let key = &self.issue_key;
        let given = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let Some(user) = given(&self.account_id).or_else(|| given(&self.username)) else {
            return Err(ToolError::refused("Either username or account_id must be provided"));
        };
        let remove = async |id: &str| {
            cx.remote.json::<Value>(&links::remove_watcher(cx.deployment(), key, id)).await
        };
        // An account id or login goes out as it is; people are searched where nobody bears it.
        let account = cx.is_cloud()
            && given(&self.account_id).is_some()
            && given_id(&user).is_none()
            && user.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_'))
            && !user.eq_ignore_ascii_case("me");
        let tried = match account || may_be_login(cx, &user) {
            true => Some(remove(&user).await),
            false => None,
        };
        match tried {
            Some(Ok(_)) => {}
            Some(Err(error)) if !error.is_status(404) && !error.is_status(400) => {
                return Err(error.into());
            }
            // Nobody has that id or login, or nothing has that key: the watchers tell.
            Some(Err(_)) => {
                let id = match watching(cx, key, &user).await? {
                    Some(id) => id,
                    None => find(cx, &user, Place::Issue(key)).await?.require(&user)?,
                };
                remove(&id).await?;
            }
            None => {
                let id = match find(cx, &user, Place::Issue(key)).await? {
                    Found::One(id) => id,
                    // Somebody who may no longer be found can still be among the watchers.
                    other => match watching(cx, key, &user).await? {
                        Some(id) => id,
                        None => other.require(&user)?,
                    },
                };
                remove(&id).await?;
            }
        }
        Ok(Answer::json(json!({
            "success": true,
            "message": format!("User '{user}' removed from watching {key}"),
            "issue_key": key,
            "user": user,
        })))
    }
}

/// The identifier of the watcher who is called exactly like that.
async fn watching(cx: &Context, key: &str, user: &str) -> Result<Option<String>, ToolError> {
    let answer: Value = cx.remote.json(&links::watchers(cx.deployment(), key)).await?;
    let fits = |watcher: &&Value| {
        ["/accountId", "/name", "/key", "/displayName", "/emailAddress"]
            .iter()
            .any(|pointer| text(watcher, pointer).is_some_and(|t| t.eq_ignore_ascii_case(user)))
    };
    let mut found = list(&answer, "/watchers").iter().filter(fits);
    let id = if cx.is_cloud() { "/accountId" } else { "/name" };
    let first = found.next().and_then(|watcher| text(watcher, id)).map(str::to_owned);
    Ok(first.filter(|_| found.next().is_none()))
}
