//! `/rest/agile/1.0`: boards, sprints and the backlog, the same on Cloud and Data Center.
//!
//! The lists of a board's, sprint's and epic's issues are deprecated on Cloud: there a search by
//! the board's own filter takes their place; [`board_issues`] is for Data Center.

use atlassian_http::{ApiPath, ApiRequest};
use atlassian_settings::Deployment;
use serde_json::{Map, Value, json};

/// Issues that one request moves at most (Jira Software REST API, "Move issues to sprint").
pub const MAX_MOVED: usize = 50;

fn agile(path: &'static str) -> ApiPath {
    ApiPath::api("/rest/agile/1.0").then(path)
}

fn board(id: &str) -> ApiPath {
    agile("/board").segment(id)
}

fn sprint(id: &str) -> ApiPath {
    agile("/sprint").segment(id)
}

/// Which boards are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoardQuery<'a> {
    /// Text in the name.
    pub name: Option<&'a str>,
    /// Boards that show issues of this project.
    pub project: Option<&'a str>,
    /// `scrum`, `kanban` or `simple`.
    pub kind: Option<&'a str>,
}

/// One page of boards.
#[must_use]
pub fn boards(query: &BoardQuery<'_>, start: u64, max: u32) -> ApiRequest {
    ApiRequest::get(agile("/board"), "list boards")
        .query_opt("name", query.name)
        .query_opt("projectKeyOrId", query.project)
        .query_opt("type", query.kind)
        .query_opt("startAt", (start > 0).then_some(start))
        .query("maxResults", max)
}

/// One board; on Cloud with the project it is in (`location`).
#[must_use]
pub fn get_board(id: &str) -> ApiRequest {
    ApiRequest::get(board(id), format!("read board {id}"))
}

/// The projects that a board shows issues of.
#[must_use]
pub fn board_projects(id: &str) -> ApiRequest {
    ApiRequest::get(board(id).then("/project"), format!("find the projects of board {id}"))
}

/// How a board is set up: its filter and, for kanban, its own further query.
#[must_use]
pub fn board_configuration(id: &str) -> ApiRequest {
    ApiRequest::get(board(id).then("/configuration"), format!("read the setup of board {id}"))
}

/// One page of a board's issues (Data Center).
#[must_use]
pub fn board_issues(
    id: &str,
    jql: &str,
    fields: &str,
    expand: Option<&str>,
    start: u64,
    max: u32,
) -> ApiRequest {
    ApiRequest::get(board(id).then("/issue"), format!("search issues of board {id}"))
        .query("startAt", start)
        .query("maxResults", max)
        .query("fields", fields)
        .query("jql", jql)
        .query_opt("expand", expand.filter(|list| !list.is_empty()))
}

/// One page of a board's sprints; `state` is a comma list of `active`, `future`, `closed`.
#[must_use]
pub fn sprints(board_id: &str, state: Option<&str>, start: u64, max: u32) -> ApiRequest {
    ApiRequest::get(
        board(board_id).then("/sprint"),
        format!("list the sprints of board {board_id}"),
    )
    .query_opt("startAt", (start > 0).then_some(start))
    .query("maxResults", max)
    .query_opt("state", state)
}

/// One sprint; the answer holds the board it was made on.
#[must_use]
pub fn get_sprint(id: &str) -> ApiRequest {
    ApiRequest::get(sprint(id), format!("read sprint {id}"))
}

/// Creates a future sprint. Cloud documents `originBoardId` as a number; Data Center takes text
/// too and is sent what the caller gave.
#[must_use]
pub fn create_sprint(
    deployment: Deployment,
    name: &str,
    board: &str,
    further: Map<String, Value>,
) -> ApiRequest {
    let mut body = Map::new();
    body.insert("name".to_owned(), Value::from(name));
    let number = board.parse::<u64>().ok().filter(|_| deployment.is_cloud());
    body.insert("originBoardId".to_owned(), number.map_or_else(|| board.into(), Value::from));
    body.extend(further);
    ApiRequest::post(
        agile("/sprint"),
        Value::Object(body),
        format!("create sprint {name} on board {board}"),
    )
}

/// Changes the given fields of a sprint (a POST changes partially, a PUT would wipe the others).
#[must_use]
pub fn update_sprint(id: &str, fields: Map<String, Value>) -> ApiRequest {
    ApiRequest::post(sprint(id), Value::Object(fields), format!("update sprint {id}"))
}

/// Moves issues into a sprint, at most [`MAX_MOVED`].
#[must_use]
pub fn move_to_sprint(id: &str, issues: &[String]) -> ApiRequest {
    ApiRequest::post(
        sprint(id).then("/issue"),
        json!({ "issues": issues }),
        format!("move {} issues to sprint {id}", issues.len()),
    )
}

/// Moves issues to the backlog, at most [`MAX_MOVED`].
#[must_use]
pub fn move_to_backlog(issues: &[String]) -> ApiRequest {
    ApiRequest::post(
        agile("/backlog/issue"),
        json!({ "issues": issues }),
        format!("move {} issues to the backlog", issues.len()),
    )
}

#[cfg(test)]
mod tests {
    use super::{BoardQuery, boards, create_sprint, sprints, update_sprint};
    use atlassian_http::Body;
    use atlassian_settings::Deployment;
    use serde_json::{Map, json};

    #[test]
    fn what_is_not_asked_is_not_sent() {
        let request = boards(&BoardQuery::default(), 0, 10);
        assert_eq!(request.query, [("maxResults".to_owned(), "10".to_owned())]);
        let request = sprints("7", Some("active"), 5, 10);
        assert_eq!(request.path.as_str(), "/rest/agile/1.0/board/7/sprint");
        assert_eq!(request.query.len(), 3);
    }

    #[test]
    fn a_sprint_belongs_to_its_board_and_is_changed_in_parts() {
        match create_sprint(Deployment::Cloud, "S", "84", Map::new()).body {
            Body::Json(body) => assert_eq!(body, json!({"name": "S", "originBoardId": 84})),
            _ => panic!("a creation has a body"),
        }
        assert_eq!(update_sprint("1/2", Map::new()).path.as_str(), "/rest/agile/1.0/sprint/1%2F2");
    }
}
