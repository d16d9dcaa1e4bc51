//! Work logs, watchers, votes and properties of issues.

use serde_json::{Value, json};

use crate::people::jira_time;
use crate::site::Flavour;
use crate::wire::{Answer, Call, Reply, jira_error};

use super::accept::read_time;
use super::comments::visibility;
use super::durations::seconds;
use super::issues::bad_json;
use super::model::*;

fn problem(field: &str, message: &str) -> Reply {
    Reply::json(400, &json!({"errorMessages": [], "errors": {field: message}}))
}

/// `GET /issue/{key}/worklog`
pub(crate) fn list(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let issue = jira.get(id)?;
    let start = call.number("startAt", 0);
    let size = call.number("maxResults", 5000).min(5000);
    let bound = |name: &str| call.q(name).and_then(|n| n.parse::<i64>().ok());
    let shown: Vec<&Worklog> = issue
        .worklogs
        .iter()
        .filter(|w| bound("startedAfter").is_none_or(|at| w.started.as_millisecond() > at))
        .filter(|w| bound("startedBefore").is_none_or(|at| w.started.as_millisecond() < at))
        .collect();
    let page: Vec<Value> =
        shown.iter().skip(start).take(size).map(|w| jira.show_worklog(issue, w, call)).collect();
    Ok(Reply::ok(
        &json!({"startAt": start, "maxResults": size, "total": shown.len(), "worklogs": page}),
    ))
}

/// `POST /issue/{key}/worklog`
pub(crate) fn add(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let Some(body) = call.json() else { return Err(bad_json()) };
    let spent = match (body.get("timeSpent").and_then(Value::as_str), body.get("timeSpentSeconds"))
    {
        (Some(text), _) => seconds(text).filter(|s| *s > 0),
        (None, Some(number)) => number.as_i64().filter(|s| *s >= 60),
        (None, None) => None,
    };
    let Some(spent) = spent else {
        return Err(problem("timeLogged", "Invalid time duration entered."));
    };
    let started = match body.get("started") {
        None | Some(Value::Null) => jira.clock.now(),
        Some(given) => given.as_str().and_then(read_time).ok_or_else(|| {
            problem(
                "started",
                "Worklog start date must be in the format yyyy-MM-dd'T'HH:mm:ss.SSSZ",
            )
        })?,
    };
    let comment = match body.get("comment") {
        None | Some(Value::Null) => Value::Null,
        given => super::comments::text(jira, given, "comment", call)?,
    };
    let visibility = visibility(&body)?;
    let remaining = jira.get(id)?.value("timeestimate").as_i64();
    let left = match call.q("adjustEstimate") {
        Some("new") => {
            let text = call.q("newEstimate").unwrap_or_default();
            Some(seconds(text).ok_or_else(|| {
                problem("newEstimate", "The new estimate is not a valid duration.")
            })?)
        }
        Some("leave") => remaining,
        Some("manual") => {
            remaining.map(|r| (r - call.q("reduceBy").and_then(seconds).unwrap_or(0)).max(0))
        }
        None | Some("auto") => remaining.map(|r| (r - spent).max(0)),
        Some(other) => {
            return Err(problem(
                "adjustEstimate",
                &format!("'{other}' is not a way to adjust the estimate."),
            ));
        }
    };
    let at = jira.clock.tick();
    let log = Worklog {
        id: jira.fresh_id().to_string(),
        author: call.user.clone(),
        comment,
        started,
        created: at,
        seconds: spent,
        visibility,
    };
    if let Some(issue) = jira.issues.get_mut(&id) {
        issue.worklogs.push(log.clone());
        issue.updated = at;
        if let Some(left) = left {
            issue.values.insert("timeestimate".to_owned(), json!(left));
        }
    }
    let issue = jira.get(id)?;
    Ok(Reply::created(&jira.show_worklog(issue, &log, call)))
}

/// `DELETE /issue/{key}/worklog/{id}`
pub(crate) fn remove(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let wanted = call.part("id").to_owned();
    let found = jira.issues.get_mut(&id).is_some_and(|issue| {
        let before = issue.worklogs.len();
        issue.worklogs.retain(|w| w.id != wanted);
        issue.worklogs.len() < before
    });
    if found {
        Ok(Reply::none())
    } else {
        Err(jira_error(404, &format!("Cannot find worklog with id: '{wanted}'.")))
    }
}

