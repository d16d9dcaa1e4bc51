//! The audit file: exactly one line per call, however it ends and wherever it comes from.

use crate::stage::Stage;
use crate::wire::{Pipe, Served, call, initialize, soon, text};
use atlassian_sandbox::{Fault, Service as Theirs};
use atlassian_settings::{Filter, Service};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path)
        .expect("audit file")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect()
}

/// A pair of sites with an audit file in a folder of its own.
async fn audited() -> (Stage, tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("audit.jsonl");
    let mut stage = Stage::pair().await;
    stage.server.audit_file = Some(path.clone());
    (stage, folder, path)
}

#[tokio::test]
async fn every_kind_of_end_has_one_line() {
    let (mut stage, _folder, path) = audited().await;
    stage.instance(Service::Jira, "staging").exposure.read_only = true;
    stage.instance(Service::Jira, "primary").exposure.filter = Filter::parse("PAY");
    stage.site("corp").fault(Fault::on(Theirs::Confluence, "*", "/").status(503));
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-11-25")).await;
    for (tool, arguments) in [
        ("jira_get_issue", json!({ "issue_key": "PAY-1" })),
        ("jira_get_issue", json!({ "issue_key": "SECRET-1" })),
        ("jira_get_issue", json!({ "issue_key": "PAY-1", "nonsense": 1 })),
        ("jira_staging_delete_issue", json!({ "issue_key": "PAY-1" })),
        ("no_such_tool\n", json!({ "a": "canary-argument" })),
        ("confluence_staging_search", json!({ "query": "canary-argument" })),
    ] {
        pipe.ask(call(1, tool, arguments)).await;
    }
    let lines = lines(&path);
    let seen: Vec<(&str, &str, &str)> = lines
        .iter()
        .map(|line| {
            let word = |key: &str| line[key].as_str().unwrap_or_else(|| panic!("{key}: {line}"));
            (word("tool"), word("decision"), word("outcome"))
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("jira_get_issue", "allowed", "ok"),
            ("jira_get_issue", "refused", "denied"),
            ("jira_get_issue", "invalid", "invalid"),
            ("jira_staging_delete_issue", "refused", "unknown"),
            ("no_such_tool", "refused", "unknown"),
            ("confluence_staging_search", "allowed", "failed"),
        ]
    );
    let first = &lines[0];
    assert_eq!(first["who"], json!("operator"));
    assert_eq!((&first["service"], &first["instance"]), (&json!("jira"), &json!("primary")));
    assert_eq!((&first["access"], &first["via"]), (&json!("read"), &json!("local")));
    assert_eq!(first["status"], json!(200));
    assert!(first["requests"].as_u64().is_some_and(|n| n > 0), "{first}");
    assert!(first["answer_bytes"].as_u64().is_some_and(|n| n > 100), "{first}");
    assert_eq!(first["targets"], json!(["issue PAY-1"]));
    assert_eq!(first["arguments_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(first["parent"], Value::Null);
    assert_eq!(lines[1]["requests"], json!(0), "a refusal asks nobody: {}", lines[1]);
    assert_eq!((&lines[5]["instance"], &lines[5]["status"]), (&json!("staging"), &json!(503)));
    let whole = std::fs::read_to_string(&path).expect("text");
    assert!(!whole.contains("canary-"), "{whole}");
}

#[tokio::test]
async fn a_caller_over_http_is_a_fingerprint() {
    let (stage, _folder, path) = audited().await;
    let served = Served::start(&stage).await;
    let params = json!({ "name": "jira_search", "arguments": { "jql": "project = PAY" } });
    for token in ["canary-ann", "canary-bo", "canary-ann"] {
        let authorization = format!("Bearer {token}");
        served.modern(&[("authorization", &authorization)], "tools/call", params.clone()).await;
    }
    let lines = lines(&path);
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["who"], lines[2]["who"]);
    assert_ne!(lines[0]["who"], lines[1]["who"]);
    assert_eq!(lines[0]["via"], json!("network"));
    assert_eq!((&lines[0]["outcome"], &lines[0]["status"]), (&json!("failed"), &json!(401)));
    assert_eq!(lines[0]["arguments_sha256"], lines[1]["arguments_sha256"]);
    assert_ne!(lines[0]["id"], lines[2]["id"]);
    let whole = std::fs::read_to_string(&path).expect("text");
    assert!(!whole.contains("canary"), "{whole}");
}

#[tokio::test(start_paused = true)]
async fn deadlines_and_cancellations_are_told_apart() {
    let (mut stage, _folder, path) = audited().await;
    stage.server.call_timeout = Duration::from_secs(5);
    let acme = stage.site("acme");
    acme.fault(Fault::on(Theirs::Confluence, "*", "/").hang());
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-11-25")).await;
    let asked = call("late", "confluence_search", json!({ "query": "x" }));
    assert!(text(&pipe.ask(asked).await).starts_with("Error calling tool"));
    acme.clear_log();
    pipe.say(&call("mine", "confluence_search", json!({ "query": "y" })).to_string()).await;
    soon(async {
        while acme.log().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    let cancelled = json!({
        "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": "mine" },
    });
    pipe.say(&cancelled.to_string()).await;
    soon(async {
        while lines(&path).len() < 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    let outcomes: Vec<Value> = lines(&path).iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(outcomes, [json!("timeout"), json!("cancelled")]);
}

#[tokio::test]
async fn a_client_that_hangs_up_has_its_line() {
    let (stage, _folder, path) = audited().await;
    let stage = stage.open();
    let acme = stage.site("acme");
    acme.fault(Fault::on(Theirs::Confluence, "*", "/").hang());
    let served = Served::start(&stage).await;
    let asked = served.modern(
        &[],
        "tools/call",
        json!({ "name": "confluence_search", "arguments": { "query": "x" } }),
    );
    {
        let mut asked = std::pin::pin!(asked);
        soon(async {
            while acme.log().is_empty() {
                let pause = tokio::time::sleep(Duration::from_millis(2));
                tokio::select! {
                    _ = &mut asked => panic!("the site hangs"),
                    () = pause => {}
                }
            }
        })
        .await;
    }
    drop(served.http);
    soon(async {
        while lines(&path).is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    let lines = lines(&path);
    assert_eq!((lines.len(), &lines[0]["outcome"]), (1, &json!("cancelled")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lines_stay_whole_when_several_servers_write_at_once() {
    let (stage, _folder, path) = audited().await;
    let stage = stage.open();
    // Two processes with one file are two open files.
    let (one, other) = (Served::start(&stage).await, Served::start(&stage).await);
    let keys: Vec<String> = (0..40).map(|number| format!("NONE-{number}")).collect();
    let calls = keys.iter().flat_map(|key| [(&one, key), (&other, key)]).map(|(served, key)| {
        let arguments = json!({ "issue_key": key, "nonsense": "x".repeat(5000) });
        served.modern(
            &[],
            "tools/call",
            json!({ "name": "jira_get_issue", "arguments": arguments }),
        )
    });
    soon(futures::future::join_all(calls)).await;
    let refused = (0..40).map(|_| {
        let name = "n".repeat(500);
        one.modern(&[], "tools/call", json!({ "name": name, "arguments": {} }))
    });
    soon(futures::future::join_all(refused)).await;
    let lines = lines(&path);
    assert_eq!(lines.len(), 120);
    let ids: std::collections::BTreeSet<&str> =
        lines.iter().map(|line| line["id"].as_str().expect("id")).collect();
    assert_eq!(ids.len(), 120, "one line per call");
    let of = |outcome: &str| lines.iter().filter(|line| line["outcome"] == outcome).count();
    assert_eq!((of("invalid"), of("unknown")), (80, 40));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).expect("it").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn the_same_arguments_have_the_same_digest_in_any_order() {
    let (stage, _folder, path) = audited().await;
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-11-25")).await;
    for arguments in [
        r#"{"jql":"project = PAY","limit":1}"#,
        r#"{"limit":1,"jql":"project = PAY"}"#,
        r#"{"limit":2,"jql":"project = PAY"}"#,
    ] {
        let arguments: Value = serde_json::from_str(arguments).expect("JSON");
        pipe.ask(call(1, "jira_search", arguments)).await;
    }
    let digests: Vec<Value> =
        lines(&path).iter().map(|line| line["arguments_sha256"].clone()).collect();
    assert_eq!(digests[0], digests[1]);
    assert_ne!(digests[0], digests[2]);
}
