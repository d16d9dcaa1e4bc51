//! `/rest/api/{2,3}/issue/{key}/attachments` and `/rest/api/3/attachment/content`.

use super::issue;
use crate::version::platform;
use atlassian_http::{ApiRequest, Body, Part};
use atlassian_settings::Deployment;
use serde_json::Value;

/// Attaches one file. Jira wants the part name `file` and the header against cross-site posts
/// (Jira REST API, "Add attachment").
#[must_use]
pub fn add(deployment: Deployment, key: &str, file_name: &str, content: Vec<u8>) -> ApiRequest {
    let mut request = ApiRequest::post(
        issue(deployment, key).then("/attachments"),
        Value::Null,
        format!("attach {file_name} to issue {key}"),
    )
    .header("x-atlassian-token", "no-check");
    request.body = Body::Multipart(vec![Part {
        name: "file",
        file_name: Some(file_name.to_owned()),
        media_type: None,
        content: content.into(),
    }]);
    request
}

/// The bytes of an attachment (Cloud), by redirect to the media host.
#[must_use]
pub fn content(id: &str, file_name: &str) -> ApiRequest {
    ApiRequest::get(
        platform(Deployment::Cloud).then("/attachment/content").segment(id),
        format!("download attachment {file_name}"),
    )
}
