//! How issues hang together across projects (section 9 of the spec on projects).

pub(super) mod get_cross_project_dependencies;
pub(super) mod get_project_epic_hierarchy;

use super::issue::project_of;
use super::parts::list;
use super::searching::fenced;
use crate::{Context, ToolError};
use atlassian_jira::search;
use serde_json::Value;

/// The fields that both tools look at.
const FIELDS: [&str; 5] = ["summary", "status", "issuetype", "issuelinks", "parent"];

/// The issues a query finds, up to a bound.
#[derive(Debug)]
struct Scanned {
    issues: Vec<Value>,
    /// There are more than were read.
    truncated: bool,
}

/// Reads the issues that a query finds, behind the filter.
///
/// # Errors
/// When the query is refused or cannot be run.
async fn scan(cx: &Context, jql: &str, fields: &[&str], max: usize) -> Result<Scanned, ToolError> {
    let jql = fenced(cx, jql, None)?;
    let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    let mut issues: Vec<Value> = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let left = u32::try_from(max - issues.len()).unwrap_or(u32::MAX);
        let request = if cx.is_cloud() {
            let page = left.min(search::CLOUD_PAGE);
            search::cloud(&jql, &fields, None, page, token.as_deref())
        } else {
            let page = left.min(search::DATA_CENTER_PAGE);
            search::data_center(&jql, &fields, None, issues.len() as u64, page)
        };
        let answer: Value = cx.remote.json(&request).await?;
        let Some(page) = answer.get("issues").and_then(Value::as_array) else {
            return Err(ToolError::refused(
                "Error searching issues: Jira answered without a list of issues.",
            ));
        };
        issues.extend(page.iter().cloned());
        cx.progress.report(issues.len() as u64, Some(max as u64), "issues read");
        let more = if cx.is_cloud() {
            let last = answer.get("isLast").and_then(Value::as_bool) == Some(true);
            let next = answer.get("nextPageToken").and_then(Value::as_str).filter(|_| !last);
            let repeated = next.is_some() && next == token.as_deref();
            token = next.filter(|_| !repeated).map(str::to_owned);
            token.is_some()
        } else {
            let total = answer.get("total").and_then(Value::as_u64).unwrap_or_default();
            (issues.len() as u64) < total
        };
        if !more || page.is_empty() || issues.len() >= max {
            let beyond = issues.len() > max;
            issues.truncate(max);
            issues.retain(|issue| project_of(issue).is_some_and(|key| cx.fence.allows(key)));
            return Ok(Scanned { issues, truncated: more || beyond });
        }
    }
}

/// The project in an issue key.
fn project(key: &str) -> &str {
    key.rsplit_once('-').map_or(key, |(project, _)| project)
}

/// The ends of the links of an issue: the link and the issue at its other end, with whether that
/// is the outward one.
fn ends(link: &Value) -> impl Iterator<Item = (&Value, bool)> {
    let end = |key: &str, outward: bool| {
        link.get(key).filter(|issue| issue.is_object()).map(|issue| (issue, outward))
    };
    [end("outwardIssue", true), end("inwardIssue", false)].into_iter().flatten()
}

/// The links of an issue.
fn links(issue: &Value) -> &[Value] {
    list(issue, "/fields/issuelinks")
}
