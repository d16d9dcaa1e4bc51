use super::{World, lines};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_connected_is_found_by_tool_and_kind() {
    let world = World::new().await;
    for (site, setup, key, tool) in [
        (&world.acme, &world.cloud, "PAY-3", "github"),
        (&world.staging, &world.center, "DEPOT-2", "STASH"),
    ] {
        let found = setup.ok("jira_get_issue_development_info", json!({"issue_key": key})).await;
        assert_eq!(found["issue_key"], key);
        let pull = &found["pullRequests"][0];
        assert!(pull["source"].is_string() && pull["author"].is_string(), "{found}");
        assert!(lines(site).iter().all(|line| line.starts_with("GET ")));
        site.clear_log();
        let given = json!({"issue_key": key, "application_type": tool, "data_type": "pullrequest"});
        let narrowed = setup.ok("jira_get_issue_development_info", given).await;
        assert_eq!(narrowed["pullRequests"], found["pullRequests"], "any spelling of {tool}");
        assert_eq!(lines(site).len(), 2, "{:?}", lines(site));
    }
    let pay =
        world.cloud.ok("jira_get_issue_development_info", json!({"issue_key": "PAY-3"})).await;
    assert_eq!(pay["commits"][0]["repository"], "pay/checkout");
    assert_eq!(pay["repositories"][0]["name"], "pay/checkout");
}

#[tokio::test]
async fn several_issues_in_their_order() {
    let world = World::new().await;
    let keys = json!({"issue_keys": ["PAY-9999", "PAY-3"]});
    let found = world.cloud.ok("jira_get_issues_development_info", keys).await;
    let order: Vec<&Value> =
        found.as_array().expect("list").iter().map(|i| &i["issue_key"]).collect();
    assert_eq!(order, [&json!("PAY-9999"), &json!("PAY-3")]);
    assert!(found[0]["error"].as_str().expect("text").contains("404"));
    assert!(!found[1]["pullRequests"].as_array().expect("list").is_empty());
    let none = world.cloud.ok("jira_get_issues_development_info", json!({"issue_keys": ""})).await;
    assert_eq!(none, json!([]));
    let all =
        world.cloud.err("jira_get_issues_development_info", json!({"issue_keys": "PAY-9999"}));
    assert!(all.await.contains("PAY-9999"));
    let fenced = world.fresh_cloud().fenced("LAB");
    let error =
        fenced.err("jira_get_issues_development_info", json!({"issue_keys": "LAB-2"})).await;
    assert!(error.contains("PROJECTS_FILTER"), "a moved issue: {error}");
}

#[tokio::test]
async fn a_panel_that_is_not_there_is_an_error_and_one_failing_kind_a_warning() {
    let world = World::new().await;
    world.acme.fault(Fault::on(Service::Jira, "GET", "dev-status").status(404).body("{}"));
    let error = world.cloud.err("jira_get_issue_development_info", json!({"issue_key": "PAY-3"}));
    let error = error.await;
    assert!(error.contains("does not seem to be installed") && error.contains("\"branches\":[]"));
    world.acme.clear_faults();
    world.acme.fault(Fault::on(Service::Jira, "GET", "dev-status.*/detail").status(500).body("{}"));
    let fresh = world.fresh_cloud();
    let found = fresh.ok(
        "jira_get_issue_development_info",
        json!({"issue_key": "PAY-3", "data_type": "branch"}),
    );
    let found = found.await;
    assert_eq!(found["warnings"].as_array().map(Vec::len), Some(1), "{found}");
}
