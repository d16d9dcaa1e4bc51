//! `/rest/api/3/changelog/bulkfetch` (Cloud only).

use crate::version::platform;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;
use serde_json::{Map, Value};

/// Most issues of one request.
pub const MAX_ISSUES: usize = 1_000;
/// Most fields of one request.
pub const MAX_FIELDS: usize = 10;

/// One page of the changes of several issues, filtered by at most [`MAX_FIELDS`] field ids.
#[must_use]
pub fn bulk_fetch(issues: &[String], fields: &[String], token: Option<&str>) -> ApiRequest {
    let mut body = Map::new();
    body.insert("issueIdsOrKeys".to_owned(), Value::from(issues.to_vec()));
    if !fields.is_empty() {
        body.insert("fieldIds".to_owned(), Value::from(fields.to_vec()));
    }
    if let Some(token) = token {
        body.insert("nextPageToken".to_owned(), Value::from(token));
    }
    ApiRequest::post(
        platform(Deployment::Cloud).then("/changelog/bulkfetch"),
        Value::Object(body),
        "read the changes of issues",
    )
    .reading()
}
