//! `/rest/api/{2,3}/issue/{key}/remotelink` and `/watchers`.

use super::issue;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;
use serde_json::Value;

/// The web links of an issue.
#[must_use]
pub fn remote_links(deployment: Deployment, key: &str) -> ApiRequest {
    ApiRequest::get(
        issue(deployment, key).then("/remotelink"),
        format!("read the web links of issue {key}"),
    )
}

/// Adds a web link to an issue.
#[must_use]
pub fn add_remote_link(deployment: Deployment, key: &str, link: Value) -> ApiRequest {
    ApiRequest::post(
        issue(deployment, key).then("/remotelink"),
        link,
        format!("add a web link to issue {key}"),
    )
}

/// The watchers of an issue.
#[must_use]
pub fn watchers(deployment: Deployment, key: &str) -> ApiRequest {
    ApiRequest::get(
        issue(deployment, key).then("/watchers"),
        format!("read the watchers of issue {key}"),
    )
}

/// Adds a watcher by account id or user name; the body is the bare JSON string.
#[must_use]
pub fn add_watcher(deployment: Deployment, key: &str, user: &str) -> ApiRequest {
    ApiRequest::post(
        issue(deployment, key).then("/watchers"),
        Value::from(user),
        format!("add a watcher to issue {key}"),
    )
}

/// Removes a watcher by account id or user name.
#[must_use]
pub fn remove_watcher(deployment: Deployment, key: &str, user: &str) -> ApiRequest {
    let name = if deployment.is_cloud() { "accountId" } else { "username" };
    ApiRequest::delete(
        issue(deployment, key).then("/watchers"),
        format!("remove a watcher from issue {key}"),
    )
    .query(name, user)
}
