//! Contents of version 1 (Data Center): pages, posts and comments.

use serde_json::{Value, json};

use crate::wire::{Answer, Call, Reply};

use super::answers::{error1, no_content1};
use super::model::*;
use super::pages::trash;
use super::show::{Expand, view};
use super::storage;

impl Confluence {
    /// The content of a path, if the caller sees it.
    pub(crate) fn content1(&self, call: &Call) -> Result<&Content, Reply> {
        let id = call.part("id");
        self.visible(id, &call.user).ok_or_else(|| no_content1(id))
    }
}

/// `GET /rest/api/content`
pub(crate) fn list(wiki: &mut Confluence, call: &Call) -> Answer {
    let kind = call.q("type").unwrap_or("page");
    let space = call.q("spaceKey");
    if let Some(key) = space
        && !wiki.sees_space(&call.user, key)
    {
        return Err(error1(404, &format!("No space with key : {key}")));
    }
    let title = call.q("title");
    let statuses = match call.list("status") {
        list if list.is_empty() => vec!["current".to_owned()],
        list => list,
    };
    let expand = Expand::of(call);
    let mut found: Vec<&Content> = wiki
        .contents
        .values()
        .filter(|c| c.kind.name() == kind)
        .filter(|c| statuses.contains(&c.status) || statuses.iter().any(|s| s == "any"))
        .filter(|c| space.is_none_or(|key| c.space == key))
        .filter(|c| title.is_none_or(|t| c.title() == t))
        .filter(|c| wiki.sees(&call.user, c))
        .collect();
    found.sort_by_key(|c| c.id);
    let rows = found.into_iter().map(|c| wiki.show1(c, c.latest(), &expand, call)).collect();
    Ok(Reply::ok(&wiki.page1(rows, 25, 200, call)))
}

/// `GET /rest/api/content/{id}`
pub(crate) fn read(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = call.part("id");
    let content = wiki.content1(call)?;
    let statuses = call.list("status");
    let any = statuses.iter().any(|s| s == "any");
    let historical = statuses.iter().any(|s| s == "historical");
    let shown = any || historical || content.current() || statuses.contains(&content.status);
    if !shown {
        return Err(no_content1(id));
    }
    let edition = match call.q("version").filter(|_| historical || any) {
        None => content.latest(),
        Some(number) => content
            .editions
            .iter()
            .find(|e| e.number.to_string() == number)
            .ok_or_else(|| no_content1(id))?,
    };
    let expand = match call.q("expand") {
        Some(_) => Expand::of(call),
        None => Expand::paths(&["space", "history", "version"]),
    };
    Ok(Reply::ok(&wiki.show1(content, edition, &expand, call)))
}

/// What a write shows: what it always does, and what the call asks for.
fn asked(call: &Call, always: &[&str]) -> Expand {
    let mut expand = Expand::of(call);
    for path in always {
        expand.add(path);
    }
    expand
}

/// Reads the body of a request in any of its representations.
fn body1(body: &Value) -> Result<Option<String>, Reply> {
    let bodies = body.get("body").and_then(Value::as_object);
    let Some((name, given)) = bodies.and_then(|bodies| bodies.iter().next()) else {
        return Ok(None);
    };
    let value = given.get("value").and_then(Value::as_str).unwrap_or_default();
    match given.get("representation").and_then(Value::as_str).unwrap_or(name) {
        "wiki" => Ok(Some(storage::from_wiki(value))),
        "storage" | "editor" => match storage::check(value) {
            Ok(()) => Ok(Some(value.to_owned())),
            Err(why) => Err(error1(400, &format!("Error parsing xhtml: {why}"))),
        },
        other => Err(error1(400, &format!("Unknown representation: {other}"))),
    }
}

/// The parent that `ancestors` names: the last one.
fn parent1(wiki: &Confluence, body: &Value, call: &Call) -> Result<Option<u64>, Reply> {
    let Some(last) = body.get("ancestors").and_then(Value::as_array).and_then(|a| a.last()) else {
        return Ok(None);
    };
    let id = last
        .get("id")
        .map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned))
        .unwrap_or_default();
    match wiki.visible(&id, &call.user) {
        Some(parent) => Ok(Some(parent.id)),
        None => Err(error1(400, &format!("The parent content {id} does not exist"))),
    }
}

fn text<'a>(body: &'a Value, key: &str) -> &'a str {
    body.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// `POST /rest/api/content`
pub(crate) fn create(wiki: &mut Confluence, call: &Call) -> Answer {
    let Some(body) = call.json().filter(Value::is_object) else {
        return Err(error1(400, "Could not read the request body"));
    };
    match text(&body, "type") {
        "page" => create_page(wiki, call, &body, Kind::Page),
        "blogpost" => create_page(wiki, call, &body, Kind::Blog),
        "comment" => create_comment(wiki, call, &body),
        other => Err(error1(400, &format!("Unsupported content type: {other}"))),
    }
}

