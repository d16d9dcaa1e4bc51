//! The smaller objects inside an issue (jira-issues spec section 2.2).

use super::people::{Names, person};
use super::stamp;
use super::text::{Remarks, Texts};
use serde_json::{Map, Value, json};

/// Adds a key when there is something to say: no null, empty text, list or object.
pub(crate) fn put(out: &mut Map<String, Value>, key: &str, value: Value) {
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    if !empty {
        out.insert(key.to_owned(), value);
    }
}

pub(crate) fn get<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// The entries of a list, none when it is missing.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Sets a key of a value that is an object.
pub(crate) fn set(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(key.to_owned(), value);
    }
}

pub(crate) fn status(status: &Value) -> Value {
    let mut out = Map::new();
    out.insert("name".to_owned(), get(status, "/name").clone());
    put(&mut out, "category", get(status, "/statusCategory/name").clone());
    put(&mut out, "color", get(status, "/statusCategory/colorName").clone());
    Value::Object(out)
}

pub(crate) fn named(value: &Value) -> Value {
    json!({ "name": get(value, "/name") })
}

pub(crate) fn project(project: &Value) -> Value {
    let mut out = Map::new();
    out.insert("key".to_owned(), get(project, "/key").clone());
    out.insert("name".to_owned(), get(project, "/name").clone());
    put(&mut out, "description", get(project, "/description").clone());
    put(&mut out, "category", get(project, "/projectCategory/name").clone());
    put(&mut out, "avatar_url", get(project, "/avatarUrls/48x48").clone());
    if let Some(lead) = project.get("lead").filter(|lead| lead.is_object()) {
        out.insert("lead".to_owned(), person(lead));
    }
    Value::Object(out)
}

pub(crate) fn time_tracking(tracking: &Value) -> Value {
    let mut out = Map::new();
    put(&mut out, "original_estimate", get(tracking, "/originalEstimate").clone());
    put(&mut out, "remaining_estimate", get(tracking, "/remainingEstimate").clone());
    put(&mut out, "time_spent", get(tracking, "/timeSpent").clone());
    Value::Object(out)
}

pub(crate) fn attachment(attachment: &Value) -> Value {
    let mut out = Map::new();
    put(&mut out, "id", get(attachment, "/id").clone());
    out.insert("filename".to_owned(), get(attachment, "/filename").clone());
    out.insert("size".to_owned(), get(attachment, "/size").clone());
    out.insert("url".to_owned(), get(attachment, "/content").clone());
    put(&mut out, "content_type", get(attachment, "/mimeType").clone());
    if let Some(author) = attachment.get("author").filter(|a| a.is_object()) {
        out.insert("author".to_owned(), person(author));
    }
    put(&mut out, "thumbnail_url", get(attachment, "/thumbnail").clone());
    put(&mut out, "created", get(attachment, "/created").clone());
    Value::Object(out)
}

/// A comment with its restriction and whether the customer sees it, where Jira tells.
pub(crate) fn comment(
    comment: &Value,
    texts: Texts<'_>,
    names: &Names,
    remarks: &mut Remarks,
) -> Value {
    let mut out = Map::new();
    out.insert("id".to_owned(), get(comment, "/id").clone());
    let body = texts.read(get(comment, "/body"), names, remarks);
    out.insert("body".to_owned(), Value::from(body));
    if let Some(author) = comment.get("author").filter(|a| a.is_object()) {
        out.insert("author".to_owned(), person(author));
    }
    put(&mut out, "created", get(comment, "/created").clone());
    put(&mut out, "updated", get(comment, "/updated").clone());
    put(&mut out, "visibility", visibility(comment));
    put(&mut out, "jsdPublic", get(comment, "/jsdPublic").clone());
    Value::Object(out)
}

/// The group or role a comment is restricted to.
fn visibility(comment: &Value) -> Value {
    let mut out = Map::new();
    put(&mut out, "type", get(comment, "/visibility/type").clone());
    put(&mut out, "value", get(comment, "/visibility/value").clone());
    Value::Object(out)
}

/// One entry of the change history.
pub(crate) fn change(history: &Value) -> Value {
    let items: Vec<Value> = list(history, "/items")
        .iter()
        .map(|item| {
            let mut out = Map::new();
            out.insert("field".to_owned(), get(item, "/field").clone());
            out.insert("fieldtype".to_owned(), get(item, "/fieldtype").clone());
            for (key, pointer) in [
                ("from_string", "/fromString"),
                ("to_string", "/toString"),
                ("from_id", "/from"),
                ("to_id", "/to"),
            ] {
                let value = get(item, pointer);
                if !value.is_null() {
                    out.insert(key.to_owned(), value.clone());
                }
            }
            Value::Object(out)
        })
        .collect();
    let mut out = Map::new();
    put(&mut out, "id", get(history, "/id").clone());
    out.insert("items".to_owned(), Value::Array(items));
    if let Some(author) = history.get("author").filter(|a| a.is_object()) {
        out.insert("author".to_owned(), person(author));
    }
    put(&mut out, "created", stamp::iso(get(history, "/created")));
    Value::Object(out)
}

