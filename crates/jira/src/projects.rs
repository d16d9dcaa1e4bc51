//! `/rest/api/{2,3}/project`: projects, their versions and components.

use crate::version::platform;
use atlassian_http::{ApiPath, ApiRequest};
use atlassian_settings::Deployment;

/// Projects of one page of [`search`].
pub const PAGE: u32 = 100;
/// Most keys that [`search`] takes (Jira REST API v3, "Get projects paginated").
pub const MAX_KEYS: usize = 50;

/// What [`search`] looks for on Cloud.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProjectQuery<'a> {
    /// Text in the name or key.
    pub query: Option<&'a str>,
    /// Only these projects; at most [`MAX_KEYS`].
    pub keys: &'a [String],
    /// Archived projects too.
    pub archived: bool,
    /// Comma list of expansions.
    pub expand: Option<&'a str>,
}

fn project(deployment: Deployment, key: &str) -> ApiPath {
    platform(deployment).then("/project").segment(key)
}

/// One page of projects (Cloud; `/project` itself is deprecated there).
#[must_use]
pub fn search(query: &ProjectQuery<'_>, start: u64, max: u32) -> ApiRequest {
    let request =
        ApiRequest::get(platform(Deployment::Cloud).then("/project/search"), "list projects")
            .query("startAt", start)
            .query("maxResults", max)
            .query_opt("query", query.query)
            .query_opt("expand", query.expand);
    let request = query.keys.iter().fold(request, |request, key| request.query("keys", key));
    if query.archived {
        request.query("status", "live").query("status", "archived")
    } else {
        request
    }
}

/// Every project at once (Data Center).
#[must_use]
pub fn list(archived: bool) -> ApiRequest {
    ApiRequest::get(platform(Deployment::DataCenter).then("/project"), "list projects")
        .query("expand", "description")
        .query_opt("includeArchived", archived.then_some(true))
}

/// Projects whose name or key matches, in short rows (Data Center).
#[must_use]
pub fn pick(query: &str, max: u32, excluded: Option<&str>) -> ApiRequest {
    ApiRequest::get(
        platform(Deployment::DataCenter).then("/projects/picker"),
        format!("search for projects matching {query}"),
    )
    .query("query", query)
    .query("maxResults", max)
    .query_opt("currentProjectIds", excluded)
}

/// One project by key or id.
#[must_use]
pub fn get(deployment: Deployment, key: &str) -> ApiRequest {
    ApiRequest::get(project(deployment, key), format!("read project {key}"))
}

/// Every version of a project.
#[must_use]
pub fn versions(deployment: Deployment, key: &str) -> ApiRequest {
    ApiRequest::get(
        project(deployment, key).then("/versions"),
        format!("list the versions of project {key}"),
    )
}

/// Every component of a project.
#[must_use]
pub fn components(deployment: Deployment, key: &str) -> ApiRequest {
    ApiRequest::get(
        project(deployment, key).then("/components"),
        format!("list the components of project {key}"),
    )
}

#[cfg(test)]
mod tests {
    use super::{ProjectQuery, list, search};

    #[test]
    fn archived_projects_come_only_when_asked_for() {
        let values = |archived| {
            let keys = ["PAY".to_owned(), "OPS".to_owned()];
            let query = ProjectQuery { archived, keys: &keys, ..ProjectQuery::default() };
            let request = search(&query, 0, 100);
            let of = |name: &str| request.query.iter().filter(|(n, _)| n == name).count();
            (of("status"), of("keys"))
        };
        assert_eq!(values(false), (0, 2));
        assert_eq!(values(true), (2, 2));
        assert_eq!(list(false).query.len(), 1);
        assert_eq!(list(true).query.last().map(|(n, _)| n.as_str()), Some("includeArchived"));
    }
}
