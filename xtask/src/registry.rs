//! `server.json`, by which the MCP registry and the clients that read it know the server
//! (mcp-and-stack spec section 6.1).

use atlassian_settings::Service;
use atlassian_settings::variables::{Kind, Scope, VARIABLES, Variable};
use serde_json::{Value, json};

/// The schema that the file is written for.
const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";

/// The name in the registry; the label of the image in `packaging/docker/Dockerfile` proves it.
const NAME: &str = "io.github.atlassian-mcp/atlassian-mcp";

/// The file, with every variable of an unnumbered instance and of the process.
pub(crate) fn server_json() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let repository = env!("CARGO_PKG_REPOSITORY");
    let server = json!({
        "$schema": SCHEMA,
        "name": NAME,
        "title": "Jira and Confluence",
        "description": "Jira and Confluence, Cloud and Data Center, many instances at once",
        "version": version,
        "repository": { "url": repository, "source": "github" },
        "packages": [{
            "registryType": "oci",
            "identifier": format!("ghcr.io/atlassian-mcp/atlassian-mcp:{version}"),
            "transport": { "type": "stdio" },
            "environmentVariables": VARIABLES.iter().flat_map(entries).collect::<Vec<_>>(),
        }],
    });
    format!("{server:#}\n")
}

/// A variable under the names that it has when nothing is numbered.
fn entries(variable: &'static Variable) -> Vec<Value> {
    let names = match (variable.scope, variable.setting()) {
        (Scope::PerInstance(_), Some(setting)) => Service::ALL
            .iter()
            .filter(|service| variable.applies_to(**service))
            .map(|service| format!("{}_{setting}", service.variable_word()))
            .collect(),
        _ => vec![variable.name.to_owned()],
    };
    names.into_iter().map(|name| entry(&name, variable)).collect()
}

fn entry(name: &str, variable: &Variable) -> Value {
    let mut entry = json!({
        "name": name,
        "description": variable.text,
        "format": match variable.kind {
            Kind::Switch | Kind::Verify => "boolean",
            Kind::Integer(..) | Kind::Seconds(..) | Kind::Rate => "number",
            Kind::Path => "filepath",
            Kind::Text | Kind::List | Kind::Url | Kind::Choice(_) | Kind::Pattern | Kind::TimeOfDay => "string",
        },
    });
    let Some(fields) = entry.as_object_mut() else { return entry };
    if variable.secret {
        fields.insert("isSecret".to_owned(), Value::Bool(true));
    }
    if !variable.default.is_empty() {
        fields.insert("default".to_owned(), variable.default.into());
    }
    if let Kind::Choice(words) = variable.kind {
        fields.insert("choices".to_owned(), words.into());
    }
    entry
}
