//! Boards, sprints and backlogs.
//!
//! Cloud's documents list the issues of a board below `/rest/software/1.0` with paging by
//! token; the older ones below `/rest/agile/1.0` are deprecated there and Data Center's only.

use serde_json::{Value, json};

use crate::site::Flavour;
use crate::wire::{Answer, Call, Reply, cursor, jira_error, read_cursor};

use super::accept::read_time;
use super::fields::Kind;
use super::issues::{bad_json, strings};
use super::model::*;
use super::selection::Selection;

impl Jira {
    fn show_board(&self, board: &Board, call: &Call) -> Value {
        let mut shown = json!({
            "id": board.id,
            "self": format!("{}/rest/agile/1.0/board/{}", call.base, board.id),
            "name": board.name,
            "type": board.kind,
        });
        if let (Flavour::Cloud, Some(project), Some(object)) =
            (self.flavour, self.project(&board.project), shown.as_object_mut())
        {
            object.insert(
                "location".to_owned(),
                json!({
                    "projectId": project.id.parse::<u64>().unwrap_or_default(),
                    "displayName": format!("{} ({})", project.name, project.key),
                    "projectName": project.name,
                    "projectKey": project.key,
                    "projectTypeKey": if project.style == Style::Service { "service_desk" } else { "software" },
                    "name": format!("{} ({})", project.name, project.key),
                }),
            );
            object.insert("isPrivate".to_owned(), json!(false));
        }
        shown
    }

    fn show_sprint(&self, sprint: &Sprint, call: &Call) -> Value {
        let mut shown = json!({
            "id": sprint.id,
            "self": format!("{}/rest/agile/1.0/sprint/{}", call.base, sprint.id),
            "state": sprint.state,
            "name": sprint.name,
        });
        if let Some(object) = shown.as_object_mut() {
            object.extend(sprint.dates());
            object.insert("originBoardId".to_owned(), json!(sprint.board));
            object.insert("goal".to_owned(), json!(sprint.goal));
        }
        shown
    }

    fn board_of(&self, call: &Call) -> Result<&Board, Reply> {
        let id = call.part("board");
        self.boards
            .iter()
            .find(|b| b.id.to_string() == id && self.sees(&call.user, &b.project))
            .ok_or_else(|| {
                jira_error(
                    404,
                    &format!(
                        "Board does not exist or you do not have permission to see it. ({id})"
                    ),
                )
            })
    }

    fn sprint_of(&self, call: &Call) -> Result<u64, Reply> {
        let id = call.part("sprint");
        self.sprints
            .iter()
            .find(|s| s.id.to_string() == id)
            .filter(|s| {
                self.boards.iter().any(|b| b.id == s.board && self.sees(&call.user, &b.project))
            })
            .map(|s| s.id)
            .ok_or_else(|| {
                jira_error(404, "Sprint does not exist or you do not have permission to see it.")
            })
    }

    fn sprint_ids(&self, issue: &Issue) -> Vec<u64> {
        let field = self.field_of(Kind::Sprint).map(|f| f.id.clone()).unwrap_or_default();
        issue.value(&field).as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
    }

    /// Issues of a board in its order, narrowed by the call's JQL.
    fn board_issues(&self, base: &str, call: &Call) -> Result<Vec<u64>, Reply> {
        let jql = match call.q("jql").map(str::trim).filter(|q| !q.is_empty()) {
            None => format!("{base} ORDER BY Rank"),
            Some(own) => match own.to_lowercase().find("order by") {
                Some(0) => format!("{base} {own}"),
                Some(at) => {
                    let (filter, order) = own.split_at(at);
                    format!("{base} AND ({filter}) {order}")
                }
                None => format!("{base} AND ({own}) ORDER BY Rank"),
            },
        };
        self.query(&jql, call)
    }

    fn board_jql(&self, board: &Board) -> String {
        // Epics stand in the backlog's own panel on scrum boards.
        let epics = if board.kind == "scrum" { " AND issuetype != Epic" } else { "" };
        format!("project = {}{epics}", board.project)
    }
}

