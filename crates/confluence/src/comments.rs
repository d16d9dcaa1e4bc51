//! `/api/v2/footer-comments`, `/api/v2/inline-comments` and comments below `/rest/api/content`.

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
