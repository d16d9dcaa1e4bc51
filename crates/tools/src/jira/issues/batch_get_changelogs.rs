//! `jira_batch_get_changelogs`.

use crate::jira::gathering::fetched;
use crate::jira::issue::admit;
use crate::jira::parts::{self, list, text};
use crate::jira::writing::values::comma_list;
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Deployments, Kind, Scope, Tool, ToolError,
    Toolset,
};
use atlassian_jira::changelogs::{self, MAX_FIELDS, MAX_ISSUES};
use atlassian_settings::Service;
use futures::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;

/// Issues whose changes are asked for in one request.
const FEW: usize = 100;
/// Groups of more issues than that.
const GROUPS: usize = 10;
/// Groups asked about at the same time, as far as the instance's limit allows.
const AT_ONCE: usize = 8;
/// Most changes of one answer, which bounds its memory.
const MAX_CHANGES: usize = 100_000;

/// Reads the changes of several issues.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct BatchGetChangelogs {
    issue_ids_or_keys: String,
    fields: Option<String>,
    limit: i64,
}

impl Tool for BatchGetChangelogs {
    const NAME: &'static str = "jira_batch_get_changelogs";
    const TITLE: &'static str = "Batch Get Changelogs";
    const DESCRIPTION: &'static str = "Read the change history of several issues at once.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraIssues;
    const ACCESS: Access = Access::Read;
    const DEPLOYMENTS: Deployments = Deployments::CloudOnly;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("issue_ids_or_keys", Kind::Keys, "Comma list of issue keys or ids."),
        Argument::optional("fields", Kind::List, "Comma list of field ids to look for."),
        Argument::with_default(
            "limit",
            Kind::Integer { min: None, max: None },
            DefaultValue::Integer(-1),
            "Changes per issue; -1 for all.",
        ),
    ];

    fn scope(&self) -> Scope {
        comma_list(&self.issue_ids_or_keys).iter().fold(Scope::nothing(), |scope, key| {
            match key.contains('-') {
                // Where such a key leads now is asked in `admitted`, for many at once.
                true => scope.issue_compared_later(key),
                false => scope,
            }
        })
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        if !cx.is_cloud() {
            return Err(ToolError::refused(
                "Batch get issue changelogs is only available on Jira Cloud.",
            ));
        }
        let issues = comma_list(&self.issue_ids_or_keys);
        if issues.is_empty() {
            return Err(ToolError::argument(
                "issue_ids_or_keys",
                "at least one issue key or id",
                Some(&self.issue_ids_or_keys),
            ));
        }
        let fields = comma_list(self.fields.as_deref().unwrap_or_default());
        let admitted = Self::admitted(cx, &issues).await?;
        // More fields than Jira filters by are filtered here.
        let asked = if fields.len() > MAX_FIELDS { &[] } else { fields.as_slice() };
        let groups: Vec<_> =
            issues.chunks(group(issues.len())).map(|keys| changes(cx, keys, asked)).collect();
        let mut answers = futures::stream::iter(groups).buffered(AT_ONCE);
        let mut found: Vec<(String, Vec<Value>)> = Vec::new();
        let mut held = 0;
        while let Some(logs) = answers.next().await {
            for (id, changes) in logs? {
                held += changes.len();
                if admitted.as_ref().is_some_and(|ids| !ids.contains(&id)) {
                    continue;
                }
                match found.iter_mut().find(|(known, _)| *known == id) {
                    Some((_, there)) => there.extend(changes),
                    None => found.push((id, changes)),
                }
            }
            if held > MAX_CHANGES {
                return Err(too_many());
            }
        }
        let shown = found
            .into_iter()
            .map(|(id, changes)| {
                let changes: Vec<Value> = changes
                    .iter()
                    .filter_map(|change| of_fields(change, &fields))
                    .map(|change| parts::change(&change))
                    .collect();
                json!({"issue_id": id, "changelogs": cut(changes, self.limit)})
            })
            .collect();
        Ok(Answer::json(Value::Array(shown)))
    }
}

