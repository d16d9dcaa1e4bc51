//! Users and watchers.

use super::{World, lines, sent, writes};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

fn assignee(world: &World, key: &str) -> Value {
    world.acme.issue(key).expect("seeded")["fields"]["assignee"].clone()
}

#[tokio::test]
async fn a_person_is_found_by_whatever_names_them() {
    let world = World::new().await;
    let dora = assignee(&world, "PAY-6");
    let (id, name) = (dora["accountId"].as_str().expect("id"), dora["displayName"].as_str());
    let prefixed = format!("accountid:{id}");
    for asked in [id, name.expect("name"), prefixed.as_str()] {
        let found =
            world.cloud.ok("jira_get_user_profile", json!({"user_identifier": asked})).await;
        assert_eq!(found["success"], true);
        assert_eq!(found["user"]["account_id"], id, "{asked}");
    }
    let me = world.cloud.ok("jira_get_user_profile", json!({"user_identifier": "ME"})).await;
    assert_eq!(lines(&world.acme).last().map(String::as_str), Some("GET /rest/api/3/myself"));
    assert!(me["user"]["display_name"].is_string());
    let login = world.center.ok("jira_get_user_profile", json!({"user_identifier": "oruiz"})).await;
    let (key, shown) = (&login["user"]["key"], &login["user"]["display_name"]);
    for asked in [key, shown] {
        let found =
            world.center.ok("jira_get_user_profile", json!({"user_identifier": asked})).await;
        assert_eq!(found["user"]["name"], "oruiz", "{asked}");
    }
}

#[tokio::test]
async fn nobody_is_a_failure_that_keeps_its_keys() {
    let world = World::new().await;
    for (setup, asked) in [(&world.cloud, "nobody"), (&world.center, "nobody"), (&world.cloud, " ")]
    {
        let answer = setup
            .call("jira_get_user_profile", json!({"user_identifier": asked}))
            .await
            .expect("a document");
        assert!(answer.failed);
        assert_eq!(super::keys(&answer.json), ["success", "error", "user_identifier"]);
        assert_eq!(answer.json["user_identifier"], asked);
    }
}

#[tokio::test]
async fn people_who_can_be_assigned() {
    let world = World::new().await;
    let dora = assignee(&world, "PAY-6");
    let word = dora["displayName"].as_str().and_then(|n| n.split(' ').next()).expect("a name");
    for place in [json!({"project_key": "pay"}), json!({"issue_key": "PAY-6"})] {
        let mut arguments = place.clone();
        arguments["query"] = json!(word);
        let found = world.cloud.ok("jira_search_assignable_users", arguments).await;
        assert_eq!(super::keys(&found), ["success", "count", "users"]);
        assert_eq!(found["users"][0]["account_id"], dora["accountId"], "{place}");
    }
    let request = world.acme.log().into_iter().next().expect("asked");
    assert_eq!(request.query_value("project"), Some("PAY"));
    assert_eq!(request.query_value("maxResults"), Some("20"));
    world.acme.clear_log();
    for both in [json!({}), json!({"project_key": "PAY", "issue_key": "PAY-1"})] {
        let mut arguments = both;
        arguments["query"] = json!("x");
        let error = world.cloud.err("jira_search_assignable_users", arguments).await;
        assert!(error.contains("Exactly one of project_key or issue_key"), "{error}");
    }
    assert!(lines(&world.acme).is_empty());
    let arguments = json!({"query": "x", "project_key": "NOPE"});
    let error = world.cloud.err("jira_search_assignable_users", arguments).await;
    assert!(error.contains("\"success\":false") && error.contains("404"), "{error}");
}

