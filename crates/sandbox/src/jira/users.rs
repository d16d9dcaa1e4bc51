//! People: who calls, who can be found, who can be assigned, what is permitted.

use serde_json::{Map, Value, json};

use crate::people::Person;
use crate::site::Flavour;
use crate::wire::{Answer, Call, Reply, jira_error};

use super::model::*;

/// Permissions everyone has in what they see; the rest nobody has.
const GRANTED: &[&str] = &[
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "ASSIGN_ISSUES",
    "ASSIGNABLE_USER",
    "TRANSITION_ISSUES",
    "ADD_COMMENTS",
    "WORK_ON_ISSUES",
    "LINK_ISSUES",
    "MANAGE_WATCHERS",
    "CREATE_ATTACHMENTS",
    "DELETE_ISSUES",
    "EDIT_OWN_COMMENTS",
    "RESOLVE_ISSUES",
    "CLOSE_ISSUES",
    "SCHEDULE_ISSUES",
    "MOVE_ISSUES",
    "MANAGE_SPRINTS_PERMISSION",
    "VIEW_VOTERS_AND_WATCHERS",
];

fn page(jira: &Jira, people: Vec<&Person>, call: &Call) -> Value {
    let start = call.number("startAt", 0);
    let size = call.number("maxResults", 50).clamp(1, 1000);
    people.into_iter().skip(start).take(size).map(|p| p.jira(jira.flavour, &call.base)).collect()
}

/// The text a user search looks for; its parameter has another name on each flavour.
fn wanted<'a>(jira: &Jira, call: &'a Call) -> Option<&'a str> {
    match jira.flavour {
        Flavour::Cloud => call.q("query"),
        Flavour::DataCenter => call.q("username"),
    }
}

/// `GET /myself`
pub(crate) fn myself(jira: &mut Jira, call: &Call) -> Answer {
    let mut user = jira.user(&call.user, call);
    if let Some(object) = user.as_object_mut() {
        object.insert("locale".to_owned(), json!("en_US"));
        // A caller always sees the own address.
        if let Some(person) = jira.people.get(&call.user) {
            object.insert("emailAddress".to_owned(), json!(person.email));
        }
    }
    Ok(Reply::ok(&user))
}

/// `GET /user`
pub(crate) fn read(jira: &mut Jira, call: &Call) -> Answer {
    let found = match jira.flavour {
        Flavour::Cloud => {
            let Some(id) = call.q("accountId") else {
                return Err(jira_error(400, "The query parameter 'accountId' is required."));
            };
            jira.people.by_account(id).ok_or_else(|| id.to_owned())
        }
        Flavour::DataCenter => match (call.q("username"), call.q("key")) {
            (Some(name), _) => jira.people.by_login(name).ok_or_else(|| name.to_owned()),
            (None, Some(key)) => jira.people.by_key(key).ok_or_else(|| key.to_owned()),
            (None, None) => {
                return Err(jira_error(
                    404,
                    "Either the 'username' or the 'key' query parameters need to be provided",
                ));
            }
        },
    };
    match found {
        Ok(person) => Ok(Reply::ok(&person.jira(jira.flavour, &call.base))),
        Err(given) => Err(jira_error(
            404,
            &match jira.flavour {
                Flavour::Cloud => {
                    "Specified user does not exist or you do not have required permissions"
                        .to_owned()
                }
                Flavour::DataCenter => format!("The user named '{given}' does not exist"),
            },
        )),
    }
}

/// `GET /user/search`
pub(crate) fn search(jira: &mut Jira, call: &Call) -> Answer {
    let exact = call.q("accountId").and_then(|id| jira.people.by_account(id));
    if let Some(person) = exact {
        return Ok(Reply::ok(&page(jira, vec![person], call)));
    }
    let Some(text) = wanted(jira, call) else {
        return Err(jira_error(
            400,
            match jira.flavour {
                Flavour::Cloud => "Either query, username or accountId must be provided.",
                Flavour::DataCenter => "The username query parameter was not provided",
            },
        ));
    };
    // Data Center takes a single dot for everybody.
    let all = jira.flavour == Flavour::DataCenter && text == ".";
    let inactive = call.flag("includeInactive", false);
    let people = if all { jira.people.all.iter().collect() } else { jira.people.matching(text) };
    let people = people.into_iter().filter(|p| p.active || inactive).collect();
    Ok(Reply::ok(&page(jira, people, call)))
}

