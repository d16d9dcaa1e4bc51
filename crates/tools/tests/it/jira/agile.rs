use super::{World, keys, lines, sent, writes};
use crate::harness::Setup;
use atlassian_sandbox::{Sandbox, SiteSpec};
use atlassian_settings::Service;
use serde_json::{Value, json};

fn found(result: &Value) -> Vec<&str> {
    result["issues"].as_array().expect("list").iter().filter_map(|i| i["key"].as_str()).collect()
}

#[tokio::test]
async fn boards_by_name_project_and_filter() {
    let world = World::new().await;
    let all = world.cloud.ok("jira_get_agile_boards", json!({})).await;
    assert_eq!(all[0], json!({"id": "1", "name": "PAY board", "type": "scrum"}));
    assert!(world.acme.log()[0].query.iter().all(|(name, _)| name != "startAt"));
    let kanban = world.cloud.ok("jira_get_agile_boards", json!({"board_type": "kanban"})).await;
    assert_eq!(kanban.as_array().map(Vec::len), Some(1));
    let fenced = world.fresh_cloud().fenced("WEB,OPS");
    let inside = fenced.ok("jira_get_agile_boards", json!({"start_at": 1})).await;
    assert_eq!(inside, json!([{"id": "3", "name": "Support flow", "type": "kanban"}]));
    let refused = fenced.err("jira_get_agile_boards", json!({"project_key": "PAY"})).await;
    assert!(refused.contains("PROJECTS_FILTER"), "{refused}");
    let center = world.center.ok("jira_get_agile_boards", json!({"project_key": "depot"})).await;
    assert_eq!(center[0]["name"], "Depot board");
}

#[tokio::test]
async fn the_issues_of_a_board_on_both_deployments() {
    let world = World::new().await;
    let ask = json!({"board_id": 1, "jql": "status = Done or status != Done order by key",
                     "limit": 2, "fields": "summary"});
    let cloud = world.cloud.ok("jira_get_board_issues", ask.clone()).await;
    assert_eq!(found(&cloud), ["PAY-1", "PAY-2"]);
    assert!(cloud["total"].as_i64().expect("counted") > 2, "{cloud}");
    let log = lines(&world.acme);
    assert_eq!(log[0], "GET /rest/agile/1.0/board/1/configuration");
    assert!(log.contains(&"POST /rest/api/3/search/jql".to_owned()), "{log:?}");
    assert!(!log.iter().any(|line| line.contains("/board/1/issue")), "deprecated: {log:?}");
    let jql = sent(&world.acme, "POST", "/search/jql")["jql"].clone();
    assert_eq!(jql, "(filter = \"10001\") AND (status = Done or status != Done) order by key");
    let next = world
        .cloud
        .ok(
            "jira_get_board_issues",
            json!({"board_id": "1", "jql": "order by key", "limit": 2, "fields": "summary",
                   "page_token": cloud["next_page_token"]}),
        )
        .await;
    assert_eq!(found(&next), ["PAY-3", "PAY-4"]);
    let center = world
        .center
        .ok("jira_get_board_issues", json!({"board_id": "101", "jql": "", "limit": 2}))
        .await;
    assert!(found(&center).iter().all(|key| key.starts_with("DEPOT-")));
    assert_eq!(lines(&world.staging), ["GET /rest/agile/1.0/board/101/issue"]);
    for (setup, board) in [(world.fresh_cloud(), "1"), (world.fresh_center(), "101")] {
        let hostile = json!({"board_id": board, "jql": "a = 1) or (b = 2"});
        setup.clone().fenced("PAY,DEPOT").err("jira_get_board_issues", hostile).await;
        let refused = setup
            .fenced("WEB,FLEET")
            .err("jira_get_board_issues", json!({"board_id": board, "jql": ""}))
            .await;
        assert!(refused.contains("PROJECTS_FILTER"), "{refused}");
    }
}

#[tokio::test]
async fn sprints_of_a_board_and_their_issues() {
    let world = World::new().await;
    for (setup, board, kanban, sprint) in
        [(&world.cloud, "1", "3", "41"), (&world.center, "101", "102", "141")]
    {
        let sprints = setup.ok("jira_get_sprints_from_board", json!({"board_id": board})).await;
        assert_eq!(keys(&sprints[0]), ["id", "name", "state", "goal", "start_date", "end_date"]);
        assert_eq!(keys(&sprints[2]), ["id", "name", "state"], "a future one has no dates");
        let active = json!({"board_id": board, "state": ["active", "future"], "start_at": 1});
        let active = setup.ok("jira_get_sprints_from_board", active).await;
        assert_eq!(active[0]["state"], "future");
        let error = setup.err("jira_get_sprints_from_board", json!({"board_id": kanban})).await;
        assert!(error.contains("does not support sprints"), "never an empty list: {error}");
        let issues = setup
            .ok("jira_get_sprint_issues", json!({"sprint_id": sprint, "fields": "summary"}))
            .await;
        assert!(!found(&issues).is_empty(), "{issues}");
        let error = setup.err("jira_get_sprint_issues", json!({"sprint_id": "37 OR 1=1"})).await;
        assert!(error.contains("must be an integer"), "{error}");
    }
}

