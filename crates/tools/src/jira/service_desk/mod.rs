//! Jira Service Management: desks, queues, request types and requests (section 5 of the spec on
//! projects; the same paths on both deployments).

pub(super) mod create_customer_request;
pub(super) mod get_queue_issues;
pub(super) mod get_request_type_fields;
pub(super) mod get_request_types;
pub(super) mod get_service_desk_for_project;
pub(super) mod get_service_desk_queues;
mod upload;
mod values;

use super::parts::{get, put};
use crate::ToolError;
use serde_json::{Map, Value};

/// An id without blanks.
///
/// # Errors
/// When nothing is left.
fn required<'a>(argument: &str, what: &str, id: &'a str) -> Result<&'a str, ToolError> {
    match id.trim() {
        "" => Err(ToolError::argument(argument, format!("{what} ID is required"), None)),
        id => Ok(id),
    }
}

/// An id that may come as a number, as text.
fn id(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.to_string()),
        other => other.clone(),
    }
}

/// The list of a page.
///
/// # Errors
/// An answer without one is an error and never "nothing there".
fn values(answer: &Value, what: &str) -> Result<Vec<Value>, ToolError> {
    answer.get("values").and_then(Value::as_array).cloned().ok_or_else(|| {
        ToolError::refused(format!("Jira answered without a list of {what}; nothing is known."))
    })
}

/// `start`, `limit`, `size` and `is_last_page` of a page, as Jira told them.
fn page(out: &mut Map<String, Value>, answer: &Value, count: usize) {
    let number = |name: &str, default: u64| {
        Value::from(answer.get(name).and_then(Value::as_u64).unwrap_or(default))
    };
    out.insert("start".to_owned(), number("start", 0));
    out.insert("limit".to_owned(), number("limit", 50));
    out.insert("size".to_owned(), number("size", count as u64));
    let last = answer.get("isLastPage").and_then(Value::as_bool).unwrap_or(true);
    out.insert("is_last_page".to_owned(), Value::from(last));
}

/// A queue as results show it (section 5.2).
fn queue(queue: &Value) -> Value {
    let mut out = Map::new();
    out.insert("id".to_owned(), id(get(queue, "/id")));
    out.insert("name".to_owned(), get(queue, "/name").clone());
    let count = match get(queue, "/issueCount") {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_i64(),
    };
    put(&mut out, "issue_count", Value::from(count));
    for (key, pointer) in [("jql", "/jql"), ("fields", "/fields"), ("links", "/_links")] {
        put(&mut out, key, get(queue, pointer).clone());
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::queue;
    use serde_json::json;

    #[test]
    fn a_queue_shows_what_is_set() {
        assert_eq!(
            queue(&json!({"id": 47, "name": "All open", "issueCount": "12", "fields": [],
                          "jql": "project = OPS"})),
            json!({"id": "47", "name": "All open", "issue_count": 12, "jql": "project = OPS"})
        );
        assert_eq!(
            queue(&json!({"id": "48", "name": "Mine"})),
            json!({"id": "48", "name": "Mine"})
        );
    }
}
