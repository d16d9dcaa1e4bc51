//! Page templates and views (Cloud).

use serde_json::{Value, json};

use crate::wire::{Answer, Call, Reply};

use super::answers::{error1, no_content1};
use super::model::*;

fn show(template: &Template, body: bool, call: &Call) -> Value {
    let mut shown = json!({
        "templateId": template.id,
        "name": template.name,
        "description": template.description,
        "labels": [],
        "templateType": "page",
        "editorVersion": "v2",
        "_expandable": {"body": ""},
        "_links": {"self": format!("{}/rest/api/template/{}", call.base, template.id)},
    });
    if body && let Some(object) = shown.as_object_mut() {
        object.insert("body".to_owned(), json!({"storage": {"value": template.body, "representation": "storage", "embeddedContent": []}}));
    }
    shown
}

/// `GET /rest/api/template/page`: of a space, or the global ones.
pub(crate) fn list(wiki: &mut Confluence, call: &Call) -> Answer {
    let space = call.q("spaceKey");
    if let Some(key) = space
        && !wiki.sees_space(&call.user, key)
    {
        return Err(error1(404, &format!("No space with key : {key}")));
    }
    let body = call.list("expand").iter().any(|e| e.starts_with("body"));
    let rows = wiki
        .templates
        .iter()
        .filter(|t| t.space.as_deref() == space)
        .map(|t| show(t, body, call))
        .collect();
    Ok(Reply::ok(&wiki.page1(rows, 25, 200, call)))
}

/// `GET /rest/api/template/{id}`
pub(crate) fn read(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = call.part("id");
    match wiki.templates.iter().find(|t| t.id == id) {
        Some(template) => Ok(Reply::ok(&show(template, true, call))),
        None => Err(error1(404, &format!("No template found with id {id}"))),
    }
}

/// `GET /rest/api/analytics/content/{id}/views`
pub(crate) fn views(wiki: &mut Confluence, call: &Call) -> Answer {
    let content =
        wiki.visible(call.part("id"), &call.user).ok_or_else(|| no_content1(call.part("id")))?;
    Ok(Reply::ok(&json!({"id": content.id, "count": content.views})))
}

/// `GET /rest/api/analytics/content/{id}/viewers`
pub(crate) fn viewers(wiki: &mut Confluence, call: &Call) -> Answer {
    let content =
        wiki.visible(call.part("id"), &call.user).ok_or_else(|| no_content1(call.part("id")))?;
    Ok(Reply::ok(&json!({"id": content.id, "count": content.views / 3})))
}
