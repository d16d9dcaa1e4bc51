//! Comments of version 2 (Cloud).

use serde_json::{Value, json};

use crate::wire::{Answer, Call, Reply};

use super::answers::{error2, not_found2, only_known};
use super::model::*;
use super::pages::body2;
use super::storage;

impl Confluence {
    fn show_comment2(&self, comment: &Content, listed: bool, call: &Call) -> Value {
        let latest = comment.latest();
        let holder = comment.container.and_then(|id| self.contents.get(&id));
        let mut shown =
            json!({"id": comment.id.to_string(), "status": comment.status, "title": latest.title});
        let Some(object) = shown.as_object_mut() else { return shown };
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        if let Some(holder) = holder {
            let key = if holder.kind == Kind::Blog { "blogPostId" } else { "pageId" };
            put(key, json!(holder.id.to_string()));
        }
        if let Some(parent) = comment.parent {
            put("parentCommentId", json!(parent.to_string()));
        }
        put("version", self.show_version2(latest));
        put("body", Self::show_body2(latest, call));
        if let Some(inline) = &comment.inline {
            put("resolutionStatus", json!(inline.resolution));
            put(
                "properties",
                json!({
                    "inlineMarkerRef": inline.marker,
                    "inlineOriginalSelection": inline.selection,
                    "inline-marker-ref": inline.marker,
                    "inline-original-selection": inline.selection,
                }),
            );
        }
        let mut links = json!({"webui": self.webui(comment)});
        if !listed && let Some(links) = links.as_object_mut() {
            links.insert("base".to_owned(), json!(self.url));
        }
        put("_links", links);
        shown
    }

    fn comment_of(&self, call: &Call, inline: bool) -> Result<&Content, Reply> {
        self.visible(call.part("id"), &call.user)
            .filter(|c| c.kind == Kind::Comment && c.inline.is_some() == inline && c.current())
            .ok_or_else(|| not_found2("Comment"))
    }
}

fn of_content(wiki: &Confluence, call: &Call, kind: Kind, inline: bool) -> Answer {
    let holder = wiki.of_kind(call, kind, if kind == Kind::Page { "Page" } else { "Blog post" })?;
    let wanted = call.list("resolution-status");
    let mut list: Vec<&Content> = wiki
        .held(holder.id, Kind::Comment)
        .into_iter()
        .filter(|c| c.parent.is_none() && c.inline.is_some() == inline)
        .filter(|c| {
            wanted.is_empty() || c.inline.as_ref().is_some_and(|i| wanted.contains(&i.resolution))
        })
        .collect();
    if call.q("sort").is_some_and(|s| s.starts_with('-')) {
        list.reverse();
    }
    let rows = list.into_iter().map(|c| wiki.show_comment2(c, true, call)).collect();
    Ok(wiki.page2(rows, "comments", 25, call))
}

/// `GET /pages/{id}/footer-comments`
pub(crate) fn footer_of_page(wiki: &mut Confluence, call: &Call) -> Answer {
    of_content(wiki, call, Kind::Page, false)
}

/// `GET /pages/{id}/inline-comments`
pub(crate) fn inline_of_page(wiki: &mut Confluence, call: &Call) -> Answer {
    of_content(wiki, call, Kind::Page, true)
}

/// `GET /blogposts/{id}/footer-comments`
pub(crate) fn footer_of_post(wiki: &mut Confluence, call: &Call) -> Answer {
    of_content(wiki, call, Kind::Blog, false)
}

/// `GET /blogposts/{id}/inline-comments`
pub(crate) fn inline_of_post(wiki: &mut Confluence, call: &Call) -> Answer {
    of_content(wiki, call, Kind::Blog, true)
}

fn children(wiki: &Confluence, call: &Call, inline: bool) -> Answer {
    let comment = wiki.comment_of(call, inline)?;
    let rows = wiki
        .child_list(comment, Kind::Comment)
        .into_iter()
        .map(|c| wiki.show_comment2(c, true, call))
        .collect();
    Ok(wiki.page2(rows, "replies", 25, call))
}

/// `GET /footer-comments/{id}/children`
pub(crate) fn footer_children(wiki: &mut Confluence, call: &Call) -> Answer {
    children(wiki, call, false)
}

/// `GET /inline-comments/{id}/children`
pub(crate) fn inline_children(wiki: &mut Confluence, call: &Call) -> Answer {
    children(wiki, call, true)
}

/// `GET /footer-comments/{id}`
pub(crate) fn read_footer(wiki: &mut Confluence, call: &Call) -> Answer {
    let comment = wiki.comment_of(call, false)?;
    Ok(Reply::ok(&wiki.show_comment2(comment, false, call)))
}

/// `GET /inline-comments/{id}`
pub(crate) fn read_inline(wiki: &mut Confluence, call: &Call) -> Answer {
    let comment = wiki.comment_of(call, true)?;
    Ok(Reply::ok(&wiki.show_comment2(comment, false, call)))
}

