//! A refusal of Jira, told with the names of fields and the values they take.

use super::Target;
use crate::jira::parts::{list, text};
use crate::jira::{catalogue, issue_types, text as rich};
use crate::{Context, ToolError};
use atlassian_http::ApiError;
use atlassian_jira::create_meta;
use atlassian_jira::fields::{Field, is_custom_id};
use atlassian_jira::issues;
use atlassian_jira::issues::transitions::{self, Transition};
use serde_json::Value;

/// Most values listed for one field.
const MAX_VALUES: usize = 30;

/// The refusal of a write with custom fields named, and, where Jira tells them, the values that
/// the fields take. Nothing was written, so one more read is the price of a useful answer.
pub(crate) async fn explain(
    cx: &Context,
    mut error: ApiError,
    target: Target<'_>,
    type_name: Option<&str>,
    longest: &Value,
) -> ToolError {
    if !error.is_status(400) {
        return rich::explain_length(error, longest);
    }
    let ids: Vec<String> = error.messages.iter().filter_map(|m| m.field.clone()).collect();
    if ids.is_empty() {
        return rich::explain_length(error, longest);
    }
    let mut legal = Vec::new();
    let screen = screen(cx, target, type_name, &mut legal).await;
    for id in &ids {
        let Some(field) = screen.iter().find(|field| Field::new(field).id() == id) else {
            continue;
        };
        let values = allowed(field);
        if !values.is_empty() {
            legal.push(format!("{} takes: {}", Field::new(field).name(), values.join(", ")));
        }
    }
    let known = match ids.iter().any(|id| is_custom_id(id)) {
        true => catalogue::catalogue(cx).await.unwrap_or_default(),
        false => Default::default(),
    };
    for message in &mut error.messages {
        if let Some(id) = &message.field
            && let Some(field) = known.by_id(id)
            && is_custom_id(id)
        {
            message.field = Some(format!("{} ({id})", field.name()));
        }
    }
    if legal.is_empty() {
        return rich::explain_length(error, longest);
    }
    error.because(legal.join("; ")).into()
}

/// The fields of the screen that refused; empty when it cannot be read.
async fn screen(
    cx: &Context,
    target: Target<'_>,
    type_name: Option<&str>,
    legal: &mut Vec<String>,
) -> Vec<Value> {
    let request = match (target, type_name) {
        (Target::Create { project }, Some(name)) => {
            let Ok(types) = issue_types::of_project(cx, project).await else { return Vec::new() };
            let Some(chosen) = issue_types::choose(&types, name) else {
                let names: Vec<&str> = types.iter().map(|t| t.name.as_str()).collect();
                legal.push(format!("issue types of {project}: {}", names.join(", ")));
                return Vec::new();
            };
            let fields = issue_types::create_fields(cx, project, &chosen.id).await;
            let fields = fields.ok().and_then(|fields| fields.as_array().cloned());
            return fields.unwrap_or_default();
        }
        (Target::Create { .. }, None) => return Vec::new(),
        (Target::Screen { key, transition }, _) => {
            let request = transitions::list(cx.deployment(), key, true);
            let answer: Value = cx.remote.json(&request).await.unwrap_or_default();
            let made = Transition::all(&answer).into_iter().find(|made| made.id == transition);
            let fields = made.map(|made| Value::Object(made.fields)).unwrap_or_default();
            return create_meta::entries(&serde_json::json!({ "fields": fields }));
        }
        (Target::Update { key } | Target::Transition { key }, _) => {
            issues::edit_meta(cx.deployment(), key)
        }
    };
    match cx.remote.json::<Value>(&request).await {
        Ok(answer) => create_meta::entries(&answer),
        Err(_) => Vec::new(),
    }
}

/// The values a field of a screen takes, by name.
pub(crate) fn allowed(field: &Value) -> Vec<String> {
    let values = list(field, "/allowedValues");
    let mut names: Vec<String> = values
        .iter()
        .filter_map(|value| {
            ["/value", "/name", "/key", "/id"].iter().find_map(|pointer| text(value, pointer))
        })
        .take(MAX_VALUES)
        .map(str::to_owned)
        .collect();
    if values.len() > MAX_VALUES {
        names.push(format!("and {} more", values.len() - MAX_VALUES));
    }
    names
}
