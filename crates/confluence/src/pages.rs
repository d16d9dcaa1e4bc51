//! `/api/v2/pages`, `/api/v2/blogposts` and `/rest/api/content`.

use crate::version::{v1, v2};
use atlassian_http::{ApiPath, ApiRequest};
use serde_json::{Map, Value, json};

/// What a v1 read of a page expands: everything a page object shows (confluence spec section 4.2,
/// and the ancestors for `parent_id`).
const V1_EXPAND: &str = "body.storage,version,space,children.attachment,history,ancestors";

/// The two kinds of content with a body that v2 keeps at addresses of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page, a Live Doc included.
    Page,
    /// A blog post.
    BlogPost,
}

impl Kind {
    /// The word in v1's `type` and in results.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::BlogPost => "blogpost",
        }
    }

    pub(crate) fn path(self) -> ApiPath {
        v2().then(match self {
            Self::Page => "/pages",
            Self::BlogPost => "/blogposts",
        })
    }
}

/// Format of a body that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Representation {
    /// Storage XHTML.
    Storage,
    /// Wiki markup, converted by Confluence.
    Wiki,
}

impl Representation {
    /// The word in both interfaces.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Wiki => "wiki",
        }
    }
}

/// A page to be created or an update of one.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// Title.
    pub title: &'a str,
    /// Format of the body.
    pub representation: Representation,
    /// Body.
    pub body: &'a str,
    /// Parent page (on Cloud also a folder); `None` leaves it to Confluence, on updates untouched.
    pub parent: Option<&'a str>,
}

/// The version an update makes.
#[derive(Clone, Copy, Debug)]
pub struct NextVersion<'a> {
    /// Number: the current one plus one. Confluence refuses any other with 409.
    pub number: u64,
    /// Version message.
    pub message: Option<&'a str>,
    /// No notifications. Data Center only: v2 has no such field (confluence spec section 4.6).
    pub minor: bool,
}

/// Cloud: a page or blog post with its storage body and content properties.
#[must_use]
pub fn read(kind: Kind, id: &str) -> ApiRequest {
    ApiRequest::get(kind.path().segment(id), format!("read {} {id}", kind.word()))
        .query("body-format", "storage")
        .query("include-properties", true)
}

/// Cloud: one version of a page or blog post with its storage body.
#[must_use]
pub fn read_version(kind: Kind, id: &str, version: u64) -> ApiRequest {
    ApiRequest::get(
        kind.path().segment(id),
        format!("read version {version} of {} {id}", kind.word()),
    )
    .query("version", version)
    .query("body-format", "storage")
    .query("include-properties", true)
}

/// Cloud: a page or blog post without its body, to learn where it is and which version it has.
#[must_use]
pub fn read_bare(kind: Kind, id: &str) -> ApiRequest {
    ApiRequest::get(kind.path().segment(id), format!("read {} {id}", kind.word()))
}

/// Forms of a body in which macros are already carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendered {
    /// As shown in the browser.
    View,
    /// As exported: addresses are absolute, interactive parts are left out.
    ExportView,
}

impl Rendered {
    /// Both.
    pub const ALL: [Self; 2] = [Self::View, Self::ExportView];

    /// The word in both interfaces.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::ExportView => "export_view",
        }
    }
}

/// Cloud: a page or blog post with its body as Confluence renders it.
#[must_use]
pub fn read_rendered(kind: Kind, id: &str, form: Rendered) -> ApiRequest {
    ApiRequest::get(kind.path().segment(id), format!("read {} {id} as rendered", kind.word()))
        .query("body-format", form.word())
}

/// Cloud: the current pages or blog posts of a space with exactly this title, with their bodies.
#[must_use]
pub fn by_title(kind: Kind, space_id: &str, title: &str) -> ApiRequest {
    let path = v2().then("/spaces").segment(space_id).then(match kind {
        Kind::Page => "/pages",
        Kind::BlogPost => "/blogposts",
    });
    ApiRequest::get(path, format!("look for the {} '{title}'", kind.word()))
        .query("title", title)
        .query("status", "current")
        .query("body-format", "storage")
}

