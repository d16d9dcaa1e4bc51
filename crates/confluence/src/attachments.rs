//! `/api/v2/.../attachments` and `/rest/api/content/{id}/child/attachment`.

use crate::pages::Kind;
use crate::version::{v1, v2};
use atlassian_http::ApiRequest;

/// Cloud: the attachments of a page or blog post, up to 250 a page.
#[must_use]
pub fn list(kind: Kind, id: &str) -> ApiRequest {
    ApiRequest::get(
        kind.path().segment(id).then("/attachments"),
        format!("list the attachments of {} {id}", kind.word()),
    )
    .query("limit", 250)
}

/// Cloud: an attachment's metadata.
#[must_use]
pub fn read(id: &str) -> ApiRequest {
    ApiRequest::get(v2().then("/attachments").segment(id), format!("read attachment {id}"))
}

/// Data Center: the attachments of a page from `start`.
#[must_use]
pub fn v1_list(id: &str, start: usize, limit: u32) -> ApiRequest {
    ApiRequest::get(
        v1().then("/content").segment(id).then("/child/attachment"),
        format!("list the attachments of page {id}"),
    )
    .query("start", start)
    .query("limit", limit)
}
