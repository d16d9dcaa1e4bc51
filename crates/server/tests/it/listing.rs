//! What `tools/list` says for each configuration, kept in golden files.
//!
//! `UPDATE_GOLDEN=1 cargo test -p atlassian-server` writes them anew; a missing one is a failure.

use crate::stage::Stage;
use crate::wire::{Pipe, initialize, request};
use atlassian_settings::{Deployment, Service};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;

/// One line a tool: name, title, hints, instance.
fn lines(reply: &Value) -> String {
    let mut text = String::new();
    for tool in reply["result"]["tools"].as_array().expect("tools") {
        let keys: Vec<&str> = tool.as_object().expect("tool").keys().map(String::as_str).collect();
        assert!(!keys.contains(&"outputSchema"), "{tool}");
        assert_eq!(tool["inputSchema"]["type"], json!("object"), "{tool}");
        assert!(tool["inputSchema"]["properties"].is_object(), "{tool}");
        let meta = tool.get("_meta").map(|meta| meta["io.github.atlassian-mcp/instance"].clone());
        writeln!(
            text,
            "{} | {} | {} | {}",
            tool["name"].as_str().expect("name"),
            tool["title"].as_str().expect("title"),
            tool["annotations"],
            meta.as_ref().and_then(Value::as_str).unwrap_or("-"),
        )
        .expect("write");
    }
    text
}

async fn listed(stage: &Stage) -> String {
    let mut pipe = Pipe::open(stage);
    pipe.ask(initialize("2025-06-18")).await;
    lines(&pipe.ask(request(1, "tools/list", json!({}))).await)
}

fn golden(name: &str, actual: &str) {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests", "golden", &format!("{name}.txt")].iter().collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        std::fs::write(&path, actual).expect("write");
    }
    let expected =
        std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()));
    let gone =
        expected.lines().filter(|line| !actual.contains(line)).map(|line| format!("- {line}"));
    let new =
        actual.lines().filter(|line| !expected.contains(line)).map(|line| format!("+ {line}"));
    let changes: Vec<String> = gone.chain(new).collect();
    assert!(
        actual == expected,
        "{name} changed, or its order did; UPDATE_GOLDEN=1 accepts it\n{}",
        changes.join("\n")
    );
}

#[tokio::test]
async fn one_jira() {
    let mut stage = Stage::single().await;
    stage.instances.truncate(1);
    golden("one_jira", &listed(&stage).await);
}

#[tokio::test]
async fn two_of_each() {
    let stage = Stage::pair().await;
    golden("two_of_each", &listed(&stage).await);
}

#[tokio::test]
async fn a_read_only_one_beside_a_writable_one() {
    let mut stage = Stage::pair().await;
    stage.instance(Service::Jira, "staging").exposure.read_only = true;
    stage.instance(Service::Confluence, "staging").exposure.read_only = true;
    let actual = listed(&stage).await;
    for line in actual.lines().filter(|line| line.ends_with("| staging")) {
        assert!(line.contains("\"readOnlyHint\":true"), "{line}");
    }
    golden("read_only_staging", &actual);
}

#[tokio::test]
async fn only_a_numbered_one() {
    let mut stage = Stage::pair().await;
    stage.instances.retain(|config| config.number == 2 && config.service() == Service::Confluence);
    stage.instance(Service::Confluence, "staging").deployment = Deployment::DataCenter;
    golden("only_numbered", &listed(&stage).await);
}

#[tokio::test]
async fn nothing_configured() {
    let mut stage = Stage::single().await;
    stage.instances.clear();
    assert_eq!(listed(&stage).await, "");
}
