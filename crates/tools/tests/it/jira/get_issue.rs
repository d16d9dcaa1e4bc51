use super::{World, keys, lines};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

#[tokio::test]
async fn the_default_fields_in_a_fixed_order() {
    let world = World::new().await;
    let issue = world.cloud.ok("jira_get_issue", json!({"issue_key": "PAY-6"})).await;
    assert_eq!(
        keys(&issue),
        [
            "id",
            "key",
            "summary",
            "browse_url",
            "description",
            "status",
            "issue_type",
            "priority",
            "assignee",
            "reporter",
            "labels",
            "versions",
            "created",
            "updated",
            "comments"
        ]
    );
    assert_eq!(issue["key"], "PAY-6");
    assert_eq!(issue["browse_url"], format!("{}/browse/PAY-6", world.acme.jira_url()));
    assert_eq!(issue["status"]["category"], "In Progress");
    assert_eq!(issue["priority"], json!({"name": "Highest"}));
    assert_eq!(issue["versions"], json!(["4.0.0"]));
    assert_eq!(issue["comments"].as_array().map(Vec::len), Some(3));
    let description = issue["description"].as_str().expect("text");
    assert!(description.contains("`idempotency_key`"), "{description}");
    assert!(!description.contains("\"type\":\"doc\""), "{description}");
    let assignee = &issue["assignee"];
    assert_eq!(keys(assignee), ["account_id", "display_name", "name", "email", "avatar_url"]);
    assert_eq!(lines(&world.acme), ["GET /rest/api/3/issue/PAY-6"], "one request");
    let request = &world.acme.log()[0];
    assert_eq!(request.query_value("updateHistory"), Some("true"));
    assert!(request.query_value("fields").is_some_and(|f| f.ends_with(",comment")));
}

#[tokio::test]
async fn data_center_reads_wiki_text_and_shows_markdown() {
    let world = World::new().await;
    let issue = world.center.ok("jira_get_issue", json!({"issue_key": "DEPOT-2"})).await;
    assert_eq!(lines(&world.staging), ["GET /rest/api/2/issue/DEPOT-2"]);
    let description = issue["description"].as_str().expect("text");
    assert!(description.contains("```java"), "{description}");
    assert_eq!(issue["assignee"]["account_id"], Value::Null);
    assert_eq!(issue["assignee"]["name"], "nkamau");
    assert!(issue["assignee"]["key"].as_str().is_some_and(|key| key.starts_with("JIRAUSER")));
    let restricted = &issue["comments"][1];
    assert_eq!(restricted["visibility"], json!({"type": "role", "value": "Developers"}));
}

#[tokio::test]
async fn a_list_shows_what_it_names_in_any_spelling() {
    let world = World::new().await;
    let points = world.acme.field_id("Story Points").expect("field");
    let region = world.acme.field_id("Region").expect("field");
    let reviewer = world.acme.field_id("Reviewer").expect("field");
    let short = region.replace("customfield_", "cf_");
    let issue = world
        .cloud
        .ok(
            "jira_get_issue",
            json!({"issue_key": "PAY-2",
                   "fields": ["summary", "Story Points", short, reviewer, "issue_type", "creator"]}),
        )
        .await;
    assert_eq!(issue[&points], json!({"value": 5}));
    assert_eq!(issue[&region], json!({"value": "EU", "child": "SE"}));
    assert!(issue[&reviewer]["value"]["display_name"].is_string());
    assert_eq!(issue["issue_type"], json!({"name": "Story"}));
    assert!(issue["creator"]["account_id"].is_string(), "{}", issue["creator"]);
    assert!(issue.get("status").is_none() && issue.get("comments").is_none());
    let unknown = world
        .cloud
        .ok("jira_get_issue", json!({"issue_key": "PAY-2", "fields": "summary,Story Pionts"}))
        .await;
    let warning = unknown["warnings"][0].as_str().expect("warning");
    assert!(warning.contains("Story Points"), "{warning}");
}

#[tokio::test]
async fn everything_and_almost_everything() {
    let world = World::new().await;
    let all =
        world.cloud.ok("jira_get_issue", json!({"issue_key": "PAY-2", "fields": "*all"})).await;
    for key in [
        "url",
        "project",
        "parent",
        "epic_key",
        "timetracking",
        "comments",
        "attachments",
        "fix_versions",
        "components",
    ] {
        assert!(all.get(key).is_some(), "{key} of {:?}", keys(&all));
    }
    assert_eq!(all["epic_key"], "PAY-1");
    assert!(all["attachments"][0]["id"].is_string());
    assert_eq!(all["timetracking"]["original_estimate"], "3d");
    let criteria = world.acme.field_id("Acceptance Criteria").expect("field");
    let text = all[&criteria]["value"].as_str().expect("a document as Markdown");
    assert!(text.contains("- [x] Button hidden"), "{text}");
    let without = world
        .cloud
        .ok(
            "jira_get_issue",
            json!({"issue_key": "PAY-2", "fields": "*all,-description", "comment_limit": 0}),
        )
        .await;
    assert!(without.get("description").is_none() && without.get("comments").is_none());
    assert!(without.get("status").is_some());
    let asked = world.acme.log().last().and_then(|r| r.query_value("fields").map(str::to_owned));
    assert_eq!(asked.as_deref(), Some("*all,-description,-comment"));
}

