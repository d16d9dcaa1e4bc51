//! Where Cloud and Data Center differ.

use atlassian_http::ApiPath;
use atlassian_settings::Deployment;

/// The platform API of a deployment: v3 on Cloud, v2 on Data Center (design section 5).
#[must_use]
pub fn platform(deployment: Deployment) -> ApiPath {
    match deployment {
        Deployment::Cloud => ApiPath::api("/rest/api/3"),
        Deployment::DataCenter => ApiPath::api("/rest/api/2"),
    }
}
