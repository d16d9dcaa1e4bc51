//! The restrictions of a page as results show them (confluence spec section 9.1).

use super::{at, load};
use crate::{Context, ToolError};
use atlassian_confluence::restrictions;
use serde_json::{Map, Value, json};

/// Most further pages of one list of people or groups followed.
const MAX_PAGES: usize = 20;

/// `{"read": {"users", "groups"}, "update": {...}}`.
pub(super) async fn read(cx: &Context, id: &str) -> Result<Value, ToolError> {
    let answer: Value = cx.confluence(&restrictions::by_operation(cx.deployment(), id)).await?;
    let mut out = Map::new();
    for operation in ["read", "update"] {
        let list = |kind: &str| answer.pointer(&format!("/{operation}/restrictions/{kind}"));
        let users = subjects(cx, list("user")).await?;
        let groups = subjects(cx, list("group")).await?;
        out.insert(operation.to_owned(), json!({ "users": users, "groups": groups }));
    }
    Ok(Value::Object(out))
}

/// People by account id, else user name; groups by name; with the further pages of the list.
async fn subjects(cx: &Context, first: Option<&Value>) -> Result<Vec<String>, ToolError> {
    let mut found = Vec::new();
    let mut page = first.cloned().unwrap_or_default();
    for _ in 0..MAX_PAGES {
        found.extend(at::list(&page, "/results").iter().filter_map(name));
        let Some(next) = at::text(&page, "/_links/next") else { break };
        page = cx.confluence(&load::linked(cx, next, "read the restrictions")?).await?;
    }
    Ok(found)
}

fn name(subject: &Value) -> Option<String> {
    ["/accountId", "/username", "/name", "/userKey"]
        .iter()
        .find_map(|path| at::text(subject, path))
        .map(str::to_owned)
}