/// `GET /issue/{key}/watchers`
pub(crate) fn watchers(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let issue = jira.get(id)?;
    Ok(Reply::ok(&json!({
        "self": format!("{}/rest/api/{}/issue/{}/watchers", call.base, jira.version_in(call), issue.key),
        "isWatching": issue.watchers.contains(&call.user),
        "watchCount": issue.watchers.len(),
        "watchers": issue.watchers.iter().map(|w| jira.user(w, call)).collect::<Vec<_>>(),
    })))
}

fn named(jira: &Jira, given: &str) -> Result<String, Reply> {
    let found = match jira.flavour {
        Flavour::Cloud => jira.people.by_account(given),
        Flavour::DataCenter => jira.people.by_login(given),
    };
    found.map(|p| p.name.clone()).ok_or_else(|| {
        let status = if jira.flavour == Flavour::Cloud { 400 } else { 404 };
        jira_error(status, &format!("The user \"{given}\" does not exist or cannot see the issue."))
    })
}

/// `POST /issue/{key}/watchers`: the body is a JSON string, empty for the caller.
pub(crate) fn watch(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let user = match call.json() {
        Some(Value::String(given)) => named(jira, &given)?,
        None if call.body.is_empty() => call.user.clone(),
        _ => return Err(bad_json()),
    };
    if let Some(issue) = jira.issues.get_mut(&id) {
        issue.watchers.insert(user);
    }
    Ok(Reply::none())
}

/// `DELETE /issue/{key}/watchers`
pub(crate) fn unwatch(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let given = match jira.flavour {
        Flavour::Cloud => call.q("accountId"),
        Flavour::DataCenter => call.q("username"),
    };
    let Some(given) = given else {
        return Err(jira_error(400, "The user to remove must be given."));
    };
    let user = named(jira, given)?;
    if let Some(issue) = jira.issues.get_mut(&id) {
        issue.watchers.remove(&user);
    }
    Ok(Reply::none())
}

/// `GET /issue/{key}/properties`
pub(crate) fn properties(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let issue = jira.get(id)?;
    let keys: Vec<Value> = issue
        .properties
        .keys()
        .map(|key| json!({"self": format!("{}/rest/api/{}/issue/{}/properties/{key}", call.base, jira.version_in(call), issue.id), "key": key}))
        .collect();
    Ok(Reply::ok(&json!({"keys": keys})))
}

/// `GET /issue/{key}/properties/{property}`
pub(crate) fn property(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let key = call.part("property");
    match jira.get(id)?.properties.get(key) {
        Some(value) => Ok(Reply::ok(&json!({"key": key, "value": value}))),
        None => Err(jira_error(404, &format!("The property with key '{key}' does not exist."))),
    }
}

/// `PUT /issue/{key}/properties/{property}`
pub(crate) fn set_property(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let Some(value) = call.json() else { return Err(bad_json()) };
    let key = call.part("property").to_owned();
    let known = jira.issues.get_mut(&id).and_then(|issue| issue.properties.insert(key, value));
    Ok(Reply::empty(if known.is_some() { 200 } else { 201 }))
}

/// `GET /label` (Cloud)
pub(crate) fn labels(jira: &mut Jira, call: &Call) -> Answer {
    let mut all: Vec<&str> = jira.issues.values().flat_map(|i| i.many("labels")).collect();
    all.sort_unstable();
    all.dedup();
    let all: Vec<Value> = all.into_iter().map(Value::from).collect();
    Ok(Reply::ok(&jira.page(&all, "label", 1000, call)))
}

/// `GET /project/{project}/role`: links by name.
pub(crate) fn roles(jira: &mut Jira, call: &Call) -> Answer {
    let Some(project) =
        jira.project(call.part("project")).filter(|p| jira.sees(&call.user, &p.key))
    else {
        return Err(jira_error(404, "No project could be found with that key."));
    };
    let link = |id: u32| {
        format!("{}/rest/api/{}/project/{}/role/{id}", call.base, jira.version_in(call), project.id)
    };
    Ok(Reply::ok(&json!({"Administrators": link(10002), "Developers": link(10003)})))
}

/// When the clock of the site stands, for answers that carry it.
pub(crate) fn now(jira: &Jira) -> String {
    jira_time(jira.clock.now())
}
