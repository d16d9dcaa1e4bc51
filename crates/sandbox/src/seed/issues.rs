//! Issues of the seed file, with their comments, work logs, files and history.

use std::collections::BTreeSet;
use std::io;

use bytes::Bytes;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::adf;
use crate::jira::durations::seconds;
use crate::jira::fields::{Choice, Field, Kind};
use crate::jira::model::*;
use crate::jira::{Jira, blank_issue};
use crate::people::START_MILLIS;
use crate::site::Flavour;

use super::{broken, list, text, texts};

/// A rich text of the seed: paragraphs as text, or a list of paragraphs and nodes.
pub(crate) fn rich(flavour: Flavour, value: &Value) -> Value {
    match (flavour, value) {
        (_, Value::Null) => Value::Null,
        (Flavour::Cloud, Value::String(text)) => adf::from_text(text),
        (Flavour::Cloud, Value::Array(blocks)) => {
            let content: Vec<Value> = blocks
                .iter()
                .map(|block| match block {
                    Value::String(text) => {
                        json!({"type": "paragraph", "content": [{"type": "text", "text": text}]})
                    }
                    node => node.clone(),
                })
                .collect();
            json!({"type": "doc", "version": 1, "content": content})
        }
        (Flavour::DataCenter, Value::Array(lines)) => {
            let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
            json!(lines.join("\n"))
        }
        (_, other) => other.clone(),
    }
}
/// Issues are spread evenly over the months before the site's clock starts.
pub(super) fn place_issue(
    jira: &mut Jira,
    entry: &Value,
    place: usize,
    of: usize,
) -> io::Result<()> {
    let key = text(entry, "key").to_owned();
    let project_key = key.split('-').next().unwrap_or_default().to_owned();
    let project = jira
        .project(&project_key)
        .cloned()
        .ok_or_else(|| broken(&format!("no project for {key}")))?;
    let kind = project
        .types
        .iter()
        .filter_map(|id| jira.issue_type(id))
        .find(|kind| kind.name == text(entry, "type"))
        .map(|kind| kind.id.clone())
        .ok_or_else(|| broken(&format!("{key} has a type its project lacks")))?;
    let created = match entry.get("created").and_then(Value::as_str) {
        Some(at) => at.parse().map_err(|_| broken(&format!("{key}: created")))?,
        None => {
            let left = i64::try_from(of - place).unwrap_or(1);
            let back = left * 53 + 170;
            Timestamp::from_millisecond(START_MILLIS).map_err(|e| broken(&e.to_string()))?
                - back.hours()
        }
    };
    let id = jira.fresh_id();
    let mut issue = blank_issue(id, key.clone(), &project, &kind, created);
    issue.watchers = texts(entry, "watchers").into_iter().collect::<BTreeSet<_>>();
    jira.issues.insert(id, issue);
    for old in texts(entry, "oldKeys") {
        jira.keys.insert(old, id);
    }
    let number = key.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    jira.keys.insert(key, id);
    if let Some(project) = jira.project_mut(&project_key) {
        project.last_number = project.last_number.max(number);
    }
    Ok(())
}