/// `GET /user/assignable/search`: of a project or of an issue's project.
pub(crate) fn assignable(jira: &mut Jira, call: &Call) -> Answer {
    let project = match (call.q("issueKey").or_else(|| call.q("issueId")), call.q("project")) {
        (Some(key), _) => jira
            .visible(key, &call.user)
            .and_then(|id| jira.issues.get(&id))
            .map(|issue| issue.project.clone())
            .ok_or_else(|| {
                jira_error(404, "Issue does not exist or you do not have permission to see it.")
            })?,
        (None, Some(key)) => jira
            .project(key)
            .filter(|p| jira.sees(&call.user, &p.key))
            .map(|p| p.key.clone())
            .ok_or_else(|| {
                jira_error(404, &format!("No project could be found with key '{key}'."))
            })?,
        (None, None) => {
            return Err(jira_error(
                400,
                "Either the 'project' or the 'issueKey' query parameters need to be provided",
            ));
        }
    };
    let text = wanted(jira, call).unwrap_or_default();
    let people = jira
        .people
        .matching(text)
        .into_iter()
        .filter(|p| p.active && jira.sees(&p.name, &project))
        .collect();
    Ok(Reply::ok(&page(jira, people, call)))
}

/// `GET /user/permission/search`
pub(crate) fn with_permission(jira: &mut Jira, call: &Call) -> Answer {
    let text = call.q("query").or_else(|| call.q("username")).unwrap_or_default();
    let people = jira.people.matching(text).into_iter().filter(|p| p.active).collect();
    Ok(Reply::ok(&page(jira, people, call)))
}

/// `GET /user/picker`
pub(crate) fn picker(jira: &mut Jira, call: &Call) -> Answer {
    let users: Vec<Value> = jira
        .people
        .matching(call.q("query").unwrap_or_default())
        .into_iter()
        .filter(|p| p.active)
        .map(|p| match jira.flavour {
            Flavour::Cloud => json!({"accountId": p.account_id, "accountType": "atlassian", "displayName": p.display, "html": p.display}),
            Flavour::DataCenter => json!({"name": p.name, "key": p.key, "displayName": p.display, "html": p.display}),
        })
        .collect();
    let header = format!("Showing {} of {} matching users", users.len(), users.len());
    Ok(Reply::ok(&json!({"users": users, "total": users.len(), "header": header})))
}

/// `GET /users/search` (Cloud): everybody.
pub(crate) fn everybody(jira: &mut Jira, call: &Call) -> Answer {
    Ok(Reply::ok(&page(jira, jira.people.all.iter().collect(), call)))
}

/// `GET /mypermissions`
pub(crate) fn my_permissions(jira: &mut Jira, call: &Call) -> Answer {
    let mut asked = call.list("permissions");
    if asked.is_empty() {
        if jira.flavour == Flavour::Cloud {
            return Err(jira_error(400, "The 'permissions' query parameter is required."));
        }
        asked = GRANTED.iter().map(|p| (*p).to_owned()).collect();
    }
    if let Some(key) = call.q("projectKey").or_else(|| call.q("projectId"))
        && !jira.project(key).is_some_and(|p| jira.sees(&call.user, &p.key))
    {
        return Err(jira_error(404, &format!("No project could be found with key '{key}'.")));
    }
    if let Some(key) = call.q("issueKey").or_else(|| call.q("issueId"))
        && jira.visible(key, &call.user).is_none()
    {
        return Err(jira_error(
            404,
            "Issue does not exist or you do not have permission to see it.",
        ));
    }
    let permissions: Map<String, Value> = asked
        .iter()
        .enumerate()
        .map(|(index, key)| {
            let shown = json!({
                "id": index.to_string(),
                "key": key,
                "name": key.to_lowercase().replace('_', " "),
                "type": if key.starts_with("ADMINISTER") || key == "SYSTEM_ADMIN" { "GLOBAL" } else { "PROJECT" },
                "description": "",
                "havePermission": GRANTED.contains(&key.as_str()),
            });
            (key.clone(), shown)
        })
        .collect();
    Ok(Reply::ok(&json!({"permissions": permissions})))
}

/// Groups of the site; everybody is in the first.
const GROUPS: &[&str] = &["jira-users", "jira-software-users", "jira-administrators"];

/// `GET /groups/picker`
pub(crate) fn groups(_: &mut Jira, call: &Call) -> Answer {
    let text = call.q("query").unwrap_or_default().to_lowercase();
    let found: Vec<Value> = GROUPS
        .iter()
        .filter(|name| name.contains(&text))
        .map(|name| json!({"name": name, "html": name, "labels": []}))
        .collect();
    let header = format!("Showing {} of {} matching groups", found.len(), found.len());
    Ok(Reply::ok(&json!({"header": header, "total": found.len(), "groups": found})))
}

/// `GET /group/member`
pub(crate) fn group_members(jira: &mut Jira, call: &Call) -> Answer {
    let name = call.q("groupname").unwrap_or_default();
    if !GROUPS.contains(&name) {
        return Err(jira_error(404, &format!("The group named '{name}' does not exist.")));
    }
    let inactive = call.flag("includeInactiveUsers", false);
    let people = jira.people.all.iter().filter(|p| p.active || inactive);
    // Only the main user administers.
    let all: Vec<Value> = people
        .take(if name == "jira-administrators" { 1 } else { usize::MAX })
        .map(|p| p.jira(jira.flavour, &call.base))
        .collect();
    Ok(Reply::ok(&jira.page(&all, "group/member", 50, call)))
}