fn create_page(wiki: &mut Confluence, call: &Call, body: &Value, kind: Kind) -> Answer {
    let key =
        body.get("space").and_then(|s| s.get("key")).and_then(Value::as_str).unwrap_or_default();
    if !wiki.sees_space(&call.user, key) {
        return Err(error1(404, &format!("No space with key : {key}")));
    }
    let title = text(body, "title").trim();
    if title.is_empty() {
        return Err(error1(400, "Title cannot be empty"));
    }
    let words = body1(body)?.unwrap_or_default();
    if wiki.title_taken(key, title, kind, None) {
        return Err(error1(
            400,
            &format!(
                "A page with this title already exists: A page already exists with the title {title} in the space with key {key}"
            ),
        ));
    }
    let parent = match kind {
        Kind::Page => parent1(wiki, body, call)?,
        _ => None,
    };
    let mut content = wiki.draft(kind, key, title, &words, &call.user);
    content.parent = parent;
    let mut properties = Vec::new();
    let given = body.get("metadata").and_then(|m| m.get("properties")).and_then(Value::as_object);
    for (name, property) in given.into_iter().flatten() {
        let id = wiki.fresh_id();
        let value = property.get("value").cloned().unwrap_or_default();
        properties.push((
            name.clone(),
            Property { id, value, version: 1, at: content.created, by: call.user.clone() },
        ));
    }
    content.properties.extend(properties);
    let expand = asked(call, &["space", "history", "version", "ancestors", "body.storage"]);
    let shown = wiki.show1(&content, content.latest(), &expand, call);
    wiki.contents.insert(content.id, content);
    Ok(Reply::ok(&shown))
}

fn create_comment(wiki: &mut Confluence, call: &Call, body: &Value) -> Answer {
    let id = body
        .get("container")
        .and_then(|c| c.get("id"))
        .map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned))
        .unwrap_or_default();
    let Some(holder) =
        wiki.visible(&id, &call.user).filter(|c| c.current() && c.kind != Kind::Comment).cloned()
    else {
        return Err(no_content1(&id));
    };
    let words = body1(body)?.unwrap_or_default();
    if words.is_empty() {
        return Err(error1(400, "The comment body is required"));
    }
    let parent = parent1(wiki, body, call)?;
    let extensions = body.get("extensions").cloned().unwrap_or_default();
    let mut comment = wiki.draft(
        Kind::Comment,
        &holder.space,
        &format!("Re: {}", holder.title()),
        &words,
        &call.user,
    );
    comment.container = Some(holder.id);
    comment.parent = parent;
    if text(&extensions, "location") == "inline" {
        let place = extensions.get("inlineProperties").cloned().unwrap_or_default();
        let wanted = [
            "originalSelection",
            "numMatches",
            "matchIndex",
            "lastFetchTime",
            "serializedHighlights",
        ];
        if let Some(missing) = wanted.iter().find(|key| place.get(**key).is_none()) {
            return Err(error1(400, &format!("inlineProperties.{missing} is required")));
        }
        comment.inline = Some(Inline {
            selection: text(&place, "originalSelection").to_owned(),
            marker: format!("{:08x}-7c6d-4e5f-9a0b-1c2d3e4f5a6b", comment.id),
            resolution: "open".to_owned(),
        });
    } else if let Some(above) = parent.and_then(|id| wiki.contents.get(&id)) {
        comment.inline = above.inline.clone();
    }
    let expand = asked(
        call,
        &["version", "history", "container", "body.storage", "extensions.inlineProperties"],
    );
    let shown = wiki.show1(&comment, comment.latest(), &expand, call);
    wiki.contents.insert(comment.id, comment);
    Ok(Reply::ok(&shown))
}