pub(super) fn fill_issue(jira: &mut Jira, entry: &Value) -> io::Result<()> {
    let key = text(entry, "key");
    let Some(id) = jira.find(key) else { return Err(broken(key)) };
    let Some(created) = jira.issues.get(&id).map(|issue| issue.created) else {
        return Err(broken(key));
    };
    let mut values: Vec<(String, Value)> = Vec::new();
    let wrong = |what: &str, name: &str| broken(&format!("{key}: unknown {what} {name}"));
    let mut put = |field: &str, value: Value| values.push((field.to_owned(), value));
    put("summary", json!(text(entry, "summary")));
    put("description", rich(jira.flavour, entry.get("description").unwrap_or(&Value::Null)));
    put("environment", rich(jira.flavour, entry.get("environment").unwrap_or(&Value::Null)));
    let find = |list: &[Named], what: &str, name: &str| {
        list.iter().find(|n| n.name == name).map(|n| json!(n.id)).ok_or_else(|| wrong(what, name))
    };
    let status = text(entry, "status");
    let status =
        jira.statuses.iter().find(|s| s.name == status).ok_or_else(|| wrong("status", status))?;
    let done = status.category == "done";
    put("status", json!(status.id));
    let priority =
        if text(entry, "priority").is_empty() { "Medium" } else { text(entry, "priority") };
    put("priority", find(&jira.priorities, "priority", priority)?);
    match text(entry, "resolution") {
        "" if done => {
            put("resolution", jira.resolutions.first().map_or(Value::Null, |r| json!(r.id)));
        }
        "" => put("resolution", Value::Null),
        name => put("resolution", find(&jira.resolutions, "resolution", name)?),
    }
    let reporter = if text(entry, "reporter").is_empty() {
        jira.people.all.first().map_or("", |p| p.name.as_str())
    } else {
        text(entry, "reporter")
    };
    for (field, name) in
        [("assignee", text(entry, "assignee")), ("reporter", reporter), ("creator", reporter)]
    {
        if name.is_empty() {
            put(field, Value::Null);
        } else if jira.people.get(name).is_some() {
            put(field, json!(name));
        } else {
            return Err(wrong("user", name));
        }
    }
    put("labels", json!(texts(entry, "labels")));
    let project_key = key.split('-').next().unwrap_or_default();
    let project = jira.project(project_key).ok_or_else(|| wrong("project", project_key))?;
    let mut ids = Vec::new();
    for name in texts(entry, "components") {
        ids.push(
            project
                .components
                .iter()
                .find(|c| c.name == name)
                .map(|c| c.id.clone())
                .ok_or_else(|| wrong("component", &name))?,
        );
    }
    put("components", json!(ids));
    for field in ["fixVersions", "versions"] {
        let mut ids = Vec::new();
        for name in texts(entry, field) {
            ids.push(
                project
                    .versions
                    .iter()
                    .find(|v| v.name == name)
                    .map(|v| v.id.clone())
                    .ok_or_else(|| wrong("version", &name))?,
            );
        }
        put(field, json!(ids));
    }
    if let Some(parent) = entry.get("parent").and_then(Value::as_str) {
        put("parent", json!(jira.find(parent).ok_or_else(|| wrong("parent", parent))?.to_string()));
    }
    if let Some(due) = entry.get("due") {
        put("duedate", due.clone());
    }
    if let Some(estimate) = seconds(text(entry, "estimate")) {
        put("timeoriginalestimate", json!(estimate));
        put("timeestimate", json!(seconds(text(entry, "remaining")).unwrap_or(estimate)));
    }
    for (name, value) in entry.get("custom").and_then(Value::as_object).into_iter().flatten() {
        let field = jira.field_by_name(name).ok_or_else(|| wrong("field", name))?;
        put(&field.id, custom_value(jira, field, value).ok_or_else(|| wrong("value of", name))?);
    }
    let mut history = Vec::new();
    for (place, step) in (1_i64..).zip(list(entry, "history")) {
        let parts: Vec<&str> =
            step.as_array().into_iter().flatten().map(|v| v.as_str().unwrap_or_default()).collect();
        let [author, field, from, to] = parts.as_slice() else {
            return Err(wrong("history", &step.to_string()));
        };
        let found = jira
            .field(field)
            .or_else(|| jira.field_by_name(field))
            .ok_or_else(|| wrong("field", field))?;
        let side = |name: &str| {
            let status = jira
                .statuses
                .iter()
                .find(|s| *field == "status" && s.name == name)
                .map(|s| s.id.clone());
            let account = jira.people.get(name).filter(|_| *field == "assignee");
            match (name.is_empty(), status, account) {
                (true, ..) => None,
                (_, Some(id), _) => Some((id, name.to_owned())),
                (_, _, Some(person)) => Some((
                    match jira.flavour {
                        Flavour::Cloud => person.account_id.clone(),
                        Flavour::DataCenter => person.key.clone(),
                    },
                    person.display.clone(),
                )),
                _ => Some((String::new(), name.to_owned())),
            }
        };
        let item = ChangeItem {
            field: crate::jira::accept::history_name(found),
            field_id: found.id.clone(),
            custom: found.custom(),
            from: side(from),
            to: side(to),
        };
        history.push(((*author).to_owned(), created + (place * 19).hours(), item));
    }
    let flavour = jira.flavour;
    let mut comments = Vec::new();
    let spoken = list(entry, "comments");
    let cycle = entry
        .get("commentCycle")
        .and_then(Value::as_u64)
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(spoken.len());
    for (place, (count, said)) in (0_i64..).zip(spoken.iter().cycle().take(cycle).enumerate()) {
        let parts = said.as_array().map(Vec::as_slice).unwrap_or_default();
        let (author, body) = (
            parts.first().and_then(Value::as_str).unwrap_or_default(),
            parts.get(1).cloned().unwrap_or_default(),
        );
        let body = if cycle > spoken.len() {
            json!(format!("{} (entry {} of {cycle})", body.as_str().unwrap_or_default(), count + 1))
        } else {
            body
        };
        let extra = parts.get(2);
        comments.push((
            author.to_owned(),
            rich(flavour, &body),
            created + (5 + place * 7).hours(),
            extra.and_then(|e| e.get("visibility")).cloned(),
            extra.and_then(|e| e.get("internal")).is_none(),
        ));
    }
    let mut stored_comments = Vec::new();
    for (author, body, at, visibility, public) in comments {
        let id = jira.fresh_id().to_string();
        stored_comments.push(Comment {
            id,
            author,
            body,
            created: at,
            updated: at,
            visibility,
            public,
        });
    }
    let mut worklogs = Vec::new();
    for (place, log) in (1_i64..).zip(list(entry, "worklogs")) {
        let parts: Vec<&str> =
            log.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let [author, spent, comment] = parts.as_slice() else {
            return Err(broken(&format!("{key}: worklog")));
        };
        let started = created + (place * 23).hours();
        worklogs.push(Worklog {
            id: jira.fresh_id().to_string(),
            author: (*author).to_owned(),
            comment: if comment.is_empty() { Value::Null } else { rich(flavour, &json!(comment)) },
            started,
            created: started,
            seconds: seconds(spent).unwrap_or(0),
            visibility: None,
        });
    }
    let mut attachments = Vec::new();
    for file in list(entry, "attachments") {
        let data = crate::seed::file_bytes(text(file, "data"));
        attachments.push(Attachment {
            id: jira.fresh_id().to_string(),
            filename: text(file, "name").to_owned(),
            author: text(file, "by").to_owned(),
            created: created + 2.hours(),
            mime: text(file, "type").to_owned(),
            data: Bytes::from(data),
        });
    }
    let mut remote_links = Vec::new();
    for link in list(entry, "remoteLinks") {
        remote_links.push((jira.fresh_id().to_string(), link.clone()));
    }
    let mut changes = Vec::new();
    for (author, at, item) in history {
        changes.push(Change { id: jira.fresh_id().to_string(), author, at, items: vec![item] });
    }
    let Some(issue) = jira.issues.get_mut(&id) else { return Err(broken(key)) };
    for (field, value) in values {
        issue.values.insert(field, value);
    }
    let last = [
        stored_comments.last().map(|c| c.created),
        changes.last().map(|c| c.at),
        worklogs.last().map(|w| w.created),
    ];
    issue.updated = last.into_iter().flatten().max().unwrap_or(created);
    issue.resolved = done.then_some(issue.updated);
    issue.comments = stored_comments;
    issue.worklogs = worklogs;
    issue.history = changes;
    issue.attachments = attachments;
    issue.remote_links = remote_links;
    issue.forms = list(entry, "forms").to_vec();
    issue.development = entry.get("development").cloned().unwrap_or_default();
    for (name, value) in entry.get("properties").and_then(Value::as_object).into_iter().flatten() {
        issue.properties.insert(name.clone(), value.clone());
    }
    Ok(())
}

