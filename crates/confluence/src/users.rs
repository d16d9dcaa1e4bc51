//! `/api/v2/users-bulk` and `/rest/api/user`.

use crate::version::{v1, v2};
use atlassian_http::ApiRequest;
use serde_json::json;

/// Most account ids in one [`bulk`] request.
pub const MAX_BULK: usize = 250;

/// Cloud: people by account id, at most [`MAX_BULK`].
#[must_use]
pub fn bulk(account_ids: &[&str]) -> ApiRequest {
    ApiRequest::post(
        v2().then("/users-bulk"),
        json!({ "accountIds": account_ids }),
        "look up the names of people",
    )
    .reading()
}

/// Data Center: a person by user key.
#[must_use]
pub fn by_key(key: &str) -> ApiRequest {
    ApiRequest::get(v1().then("/user"), "look up the name of a person").query("key", key)
}

/// Data Center: a person by user name.
#[must_use]
pub fn by_username(username: &str) -> ApiRequest {
    ApiRequest::get(v1().then("/user"), "look up the name of a person").query("username", username)
}

/// Cloud: people that a user query finds.
#[must_use]
pub fn search(cql: &str, limit: u32) -> ApiRequest {
    ApiRequest::get(v1().then("/search/user"), "search people")
        .query("cql", cql)
        .query("limit", limit)
}

/// The account that asks.
#[must_use]
pub fn current() -> ApiRequest {
    ApiRequest::get(v1().then("/user/current"), "find out which account this is")
}

/// Data Center: people that a query finds, where its search knows people.
#[must_use]
pub fn v1_search(cql: &str, limit: u32) -> ApiRequest {
    ApiRequest::get(v1().then("/search"), "search people").query("cql", cql).query("limit", limit)
}

/// Data Center: members of a group from `start`.
#[must_use]
pub fn v1_members(group: &str, start: usize) -> ApiRequest {
    ApiRequest::get(
        v1().then("/group").segment(group).then("/member"),
        format!("list the members of group {group}"),
    )
    .query("start", start)
    .query("limit", 200)
}
