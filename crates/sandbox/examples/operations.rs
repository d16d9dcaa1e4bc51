//! Makes `src/documents/operations.txt` from Atlassian's published OpenAPI documents.
//!
//! ```text
//! cargo run -p atlassian-sandbox --example operations -- <folder of the documents> \
//!     crates/sandbox/src/documents/operations.txt
//! ```
//!
//! The folder holds `jira-platform-v3.json`, `jira-software.json`, `jira-service-desk.json`,
//! `confluence-v1.json` and `confluence-v2.json` as Atlassian publishes them
//! (developer.atlassian.com, "Download OpenAPI").

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

const DOCUMENTS: [(&str, &str, &str); 5] = [
    ("jira-platform-v3.json", "jira", ""),
    ("jira-software.json", "jira", ""),
    ("jira-service-desk.json", "jira", ""),
    ("confluence-v1.json", "confluence", ""),
    ("confluence-v2.json", "confluence", "/api/v2"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(target)) = (arguments.next(), arguments.next()) else {
        return Err("usage: operations FOLDER TARGET".into());
    };
    let mut lines = BTreeSet::new();
    for (file, service, prefix) in DOCUMENTS {
        let text = std::fs::read_to_string(Path::new(&folder).join(file))?;
        let document: Value = serde_json::from_str(&text)?;
        let paths = document.get("paths").and_then(Value::as_object).ok_or("no paths")?;
        for (path, item) in paths {
            let full = format!("{prefix}{}", path.strip_prefix("/wiki").unwrap_or(path));
            for method in ["get", "put", "post", "delete", "patch"] {
                if let Some(operation) = item.get(method) {
                    lines.insert(line(&document, service, method, &full, item, operation));
                }
            }
        }
    }
    let mut out = String::from(
        "# Operations of Atlassian Cloud, made by examples/operations.rs from the published OpenAPI documents.\n\
         # service METHOD path | flags (D deprecated) | query parameters (! required) | keys of a closed JSON body (! required; - open or none)\n",
    );
    for line in lines {
        writeln!(out, "{line}")?;
    }
    std::fs::write(target, out)?;
    Ok(())
}

fn line(
    document: &Value,
    service: &str,
    method: &str,
    path: &str,
    item: &Value,
    operation: &Value,
) -> String {
    let deprecated = operation.get("deprecated") == Some(&Value::Bool(true));
    let parameters: Vec<String> = [item, operation]
        .iter()
        .filter_map(|holder| holder.get("parameters")?.as_array())
        .flatten()
        .map(|parameter| resolve(document, parameter))
        .filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("query"))
        .map(|parameter| {
            let required = parameter.get("required") == Some(&Value::Bool(true));
            mark(text(parameter, "name"), required)
        })
        .collect();
    let keys = closed_keys(document, operation).unwrap_or_else(|| "-".to_owned());
    format!(
        "{service} {} {path} | {} | {} | {keys}",
        method.to_uppercase(),
        if deprecated { "D" } else { "" },
        parameters.join(" "),
    )
}

fn closed_keys(document: &Value, operation: &Value) -> Option<String> {
    let body = resolve(document, operation.get("requestBody")?);
    let schema = body.get("content")?.get("application/json")?.get("schema")?;
    let schema = resolve(document, schema);
    if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        return None;
    }
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let keys = schema.get("properties")?.as_object()?.keys();
    Some(keys.map(|key| mark(key, required.contains(&key.as_str()))).collect::<Vec<_>>().join(" "))
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => document
            .pointer(reference.trim_start_matches('#'))
            .map_or(value, |found| resolve(document, found)),
        None => value,
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn mark(name: &str, required: bool) -> String {
    if required { format!("{name}!") } else { name.to_owned() }
}
