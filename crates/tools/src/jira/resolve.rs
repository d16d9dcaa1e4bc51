//! From issues, boards, sprints, versions and service desks to the project they are in now.

use super::parts::{list, text};
use crate::{Context, ToolError};
use atlassian_jira::{agile, issues, projects, service_desk, versions};
use serde_json::Value;

/// The key of the project that an issue is in now: a moved issue answers to its old key, so the
/// project that came back decides.
pub(crate) async fn project_of_issue(cx: &Context, key: &str) -> Result<String, ToolError> {
    let issue: Value = cx.remote.json(&issues::project_of(cx.deployment(), key)).await?;
    issue.pointer("/fields/project/key").and_then(Value::as_str).map(str::to_owned).ok_or_else(
        || ToolError::refused(format!("{} did not say which project `{key}` is in", cx.service())),
    )
}

/// The key of the project that a board belongs to: the one it is in, or, where Jira does not tell
/// that (Data Center, boards of people), the first of its projects outside the filter, else the
/// first one.
pub(crate) async fn project_of_board(cx: &Context, id: &str) -> Result<String, ToolError> {
    if cx.is_cloud() {
        let board: Value = cx.remote.json(&agile::get_board(id)).await?;
        if let Some(key) = text(&board, "/location/projectKey") {
            return Ok(key.to_owned());
        }
    }
    let answer: Value = cx.remote.json(&agile::board_projects(id)).await?;
    let keys = || list(&answer, "/values").iter().filter_map(|project| text(project, "/key"));
    // A board of many projects is more than one page: what was not seen counts as outside.
    let more = answer.get("isLast").and_then(Value::as_bool) == Some(false);
    let outside = keys().find(|key| !cx.fence.allows(key));
    match outside.or_else(|| keys().next()).filter(|_| !more || outside.is_some()) {
        Some(key) => Ok(key.to_owned()),
        None => Err(untold("board", id)),
    }
}

/// The key of the project whose board a sprint was made on.
pub(crate) async fn project_of_sprint(cx: &Context, id: &str) -> Result<String, ToolError> {
    let sprint: Value = cx.remote.json(&agile::get_sprint(id)).await?;
    match sprint.get("originBoardId").and_then(Value::as_u64) {
        Some(board) => project_of_board(cx, &board.to_string()).await,
        None => Err(untold("sprint", id)),
    }
}

/// The key of the project that a version belongs to.
pub(crate) async fn project_of_version(cx: &Context, id: &str) -> Result<String, ToolError> {
    let version: Value = cx.remote.json(&versions::get(cx.deployment(), id)).await?;
    let Some(project) = version.get("projectId").and_then(Value::as_u64) else {
        return Err(untold("version", id));
    };
    let project: Value =
        cx.remote.json(&projects::get(cx.deployment(), &project.to_string())).await?;
    text(&project, "/key").map(str::to_owned).ok_or_else(|| untold("version", id))
}

/// The key of the project that a service desk belongs to.
pub(crate) async fn project_of_desk(cx: &Context, id: &str) -> Result<String, ToolError> {
    let desk: Value = cx.remote.json(&service_desk::get(id)).await?;
    text(&desk, "/projectKey").map(str::to_owned).ok_or_else(|| untold("service desk", id))
}

fn untold(what: &str, id: &str) -> ToolError {
    ToolError::refused(format!("Jira did not say which project {what} `{id}` belongs to"))
}
