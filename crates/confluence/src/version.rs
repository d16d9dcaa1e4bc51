//! Where the interface versions start.

use atlassian_http::ApiPath;

/// Confluence Cloud's v2 interface, which holds content, comments, properties and spaces.
#[must_use]
pub(crate) fn v2() -> ApiPath {
    ApiPath::api("/api/v2")
}

/// The v1 interface: everything on Data Center; on Cloud only what v2 lacks, such as CQL search
/// (confluence spec section 11.1).
#[must_use]
pub(crate) fn v1() -> ApiPath {
    ApiPath::api("/rest/api")
}
