//! Files generated from the tables.

use atlassian_settings::{Behaviour, Service};
use atlassian_tools::{Access, Definition, Toolset, table};
use std::fs;
use std::path::{Path, PathBuf};

struct Generated {
    path: &'static str,
    content: String,
}

fn files() -> Vec<Generated> {
    vec![
        Generated { path: ".env.example", content: atlassian_settings::env_example() },
        Generated {
            path: "docs/src/configuration.md",
            content: atlassian_settings::markdown_reference(),
        },
        Generated { path: "docs/src/tools.md", content: tools_reference() },
        Generated { path: "packaging/server.json", content: crate::registry::server_json() },
    ]
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

/// Writes every generated file.
pub(crate) fn write() -> Result<(), String> {
    for file in files() {
        let path = root().join(file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", file.path))?;
        }
        fs::write(&path, file.content).map_err(|error| format!("{}: {error}", file.path))?;
    }
    Ok(())
}

/// Fails when a generated file is not up to date.
pub(crate) fn check() -> Result<(), String> {
    let stale: Vec<&str> = files()
        .iter()
        .filter(|file| {
            fs::read_to_string(root().join(file.path)).ok().as_deref()
                != Some(file.content.as_str())
        })
        .map(|file| file.path)
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("not up to date, run `cargo xtask generate`: {}", stale.join(", ")))
}

fn tools_reference() -> String {
    let mut page = String::from(
        "# Tools\n\nGenerated from the table of tools by `cargo xtask generate`. The names are those of the primary \
         instance; on an instance called `staging` the tool `jira_get_issue` is `jira_staging_get_issue`.\n",
    );
    for toolset in Toolset::ALL {
        let tools: Vec<&Definition> =
            table::definitions().filter(|tool| tool.toolset == *toolset).collect();
        if tools.is_empty() {
            continue;
        }
        let default = if toolset.is_default() { " (part of `default`)" } else { "" };
        page.push_str(&format!("\n## `{}`{default}\n\n{}\n", toolset.name(), toolset.text()));
        for tool in tools {
            page.push_str(&tool_section(tool));
        }
    }
    page
}

fn tool_section(tool: &Definition) -> String {
    let access = match tool.access {
        Access::Read => "reads",
        Access::Additive => "writes, changes nothing that exists",
        Access::Destructive | Access::Write => "writes",
    };
    let product = tool.service.map_or("several instances", Service::title);
    let mut section =
        format!("\n### `{}`\n\n{} ({product}, {access})\n", tool.name, tool.description);
    let schema = tool.schema(&Behaviour::default());
    let properties = schema.get("properties").and_then(serde_json::Value::as_object);
    if tool.arguments.is_empty() {
        section.push_str("\nNo arguments.\n");
        return section;
    }
    section.push_str("\n| Argument | Type | Default | Meaning |\n| --- | --- | --- | --- |\n");
    for argument in tool.arguments {
        let word = properties
            .and_then(|all| all.get(argument.name))
            .and_then(|property| property.get("type"))
            .and_then(serde_json::Value::as_str)
            .unwrap_or("accepted, not listed");
        let default = match argument.default.to_json() {
            _ if argument.published_required => "required".to_owned(),
            None | Some(serde_json::Value::Null) => String::new(),
            Some(value) => format!("`{value}`"),
        };
        section.push_str(&format!(
            "| `{}` | {word} | {default} | {} |\n",
            argument.name,
            argument.text.replace('|', "\\|")
        ));
    }
    section
}
