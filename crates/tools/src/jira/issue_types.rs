//! The issue types of a project and the fields of their create screens.

use super::metadata::document;
use super::parts::{list, text};
use crate::{Context, ToolError};
use atlassian_http::ApiError;
use atlassian_jira::create_meta;
use atlassian_jira::fields::Field;
use serde_json::Value;
use std::sync::Arc;

/// Words that mean "epic" in the languages Jira is delivered in.
const EPIC_WORDS: [&str; 14] = [
    "epic",
    "épica",
    "epica",
    "épico",
    "epico",
    "épopée",
    "epik",
    "eepos",
    "эпик",
    "эпос",
    "エピック",
    "에픽",
    "史诗",
    "長篇故事",
];

/// An issue type of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IssueType {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) subtask: bool,
    /// 1 is an epic; Cloud only.
    level: Option<i64>,
}

impl IssueType {
    /// Whether it is an epic whatever it is called; known on Cloud only.
    pub(crate) fn is_epic(&self) -> bool {
        self.level == Some(1)
    }

    fn read(entry: &Value) -> Option<Self> {
        Some(Self {
            id: text(entry, "/id")?.to_owned(),
            name: text(entry, "/name")?.to_owned(),
            subtask: entry.get("subtask").and_then(Value::as_bool).unwrap_or_default(),
            level: entry.get("hierarchyLevel").and_then(Value::as_i64),
        })
    }
}

/// What a type name means by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Epic,
    Subtask,
    Ordinary,
}

/// What a type name means: `Epic`, `Sub-task` and `Subtask` stand for whatever the project calls
/// them.
pub(crate) fn meaning(name: &str) -> Meaning {
    let plain: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    if plain == "subtask" {
        Meaning::Subtask
    } else if EPIC_WORDS.contains(&plain.as_str()) {
        Meaning::Epic
    } else {
        Meaning::Ordinary
    }
}

/// All issue types that can be created in a project, kept for ten minutes.
///
/// # Errors
/// When they cannot be read.
pub(crate) async fn of_project(cx: &Context, project: &str) -> Result<Vec<IssueType>, ToolError> {
    let document = raw(cx, project).await?;
    let entries = document.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(entries.iter().filter_map(IssueType::read).collect())
}

/// The same as Jira answered it.
///
/// # Errors
/// When they cannot be read.
pub(crate) async fn raw(cx: &Context, project: &str) -> Result<Arc<Value>, ToolError> {
    document(cx, format!("issue types of {project}"), || async {
        let found =
            every(cx, |start| create_meta::issue_types(cx.deployment(), project, start)).await;
        match found {
            Err(error) if is_old(cx, &error) => whole(cx, project, error).await,
            found => found,
        }
    })
    .await
}

/// All fields of the create screen of a type, kept for ten minutes.
///
/// # Errors
/// When they cannot be read.
pub(crate) async fn create_fields(
    cx: &Context,
    project: &str,
    type_id: &str,
) -> Result<Arc<Value>, ToolError> {
    document(cx, format!("create fields of {project} {type_id}"), || async {
        let request = |start| create_meta::fields(cx.deployment(), project, type_id, start);
        let error = match every(cx, request).await {
            Err(error) if is_old(cx, &error) => error,
            found => return found,
        };
        let types = raw(cx, project).await?;
        let kind = list(&types, "").iter().find(|kind| text(kind, "/id") == Some(type_id));
        kind.map(|kind| Value::Array(create_meta::entries(kind))).ok_or(error)
    })
    .await
}

/// Whether Data Center knows no pages of create metadata: before 8.4 it answers like this to paths
/// that it does not know.
fn is_old(cx: &Context, error: &ToolError) -> bool {
    let unknown = |error: &ApiError| {
        error.is_status(404) && error.messages.iter().any(|m| m.text.contains("null for uri"))
    };
    !cx.is_cloud() && error.api().is_some_and(unknown)
}

