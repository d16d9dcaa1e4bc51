//! Boards, sprints and the backlog (section 4 of the spec on projects, the same on both
//! deployments but for the issues of a board).

pub(super) mod add_issues_to_sprint;
pub(super) mod create_sprint;
pub(super) mod get_agile_boards;
pub(super) mod get_board_issues;
pub(super) mod get_sprint_issues;
pub(super) mod get_sprints_from_board;
pub(super) mod move_issues_to_backlog;
pub(super) mod update_sprint;

use super::parts::{get, put};
use crate::{Context, ToolError};
use atlassian_http::ApiRequest;
use atlassian_jira::agile;
use serde_json::{Map, Value};

/// An id that Jira tells as a number or a text, as text.
fn id(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.to_string()),
        other => other.clone(),
    }
}

/// A sprint as results show it (section 4.3); what Jira leaves empty is left out.
fn sprint(sprint: &Value) -> Value {
    let mut out = Map::new();
    out.insert("id".to_owned(), id(get(sprint, "/id")));
    for key in ["name", "state"] {
        let text = get(sprint, &format!("/{key}")).as_str().unwrap_or("Unknown");
        out.insert(key.to_owned(), Value::from(text));
    }
    for (key, pointer) in
        [("goal", "/goal"), ("start_date", "/startDate"), ("end_date", "/endDate")]
    {
        put(&mut out, key, get(sprint, pointer).clone());
    }
    Value::Object(out)
}

/// The `values` of a page; an answer without them is an error and never "nothing there".
fn values(answer: &Value, what: &str) -> Result<Vec<Value>, ToolError> {
    answer.get("values").and_then(Value::as_array).cloned().ok_or_else(|| {
        ToolError::refused(format!("Jira answered without a list of {what}; nothing is known."))
    })
}

/// A board or sprint id without blanks; Jira counts both.
fn given_id<'a>(argument: &str, id: &'a str) -> Result<&'a str, ToolError> {
    match id.trim() {
        "" => Err(ToolError::argument(argument, "must not be empty", None)),
        id if id.bytes().all(|byte| byte.is_ascii_digit()) => Ok(id),
        other => Err(ToolError::argument(argument, "must be a number, such as 42", Some(other))),
    }
}

/// The issue keys of a comma list, in capitals.
fn keys(list: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for key in list.split(',').map(|key| key.trim().to_uppercase()) {
        // Jira's document wants each issue once.
        if !key.is_empty() && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Moves issues in as many requests as Jira's limit needs.
///
/// # Errors
/// When there is nothing to move, or a request fails; then the error says how many had gone.
async fn moved(
    cx: &Context,
    keys: &[String],
    request: impl Fn(&[String]) -> ApiRequest,
) -> Result<(), ToolError> {
    if keys.is_empty() {
        return Err(ToolError::argument(
            "issue_keys",
            "name at least one issue key, such as PROJ-123; nothing was changed",
            None,
        ));
    }
    let mut done = 0;
    for group in keys.chunks(agile::MAX_MOVED) {
        // An empty answer is read as null; a login page with status 200 is no success.
        cx.remote.json::<Value>(&request(group)).await.map_err(|error| {
            let error = ToolError::from(error);
            if done == 0 {
                error
            } else {
                error.after(format!("{done} of {} issues were moved", keys.len()))
            }
        })?;
        done += group.len();
        cx.progress.report(done as u64, Some(keys.len() as u64), "issues moved");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{keys, sprint};
    use serde_json::json;

    #[test]
    fn a_sprint_shows_what_is_set() {
        assert_eq!(
            sprint(&json!({"id": 37, "name": "S 1", "state": "future", "goal": null,
                           "startDate": null, "originBoardId": null})),
            json!({"id": "37", "name": "S 1", "state": "future"})
        );
    }

    #[test]
    fn a_list_of_keys_is_forgiving() {
        assert_eq!(keys(" pay-1, ,PAY-2,"), ["PAY-1", "PAY-2"]);
    }
}