/// `GET /rest/agile/1.0/board`
pub(crate) fn boards(jira: &mut Jira, call: &Call) -> Answer {
    if let Some(key) = call.q("projectKeyOrId")
        && !jira.project(key).is_some_and(|p| jira.sees(&call.user, &p.key))
    {
        return Err(jira_error(400, &format!("No project could be found with key or id '{key}'.")));
    }
    let name = call.q("name").unwrap_or_default().to_lowercase();
    let kinds = call.list("type");
    let wanted = call.q("projectKeyOrId").and_then(|key| jira.project(key)).map(|p| p.key.clone());
    let all: Vec<Value> = jira
        .boards
        .iter()
        .filter(|b| jira.sees(&call.user, &b.project))
        .filter(|b| b.name.to_lowercase().contains(&name))
        .filter(|b| kinds.is_empty() || kinds.contains(&b.kind))
        .filter(|b| wanted.as_ref().is_none_or(|key| *key == b.project))
        .map(|b| jira.show_board(b, call))
        .collect();
    Ok(Reply::ok(&jira.page(&all, "/rest/agile/1.0/board", 50, call)))
}

/// `GET /rest/agile/1.0/board/{board}`
pub(crate) fn board(jira: &mut Jira, call: &Call) -> Answer {
    let board = jira.board_of(call)?;
    Ok(Reply::ok(&jira.show_board(board, call)))
}

/// `GET /rest/agile/1.0/board/{board}/configuration`
pub(crate) fn configuration(jira: &mut Jira, call: &Call) -> Answer {
    let board = jira.board_of(call)?;
    let estimation = jira.field_id("Story Points");
    Ok(Reply::ok(&json!({
        "id": board.id,
        "name": board.name,
        "type": board.kind,
        "self": format!("{}/rest/agile/1.0/board/{}/configuration", call.base, board.id),
        "filter": {"id": board.filter_id()},
        "estimation": {"type": "field", "field": {"fieldId": estimation, "displayName": "Story Points"}},
        "ranking": {"rankCustomFieldId": jira.field_of(Kind::Rank).map(super::fields::Field::number)},
    })))
}

/// `GET /rest/agile/1.0/board/{board}/project`
pub(crate) fn projects(jira: &mut Jira, call: &Call) -> Answer {
    let board = jira.board_of(call)?;
    let shown = jira.project(&board.project).map(|p| jira.show_project_brief(p, call));
    let all: Vec<Value> = shown.into_iter().collect();
    let path = format!("/rest/agile/1.0/board/{}/project", board.id);
    Ok(Reply::ok(&jira.page(&all, &path, 50, call)))
}

/// `GET /rest/agile/1.0/board/{board}/sprint`
pub(crate) fn sprints(jira: &mut Jira, call: &Call) -> Answer {
    let board = jira.board_of(call)?;
    if board.kind == "kanban" {
        return Err(jira_error(400, "The board does not support sprints"));
    }
    let states = call.list("state");
    if let Some(strange) =
        states.iter().find(|s| !matches!(s.as_str(), "future" | "active" | "closed"))
    {
        return Err(jira_error(
            400,
            &format!("Sprint state '{strange}' is not valid. Use future, active or closed."),
        ));
    }
    let all: Vec<Value> = jira
        .sprints
        .iter()
        .filter(|s| s.board == board.id)
        .filter(|s| states.is_empty() || states.contains(&s.state))
        .map(|s| jira.show_sprint(s, call))
        .collect();
    Ok(Reply::ok(&jira.page(&all, &format!("/rest/agile/1.0/board/{}/sprint", board.id), 50, call)))
}

fn offset_page(jira: &Jira, found: &[u64], call: &Call) -> Answer {
    let (start, size) = (call.number("startAt", 0), call.number("maxResults", 50).min(1000));
    let selection = Selection::read(&call.list("fields"), "*navigable");
    let mut issues = Vec::new();
    for id in found.iter().skip(start).take(size) {
        issues.push(jira.show_issue(jira.get(*id)?, &selection, &call.list("expand"), &[], call));
    }
    Ok(Reply::ok(&json!({
        "expand": "schema,names",
        "startAt": start,
        "maxResults": size,
        "total": found.len(),
        "issues": issues,
    })))
}

fn token_page(jira: &Jira, found: &[u64], call: &Call) -> Answer {
    let start = match call.q("nextPageToken") {
        None => 0,
        Some(token) => read_cursor("board", token).ok_or_else(|| {
            jira_error(400, "The provided next page token is invalid or expired.")
        })?,
    };
    let size = call.number("maxResults", 50).clamp(1, 100);
    let selection = Selection::read(&call.list("fields"), "*navigable");
    let mut issues = Vec::new();
    for id in found.iter().skip(start).take(size) {
        issues.push(jira.show_issue(jira.get(*id)?, &selection, &call.list("expand"), &[], call));
    }
    let end = start + issues.len();
    let mut shown = json!({"issues": issues, "isLast": end >= found.len()});
    if end < found.len()
        && let Some(object) = shown.as_object_mut()
    {
        object.insert("nextPageToken".to_owned(), json!(cursor("board", end)));
    }
    Ok(Reply::ok(&shown))
}