/// Cloud: the ancestors of a page, nearest last; ids and types only.
#[must_use]
pub fn ancestors(id: &str) -> ApiRequest {
    ApiRequest::get(
        Kind::Page.path().segment(id).then("/ancestors"),
        format!("read the ancestors of page {id}"),
    )
    .query("limit", 250)
}

/// Cloud: several pages at once without bodies, for their titles; at most 250 ids.
#[must_use]
pub fn several(ids: &[&str]) -> ApiRequest {
    ApiRequest::get(Kind::Page.path(), "read the titles of the ancestors")
        .query("id", ids.join(","))
        .query("limit", 250)
}

/// Cloud: a folder.
#[must_use]
pub fn folder(id: &str) -> ApiRequest {
    ApiRequest::get(v2().then("/folders").segment(id), format!("read folder {id}"))
}

/// Cloud: which type of content each id is.
#[must_use]
pub fn types_of(ids: &[&str]) -> ApiRequest {
    ApiRequest::post(
        v2().then("/content/convert-ids-to-types"),
        json!({ "contentIds": ids }),
        format!("find out what content {} is", ids.join(", ")),
    )
    .reading()
}

/// Cloud: creates a page. `subtype` `live` makes a Live Doc.
#[must_use]
pub fn create(space_id: &str, draft: &Draft<'_>, subtype: Option<&str>) -> ApiRequest {
    let mut body = Map::new();
    body.insert("spaceId".to_owned(), json!(space_id));
    body.insert("status".to_owned(), json!("current"));
    body.insert("title".to_owned(), json!(draft.title));
    body.insert("body".to_owned(), v2_body(draft));
    if let Some(parent) = draft.parent {
        body.insert("parentId".to_owned(), json!(parent));
    }
    if let Some(subtype) = subtype {
        body.insert("subtype".to_owned(), json!(subtype));
    }
    ApiRequest::post(
        Kind::Page.path(),
        Value::Object(body),
        format!("create page '{}'", draft.title),
    )
}

/// Cloud: writes the next version of a page or blog post.
#[must_use]
pub fn update(kind: Kind, id: &str, draft: &Draft<'_>, version: NextVersion<'_>) -> ApiRequest {
    let mut number = Map::from_iter([("number".to_owned(), json!(version.number))]);
    if let Some(message) = version.message {
        number.insert("message".to_owned(), json!(message));
    }
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(id));
    body.insert("status".to_owned(), json!("current"));
    body.insert("title".to_owned(), json!(draft.title));
    body.insert("body".to_owned(), v2_body(draft));
    body.insert("version".to_owned(), Value::Object(number));
    if let Some(parent) = draft.parent {
        body.insert("parentId".to_owned(), json!(parent));
    }
    ApiRequest::put(
        kind.path().segment(id),
        Value::Object(body),
        format!("update {} {id}", kind.word()),
    )
}

fn v2_body(draft: &Draft<'_>) -> Value {
    json!({ "representation": draft.representation.word(), "value": draft.body })
}

/// Data Center: any content by id with everything a page object shows.
#[must_use]
pub fn v1_read(id: &str) -> ApiRequest {
    ApiRequest::get(v1().then("/content").segment(id), format!("read page {id}"))
        .query("expand", V1_EXPAND)
}

/// Data Center: one version of a page with its storage body.
#[must_use]
pub fn v1_read_version(id: &str, version: u64) -> ApiRequest {
    ApiRequest::get(
        v1().then("/content").segment(id),
        format!("read version {version} of page {id}"),
    )
    .query("expand", V1_EXPAND)
    .query("status", "historical")
    .query("version", version)
}

/// Data Center: any content by id with its space and container only.
#[must_use]
pub fn v1_read_bare(id: &str, expand: &str) -> ApiRequest {
    ApiRequest::get(v1().then("/content").segment(id), format!("read content {id}"))
        .query("expand", expand)
}

/// Data Center: the pages or blog posts of a space with exactly this title.
#[must_use]
pub fn v1_by_title(kind: Kind, space_key: &str, title: &str) -> ApiRequest {
    ApiRequest::get(
        v1().then("/content"),
        format!("look for the {} '{title}' in space {space_key}", kind.word()),
    )
    .query("type", kind.word())
    .query("start", 0)
    .query("limit", 25)
    .query("expand", V1_EXPAND)
    .query("spaceKey", space_key)
    .query("title", title)
}

