//! People of Jira in results: their shape, and the names behind mentions.

mod find;
mod spelling;

pub(crate) use find::{
    Found, Known, Place, assignee_body, find, find_given, find_known, given_id, may_be_login,
};

use crate::Context;
use atlassian_jira::users;
use atlassian_markup::{NoUsers, Users};
use futures::future::join_all;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// Display names by account id, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    pub(crate) fn lookup(&self) -> &dyn Users {
        if self.0.is_empty() { &NoUsers } else { &self.0 }
    }
}

/// A person as results show them (jira-issues spec section 2.1); `key` exists on Data Center only.
pub(crate) fn person(user: &Value) -> Value {
    let text = |name: &str| user.get(name).and_then(Value::as_str);
    let display = text("displayName").unwrap_or("Unassigned");
    let mut out = Map::new();
    out.insert("account_id".to_owned(), Value::from(text("accountId")));
    out.insert("display_name".to_owned(), Value::from(display));
    out.insert("name".to_owned(), Value::from(text("name").unwrap_or(display)));
    out.insert("email".to_owned(), Value::from(text("emailAddress")));
    let avatar = user.pointer("/avatarUrls/48x48").and_then(Value::as_str);
    out.insert("avatar_url".to_owned(), Value::from(avatar));
    if let Some(key) = text("key").filter(|_| text("accountId").is_none()) {
        out.insert("key".to_owned(), Value::from(key));
    }
    Value::Object(out)
}

/// Whether a value is a Cloud account.
pub(crate) fn is_account(value: &Value) -> bool {
    value.get("accountId").is_some_and(Value::is_string)
        && value.get("displayName").is_some_and(Value::is_string)
}

/// The names behind the mentions of an answer. Names that stand in the answer itself (authors,
/// assignees) cost nothing; the others are asked for in as few requests as possible, and a mention
/// whose name cannot be read keeps its id.
pub(crate) async fn names_in(cx: &Context, answer: &Value) -> Names {
    let mut known = HashMap::new();
    let mut asked = BTreeSet::new();
    collect(answer, &mut known, &mut asked, 0);
    if !cx.is_cloud() {
        return Names::default();
    }
    asked.retain(|id| !known.contains_key(id));
    let identity = cx.identity();
    let mut missing = Vec::new();
    for id in asked {
        match cx.caches.users.get(&(identity, id.clone())).await {
            Some(name) => {
                known.insert(id, name.to_string());
            }
            None => missing.push(id),
        }
    }
    let pages = missing.chunks(users::BULK).map(|ids| async move {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        cx.remote.json::<Value>(&users::bulk(&ids)).await.ok()
    });
    for page in join_all(pages).await.into_iter().flatten() {
        let people = page.get("values").and_then(Value::as_array);
        for user in people.into_iter().flatten() {
            let text = |name: &str| user.get(name).and_then(Value::as_str);
            if let (Some(id), Some(name)) = (text("accountId"), text("displayName")) {
                cx.caches.users.insert((identity, id.to_owned()), name.into()).await;
                known.insert(id.to_owned(), name.to_owned());
            }
        }
    }
    Names(known)
}

/// Deepest place where people and mentions are looked for.
const MAX_DEPTH: usize = 120;

fn collect(
    value: &Value,
    known: &mut HashMap<String, String>,
    asked: &mut BTreeSet<String>,
    depth: usize,
) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|v| collect(v, known, asked, depth + 1)),
        Value::Object(map) => {
            let text = |name: &str| map.get(name).and_then(Value::as_str);
            if let (Some(id), Some(name)) = (text("accountId"), text("displayName")) {
                known.insert(id.to_owned(), name.to_owned());
            }
            if text("type") == Some("mention")
                && let Some(attributes) = map.get("attrs")
                && attributes.get("text").and_then(Value::as_str).is_none_or(str::is_empty)
                && let Some(id) = attributes.get("id").and_then(Value::as_str)
            {
                asked.insert(id.to_owned());
            }
            map.values().for_each(|v| collect(v, known, asked, depth + 1));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{collect, person};
    use serde_json::json;
    use std::collections::{BTreeSet, HashMap};

    #[test]
    fn people_have_one_shape_on_both_deployments() {
        assert_eq!(
            person(&json!({"accountId": "a1", "displayName": "Ann", "key": "hidden",
                           "avatarUrls": {"48x48": "https://av/48"}})),
            json!({"account_id": "a1", "display_name": "Ann", "name": "Ann", "email": null,
                   "avatar_url": "https://av/48"})
        );
        assert_eq!(
            person(&json!({"name": "alee", "key": "JIRAUSER1", "displayName": "Ann",
                           "emailAddress": "ann@example.com"})),
            json!({"account_id": null, "display_name": "Ann", "name": "alee",
                   "email": "ann@example.com", "avatar_url": null, "key": "JIRAUSER1"})
        );
    }

    #[test]
    fn only_mentions_without_a_name_are_asked_for() {
        let answer = json!({"fields": {"reporter": {"accountId": "a1", "displayName": "Ann"},
            "description": {"type": "doc", "content": [
                {"type": "mention", "attrs": {"id": "a2", "text": "@Bo"}},
                {"type": "mention", "attrs": {"id": "a3"}}]}}});
        let (mut known, mut asked) = (HashMap::new(), BTreeSet::new());
        collect(&answer, &mut known, &mut asked, 0);
        assert_eq!(known.get("a1").map(String::as_str), Some("Ann"));
        assert_eq!(asked.into_iter().collect::<Vec<_>>(), ["a3"]);
    }
}
