//! `/rest/api/search`: v1 on both deployments, v2 has no CQL.

use crate::version::v1;
use atlassian_http::ApiRequest;

/// Content that a CQL query finds, from `start`, at most `limit` hits.
#[must_use]
pub fn content(cql: &str, start: u64, limit: u32) -> ApiRequest {
    ApiRequest::get(v1().then("/search"), "search")
        .query("start", start)
        .query("limit", limit)
        .query("cql", cql)
        .query("expand", "content.history,content.version")
}
