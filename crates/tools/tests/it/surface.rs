//! The call surface: golden files, the reference where it is at hand, and what holds for every
//! tool of the table.

use atlassian_settings::{Behaviour, Service};
use atlassian_tools::{Access, DefaultValue, Definition, Kind, table};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Published arguments of ours: optional, and really useful to a model.
const OURS: &[(&str, &str)] = &[
    ("confluence_get_page", "outline"),
    ("confluence_get_page", "section"),
    ("confluence_update_page", "expected_version"),
];

/// Bytes a tool may take in a listing, on average: 98 of them stay below 72 KB (design section 7).
const BYTES_A_TOOL: usize = 730;

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

fn golden_file(tool: &Definition) -> PathBuf {
    let folder = tool.service.map_or("across", Service::word);
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(folder)
        .join(format!("{}.json", tool.name))
}

#[test]
fn every_schema_has_its_golden_file() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for tool in table::definitions() {
        let text = format!("{}\n", serde_json::to_string_pretty(&published(tool)).expect("JSON"));
        let file = golden_file(tool);
        if update {
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("folder");
            std::fs::write(&file, &text).expect("written");
        }
        let golden = std::fs::read_to_string(&file)
            .unwrap_or_else(|_| panic!("{} is missing; run with UPDATE_GOLDEN=1", file.display()));
        assert_eq!(golden, text, "{} differs; run with UPDATE_GOLDEN=1", tool.name);
    }
}

#[test]
fn no_golden_file_outlives_its_tool() {
    let known: BTreeSet<PathBuf> = table::definitions().map(golden_file).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for folder in ["across", "confluence", "jira"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            assert!(known.contains(&path), "{} belongs to no tool", path.display());
        }
    }
}

/// The reference beside the repository, when it is there.
fn reference() -> Option<Map<String, Value>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().ok()?;
    let file = root.parent()?.join("shared/spec/tools.json");
    let reference: Value = serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()?;
    let tools = reference["tools"].as_array().expect("tools").iter();
    Some(tools.filter_map(|tool| Some((tool["name"].as_str()?.to_owned(), tool.clone()))).collect())
}

/// A schema without texts and without arguments of ours.
fn bare(name: &str, schema: &Value) -> Value {
    let mut schema = schema.clone();
    let object = schema.as_object_mut().expect("a schema");
    object.remove("title");
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|argument, _| !OURS.contains(&(name, argument.as_str())));
        for property in properties.values_mut().filter_map(Value::as_object_mut) {
            property.retain(|key, _| key != "description" && key != "title");
        }
        properties.sort_keys();
    }
    if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
        required.sort_by_key(|name| name.as_str().map(str::to_owned));
    }
    schema
}

#[test]
fn names_schemas_toolsets_and_hints_are_those_of_the_reference() {
    let Some(reference) = reference() else { return };
    let ours: Vec<&str> =
        table::definitions().filter(|tool| tool.service.is_some()).map(|tool| tool.name).collect();
    let order: Vec<&str> =
        reference.keys().map(String::as_str).filter(|name| ours.contains(name)).collect();
    assert_eq!(ours, order);
    for tool in table::definitions().filter(|tool| tool.service.is_some()) {
        let (name, theirs) = (tool.name, &reference[tool.name]);
        assert_eq!(bare(name, &schema(tool)), bare(name, &theirs["inputSchema"]), "{name}");
        assert_eq!(theirs["toolset"], json!([tool.toolset.name()]), "{name}");
        let hint = match tool.access {
            Access::Read => json!({"readOnlyHint": true}),
            Access::Additive => json!({"destructiveHint": false}),
            Access::Destructive => json!({"destructiveHint": true}),
            Access::Write => json!({"readOnlyHint": false}),
        };
        assert_eq!(theirs["annotations"], hint, "{name}");
        assert_eq!(theirs["access"] == "write", tool.access.writes(), "{name}");
    }
}

#[test]
fn the_listing_stays_small() {
    let listed = |tool: &Definition| {
        json!({
            "name": tool.name, "title": tool.title, "description": tool.description,
            "inputSchema": schema(tool), "annotations": {"destructiveHint": true},
        })
        .to_string()
        .len()
    };
    let bytes: usize = table::definitions().map(listed).sum();
    let tools = table::definitions().count();
    assert!(bytes / tools <= BYTES_A_TOOL, "{} bytes a tool", bytes / tools);
}

#[test]
fn every_tool_keeps_the_rules_of_the_table() {
    let mut names = BTreeSet::new();
    for tool in table::definitions() {
        let name = tool.name;
        assert!(names.insert(name), "{name} stands twice");
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
        let prefix = tool.service.map_or("atlassian", Service::word);
        assert!(name.starts_with(&format!("{prefix}_")), "{name}");
        if tool.service.is_some() {
            assert!(tool.toolset.name().starts_with(prefix), "{name} in {}", tool.toolset.name());
        }
        assert!(!tool.title.is_empty() && tool.title.len() <= 40, "{name}: title");
        assert!(
            tool.description.len() >= 20 && tool.description.len() < 2000,
            "{name}: description"
        );
        let mut arguments = BTreeSet::new();
        for argument in tool.arguments {
            let place = format!("{name}.{}", argument.name);
            assert!(arguments.insert(argument.name), "{place} stands twice");
            assert!(!argument.text.is_empty(), "{place} is not described");
            let fits = match (argument.kind, argument.default) {
                (_, DefaultValue::None | DefaultValue::Null) => true,
                (Kind::Integer { min, max }, DefaultValue::Integer(number)) => {
                    min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
                }
                (Kind::Boolean, DefaultValue::Boolean(_)) => true,
                (Kind::Integer { .. } | Kind::Boolean, _) => false,
                (_, DefaultValue::Text(_)) => true,
                _ => false,
            };
            assert!(fits, "{place}: the default does not fit the type");
            assert!(
                !argument.required || argument.published_required,
                "{place}: required but not published so"
            );
        }
        let schema = schema(tool);
        for combinator in ["anyOf", "oneOf", "allOf", "$ref", "$schema"] {
            assert!(schema.get(combinator).is_none(), "{name} has {combinator} at the top");
        }
        assert_eq!(schema["type"], "object", "{name}");
        assert!(schema["properties"].is_object(), "{name}");
    }
}

/// The table and the struct of every tool belong together: the defaults alone, with something in
/// each required place, are read without a complaint of the struct.
#[test]
fn the_struct_of_every_tool_takes_what_its_table_yields() {
    for tool in table::definitions() {
        let mut given = Map::new();
        for argument in tool.arguments.iter().filter(|argument| argument.required) {
            let value = match argument.kind {
                Kind::Key(atlassian_tools::Pattern::IssueKey) => json!("PAY-1"),
                Kind::Key(atlassian_tools::Pattern::ProjectKey) => json!("PAY"),
                Kind::Integer { min, .. } => json!(min.unwrap_or(1)),
                Kind::Boolean => json!(true),
                Kind::Strings => json!(["a"]),
                Kind::Objects => json!([{}]),
                Kind::Json => json!("{}"),
                Kind::Text
                | Kind::AnyKey(_)
                | Kind::Keys
                | Kind::ContentId
                | Kind::PageLink
                | Kind::List => json!("1"),
            };
            given.insert(argument.name.to_owned(), value);
        }
        let outcome = if tool.is_across() {
            tool.prepare_across(given).map(drop)
        } else {
            tool.prepare(given, &Behaviour::default()).map(drop)
        };
        assert!(
            outcome.is_ok(),
            "{}: {}",
            tool.name,
            outcome.err().map(|e| e.to_string()).unwrap_or_default()
        );
    }
}
