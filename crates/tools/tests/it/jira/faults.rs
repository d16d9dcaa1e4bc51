//! Every tool says what failed, where, and what to do, whatever goes wrong underneath.

use super::World;
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

/// One call of each tool on Data Center, all of them about DEPOT-8 or its project.
fn calls() -> Vec<(&'static str, Value)> {
    vec![
        ("jira_get_issue", json!({"issue_key": "DEPOT-8"})),
        ("jira_search", json!({"jql": "project = DEPOT"})),
        ("jira_get_transitions", json!({"issue_key": "DEPOT-8"})),
        (
            "jira_create_issue",
            json!({"project_key": "DEPOT", "summary": "x", "issue_type": "Task"}),
        ),
        ("jira_update_issue", json!({"issue_key": "DEPOT-8", "fields": {"summary": "x"}})),
        ("jira_add_comment", json!({"issue_key": "DEPOT-8", "body": "x"})),
        ("jira_transition_issue", json!({"issue_key": "DEPOT-8", "transition_id": "4"})),
    ]
}

/// The error of each tool when everything fails like this; retries are off.
async fn errors(fault: impl Fn() -> Fault) -> Vec<(&'static str, String)> {
    let world = World::new().await;
    let mut setup = world.fresh_center();
    setup.config.limits.retry.attempts = 0;
    let mut errors = Vec::new();
    for (tool, arguments) in calls() {
        world.staging.clear_faults();
        world.staging.fault(fault());
        errors.push((tool, setup.err(tool, arguments).await));
    }
    errors
}

fn on() -> Fault {
    Fault::on(Service::Jira, "*", ".")
}

#[tokio::test]
async fn statuses_are_told_with_atlassians_words() {
    for (status, words) in [
        (401, "Authentication failed for Jira API (401)"),
        (403, "lacks the permission"),
        (404, "not found (HTTP 404)"),
        (409, "HTTP 409"),
        (429, "rate limit hit (429)"),
        (500, "HTTP 500"),
    ] {
        let body = json!({"errorMessages": ["The words of Jira"], "errors": {}}).to_string();
        for (tool, error) in
            errors(|| on().status(status).body(body.clone()).retry_after("7")).await
        {
            assert!(error.contains(words), "{tool} {status}: {error}");
            assert!(error.contains("The words of Jira"), "{tool} {status}: {error}");
            assert!(error.contains("could not "), "{tool} {status}: {error}");
        }
    }
}

#[tokio::test]
async fn a_login_page_is_never_data() {
    for (tool, error) in errors(|| on().html_login()).await {
        assert!(error.contains("HTML"), "{tool}: {error}");
    }
}

#[tokio::test]
async fn broken_answers_and_connections_are_errors() {
    let whole = json!({"issues": [], "transitions": [], "key": "X-1", "fields": {}}).to_string();
    for (tool, error) in errors(|| on().status(200).body(whole.clone()).truncate(9)).await {
        assert!(error.contains("broke before the answer was complete"), "{tool}: {error}");
    }
    for (tool, error) in errors(|| on().reset()).await {
        assert!(error.contains("could not "), "{tool}: {error}");
    }
}

#[tokio::test]
async fn an_answer_of_another_shape_is_no_empty_result() {
    let world = World::new().await;
    for (tool, arguments) in calls() {
        if matches!(tool, "jira_update_issue" | "jira_add_comment") {
            continue;
        }
        world.staging.clear_faults();
        world.staging.fault(on().status(200).body("{}"));
        let error = world.fresh_center().err(tool, arguments).await;
        assert!(!error.is_empty(), "{tool}");
    }
}
