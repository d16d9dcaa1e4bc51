//! What stands above and below a page (version 2, Cloud).

use serde_json::{Value, json};

use crate::wire::{Answer, Call};

use super::answers::not_found2;
use super::model::*;

fn child_row(wiki: &Confluence, child: &Content) -> Value {
    json!({
        "id": child.id.to_string(),
        "status": child.status,
        "title": child.title(),
        "type": child.kind.name(),
        "spaceId": wiki.space_id(&child.space),
        "childPosition": child.position,
    })
}

/// `GET /pages/{id}/children`: pages only.
pub(crate) fn children(wiki: &mut Confluence, call: &Call) -> Answer {
    let page = wiki.of_kind(call, Kind::Page, "Page")?;
    let rows = wiki
        .children(page.id)
        .into_iter()
        .filter(|c| c.kind == Kind::Page && wiki.sees(&call.user, c))
        .map(|c| {
            let mut row = child_row(wiki, c);
            if let Some(object) = row.as_object_mut() {
                object.remove("type");
            }
            row
        })
        .collect();
    Ok(wiki.page2(rows, "children", 25, call))
}

/// `GET /pages/{id}/direct-children` and the same of folders: pages and folders.
pub(crate) fn direct_children(wiki: &mut Confluence, call: &Call) -> Answer {
    let above = wiki
        .visible(call.part("id"), &call.user)
        .filter(|c| matches!(c.kind, Kind::Page | Kind::Folder))
        .ok_or_else(|| not_found2("Content"))?;
    let rows = wiki
        .children(above.id)
        .into_iter()
        .filter(|c| wiki.sees(&call.user, c))
        .map(|c| child_row(wiki, c))
        .collect();
    Ok(wiki.page2(rows, "direct-children", 25, call))
}

/// `GET /pages/{id}/descendants`
pub(crate) fn descendants(wiki: &mut Confluence, call: &Call) -> Answer {
    let page = wiki.of_kind(call, Kind::Page, "Page")?;
    let most = call.number("depth", 5);
    let mut rows = Vec::new();
    let mut open: Vec<(u64, usize)> = vec![(page.id, 0)];
    while let Some((id, depth)) = open.pop() {
        for child in wiki.children(id).into_iter().filter(|c| wiki.sees(&call.user, c)) {
            let mut row = child_row(wiki, child);
            if let Some(object) = row.as_object_mut() {
                object.insert("parentId".to_owned(), json!(id.to_string()));
                object.insert("depth".to_owned(), json!(depth + 1));
            }
            rows.push(row);
            if depth + 1 < most {
                open.push((child.id, depth + 1));
            }
        }
    }
    Ok(wiki.page2(rows, "descendants", 25, call))
}

/// `GET /pages/{id}/ancestors`: the topmost first.
pub(crate) fn ancestors(wiki: &mut Confluence, call: &Call) -> Answer {
    let page = wiki.of_kind(call, Kind::Page, "Page")?;
    let rows = wiki
        .ancestors(page)
        .into_iter()
        .map(|a| json!({"id": a.id.to_string(), "type": a.kind.name()}))
        .collect();
    Ok(wiki.page2(rows, "ancestors", 25, call))
}
