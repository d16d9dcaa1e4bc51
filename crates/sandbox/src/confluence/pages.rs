//! Pages, posts and folders of version 2 (Cloud).

use serde_json::{Value, json};

use crate::adf;
use crate::people::confluence_time;
use crate::wire::{Answer, Call, Reply};

use super::answers::{error2, not_found2, only_known};
use super::model::*;
use super::show::view;
use super::storage;

impl Confluence {
    pub(crate) fn show_version2(&self, edition: &Edition) -> Value {
        json!({
            "createdAt": confluence_time(edition.at),
            "message": edition.message,
            "number": edition.number,
            "minorEdit": edition.minor,
            "authorId": self.user_id(&edition.by),
        })
    }

    /// The body in the format a call asks for; empty when it asks for none.
    pub(crate) fn show_body2(edition: &Edition, call: &Call) -> Value {
        let Some(format) = call.q("body-format") else { return json!({}) };
        let (name, value) = match format {
            "storage" => ("storage", edition.body.clone()),
            "atlas_doc_format" => {
                ("atlas_doc_format", adf::from_text(&storage::text(&edition.body)).to_string())
            }
            other => (other, view(&edition.body)),
        };
        json!({name: {"representation": name, "value": value}})
    }

    pub(crate) fn space_id(&self, key: &str) -> String {
        self.space(key).map_or_else(String::new, |s| s.id.to_string())
    }

    fn parent_type(&self, content: &Content) -> Value {
        match content.parent.and_then(|id| self.contents.get(&id)) {
            Some(parent) => json!(parent.kind.name()),
            None => Value::Null,
        }
    }

    /// A page, post or folder in one of its versions.
    pub(crate) fn show2(&self, content: &Content, edition: &Edition, call: &Call) -> Value {
        let mut shown = json!({
            "id": content.id.to_string(),
            "status": content.status,
            "title": edition.title,
        });
        let Some(object) = shown.as_object_mut() else { return shown };
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        if content.kind == Kind::Folder {
            put("type", json!("folder"));
        } else {
            put("spaceId", json!(self.space_id(&content.space)));
        }
        if content.kind != Kind::Blog {
            put("parentId", content.parent.map_or(Value::Null, |id| json!(id.to_string())));
            put("parentType", self.parent_type(content));
            put("position", json!(content.position));
            put("ownerId", json!(self.user_id(&content.author)));
            put("lastOwnerId", Value::Null);
        }
        put("authorId", json!(self.user_id(&content.author)));
        put("createdAt", json!(confluence_time(content.created)));
        put("version", self.show_version2(edition));
        if let Some(subtype) = &content.subtype {
            put("subtype", json!(subtype));
        }
        if content.kind != Kind::Folder {
            put("body", Self::show_body2(edition, call));
        }
        let mut links = json!({"webui": self.webui(content)});
        if content.kind != Kind::Folder
            && let Some(links) = links.as_object_mut()
        {
            let action = if content.subtype.as_deref() == Some("live") {
                "edit-v2"
            } else {
                "resumedraft.action?draftId="
            };
            links.insert("editui".to_owned(), json!(format!("/pages/{action}{}", content.id)));
            links.insert("tinyui".to_owned(), json!(self.tinyui(content)));
        }
        put("_links", links);
        shown
    }

    /// The same for a read of one, with the parts the call includes.
    fn show_single2(&self, content: &Content, edition: &Edition, call: &Call) -> Value {
        let mut shown = self.show2(content, edition, call);
        let Some(object) = shown.as_object_mut() else { return shown };
        let list = |rows: Vec<Value>, path: &str| {
            json!({
                "results": rows,
                "meta": {"hasMore": false, "cursor": ""},
                "_links": {"self": format!("/wiki/api/v2/pages/{}/{path}", content.id)},
            })
        };
        if call.flag("include-labels", false) {
            let rows = content.labels.iter().map(show_label2).collect();
            object.insert("labels".to_owned(), list(rows, "labels"));
        }
        if call.flag("include-properties", false) {
            let rows =
                content.properties.iter().map(|(key, p)| self.show_property2(key, p)).collect();
            object.insert("properties".to_owned(), list(rows, "properties"));
        }
        if call.flag("include-versions", false) {
            let rows = content.editions.iter().rev().map(|e| self.show_version2(e)).collect();
            object.insert("versions".to_owned(), list(rows, "versions"));
        }
        if let Some(links) = object.get_mut("_links").and_then(Value::as_object_mut) {
            links.insert("base".to_owned(), json!(self.url));
        }
        shown
    }

