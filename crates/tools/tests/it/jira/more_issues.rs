//! Assigning, deleting, moving, creating many, and histories of many.

use super::{World, lines, sent, writes};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

#[tokio::test]
async fn an_issue_is_assigned_and_unassigned() {
    let world = World::new().await;
    let dora = world.acme.issue("PAY-6").expect("seeded")["fields"]["assignee"].clone();
    for given in [dora["displayName"].clone(), json!({"accountId": dora["accountId"]})] {
        let result = world
            .cloud
            .ok("jira_assign_issue", json!({"issue_key": "PAY-7", "assignee": given}))
            .await;
        assert_eq!(result["message"], "Issue PAY-7 assigned successfully");
        assert_eq!(result["issue"]["assignee"]["account_id"], dora["accountId"]);
        assert_eq!(
            sent(&world.acme, "PUT", "/PAY-7/assignee"),
            json!({"accountId": dora["accountId"]})
        );
    }
    for nobody in [json!({}), json!({"assignee": ""})] {
        let mut arguments = nobody;
        arguments["issue_key"] = json!("PAY-7");
        let result = world.cloud.ok("jira_assign_issue", arguments).await;
        assert_eq!(result["issue"]["assignee"], json!({"display_name": "Unassigned"}));
    }
    let result = world
        .center
        .ok(
            "jira_assign_issue",
            json!({"issue_key": "DEPOT-8", "assignee": "{\"name\": \"oruiz\"}"}),
        )
        .await;
    assert_eq!(result["issue"]["assignee"]["name"], "oruiz");
    world.center.ok("jira_assign_issue", json!({"issue_key": "DEPOT-8"})).await;
    assert_eq!(sent(&world.staging, "PUT", "/assignee"), json!({"name": null}));
    world.acme.clear_log();
    for given in ["nobody", "{bad", "{\"nick\": \"x\"}"] {
        world
            .cloud
            .err("jira_assign_issue", json!({"issue_key": "PAY-7", "assignee": given}))
            .await;
    }
    assert!(writes(&world.acme).is_empty());
}

#[tokio::test]
async fn unassigning_falls_back_where_the_field_is_off_the_screen() {
    let world = World::new().await;
    world.acme.fault(Fault::on(Service::Jira, "PUT", "/PAY-6$").status(400).body("{}"));
    let result = world.cloud.ok("jira_assign_issue", json!({"issue_key": "PAY-6"})).await;
    assert_eq!(result["issue"]["assignee"], json!({"display_name": "Unassigned"}));
    assert_eq!(
        writes(&world.acme),
        ["PUT /rest/api/3/issue/PAY-6", "PUT /rest/api/3/issue/PAY-6/assignee"]
    );
}

#[tokio::test]
async fn sub_tasks_that_shall_stay_keep_their_issue() {
    let world = World::new().await;
    let arguments = json!({"issue_key": "PAY-3", "delete_subtasks": false});
    let error = world.cloud.err("jira_delete_issue", arguments).await;
    assert!(error.contains("PAY-4, PAY-5"), "{error}");
    assert!(writes(&world.acme).is_empty());
    let result = world.cloud.ok("jira_delete_issue", json!({"issue_key": "PAY-3"})).await;
    assert_eq!(result["message"], "Issue PAY-3 has been deleted successfully.");
    assert_eq!(lines(&world.acme).last().expect("a request"), "DELETE /rest/api/3/issue/PAY-3");
    assert!(world.acme.issue("PAY-3").is_none() && world.acme.issue("PAY-4").is_none());
    let result = world.center.ok("jira_delete_issue", json!({"issue_key": "DEPOT-8"})).await;
    assert_eq!(super::keys(&result), ["message"]);
    let error = world.cloud.err("jira_delete_issue", json!({"issue_key": "PAY-3"})).await;
    assert!(error.contains("not found"), "{error}");
    let fenced = world.fresh_cloud().fenced("LAB");
    for key in ["PAY-1", "LAB-2"] {
        let error = fenced.err("jira_delete_issue", json!({"issue_key": key})).await;
        assert!(error.contains("restricted by configuration"), "{error}");
    }
}

