//! `/rest/api/{2,3}/issue/{key}/worklog`.

use super::issue;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;
use serde_json::{Map, Value};

/// Entries asked for at once.
pub const PAGE: u32 = 100;

/// One page of the work logs of an issue.
#[must_use]
pub fn list(deployment: Deployment, key: &str, start: u64) -> ApiRequest {
    ApiRequest::get(
        issue(deployment, key).then("/worklog"),
        format!("read the work logs of issue {key}"),
    )
    .query("startAt", start)
    .query("maxResults", PAGE)
}

/// Logs work; `remaining` sets a new remaining estimate (`2d 4h`).
#[must_use]
pub fn add(
    deployment: Deployment,
    key: &str,
    entry: Map<String, Value>,
    remaining: Option<&str>,
) -> ApiRequest {
    let request = ApiRequest::post(
        issue(deployment, key).then("/worklog"),
        Value::Object(entry),
        format!("log work on issue {key}"),
    );
    match remaining {
        Some(remaining) => request.query("adjustEstimate", "new").query("newEstimate", remaining),
        None => request,
    }
}