    pub(crate) fn show_property2(&self, key: &str, property: &Property) -> Value {
        json!({
            "id": property.id.to_string(),
            "key": key,
            "value": property.value,
            "version": {
                "createdAt": confluence_time(property.at),
                "message": "",
                "number": property.version,
                "minorEdit": false,
                "authorId": self.user_id(&property.by),
            },
        })
    }

    /// The content of a path that must be of this kind and visible.
    pub(crate) fn of_kind(&self, call: &Call, kind: Kind, what: &str) -> Result<&Content, Reply> {
        self.visible(call.part("id"), &call.user)
            .filter(|c| c.kind == kind)
            .ok_or_else(|| not_found2(what))
    }

    fn seen<'a>(&'a self, call: &'a Call, kind: Kind) -> impl Iterator<Item = &'a Content> {
        self.contents.values().filter(move |c| c.kind == kind && self.sees(&call.user, c))
    }
}

pub(crate) fn show_label2(label: &Label) -> Value {
    json!({"id": label.id.to_string(), "name": label.name, "prefix": label.prefix})
}

/// Reads a body of version 2: `{representation, value}` or `{storage: {...}}`.
///
/// # Errors
/// 400 with the parser's sentence for malformed storage or an invalid document.
pub(crate) fn body2(given: Option<&Value>) -> Result<String, Reply> {
    let Some(given) = given.filter(|b| !b.is_null()) else { return Ok(String::new()) };
    let inner = ["storage", "atlas_doc_format", "wiki"]
        .iter()
        .find_map(|name| given.get(*name))
        .unwrap_or(given);
    let text = |key: &str| inner.get(key).and_then(Value::as_str);
    let value = text("value").unwrap_or_default();
    match text("representation") {
        Some("storage") => match storage::check(value) {
            Ok(()) => Ok(value.to_owned()),
            Err(why) => Err(error2(
                400,
                "INVALID_REQUEST_PARAMETER",
                &format!("Error parsing xhtml: {why}"),
            )
            .reason(&why)),
        },
        Some("wiki") => Ok(storage::from_wiki(value)),
        Some("atlas_doc_format") => {
            let document: Value = serde_json::from_str(value).unwrap_or_default();
            match adf::check(&document) {
                Ok(()) => Ok(paragraphs(&document)),
                Err(why) => Err(error2(
                    400,
                    "INVALID_REQUEST_PARAMETER",
                    "Provided value for 'body' is not a valid document",
                )
                .reason(&why)),
            }
        }
        _ => Err(error2(
            400,
            "INVALID_REQUEST_PARAMETER",
            "Provided value for 'body.representation' is not valid: it must be one of storage, atlas_doc_format, wiki",
        )),
    }
}

/// Storage of a document: its lines as paragraphs.
fn paragraphs(document: &Value) -> String {
    adf::to_text(document)
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| format!("<p>{}</p>", storage::escape(line)))
        .collect()
}

fn sorted<'a>(mut list: Vec<&'a Content>, sort: Option<&str>) -> Result<Vec<&'a Content>, Reply> {
    let Some(sort) = sort else { return Ok(list) };
    let (name, reverse) = match sort.strip_prefix('-') {
        Some(name) => (name, true),
        None => (sort, false),
    };
    match name {
        "id" => list.sort_by_key(|c| c.id),
        "title" => list.sort_by(|a, b| a.title().cmp(b.title())),
        "created-date" => list.sort_by_key(|c| c.created),
        "modified-date" => list.sort_by_key(|c| c.latest().at),
        "child-position" | "position" => list.sort_by_key(|c| (c.position, c.id)),
        _ => {
            return Err(error2(
                400,
                "INVALID_REQUEST_PARAMETER",
                "Provided value for 'sort' is not valid",
            ));
        }
    }
    if reverse {
        list.reverse();
    }
    Ok(list)
}