#[tokio::test]
async fn watchers_come_and_go_under_any_name() {
    let world = World::new().await;
    let dora = assignee(&world, "PAY-6");
    let (id, name) = (dora["accountId"].clone(), dora["displayName"].clone());
    let list = |answer: Value| answer["watchers"].to_string();
    let added = world
        .cloud
        .ok("jira_add_watcher", json!({"issue_key": "PAY-8", "user_identifier": name}))
        .await;
    assert_eq!(added["user"], name);
    assert_eq!(sent(&world.acme, "POST", "/PAY-8/watchers"), id, "a bare string with the id");
    let watchers = world.cloud.ok("jira_get_issue_watchers", json!({"issue_key": "PAY-8"})).await;
    assert_eq!(super::keys(&watchers), ["issue_key", "watcher_count", "is_watching", "watchers"]);
    assert!(list(watchers).contains(id.as_str().expect("id")));
    for given in [json!({"username": name}), json!({"account_id": id})] {
        let mut arguments = given;
        arguments["issue_key"] = json!("PAY-8");
        let removed = world.cloud.call("jira_remove_watcher", arguments).await.expect("removed");
        assert_eq!(removed.json["success"], true);
    }
    let watchers = world.cloud.ok("jira_get_issue_watchers", json!({"issue_key": "PAY-8"})).await;
    assert!(!list(watchers).contains(id.as_str().expect("id")));

    world
        .center
        .ok("jira_add_watcher", json!({"issue_key": "DEPOT-8", "user_identifier": "oruiz"}))
        .await;
    world
        .center
        .ok("jira_remove_watcher", json!({"issue_key": "DEPOT-8", "account_id": "oruiz"}))
        .await;
    let request = world.staging.log().pop().expect("asked");
    assert_eq!(request.query_value("username"), Some("oruiz"));
}

#[tokio::test]
async fn a_watcher_nobody_knows_is_refused() {
    let world = World::new().await;
    let error = world
        .cloud
        .err("jira_add_watcher", json!({"issue_key": "PAY-8", "user_identifier": "nobody"}))
        .await;
    assert!(error.contains("Could not find account ID for user: nobody"), "{error}");
    let error = world.cloud.err("jira_remove_watcher", json!({"issue_key": "PAY-8"})).await;
    assert!(error.contains("Either username or account_id"), "{error}");
    assert!(writes(&world.acme).is_empty());
    let fenced = world.fresh_cloud().fenced("LAB");
    for (tool, extra) in [
        ("jira_get_issue_watchers", json!({})),
        ("jira_add_watcher", json!({"user_identifier": "me"})),
        ("jira_remove_watcher", json!({"username": "me"})),
    ] {
        for key in ["PAY-1", "LAB-2"] {
            let mut arguments = extra.clone();
            arguments["issue_key"] = json!(key);
            let error = fenced.err(tool, arguments).await;
            assert!(error.contains("restricted by configuration"), "{tool}: {error}");
        }
    }
    assert!(writes(&world.acme).is_empty());
}

#[tokio::test]
async fn mentions_without_a_name_are_looked_up_at_once_and_kept() {
    let world = World::new().await;
    let mention = |id: &str| json!({"type": "mention", "attrs": {"id": id}});
    let document = json!({"type": "doc", "version": 1, "content": [{"type": "paragraph",
        "content": [mention("a:1"), {"type": "text", "text": " "}, mention("a:2")]}]});
    let issue = json!({"id": "1", "key": "PAY-1", "fields": {"description": document}});
    world.acme.fault(Fault::on(Service::Jira, "GET", "/PAY-1$").body(issue.to_string()));
    let people = json!({"values": [{"accountId": "a:1", "displayName": "Ann"},
                                   {"accountId": "a:2", "displayName": "Bo"}]});
    world.acme.fault(Fault::on(Service::Jira, "GET", "/user/bulk$").body(people.to_string()));
    for _ in 0..2 {
        let shown = world.cloud.ok("jira_get_issue", json!({"issue_key": "PAY-1"})).await;
        assert_eq!(shown["description"], "@[Ann](accountid:a:1) @[Bo](accountid:a:2)");
    }
    let bulk: Vec<String> =
        lines(&world.acme).into_iter().filter(|line| line.contains("bulk")).collect();
    assert_eq!(bulk, ["GET /rest/api/3/user/bulk"], "one request for both, and then none");
}
