//! Many issues of a search on Cloud. Its pages follow one another by token, a hundred issues each;
//! so the ids are read first, thousands at once, and then the issues themselves in groups, several
//! of them at the same time.
//!
//! Memory is bounded by [`MAX_ISSUES`], and the answers on their way by [`AT_ONCE`]; each of those
//! is bounded by the client.

use super::parts::{list, text};
use crate::{Context, ToolError};
use atlassian_jira::search::{self, FETCHED};
use futures::StreamExt as _;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Most issues of one answer; what is beyond is reached with `next_page_token`.
pub(crate) const MAX_ISSUES: u32 = 5_000;
/// From how many issues on the ids are read first. Up to two pages one after the other are no
/// slower, and no more requests.
pub(crate) const FEW: u32 = 2 * search::CLOUD_PAGE;
/// Groups asked for at the same time, as far as the instance's limit allows.
const AT_ONCE: usize = 8;

/// Issues in the order of their search.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) issues: Vec<Value>,
    /// Display names of the fields, when they were asked for.
    pub(crate) names: Map<String, Value>,
    /// Issues that the search told and that could not be read.
    pub(crate) missing: usize,
}

/// Reads issues by their ids.
///
/// # Errors
/// When one of the groups cannot be read: part of a list is no list.
pub(crate) async fn gather(
    cx: &Context,
    ids: &[String],
    fields: &[String],
    names: bool,
) -> Result<Gathered, ToolError> {
    let (issues, names) = fetched(cx, ids, fields, names).await?;
    let mut found: HashMap<String, Value> = issues
        .into_iter()
        .filter_map(|issue| Some((text(&issue, "/id")?.to_owned(), issue)))
        .collect();
    let issues: Vec<Value> = ids.iter().filter_map(|id| found.remove(id)).collect();
    Ok(Gathered { missing: ids.len() - issues.len(), issues, names })
}

/// Reads issues by their ids or keys, in no particular order; those nobody may see are not among
/// them.
///
/// # Errors
/// When one of the groups cannot be read.
pub(crate) async fn fetched(
    cx: &Context,
    ids: &[String],
    fields: &[String],
    names: bool,
) -> Result<(Vec<Value>, Map<String, Value>), ToolError> {
    let groups: Vec<_> = ids
        .chunks(FETCHED)
        .map(|ids| {
            let request = search::fetch(ids, fields, names);
            async move { cx.remote.json::<Value>(&request).await }
        })
        .collect();
    let mut answers = futures::stream::iter(groups).buffer_unordered(AT_ONCE);
    let mut found = Vec::with_capacity(ids.len());
    let mut shared = Map::new();
    while let Some(answer) = answers.next().await {
        let mut answer = answer?;
        let Some(Value::Array(issues)) = answer.get_mut("issues").map(Value::take) else {
            return Err(ToolError::refused(
                "Error searching issues: Jira answered without a list of issues.",
            ));
        };
        for mut issue in issues {
            if let Some(Value::Object(own)) = issue.get_mut("names").map(Value::take) {
                shared.extend(own);
            }
            found.push(issue);
        }
        cx.progress.report(found.len() as u64, Some(ids.len() as u64), "issues read");
    }
    Ok((found, shared))
}

/// The ids of an answer that holds nothing else.
pub(crate) fn ids(answer: &Value) -> impl Iterator<Item = String> {
    list(answer, "/issues").iter().filter_map(|issue| match issue.get("id") {
        Some(Value::String(id)) => Some(id.clone()),
        Some(Value::Number(id)) => Some(id.to_string()),
        _ => None,
    })
}
