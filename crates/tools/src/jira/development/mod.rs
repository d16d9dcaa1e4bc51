//! Branches, commits and pull requests of issues (section 8 of the spec on projects).

mod collect;
pub(super) mod get_issue_development_info;
pub(super) mod get_issues_development_info;

use super::issue;
use super::parts::{get, list};
use crate::{Context, ToolError};
use atlassian_http::ApiError;
use atlassian_jira::development;
use atlassian_jira::issues::{self, IssueQuery};
use atlassian_settings::Credential;
use collect::Collected;
use futures::StreamExt as _;
use serde_json::{Map, Value};

/// The kinds that Jira tells apart, in the order of the results.
const KINDS: [&str; 3] = ["pullrequest", "branch", "repository"];
/// Tools that are asked when Jira does not tell which are connected.
const USUAL: [&str; 4] = ["stash", "bitbucket", "GitHub", "GitLab"];
/// Names of tools as Jira spells them.
const SPELLINGS: [&str; 5] = ["stash", "bitbucket", "GitHub", "githube", "GitLab"];
/// Most tools that are asked about one issue.
const MAX_TOOLS: usize = 20;
/// Requests about one issue at once.
const AT_ONCE: usize = 4;

/// What is asked about an issue.
#[derive(Clone, Copy, Debug)]
struct Asked<'a> {
    application: Option<&'a str>,
    kind: Option<&'a str>,
}

impl<'a> Asked<'a> {
    fn new(application: Option<&'a str>, kind: Option<&'a str>) -> Self {
        let given = |text: Option<&'a str>| text.map(str::trim).filter(|text| !text.is_empty());
        Self { application: given(application), kind: given(kind) }
    }

    /// The kinds in Jira's spelling.
    fn kinds(&self) -> Vec<String> {
        let Some(kind) = self.kind else { return KINDS.map(str::to_owned).to_vec() };
        let lower = kind.to_lowercase();
        vec![match lower.trim_end_matches('s') {
            "commit" | "repositorie" | "repository" => "repository".to_owned(),
            "branch" | "branche" => "branch".to_owned(),
            "pullrequest" | "pull_request" => "pullrequest".to_owned(),
            _ => kind.to_owned(),
        }]
    }
}

/// A tool in the spelling that Jira knows.
fn spelled(application: &str) -> String {
    let known = SPELLINGS.iter().find(|known| known.eq_ignore_ascii_case(application));
    known.map_or_else(|| application.to_owned(), |known| (*known).to_owned())
}

/// What is connected to an issue.
#[derive(Debug, Default)]
struct Information {
    collected: Collected,
    warnings: Vec<String>,
    /// Why nothing could be read at all.
    error: Option<String>,
}

impl Information {
    /// Adds an answer; `false` when there is nothing to be had at all.
    fn take(
        &mut self,
        cx: &Context,
        tool: &str,
        kind: &str,
        answer: Result<Value, ApiError>,
    ) -> bool {
        match answer {
            Ok(answer) => self.collected.add(list(&answer, "/detail")),
            Err(error) if is_closed(&error) => {
                self.error = Some(closed(cx, &error));
                return false;
            }
            Err(error) => self.warnings.push(format!("{tool}/{kind}: {error}")),
        }
        true
    }

    /// The result document.
    fn document(self, key: &str) -> Map<String, Value> {
        let mut out = Map::new();
        out.insert("issue_key".to_owned(), Value::from(key));
        let Collected { detail, pull_requests, branches, commits, repositories } =
            if self.error.is_some() { Collected::default() } else { self.collected };
        for (name, entries) in [
            ("detail", detail),
            ("pullRequests", pull_requests),
            ("branches", branches),
            ("commits", commits),
            ("repositories", repositories),
        ] {
            out.insert(name.to_owned(), Value::Array(entries));
        }
        super::parts::put(&mut out, "warnings", Value::from(self.warnings));
        super::parts::put(&mut out, "error", Value::from(self.error));
        out
    }
}