#[tokio::test]
async fn the_newest_comments_oldest_first_with_the_total() {
    let world = World::new().await;
    for (setup, site, key, version) in
        [(&world.cloud, &world.acme, "PAY-14", 3), (&world.center, &world.staging, "DEPOT-7", 2)]
    {
        let issue = setup.ok("jira_get_issue", json!({"issue_key": key, "comment_limit": 3})).await;
        let all = site.comments(key);
        let ids: Vec<&Value> = all.iter().rev().take(3).rev().map(|c| &c["id"]).collect();
        let shown: Vec<&Value> =
            issue["comments"].as_array().expect("list").iter().map(|c| &c["id"]).collect();
        assert_eq!(shown, ids);
        assert_eq!(issue["comments_total"], json!(all.len()));
        assert!(lines(site).len() <= 2, "{:?}", lines(site));
        assert!(lines(site)[0].contains(&format!("/rest/api/{version}/")));
    }
}

#[tokio::test]
async fn an_answer_that_holds_only_some_comments_is_completed() {
    let world = World::new().await;
    let part = json!({"id": "1", "key": "PAY-14", "fields": {"summary": "x",
        "comment": {"total": 60, "comments": [{"id": "oldest", "body": "first"}]}}});
    let only_some =
        || Fault::on(Service::Jira, "GET", "/PAY-14$").status(200).body(part.to_string());
    world.acme.fault(only_some());
    let arguments = json!({"issue_key": "PAY-14", "comment_limit": 3});
    let issue = world.cloud.ok("jira_get_issue", arguments.clone()).await;
    let all = world.acme.comments("PAY-14");
    let ids: Vec<&Value> = all.iter().rev().take(3).rev().map(|c| &c["id"]).collect();
    let shown: Vec<&Value> =
        issue["comments"].as_array().expect("list").iter().map(|c| &c["id"]).collect();
    assert_eq!(shown, ids);
    assert_eq!(issue["comments_total"], json!(all.len()));
    let request = world.acme.log().pop().expect("asked");
    assert_eq!(request.query_value("orderBy"), Some("-created"));
    assert_eq!(request.query_value("maxResults"), Some("3"));
    world.acme.fault(Fault::on(Service::Jira, "GET", "/comment$").status(500).body("{}"));
    let issue = world.cloud.ok("jira_get_issue", arguments).await;
    assert_eq!(issue["comments"][0]["id"], "oldest");
    let warning = issue["warnings"][0].as_str().expect("a warning");
    assert!(warning.contains("only the 1 oldest of 60") && warning.contains("500"), "{warning}");
}

#[tokio::test]
async fn a_limit_given_brings_comments_whatever_the_list_says() {
    let world = World::new().await;
    let issue = world
        .cloud
        .ok(
            "jira_get_issue",
            json!({"issue_key": "PAY-6", "fields": "summary", "comment_limit": 2}),
        )
        .await;
    assert_eq!(issue["comments"].as_array().map(Vec::len), Some(2));
    // The published default counts as well when it is given; not given, the list decides.
    for (limit, shown) in [(json!(10), true), (Value::Null, false)] {
        let arguments = json!({"issue_key": "PAY-6", "fields": "summary", "comment_limit": limit});
        let issue = world.cloud.ok("jira_get_issue", arguments).await;
        assert_eq!(issue.get("comments").is_some(), shown, "{limit}");
    }
    let none =
        world.cloud.ok("jira_get_issue", json!({"issue_key": "PAY-6", "comment_limit": 0})).await;
    assert!(none.get("comments").is_none());
}

#[tokio::test]
async fn display_names_and_expansions() {
    let world = World::new().await;
    let points = world.acme.field_id("Story Points").expect("field");
    let issue = world
        .cloud
        .ok(
            "jira_get_issue",
            json!({"issue_key": "PAY-2", "fields": "*all", "use_display_names": true,
                   "expand": "renderedFields,transitions"}),
        )
        .await;
    assert_eq!(issue["Story Points"], json!({"value": 5, "field_id": points}));
    assert!(issue.get(&points).is_none());
    assert!(issue["rendered_fields"]["description"].is_string());
    assert!(issue["transitions"].as_array().is_some_and(|t| t[0]["id"].is_u64()));
    let named = world
        .cloud
        .ok("jira_get_issue", json!({"issue_key": "PAY-2", "fields": points, "expand": "names"}))
        .await;
    assert_eq!(named[&points], json!({"value": 5, "name": "Story Points"}));
}

