//! The versions of a page or post (version 2, Cloud).

use serde_json::{Map, Value, json};

use crate::wire::{Answer, Call, Reply};

use super::answers::not_found2;
use super::model::*;

/// `GET /pages/{id}/versions`: the newest first.
pub(crate) fn list(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = wiki
        .visible(call.part("id"), &call.user)
        .filter(|c| matches!(c.kind, Kind::Page | Kind::Blog))
        .ok_or_else(|| not_found2("Content"))?;
    let mut editions: Vec<&Edition> = content.editions.iter().rev().collect();
    if call.q("sort") == Some("modified-date") {
        editions.reverse();
    }
    let rows = editions
        .into_iter()
        .map(|edition| {
            let mut row = wiki.show_version2(edition);
            if let Some(object) = row.as_object_mut() {
                let page: Map<String, Value> = [
                    ("title".to_owned(), json!(edition.title)),
                    ("id".to_owned(), json!(content.id.to_string())),
                    ("body".to_owned(), Confluence::show_body2(edition, call)),
                ]
                .into_iter()
                .collect();
                object.insert("page".to_owned(), Value::Object(page));
            }
            row
        })
        .collect();
    Ok(wiki.page2(rows, "versions", 25, call))
}

/// `GET /pages/{id}/versions/{number}`
pub(crate) fn read(wiki: &mut Confluence, call: &Call) -> Answer {
    let page = wiki.of_kind(call, Kind::Page, "Page")?;
    let place = page.editions.iter().position(|e| e.number.to_string() == call.part("number"));
    let Some((place, edition)) = place.and_then(|at| page.editions.get(at).map(|e| (at, e))) else {
        return Err(not_found2("Version"));
    };
    let mut shown = wiki.show_version2(edition);
    if let Some(object) = shown.as_object_mut() {
        object.insert("contentTypeModified".to_owned(), json!(false));
        object.insert("collaborators".to_owned(), json!([wiki.user_id(&edition.by)]));
        let neighbours =
            [("prevVersion", place.checked_sub(1)), ("nextVersion", place.checked_add(1))];
        for (key, at) in neighbours {
            if let Some(edition) = at.and_then(|at| page.editions.get(at)) {
                object.insert(key.to_owned(), json!(edition.number));
            }
        }
    }
    Ok(Reply::ok(&shown))
}
