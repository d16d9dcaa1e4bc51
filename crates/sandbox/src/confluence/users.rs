//! Users, groups and the search for them.

use serde_json::{Value, json};

use crate::people::Person;
use crate::wire::{Answer, Call, Reply};

use super::answers::{error1, error2};
use super::model::*;

/// `GET /rest/api/user`
pub(crate) fn read(wiki: &mut Confluence, call: &Call) -> Answer {
    let found = match wiki.cloud() {
        true => call.q("accountId").and_then(|id| wiki.people.by_account(id)),
        false => match (call.q("username"), call.q("key")) {
            (Some(name), _) => wiki.people.by_login(name),
            (None, Some(key)) => wiki.people.all.iter().find(|p| p.user_key() == key),
            (None, None) => {
                return Err(error1(400, "Either the username or the key must be given"));
            }
        },
    };
    let given = call
        .q("accountId")
        .or_else(|| call.q("username"))
        .or_else(|| call.q("key"))
        .unwrap_or_default();
    match found {
        Some(person) => Ok(Reply::ok(&person.confluence(wiki.flavour, &call.base))),
        None => Err(error1(404, &format!("No user found with key : {given}"))),
    }
}

/// `GET /rest/api/user/current`
pub(crate) fn current(wiki: &mut Confluence, call: &Call) -> Answer {
    Ok(Reply::ok(&wiki.user(&call.user, call)))
}

/// `GET /rest/api/user/bulk` (Cloud)
pub(crate) fn bulk(wiki: &mut Confluence, call: &Call) -> Answer {
    let rows: Vec<Value> = call
        .list("accountId")
        .iter()
        .filter_map(|id| wiki.people.by_account(id))
        .map(|p| p.confluence(wiki.flavour, &call.base))
        .collect();
    let size = rows.len();
    Ok(Reply::ok(
        &json!({"results": rows, "start": 0, "limit": 200, "size": size, "_links": {"base": wiki.url, "context": wiki.context()}}),
    ))
}

/// `POST /api/v2/users-bulk` (Cloud): 1 to 250 account ids; unknown ones are left out.
pub(crate) fn bulk2(wiki: &mut Confluence, call: &Call) -> Answer {
    let body = call.json().unwrap_or_default();
    let ids: Vec<&str> = body
        .get("accountIds")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if ids.is_empty() || ids.len() > 250 {
        return Err(error2(400, "INVALID_REQUEST_PARAMETER", "accountIds must hold 1 to 250 ids"));
    }
    let rows: Vec<Value> = ids
        .iter()
        .filter_map(|id| wiki.people.by_account(id))
        .map(|p| {
            json!({
                "displayName": p.display,
                "timeZone": "Etc/UTC",
                "isExternalCollaborator": false,
                "accountStatus": if p.active { "active" } else { "inactive" },
                "accountId": p.account_id,
                "email": if p.email_hidden { "" } else { p.email.as_str() },
                "accountType": "atlassian",
                "publicName": p.display,
                "profilePicture": {"path": "/wiki/aa-avatar/default", "isDefault": true},
            })
        })
        .collect();
    Ok(Reply::ok(&json!({"results": rows, "_links": {"base": wiki.url}})))
}

/// A hit of a user search.
pub(crate) fn hit(wiki: &Confluence, person: &Person, call: &Call) -> Value {
    let url = if wiki.cloud() {
        format!("/people/{}", person.account_id)
    } else {
        format!("/display/~{}", person.name)
    };
    json!({
        "user": person.confluence(wiki.flavour, &call.base),
        "title": person.display,
        "excerpt": "",
        "url": url,
        "breadcrumbs": [],
        "entityType": "user",
        "iconCssClass": "aui-icon content-type-profile",
        "lastModified": "2026-09-01T08:00:00.000Z",
        "friendlyLastModified": "Sep 01, 2026",
        "score": 0.0,
    })
}

fn show_group(group: &Group, call: &Call) -> Value {
    json!({
        "type": "group",
        "name": group.name,
        "id": group.id,
        "_links": {"self": format!("{}/rest/api/group/by-id?id={}", call.base, group.id)},
    })
}

/// `GET /rest/api/group`
pub(crate) fn groups(wiki: &mut Confluence, call: &Call) -> Answer {
    let rows = wiki.groups.iter().map(|g| show_group(g, call)).collect();
    Ok(Reply::ok(&wiki.page1(rows, 200, 1000, call)))
}

/// `GET /rest/api/group/picker` (Cloud)
pub(crate) fn group_picker(wiki: &mut Confluence, call: &Call) -> Answer {
    let text = call.q("query").unwrap_or_default().to_lowercase();
    let rows = wiki
        .groups
        .iter()
        .filter(|g| g.name.to_lowercase().contains(&text))
        .map(|g| show_group(g, call))
        .collect();
    Ok(Reply::ok(&wiki.page1(rows, 200, 200, call)))
}

/// `GET /rest/api/group/{name}/member` (Data Center)
pub(crate) fn members(wiki: &mut Confluence, call: &Call) -> Answer {
    let name = call.part("name");
    let Some(group) = wiki.groups.iter().find(|g| g.name == name) else {
        return Err(error1(404, &format!("No group with name : {name}")));
    };
    let rows = group.members.iter().map(|member| wiki.user(member, call)).collect();
    Ok(Reply::ok(&wiki.page1(rows, 200, 200, call)))
}