/// Pages or posts that a list asks for.
fn listed(wiki: &Confluence, call: &Call, kind: Kind, space: Option<&str>) -> Answer {
    let ids = call.list("id");
    let spaces = call.list("space-id");
    let statuses = call.list("status");
    let title = call.q("title");
    let list = wiki
        .seen(call, kind)
        .filter(|c| ids.is_empty() || ids.contains(&c.id.to_string()))
        .filter(|c| spaces.is_empty() || spaces.contains(&wiki.space_id(&c.space)))
        .filter(|c| space.is_none_or(|key| c.space == key))
        .filter(|c| match statuses.is_empty() {
            true => matches!(c.status.as_str(), "current" | "archived"),
            false => statuses.contains(&c.status),
        })
        .filter(|c| title.is_none_or(|t| c.title() == t))
        .filter(|c| call.q("depth") != Some("root") || c.parent.is_none())
        .collect();
    let rows = sorted(list, call.q("sort"))?
        .into_iter()
        .map(|c| wiki.show2(c, c.latest(), call))
        .collect();
    Ok(wiki.page2(rows, kind.name(), 25, call))
}

/// `GET /pages`
pub(crate) fn list(wiki: &mut Confluence, call: &Call) -> Answer {
    listed(wiki, call, Kind::Page, None)
}

/// `GET /blogposts`
pub(crate) fn list_posts(wiki: &mut Confluence, call: &Call) -> Answer {
    listed(wiki, call, Kind::Blog, None)
}

/// `GET /spaces/{id}/pages`
pub(crate) fn list_of_space(wiki: &mut Confluence, call: &Call) -> Answer {
    let key = space_key(wiki, call)?;
    listed(wiki, call, Kind::Page, Some(&key))
}

/// `GET /spaces/{id}/blogposts`
pub(crate) fn posts_of_space(wiki: &mut Confluence, call: &Call) -> Answer {
    let key = space_key(wiki, call)?;
    listed(wiki, call, Kind::Blog, Some(&key))
}

pub(crate) fn space_key(wiki: &Confluence, call: &Call) -> Result<String, Reply> {
    wiki.space_by_id(call.part("id"))
        .filter(|s| wiki.sees_space(&call.user, &s.key))
        .map(|s| s.key.clone())
        .ok_or_else(|| not_found2("Space"))
}

fn read_kind(wiki: &Confluence, call: &Call, kind: Kind, what: &str) -> Answer {
    let content = wiki.of_kind(call, kind, what)?;
    let statuses = call.list("status");
    let wanted = if statuses.is_empty() {
        matches!(content.status.as_str(), "current" | "archived" | "draft")
    } else {
        statuses.contains(&content.status)
    };
    if !wanted {
        return Err(not_found2(what));
    }
    let edition = match call.q("version") {
        None => content.latest(),
        Some(number) => content
            .editions
            .iter()
            .find(|e| e.number.to_string() == number)
            .ok_or_else(|| not_found2("Version"))?,
    };
    Ok(Reply::ok(&wiki.show_single2(content, edition, call)))
}

/// `GET /pages/{id}`
pub(crate) fn read(wiki: &mut Confluence, call: &Call) -> Answer {
    read_kind(wiki, call, Kind::Page, "Page")
}

/// `GET /blogposts/{id}`
pub(crate) fn read_post(wiki: &mut Confluence, call: &Call) -> Answer {
    read_kind(wiki, call, Kind::Blog, "Blog post")
}

/// `GET /folders/{id}`
pub(crate) fn read_folder(wiki: &mut Confluence, call: &Call) -> Answer {
    read_kind(wiki, call, Kind::Folder, "Folder")
}

fn json_body(call: &Call) -> Result<Value, Reply> {
    call.json()
        .filter(Value::is_object)
        .ok_or_else(|| error2(400, "INVALID_MESSAGE", "The request body could not be read"))
}

