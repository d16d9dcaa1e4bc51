//! `/rest/api/analytics`: Cloud only.

use crate::version::v1;
use atlassian_http::ApiRequest;

/// How often content was viewed.
#[must_use]
pub fn views(id: &str) -> ApiRequest {
    ApiRequest::get(
        v1().then("/analytics/content").segment(id).then("/views"),
        format!("count the views of page {id}"),
    )
}

/// How many people viewed content.
#[must_use]
pub fn viewers(id: &str) -> ApiRequest {
    ApiRequest::get(
        v1().then("/analytics/content").segment(id).then("/viewers"),
        format!("count the viewers of page {id}"),
    )
}