/// The issue types of a project with their fields, from a Data Center of before 8.4.
async fn whole(cx: &Context, project: &str, refused: ToolError) -> Result<Value, ToolError> {
    let Ok(answer) = cx.remote.json::<Value>(&create_meta::whole(project)).await else {
        return Err(refused);
    };
    match answer.pointer("/projects/0/issuetypes") {
        Some(types) if types.is_array() => Ok(types.clone()),
        _ => Err(refused),
    }
}

/// Every entry of all pages.
async fn every(
    cx: &Context,
    request: impl Fn(u64) -> atlassian_http::ApiRequest,
) -> Result<Value, ToolError> {
    let (mut entries, mut start) = (Vec::new(), 0);
    loop {
        let page: Value = cx.remote.json(&request(start)).await?;
        let got = create_meta::entries(&page);
        let next = create_meta::next_start(&page, start, got.len());
        entries.extend(got);
        match next {
            Some(next) => start = next,
            None => return Ok(Value::Array(entries)),
        }
    }
}

/// The type a caller means: by name in any case; `Epic` also by level or by a translated name,
/// `Sub-task` also the first sub-task type.
pub(crate) fn choose<'a>(types: &'a [IssueType], name: &str) -> Option<&'a IssueType> {
    let exact = types.iter().find(|t| t.name == name);
    let named =
        exact.or_else(|| types.iter().find(|t| t.name.to_lowercase() == name.to_lowercase()));
    named.or_else(|| match meaning(name) {
        Meaning::Epic => types.iter().find(|t| t.level == Some(1)).or_else(|| {
            types.iter().find(|t| {
                let lower = t.name.to_lowercase();
                !t.subtask && EPIC_WORDS.iter().any(|word| lower.contains(word))
            })
        }),
        Meaning::Subtask => types
            .iter()
            .find(|t| t.subtask && meaning(&t.name) == Meaning::Subtask)
            .or_else(|| types.iter().find(|t| t.subtask)),
        Meaning::Ordinary => None,
    })
}

/// Whether a create screen has the field, and whether it must be filled there.
pub(crate) fn on_screen(screen: &Value, id: &str) -> Option<bool> {
    let entries = screen.as_array()?;
    let field = entries.iter().find(|entry| {
        ["/fieldId", "/key", "/id"].iter().any(|pointer| text(entry, pointer) == Some(id))
            || Field::new(entry).id() == id
    })?;
    Some(field.get("required").and_then(Value::as_bool).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{IssueType, Meaning, choose, meaning, on_screen};
    use serde_json::json;

    fn types(list: &[(&str, bool, Option<i64>)]) -> Vec<IssueType> {
        list.iter()
            .enumerate()
            .map(|(at, (name, subtask, level))| IssueType {
                id: at.to_string(),
                name: (*name).to_owned(),
                subtask: *subtask,
                level: *level,
            })
            .collect()
    }

    #[test]
    fn epics_and_sub_tasks_are_found_under_any_name() {
        let german =
            types(&[("Aufgabe", false, Some(0)), ("Großes", false, Some(1)), ("Teil", true, None)]);
        assert_eq!(choose(&german, "Epic").map(|t| t.name.as_str()), Some("Großes"));
        assert_eq!(choose(&german, "Subtask").map(|t| t.name.as_str()), Some("Teil"));
        let center =
            types(&[("Task", false, None), ("Épica", false, None), ("Sub-task", true, None)]);
        assert_eq!(choose(&center, "epic").map(|t| t.name.as_str()), Some("Épica"));
        assert_eq!(choose(&center, "sub-task").map(|t| t.name.as_str()), Some("Sub-task"));
        assert_eq!(choose(&center, "task").map(|t| t.name.as_str()), Some("Task"));
        assert_eq!(choose(&center, "Bug"), None);
        assert_eq!(meaning("Sub-Task"), Meaning::Subtask);
        assert_eq!(meaning("Bug"), Meaning::Ordinary);
    }

    #[test]
    fn a_screen_tells_what_must_be_filled() {
        let screen = json!([{"fieldId": "customfield_1", "required": true}, {"key": "summary"}]);
        assert_eq!(on_screen(&screen, "customfield_1"), Some(true));
        assert_eq!(on_screen(&screen, "summary"), Some(false));
        assert_eq!(on_screen(&screen, "customfield_2"), None);
    }
}