fn create_kind(wiki: &mut Confluence, call: &Call, kind: Kind) -> Answer {
    let body = json_body(call)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    only_known(&body, &["spaceId", "status", "title", "parentId", "body", "subtype", "createdAt"])?;
    let Some(space) = text("spaceId")
        .and_then(|id| wiki.space_by_id(id))
        .filter(|s| wiki.sees_space(&call.user, &s.key))
        .cloned()
    else {
        return Err(match body.get("spaceId") {
            Some(Value::String(_)) => not_found2("Space"),
            _ => error2(
                400,
                "INVALID_REQUEST_PARAMETER",
                "Provided value for 'spaceId' is not valid: it is required and must be a string",
            ),
        });
    };
    let draft = text("status") == Some("draft");
    let title = text("title").unwrap_or_default().trim().to_owned();
    if title.is_empty() && !draft {
        return Err(error2(400, "INVALID_REQUEST_PARAMETER", "Title is required"));
    }
    if title.chars().count() > 255 {
        return Err(error2(
            400,
            "INVALID_REQUEST_PARAMETER",
            "Title cannot be longer than 255 characters.",
        ));
    }
    let storage = body2(body.get("body"))?;
    if !draft && wiki.title_taken(&space.key, &title, kind, None) {
        return Err(taken(&title, &space.key));
    }
    let parent = match (kind, text("parentId")) {
        (Kind::Blog, _) => None,
        (_, None) if call.flag("root-level", false) => None,
        (_, None) => space.homepage,
        (_, Some(id)) => Some(parent_in(wiki, id, &space.key, call)?),
    };
    let mut content = wiki.draft(kind, &space.key, &title, &storage, &call.user);
    content.position = wiki.last_position(parent);
    content.parent = parent;
    content.subtype = text("subtype").map(str::to_owned);
    if draft {
        content.status = "draft".to_owned();
    }
    let shown = wiki.show_single2(&content, content.latest(), &with_storage(call));
    wiki.contents.insert(content.id, content);
    Ok(Reply::ok(&shown))
}

/// Writes answer with the storage body, as the product does.
fn with_storage(call: &Call) -> Call {
    let mut call = call.clone();
    call.query.push(("body-format".to_owned(), "storage".to_owned()));
    call
}

fn taken(title: &str, space: &str) -> Reply {
    error2(
        400,
        "BAD_REQUEST",
        &format!(
            "A page with this title already exists: A page already exists with the title {title} in the space with key {space}"
        ),
    )
}

fn parent_in(wiki: &Confluence, id: &str, space: &str, call: &Call) -> Result<u64, Reply> {
    let parent = wiki
        .visible(id, &call.user)
        .filter(|c| matches!(c.kind, Kind::Page | Kind::Folder) && c.current())
        .ok_or_else(|| not_found2("Parent"))?;
    if parent.space != space {
        return Err(error2(
            400,
            "INVALID_REQUEST_PARAMETER",
            "The parent must be in the same space as the page",
        ));
    }
    Ok(parent.id)
}

/// `POST /pages`
pub(crate) fn create(wiki: &mut Confluence, call: &Call) -> Answer {
    create_kind(wiki, call, Kind::Page)
}

/// `POST /blogposts`
pub(crate) fn create_post(wiki: &mut Confluence, call: &Call) -> Answer {
    create_kind(wiki, call, Kind::Blog)
}

/// `POST /folders`
pub(crate) fn create_folder(wiki: &mut Confluence, call: &Call) -> Answer {
    create_kind(wiki, call, Kind::Folder)
}

