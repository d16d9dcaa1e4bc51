//! Links between issues, and links to things elsewhere.

use serde_json::{Value, json};

use crate::wire::{Answer, Call, Reply, jira_error};

use super::issues::bad_json;
use super::model::*;

/// `POST /issueLink`: the inward issue is the source, which bears the outward phrase.
pub(crate) fn create(jira: &mut Jira, call: &Call) -> Answer {
    let Some(body) = call.json() else { return Err(bad_json()) };
    let text = |outer: &str, inner: &str| {
        body.get(outer).and_then(|o| o.get(inner)).and_then(Value::as_str).unwrap_or_default()
    };
    let kind = jira
        .link_types
        .iter()
        .find(|k| k.id == text("type", "id") || k.name.eq_ignore_ascii_case(text("type", "name")))
        .map(|k| k.id.clone());
    let Some(kind) = kind else {
        return Err(jira_error(
            404,
            &format!("No issue link type with name '{}' found.", text("type", "name")),
        ));
    };
    let end = |side: &str| {
        let key = if text(side, "key").is_empty() { text(side, "id") } else { text(side, "key") };
        jira.visible(key, &call.user).ok_or_else(|| {
            jira_error(404, "Issue does not exist or you do not have permission to see it.")
        })
    };
    let (from, to) = (end("inwardIssue")?, end("outwardIssue")?);
    if from == to {
        return Err(jira_error(400, "You cannot link an issue to itself."));
    }
    let comment = match body.get("comment").and_then(|c| c.get("body")) {
        None => None,
        given => Some(super::comments::text(jira, given, "comment", call)?),
    };
    let visibility = match body.get("comment") {
        Some(comment) => super::comments::visibility(comment)?,
        None => None,
    };
    if !jira.links.iter().any(|l| l.kind == kind && l.from == from && l.to == to) {
        let id = jira.fresh_id().to_string();
        jira.links.push(Link { id, kind, from, to });
    }
    if let Some(comment) = comment {
        jira.push_comment(from, &call.user, comment, visibility, true);
    }
    Ok(Reply::empty(201))
}

fn link_of(jira: &Jira, call: &Call) -> Result<usize, Reply> {
    let id = call.part("id");
    jira.links
        .iter()
        .position(|l| {
            l.id == id
                && [l.from, l.to]
                    .iter()
                    .all(|end| jira.visible(&end.to_string(), &call.user).is_some())
        })
        .ok_or_else(|| jira_error(404, &format!("No issue link with id '{id}' exists.")))
}

/// `GET /issueLink/{id}`
pub(crate) fn read(jira: &mut Jira, call: &Call) -> Answer {
    let at = link_of(jira, call)?;
    let shown = jira.links.get(at).and_then(|link| {
        let kind = jira.link_types.iter().find(|k| k.id == link.kind)?;
        Some(json!({
            "id": link.id,
            "type": jira.show_link_type(kind, call),
            "inwardIssue": jira.show_brief(jira.issues.get(&link.from)?, call),
            "outwardIssue": jira.show_brief(jira.issues.get(&link.to)?, call),
        }))
    });
    Ok(Reply::ok(&shown.unwrap_or_default()))
}

/// `DELETE /issueLink/{id}`
pub(crate) fn remove(jira: &mut Jira, call: &Call) -> Answer {
    let at = link_of(jira, call)?;
    jira.links.remove(at);
    Ok(Reply::none())
}

fn show_remote(jira: &Jira, issue: &Issue, id: &str, link: &Value, call: &Call) -> Value {
    let mut shown = json!({
        "id": id.parse::<u64>().unwrap_or_default(),
        "self": format!("{}/rest/api/{}/issue/{}/remotelink/{id}", call.base, jira.version_in(call), issue.key),
    });
    if let (Some(object), Some(own)) = (shown.as_object_mut(), link.as_object()) {
        object.extend(own.clone());
    }
    shown
}

/// `GET /issue/{key}/remotelink`
pub(crate) fn remote_list(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let issue = jira.get(id)?;
    let list = issue.remote_links.iter().filter(|(_, link)| {
        call.q("globalId")
            .is_none_or(|wanted| link.get("globalId").and_then(Value::as_str) == Some(wanted))
    });
    Ok(Reply::ok(&list.map(|(id, link)| show_remote(jira, issue, id, link, call)).collect()))
}

/// `POST /issue/{key}/remotelink`: one of the same global id is replaced.
pub(crate) fn remote_create(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let Some(body) = call.json() else { return Err(bad_json()) };
    let text = |key: &str| {
        body.get("object").and_then(|o| o.get(key)).and_then(Value::as_str).unwrap_or_default()
    };
    for (key, message) in [("title", "'title' is required."), ("url", "'url' is required.")] {
        if text(key).trim().is_empty() {
            return Err(Reply::json(400, &json!({"errorMessages": [], "errors": {key: message}})));
        }
    }
    if !text("url").contains("://") {
        return Err(Reply::json(
            400,
            &json!({"errorMessages": [], "errors": {"url": "'url' is not a valid URL."}}),
        ));
    }
    let global = body.get("globalId").and_then(Value::as_str).map(str::to_owned);
    let fresh = jira.fresh_id().to_string();
    let Some(issue) = jira.issues.get_mut(&id) else { return Err(bad_json()) };
    let same = issue.remote_links.iter_mut().find(|(_, link)| {
        global.is_some() && link.get("globalId").and_then(Value::as_str) == global.as_deref()
    });
    let (link_id, status) = match same {
        Some((have, link)) => {
            *link = body;
            (have.clone(), 200)
        }
        None => {
            issue.remote_links.push((fresh.clone(), body));
            (fresh, 201)
        }
    };
    let link = format!(
        "{}/rest/api/{}/issue/{}/remotelink/{link_id}",
        call.base,
        jira.version_in(call),
        call.part("key")
    );
    Ok(Reply::json(
        status,
        &json!({"id": link_id.parse::<u64>().unwrap_or_default(), "self": link}),
    ))
}

/// `DELETE /issue/{key}/remotelink/{id}`
pub(crate) fn remote_remove(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let wanted = call.part("id").to_owned();
    let Some(issue) = jira.issues.get_mut(&id) else { return Err(bad_json()) };
    let before = issue.remote_links.len();
    issue.remote_links.retain(|(id, _)| *id != wanted);
    if issue.remote_links.len() == before {
        return Err(jira_error(404, &format!("No remote issue link with id '{wanted}' exists.")));
    }
    Ok(Reply::none())
}