pub(crate) fn link_type(kind: &Value) -> Value {
    let mut out = Map::new();
    for key in ["id", "name", "inward", "outward"] {
        out.insert(key.to_owned(), get(kind, &format!("/{key}")).clone());
    }
    put(&mut out, "self", get(kind, "/self").clone());
    Value::Object(out)
}

/// A link to another issue.
pub(crate) fn issue_link(link: &Value) -> Value {
    let mut out = Map::new();
    out.insert("id".to_owned(), get(link, "/id").clone());
    out.insert("type".to_owned(), link_type(get(link, "/type")));
    for (key, pointer) in [("inward_issue", "/inwardIssue"), ("outward_issue", "/outwardIssue")] {
        if let Some(issue) = link.pointer(pointer).filter(|issue| issue.is_object()) {
            out.insert(key.to_owned(), linked_issue(issue));
        }
    }
    Value::Object(out)
}

fn linked_issue(issue: &Value) -> Value {
    let mut fields = Map::new();
    fields.insert("summary".to_owned(), get(issue, "/fields/summary").clone());
    if let Some(value) = issue.pointer("/fields/status").filter(|v| v.is_object()) {
        fields.insert("status".to_owned(), status(value));
    }
    for key in ["priority", "issuetype"] {
        if let Some(value) = issue.pointer(&format!("/fields/{key}")).filter(|v| v.is_object()) {
            fields.insert(key.to_owned(), named(value));
        }
    }
    let mut out = Map::new();
    out.insert("id".to_owned(), get(issue, "/id").clone());
    out.insert("key".to_owned(), get(issue, "/key").clone());
    put(&mut out, "self", get(issue, "/self").clone());
    out.insert("fields".to_owned(), Value::Object(fields));
    Value::Object(out)
}

/// One entry of the work log.
pub(crate) fn worklog(
    entry: &Value,
    texts: Texts<'_>,
    names: &Names,
    remarks: &mut Remarks,
) -> Value {
    let author = text(entry, "/author/displayName").unwrap_or("Unknown");
    json!({
        "id": get(entry, "/id"),
        "comment": texts.read(get(entry, "/comment"), names, remarks),
        "created": stamp::with_offset(get(entry, "/created")),
        "updated": stamp::with_offset(get(entry, "/updated")),
        "started": stamp::with_offset(get(entry, "/started")),
        "time_spent": get(entry, "/timeSpent"),
        "time_spent_seconds": get(entry, "/timeSpentSeconds"),
        "author": author,
    })
}

/// The watchers of an issue.
pub(crate) fn watchers(key: &str, answer: &Value) -> Value {
    json!({
        "issue_key": key,
        "watcher_count": get(answer, "/watchCount"),
        "is_watching": get(answer, "/isWatching"),
        "watchers": list(answer, "/watchers").iter().map(person).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::{change, issue_link, status};
    use serde_json::json;

    #[test]
    fn a_status_without_a_category_has_a_name_only() {
        assert_eq!(status(&json!({"name": "Open"})), json!({"name": "Open"}));
    }

    #[test]
    fn a_change_tells_from_and_to_where_they_are() {
        let entry = change(&json!({"id": "7", "created": 1_704_164_645_678_i64, "items": [
            {"field": "status", "fieldtype": "jira", "from": null, "fromString": "Open",
             "to": "3", "toString": ""}]}));
        assert_eq!(
            entry,
            json!({"id": "7", "items": [{"field": "status", "fieldtype": "jira",
                   "from_string": "Open", "to_string": "", "to_id": "3"}],
                   "created": "2024-01-02T03:04:05.678000+00:00"})
        );
    }

    #[test]
    fn a_link_shows_the_side_it_has() {
        let link = issue_link(&json!({"id": "9", "type": {"id": "1", "name": "Blocks",
            "inward": "is blocked by", "outward": "blocks"},
            "outwardIssue": {"id": "5", "key": "OPS-1", "fields": {"summary": "x",
            "issuetype": {"name": "Bug", "id": "1"}}}}));
        assert_eq!(
            link["outward_issue"],
            json!({"id": "5", "key": "OPS-1", "fields": {"summary": "x", "issuetype": {"name": "Bug"}}})
        );
        assert!(link.get("inward_issue").is_none());
    }
}
