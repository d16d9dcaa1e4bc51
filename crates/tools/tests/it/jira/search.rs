use super::{World, keys, lines, sent};
use serde_json::{Value, json};

fn found(result: &Value) -> Vec<&str> {
    result["issues"].as_array().expect("list").iter().filter_map(|i| i["key"].as_str()).collect()
}

#[tokio::test]
async fn a_search_on_both_deployments() {
    let world = World::new().await;
    let cloud = world
        .cloud
        .ok("jira_search", json!({"jql": "project = PAY ORDER BY key ASC", "limit": 3}))
        .await;
    assert_eq!(keys(&cloud)[..4], ["total", "start_at", "max_results", "issues"]);
    assert_eq!(found(&cloud), ["PAY-1", "PAY-2", "PAY-3"]);
    assert_eq!((&cloud["total"], &cloud["max_results"]), (&json!(-1), &json!(3)));
    assert!(cloud["next_page_token"].is_string());
    assert!(cloud["issues"][0]["browse_url"].is_string());
    assert_eq!(lines(&world.acme), ["POST /rest/api/3/search/jql"]);

    let center = world
        .center
        .ok(
            "jira_search",
            json!({"jql": "project = DEPOT ORDER BY key ASC", "limit": 3, "start_at": 2}),
        )
        .await;
    assert_eq!(found(&center), ["DEPOT-3", "DEPOT-4", "DEPOT-5"]);
    assert_eq!((&center["total"], &center["start_at"]), (&json!(10), &json!(2)));
    assert!(center.get("next_page_token").is_none());
    assert_eq!(lines(&world.staging), ["GET /rest/api/2/search"]);
    let description = center["issues"][2]["description"].as_str().expect("text");
    assert!(description.contains("**subtracted**"), "Markdown, not wiki: {description}");
}

#[tokio::test]
async fn pages_continue_where_they_ended() {
    let world = World::new().await;
    let ask = |extra: Value| {
        let mut arguments = json!({"jql": "project = PAY ORDER BY key ASC", "limit": 3,
                                   "fields": "summary"});
        arguments
            .as_object_mut()
            .expect("object")
            .extend(extra.as_object().cloned().expect("object"));
        arguments
    };
    let first = world.cloud.ok("jira_search", ask(json!({}))).await;
    let token = first["next_page_token"].as_str().expect("more").to_owned();
    let second = world.cloud.ok("jira_search", ask(json!({"page_token": token}))).await;
    assert_eq!(found(&second), ["PAY-4", "PAY-5", "PAY-6"]);
    let skipped = world.cloud.ok("jira_search", ask(json!({"start_at": 3}))).await;
    assert_eq!(found(&skipped), found(&second));
    assert_eq!(skipped["start_at"], 3);
    let beyond = world.cloud.ok("jira_search", ask(json!({"start_at": 900}))).await;
    assert!(found(&beyond).is_empty());
    let error = world.cloud.err("jira_search", ask(json!({"start_at": 1001}))).await;
    assert!(error.contains("page_token"), "{error}");
}

#[tokio::test]
async fn a_whole_result_tells_its_total() {
    let world = World::new().await;
    let whole = world
        .cloud
        .ok("jira_search", json!({"jql": "project = WEB", "limit": 50, "fields": "summary"}))
        .await;
    assert_eq!(whole["total"], json!(found(&whole).len()));
    let none = world
        .cloud
        .ok("jira_search", json!({"jql": "project = WEB AND summary ~ \"nothinglikethis\""}))
        .await;
    assert_eq!((&none["total"], found(&none).len()), (&json!(0), 0));
}

#[tokio::test]
async fn limits_are_kept() {
    let world = World::new().await;
    let center = world
        .center
        .ok("jira_search", json!({"jql": "project = DEPOT", "limit": 500, "fields": "summary"}))
        .await;
    assert_eq!(center["max_results"], 50);
    let mut clamped = world.fresh_cloud();
    clamped.config.limits.max_pagination_limit = Some(2);
    let two = clamped.ok("jira_search", json!({"jql": "project = PAY", "limit": 9})).await;
    assert_eq!(found(&two).len(), 2);
    let error = world.cloud.err("jira_search", json!({"jql": "project = PAY", "limit": 0})).await;
    assert!(error.contains("greater than or equal to 1"), "{error}");
}

