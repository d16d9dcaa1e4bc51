//! Restrictions of contents and the check of permissions.

use serde_json::{Map, Value, json};

use crate::wire::{Answer, Call, Reply};

use super::answers::{error1, no_content1};
use super::model::*;

const OPERATIONS: [&str; 2] = ["read", "update"];

impl Confluence {
    fn show_restriction(&self, content: &Content, operation: &str, call: &Call) -> Value {
        let none = Subjects::default();
        let subjects = content.restrictions.get(operation).unwrap_or(&none);
        let list = |rows: Vec<Value>| json!({"results": rows, "start": 0, "limit": 200, "size": rows.len()});
        let users = subjects.users.iter().map(|u| self.user(u, call)).collect();
        let groups = subjects
            .groups
            .iter()
            .filter_map(|name| self.groups.iter().find(|g| g.name == *name))
            .map(|g| json!({"type": "group", "name": g.name, "id": g.id}))
            .collect();
        json!({
            "operation": operation,
            "restrictions": {"user": list(users), "group": list(groups)},
            "_expandable": {"content": format!("/rest/api/content/{}", content.id)},
            "_links": {"self": format!("{}/rest/api/content/{}/restriction/byOperation/{operation}", call.base, content.id)},
        })
    }
}

fn page<'a>(wiki: &'a Confluence, call: &Call) -> Result<&'a Content, Reply> {
    wiki.visible(call.part("id"), &call.user).ok_or_else(|| no_content1(call.part("id")))
}

/// `GET /rest/api/content/{id}/restriction/byOperation`
pub(crate) fn by_operation(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = page(wiki, call)?;
    let mut shown: Map<String, Value> = OPERATIONS
        .iter()
        .map(|op| ((*op).to_owned(), wiki.show_restriction(content, op, call)))
        .collect();
    shown.insert("_links".to_owned(), json!({"self": format!("{}{}", call.base, call.path), "base": wiki.url, "context": wiki.context()}));
    Ok(Reply::ok(&Value::Object(shown)))
}

/// `GET /rest/api/content/{id}/restriction`
pub(crate) fn list(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = page(wiki, call)?;
    let rows = OPERATIONS.iter().map(|op| wiki.show_restriction(content, op, call)).collect();
    let mut shown = wiki.page1(rows, 100, 200, call);
    if let Some(object) = shown.as_object_mut() {
        object.insert("restrictionsHash".to_owned(), json!(format!("{:08x}", content.id)));
    }
    Ok(Reply::ok(&shown))
}

fn subjects(wiki: &Confluence, given: &Value) -> Result<Subjects, Reply> {
    let mut found = Subjects::default();
    // Both the bare list and the list inside `results` are taken.
    let rows = |name: &str| -> Vec<Value> {
        let list = given.get("restrictions").and_then(|r| r.get(name));
        let list = list.and_then(|l| l.get("results")).or(list);
        list.and_then(Value::as_array).cloned().unwrap_or_default()
    };
    for user in rows("user") {
        let text = |key: &str| user.get(key).and_then(Value::as_str);
        let person = match wiki.cloud() {
            true => text("accountId").and_then(|id| wiki.people.by_account(id)),
            false => text("username").and_then(|name| wiki.people.by_login(name)),
        };
        match person {
            Some(person) => found.users.push(person.name.clone()),
            None => return Err(error1(404, &format!("No such user: {user}"))),
        }
    }
    for group in rows("group") {
        let text = |key: &str| group.get(key).and_then(Value::as_str);
        let known = wiki.groups.iter().find(|g| match (text("id"), text("name")) {
            (Some(id), _) => g.id == id,
            (None, Some(name)) => !wiki.cloud() && g.name == name,
            _ => false,
        });
        match known {
            Some(group) => found.groups.push(group.name.clone()),
            None => {
                return Err(error1(404, &format!("No such group: {group}"))
                    .reason("on Cloud a group is named by its id"));
            }
        }
    }
    Ok(found)
}

/// `PUT /rest/api/content/{id}/restriction`: replaces all.
pub(crate) fn replace(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = page(wiki, call)?.id;
    let body = call.json().unwrap_or_default();
    let entries =
        body.get("results").and_then(Value::as_array).or_else(|| body.as_array()).cloned();
    let Some(entries) = entries else {
        return Err(error1(400, "A list of restrictions is expected"));
    };
    let mut wanted = std::collections::BTreeMap::new();
    for entry in &entries {
        let name = entry.get("operation").and_then(Value::as_str).unwrap_or_default();
        let Some(operation) = OPERATIONS.iter().find(|op| **op == name) else {
            return Err(error1(400, &format!("Unknown operation: {name}")));
        };
        let found = subjects(wiki, entry)?;
        let empty = found.users.is_empty() && found.groups.is_empty();
        if empty && wiki.cloud() {
            return Err(error1(400, "A restriction needs at least one user or group")
                .reason("leave the operation out, or DELETE all"));
        }
        wanted.insert(*operation, found);
    }
    if let Some(content) = wiki.contents.get_mut(&id) {
        content.restrictions = wanted;
    }
    if page(wiki, call).is_err() {
        // The product refuses to lock its caller out.
        if let Some(content) = wiki.contents.get_mut(&id) {
            content.restrictions.clear();
        }
        return Err(error1(
            400,
            "You cannot restrict the content so that you cannot see it yourself",
        ));
    }
    list(wiki, call)
}

/// `DELETE /rest/api/content/{id}/restriction`
pub(crate) fn clear(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = page(wiki, call)?.id;
    if let Some(content) = wiki.contents.get_mut(&id) {
        content.restrictions.clear();
    }
    list(wiki, call)
}

/// `POST /rest/api/content/{id}/permission/check` (Cloud)
pub(crate) fn check(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = page(wiki, call)?;
    let body = call.json().unwrap_or_default();
    let operation = body.get("operation").and_then(Value::as_str).unwrap_or_default();
    let subject = body.get("subject").cloned().unwrap_or_default();
    let text = |key: &str| subject.get(key).and_then(Value::as_str).unwrap_or_default();
    if !matches!(operation, "read" | "update" | "delete") {
        return Err(error1(400, &format!("Unknown operation: {operation}")));
    }
    let restricted = if operation == "delete" { "update" } else { operation };
    let allowed = match (text("type"), text("identifier")) {
        ("user", "anonymous") => false,
        ("user", id) => match wiki.people.by_account(id) {
            Some(person) => {
                person.active
                    && wiki.sees(&person.name, content)
                    && wiki.allowed(&person.name, content, restricted)
            }
            None => return Err(error1(404, &format!("No user found with account id {id}"))),
        },
        ("group", id) => match wiki.groups.iter().find(|g| g.id == id || g.name == id) {
            Some(group) => {
                content.restrictions.get(restricted).is_none_or(|s| s.groups.contains(&group.name))
            }
            None => return Err(error1(404, &format!("No group found with id {id}"))),
        },
        (other, _) => return Err(error1(400, &format!("Unknown subject type: {other}"))),
    };
    let mut shown =
        json!({"hasPermission": allowed, "_links": {"base": wiki.url, "context": wiki.context()}});
    if !allowed && let Some(object) = shown.as_object_mut() {
        object.insert("errors".to_owned(), json!([{"translation": format!("The subject may not {operation} this content"), "args": []}]));
    }
    Ok(Reply::ok(&shown))
}
