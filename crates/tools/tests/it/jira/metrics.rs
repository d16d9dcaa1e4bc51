use super::{World, keys, lines};
use serde_json::{Value, json};

/// A key of a resolved issue with a history, and of one that never moved.
const CLOUD: &str = "PAY-2";

#[tokio::test]
async fn dates_and_the_way_through_the_statuses() {
    let world = World::new().await;
    for (site, setup, key) in
        [(&world.acme, &world.cloud, "PAY-1"), (&world.staging, &world.center, "DEPOT-1")]
    {
        let dates = setup.ok("jira_get_issue_dates", json!({"issue_key": key})).await;
        assert_eq!(dates["issue_key"], key);
        assert!(dates["created"].as_str().expect("text").ends_with("+00:00"), "{dates}");
        assert_eq!(dates["current_status"], "In Progress");
        let changes = dates["status_changes"].as_array().expect("history");
        let last = changes.last().expect("one");
        assert!(last.get("exited_at").is_none(), "{last}");
        assert_eq!(last["status"], "In Progress");
        let log = site.log();
        assert!(log[0].query.contains(&("updateHistory".to_owned(), "false".to_owned())));
        let summary = setup
            .ok("jira_get_issue_dates", json!({"issue_key": key, "include_status_changes": false}))
            .await;
        assert!(summary.get("status_changes").is_none());
        assert_eq!(summary["status_summary"], dates["status_summary"], "from the history anyway");
        site.clear_log();
        let plain = json!({"issue_key": key, "include_status_changes": false,
                           "include_status_summary": false});
        let plain = setup.ok("jira_get_issue_dates", plain).await;
        assert!(!keys(&plain).iter().any(|key| key.starts_with("status")));
        assert!(site.log()[0].query.iter().all(|(name, _)| name != "expand"));
    }
}

#[tokio::test]
async fn figures_in_their_order_with_the_dates_behind_them() {
    let world = World::new().await;
    for (setup, key) in [(&world.cloud, CLOUD), (&world.center, "DEPOT-1")] {
        let all = "first_response_time,resolution_time,due_date_compliance,time_in_status,\
                   lead_time,cycle_time";
        let result = setup
            .ok(
                "jira_get_issue_sla",
                json!({"issue_key": key, "metrics": all, "include_raw_dates": true}),
            )
            .await;
        assert_eq!(
            keys(&result["metrics"]),
            [
                "cycle_time",
                "lead_time",
                "time_in_status",
                "due_date_compliance",
                "resolution_time",
                "first_response_time"
            ]
        );
        assert!(result["metrics"]["lead_time"]["value_minutes"].is_i64());
        assert!(keys(&result["raw_dates"]).contains(&"resolution_date"));
        let default = setup.ok("jira_get_issue_sla", json!({"issue_key": key})).await;
        assert_eq!(keys(&default["metrics"]), ["cycle_time", "time_in_status"]);
    }
}

#[tokio::test]
async fn a_long_history_is_read_to_its_end_on_cloud() {
    let world = World::new().await;
    let whole = world.cloud.ok("jira_get_issue_dates", json!({"issue_key": "PAY-1"})).await;
    let mut issue: Value = json!({"key": "PAY-1", "id": "1", "fields": {
        "created": "2026-01-02T15:00:00.000+0000", "status": {"name": "In Progress"}}});
    issue["changelog"] = json!({"total": 500, "histories": []});
    world.acme.fault(
        atlassian_sandbox::Fault::on(atlassian_sandbox::Service::Jira, "GET", "/issue/PAY-1$")
            .status(200)
            .body(issue.to_string()),
    );
    world.acme.clear_log();
    let paged = world.fresh_cloud().ok("jira_get_issue_dates", json!({"issue_key": "PAY-1"})).await;
    let statuses = |dates: &Value| {
        let changes = dates["status_changes"].as_array().expect("history").clone();
        changes.iter().map(|change| change["status"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(statuses(&paged), statuses(&whole));
    assert_eq!(lines(&world.acme)[1], "GET /rest/api/3/issue/PAY-1/changelog");
}

#[tokio::test]
async fn a_failure_is_told_in_the_document_and_the_filter_holds() {
    let world = World::new().await;
    for tool in ["jira_get_issue_dates", "jira_get_issue_sla"] {
        let error = world.cloud.err(tool, json!({"issue_key": "PAY-9999"})).await;
        assert!(error.contains("\"success\":false") && error.contains("PAY-9999"), "{error}");
        let fenced = world.fresh_cloud().fenced("LAB");
        let error = fenced.err(tool, json!({"issue_key": "LAB-2"})).await;
        assert!(error.contains("PROJECTS_FILTER"), "a moved issue: {error}");
    }
}
