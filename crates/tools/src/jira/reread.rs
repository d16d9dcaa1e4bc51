//! An issue read again after it was written.

use super::issue::{self, View};
use super::people::names_in;
use super::text::Remarks;
use super::wanted::Wanted;
use crate::{Context, ToolError};
use atlassian_jira::issues::{self, IssueQuery};
use serde_json::{Map, Value};

/// The issue as it is now, with the fields wanted. The write is done already: when the issue
/// cannot be read, what is known of it is returned and a warning says so.
pub(crate) async fn after_write(
    cx: &Context,
    key: &str,
    wanted: Result<Wanted, ToolError>,
    warnings: &mut Vec<String>,
    remarks: &mut Remarks,
) -> Map<String, Value> {
    match read(cx, key, wanted, remarks).await {
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
    let wanted = wanted?;
    let fields = wanted.list();
    let query = IssueQuery { fields: Some(&fields), update_history: true, ..IssueQuery::default() };
    let found: Value = cx.remote.json(&issues::get(cx.deployment(), key, &query)).await?;
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
