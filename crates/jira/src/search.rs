//! `/rest/api/3/search/jql` (Cloud) and `/rest/api/2/search` (Data Center).

use crate::version::platform;
use atlassian_http::{ApiPath, ApiRequest};
use atlassian_settings::Deployment;
use serde_json::{Map, Value};

/// Issues with fields that Cloud gives at once.
pub const CLOUD_PAGE: u32 = 100;
/// Issues that Data Center is asked for at once (jira-issues spec section 4.2).
pub const DATA_CENTER_PAGE: u32 = 50;
/// Longest query that still goes into an address on Data Center; a longer one is posted.
const MAX_JQL_IN_ADDRESS: usize = 1_500;

/// One page on Cloud. `fields` empty asks for the ids only.
#[must_use]
pub fn cloud(
    jql: &str,
    fields: &[String],
    expand: Option<&str>,
    max: u32,
    token: Option<&str>,
) -> ApiRequest {
    let mut body = Map::new();
    body.insert("jql".to_owned(), Value::from(jql));
    let fields: Vec<Value> = fields.iter().map(|f| Value::from(f.as_str())).collect();
    body.insert(
        "fields".to_owned(),
        if fields.is_empty() { Value::from(vec!["id"]) } else { Value::Array(fields) },
    );
    if let Some(expand) = expand.filter(|list| !list.is_empty()) {
        body.insert("expand".to_owned(), Value::from(expand));
    }
    body.insert("maxResults".to_owned(), Value::from(max));
    if let Some(token) = token {
        body.insert("nextPageToken".to_owned(), Value::from(token));
    }
    ApiRequest::post(
        platform(Deployment::Cloud).then("/search/jql"),
        Value::Object(body),
        "search issues",
    )
    .reading()
}

/// Issues that [`fetch`] reads at most.
pub const FETCHED: usize = 100;
/// Ids that a search without fields tells at once.
pub const CLOUD_IDS: u32 = 5_000;

/// Issues by id (`/rest/api/3/issue/bulkfetch`, Cloud), at most [`FETCHED`]; they come ordered by
/// id, each with the display names of its fields when asked for.
#[must_use]
pub fn fetch(ids: &[String], fields: &[String], names: bool) -> ApiRequest {
    let mut body = Map::new();
    body.insert("issueIdsOrKeys".to_owned(), Value::from(ids.to_vec()));
    body.insert("fields".to_owned(), Value::from(fields.to_vec()));
    if names {
        body.insert("expand".to_owned(), Value::from(vec!["names"]));
    }
    ApiRequest::post(
        platform(Deployment::Cloud).then("/issue/bulkfetch"),
        Value::Object(body),
        "read the issues found",
    )
    .reading()
}

/// About how many issues a query finds (Cloud).
#[must_use]
pub fn count(jql: &str) -> ApiRequest {
    ApiRequest::post(
        platform(Deployment::Cloud).then("/search/approximate-count"),
        serde_json::json!({ "jql": jql }),
        "count issues",
    )
    .reading()
}

/// One page on Data Center.
#[must_use]
pub fn data_center(
    jql: &str,
    fields: &[String],
    expand: Option<&str>,
    start: u64,
    max: u32,
) -> ApiRequest {
    let path: ApiPath = platform(Deployment::DataCenter).then("/search");
    let expand = expand.filter(|list| !list.is_empty());
    if jql.len() <= MAX_JQL_IN_ADDRESS {
        return ApiRequest::get(path, "search issues")
            .query("jql", jql)
            .query("fields", fields.join(","))
            .query_opt("expand", expand)
            .query("startAt", start)
            .query("maxResults", max);
    }
    let mut body = Map::new();
    body.insert("jql".to_owned(), Value::from(jql));
    body.insert("fields".to_owned(), Value::from(fields.to_vec()));
    if let Some(expand) = expand {
        body.insert("expand".to_owned(), expand.split(',').map(str::trim).collect());
    }
    body.insert("startAt".to_owned(), Value::from(start));
    body.insert("maxResults".to_owned(), Value::from(max));
    ApiRequest::post(path, Value::Object(body), "search issues").reading()
}

#[cfg(test)]
mod tests {
    use super::{cloud, data_center};
    use atlassian_http::Body;
    use serde_json::json;

    #[test]
    fn cloud_posts_and_still_only_reads() {
        let request = cloud("x = 1", &["summary".to_owned()], Some("names"), 100, Some("t"));
        assert!(request.reads);
        match request.body {
            Body::Json(body) => assert_eq!(
                body,
                json!({"jql": "x = 1", "fields": ["summary"], "expand": "names",
                       "maxResults": 100, "nextPageToken": "t"})
            ),
            _ => panic!("a search has a body"),
        }
    }

    #[test]
    fn data_center_posts_only_what_is_too_long_for_an_address() {
        let short = data_center("x = 1", &[], None, 0, 50);
        assert_eq!(short.method, "GET");
        let long = data_center(&"x = 1 or ".repeat(400), &[], Some("names, changelog"), 0, 50);
        assert_eq!(long.method, "POST");
        assert!(long.reads);
        match long.body {
            Body::Json(body) => assert_eq!(body["expand"], json!(["names", "changelog"])),
            _ => panic!("a posted search has a body"),
        }
    }
}
