//! `/rest/api/{2,3}/user` and `/myself`.

use crate::version::platform;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;

/// How one person is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserRef<'a> {
    /// Cloud account id.
    AccountId(&'a str),
    /// Data Center login name.
    Username(&'a str),
    /// Data Center user key (`JIRAUSER10100`).
    Key(&'a str),
}

/// One person.
#[must_use]
pub fn get(deployment: Deployment, user: UserRef<'_>) -> ApiRequest {
    let (name, value) = match user {
        UserRef::AccountId(id) => ("accountId", id),
        UserRef::Username(name) => ("username", name),
        UserRef::Key(key) => ("key", key),
    };
    ApiRequest::get(platform(deployment).then("/user"), format!("look up user {value}"))
        .query(name, value)
}

/// The account behind the credential.
#[must_use]
pub fn myself(deployment: Deployment) -> ApiRequest {
    ApiRequest::get(platform(deployment).then("/myself"), "look up the own account")
}

/// Several people by account id, at most [`BULK`] (Cloud only).
#[must_use]
pub fn bulk(ids: &[&str]) -> ApiRequest {
    ids.iter().fold(
        ApiRequest::get(platform(Deployment::Cloud).then("/user/bulk"), "look up users")
            .query("maxResults", BULK),
        |request, id| request.query("accountId", id),
    )
}

/// Most people of one [`bulk`] request.
pub const BULK: usize = 90;

/// People whose name, login or e-mail holds the text, active ones.
#[must_use]
pub fn search(deployment: Deployment, text: &str, max: u32) -> ApiRequest {
    let request = ApiRequest::get(
        platform(deployment).then("/user/search"),
        format!("search for the user {text}"),
    );
    match deployment {
        Deployment::Cloud => request.query("query", text),
        Deployment::DataCenter => request
            .query("username", text)
            .query("includeActive", true)
            .query("includeInactive", false),
    }
    .query("startAt", 0)
    .query("maxResults", max)
}

/// Where people can be assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignableIn<'a> {
    /// In a project, by key.
    Project(&'a str),
    /// On an issue, by key.
    Issue(&'a str),
}

/// People who can be assigned and whose name, login or e-mail holds the text.
#[must_use]
pub fn assignable(
    deployment: Deployment,
    text: &str,
    place: AssignableIn<'_>,
    max: u32,
) -> ApiRequest {
    let name = if deployment.is_cloud() { "query" } else { "username" };
    let (scope, key) = match place {
        AssignableIn::Project(key) => ("project", key),
        AssignableIn::Issue(key) => ("issueKey", key),
    };
    ApiRequest::get(
        platform(deployment).then("/user/assignable/search"),
        format!("search for people assignable in {key}"),
    )
    .query(name, text)
    .query(scope, key)
    .query("startAt", 0)
    .query("maxResults", max)
}

#[cfg(test)]
mod tests {
    use super::{AssignableIn, assignable, bulk, search};
    use atlassian_settings::Deployment;

    fn names(request: &atlassian_http::ApiRequest) -> Vec<&str> {
        request.query.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn each_deployment_names_the_text_its_own_way() {
        assert_eq!(
            names(&search(Deployment::Cloud, "ann", 20)),
            ["query", "startAt", "maxResults"]
        );
        assert!(names(&search(Deployment::DataCenter, "ann", 20)).contains(&"username"));
        let request = assignable(Deployment::Cloud, "ann", AssignableIn::Issue("PAY-1"), 20);
        assert!(names(&request).contains(&"issueKey"));
    }

    #[test]
    fn many_people_are_one_request() {
        assert_eq!(names(&bulk(&["a", "b"])), ["maxResults", "accountId", "accountId"]);
    }
}