fn update_kind(wiki: &mut Confluence, call: &Call, kind: Kind, what: &str) -> Answer {
    let body = json_body(call)?;
    let content = wiki.of_kind(call, kind, what)?.clone();
    if !wiki.allowed(&call.user, &content, "update") {
        return Err(error2(
            403,
            "FORBIDDEN",
            "The user does not have permission to edit this content",
        ));
    }
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    only_known(
        &body,
        &[
            "id",
            "status",
            "title",
            "spaceId",
            "parentId",
            "ownerId",
            "body",
            "version",
            "createdAt",
        ],
    )?;
    for key in ["id", "status", "title", "body", "version"] {
        if body.get(key).is_none() {
            return Err(error2(
                400,
                "INVALID_REQUEST_PARAMETER",
                &format!("Provided value for '{key}' is not valid: it is required"),
            ));
        }
    }
    if text("id") != Some(call.part("id")) {
        return Err(error2(
            400,
            "INVALID_REQUEST_PARAMETER",
            "The id of the body is not the id of the path",
        ));
    }
    let number =
        body.get("version").and_then(|v| v.get("number")).and_then(Value::as_u64).unwrap_or(0);
    let current = content.latest().number;
    let expected = if content.status == "draft" && text("status") == Some("current") {
        1
    } else {
        current + 1
    };
    if number != expected {
        return Err(error2(
            409,
            "CONFLICT",
            &format!(
                "Version must be incremented when updating a page. Current Version: [{current}]. Provided version: [{number}]"
            ),
        ));
    }
    let title = text("title").unwrap_or_default().trim().to_owned();
    if title.is_empty() {
        return Err(error2(400, "INVALID_REQUEST_PARAMETER", "Title is required"));
    }
    let storage = body2(body.get("body"))?;
    if wiki.title_taken(&content.space, &title, kind, Some(content.id)) {
        return Err(taken(&title, &content.space));
    }
    let mut parent = content.parent;
    if let Some(id) = text("parentId") {
        let wanted = parent_in(wiki, id, &content.space, call)?;
        let inside = wanted == content.id
            || wiki
                .contents
                .get(&wanted)
                .is_some_and(|p| wiki.ancestors(p).iter().any(|a| a.id == content.id));
        if inside {
            return Err(error2(
                400,
                "INVALID_REQUEST_PARAMETER",
                "A page cannot be placed below itself",
            ));
        }
        parent = Some(wanted);
    }
    let message = body
        .get("version")
        .and_then(|v| v.get("message"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    wiki.revise(content.id, &title, &storage, message, false, &call.user);
    let position =
        if parent == content.parent { content.position } else { wiki.last_position(parent) };
    if let Some(stored) = wiki.contents.get_mut(&content.id) {
        stored.parent = parent;
        stored.position = position;
        stored.status = text("status").unwrap_or("current").to_owned();
    }
    let content = wiki.of_kind(call, kind, what)?;
    Ok(Reply::ok(&wiki.show_single2(content, content.latest(), &with_storage(call))))
}

/// `PUT /pages/{id}`
pub(crate) fn update(wiki: &mut Confluence, call: &Call) -> Answer {
    update_kind(wiki, call, Kind::Page, "Page")
}

/// `PUT /blogposts/{id}`
pub(crate) fn update_post(wiki: &mut Confluence, call: &Call) -> Answer {
    update_kind(wiki, call, Kind::Blog, "Blog post")
}

fn remove_kind(wiki: &mut Confluence, call: &Call, kind: Kind, what: &str) -> Answer {
    let content = wiki.of_kind(call, kind, what)?;
    let (id, trashed, above) = (content.id, content.status == "trashed", content.parent);
    if call.flag("purge", false) {
        if !trashed {
            return Err(error2(
                400,
                "INVALID_REQUEST_PARAMETER",
                "Only trashed content can be purged",
            ));
        }
        wiki.contents.retain(|other, c| *other != id && c.container != Some(id));
        return Ok(Reply::none());
    }
    trash(wiki, id, above);
    Ok(Reply::none())
}

/// Puts a content into the trash; its children move up.
pub(crate) fn trash(wiki: &mut Confluence, id: u64, above: Option<u64>) {
    for other in wiki.contents.values_mut() {
        if other.id == id {
            other.status = "trashed".to_owned();
        } else if other.parent == Some(id) && matches!(other.kind, Kind::Page | Kind::Folder) {
            other.parent = above;
        }
    }
}

/// `DELETE /pages/{id}`
pub(crate) fn remove(wiki: &mut Confluence, call: &Call) -> Answer {
    remove_kind(wiki, call, Kind::Page, "Page")
}

/// `DELETE /blogposts/{id}`
pub(crate) fn remove_post(wiki: &mut Confluence, call: &Call) -> Answer {
    remove_kind(wiki, call, Kind::Blog, "Blog post")
}

/// `DELETE /folders/{id}`
pub(crate) fn remove_folder(wiki: &mut Confluence, call: &Call) -> Answer {
    remove_kind(wiki, call, Kind::Folder, "Folder")
}