#[tokio::test]
async fn an_issue_moves_to_another_project() {
    let world = World::new().await;
    let arguments = json!({"issue_key": "PAY-20", "target_project_key": "LAB"});
    let result = world.cloud.ok("jira_move_issue", arguments).await;
    assert_eq!(result["message"], "Issue moved successfully from PAY-20 to project LAB");
    assert!(result["issue"]["key"].as_str().is_some_and(|key| key.starts_with("LAB-")), "{result}");
    let body = sent(&world.acme, "POST", "/bulk/issues/move");
    assert_eq!(body["sendBulkNotification"], false);
    assert!(
        body["targetToSourcesMapping"].as_object().is_some_and(|m| m.contains_key("LAB,10002"))
    );
}

#[tokio::test]
async fn a_move_that_fails_says_why() {
    let world = World::new().await;
    let arguments = json!({"issue_key": "PAY-20", "target_project_key": "LAB"});
    let queue = |body: Value| {
        world.acme.clear_faults();
        world.acme.fault(
            Fault::on(Service::Jira, "POST", "/bulk/issues/move$").body(r#"{"taskId":"9"}"#),
        );
        world.acme.fault(Fault::on(Service::Jira, "GET", "/bulk/queue/9$").body(body.to_string()));
    };
    for (answer, words) in [
        (
            json!({"status": "FAILED", "failedAccessibleIssues": {"1": ["no right"]}}),
            "failed (status: FAILED): no right",
        ),
        (json!({"status": "DEAD"}), "failed (status: DEAD)"),
        (json!({"status": "CANCEL_REQUESTED"}), "was cancelled"),
        (
            json!({"status": "COMPLETE", "failedAccessibleIssues": {"1": ["no right"]}}),
            "Failed to move issue PAY-20 to project LAB: no right",
        ),
        (
            json!({"status": "COMPLETE", "invalidOrInaccessibleIssueCount": 1}),
            "1 invalid or inaccessible",
        ),
    ] {
        queue(answer);
        let error = world.cloud.err("jira_move_issue", arguments.clone()).await;
        assert!(error.contains(words), "{words}: {error}");
    }
    world.acme.clear_faults();
    let error = world
        .cloud
        .err("jira_move_issue", json!({"issue_key": "PAY-2", "target_project_key": "LAB"}))
        .await;
    assert!(error.contains("does not support issue type Story; it has: Task, Sub-task"), "{error}");
    let error = world
        .center
        .err("jira_move_issue", json!({"issue_key": "DEPOT-8", "target_project_key": "FLEET"}))
        .await;
    assert!(error.contains("only available on Jira Cloud"), "{error}");
    let fenced = world.fresh_cloud().fenced("PAY");
    let error = fenced.err("jira_move_issue", arguments).await;
    assert!(error.contains("restricted by configuration"), "{error}");
}

/// Two seconds between the questions, fifteen of them; the clock stands still otherwise.
#[tokio::test]
async fn a_move_that_does_not_end_is_given_up_with_its_task() {
    let world = World::new().await;
    let running = r#"{"status": "RUNNING", "progressPercent": 5}"#;
    world
        .acme
        .fault(Fault::on(Service::Jira, "POST", "/bulk/issues/move$").body(r#"{"taskId":"9"}"#));
    world.acme.fault(Fault::on(Service::Jira, "GET", "/bulk/queue/9$").body(running));
    let arguments = json!({"issue_key": "PAY-20", "target_project_key": "LAB"});
    // Everything that leads to the move is at hand, so that only the waiting is left.
    world.cloud.ok("jira_get_project_issue_types", json!({"project_key": "LAB"})).await;
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    let error = world.cloud.err("jira_move_issue", arguments).await;
    let waited = before.elapsed();
    assert!(error.contains("timed out after 30 seconds (task ID: 9)"), "{error}");
    assert!(error.contains("may still be carried out"), "{error}");
    let asked = lines(&world.acme).iter().filter(|line| line.contains("/bulk/queue/9")).count();
    assert_eq!(asked, 15);
    assert!(waited.as_secs() >= 28, "{waited:?}");
}

fn entries() -> Value {
    json!([
        {"project_key": "PAY", "summary": "One", "issue_type": "Task", "description": "**x**",
         "components": ["Settlement"], "Story Points": 3},
        {"project_key": "PAY", "summary": "Two", "issue_type": "Nonsense"},
        {"project_key": "PAY", "summary": "Three", "issue_type": "Sub-task", "parent": "PAY-7"},
        {"project_key": "PAY", "issue_type": "Task"},
        {"project_key": "PAY", "summary": "Five", "issue_type": "Task", "Sqaud": "x"},
    ])
}

#[tokio::test]
async fn many_issues_with_a_reason_for_each_that_was_not_made() {
    let world = World::new().await;
    let result = world.cloud.ok("jira_batch_create_issues", json!({"issues": entries()})).await;
    assert_eq!(result["message"], "Issues created successfully");
    let summaries: Vec<&str> = result["issues"]
        .as_array()
        .expect("list")
        .iter()
        .filter_map(|issue| issue["summary"].as_str())
        .collect();
    assert_eq!(summaries, ["One", "Three"]);
    assert_eq!(result["issues"][1]["parent"]["key"], "PAY-7", "the parent is not lost");
    let errors = result["errors"].as_array().expect("errors");
    let told: Vec<(u64, &str)> = errors
        .iter()
        .map(|e| (e["index"].as_u64().expect("index"), e["error"].as_str().expect("text")))
        .collect();
    assert_eq!(told.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 3, 4]);
    assert!(told[0].1.contains("issue type"), "{told:?}");
    assert!(
        told[1].1.contains("Missing required fields for issue: project_key='PAY', summary=None")
    );
    assert!(told[2].1.contains("nearest: Squad"));
    assert_eq!(writes(&world.acme), ["POST /rest/api/3/issue/bulk"]);
}

#[tokio::test]
async fn fifty_at_once_and_no_more() {
    let world = World::new().await;
    let many: Vec<Value> = (0..60)
        .map(|n| json!({"project_key": "DEPOT", "summary": format!("N {n}"), "issue_type": "Task"}))
        .collect();
    let result = world.center.ok("jira_batch_create_issues", json!({"issues": many})).await;
    assert_eq!(result["issues"].as_array().map(Vec::len), Some(60));
    assert_eq!(result["issues"][59]["summary"], "N 59");
    let sizes: Vec<usize> = world
        .staging
        .log()
        .iter()
        .filter(|r| r.method == "POST")
        .map(|r| r.json()["issueUpdates"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(sizes, [50, 10]);
}

#[tokio::test]
async fn validation_creates_nothing_and_looks_at_the_screens() {
    let world = World::new().await;
    let entries = json!([
        {"project_key": "PAY", "summary": "One", "issue_type": "Task"},
        {"project_key": "PAY", "summary": "Two", "issue_type": "Nonsense"},
        {"project_key": "LAB", "summary": "Three", "issue_type": "Task"},
    ]);
    let arguments = json!({"issues": entries, "validate_only": true});
    let result = world.cloud.ok("jira_batch_create_issues", arguments).await;
    assert_eq!(result["message"], "Issues validated successfully");
    assert_eq!(result["issues"], json!([]));
    let errors = result["errors"].to_string();
    assert!(errors.contains("no issue type `Nonsense`; it has: Epic"), "{errors}");
    assert!(errors.contains("required fields are missing: Audience"), "{errors}");
    assert!(writes(&world.acme).is_empty());
    let none = world.cloud.ok("jira_batch_create_issues", json!({"issues": "[]"})).await;
    assert_eq!(none["issues"], json!([]));
}

#[tokio::test]
async fn when_none_is_made_it_is_an_error() {
    let world = World::new().await;
    let bad = json!([{"project_key": "PAY", "summary": "x", "issue_type": "Nonsense"}]);
    let error = world.cloud.err("jira_batch_create_issues", json!({"issues": bad})).await;
    assert!(error.contains("No issue could be created. entry 0:"), "{error}");
    for (issues, words) in
        [("{bad", "Invalid JSON in issues"), ("{\"a\": 1}", "must be a JSON array string")]
    {
        let error = world.cloud.err("jira_batch_create_issues", json!({"issues": issues})).await;
        assert!(error.contains(words), "{error}");
    }
    let fenced = world.fresh_cloud().fenced("LAB");
    world.acme.clear_log();
    let mixed = json!([{"project_key": "LAB", "summary": "x", "issue_type": "Task"},
                       {"project_key": "PAY", "summary": "y", "issue_type": "Task"}]);
    let error = fenced.err("jira_batch_create_issues", json!({"issues": mixed})).await;
    assert!(error.contains("restricted by configuration"), "{error}");
    assert!(lines(&world.acme).is_empty());
}

#[tokio::test]
async fn histories_of_several_issues() {
    let world = World::new().await;
    let arguments = json!({"issue_ids_or_keys": ["PAY-2", "PAY-6"]});
    let found = world.cloud.ok("jira_batch_get_changelogs", arguments).await;
    assert_eq!(found.as_array().map(Vec::len), Some(2));
    let entry = &found[0]["changelogs"][0];
    assert!(entry["id"].is_string() && entry["items"][0]["field"].is_string(), "{entry}");
    assert_eq!(lines(&world.acme), ["POST /rest/api/3/changelog/bulkfetch"]);
    let arguments = json!({"issue_ids_or_keys": "PAY-2", "fields": "assignee", "limit": 1});
    let found = world.cloud.ok("jira_batch_get_changelogs", arguments).await;
    assert_eq!(found[0]["changelogs"].as_array().map(Vec::len), Some(1));
    assert_eq!(found[0]["changelogs"][0]["items"][0]["field"], "assignee");
    let error =
        world.cloud.err("jira_batch_get_changelogs", json!({"issue_ids_or_keys": " , "})).await;
    assert!(error.contains("at least one"), "{error}");
    let error = world
        .center
        .err("jira_batch_get_changelogs", json!({"issue_ids_or_keys": "DEPOT-1"}))
        .await;
    assert!(error.contains("only available on Jira Cloud"), "{error}");
    let fenced = world.fresh_cloud().fenced("PAY");
    let id = world.acme.issue("WEB-1").expect("seeded")["id"].clone();
    let error = fenced.err("jira_batch_get_changelogs", json!({"issue_ids_or_keys": [id]})).await;
    assert!(error.contains("restricted by configuration"), "{error}");
    // A moved issue still answers to its old key; where all of them are now is one request.
    world.acme.clear_log();
    let fenced = world.fresh_cloud().fenced("LAB");
    let moved = json!({"issue_ids_or_keys": "LAB-1,LAB-2"});
    let error = fenced.err("jira_batch_get_changelogs", moved).await;
    assert!(error.contains("restricted by configuration"), "{error}");
    assert_eq!(lines(&world.acme), ["POST /rest/api/3/issue/bulkfetch"]);
    let inside = world.fresh_cloud().fenced("PAY");
    let arguments = json!({"issue_ids_or_keys": "PAY-1,PAY-2"});
    let found = inside.ok("jira_batch_get_changelogs", arguments).await;
    assert_eq!(found.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn more_changes_than_an_answer_holds_are_refused() {
    let world = World::new().await;
    let changes = vec![json!({"id": "1"}); 100_001];
    let page = json!({"issueChangeLogs": [{"issueId": "1", "changeHistories": changes}]});
    world
        .acme
        .fault(Fault::on(Service::Jira, "POST", "/changelog/bulkfetch$").body(page.to_string()));
    let arguments = json!({"issue_ids_or_keys": "PAY-1"});
    let error = world.cloud.err("jira_batch_get_changelogs", arguments).await;
    assert!(error.contains("more than 100000 changes"), "{error}");
    assert!(error.contains("ask for fewer issues"), "{error}");
}

#[tokio::test]
async fn the_issues_of_a_project() {
    let world = World::new().await;
    let result =
        world.cloud.ok("jira_get_project_issues", json!({"project_key": "web", "limit": 3})).await;
    assert_eq!(result["issues"].as_array().map(Vec::len), Some(3));
    assert_eq!(sent(&world.acme, "POST", "/search/jql")["jql"], "project = \"WEB\"");
    let token = result["next_page_token"].clone();
    let next = world
        .cloud
        .ok(
            "jira_get_project_issues",
            json!({"project_key": "WEB", "limit": 3, "page_token": token}),
        )
        .await;
    assert_ne!(next["issues"][0]["key"], result["issues"][0]["key"]);
    let result = world
        .center
        .ok("jira_get_project_issues", json!({"project_key": "DEPOT", "limit": 2, "start_at": 1}))
        .await;
    assert_eq!((&result["total"], &result["start_at"]), (&json!(10), &json!(1)));
    let error = world.cloud.err("jira_get_project_issues", json!({"project_key": "NOPE"})).await;
    assert!(error.contains("could not search"), "an error is no empty list: {error}");
}
