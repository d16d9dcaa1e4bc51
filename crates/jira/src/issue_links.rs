//! `/rest/api/{2,3}/issueLink` and `/issueLinkType`.

use crate::version::platform;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;
use serde_json::{Value, json};

/// The types of links between issues.
#[must_use]
pub fn types(deployment: Deployment) -> ApiRequest {
    ApiRequest::get(platform(deployment).then("/issueLinkType"), "read the types of issue links")
}

/// One link with its two ends.
#[must_use]
pub fn get(deployment: Deployment, id: &str) -> ApiRequest {
    ApiRequest::get(
        platform(deployment).then("/issueLink").segment(id),
        format!("read issue link {id}"),
    )
}

/// Links two issues: the inward one gets the outward phrase ("blocks").
#[must_use]
pub fn create(
    deployment: Deployment,
    kind: &str,
    inward: &str,
    outward: &str,
    comment: Option<Value>,
) -> ApiRequest {
    let mut body = json!({
        "type": { "name": kind },
        "inwardIssue": { "key": inward },
        "outwardIssue": { "key": outward },
    });
    if let (Some(comment), Value::Object(body)) = (comment, &mut body) {
        body.insert("comment".to_owned(), comment);
    }
    ApiRequest::post(
        platform(deployment).then("/issueLink"),
        body,
        format!("link {inward} to {outward}"),
    )
}

/// Removes a link.
#[must_use]
pub fn delete(deployment: Deployment, id: &str) -> ApiRequest {
    ApiRequest::delete(
        platform(deployment).then("/issueLink").segment(id),
        format!("remove issue link {id}"),
    )
}
