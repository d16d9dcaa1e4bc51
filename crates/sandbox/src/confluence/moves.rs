//! Moving and copying pages.

use serde_json::{Value, json};

use crate::wire::{Answer, Call, Reply};

use super::answers::{error1, no_content1};
use super::model::*;
use super::show::Expand;

/// `PUT /rest/api/content/{id}/move/{position}/{target}`
pub(crate) fn shift(wiki: &mut Confluence, call: &Call) -> Answer {
    let page = wiki
        .visible(call.part("id"), &call.user)
        .filter(|c| c.kind == Kind::Page)
        .ok_or_else(|| no_content1(call.part("id")))?
        .clone();
    let target = wiki
        .visible(call.part("target"), &call.user)
        .filter(|c| matches!(c.kind, Kind::Page | Kind::Folder))
        .ok_or_else(|| no_content1(call.part("target")))?
        .clone();
    let inside = target.id == page.id || wiki.ancestors(&target).iter().any(|a| a.id == page.id);
    if inside {
        return Err(error1(400, "A page cannot be moved below itself"));
    }
    let parent = match call.part("position") {
        "append" => Some(target.id),
        "before" | "after" => target.parent,
        other => return Err(error1(400, &format!("Unknown position: {other}"))),
    };
    place(wiki, &page, &target, parent, call.part("position"));
    Ok(Reply::ok(&json!({"pageId": page.id.to_string()})))
}

fn place(
    wiki: &mut Confluence,
    page: &Content,
    target: &Content,
    parent: Option<u64>,
    position: &str,
) {
    let mut order: Vec<u64> = match parent {
        Some(parent) => {
            wiki.children(parent).iter().map(|c| c.id).filter(|id| *id != page.id).collect()
        }
        None => vec![target.id],
    };
    let at = order.iter().position(|id| *id == target.id);
    match (position, at) {
        ("before", Some(at)) => order.insert(at, page.id),
        ("after", Some(at)) => order.insert(at + 1, page.id),
        _ => order.push(page.id),
    }
    let below: Vec<u64> = wiki
        .contents
        .values()
        .filter(|c| wiki.ancestors(c).iter().any(|a| a.id == page.id))
        .map(|c| c.id)
        .collect();
    for id in below.into_iter().chain([page.id]) {
        if let Some(content) = wiki.contents.get_mut(&id) {
            content.space.clone_from(&target.space);
        }
    }
    if let Some(content) = wiki.contents.get_mut(&page.id) {
        content.parent = parent;
    }
    for (number, id) in (0_i64..).zip(order) {
        if let Some(content) = wiki.contents.get_mut(&id) {
            content.position = number;
        }
    }
}

/// `POST /pages/movepage.action` (Data Center): the web interface's own action, which answers
/// pages of HTML.
pub(crate) fn web_action(wiki: &mut Confluence, call: &Call) -> Answer {
    let html =
        |status: u16, text: &str| Reply::html(status, &format!("<html><body>{text}</body></html>"));
    if call.header("x-atlassian-token").is_none() {
        return Err(html(403, "XSRF Security Token Missing"));
    }
    let page = call.q("pageId").and_then(|id| wiki.visible(id, &call.user)).cloned();
    let target = match call.q("targetId") {
        Some(id) => wiki.visible(id, &call.user).cloned(),
        None => call
            .q("spaceKey")
            .and_then(|key| wiki.space(key))
            .and_then(|s| s.homepage)
            .and_then(|id| wiki.contents.get(&id))
            .cloned(),
    };
    let (Some(page), Some(target)) = (page, target) else {
        return Ok(html(200, "Error: the page could not be moved"));
    };
    let position = match call.q("position") {
        Some("above") => "before",
        Some("below") => "after",
        _ => "append",
    };
    let parent = if position == "append" { Some(target.id) } else { target.parent };
    place(wiki, &page, &target, parent, position);
    Ok(html(200, "Moved"))
}

/// `POST /rest/api/content/{id}/copy` (Cloud)
pub(crate) fn copy(wiki: &mut Confluence, call: &Call) -> Answer {
    let source = wiki
        .visible(call.part("id"), &call.user)
        .filter(|c| c.kind == Kind::Page)
        .ok_or_else(|| no_content1(call.part("id")))?
        .clone();
    let body = call.json().unwrap_or_default();
    let flag = |key: &str| body.get(key).and_then(Value::as_bool).unwrap_or(false);
    let destination = body.get("destination").cloned().unwrap_or_default();
    let text = |key: &str| destination.get(key).and_then(Value::as_str).unwrap_or_default();
    let (space, parent) = match text("type") {
        "space" => (text("value").to_owned(), wiki.space(text("value")).and_then(|s| s.homepage)),
        "parent_page" | "parent_content" | "existing_page" => {
            match wiki.visible(text("value"), &call.user) {
                Some(parent) => (parent.space.clone(), Some(parent.id)),
                None => return Err(no_content1(text("value"))),
            }
        }
        other => return Err(error1(400, &format!("Unknown destination type: {other}"))),
    };
    if !wiki.sees_space(&call.user, &space) {
        return Err(error1(404, &format!("No space with key : {space}")));
    }
    let title = body.get("pageTitle").and_then(Value::as_str).unwrap_or(source.title()).to_owned();
    if wiki.title_taken(&space, &title, Kind::Page, None) {
        return Err(error1(
            400,
            &format!(
                "A page with this title already exists: A page already exists with the title {title} in the space with key {space}"
            ),
        ));
    }
    let mut page = wiki.draft(Kind::Page, &space, &title, &source.latest().body, &call.user);
    page.position = wiki.last_position(parent);
    page.parent = parent;
    if flag("copyLabels") {
        page.labels.clone_from(&source.labels);
    }
    if flag("copyProperties") {
        page.properties.clone_from(&source.properties);
    }
    let id = page.id;
    wiki.contents.insert(id, page);
    if flag("copyAttachments") {
        let files: Vec<Content> =
            wiki.held(source.id, Kind::Attachment).into_iter().cloned().collect();
        for mut file in files {
            file.id = wiki.fresh_id();
            file.container = Some(id);
            file.space.clone_from(&space);
            wiki.contents.insert(file.id, file);
        }
    }
    let shown = wiki.contents.get(&id).map(|c| wiki.show1(c, c.latest(), &Expand::of(call), call));
    Ok(Reply::ok(&shown.unwrap_or_default()))
}