/// Reads what is connected to an issue.
///
/// # Errors
/// When the issue cannot be read or is outside the filter.
async fn read(cx: &Context, key: &str, asked: Asked<'_>) -> Result<Information, ToolError> {
    let query = IssueQuery { fields: Some("id"), ..IssueQuery::default() };
    let found: Value = cx.remote.json(&issues::get(cx.deployment(), key, &query)).await?;
    issue::admit(&cx.fence, &found, key)?;
    let id = match get(&found, "/id") {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return Err(ToolError::refused(format!("Jira did not tell the number of {key}"))),
    };
    let kinds = asked.kinds();
    let (tools, told) = match asked.application {
        Some(application) => (vec![spelled(application)], true),
        None => match connected(cx, &id, key, &kinds).await {
            Some(tools) => (tools, true),
            None => (USUAL.map(str::to_owned).to_vec(), false),
        },
    };
    let mut information = Information::default();
    let mut requests: Vec<_> = tools
        .iter()
        .flat_map(|tool| kinds.iter().map(move |kind| (tool.clone(), kind.clone())))
        .map(|(tool, kind)| {
            let request = development::detail(&id, key, &tool, &kind);
            async move { (tool, kind, cx.remote.json::<Value>(&request).await) }
        })
        .collect();
    // Where even the summary was refused, the first answer tells whether the rest is worth asking.
    if !told && !requests.is_empty() {
        let (tool, kind, answer) = requests.remove(0).await;
        if !information.take(cx, &tool, &kind, answer) {
            return Ok(information);
        }
    }
    let mut answers = futures::stream::iter(requests).buffered(AT_ONCE);
    while let Some((tool, kind, answer)) = answers.next().await {
        if !information.take(cx, &tool, &kind, answer) {
            break;
        }
    }
    Ok(information)
}

/// The tools that have something about the issue; none when Jira does not tell.
async fn connected(cx: &Context, id: &str, key: &str, kinds: &[String]) -> Option<Vec<String>> {
    let answer: Value = cx.remote.json(&development::summary(id, key)).await.ok()?;
    let summary = answer.get("summary").filter(|summary| summary.is_object())?;
    let mut tools: Vec<String> = Vec::new();
    for kind in kinds {
        let by = summary.get(kind).and_then(|kind| kind.get("byInstanceType"));
        for (name, entry) in by.and_then(Value::as_object).into_iter().flatten() {
            if entry.get("count").and_then(Value::as_i64).is_some_and(|count| count > 0) {
                let name = match name.to_lowercase().as_str() {
                    "github" => "GitHub".to_owned(),
                    "gitlab" => "GitLab".to_owned(),
                    _ => name.clone(),
                };
                if !tools.contains(&name) {
                    tools.push(name);
                }
            }
        }
    }
    tools.sort();
    tools.truncate(MAX_TOOLS);
    Some(tools)
}

/// Whether the panel is not there for this account at all.
fn is_closed(error: &ApiError) -> bool {
    [401, 403, 404].iter().any(|status| error.is_status(*status))
}

fn closed(cx: &Context, error: &ApiError) -> String {
    let reason = if error.is_status(404) {
        "the development panel does not seem to be installed"
    } else if cx.is_cloud() && matches!(cx.config().credential, Credential::OAuth(_)) {
        "development information is not available with OAuth; use an API token"
    } else {
        "access to development information is denied"
    };
    format!("Development information could not be read ({reason}): {error}")
}

/// A failure of one issue as a sentence; a refusal by the operator's rules stays an error.
fn sentence(key: &str, error: ToolError) -> Result<String, ToolError> {
    match error {
        ToolError::Policy(_) => Err(error),
        error => Ok(format!("Error retrieving development info for {key}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, spelled};

    #[test]
    fn tools_and_kinds_are_spelt_as_jira_does() {
        assert_eq!(spelled("github"), "GitHub");
        assert_eq!(spelled("STASH"), "stash");
        assert_eq!(spelled("Gitea"), "Gitea");
        assert_eq!(Asked::new(None, Some("commits")).kinds(), ["repository"]);
        assert_eq!(Asked::new(None, Some(" ")).kinds().len(), 3);
        assert_eq!(Asked::new(None, Some("build")).kinds(), ["build"]);
    }
}