/// What an inline comment stands on; checked against the words of the page.
fn anchor(page: &Content, given: &Value, id: u64) -> Result<Inline, Reply> {
    let properties = given.get("inlineCommentProperties").cloned().unwrap_or_default();
    let text = |key: &str| properties.get(key).and_then(Value::as_str);
    let number =
        |key: &str, default: u64| properties.get(key).and_then(Value::as_u64).unwrap_or(default);
    let selection = text("textSelection").unwrap_or_default().to_owned();
    let (count, index) =
        (number("textSelectionMatchCount", 1), number("textSelectionMatchIndex", 0));
    let found = if selection.is_empty() {
        0
    } else {
        storage::text(&page.latest().body).matches(&selection).count() as u64
    };
    if found == 0 || found != count || index >= count {
        return Err(error2(
            400,
            "INVALID_REQUEST_PARAMETER",
            "The text selection does not match the content of the page",
        )
        .reason(&format!(
            "the selection occurs {found} times, the request says {count}, index {index}"
        )));
    }
    Ok(Inline {
        selection,
        marker: format!("{id:08x}-1b2c-4d3e-8f4a-5b6c7d8e9f00"),
        resolution: "open".to_owned(),
    })
}

fn create(wiki: &mut Confluence, call: &Call, inline: bool) -> Answer {
    let body = call
        .json()
        .filter(Value::is_object)
        .ok_or_else(|| error2(400, "INVALID_MESSAGE", "The request body could not be read"))?;
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let mut known =
        vec!["pageId", "blogPostId", "parentCommentId", "body", "attachmentId", "customContentId"];
    if inline {
        known.push("inlineCommentProperties");
    }
    only_known(&body, &known)?;
    let targets: Vec<&str> =
        ["pageId", "blogPostId", "parentCommentId"].into_iter().filter_map(text).collect();
    let [target] = targets.as_slice() else {
        return Err(error2(
            400,
            "INVALID_REQUEST_PARAMETER",
            "Exactly one of pageId, blogPostId and parentCommentId must be given",
        ));
    };
    let Some(target) = wiki.visible(target, &call.user).filter(|c| c.current()).cloned() else {
        return Err(not_found2("Content"));
    };
    let answers = target.kind == Kind::Comment;
    if answers != text("parentCommentId").is_some()
        || (answers && target.inline.is_some() != inline)
    {
        return Err(not_found2(if answers { "Comment" } else { "Content" }));
    }
    let words = body2(body.get("body"))?;
    if words.is_empty() {
        return Err(error2(400, "INVALID_REQUEST_PARAMETER", "The comment body is required"));
    }
    let holder = if answers { target.container } else { Some(target.id) };
    let title = holder
        .and_then(|id| wiki.contents.get(&id))
        .map(|c| format!("Re: {}", c.title()))
        .unwrap_or_default();
    let mut comment = wiki.draft(Kind::Comment, &target.space, &title, &words, &call.user);
    comment.container = holder;
    comment.parent = answers.then_some(target.id);
    if inline {
        comment.inline = Some(match &target.inline {
            Some(above) => above.clone(),
            None => anchor(&target, &body, comment.id)?,
        });
    }
    let mut call = call.clone();
    call.query.push(("body-format".to_owned(), "storage".to_owned()));
    let shown = wiki.show_comment2(&comment, false, &call);
    wiki.contents.insert(comment.id, comment);
    Ok(Reply::created(&shown))
}

/// `POST /footer-comments`
pub(crate) fn create_footer(wiki: &mut Confluence, call: &Call) -> Answer {
    create(wiki, call, false)
}

/// `POST /inline-comments`
pub(crate) fn create_inline(wiki: &mut Confluence, call: &Call) -> Answer {
    create(wiki, call, true)
}

fn update(wiki: &mut Confluence, call: &Call, inline: bool) -> Answer {
    let comment = wiki.comment_of(call, inline)?.clone();
    let body = call.json().unwrap_or_default();
    let number =
        body.get("version").and_then(|v| v.get("number")).and_then(Value::as_u64).unwrap_or(0);
    let current = comment.latest().number;
    if number != current + 1 {
        return Err(error2(
            409,
            "CONFLICT",
            &format!(
                "Version must be incremented when updating a comment. Current Version: [{current}]. Provided version: [{number}]"
            ),
        ));
    }
    let words = body2(body.get("body"))?;
    wiki.revise(comment.id, comment.title(), &words, "", false, &call.user);
    if let (Some(resolved), Some(stored)) =
        (body.get("resolved").and_then(Value::as_bool), wiki.contents.get_mut(&comment.id))
        && let Some(place) = &mut stored.inline
    {
        place.resolution = if resolved { "resolved" } else { "reopened" }.to_owned();
    }
    let comment = wiki.comment_of(call, inline)?;
    Ok(Reply::ok(&wiki.show_comment2(comment, false, call)))
}

/// `PUT /footer-comments/{id}`
pub(crate) fn update_footer(wiki: &mut Confluence, call: &Call) -> Answer {
    update(wiki, call, false)
}

/// `PUT /inline-comments/{id}`
pub(crate) fn update_inline(wiki: &mut Confluence, call: &Call) -> Answer {
    update(wiki, call, true)
}

fn remove(wiki: &mut Confluence, call: &Call, inline: bool) -> Answer {
    let id = wiki.comment_of(call, inline)?.id;
    wiki.contents.retain(|other, c| *other != id && c.parent != Some(id));
    Ok(Reply::none())
}

/// `DELETE /footer-comments/{id}`
pub(crate) fn remove_footer(wiki: &mut Confluence, call: &Call) -> Answer {
    remove(wiki, call, false)
}

/// `DELETE /inline-comments/{id}`
pub(crate) fn remove_inline(wiki: &mut Confluence, call: &Call) -> Answer {
    remove(wiki, call, true)
}
