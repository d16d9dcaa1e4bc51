//! The log as a program reads it: one JSON object a line, and every line of a call names its
//! instance.

use crate::process::StdioSession;
use crate::sites::Sites;
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_a_call_names_its_instance() {
    let sites = Sites::start().await;
    // Something goes wrong on the way, so that lines come from below the call, too.
    sites.dc().fault(Fault::on(Service::Jira, "*", "/").status(503));
    let mut variables = sites.variables();
    for (name, value) in [("MCP_LOG_FORMAT", "json"), ("ATLASSIAN_RETRY_TOTAL", "0")] {
        variables.push((name.to_owned(), value.to_owned()));
    }
    let lines: Vec<Value> = tokio::task::spawn_blocking(move || {
        let mut session = StdioSession::start(&variables, &["-vv"]);
        for tool in ["jira_search", "jira_staging_search", "no_such_tool"] {
            session.call(tool, json!({ "jql": "project = PAY" }));
        }
        let (code, _, log) = session.finish();
        assert_eq!(code, Some(0), "{log}");
        let object = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        log.lines().map(object).collect()
    })
    .await
    .unwrap();
    assert!(lines.iter().all(|line| line["timestamp"].is_string() && line["level"].is_string()));
    let records: Vec<(&Value, &Value)> = lines
        .iter()
        .filter(|line| line["target"] == "atlassian_mcp::call")
        .map(|line| (&line["tool"], &line["instance"]))
        .collect();
    assert_eq!(
        records,
        [
            (&json!("jira_search"), &json!("jira primary")),
            (&json!("jira_staging_search"), &json!("jira staging")),
            (&json!("no_such_tool"), &json!("-")),
        ]
    );
    // Lines from within a call carry the call.
    let within: Vec<&Value> = lines.iter().filter(|line| line["span"]["name"] == "call").collect();
    assert!(!within.is_empty());
    let named: BTreeSet<String> =
        within.iter().map(|line| line["span"]["instance"].to_string()).collect();
    let both = ["\"jira primary\"".to_owned(), "\"jira staging\"".to_owned()];
    assert_eq!(named, BTreeSet::from(both));
    for line in &within {
        assert!(line["span"]["id"].is_string() && line["span"]["tool"].is_string(), "{line}");
    }
}
