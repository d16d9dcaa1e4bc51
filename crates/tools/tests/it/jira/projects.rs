use super::{World, keys, lines, sent, writes};
use serde_json::{Value, json};

fn all_keys(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(|p| p["key"].as_str()).collect()
}

#[tokio::test]
async fn projects_are_listed_and_the_filter_drops_the_others() {
    let world = World::new().await;
    let cloud = world.cloud.ok("jira_get_all_projects", json!({})).await;
    assert!(all_keys(&cloud).contains(&"PAY") && all_keys(&cloud).contains(&"OPS"), "{cloud}");
    let pay = cloud.as_array().expect("list").iter().find(|p| p["key"] == "PAY").expect("PAY");
    assert_eq!(keys(pay)[..3], ["key", "name", "description"]);
    assert!(pay["lead"]["display_name"].is_string(), "{pay}");
    assert_eq!(lines(&world.acme), ["GET /rest/api/3/project/search"]);
    let center = world.center.ok("jira_get_all_projects", json!({"include_archived": true})).await;
    assert_eq!(all_keys(&center).len(), 3);
    let log = world.staging.log();
    assert!(log[0].query.contains(&("includeArchived".to_owned(), "true".to_owned())));

    let fenced = world.fresh_cloud().fenced("web,LAB");
    assert_eq!(all_keys(&fenced.ok("jira_get_all_projects", json!({})).await), ["LAB", "WEB"]);
    let found = fenced.ok("jira_search_projects", json!({"query": "a"})).await;
    assert!(all_keys(&found).iter().all(|key| ["LAB", "WEB"].contains(key)), "{found}");
    let center = world.fresh_center().fenced("FLEET");
    assert_eq!(all_keys(&center.ok("jira_get_all_projects", json!({})).await), ["FLEET"]);
}

#[tokio::test]
async fn a_search_leaves_out_what_is_known_already() {
    let world = World::new().await;
    let found = world.cloud.ok("jira_search_projects", json!({"query": "pay"})).await;
    assert_eq!(all_keys(&found), ["PAY"]);
    let id = found[0]["id"].as_str().expect("id");
    let without = world
        .cloud
        .ok("jira_search_projects", json!({"query": "pay", "current_project_ids": [id, "7"]}))
        .await;
    assert_eq!(without, json!([]));
    let center = world.center.ok("jira_search_projects", json!({"query": "depot"})).await;
    assert_eq!(all_keys(&center), ["DEPOT"]);
    assert_eq!(lines(&world.staging), ["GET /rest/api/2/projects/picker"]);
}

#[tokio::test]
async fn versions_and_components_of_a_project() {
    let world = World::new().await;
    for (setup, project) in [(&world.cloud, "PAY"), (&world.center, "DEPOT")] {
        let versions = setup.ok("jira_get_project_versions", json!({"project_key": project})).await;
        assert_eq!(keys(&versions[0])[..4], ["id", "name", "released", "archived"]);
        let components =
            setup.ok("jira_get_project_components", json!({"project_key": project})).await;
        assert!(components[0]["lead"].is_object() && components[0]["self"].is_string());
        let error = setup.err("jira_get_project_versions", json!({"project_key": "NOPE"})).await;
        assert!(error.contains("404") && error.contains("NOPE"), "never an empty list: {error}");
    }
}

#[tokio::test]
async fn a_version_is_created_changed_and_resolved_to_its_project() {
    let world = World::new().await;
    for (setup, fenced, project, other) in [
        (&world.cloud, world.fresh_cloud(), "PAY", "WEB"),
        (&world.center, world.fresh_center(), "DEPOT", "FLEET"),
    ] {
        let created = setup
            .ok(
                "jira_create_version",
                json!({"project_key": project, "name": "9.0", "release_date": "2027-01-31",
                       "description": ""}),
            )
            .await;
        assert_eq!(created["releaseDate"], "2027-01-31");
        let id = created["id"].as_str().expect("id");
        let again =
            setup.err("jira_create_version", json!({"project_key": project, "name": "9.0"})).await;
        assert!(again.contains("\"success\":false") && again.contains("already exists"), "{again}");
        let changed =
            setup.ok("jira_update_version", json!({"version_id": id, "released": true})).await;
        assert_eq!(changed["released"], true);
        let nothing = setup.err("jira_update_version", json!({"version_id": id})).await;
        assert!(nothing.contains("at least one field"), "{nothing}");
        let outside = fenced.fenced(other);
        let refused =
            outside.err("jira_update_version", json!({"version_id": id, "name": "x"})).await;
        assert!(refused.contains("PROJECTS_FILTER"), "{refused}");
    }
    assert_eq!(sent(&world.acme, "POST", "/version")["project"], "PAY");
    assert!(!writes(&world.staging).is_empty());
}

#[tokio::test]
async fn several_versions_have_a_result_each() {
    let world = World::new().await;
    let results = world
        .cloud
        .ok(
            "jira_batch_create_versions",
            json!({"project_key": "PAY",
                   "versions": [{"name": "a", "startDate": "2027-01-01"}, "b", {"name": "a"}]}),
        )
        .await;
    assert_eq!(results[0]["version"]["startDate"], "2027-01-01");
    assert!(results[1]["error"].as_str().expect("text").starts_with("Item 1: "));
    assert_eq!(
        (&results[2]["success"], &results[2]["input"]),
        (&json!(false), &json!({"name": "a"}))
    );
    world.acme.clear_log();
    let none = json!({"project_key": "PAY", "versions": "[]"});
    assert_eq!(world.cloud.ok("jira_batch_create_versions", none).await, json!([]));
    for wrong in ["x", "{}"] {
        let given = json!({"project_key": "PAY", "versions": wrong});
        world.cloud.err("jira_batch_create_versions", given).await;
    }
    assert!(lines(&world.acme).is_empty());
}