/// `PUT /rest/api/content/{id}`
pub(crate) fn update(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = wiki.content1(call)?.clone();
    let Some(body) = call.json().filter(Value::is_object) else {
        return Err(error1(400, "Could not read the request body"));
    };
    if !wiki.allowed(&call.user, &content, "update") {
        return Err(error1(403, "You do not have permission to edit this content"));
    }
    if text(&body, "type") != content.kind.name() {
        return Err(error1(
            400,
            "No space or no content type, or setup a wrong version type set to content, or status param is not draft and status content is current",
        ));
    }
    let Some(number) = body.get("version").and_then(|v| v.get("number")).and_then(Value::as_u64)
    else {
        return Err(error1(
            400,
            "Must supply an incremented version when updating Content. No version supplied.",
        ));
    };
    let current = content.latest().number;
    if number != current + 1 {
        return Err(error1(
            409,
            &format!("Version must be incremented on update. Current version is: {current}"),
        ));
    }
    let title = match text(&body, "title").trim() {
        "" => content.title().to_owned(),
        title => title.to_owned(),
    };
    let words = body1(&body)?.unwrap_or_else(|| content.latest().body.clone());
    if content.kind != Kind::Comment
        && wiki.title_taken(&content.space, &title, content.kind, Some(content.id))
    {
        return Err(error1(
            400,
            &format!(
                "A page with this title already exists: A page already exists with the title {title} in the space with key {}",
                content.space
            ),
        ));
    }
    let parent = match content.kind {
        Kind::Page => parent1(wiki, &body, call)?,
        _ => None,
    };
    let version = body.get("version").cloned().unwrap_or_default();
    let minor = version.get("minorEdit").and_then(Value::as_bool).unwrap_or(false);
    wiki.revise(content.id, &title, &words, text(&version, "message"), minor, &call.user);
    let at = wiki.clock.now();
    let fresh = wiki.fresh_id();
    if let Some(stored) = wiki.contents.get_mut(&content.id) {
        stored.parent = parent.or(stored.parent);
        let given =
            body.get("metadata").and_then(|m| m.get("properties")).and_then(Value::as_object);
        for (name, property) in given.into_iter().flatten() {
            let (id, version) =
                stored.properties.get(name).map_or((fresh, 1), |p| (p.id, p.version + 1));
            let value = property.get("value").cloned().unwrap_or_default();
            stored
                .properties
                .insert(name.clone(), Property { id, value, version, at, by: call.user.clone() });
        }
    }
    let expand = asked(call, &["space", "history", "version", "ancestors", "body.storage"]);
    let content = wiki.content1(call)?;
    Ok(Reply::ok(&wiki.show1(content, content.latest(), &expand, call)))
}

/// `DELETE /rest/api/content/{id}`: into the trash, from there away.
pub(crate) fn remove(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = wiki.content1(call)?;
    let (id, above, kind) = (content.id, content.parent, content.kind);
    let trashed = content.status == "trashed";
    if trashed || kind == Kind::Comment {
        wiki.contents.retain(|other, c| *other != id && c.container != Some(id));
    } else {
        trash(wiki, id, above);
    }
    Ok(Reply::none())
}

/// `GET /rest/api/content/{id}/history`
pub(crate) fn history(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = wiki.content1(call)?;
    let mut expand = Expand::of(call);
    // The history itself tells the newest version unasked.
    expand.add("lastUpdated");
    Ok(Reply::ok(&wiki.show_history1(content, &expand, call)))
}

/// `GET /rest/api/content/{id}/version`: the newest first.
pub(crate) fn versions(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = wiki.content1(call)?;
    let rows =
        content.editions.iter().rev().map(|e| wiki.show_version1(content, e, call)).collect();
    Ok(Reply::ok(&wiki.page1(rows, 200, 200, call)))
}

/// `GET /rest/api/content/{id}/child/{kind}`
pub(crate) fn children(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = wiki.content1(call)?;
    let expand = Expand::of(call);
    let kind = match call.part("kind") {
        "page" => Kind::Page,
        "comment" => Kind::Comment,
        "attachment" => Kind::Attachment,
        other => return Err(error1(400, &format!("Unsupported child type: {other}"))),
    };
    let deep = kind == Kind::Comment && call.q("depth") == Some("all");
    let list = if deep { wiki.held(content.id, kind) } else { wiki.child_list(content, kind) };
    let places = call.list("location");
    let list = list.into_iter().filter(|c| {
        let place = if c.inline.is_some() { "inline" } else { "footer" };
        places.is_empty() || kind != Kind::Comment || places.iter().any(|p| p == place)
    });
    let rows = list
        .filter(|c| wiki.sees(&call.user, c))
        .map(|c| wiki.show1(c, c.latest(), &expand, call))
        .collect();
    Ok(Reply::ok(&wiki.page1(rows, 25, 200, call)))
}

/// `GET /rest/api/content/{id}/descendant/page`
pub(crate) fn descendants(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = wiki.content1(call)?;
    let expand = Expand::of(call);
    let rows = wiki
        .contents
        .values()
        .filter(|c| c.kind == Kind::Page && c.current())
        .filter(|c| wiki.ancestors(c).iter().any(|a| a.id == content.id))
        .map(|c| wiki.show1(c, c.latest(), &expand, call))
        .collect();
    Ok(Reply::ok(&wiki.page1(rows, 25, 200, call)))
}

/// `POST /rest/api/contentbody/convert/{to}` (Data Center)
pub(crate) fn convert(_: &mut Confluence, call: &Call) -> Answer {
    let body = call.json().unwrap_or_default();
    let value = text(&body, "value");
    let to = call.part("to");
    let converted = match (text(&body, "representation"), to) {
        ("wiki", "storage") => storage::from_wiki(value),
        ("wiki", _) => view(&storage::from_wiki(value)),
        ("storage", "storage") => value.to_owned(),
        _ => view(value),
    };
    Ok(Reply::ok(&json!({"value": converted, "representation": to})))
}
