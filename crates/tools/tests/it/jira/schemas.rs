//! The published schemas: golden files here, and the reference where it is at hand.

use atlassian_settings::{Behaviour, Service};
use atlassian_tools::{Definition, table};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

fn jira() -> impl Iterator<Item = &'static Definition> {
    table::definitions().filter(|tool| tool.service == Some(Service::Jira))
}

fn published(tool: &Definition) -> Value {
    json!({
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "toolset": tool.toolset.name(),
        "access": format!("{:?}", tool.access),
        "deployments": format!("{:?}", tool.deployments),
        "inputSchema": Value::Object(tool.schema(&Behaviour::default()).as_ref().clone()),
    })
}

#[test]
fn every_schema_has_its_golden_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/jira");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for tool in jira() {
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

/// The reference beside the repository, when it is there.
fn reference() -> Option<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file: PathBuf = root.canonicalize().ok()?.parent()?.join("shared/spec/tools.json");
    serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()
}

/// A schema without texts; the property order does not count, and neither does the order of the
/// field list that is the default of `fields`.
fn bare(schema: &Value) -> Value {
    let mut schema = schema.clone();
    for property in schema["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Some(property) = property.as_object_mut() {
            property.remove("description");
            property.remove("title");
            if let Some(Value::String(list)) = property.get_mut("default") {
                let mut words: Vec<&str> = list.split(',').collect();
                words.sort_unstable();
                *list = words.join(",");
            }
        }
    }
    if let Some(required) = schema["required"].as_array_mut() {
        required.sort_by_key(|name| name.as_str().map(str::to_owned));
    }
    schema
}

#[test]
fn schemas_are_those_of_the_reference() {
    let Some(reference) = reference() else { return };
    let tools = reference["tools"].as_array().expect("tools");
    let order: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    let mut last = 0;
    for tool in jira() {
        let at = order.iter().position(|name| *name == tool.name);
        let at = at.unwrap_or_else(|| panic!("{} is not in the reference", tool.name));
        assert!(at >= last, "{} stands out of order", tool.name);
        last = at;
        let theirs = &tools[at];
        let ours = Value::Object(tool.schema(&Behaviour::default()).as_ref().clone());
        let mut theirs_schema = theirs["inputSchema"].clone();
        theirs_schema.as_object_mut().expect("schema").remove("title");
        assert_eq!(bare(&ours), bare(&theirs_schema), "{}", tool.name);
        assert_eq!(theirs["toolset"], json!([tool.toolset.name()]), "{}", tool.name);
        let hint = match tool.access {
            atlassian_tools::Access::Read => json!({"readOnlyHint": true}),
            atlassian_tools::Access::Additive => json!({"destructiveHint": false}),
            atlassian_tools::Access::Destructive => json!({"destructiveHint": true}),
            atlassian_tools::Access::Write => json!({"readOnlyHint": false}),
        };
        assert_eq!(theirs["annotations"], hint, "{}", tool.name);
    }
}

#[test]
fn listings_stay_small() {
    for tool in jira() {
        let listed = json!({
            "name": tool.name, "title": tool.title, "description": tool.description,
            "inputSchema": Value::Object(tool.schema(&Behaviour::default()).as_ref().clone()),
        });
        let bytes = listed.to_string().len();
        assert!(bytes < 2_048, "{} takes {bytes} bytes", tool.name);
        for argument in tool.arguments {
            assert!(argument.text.len() <= 120, "{}.{}", tool.name, argument.name);
            assert!(!argument.text.is_empty(), "{}.{}", tool.name, argument.name);
        }
    }
}
