//! Labels: reading in both versions, writing in version 1.

use serde_json::Value;

use crate::wire::{Answer, Call, Reply};

use super::answers::{error1, no_content1, not_found2};
use super::model::*;
use super::pages::show_label2;

/// `GET /api/v2/{pages,blogposts,attachments}/{id}/labels`
pub(crate) fn list2(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = wiki.visible(call.part("id"), &call.user).ok_or_else(|| not_found2("Content"))?;
    let rows = content
        .labels
        .iter()
        .filter(|label| call.q("prefix").is_none_or(|p| p == label.prefix))
        .map(show_label2)
        .collect();
    Ok(wiki.page2(rows, "labels", 25, call))
}

/// `GET /rest/api/content/{id}/label` (Data Center)
pub(crate) fn list1(wiki: &mut Confluence, call: &Call) -> Answer {
    let content =
        wiki.visible(call.part("id"), &call.user).ok_or_else(|| no_content1(call.part("id")))?;
    let rows = content.labels.iter().map(Confluence::show_label1).collect();
    Ok(Reply::ok(&wiki.page1(rows, 200, 200, call)))
}

/// `POST /rest/api/content/{id}/label`: one label or a list.
pub(crate) fn add(wiki: &mut Confluence, call: &Call) -> Answer {
    let id =
        wiki.visible(call.part("id"), &call.user).ok_or_else(|| no_content1(call.part("id")))?.id;
    let given = match call.json() {
        Some(Value::Array(list)) => list,
        Some(one @ Value::Object(_)) => vec![one],
        _ => return Err(error1(400, "Could not read the request body")),
    };
    for label in &given {
        let name = label.get("name").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        let prefix = label.get("prefix").and_then(Value::as_str).unwrap_or("global").to_owned();
        if name.is_empty()
            || name.contains(|c: char| c.is_whitespace() || ":;,.?&[]()#^*@!".contains(c))
        {
            return Err(error1(
                400,
                &format!("The label name '{name}' contains invalid characters"),
            ));
        }
        let known = wiki
            .contents
            .values()
            .flat_map(|c| &c.labels)
            .find(|l| l.name == name && l.prefix == prefix)
            .map(|l| l.id);
        let fresh = match known {
            Some(id) => id,
            None => wiki.fresh_id(),
        };
        if let Some(content) = wiki.contents.get_mut(&id)
            && !content.labels.iter().any(|l| l.name == name && l.prefix == prefix)
        {
            content.labels.push(Label { id: fresh, prefix, name });
        }
    }
    list1(wiki, call)
}

/// `DELETE /rest/api/content/{id}/label?name=` and `.../label/{label}`
pub(crate) fn remove(wiki: &mut Confluence, call: &Call) -> Answer {
    let id =
        wiki.visible(call.part("id"), &call.user).ok_or_else(|| no_content1(call.part("id")))?.id;
    let name = match call.part("label") {
        "" => call.q("name").unwrap_or_default().to_owned(),
        label => label.to_owned(),
    };
    if let Some(content) = wiki.contents.get_mut(&id) {
        content.labels.retain(|label| label.name != name);
    }
    Ok(Reply::none())
}
