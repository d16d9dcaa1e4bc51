//! Spaces in both versions, and who may do what in them.

use serde_json::{Value, json};

use crate::people::confluence_time;
use crate::wire::{Answer, Call, Reply};

use super::answers::{error1, not_found2};
use super::model::*;
use super::pages::space_key;
use super::show::Expand;

impl Confluence {
    fn show_space2(&self, space: &Space, call: &Call) -> Value {
        let mut shown = json!({
            "id": space.id.to_string(),
            "key": space.key,
            "name": space.name,
            "type": if space.personal { "personal" } else { "global" },
            "status": "current",
            "authorId": self.user_id(&space.author),
            "createdAt": confluence_time(space.created),
            "homepageId": space.homepage.map(|id| id.to_string()),
            "description": null,
            "icon": null,
            "_links": {"webui": format!("/spaces/{}", space.key)},
        });
        if let (Some(format), Some(object)) = (call.q("description-format"), shown.as_object_mut())
        {
            object.insert(
                "description".to_owned(),
                json!({format: {"representation": format, "value": space.description}}),
            );
        }
        shown
    }
}

/// `GET /api/v2/spaces`
pub(crate) fn list2(wiki: &mut Confluence, call: &Call) -> Answer {
    let (ids, keys) = (call.list("ids"), call.list("keys"));
    let rows = wiki
        .spaces
        .iter()
        .filter(|s| wiki.sees_space(&call.user, &s.key))
        .filter(|s| ids.is_empty() || ids.contains(&s.id.to_string()))
        .filter(|s| keys.is_empty() || keys.contains(&s.key))
        .filter(|s| call.q("type").is_none_or(|t| (t == "personal") == s.personal))
        .map(|s| wiki.show_space2(s, call))
        .collect();
    Ok(wiki.page2(rows, "spaces", 25, call))
}

/// `GET /api/v2/spaces/{id}`
pub(crate) fn read2(wiki: &mut Confluence, call: &Call) -> Answer {
    let key = space_key(wiki, call)?;
    let mut shown = wiki.space(&key).map(|s| wiki.show_space2(s, call)).unwrap_or_default();
    if let Some(links) = shown.get_mut("_links").and_then(Value::as_object_mut) {
        links.insert("base".to_owned(), json!(wiki.url));
    }
    Ok(Reply::ok(&shown))
}

/// `GET /api/v2/spaces/{id}/permissions`
pub(crate) fn permissions(wiki: &mut Confluence, call: &Call) -> Answer {
    let key = space_key(wiki, call)?;
    let Some(space) = wiki.space(&key) else { return Err(not_found2("Space")) };
    let operations = [
        ("read", "space"),
        ("create", "page"),
        ("delete", "page"),
        ("create", "comment"),
        ("create", "attachment"),
        ("administer", "space"),
    ];
    let mut rows = Vec::new();
    let mut add = |kind: &str, id: &str, allowed: &[(&str, &str)]| {
        for (operation, target) in allowed {
            rows.push(json!({
                "id": (space.id + rows.len() as u64).to_string(),
                "principal": {"type": kind, "id": id},
                "operation": {"key": operation, "targetType": target},
            }));
        }
    };
    add("user", &wiki.user_id(&space.author), &operations);
    if space.members.is_empty() {
        for group in &wiki.groups {
            add("group", &group.id, operations.get(..5).unwrap_or_default());
        }
    }
    for member in &space.members {
        add("user", &wiki.user_id(member), operations.get(..5).unwrap_or_default());
    }
    Ok(wiki.page2(rows, "permissions", 25, call))
}

/// `GET /rest/api/space`
pub(crate) fn list1(wiki: &mut Confluence, call: &Call) -> Answer {
    let expand = Expand::of(call);
    let keys = call.list("spaceKey");
    let rows = wiki
        .spaces
        .iter()
        .filter(|s| wiki.sees_space(&call.user, &s.key))
        .filter(|s| keys.is_empty() || keys.contains(&s.key))
        .filter(|s| call.q("type").is_none_or(|t| (t == "personal") == s.personal))
        .map(|s| wiki.show_space1(s, &expand, call))
        .collect();
    Ok(Reply::ok(&wiki.page1(rows, 25, 500, call)))
}

/// `GET /rest/api/space/{key}`
pub(crate) fn read1(wiki: &mut Confluence, call: &Call) -> Answer {
    let key = call.part("key");
    let space = wiki
        .space(key)
        .filter(|s| wiki.sees_space(&call.user, &s.key))
        .ok_or_else(|| error1(404, &format!("No space with key : {key}")))?;
    Ok(Reply::ok(&wiki.show_space1(space, &Expand::of(call), call)))
}