/// Data Center: creates a page.
#[must_use]
pub fn v1_create(space_key: &str, draft: &Draft<'_>) -> ApiRequest {
    let mut body = Map::new();
    body.insert("type".to_owned(), json!("page"));
    body.insert("title".to_owned(), json!(draft.title));
    body.insert("status".to_owned(), json!("current"));
    body.insert("space".to_owned(), json!({ "key": space_key }));
    body.insert("body".to_owned(), v1_body(draft));
    if let Some(parent) = draft.parent {
        body.insert("ancestors".to_owned(), json!([{ "type": "page", "id": parent }]));
    }
    ApiRequest::post(
        v1().then("/content"),
        Value::Object(body),
        format!("create page '{}' in space {space_key}", draft.title),
    )
}

/// Data Center: writes the next version of a page or blog post.
#[must_use]
pub fn v1_update(kind: Kind, id: &str, draft: &Draft<'_>, version: NextVersion<'_>) -> ApiRequest {
    let mut number = Map::from_iter([
        ("number".to_owned(), json!(version.number)),
        ("minorEdit".to_owned(), json!(version.minor)),
    ]);
    if let Some(message) = version.message {
        number.insert("message".to_owned(), json!(message));
    }
    let mut body = Map::new();
    body.insert("id".to_owned(), json!(id));
    body.insert("type".to_owned(), json!(kind.word()));
    body.insert("title".to_owned(), json!(draft.title));
    body.insert("version".to_owned(), Value::Object(number));
    body.insert("body".to_owned(), v1_body(draft));
    if let Some(parent) = draft.parent {
        body.insert("ancestors".to_owned(), json!([{ "type": "page", "id": parent }]));
    }
    ApiRequest::put(
        v1().then("/content").segment(id),
        Value::Object(body),
        format!("update {} {id}", kind.word()),
    )
    .query("status", "current")
}

fn v1_body(draft: &Draft<'_>) -> Value {
    let word = draft.representation.word();
    json!({ word: { "value": draft.body, "representation": word } })
}

#[cfg(test)]
mod tests {
    use super::{Draft, Kind, NextVersion, Representation, create, read, update, v1_update};
    use atlassian_http::Body;
    use serde_json::json;

    fn draft() -> Draft<'static> {
        Draft { title: "T", representation: Representation::Wiki, body: "h1. x", parent: Some("9") }
    }

    fn json_of(body: &Body) -> serde_json::Value {
        match body {
            Body::Json(value) => value.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_id_is_one_segment() {
        for id in ["1/../2?x", "..", "1#", "a b", "%2F"] {
            let path = read(Kind::Page, id).path.to_string();
            let segment = path.strip_prefix("/api/v2/pages/").expect("below the pages");
            assert!(!segment.contains(['/', '?', '#', ' ']) && segment != "..", "{path}");
        }
    }

    #[test]
    fn bodies_hold_what_was_asked_and_nothing_else() {
        let version = NextVersion { number: 3, message: None, minor: true };
        assert_eq!(
            json_of(&update(Kind::Page, "7", &draft(), version).body),
            json!({"id": "7", "status": "current", "title": "T",
                   "body": {"representation": "wiki", "value": "h1. x"},
                   "version": {"number": 3}, "parentId": "9"})
        );
        assert_eq!(
            json_of(&v1_update(Kind::BlogPost, "7", &draft(), version).body),
            json!({"id": "7", "type": "blogpost", "title": "T",
                   "version": {"number": 3, "minorEdit": true},
                   "body": {"wiki": {"value": "h1. x", "representation": "wiki"}},
                   "ancestors": [{"type": "page", "id": "9"}]})
        );
        assert_eq!(
            json_of(&create("5", &Draft { parent: None, ..draft() }, Some("live")).body),
            json!({"spaceId": "5", "status": "current", "title": "T",
                   "body": {"representation": "wiki", "value": "h1. x"}, "subtype": "live"})
        );
    }
}