fn custom_value(jira: &Jira, field: &Field, value: &Value) -> Option<Value> {
    let option = |choices: &[Choice], value: &Value| {
        choices.iter().find(|c| Some(c.value.as_str()) == value.as_str()).map(|c| c.id.clone())
    };
    Some(match field.kind {
        Kind::Select => json!(option(&field.choices, value)?),
        Kind::MultiSelect => Value::Array(
            value
                .as_array()?
                .iter()
                .map(|v| option(&field.choices, v).map(Value::from))
                .collect::<Option<_>>()?,
        ),
        Kind::Cascade => {
            let parts = value.as_array()?;
            let parent = field
                .choices
                .iter()
                .find(|c| Some(c.value.as_str()) == parts.first().and_then(Value::as_str))?;
            match parts.get(1) {
                Some(child) => json!([parent.id, option(&parent.children, child)?]),
                None => json!([parent.id]),
            }
        }
        Kind::User => json!(jira.people.get(value.as_str()?)?.name),
        Kind::Sprint => {
            let ids: Option<Vec<u64>> = value
                .as_array()?
                .iter()
                .map(|name| {
                    jira.sprints
                        .iter()
                        .find(|s| Some(s.name.as_str()) == name.as_str())
                        .map(|s| s.id)
                })
                .collect();
            json!(ids?)
        }
        Kind::EpicLink => json!(value.as_str().filter(|key| jira.find(key).is_some())?),
        Kind::TextArea => rich(jira.flavour, value),
        _ => value.clone(),
    })
}