#[tokio::test]
async fn later_pages_of_a_sprint_are_reached_on_cloud() {
    let world = World::new().await;
    let ask = |extra: Value| {
        let mut ask = json!({"sprint_id": 41, "fields": "summary"});
        ask.as_object_mut().expect("object").extend(extra.as_object().cloned().expect("object"));
        ask
    };
    let whole = world.cloud.ok("jira_get_sprint_issues", ask(json!({"limit": 50}))).await;
    let all = found(&whole);
    assert!(all.len() > 2, "{all:?}");
    let second =
        world.cloud.ok("jira_get_sprint_issues", ask(json!({"start_at": 1, "limit": 1}))).await;
    assert_eq!(found(&second), all[1..2]);
    assert_eq!(second["start_at"], 1);
    let third = json!({"page_token": second["next_page_token"], "limit": 1});
    assert_eq!(found(&world.cloud.ok("jira_get_sprint_issues", ask(third)).await), all[2..3]);
}

#[tokio::test]
async fn a_sprint_is_made_changed_and_filled() {
    let world = World::new().await;
    for (site, setup, board, issue, origin) in [
        (&world.acme, &world.cloud, "1", "PAY-7", json!(1)),
        (&world.staging, &world.center, "101", "DEPOT-5", json!("101")),
    ] {
        let made = setup
            .ok(
                "jira_create_sprint",
                json!({"board_id": board, "name": "Made", "start_date": "2099-01-01",
                       "end_date": "2099-01-14T09:00:00+01:00", "goal": "Ship"}),
            )
            .await;
        assert_eq!((&made["state"], &made["goal"]), (&json!("future"), &json!("Ship")));
        let body = sent(site, "POST", "/sprint");
        assert_eq!(body["originBoardId"], origin);
        assert_eq!(body["startDate"], "2099-01-01T00:00:00.000+0000");
        assert_eq!(body["endDate"], "2099-01-14T09:00:00+01:00");
        let id = made["id"].as_str().expect("id");
        let kept = setup
            .ok("jira_update_sprint", json!({"sprint_id": id, "goal": "", "name": "Named"}))
            .await;
        assert_eq!((&kept["name"], &kept["goal"]), (&json!("Named"), &json!("Ship")));
        let cleared =
            setup.ok("jira_update_sprint", json!({"sprint_id": id, "clear_goal": true})).await;
        assert!(cleared.get("goal").is_none(), "{cleared}");
        let moved = setup
            .ok("jira_add_issues_to_sprint", json!({"sprint_id": id, "issue_keys": [issue]}))
            .await;
        assert_eq!(
            moved,
            json!({"message": "Successfully added 1 issue(s) to sprint", "sprint_id": id,
                   "issue_keys": [issue]})
        );
        let issues = json!({"sprint_id": id, "fields": "summary"});
        assert_eq!(found(&setup.ok("jira_get_sprint_issues", issues.clone()).await), [issue]);
        setup.ok("jira_move_issues_to_backlog", json!({"issue_keys": issue})).await;
        assert!(found(&setup.ok("jira_get_sprint_issues", issues).await).is_empty());
    }
}

#[tokio::test]
async fn what_a_sprint_cannot_be_is_said_before_anything_is_sent() {
    let world = World::new().await;
    let dates = |start: &str, end: &str| json!({"board_id": "1", "name": "S", "start_date": start, "end_date": end});
    for (given, says) in [
        (dates("hello", ""), "Invalid date format: hello"),
        (dates("2020-01-01", ""), "cannot be in the past"),
        (dates("2099-02-01", "2099-01-01"), "before end date"),
    ] {
        let error = world.cloud.err("jira_create_sprint", given).await;
        assert!(error.contains(says), "{error}");
    }
    let error =
        world.cloud.err("jira_update_sprint", json!({"sprint_id": "41", "state": "frozen"})).await;
    assert!(
        error.contains("Failed to update sprint 41") && error.contains("future, active, closed")
    );
    for (tool, given) in [
        ("jira_move_issues_to_backlog", json!({"issue_keys": " , "})),
        ("jira_add_issues_to_sprint", json!({"sprint_id": "41", "issue_keys": ""})),
    ] {
        let error = world.cloud.err(tool, given).await;
        assert!(error.contains("at least one issue key"), "{error}");
    }
    assert!(lines(&world.acme).is_empty());
    let error =
        world.cloud.err("jira_update_sprint", json!({"sprint_id": "42", "state": "active"})).await;
    assert!(error.contains("start and an end date"), "Jira's reason: {error}");
    let fenced = world.fresh_cloud().fenced("WEB");
    world.acme.clear_log();
    fenced.err("jira_update_sprint", json!({"sprint_id": "41", "name": "x"})).await;
    fenced
        .err("jira_add_issues_to_sprint", json!({"sprint_id": "41", "issue_keys": "PAY-7"}))
        .await;
    assert!(writes(&world.acme).is_empty());
}

#[tokio::test]
async fn many_issues_are_moved_in_groups() {
    let sandbox = Sandbox::builder().site(SiteSpec::cloud("acme").bulk(60)).start().await;
    let site = sandbox.as_ref().expect("sandbox starts").site("acme");
    let mut keys: Vec<String> = (1..=51).map(|number| format!("BULK-{number}")).collect();
    keys.push("BULK-1".to_owned());
    let given = json!({"issue_keys": keys.join(",")});
    Setup::new(&site, Service::Jira).ok("jira_move_issues_to_backlog", given).await;
    let sizes: Vec<usize> = site
        .log()
        .iter()
        .map(|request| request.json()["issues"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(sizes, [50, 1]);
}
