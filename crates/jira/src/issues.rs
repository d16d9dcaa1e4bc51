//! `/rest/api/{2,3}/issue`.

use crate::version::platform;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;

/// Only the project of an issue, for the policy.
#[must_use]
pub fn project_of(deployment: Deployment, key: &str) -> ApiRequest {
    ApiRequest::get(
        platform(deployment).then("/issue").segment(key),
        format!("find the project of issue {key}"),
    )
    .query("fields", "project")
}
