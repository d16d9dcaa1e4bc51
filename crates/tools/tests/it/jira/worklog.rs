//! Work logs.

use super::{World, keys, lines, sent, writes};
use atlassian_sandbox::{Fault, Service};
use serde_json::json;

#[tokio::test]
async fn all_work_of_an_issue() {
    let world = World::new().await;
    for (setup, key, text) in
        [(&world.cloud, "PAY-2", "Button and tests"), (&world.center, "DEPOT-2", "Camera mounted")]
    {
        let logged = setup.ok("jira_get_worklog", json!({"issue_key": key})).await;
        let entry = &logged["worklogs"][0];
        assert_eq!(
            keys(entry),
            [
                "id",
                "comment",
                "created",
                "updated",
                "started",
                "time_spent",
                "time_spent_seconds",
                "author"
            ]
        );
        assert_eq!(entry["comment"], text);
        assert_eq!(
            (&entry["time_spent"], &entry["time_spent_seconds"]),
            (&json!("1d"), &json!(28800))
        );
        let shown =
            setup.ok("jira_get_issue", json!({"issue_key": key, "include": "worklogs"})).await;
        assert_eq!(shown["worklogs"], logged["worklogs"]);
    }
}

#[tokio::test]
async fn every_page_is_read() {
    let world = World::new().await;
    let page = |start: u64, count: u64| {
        let entries: Vec<_> =
            (start..start + count).map(|n| json!({"id": n.to_string()})).collect();
        json!({"startAt": start, "total": 130, "worklogs": entries}).to_string()
    };
    let on = || Fault::on(Service::Jira, "GET", "/worklog$").times(1);
    world.acme.fault(on().body(page(0, 100)));
    world.acme.fault(on().body(page(100, 30)));
    let logged = world.cloud.ok("jira_get_worklog", json!({"issue_key": "PAY-2"})).await;
    assert_eq!(logged["worklogs"].as_array().map(Vec::len), Some(130));
    let starts: Vec<_> =
        world.acme.log().iter().map(|r| r.query_value("startAt").map(str::to_owned)).collect();
    assert_eq!(starts, [Some("0".to_owned()), Some("100".to_owned())]);
}

#[tokio::test]
async fn time_is_logged_in_jiras_own_measure() {
    let world = World::new().await;
    let result = world
        .cloud
        .ok(
            "jira_add_worklog",
            json!({"issue_key": "PAY-7", "time_spent": "1d 2h", "comment": "Did **it**",
                   "started": "2026-11-20T08:00:00+01:00"}),
        )
        .await;
    assert_eq!(result["message"], "Worklog added successfully");
    let entry = &result["worklog"];
    assert_eq!(entry["time_spent_seconds"], 36_000, "Jira's day has eight hours");
    assert_eq!(entry["comment"], "Did **it**");
    assert_eq!(entry["original_estimate_updated"], false);
    let body = sent(&world.acme, "POST", "/worklog");
    assert_eq!(body["timeSpent"], "1d 2h");
    assert_eq!(body["started"], "2026-11-20T08:00:00.000+0100");
    assert_eq!(body["comment"]["type"], "doc");
    let result = world
        .center
        .ok(
            "jira_add_worklog",
            json!({"issue_key": "DEPOT-8", "time_spent": 5400, "comment": "**x**"}),
        )
        .await;
    assert_eq!(result["worklog"]["time_spent_seconds"], 5400);
    let body = sent(&world.staging, "POST", "/worklog");
    assert_eq!((&body["timeSpentSeconds"], &body["comment"]), (&json!(5400), &json!("*x*")));
    assert!(body["started"].is_string(), "never left out");
}

#[tokio::test]
async fn estimates_are_set_or_said_not_to_be() {
    let world = World::new().await;
    let result = world
        .cloud
        .ok(
            "jira_add_worklog",
            json!({"issue_key": "PAY-2", "time_spent": "1h", "original_estimate": "5d",
                   "remaining_estimate": "1d"}),
        )
        .await;
    assert_eq!(result["worklog"]["original_estimate_updated"], true);
    assert_eq!(result["worklog"]["remaining_estimate_updated"], true);
    assert_eq!(
        sent(&world.acme, "PUT", "/PAY-2")["fields"]["timetracking"],
        json!({"originalEstimate": "5d", "remainingEstimate": "1d"})
    );
    let request = world.acme.log().into_iter().find(|r| r.method == "POST").expect("logged");
    assert_eq!(request.query_value("newEstimate"), Some("1d"));
    assert_eq!(request.query_value("adjustEstimate"), Some("new"));
    world.acme.fault(Fault::on(Service::Jira, "PUT", "/PAY-2$").status(403).body("{}"));
    let arguments = json!({"issue_key": "PAY-2", "time_spent": "1h", "original_estimate": "6d"});
    let result = world.cloud.ok("jira_add_worklog", arguments).await;
    assert_eq!(result["worklog"]["original_estimate_updated"], false);
    assert!(result["warnings"][0].as_str().is_some_and(|w| w.contains("403")));
    world.acme.clear_faults();
    world.acme.fault(Fault::on(Service::Jira, "POST", "/worklog$").status(403).body("{}"));
    let arguments = json!({"issue_key": "PAY-2", "time_spent": "1h", "original_estimate": "7d"});
    let error = world.cloud.err("jira_add_worklog", arguments).await;
    assert!(error.contains("the estimate of PAY-2 was set, but then"), "{error}");
}

#[tokio::test]
async fn nonsense_is_no_minute() {
    let world = World::new().await;
    for spent in ["soon", "1h and more", "0h", "-2h"] {
        let arguments = json!({"issue_key": "PAY-7", "time_spent": spent});
        let error = world.cloud.err("jira_add_worklog", arguments).await;
        assert!(error.contains("1w 2d 3h 30m"), "{spent}: {error}");
    }
    let arguments = json!({"issue_key": "PAY-7", "time_spent": "1h", "started": "noon"});
    let error = world.cloud.err("jira_add_worklog", arguments).await;
    assert!(error.contains("ISO 8601"), "{error}");
    assert!(lines(&world.acme).is_empty());
    let fenced = world.fresh_cloud().fenced("LAB");
    for key in ["PAY-7", "LAB-2"] {
        let error =
            fenced.err("jira_add_worklog", json!({"issue_key": key, "time_spent": "1h"})).await;
        assert!(error.contains("restricted by configuration"), "{error}");
        let error = fenced.err("jira_get_worklog", json!({"issue_key": key})).await;
        assert!(error.contains("restricted by configuration"), "{error}");
    }
    assert!(writes(&world.acme).is_empty());
}
