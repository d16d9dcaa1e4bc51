//! Service requests and the rule that comments on some projects stay internal (jira-issues spec
//! section 1.11 and J-8).

use super::parts::text;
use crate::{Context, ToolError};
use atlassian_jira::{issues, service_desk};
use serde_json::Value;

/// What is known of the project an issue is in now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    /// Project key.
    pub(crate) project: String,
    /// `service_desk`, `software`, `business`; `None` when Jira does not tell.
    pub(crate) kind: Option<String>,
}

/// The project an issue is in now; a moved issue still answers to its old key.
///
/// # Errors
/// When the issue cannot be read.
pub(crate) async fn home(cx: &Context, key: &str) -> Result<Home, ToolError> {
    let issue: Value = cx.remote.json(&issues::project_of(cx.deployment(), key)).await?;
    let project = text(&issue, "/fields/project/key").ok_or_else(|| {
        ToolError::refused(format!("Jira did not say which project issue {key} is in"))
    })?;
    let kind = text(&issue, "/fields/project/projectTypeKey").map(str::to_owned);
    Ok(Home { project: project.to_owned(), kind })
}

/// Whether an issue is a customer request: `Some(false)` only when the service desk said so, `None`
/// when it could not be found out.
pub(crate) async fn is_request(cx: &Context, key: &str) -> Option<bool> {
    match cx.remote.json::<Value>(&service_desk::get_request(key)).await {
        Ok(_) => Some(true),
        Err(error) if error.is_status(404) => Some(false),
        Err(_) => None,
    }
}

/// Whether comments on this project stay internal by configuration. Keys are compared in upper
/// case; anything but plain letters, digits and underscores in a key counts as listed.
pub(crate) fn is_internal_only(cx: &Context, project: &str) -> bool {
    let listed = &cx.config().behaviour.internal_only_projects;
    let plain = project.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    !listed.is_empty() && (!plain || listed.contains(&project.to_ascii_uppercase()))
}

/// Whether any project is internal-only at all.
pub(crate) fn guards_any(cx: &Context) -> bool {
    !cx.config().behaviour.internal_only_projects.is_empty()
}

/// Refuses a comment that the customer could see on an issue of an internal-only project. Issues
/// that are no customer requests are free.
///
/// # Errors
/// The refusal, naming the setting.
pub(crate) async fn refuse_visible_comment(
    cx: &Context,
    key: &str,
    what: &str,
) -> Result<(), ToolError> {
    if !guards_any(cx) {
        return Ok(());
    }
    let project = home(cx, key).await?.project;
    if !is_internal_only(cx, &project) || is_request(cx, key).await == Some(false) {
        return Ok(());
    }
    Err(internal_only(key, what))
}

/// The refusal for internal-only projects.
pub(crate) fn internal_only(key: &str, what: &str) -> ToolError {
    ToolError::Policy(format!(
        "Issue {key} belongs to a project whose comments stay internal by configuration \
         (JIRA_INTERNAL_ONLY_PROJECTS), so {what} was refused; nothing was changed. Post an \
         internal note with jira_add_comment and public=false; a person can make it visible to the \
         customer."
    ))
}
