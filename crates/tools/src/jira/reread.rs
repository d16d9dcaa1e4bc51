//! An issue read again after it was written.

use super::issue::{self, View};
use super::parts::{self, list};
use super::people::names_in;
use super::text::Remarks;
use super::wanted::Wanted;
use crate::{Context, ToolError};
use atlassian_jira::issues::{self, IssueQuery, comments};
use serde_json::{Map, Value};

/// Newest comments shown when nobody says how many.
pub(crate) const COMMENT_LIMIT: u32 = 10;

/// The issue as it is now, with the fields wanted. The write is done already: when the issue
/// cannot be read, or the call is cancelled meanwhile, what is known of it is returned at once and
/// a warning says so.
pub(crate) async fn after_write(
    cx: &Context,
    key: &str,
    wanted: Result<Wanted, ToolError>,
    warnings: &mut Vec<String>,
    remarks: &mut Remarks,
) -> Map<String, Value> {
    let cancelled = cx.remote.control().cancel.cancelled();
    let outcome = tokio::select! {
        biased;
        read = read(cx, key, wanted, remarks) => read,
        () = cancelled => Err(ToolError::refused("the call was cancelled")),
    };
    match outcome {
        Ok((issue, told)) => {
            warnings.extend(told);
            issue
        }
        Err(error) => {
            warnings.push(format!("the change was made, but reading {key} again failed: {error}"));
            known(cx, key)
        }
    }
}

/// Reads an issue and shows it.
///
/// # Errors
/// When it cannot be read, or is outside the filter now.
pub(crate) async fn read(
    cx: &Context,
    key: &str,
    wanted: Result<Wanted, ToolError>,
    remarks: &mut Remarks,
) -> Result<(Map<String, Value>, Vec<String>), ToolError> {
    let mut wanted = wanted?;
    let fields = wanted.list();
    let query = IssueQuery { fields: Some(&fields), update_history: true, ..IssueQuery::default() };
    let request = issues::get(cx.deployment(), key, &query);
    let (found, described) = futures::join!(cx.remote.json::<Value>(&request), wanted.describe(cx));
    wanted.catalogue = described;
    let mut found = found?;
    if wanted.names("comment") {
        issue::admit(&cx.fence, &found, key)?;
        let problem = newest_comments(cx, key, &mut found, COMMENT_LIMIT).await;
        wanted.warnings.extend(problem);
    }
    Ok((shown(cx, key, &found, &wanted, remarks).await?, wanted.warnings))
}

/// Shows an issue that came back with a write.
///
/// # Errors
/// When it is outside the filter now.
pub(crate) async fn shown(
    cx: &Context,
    key: &str,
    found: &Value,
    wanted: &Wanted,
    remarks: &mut Remarks,
) -> Result<Map<String, Value>, ToolError> {
    issue::admit(&cx.fence, found, key)?;
    let names = names_in(cx, found).await;
    Ok(issue::shown(found, &View::new(cx, &names, wanted), remarks))
}

/// What is known of an issue without reading it.
pub(crate) fn known(cx: &Context, key: &str) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("key".to_owned(), Value::from(key));
    out.insert("browse_url".to_owned(), Value::from(format!("{}/browse/{key}", cx.site())));
    out
}

/// Keeps the newest comments in the answer, oldest first; asks for them when the answer holds only
/// some. Returns what went wrong.
pub(crate) async fn newest_comments(
    cx: &Context,
    key: &str,
    found: &mut Value,
    limit: u32,
) -> Option<String> {
    let field = found.pointer_mut("/fields/comment")?;
    let held = list(field, "/comments").len() as u64;
    let total = field.get("total").and_then(Value::as_u64).unwrap_or(held);
    let mut problem = None;
    if total > held {
        match cx.remote.json::<Value>(&comments::newest(cx.deployment(), key, limit)).await {
            Ok(page) => {
                let mut newest = list(&page, "/comments").to_vec();
                newest.reverse();
                parts::set(field, "comments", Value::Array(newest));
                if let Some(total) = page.get("total") {
                    parts::set(field, "total", total.clone());
                }
            }
            Err(error) => {
                problem = Some(format!(
                    "only the {held} oldest of {total} comments could be considered: {error}"
                ));
            }
        }
    }
    if let Some(Value::Array(comments)) = field.get_mut("comments") {
        let surplus = comments.len().saturating_sub(limit as usize);
        comments.drain(..surplus);
    }
    problem
}
