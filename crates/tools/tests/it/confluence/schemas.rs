//! The published schemas: golden files here, and the reference where it is at hand.

use atlassian_settings::{Behaviour, Service};
use atlassian_tools::{Definition, table};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Published arguments of ours: optional, and really useful to a model.
const OURS: &[(&str, &str)] = &[("confluence_update_page", "expected_version")];

fn confluence() -> impl Iterator<Item = &'static Definition> {
    table::definitions().filter(|tool| tool.service == Some(Service::Confluence))
}

fn schema(tool: &Definition) -> Value {
    Value::Object(tool.schema(&Behaviour::default()).as_ref().clone())
}

fn published(tool: &Definition) -> Value {
    json!({
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "toolset": tool.toolset.name(),
        "access": format!("{:?}", tool.access),
        "deployments": format!("{:?}", tool.deployments),
        "inputSchema": schema(tool),
    })
}

#[test]
fn every_schema_has_its_golden_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/confluence");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for tool in confluence() {
        let text = format!("{}\n", serde_json::to_string_pretty(&published(tool)).expect("JSON"));
        let file = folder.join(format!("{}.json", tool.name));
        if update {
            std::fs::create_dir_all(&folder).expect("folder");
            std::fs::write(&file, &text).expect("written");
        }
        let golden = std::fs::read_to_string(&file)
            .unwrap_or_else(|_| panic!("{} is missing; run with UPDATE_GOLDEN=1", file.display()));
        assert_eq!(golden, text, "{} differs; run with UPDATE_GOLDEN=1", tool.name);
    }
}

#[test]
fn the_texts_are_short() {
    let bytes: usize = confluence().map(|tool| published(tool).to_string().len()).sum();
    let tools = confluence().count();
    assert!(bytes / tools <= 730, "{} bytes a tool", bytes / tools);
}

/// The reference beside the repository, when it is there.
fn reference() -> Option<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().ok()?;
    let file = root.parent()?.join("shared/spec/tools.json");
    serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()
}

/// A schema without texts and without arguments of ours.
fn bare(name: &str, schema: &Value) -> Value {
    let mut schema = schema.clone();
    let object = schema.as_object_mut().expect("a schema");
    object.remove("title");
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|argument, _| !OURS.contains(&(name, argument.as_str())));
        for property in properties.values_mut().filter_map(Value::as_object_mut) {
            let texts = ["description", "title"];
            property.retain(|key, _| !texts.contains(&key.as_str()));
        }
        properties.sort_keys();
    }
    if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
        required.sort_by_key(|name| name.as_str().map(str::to_owned));
    }
    schema
}

#[test]
fn schemas_are_those_of_the_reference() {
    let Some(reference) = reference() else { return };
    let theirs: Map<String, Value> = reference["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .filter_map(|tool| Some((tool["name"].as_str()?.to_owned(), tool.clone())))
        .filter(|(name, _)| name.starts_with("confluence_"))
        .collect();
    let order: Vec<&str> = theirs.keys().map(String::as_str).collect();
    let ours: Vec<&str> = confluence().map(|tool| tool.name).collect();
    assert_eq!(ours, order);
    for tool in confluence() {
        let theirs = &theirs[tool.name];
        let name = tool.name;
        assert_eq!(bare(name, &schema(tool)), bare(name, &theirs["inputSchema"]), "{name}");
        assert_eq!(theirs["toolset"], json!([tool.toolset.name()]), "{name}");
        let hint = match tool.access {
            atlassian_tools::Access::Read => json!({"readOnlyHint": true}),
            atlassian_tools::Access::Additive => json!({"destructiveHint": false}),
            atlassian_tools::Access::Destructive => json!({"destructiveHint": true}),
            atlassian_tools::Access::Write => json!({"readOnlyHint": false}),
        };
        assert_eq!(theirs["annotations"], hint, "{name}");
        assert_eq!(theirs["access"] == "write", tool.access.writes(), "{name}");
    }
}
