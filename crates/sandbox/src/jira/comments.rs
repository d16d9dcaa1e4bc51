//! Comments of issues.

use serde_json::{Value, json};

use crate::wire::{Answer, Call, Reply, jira_error};

use super::accept::Refused;
use super::issues::bad_json;
use super::model::*;

/// Groups and roles a comment can be limited to.
const GROUPS: &[&str] = &["jira-software-users", "jira-administrators", "jira-users"];
const ROLES: &[&str] = &["Administrators", "Developers", "Service Desk Team"];

/// Checks a `visibility` object.
pub(crate) fn visibility(body: &Value) -> Result<Option<Value>, Reply> {
    let Some(given) = body.get("visibility").filter(|v| !v.is_null()) else { return Ok(None) };
    let text = |key: &str| given.get(key).and_then(Value::as_str);
    let value = text("value").or_else(|| text("identifier")).unwrap_or_default();
    let known = match text("type") {
        Some("group") => GROUPS.contains(&value),
        Some("role") => ROLES.contains(&value),
        _ => {
            return Err(jira_error(
                400,
                "The visibility type is not valid. Possible values are 'group' and 'role'.",
            ));
        }
    };
    if !known {
        let kind = text("type").unwrap_or_default();
        let message = format!("The selected {kind} '{value}' does not exist or you are not in it.");
        return Err(Reply::json(
            400,
            &json!({"errorMessages": [], "errors": {"commentLevel": message}}),
        ));
    }
    Ok(Some(json!({"type": text("type"), "value": value, "identifier": value})))
}

/// The body of a comment or work log in the called version's form.
pub(crate) fn text(
    jira: &Jira,
    value: Option<&Value>,
    field: &str,
    call: &Call,
) -> Result<Value, Reply> {
    let value = value.unwrap_or(&Value::Null);
    let blank = value.is_null() || value.as_str().is_some_and(|t| t.trim().is_empty());
    if blank {
        let errors =
            json!({"errorMessages": [], "errors": {field: "Comment body can not be empty!"}});
        return Err(Reply::json(400, &errors));
    }
    jira.accept_rich(value, call).map_err(|refused| match refused {
        Refused::Field(message) => {
            Reply::json(400, &json!({"errorMessages": [], "errors": {field: message}}))
        }
        Refused::Document(why) => jira_error(400, "INVALID_INPUT").reason(&why),
    })
}

/// `GET /issue/{key}/comment`
pub(crate) fn list(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let issue = jira.get(id)?;
    let mut all: Vec<&Comment> = issue.comments.iter().collect();
    match call.q("orderBy") {
        None | Some("created" | "+created") => {}
        Some("-created") => all.reverse(),
        Some(other) => {
            return Err(jira_error(400, &format!("Could not order by '{other}'.")));
        }
    }
    let start = call.number("startAt", 0);
    let size = match jira.flavour {
        crate::Flavour::Cloud => call.number("maxResults", 100).min(100),
        crate::Flavour::DataCenter => call.number("maxResults", usize::MAX).min(1_048_576),
    };
    let shown: Vec<Value> =
        all.into_iter().skip(start).take(size).map(|c| jira.show_comment(issue, c, call)).collect();
    Ok(Reply::ok(&json!({
        "startAt": start,
        "maxResults": size,
        "total": issue.comments.len(),
        "comments": shown,
    })))
}

/// `POST /issue/{key}/comment`
pub(crate) fn add(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let Some(body) = call.json() else { return Err(bad_json()) };
    let words = text(jira, body.get("body"), "comment", call)?;
    let visibility = visibility(&body)?;
    let user = call.user.clone();
    let Some(comment) = jira.push_comment(id, &user, words, visibility, true) else {
        return Err(bad_json());
    };
    let issue = jira.get(id)?;
    Ok(Reply::created(&jira.show_comment(issue, &comment, call)))
}

fn place(jira: &Jira, call: &Call) -> Result<(u64, usize), Reply> {
    let id = jira.issue_of(call)?;
    let wanted = call.part("id");
    let at = jira.get(id)?.comments.iter().position(|c| c.id == wanted);
    at.map(|at| (id, at))
        .ok_or_else(|| jira_error(404, &format!("Can not find a comment for the id: {wanted}.")))
}

/// `GET /issue/{key}/comment/{id}`
pub(crate) fn read(jira: &mut Jira, call: &Call) -> Answer {
    let (id, at) = place(jira, call)?;
    let issue = jira.get(id)?;
    let shown = issue.comments.get(at).map(|c| jira.show_comment(issue, c, call));
    Ok(Reply::ok(&shown.unwrap_or_default()))
}

/// `PUT /issue/{key}/comment/{id}`
pub(crate) fn edit(jira: &mut Jira, call: &Call) -> Answer {
    let (id, at) = place(jira, call)?;
    let Some(body) = call.json() else { return Err(bad_json()) };
    let words = text(jira, body.get("body"), "comment", call)?;
    let visibility = visibility(&body)?;
    let now = jira.clock.tick();
    if let Some(issue) = jira.issues.get_mut(&id) {
        issue.updated = now;
        if let Some(comment) = issue.comments.get_mut(at) {
            comment.body = words;
            comment.updated = now;
            if visibility.is_some() {
                comment.visibility = visibility;
            }
        }
    }
    read(jira, call)
}

/// `DELETE /issue/{key}/comment/{id}`
pub(crate) fn remove(jira: &mut Jira, call: &Call) -> Answer {
    let (id, at) = place(jira, call)?;
    if let Some(issue) = jira.issues.get_mut(&id) {
        issue.comments.remove(at);
    }
    Ok(Reply::none())
}
