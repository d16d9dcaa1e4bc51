//! `/api/v2/spaces` and `/rest/api/space`.

use crate::version::{v1, v2};
use atlassian_http::ApiRequest;

/// Cloud: the space with a key, as a list of at most one.
#[must_use]
pub fn by_key(key: &str) -> ApiRequest {
    ApiRequest::get(v2().then("/spaces"), format!("find space {key}")).query("keys", key)
}

/// Cloud: the space with an id.
#[must_use]
pub fn by_id(id: &str) -> ApiRequest {
    ApiRequest::get(v2().then("/spaces").segment(id), format!("read space {id}"))
}

/// Cloud: the first spaces the caller may see.
#[must_use]
pub fn list(limit: u32) -> ApiRequest {
    ApiRequest::get(v2().then("/spaces"), "list the spaces").query("limit", limit)
}

/// Data Center: the space with a key, with its homepage.
#[must_use]
pub fn v1_by_key(key: &str) -> ApiRequest {
    ApiRequest::get(v1().then("/space").segment(key), format!("find space {key}"))
        .query("expand", "homepage")
}

/// Data Center: the first spaces the caller may see.
#[must_use]
pub fn v1_list(limit: u32) -> ApiRequest {
    ApiRequest::get(v1().then("/space"), "list the spaces").query("limit", limit)
}

/// Cloud: who may do what in a space.
#[must_use]
pub fn permissions(id: &str, limit: u32, cursor: Option<&str>) -> ApiRequest {
    ApiRequest::get(
        v2().then("/spaces").segment(id).then("/permissions"),
        format!("get permissions for space '{id}'"),
    )
    .query("limit", limit)
    .query_opt("cursor", cursor)
}
