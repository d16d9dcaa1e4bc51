//! `/rest/api/{2,3}/issue`: reading, creating and editing issues.

pub mod attachments;
pub mod changelog;
pub mod comments;
pub mod links;
pub mod transitions;
pub mod worklogs;

use crate::version::platform;
use atlassian_http::{ApiPath, ApiRequest};
use atlassian_settings::Deployment;
use serde_json::{Map, Value, json};

/// What is asked of one issue. Empty lists are left out of the request.
#[derive(Clone, Debug, Default)]
pub struct IssueQuery<'a> {
    /// Comma list of field ids; `None` is all fields.
    pub fields: Option<&'a str>,
    /// Comma list of expansions.
    pub expand: Option<&'a str>,
    /// Comma list of issue property keys.
    pub properties: Option<&'a str>,
    /// Whether the issue joins the caller's recently viewed ones.
    pub update_history: bool,
}

pub(crate) fn issue(deployment: Deployment, key: &str) -> ApiPath {
    platform(deployment).then("/issue").segment(key)
}

/// One issue.
#[must_use]
pub fn get(deployment: Deployment, key: &str, query: &IssueQuery<'_>) -> ApiRequest {
    ApiRequest::get(issue(deployment, key), format!("read issue {key}"))
        .query_opt("fields", query.fields)
        .query_opt("expand", query.expand.filter(|list| !list.is_empty()))
        .query_opt("properties", query.properties.filter(|list| !list.is_empty()))
        .query("updateHistory", query.update_history)
}

/// Only the project of an issue: its key, and its type (`projectTypeKey`).
#[must_use]
pub fn project_of(deployment: Deployment, key: &str) -> ApiRequest {
    ApiRequest::get(issue(deployment, key), format!("find the project of issue {key}"))
        .query("fields", "project")
}

/// Creates an issue from prepared fields.
#[must_use]
pub fn create(deployment: Deployment, project: &str, fields: &Map<String, Value>) -> ApiRequest {
    ApiRequest::post(
        platform(deployment).then("/issue"),
        json!({ "fields": fields }),
        format!("create an issue in project {project}"),
    )
    .query("updateHistory", false)
}

/// Most issues of one [`create_many`] request.
pub const BULK: usize = 50;

/// Creates several issues, at most [`BULK`], from prepared fields; what cannot be created is told
/// in the answer.
#[must_use]
pub fn create_many(deployment: Deployment, issues: &[Map<String, Value>]) -> ApiRequest {
    let updates: Vec<Value> = issues.iter().map(|fields| json!({ "fields": fields })).collect();
    ApiRequest::post(
        platform(deployment).then("/issue/bulk"),
        json!({ "issueUpdates": updates }),
        match issues.len() {
            1 => "create 1 issue".to_owned(),
            several => format!("create {several} issues"),
        },
    )
}

/// Edits an issue: `fields` are set, `update` holds operations. On Cloud the answer is asked to
/// hold the issue (`returnIssue`, jira-issues spec J-52).
#[must_use]
pub fn edit(
    deployment: Deployment,
    key: &str,
    fields: &Map<String, Value>,
    update: &Map<String, Value>,
) -> ApiRequest {
    let mut body = Map::new();
    if !fields.is_empty() {
        body.insert("fields".to_owned(), Value::Object(fields.clone()));
    }
    if !update.is_empty() {
        body.insert("update".to_owned(), Value::Object(update.clone()));
    }
    let request =
        ApiRequest::put(issue(deployment, key), Value::Object(body), format!("update issue {key}"));
    if deployment.is_cloud() { request.query("returnIssue", true) } else { request }
}

/// The fields of the edit screen, with the values they take.
#[must_use]
pub fn edit_meta(deployment: Deployment, key: &str) -> ApiRequest {
    ApiRequest::get(
        issue(deployment, key).then("/editmeta"),
        format!("read what can be edited on issue {key}"),
    )
}

/// Sets or clears the assignee: `{"accountId": ..}` on Cloud, `{"name": ..}` on Data Center.
#[must_use]
pub fn assign(deployment: Deployment, key: &str, assignee: Value) -> ApiRequest {
    ApiRequest::put(
        issue(deployment, key).then("/assignee"),
        assignee,
        format!("assign issue {key}"),
    )
}

/// Deletes an issue, with its sub-tasks when asked to.
#[must_use]
pub fn delete(deployment: Deployment, key: &str, subtasks: bool) -> ApiRequest {
    ApiRequest::delete(issue(deployment, key), format!("delete issue {key}"))
        .query("deleteSubtasks", subtasks)
}

#[cfg(test)]
mod tests {
    use super::{IssueQuery, create, edit, get};
    use atlassian_http::Body;
    use atlassian_settings::Deployment;
    use serde_json::{Map, Value, json};

    #[test]
    fn cloud_reads_documents_and_data_center_wiki_text() {
        let query =
            IssueQuery { fields: Some("summary"), update_history: true, ..Default::default() };
        let cloud = get(Deployment::Cloud, "PAY-1", &query);
        assert_eq!(cloud.path.as_str(), "/rest/api/3/issue/PAY-1");
        let dc = get(Deployment::DataCenter, "PAY-1", &query);
        assert_eq!(dc.path.as_str(), "/rest/api/2/issue/PAY-1");
        assert_eq!(
            dc.query,
            [("fields".to_owned(), "summary".to_owned()), ("updateHistory".into(), "true".into())]
        );
    }

    #[test]
    fn a_key_cannot_leave_its_segment() {
        let request = get(Deployment::Cloud, "PAY-1/../../user?x=1", &IssueQuery::default());
        let rest = request.path.as_str().strip_prefix("/rest/api/3/issue/").unwrap_or_default();
        assert!(rest.starts_with("PAY-1%2F") && !rest.contains(['/', '?']), "{rest}");
    }

    #[test]
    fn an_edit_holds_only_what_changes() {
        let fields = Map::from_iter([("summary".to_owned(), Value::from("x"))]);
        let request = edit(Deployment::DataCenter, "PAY-1", &fields, &Map::new());
        assert!(request.query.is_empty());
        match request.body {
            Body::Json(body) => assert_eq!(body, json!({"fields": {"summary": "x"}})),
            _ => panic!("an edit has a body"),
        }
    }

    #[test]
    fn a_creation_is_no_visit() {
        let request = create(Deployment::Cloud, "PAY", &Map::new());
        assert_eq!(request.query, [("updateHistory".to_owned(), "false".to_owned())]);
        assert!(!request.reads);
    }
}
