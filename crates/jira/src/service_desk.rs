//! `/rest/servicedeskapi`: requests of Jira Service Management. The paths and bodies are the same
//! on Cloud and Data Center.

use atlassian_http::{ApiPath, ApiRequest};
use serde_json::json;

fn request(key: &str) -> ApiPath {
    ApiPath::api("/rest/servicedeskapi/request").segment(key)
}

/// Whether an issue is a customer request: 404 says that it is none.
#[must_use]
pub fn get_request(key: &str) -> ApiRequest {
    ApiRequest::get(request(key), format!("find out whether {key} is a service request"))
        .header("x-experimentalapi", "opt-in")
}

/// Adds a comment that the customer sees (`public`) or only the team. The text is sent as it is.
#[must_use]
pub fn add_comment(key: &str, text: &str, public: bool) -> ApiRequest {
    let kind = if public { "a public" } else { "an internal" };
    ApiRequest::post(
        request(key).then("/comment"),
        json!({ "body": text, "public": public }),
        format!("add {kind} comment to service request {key}"),
    )
    .header("x-experimentalapi", "opt-in")
}

/// One comment of a request, with whether the customer sees it.
#[must_use]
pub fn get_comment(key: &str, id: &str) -> ApiRequest {
    ApiRequest::get(
        request(key).then("/comment").segment(id),
        format!("read comment {id} of service request {key}"),
    )
    .header("x-experimentalapi", "opt-in")
}