#[tokio::test]
async fn properties_are_shown_when_asked_for() {
    let world = World::new().await;
    let issue = world
        .center
        .ok("jira_get_issue", json!({"issue_key": "DEPOT-1", "properties": "plan"}))
        .await;
    assert_eq!(issue["properties"], json!({"plan": {"phase": 2}}));
}

#[tokio::test]
async fn history_and_sections() {
    let world = World::new().await;
    let issue = world
        .cloud
        .ok(
            "jira_get_issue",
            json!({"issue_key": "PAY-6", "include": "Changelog, transitions,comment",
                   "update_history": false, "fields": "summary"}),
        )
        .await;
    let entry = &issue["changelogs"][0];
    assert!(entry["id"].is_string() && entry["items"][0]["field"].is_string(), "{entry}");
    let created = entry["created"].as_str().expect("time");
    assert!(created.contains('T') && created.ends_with(":00"), "{created}");
    assert!(issue["transitions"].as_array().is_some_and(|list| !list.is_empty()));
    assert!(issue["comments"].is_array());
    let request = world.acme.log();
    let main = request.iter().find(|r| r.product_path.ends_with("/PAY-6")).expect("asked");
    assert_eq!(main.query_value("updateHistory"), Some("false"));
    assert_eq!(main.query_value("expand"), Some("changelog"));
    let empty = world
        .cloud
        .ok("jira_get_issue", json!({"issue_key": "PAY-20", "include": "changelog,comments"}))
        .await;
    assert_eq!(empty["comments"], json!([]));
    assert_eq!(empty["changelogs"], json!([]));
}

#[tokio::test]
async fn a_section_that_fails_is_missing_and_said_so() {
    let world = World::new().await;
    world.acme.fault(Fault::on(Service::Jira, "GET", "/transitions$").status(403).body("{}"));
    let issue = world
        .cloud
        .ok("jira_get_issue", json!({"issue_key": "PAY-6", "include": "transitions"}))
        .await;
    assert!(issue.get("transitions").is_none());
    let warning = issue["warnings"][0].as_str().expect("warning");
    assert!(warning.starts_with("transitions could not be read:"), "{warning}");
}

#[tokio::test]
async fn the_epic_of_an_issue() {
    let world = World::new().await;
    let cloud = world
        .cloud
        .ok("jira_get_issue", json!({"issue_key": "PAY-2", "fields": "epic_key,epic_name"}))
        .await;
    assert_eq!(
        (&cloud["epic_key"], &cloud["epic_name"]),
        (&json!("PAY-1"), &json!("Wallet payments"))
    );
    let center = world
        .center
        .ok("jira_get_issue", json!({"issue_key": "DEPOT-2", "fields": "epic_key,epic_name"}))
        .await;
    assert_eq!(
        (&center["epic_key"], &center["epic_name"]),
        (&json!("DEPOT-1"), &json!("Rail gate"))
    );
    for issue in [&cloud, &center] {
        let shown = ["id", "key", "browse_url", "epic_key", "epic_name"];
        assert_eq!(keys(issue), shown, "what only served to find the epic is not shown");
    }
    let sub_task =
        world.cloud.ok("jira_get_issue", json!({"issue_key": "PAY-4", "fields": "epic_key"})).await;
    assert!(sub_task.get("epic_key").is_none(), "a story is no epic");
}

#[tokio::test]
async fn the_filter_looks_at_the_key_and_at_what_came_back() {
    let world = World::new().await;
    let fenced = world.fresh_cloud().fenced("LAB");
    let error = fenced.err("jira_get_issue", json!({"issue_key": "PAY-1"})).await;
    assert!(error.contains("restricted by configuration"), "{error}");
    assert!(lines(&world.acme).is_empty(), "no request at all");
    // LAB-2 was moved and is PAY-17 now.
    let error = fenced.err("jira_get_issue", json!({"issue_key": "LAB-2", "include": "all"})).await;
    assert!(error.contains("restricted by configuration"), "{error}");
    assert!(!error.contains("PAY-17"), "{error}");
    assert_eq!(lines(&world.acme), ["GET /rest/api/3/issue/LAB-2"]);
    let moved = world.cloud.ok("jira_get_issue", json!({"issue_key": "LAB-2"})).await;
    assert_eq!(moved["key"], "PAY-17");
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let world = World::new().await;
    let error = world.cloud.err("jira_get_issue", json!({"issue_key": "PAY-999"})).await;
    assert!(error.contains("issue PAY-999") && error.contains("not found"), "{error}");
    let error = world.cloud.err("jira_get_issue", json!({"issue_key": "not a key"})).await;
    assert!(error.contains("issue_key") && error.contains("PROJ-123"), "{error}");
    let error = world
        .cloud
        .err("jira_get_issue", json!({"issue_key": "PAY-1", "comment_limit": 101}))
        .await;
    assert!(error.contains("less than or equal to 100"), "{error}");
}