impl BatchGetChangelogs {
    /// Behind a filter, the projects that the issues are in now: an answer with changes tells
    /// neither a key nor a project. The ids of those that may be shown.
    async fn admitted(
        cx: &Context,
        issues: &[String],
    ) -> Result<Option<HashSet<String>>, ToolError> {
        if cx.fence.is_open() {
            return Ok(None);
        }
        let (found, _) = fetched(cx, issues, &["project".to_owned()], false).await?;
        found.iter().try_for_each(|issue| admit(&cx.fence, issue, "of this list"))?;
        Ok(Some(found.iter().filter_map(|issue| text(issue, "/id").map(str::to_owned)).collect()))
    }
}

/// Issues of one request. A hundred go out in one; more go out in ten groups at most per thousand,
/// so that the groups are read at the same time.
fn group(issues: usize) -> usize {
    if issues <= FEW { FEW } else { issues.div_ceil(GROUPS).clamp(FEW / 2, MAX_ISSUES) }
}

/// The changes of a group of issues, by issue, in the order they come.
async fn changes(
    cx: &Context,
    issues: &[String],
    fields: &[String],
) -> Result<Vec<(String, Vec<Value>)>, ToolError> {
    let mut found: Vec<(String, Vec<Value>)> = Vec::new();
    let (mut token, mut held) = (None::<String>, 0);
    loop {
        let request = changelogs::bulk_fetch(issues, fields, token.as_deref());
        let page: Value = cx.remote.json(&request).await?;
        for log in list(&page, "/issueChangeLogs") {
            let id = match log.get("issueId") {
                Some(Value::String(id)) => id.clone(),
                Some(Value::Number(id)) => id.to_string(),
                _ => continue,
            };
            let changes = list(log, "/changeHistories").iter().cloned();
            held += changes.len();
            match found.iter_mut().find(|(known, _)| *known == id) {
                Some((_, there)) => there.extend(changes),
                None => found.push((id, changes.collect())),
            }
        }
        let next = text(&page, "/nextPageToken").map(str::to_owned);
        if next.is_none() || next == token {
            return Ok(found);
        }
        if held > MAX_CHANGES {
            return Err(too_many());
        }
        token = next;
    }
}

fn too_many() -> ToolError {
    ToolError::refused(format!(
        "These issues have more than {MAX_CHANGES} changes, more than one answer holds; ask for \
         fewer issues, or name the fields that matter."
    ))
}

/// A change without the items of other fields; none when nothing is left.
fn of_fields(change: &Value, fields: &[String]) -> Option<Value> {
    if fields.len() <= MAX_FIELDS {
        return Some(change.clone());
    }
    let wanted = |item: &&Value| {
        ["/fieldId", "/field"]
            .iter()
            .any(|pointer| text(item, pointer).is_some_and(|id| fields.iter().any(|f| f == id)))
    };
    let items: Vec<Value> = list(change, "/items").iter().filter(wanted).cloned().collect();
    if items.is_empty() {
        return None;
    }
    let mut change = change.clone();
    parts::set(&mut change, "items", Value::Array(items));
    Some(change)
}

/// The first `limit` entries; all for -1; other negatives cut from the end.
fn cut(mut changes: Vec<Value>, limit: i64) -> Vec<Value> {
    let keep = match usize::try_from(limit) {
        Ok(limit) => limit,
        Err(_) if limit == -1 => changes.len(),
        Err(_) => changes
            .len()
            .saturating_sub(usize::try_from(limit.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    changes.truncate(keep);
    changes
}

#[cfg(test)]
mod tests {
    use super::{cut, of_fields};
    use serde_json::{Value, json};

    #[test]
    fn a_limit_keeps_the_first_entries() {
        let five = || (0..5).map(Value::from).collect::<Vec<_>>();
        for (limit, left) in [(-1, 5), (0, 0), (2, 2), (9, 5), (-2, 3), (-9, 0)] {
            assert_eq!(cut(five(), limit).len(), left, "{limit}");
        }
    }

    #[test]
    fn many_fields_are_filtered_here() {
        let fields: Vec<String> = (0..11).map(|n| format!("f{n}")).collect();
        let change = json!({"id": "1", "items": [{"fieldId": "f3"}, {"fieldId": "x"}]});
        let kept = of_fields(&change, &fields).expect("one is left");
        assert_eq!(kept["items"], json!([{"fieldId": "f3"}]));
        assert!(of_fields(&json!({"items": [{"fieldId": "x"}]}), &fields).is_none());
    }
}
