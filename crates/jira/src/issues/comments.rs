//! `/rest/api/{2,3}/issue/{key}/comment`.

use super::issue;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;
use serde_json::{Map, Value};

/// The newest comments of an issue, newest first, at most `limit`.
#[must_use]
pub fn newest(deployment: Deployment, key: &str, limit: u32) -> ApiRequest {
    ApiRequest::get(
        issue(deployment, key).then("/comment"),
        format!("read the comments of issue {key}"),
    )
    .query("orderBy", "-created")
    .query("maxResults", limit)
}

/// Adds a comment: an ADF document on Cloud, wiki markup on Data Center, with Jira's own
/// restriction to a group or role when one is given.
#[must_use]
pub fn add(
    deployment: Deployment,
    key: &str,
    text: Value,
    visibility: Option<Value>,
) -> ApiRequest {
    ApiRequest::post(
        issue(deployment, key).then("/comment"),
        body(text, visibility),
        format!("add a comment to issue {key}"),
    )
}

/// One comment.
#[must_use]
pub fn get(deployment: Deployment, key: &str, id: &str) -> ApiRequest {
    ApiRequest::get(
        issue(deployment, key).then("/comment").segment(id),
        format!("read comment {id} of issue {key}"),
    )
}

/// Replaces the text of a comment.
#[must_use]
pub fn edit(
    deployment: Deployment,
    key: &str,
    id: &str,
    text: Value,
    visibility: Option<Value>,
) -> ApiRequest {
    let request = ApiRequest::put(
        issue(deployment, key).then("/comment").segment(id),
        body(text, visibility),
        format!("edit comment {id} of issue {key}"),
    );
    if deployment.is_cloud() { request } else { request.query("notifyUsers", true) }
}

fn body(text: Value, visibility: Option<Value>) -> Value {
    let mut body = Map::from_iter([("body".to_owned(), text)]);
    if let Some(visibility) = visibility {
        body.insert("visibility".to_owned(), visibility);
    }
    Value::Object(body)
}