/// `GET /rest/agile/1.0/board/{board}/issue` (Data Center)
pub(crate) fn board_issues(jira: &mut Jira, call: &Call) -> Answer {
    let base = jira.board_jql(jira.board_of(call)?);
    offset_page(jira, &jira.board_issues(&base, call)?, call)
}

/// `GET /rest/software/1.0/board/{board}/issue` (Cloud)
pub(crate) fn board_issues_by_token(jira: &mut Jira, call: &Call) -> Answer {
    let base = jira.board_jql(jira.board_of(call)?);
    token_page(jira, &jira.board_issues(&base, call)?, call)
}

/// `GET /rest/software/1.0/board/{board}/issue/approximate-count` (Cloud)
pub(crate) fn board_count(jira: &mut Jira, call: &Call) -> Answer {
    let base = jira.board_jql(jira.board_of(call)?);
    Ok(Reply::ok(&json!({"count": jira.board_issues(&base, call)?.len()})))
}

/// `GET /rest/agile/1.0/sprint/{sprint}/issue` (Data Center)
pub(crate) fn sprint_issues(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.sprint_of(call)?;
    offset_page(jira, &jira.board_issues(&format!("sprint = {id}"), call)?, call)
}

/// `GET /rest/software/1.0/sprint/{sprint}/issue` (Cloud)
pub(crate) fn sprint_issues_by_token(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.sprint_of(call)?;
    token_page(jira, &jira.board_issues(&format!("sprint = {id}"), call)?, call)
}

/// `GET /rest/agile/1.0/sprint/{sprint}`
pub(crate) fn sprint(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.sprint_of(call)?;
    let shown = jira.sprint(id).map(|s| jira.show_sprint(s, call));
    Ok(Reply::ok(&shown.unwrap_or_default()))
}

/// A moment of a sprint: Jira's own form or ISO 8601 with an offset.
fn moment(body: &Value, key: &str) -> Result<Option<String>, Reply> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text))
            if read_time(text).is_some() || text.parse::<jiff::Timestamp>().is_ok() =>
        {
            Ok(Some(text.clone()))
        }
        Some(other) => Err(jira_error(
            400,
            &format!("{key}: '{other}' is not a date with a time and an offset"),
        )),
    }
}

/// `POST /rest/agile/1.0/sprint`
pub(crate) fn create_sprint(jira: &mut Jira, call: &Call) -> Answer {
    let Some(body) = call.json() else { return Err(bad_json()) };
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("name").trim().to_owned();
    if name.is_empty() || name.chars().count() > 30 {
        return Err(jira_error(400, "The sprint name must have 1 to 30 characters."));
    }
    let board = body
        .get("originBoardId")
        .map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned))
        .unwrap_or_default();
    let Some(board) = jira
        .boards
        .iter()
        .find(|b| b.id.to_string() == board && jira.sees(&call.user, &b.project))
        .cloned()
    else {
        return Err(jira_error(
            404,
            "Board does not exist or you do not have permission to see it.",
        ));
    };
    if board.kind == "kanban" {
        return Err(jira_error(400, "The board does not support sprints"));
    }
    let sprint = Sprint {
        id: jira.sprints.iter().map(|s| s.id).max().unwrap_or(0) + 1,
        board: board.id,
        name,
        state: "future".to_owned(),
        goal: text("goal").to_owned(),
        start: moment(&body, "startDate")?,
        end: moment(&body, "endDate")?,
        complete: None,
    };
    let shown = jira.show_sprint(&sprint, call);
    jira.sprints.push(sprint);
    Ok(Reply::created(&shown))
}

