//! `jira_get_user_profile`.

use crate::jira::people::{Found, Known, Place, find_known, given_id, person};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_http::{ApiError, ApiRequest};
use atlassian_jira::users::{self, UserRef};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Looks up one person.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetUserProfile {
    user_identifier: String,
}

impl Tool for GetUserProfile {
    const NAME: &'static str = "jira_get_user_profile";
    const TITLE: &'static str = "Get User Profile";
    const DESCRIPTION: &'static str = "Look up one person and return the profile.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraUsers;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[Argument::required(
        "user_identifier",
        Kind::Text,
        "Account id, login, e-mail address, display name, or me.",
    )];

    fn scope(&self) -> Scope {
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let asked = self.user_identifier.trim();
        let failure = |error: String| {
            Answer::failure(json!({
                "success": false, "error": error, "user_identifier": self.user_identifier,
            }))
        };
        if asked.is_empty() {
            return Ok(failure("Could not determine how to look up user ''.".to_owned()));
        }
        Ok(match look_up(cx, asked).await {
            Ok(user) => Answer::json(json!({"success": true, "user": person(&user)})),
            Err(error) if error.is_status(404) => {
                failure(format!("User '{asked}' not found. {error}"))
            }
            Err(error) => failure(error.to_string()),
        })
    }
}

/// Finds the person as directly as what is given allows.
async fn look_up(cx: &Context, asked: &str) -> Result<Value, ToolError> {
    let deployment = cx.deployment();
    if asked.eq_ignore_ascii_case("me") {
        return Ok(cx.remote.json(&users::myself(deployment)).await?);
    }
    if cx.is_cloud() {
        let id = match given_id(asked) {
            Some(id) => id,
            None => known(cx, asked).await?.id,
        };
        return Ok(cx.remote.json(&users::get(deployment, UserRef::AccountId(&id))).await?);
    }
    let is_key = asked.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("JIRAUSER"));
    if is_key && let Some(user) = found(cx, &users::get(deployment, UserRef::Key(asked))).await? {
        return Ok(user);
    }
    // No login holds a blank, and no login is an address.
    if !asked.contains('@')
        && !asked.contains(char::is_whitespace)
        && let Some(user) = found(cx, &users::get(deployment, UserRef::Username(asked))).await?
    {
        return Ok(user);
    }
    // A search of Data Center tells a person whole.
    match known(cx, asked).await? {
        Known { user: Some(user), .. } => Ok(user),
        Known { id, .. } => {
            Ok(cx.remote.json(&users::get(deployment, UserRef::Username(&id))).await?)
        }
    }
}

async fn known(cx: &Context, asked: &str) -> Result<Known, ToolError> {
    match find_known(cx, asked, Place::Anywhere).await? {
        Found::One(known) => Ok(known),
        other => {
            Err(ToolError::refused(format!("User '{asked}' not found. {}", other.complaint(asked))))
        }
    }
}

/// The user, or none when there is nobody of that name.
async fn found(cx: &Context, request: &ApiRequest) -> Result<Option<Value>, ApiError> {
    match cx.remote.json(request).await {
        Ok(user) => Ok(Some(user)),
        Err(error) if error.is_status(404) => Ok(None),
        Err(error) => Err(error),
    }
}
