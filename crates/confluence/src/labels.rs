//! `/api/v2/{pages,blogposts,attachments}/{id}/labels` and `/rest/api/content/{id}/label`.

use crate::pages::Kind;
use crate::version::{v1, v2};
use atlassian_http::ApiRequest;
use serde_json::json;

/// Cloud: the labels of a page or blog post.
#[must_use]
pub fn list(kind: Kind, id: &str) -> ApiRequest {
    ApiRequest::get(
        kind.path().segment(id).then("/labels"),
        format!("list the labels of {} {id}", kind.word()),
    )
    .query("limit", 250)
}

/// Cloud: the labels of an attachment; v2 wants its number without `att`.
#[must_use]
pub fn list_of_attachment(id: &str) -> ApiRequest {
    ApiRequest::get(
        v2().then("/attachments").segment(id).then("/labels"),
        format!("list the labels of attachment {id}"),
    )
    .query("limit", 250)
}

/// Data Center: the labels of any content.
#[must_use]
pub fn v1_list(id: &str) -> ApiRequest {
    ApiRequest::get(
        v1().then("/content").segment(id).then("/label"),
        format!("list the labels of content {id}"),
    )
}

/// Adds a label; v1 on both deployments, v2 cannot.
#[must_use]
pub fn add(id: &str, name: &str) -> ApiRequest {
    ApiRequest::post(
        v1().then("/content").segment(id).then("/label"),
        json!({ "prefix": "global", "name": name }),
        format!("add label '{name}' to content {id}"),
    )
}