/// `POST` (some values) and `PUT` (all values) of `/rest/agile/1.0/sprint/{sprint}`
pub(crate) fn update_sprint(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.sprint_of(call)?;
    let Some(body) = call.json() else { return Err(bad_json()) };
    let (start, end) = (moment(&body, "startDate")?, moment(&body, "endDate")?);
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let now = crate::people::confluence_time(jira.clock.tick());
    let Some(sprint) = jira.sprints.iter_mut().find(|s| s.id == id) else { return Err(bad_json()) };
    match (sprint.state.as_str(), text("state")) {
        (_, None) => {}
        (have, Some(want)) if have == want => {}
        ("future", Some("active")) => {
            if (start.is_none() && sprint.start.is_none())
                || (end.is_none() && sprint.end.is_none())
            {
                return Err(jira_error(
                    400,
                    "A sprint needs a start and an end date to be started.",
                ));
            }
            sprint.state = "active".to_owned();
        }
        ("active", Some("closed")) => {
            sprint.state = "closed".to_owned();
            sprint.complete = Some(now);
        }
        (have, Some(want)) => {
            return Err(jira_error(400, &format!("A sprint cannot go from '{have}' to '{want}'.")));
        }
    }
    if let Some(name) = text("name") {
        sprint.name = name.to_owned();
    }
    if let Some(goal) = text("goal") {
        sprint.goal = goal.to_owned();
    }
    sprint.start = start.or_else(|| sprint.start.clone());
    sprint.end = end.or_else(|| sprint.end.clone());
    let shown = jira.sprint(id).map(|s| jira.show_sprint(s, call));
    Ok(Reply::ok(&shown.unwrap_or_default()))
}

/// `DELETE /rest/agile/1.0/sprint/{sprint}`
pub(crate) fn remove_sprint(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.sprint_of(call)?;
    jira.sprints.retain(|s| s.id != id);
    Ok(Reply::none())
}

fn asked(jira: &Jira, call: &Call) -> Result<Vec<u64>, Reply> {
    let body = call.json().unwrap_or_default();
    let keys = strings(&body, "issues");
    if keys.is_empty() || keys.len() > 50 {
        return Err(jira_error(400, "Between 1 and 50 issues can be moved at once."));
    }
    keys.iter()
        .map(|key| {
            jira.visible(key, &call.user).ok_or_else(|| {
                jira_error(
                    404,
                    &format!(
                        "Issue does not exist or you do not have permission to see it. ({key})"
                    ),
                )
            })
        })
        .collect()
}

fn put_into(jira: &mut Jira, ids: &[u64], sprint: Option<u64>, call: &Call) {
    let Some(field) = jira.field_of(Kind::Sprint).map(|f| f.id.clone()) else { return };
    for id in ids {
        let Some(issue) = jira.issues.get(id) else { continue };
        // Closed sprints stay in the field; only the open one changes.
        let mut kept: Vec<u64> = jira
            .sprint_ids(issue)
            .into_iter()
            .filter(|s| jira.sprint(*s).is_some_and(|s| s.state == "closed"))
            .collect();
        kept.extend(sprint);
        let value = if kept.is_empty() { Value::Null } else { json!(kept) };
        jira.store(*id, vec![(field.clone(), value)], &call.user);
    }
}

/// `POST /rest/agile/1.0/sprint/{sprint}/issue`
pub(crate) fn add_to_sprint(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.sprint_of(call)?;
    if jira.sprint(id).is_some_and(|s| s.state == "closed") {
        return Err(jira_error(400, "Issues can only be moved to open or future sprints."));
    }
    let ids = asked(jira, call)?;
    put_into(jira, &ids, Some(id), call);
    Ok(Reply::none())
}

/// `POST /rest/agile/1.0/backlog/issue`
pub(crate) fn to_backlog(jira: &mut Jira, call: &Call) -> Answer {
    let ids = asked(jira, call)?;
    put_into(jira, &ids, None, call);
    Ok(Reply::none())
}

/// `POST /rest/agile/1.0/epic/{epic}/issue`: puts issues below an epic.
pub(crate) fn add_to_epic(jira: &mut Jira, call: &Call) -> Answer {
    let epic = jira
        .visible(call.part("epic"), &call.user)
        .and_then(|id| jira.issues.get(&id))
        .filter(|e| jira.issue_type(e.text("issuetype")).is_some_and(|t| t.level == 1));
    let Some((epic_id, epic_key)) = epic.map(|e| (e.id, e.key.clone())) else {
        return Err(jira_error(
            404,
            "The epic does not exist or you do not have permission to see it.",
        ));
    };
    for id in asked(jira, call)? {
        let value = match jira.field_of(Kind::EpicLink).map(|f| f.id.clone()) {
            Some(field) => (field, json!(epic_key)),
            None => ("parent".to_owned(), json!(epic_id.to_string())),
        };
        jira.store(id, vec![value], &call.user);
    }
    Ok(Reply::none())
}
