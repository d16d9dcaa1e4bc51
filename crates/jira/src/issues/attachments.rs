//! `/rest/api/{2,3}/issue/{key}/attachments`.

use super::issue;
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
