//! `instances`, `tools` and `call`: what a person asks without a client.

use crate::arguments::Invocation;
use crate::environment::Environment;
use crate::output::{Done, Failure, line, print};
use crate::{logging, serve};
use atlassian_instances::{CallRequest, Caller, Entry, Platform, Registry};
use atlassian_settings::Transport;
use atlassian_tools::{Access, Content};
use serde_json::{Map, Value, json};
use std::io::Read as _;
use std::sync::Arc;

fn start(invocation: &Invocation, environment: &Environment) -> Result<Arc<Registry>, Failure> {
    let settings = invocation.settings(environment)?;
    // Answers go to stdout here, so logs never do.
    logging::start(&settings.server.log, Transport::Stdio);
    serve::registry(&settings, &Platform::default())
}

/// Prints one line per instance; exit code 1 when none is usable (server spec section 11.1).
pub(crate) fn instances(invocation: &Invocation, environment: &Environment) -> Done {
    let registry = start(invocation, environment)?;
    let lines = registry.lines(&Caller::operator());
    for instance in &lines {
        line(instance)?;
    }
    if registry.has_any() {
        return Ok(());
    }
    if lines.is_empty() {
        return Err(Failure::failed(
            "No instance is configured. Set JIRA_URL or CONFLUENCE_URL and its credentials.",
        ));
    }
    Err(Failure::silent(1))
}

/// Prints the tools as a client would see them, or the schema of one.
pub(crate) fn tools(
    invocation: &Invocation,
    environment: &Environment,
    name: Option<&str>,
    json: bool,
) -> Done {
    let registry = start(invocation, environment)?;
    let caller = Caller::operator();
    if let Some(name) = name {
        let entry = registry
            .get(name, &caller)
            .ok_or_else(|| Failure::failed(format!("Unknown tool: {name}")))?;
        return line(&pretty(&describe(entry)));
    }
    let entries: Vec<&Entry> = registry.list(&caller).collect();
    if json {
        let tools: Vec<Value> = entries.iter().map(|entry| describe(entry)).collect();
        return line(&pretty(&json!({ "tools": tools })));
    }
    let width = entries.iter().map(|entry| entry.name.len()).max().unwrap_or_default();
    for entry in entries {
        let mark = if entry.definition.access.writes() { "write" } else { "read " };
        line(&format!(
            "{:width$}  {mark}  {:24}  {}",
            entry.name,
            entry.definition.toolset.name(),
            entry.title
        ))?;
    }
    Ok(())
}

fn describe(entry: &Entry) -> Value {
    json!({
        "name": &*entry.name,
        "title": &*entry.title,
        "description": &*entry.description,
        "toolset": entry.definition.toolset.name(),
        "access": match entry.definition.access {
            Access::Read => "read",
            Access::Additive | Access::Destructive | Access::Write => "write",
        },
        "inputSchema": &*entry.schema,
    })
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Calls one tool through the pipeline and prints its result.
pub(crate) fn call(
    invocation: &Invocation,
    environment: &Environment,
    tool: &str,
    arguments: &str,
) -> Done {
    let arguments = read_arguments(arguments)?;
    let registry = start(invocation, environment)?;
    serve::audit(&registry)?;
    serve::on_runtime(async move {
        let request = CallRequest::new(tool, arguments);
        let cancel = request.cancel.clone();
        serve::end_on_signal(cancel)?;
        let outcome = registry.call(request, &Caller::operator()).await;
        match &outcome.answer {
            Ok(answer) => {
                line(&pretty(&answer.json))?;
                for content in &answer.content {
                    print_content(content)?;
                }
            }
            Err(text) => return Err(Failure::failed(text.clone())),
        }
        if outcome.is_error() { Err(Failure::silent(1)) } else { Ok(()) }
    })
}

fn print_content(content: &Content) -> Done {
    match content {
        Content::Text(text) => print(&format!("{text}\n")),
        Content::Image { base64, media_type } => {
            line(&format!("[image {media_type}, {} bytes]", base64.len() / 4 * 3))
        }
        Content::File { uri, base64, media_type } => {
            line(&format!("[file {uri}, {media_type}, {} bytes]", base64.len() / 4 * 3))
        }
    }
}

fn read_arguments(given: &str) -> Result<Map<String, Value>, Failure> {
    let mut text = given.to_owned();
    if given == "-" {
        text.clear();
        std::io::stdin().read_to_string(&mut text).map_err(|error| {
            Failure::usage(format!("Cannot read the arguments from stdin: {error}"))
        })?;
    }
    match serde_json::from_str(&text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Failure::usage(
            "The arguments must be a JSON object, such as '{\"issue_key\": \"PROJ-1\"}'.",
        )),
        Err(error) => Err(Failure::usage(format!("The arguments are not JSON: {error}"))),
    }
}
