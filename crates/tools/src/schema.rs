//! The JSON schema of an argument table, exactly as published (`tools.json`).

use crate::{Argument, Kind, Pattern};
use atlassian_settings::Behaviour;
use serde_json::{Map, Value, json};

/// The schema of a tool's arguments: an object without additional properties, each property with
/// its type, limits, default and text. `required` is absent when nothing is required.
#[must_use]
pub fn of(arguments: &[Argument], behaviour: &Behaviour) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for argument in arguments.iter().filter(|argument| !argument.hidden) {
        properties.insert(argument.name.to_owned(), Value::Object(property(argument, behaviour)));
        if argument.published_required {
            required.push(Value::from(argument.name));
        }
    }
    let mut schema = Map::new();
    schema.insert("type".to_owned(), Value::from("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), Value::Array(required));
    }
    schema.insert("additionalProperties".to_owned(), Value::Bool(false));
    schema
}

fn property(argument: &Argument, behaviour: &Behaviour) -> Map<String, Value> {
    let mut property = Map::new();
    let word = match argument.kind {
        Kind::Text
        | Kind::Key(_)
        | Kind::AnyKey(_)
        | Kind::Keys
        | Kind::ContentId
        | Kind::PageLink
        | Kind::List
        | Kind::Json => "string",
        Kind::Integer { .. } => "integer",
        Kind::Boolean => "boolean",
        Kind::Strings | Kind::Objects => "array",
    };
    property.insert("type".to_owned(), Value::from(word));
    property.insert("description".to_owned(), Value::from(argument.text));
    match argument.kind {
        Kind::Key(pattern) => {
            property.insert("pattern".to_owned(), Value::from(pattern_of(pattern, behaviour)));
        }
        Kind::Integer { min, max } => {
            if let Some(min) = min {
                property.insert("minimum".to_owned(), Value::from(min));
            }
            if let Some(max) = max {
                property.insert("maximum".to_owned(), Value::from(max));
            }
        }
        Kind::Strings => {
            property.insert("items".to_owned(), json!({"type": "string"}));
        }
        Kind::Objects => {
            property.insert(
                "items".to_owned(),
                json!({"additionalProperties": true, "type": "object"}),
            );
        }
        Kind::Text
        | Kind::AnyKey(_)
        | Kind::Keys
        | Kind::ContentId
        | Kind::PageLink
        | Kind::List
        | Kind::Json
        | Kind::Boolean => {}
    }
    if !argument.required
        && let Some(default) = argument.default.to_json()
    {
        property.insert("default".to_owned(), default);
    }
    property
}

/// The regular expression of a key on an instance.
#[must_use]
pub fn pattern_of(pattern: Pattern, behaviour: &Behaviour) -> &str {
    match pattern {
        Pattern::IssueKey => &behaviour.issue_key_pattern,
        Pattern::ProjectKey => &behaviour.project_key_pattern,
    }
}
