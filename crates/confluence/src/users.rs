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
