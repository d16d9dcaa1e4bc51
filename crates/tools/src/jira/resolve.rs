//! From an issue to the project it is in now.

use crate::{Context, ToolError};
use atlassian_jira::issues;
use serde_json::Value;

/// The key of the project that an issue is in now: a moved issue answers to its old key, so the
/// project that came back decides.
pub(crate) async fn project_of_issue(cx: &Context, key: &str) -> Result<String, ToolError> {
    let issue: Value = cx.remote.json(&issues::project_of(cx.deployment(), key)).await?;
    issue.pointer("/fields/project/key").and_then(Value::as_str).map(str::to_owned).ok_or_else(
        || ToolError::refused(format!("{} did not say which project `{key}` is in", cx.service())),
    )
}
