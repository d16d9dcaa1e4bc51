//! `/rest/api/template`: Cloud only.

use crate::version::v1;
use atlassian_http::ApiRequest;

/// Page templates of a space, or the global ones, from `start`.
#[must_use]
pub fn list(space: Option<&str>, start: usize, limit: u32) -> ApiRequest {
    ApiRequest::get(v1().then("/template/page"), "list the page templates")
        .query("limit", limit)
        .query_opt("start", (start > 0).then_some(start))
        .query_opt("spaceKey", space)
}

/// One template, with its body when that must be asked for.
#[must_use]
pub fn read(id: &str, expand_body: bool) -> ApiRequest {
    ApiRequest::get(v1().then("/template").segment(id), format!("read page template {id}"))
        .query_opt("expand", expand_body.then_some("body.storage"))
}
