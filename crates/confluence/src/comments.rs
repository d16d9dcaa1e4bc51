//! `/api/v2/footer-comments`, `/api/v2/inline-comments` and comments below `/rest/api/content`.

use crate::pages::Kind;
use crate::version::{v1, v2};
use atlassian_http::ApiRequest;
use serde_json::{Map, Value, json};

/// What a new footer comment is attached to.
#[derive(Clone, Copy, Debug)]
pub enum Host<'a> {
    /// A page.
    Page(&'a str),
    /// A blog post.
    BlogPost(&'a str),
    /// An attachment.
    Attachment(&'a str),
    /// Another comment: a reply.
    Comment(&'a str),
}

impl<'a> Host<'a> {
    const fn parts(self) -> (&'static str, &'a str) {
        match self {
            Self::Page(id) => ("pageId", id),
            Self::BlogPost(id) => ("blogPostId", id),
            Self::Attachment(id) => ("attachmentId", id),
            Self::Comment(id) => ("parentCommentId", id),
        }
    }
}

/// Cloud: adds a comment to the footer of something, body in storage format.
#[must_use]
pub fn add_footer(host: Host<'_>, storage: &str) -> ApiRequest {
    let (field, id) = host.parts();
    let mut body = Map::new();
    body.insert("body".to_owned(), json!({ "representation": "storage", "value": storage }));
    body.insert(field.to_owned(), json!(id));
    ApiRequest::post(
        v2().then("/footer-comments"),
        Value::Object(body),
        format!("comment on content {id}"),
    )
}

/// Cloud: the comments in the footer of a page or blog post, without replies.
#[must_use]
pub fn footer_of(kind: Kind, id: &str) -> ApiRequest {
    ApiRequest::get(
        kind.path().segment(id).then("/footer-comments"),
        format!("get comments for {} {id}", kind.word()),
    )
    .query("body-format", "storage")
    .query("limit", 250)
}

/// Cloud: the comments on the text of a page or blog post, without replies.
#[must_use]
pub fn inline_of(kind: Kind, id: &str) -> ApiRequest {
    ApiRequest::get(
        kind.path().segment(id).then("/inline-comments"),
        format!("get inline comments for {} {id}", kind.word()),
    )
    .query("body-format", "storage")
    .query("limit", 250)
}

/// Cloud: the direct replies to a comment.
#[must_use]
pub fn replies(inline: bool, id: &str) -> ApiRequest {
    let path = v2().then(if inline { "/inline-comments" } else { "/footer-comments" });
    ApiRequest::get(path.segment(id).then("/children"), format!("get replies to comment {id}"))
        .query("body-format", "storage")
        .query("limit", 250)
}

/// The text that an inline comment is put on.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a> {
    /// The text.
    pub text: &'a str,
    /// How often it occurs on the page.
    pub count: usize,
    /// Which occurrence is meant, from 0.
    pub index: usize,
}

/// Cloud: puts a comment on a text of a page or blog post.
#[must_use]
pub fn add_inline(kind: Kind, id: &str, storage: &str, selection: Selection<'_>) -> ApiRequest {
    let field = match kind {
        Kind::Page => "pageId",
        Kind::BlogPost => "blogPostId",
    };
    ApiRequest::post(
        v2().then("/inline-comments"),
        json!({
            field: id,
            "body": { "representation": "storage", "value": storage },
            "inlineCommentProperties": {
                "textSelection": selection.text,
                "textSelectionMatchCount": selection.count,
                "textSelectionMatchIndex": selection.index,
            },
        }),
        format!("add an inline comment to {} {id}", kind.word()),
    )
}

/// Cloud: replies to an inline comment.
#[must_use]
pub fn reply_inline(comment: &str, storage: &str) -> ApiRequest {
    ApiRequest::post(
        v2().then("/inline-comments"),
        json!({
            "body": { "representation": "storage", "value": storage },
            "parentCommentId": comment,
        }),
        format!("reply to comment {comment}"),
    )
}

/// Cloud: one footer comment.
#[must_use]
pub fn read_footer(id: &str) -> ApiRequest {
    ApiRequest::get(v2().then("/footer-comments").segment(id), format!("read comment {id}"))
        .query("body-format", "storage")
}

/// Cloud: one inline comment.
#[must_use]
pub fn read_inline(id: &str) -> ApiRequest {
    ApiRequest::get(v2().then("/inline-comments").segment(id), format!("read comment {id}"))
        .query("body-format", "storage")
}

/// Data Center: adds a comment below content of a type, body in storage format.
#[must_use]
pub fn v1_add(container: &str, container_type: &str, storage: &str) -> ApiRequest {
    ApiRequest::post(
        v1().then("/content"),
        json!({
            "type": "comment",
            "container": { "id": container, "type": container_type, "status": "current" },
            "body": { "storage": { "value": storage, "representation": "storage" } },
        }),
        format!("comment on content {container}"),
    )
}

/// What a v1 read of comments expands.
pub const V1_EXPAND: &str =
    "body.storage,version,history,ancestors,extensions.inlineProperties,extensions.resolution";

/// Data Center: all comments of a page, replies included, from `start`.
#[must_use]
pub fn v1_list(id: &str, start: usize) -> ApiRequest {
    ApiRequest::get(
        v1().then("/content").segment(id).then("/child/comment"),
        format!("get comments for page {id}"),
    )
    .query("start", start)
    .query("limit", 100)
    .query("expand", V1_EXPAND)
    .query("depth", "all")
}

/// Data Center: replies to a comment of a page.
#[must_use]
pub fn v1_reply(page: &str, page_type: &str, comment: &str, storage: &str) -> ApiRequest {
    ApiRequest::post(
        v1().then("/content"),
        json!({
            "type": "comment",
            "container": { "id": page, "type": page_type },
            "ancestors": [{ "id": comment }],
            "body": { "storage": { "value": storage, "representation": "storage" } },
        }),
        format!("reply to comment {comment}"),
    )
}

/// Data Center: puts a comment on a text of a page. All five properties are needed
/// (confluence spec section 5.5); `now` is the time in milliseconds since 1970.
#[must_use]
pub fn v1_add_inline(
    page: &str,
    page_type: &str,
    storage: &str,
    selection: Selection<'_>,
    now: i64,
) -> ApiRequest {
    let highlights = json!([[selection.text]]).to_string();
    ApiRequest::post(
        v1().then("/content"),
        json!({
            "type": "comment",
            "container": { "id": page, "type": page_type },
            "body": { "storage": { "value": storage, "representation": "storage" } },
            "extensions": {
                "location": "inline",
                "inlineProperties": {
                    "originalSelection": selection.text,
                    "numMatches": selection.count,
                    "matchIndex": selection.index,
                    "lastFetchTime": now.to_string(),
                    "serializedHighlights": highlights,
                },
            },
        }),
        format!("add an inline comment to page {page}"),
    )
}
