//! Content properties: `/api/v2/pages/{id}/properties` and `/rest/api/content/{id}/property`.

use crate::pages::Kind;
use crate::version::v1;
use atlassian_http::ApiRequest;
use serde_json::{Value, json};

/// Cloud: the properties of a page, or the one with a key.
#[must_use]
pub fn list(kind: Kind, id: &str, key: Option<&str>) -> ApiRequest {
    ApiRequest::get(
        kind.path().segment(id).then("/properties"),
        format!("read the properties of {} {id}", kind.word()),
    )
    .query_opt("key", key)
    .query("limit", 250)
}

/// Cloud: creates a property.
#[must_use]
pub fn create(kind: Kind, id: &str, key: &str, value: &Value) -> ApiRequest {
    ApiRequest::post(
        kind.path().segment(id).then("/properties"),
        json!({ "key": key, "value": value }),
        format!("set property {key} of {} {id}", kind.word()),
    )
}

/// Cloud: changes a property; v2 addresses it by its own id, not by key.
#[must_use]
pub fn update(
    kind: Kind,
    id: &str,
    property: &str,
    key: &str,
    value: &Value,
    next: u64,
) -> ApiRequest {
    ApiRequest::put(
        kind.path().segment(id).then("/properties").segment(property),
        json!({ "key": key, "value": value, "version": { "number": next } }),
        format!("set property {key} of {} {id}", kind.word()),
    )
}

/// Cloud: removes a property.
#[must_use]
pub fn delete(kind: Kind, id: &str, property: &str, key: &str) -> ApiRequest {
    ApiRequest::delete(
        kind.path().segment(id).then("/properties").segment(property),
        format!("remove property {key} of {} {id}", kind.word()),
    )
}

/// Data Center: the properties of a page.
#[must_use]
pub fn v1_list(id: &str) -> ApiRequest {
    ApiRequest::get(
        v1().then("/content").segment(id).then("/property"),
        format!("read the properties of page {id}"),
    )
    .query("limit", 200)
}

/// Data Center: one property of a page.
#[must_use]
pub fn v1_read(id: &str, key: &str) -> ApiRequest {
    ApiRequest::get(
        v1().then("/content").segment(id).then("/property").segment(key),
        format!("read property {key} of page {id}"),
    )
}

/// Data Center: creates a property.
#[must_use]
pub fn v1_create(id: &str, key: &str, value: &Value) -> ApiRequest {
    ApiRequest::post(
        v1().then("/content").segment(id).then("/property"),
        json!({ "key": key, "value": value }),
        format!("set property {key} of page {id}"),
    )
}

/// Data Center: changes a property.
#[must_use]
pub fn v1_update(id: &str, key: &str, value: &Value, next: u64) -> ApiRequest {
    ApiRequest::put(
        v1().then("/content").segment(id).then("/property").segment(key),
        json!({ "key": key, "value": value, "version": { "number": next } }),
        format!("set property {key} of page {id}"),
    )
}

/// Data Center: removes a property.
#[must_use]
pub fn v1_delete(id: &str, key: &str) -> ApiRequest {
    ApiRequest::delete(
        v1().then("/content").segment(id).then("/property").segment(key),
        format!("remove property {key} of page {id}"),
    )
}
