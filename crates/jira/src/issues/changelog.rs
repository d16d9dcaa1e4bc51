//! `/rest/api/3/issue/{key}/changelog` (Cloud; Data Center tells the whole history with
//! `expand=changelog`).

use super::issue;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;

/// Entries of one page.
pub const PAGE: u32 = 100;

/// One page of the history, oldest first.
#[must_use]
pub fn list(key: &str, start: u64) -> ApiRequest {
    ApiRequest::get(
        issue(Deployment::Cloud, key).then("/changelog"),
        format!("read the history of issue {key}"),
    )
    .query("startAt", start)
    .query("maxResults", PAGE)
}