#[tokio::test]
async fn the_filter_stands_in_front_of_every_query() {
    let world = World::new().await;
    let fenced = world.fresh_cloud().fenced("WEB,LAB");
    let result = fenced
        .ok(
            "jira_search",
            json!({"jql": "status = Done OR status != Done ORDER BY key", "limit": 50}),
        )
        .await;
    assert!(found(&result).iter().all(|key| key.starts_with("WEB-") || key.starts_with("LAB-")));
    assert_eq!(
        sent(&world.acme, "POST", "/search/jql")["jql"],
        "(project in (WEB, LAB)) AND (status = Done OR status != Done) ORDER BY key"
    );
    let narrowed = fenced
        .ok("jira_search", json!({"jql": "", "projects_filter": "LAB,PAY", "limit": 50}))
        .await;
    assert_eq!(
        sent(&world.acme, "POST", "/search/jql")["jql"],
        "(project in (WEB, LAB)) AND (project in (LAB, PAY))"
    );
    assert!(found(&narrowed).iter().all(|key| key.starts_with("LAB-")));
    world.acme.clear_log();
    for hostile in [
        "project = PAY) OR (project = PAY",
        "project = WEB OR (project = PAY",
        "summary ~ \"x",
        "project = WEB ORDER BY key) OR (project = PAY",
        "project = WEB \u{200b}OR project = PAY",
        "project = WEB -- OR",
    ] {
        let error = fenced.err("jira_search", json!({"jql": hostile})).await;
        assert!(error.contains("jql"), "{hostile}: {error}");
    }
    assert!(lines(&world.acme).is_empty(), "nothing was sent");
}

#[tokio::test]
async fn reserved_words_are_quoted_and_the_rest_is_left_to_jira() {
    let world = World::new().await;
    world.cloud.ok("jira_search", json!({"jql": "project = PAY AND text ~ \"wallet\""})).await;
    assert_eq!(
        sent(&world.acme, "POST", "/search/jql")["jql"],
        "project = PAY AND text ~ \"wallet\""
    );
    for bad in ["project = = PAY", "nosuchfield = 1"] {
        for setup in [&world.cloud, &world.center] {
            let error = setup.err("jira_search", json!({"jql": bad})).await;
            assert!(error.contains("could not search issues") && error.contains("400"), "{error}");
        }
    }
    let error = world.cloud.err("jira_search", json!({"jql": "ORDER BY created"})).await;
    assert!(error.contains("without a restriction"), "{error}");
}

#[tokio::test]
async fn display_names_in_searches() {
    let world = World::new().await;
    for (setup, jql) in [(&world.cloud, "key = PAY-2"), (&world.center, "key = DEPOT-2")] {
        let result = setup
            .ok("jira_search", json!({"jql": jql, "fields": "*all", "use_display_names": true}))
            .await;
        assert_eq!(result["issues"][0]["Story Points"]["value"], 5, "{jql}");
    }
    let notes = world.staging.field_id("Safety notes").expect("field");
    let result = world
        .center
        .ok("jira_search", json!({"jql": "key = DEPOT-2", "fields": "Safety notes"}))
        .await;
    let text = result["issues"][0][&notes]["value"].as_str().expect("text");
    assert!(text.contains("- wear a vest"), "wiki text of a field as Markdown: {text}");
}

#[tokio::test]
async fn a_long_query_is_posted_on_data_center() {
    let world = World::new().await;
    let many: Vec<String> = (1..=400).map(|n| format!("DEPOT-{n}")).collect();
    let jql = format!("project = DEPOT AND summary !~ \"{}\"", many.join(" "));
    let result = world.center.ok("jira_search", json!({"jql": jql, "limit": 2})).await;
    assert_eq!(found(&result).len(), 2);
    assert_eq!(lines(&world.staging), ["POST /rest/api/2/search"]);
}
