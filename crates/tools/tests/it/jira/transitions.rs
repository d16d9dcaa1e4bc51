use super::{World, lines, sent, writes};
use serde_json::json;

#[tokio::test]
async fn transitions_tell_where_they_lead() {
    let world = World::new().await;
    let cloud = world.cloud.ok("jira_get_transitions", json!({"issue_key": "PAY-2"})).await;
    assert_eq!(
        cloud,
        json!([{"id": 31, "name": "Done", "to_status": "Done"},
               {"id": 41, "name": "Back to work", "to_status": "In Progress"}])
    );
    assert_eq!(lines(&world.acme), ["GET /rest/api/3/issue/PAY-2/transitions"]);
    let center = world.center.ok("jira_get_transitions", json!({"issue_key": "DEPOT-8"})).await;
    assert_eq!(center[0], json!({"id": 4, "name": "Start Progress", "to_status": "In Progress"}));
    let error = world.cloud.err("jira_get_transitions", json!({"issue_key": "PAY-999"})).await;
    assert!(error.contains("not found"), "{error}");
}

#[tokio::test]
async fn a_transition_by_id_name_or_status() {
    let world = World::new().await;
    for (key, asked, status) in [
        ("PAY-5", "11", "In Progress"),
        ("PAY-7", "start PROGRESS", "In Progress"),
        ("PAY-8", "In Progress", "In Progress"),
    ] {
        let result = world
            .cloud
            .ok("jira_transition_issue", json!({"issue_key": key, "transition_id": asked}))
            .await;
        assert_eq!(result["message"], format!("Issue {key} transitioned successfully"));
        assert_eq!(result["issue"]["status"]["name"], status);
        assert_eq!(result["issue"]["key"], key);
    }
    assert_eq!(
        sent(&world.acme, "POST", "/PAY-8/transitions"),
        json!({"transition": {"id": "11"}}),
        "nothing else is sent"
    );
}

#[tokio::test]
async fn a_wrong_transition_is_refused_with_the_right_ones() {
    let world = World::new().await;
    let error = world
        .cloud
        .err("jira_transition_issue", json!({"issue_key": "PAY-2", "transition_id": "Ship it"}))
        .await;
    assert!(
        error.contains(
            "Transition 'Ship it' not found. Available options: 31 Done -> Done, 41 Back"
        ),
        "{error}"
    );
    assert!(writes(&world.acme).is_empty());
}

#[tokio::test]
async fn fields_of_the_screen_by_name_with_their_values_told() {
    let world = World::new().await;
    let error = world
        .cloud
        .err("jira_transition_issue", json!({"issue_key": "PAY-2", "transition_id": 31}))
        .await;
    assert!(error.to_lowercase().contains("resolution"), "{error}");
    assert!(error.contains("Won't Do"), "the legal values are told: {error}");
    let result = world
        .cloud
        .ok(
            "jira_transition_issue",
            json!({"issue_key": "PAY-2", "transition_id": "Done",
                   "fields": {"Resolution": "Done", "assignee": "ada okafor", "fixVersions": null},
                   "comment": "Shipped **today**"}),
        )
        .await;
    let body = sent(&world.acme, "POST", "/PAY-2/transitions");
    assert_eq!(body["fields"]["resolution"], json!({"name": "Done"}));
    assert!(body["fields"]["assignee"]["accountId"].is_string(), "{body}");
    assert!(body["fields"].get("fixVersions").is_none(), "null is dropped");
    assert_eq!(body["update"]["comment"][0]["add"]["body"]["type"], "doc");
    assert_eq!(result["issue"]["status"]["name"], "Done");
    let comments = result["issue"]["comments"].as_array().expect("comments");
    assert_eq!(comments.last().map(|c| c["body"].clone()), Some(json!("Shipped **today**")));
}

#[tokio::test]
async fn data_center_takes_logins_and_wiki_text() {
    let world = World::new().await;
    world
        .center
        .ok(
            "jira_transition_issue",
            json!({"issue_key": "DEPOT-2", "transition_id": "Resolve Issue",
                   "fields": "{\"resolution\": {\"name\": \"Fixed\"}, \"fixVersions\": \"2026.4\"}",
                   "comment": "**bold**"}),
        )
        .await;
    let body = sent(&world.staging, "POST", "/DEPOT-2/transitions");
    assert_eq!(body["fields"]["fixVersions"], json!([{"name": "2026.4"}]));
    assert_eq!(body["update"]["comment"][0]["add"]["body"], "*bold*");
    world
        .center
        .ok(
            "jira_transition_issue",
            json!({"issue_key": "DEPOT-1", "transition_id": "711", "fields": {"assignee": "oruiz"}}),
        )
        .await;
    assert_eq!(
        sent(&world.staging, "POST", "/DEPOT-1/transitions")["fields"]["assignee"],
        json!({"name": "oruiz"})
    );
}

#[tokio::test]
async fn nobody_is_dropped_silently() {
    let world = World::new().await;
    let error = world
        .cloud
        .err(
            "jira_transition_issue",
            json!({"issue_key": "PAY-3", "transition_id": "21", "fields": {"assignee": "nobody"}}),
        )
        .await;
    assert!(error.contains("Could not find account ID for user: nobody"), "{error}");
    let error = world
        .cloud
        .err(
            "jira_transition_issue",
            json!({"issue_key": "PAY-3", "transition_id": "21", "fields": {"Squadd": "Ledger"}}),
        )
        .await;
    assert!(error.contains("Squadd") && error.contains("nearest: Squad"), "{error}");
    assert!(writes(&world.acme).is_empty());
}

#[tokio::test]
async fn the_filter_and_the_internal_rule() {
    let world = World::new().await;
    let fenced = world.fresh_cloud().fenced("LAB");
    for (tool, extra) in [
        ("jira_get_transitions", json!({})),
        ("jira_transition_issue", json!({"transition_id": "11"})),
    ] {
        for key in ["PAY-1", "LAB-2"] {
            let mut arguments = extra.clone();
            arguments["issue_key"] = json!(key);
            let error = fenced.err(tool, arguments).await;
            assert!(error.contains("restricted by configuration"), "{error}");
        }
    }
    assert!(lines(&world.acme).iter().all(|line| line == "GET /rest/api/3/issue/LAB-2"));
    let mut guarded = world.fresh_cloud();
    guarded.config.behaviour.internal_only_projects = vec!["OPS".to_owned()];
    world.acme.fault(
        atlassian_sandbox::Fault::on(atlassian_sandbox::Service::Jira, "GET", "/servicedeskapi/")
            .status(200)
            .body("{}"),
    );
    let arguments = json!({"issue_key": "OPS-2", "transition_id": "861", "comment": "x"});
    let error = guarded.err("jira_transition_issue", arguments).await;
    assert!(error.contains("JIRA_INTERNAL_ONLY_PROJECTS"), "{error}");
    assert!(writes(&world.acme).is_empty());
    guarded
        .ok("jira_transition_issue", json!({"issue_key": "OPS-2", "transition_id": "861"}))
        .await;
}
