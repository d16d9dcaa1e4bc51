//! Projects, their versions and components (server of both deployments; section 3 of the spec on
//! projects).

pub(super) mod batch_create_versions;
pub(super) mod create_version;
pub(super) mod get_all_projects;
pub(super) mod get_project_components;
pub(super) mod get_project_versions;
pub(super) mod search_projects;
pub(super) mod update_version;

use super::parts::text;
use crate::{Context, ToolError};
use atlassian_jira::projects;
use serde_json::{Map, Value, json};

/// Most projects read in one call.
const MAX_PROJECTS: usize = 10_000;

/// Reads every page of Cloud's project search.
async fn every_project(
    cx: &Context,
    query: &projects::ProjectQuery<'_>,
) -> Result<Vec<Value>, ToolError> {
    let mut found: Vec<Value> = Vec::new();
    loop {
        let request = projects::search(query, found.len() as u64, projects::PAGE);
        let answer: Value = cx.remote.json(&request).await?;
        let page = rows(&answer, "/values", "projects")?;
        let last = answer.get("isLast").and_then(Value::as_bool).unwrap_or(page.is_empty());
        let none = page.is_empty();
        found.extend(page);
        cx.progress.report(
            found.len() as u64,
            answer.get("total").and_then(Value::as_u64),
            "projects read",
        );
        if last || none || found.len() >= MAX_PROJECTS {
            return Ok(found);
        }
    }
}

/// The list of an answer; an answer without one is an error and never "nothing there".
fn rows(answer: &Value, pointer: &str, what: &str) -> Result<Vec<Value>, ToolError> {
    answer.pointer(pointer).and_then(Value::as_array).cloned().ok_or_else(|| {
        ToolError::refused(format!("Jira answered without a list of {what}; nothing is known."))
    })
}

/// The keys of the filter as Cloud's search takes them; none when there are too many for it, and
/// then the filter is applied to the answer alone.
fn fenced_keys(cx: &Context) -> Vec<String> {
    let keys = cx.fence.filter().map(atlassian_settings::Filter::keys).unwrap_or_default();
    let few = keys.len() <= projects::MAX_KEYS;
    keys.iter().filter(|_| few).map(|key| key.to_uppercase()).collect()
}

/// Whether a project of a list may be shown.
fn inside(cx: &Context, project: &Value) -> bool {
    project.is_object()
        && (cx.fence.is_open() || text(project, "/key").is_some_and(|key| cx.fence.allows(key)))
}

/// A project of a list with its key in capitals.
fn with_upper_key(mut project: Value) -> Value {
    if let Some(key) = text(&project, "/key").map(str::to_uppercase) {
        super::parts::set(&mut project, "key", Value::from(key));
    }
    project
}

/// A version as lists show it (section 3.3).
fn version(version: &Value) -> Value {
    let mut out = Map::new();
    for key in ["id", "name"] {
        let value = match version.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        out.insert(key.to_owned(), Value::from(value));
    }
    for key in ["released", "archived"] {
        let flag = version.get(key).and_then(Value::as_bool).unwrap_or(false);
        out.insert(key.to_owned(), Value::from(flag));
    }
    for key in ["description", "startDate", "releaseDate"] {
        if let Some(value) = version.get(key).filter(|value| !value.is_null()) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    Value::Object(out)
}

/// The document of a version that could not be written.
fn failure(error: &ToolError) -> Value {
    json!({ "success": false, "error": error.to_string() })
}

/// The fields of a new version that are given and not empty, under Jira's names.
fn fields_of<'a>(
    given: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> Map<String, Value> {
    given
        .into_iter()
        .filter_map(|(name, value)| {
            let value = value.filter(|value| !value.is_empty())?;
            Some((name.to_owned(), Value::from(value)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{version, with_upper_key};
    use serde_json::json;

    #[test]
    fn a_version_shows_what_is_set() {
        assert_eq!(
            version(&json!({"id": 10, "name": null, "description": "", "releaseDate": null})),
            json!({"id": "10", "name": "", "released": false, "archived": false, "description": ""})
        );
    }

    #[test]
    fn keys_are_in_capitals() {
        assert_eq!(with_upper_key(json!({"id": "1", "key": "bcd"}))["key"], "BCD");
        assert_eq!(with_upper_key(json!({"id": "1"})), json!({"id": "1"}));
    }
}
