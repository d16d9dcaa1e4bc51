//! `/rest/api/{2,3}/status`: the statuses of the whole instance with their categories.

use crate::version::platform;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;

/// Every status the caller may see.
#[must_use]
pub fn list(deployment: Deployment) -> ApiRequest {
    ApiRequest::get(platform(deployment).then("/status"), "list statuses")
}
