//! `instances`, `tools`, `call`, `completions`, `--version`, `--help`.

use crate::process::{run, variables};
use crate::sites::Sites;
use serde_json::Value;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn version_and_help_and_completions_are_printed() {
    let output = run(&[], &["--version"]);
    assert_eq!(text(&output.stdout), format!("atlassian-mcp {}\n", env!("CARGO_PKG_VERSION")));
    let help = text(&run(&[], &["--help"]).stdout);
    for word in [
        "demo",
        "instances",
        "tools",
        "call",
        "healthcheck",
        "completions",
        "--read-only",
        "--env-file",
    ] {
        assert!(help.contains(word), "{word}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            text(&run(&[], &["completions", shell]).stdout).contains("atlassian-mcp"),
            "{shell}"
        );
    }
}

/// The lines of the issue's table of partial and wrong configurations (server spec section 11).
#[test]
fn instances_tells_usable_and_skipped_ones_with_the_reason() {
    let given = variables(&[
        ("JIRA_2_URL", "https://two.atlassian.net"),
        ("JIRA_2_USERNAME", "ada@acme.example"),
        ("JIRA_2_API_TOKEN", "canary-2"),
        ("JIRA_57_URL", "https://jira.corp.example/jira"),
        ("JIRA_57_INSTANCE_NAME", "Corp"),
        ("JIRA_57_PERSONAL_TOKEN", "canary-57"),
        ("JIRA_99_URL", "https://ninety-nine.atlassian.net"),
        ("JIRA_99_INSTANCE_NAME", "prod-internal"),
        ("JIRA_99_PERSONAL_TOKEN", "canary-99"),
        ("JIRA_3_URL", "https://three.example"),
        ("JIRA_4_PERSONAL_TOKEN", "canary-4"),
        ("JIRA_5_URL", "https://five.example"),
        ("JIRA_5_INSTANCE_NAME", "all"),
        ("JIRA_5_PERSONAL_TOKEN", "canary-5"),
        ("JIRA_6_URL", "https://six.example"),
        ("JIRA_6_INSTANCE_NAME", "CORP"),
        ("JIRA_6_PERSONAL_TOKEN", "canary-6"),
        ("JIRA_7_URL", "https://seven.example"),
        ("JIRA_7_INSTANCE_NAME", "größe"),
        ("JIRA_7_PERSONAL_TOKEN", "canary-7"),
        ("JIRA_8_URL", "https://eight.example"),
        ("JIRA_8_INSTANCE_NAME", "a_name_that_is_far_too_long"),
        ("JIRA_8_PERSONAL_TOKEN", "canary-8"),
    ]);
    let output = run(&given, &["instances"]);
    let (printed, errors) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{printed}{errors}");
    let line = |start: &str| {
        printed
            .lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("no line {start}: {printed}"))
            .to_owned()
    };
    assert!(
        line("jira 2 jira_2:")
            .contains("prefix jira_2_, host two.atlassian.net, cloud, auth basic, read-write")
    );
    // The lower number of two equal names wins.
    assert!(line("jira 6 corp:").contains("prefix jira_corp_"));
    assert!(line("jira 57").contains("skipped") && line("jira 57").contains("corp"));
    assert!(line("jira 99").contains("prod_internal"), "a corrected spelling is proposed");
    assert!(line("jira 3").contains("JIRA_3_PERSONAL_TOKEN"), "the missing variables are named");
    assert!(line("jira 4").contains("JIRA_4_URL"));
    assert!(line("jira 5").contains("reserved"));
    assert!(line("jira 7").contains("skipped"));
    assert!(line("jira 8").contains("20"));
    assert!(!printed.contains("canary") && !errors.contains("canary"));
    let none = run(&variables(&[("JIRA_3_URL", "https://three.example")]), &["--list-instances"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none.stdout).contains("skipped"));
}

#[test]
fn only_a_third_instance_works_under_its_own_prefix() {
    let given = variables(&[
        ("JIRA_3_URL", "https://three.atlassian.net"),
        ("JIRA_3_USERNAME", "ada@acme.example"),
        ("JIRA_3_API_TOKEN", "canary-3"),
    ]);
    let printed = text(&run(&given, &["tools"]).stdout);
    assert!(printed.lines().count() > 0);
    assert!(printed.lines().all(|line| line.starts_with("jira_3_")), "{printed}");
}

#[test]
fn tools_prints_a_table_json_and_one_schema() {
    let given = variables(&[
        ("JIRA_URL", "https://acme.atlassian.net"),
        ("JIRA_USERNAME", "ada@acme.example"),
        ("JIRA_API_TOKEN", "canary"),
    ]);
    let table = text(&run(&given, &["tools"]).stdout);
    assert!(table.lines().any(|line| line.starts_with("jira_get_issue ") && line.contains("read")));
    let all: Value =
        serde_json::from_slice(&run(&given, &["tools", "--json"]).stdout).expect("JSON");
    assert_eq!(all["tools"].as_array().map(Vec::len), Some(table.lines().count()));
    let one: Value =
        serde_json::from_slice(&run(&given, &["tools", "jira_get_issue"]).stdout).expect("JSON");
    assert_eq!(one["inputSchema"]["required"], serde_json::json!(["issue_key"]));
    assert_eq!(run(&given, &["tools", "jira_nonsense"]).status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn call_prints_the_result_and_fails_with_exit_code_1() {
    let sites = Sites::start().await;
    let given = sites.variables();
    let output = run(&given, &["call", "jira_staging_get_issue", r#"{"issue_key": "DEPOT-1"}"#]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let result: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(result["key"], "DEPOT-1");
    assert!(sites.cloud().log().is_empty(), "nothing reached the other site");
    let output = run(&given, &["call", "jira_get_issue", r#"{"issue_key": "PAY-99999"}"#]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty() && text(&output.stderr).contains("not found"));
    for wrong in [&["call", "jira_get_issue", "[]"][..], &["call", "jira_get_issue", "{"]] {
        assert_eq!(run(&given, wrong).status.code(), Some(2), "{wrong:?}");
    }
}
