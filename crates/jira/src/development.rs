//! `/rest/dev-status/1.0`: branches, commits and pull requests of an issue, as Jira's own
//! development panel reads them. Not documented; on the site itself whatever the authentication.

use atlassian_http::{ApiPath, ApiRequest, Base};

/// What is connected to an issue, counted by kind and tool. `id` is the number of the issue.
#[must_use]
pub fn summary(id: &str, key: &str) -> ApiRequest {
    ApiRequest::get(
        ApiPath::on(Base::Site, "/rest/dev-status/1.0/issue/summary"),
        format!("count the development information of issue {key}"),
    )
    .query("issueId", id)
}

/// Everything of one kind (`pullrequest`, `branch`, `repository`) in one tool.
#[must_use]
pub fn detail(id: &str, key: &str, application: &str, kind: &str) -> ApiRequest {
    ApiRequest::get(
        ApiPath::on(Base::Site, "/rest/dev-status/1.0/issue/detail"),
        format!("read {application} {kind} information of issue {key}"),
    )
    .query("issueId", id)
    .query("applicationType", application)
    .query("dataType", kind)
}
