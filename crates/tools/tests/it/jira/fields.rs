//! Fields, their options, and what can be filled when an issue is created.

use super::{World, lines};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

fn names(found: &Value) -> Vec<&str> {
    found.as_array().expect("list").iter().filter_map(|field| field["name"].as_str()).collect()
}

#[tokio::test]
async fn fields_are_found_by_a_fuzzy_word_and_cached() {
    let world = World::new().await;
    let found = world.cloud.ok("jira_search_fields", json!({"keyword": "story pionts"})).await;
    assert_eq!(names(&found)[0], "Story Points");
    assert_eq!(found.as_array().map(Vec::len), Some(10));
    assert!(found[0]["schema"].is_object(), "the raw object: {}", found[0]);
    let first = world.cloud.ok("jira_search_fields", json!({"limit": 2})).await;
    assert_eq!(first.as_array().map(Vec::len), Some(2));
    assert_eq!(lines(&world.acme), ["GET /rest/api/3/field"], "read once");
    world.cloud.ok("jira_search_fields", json!({"keyword": "x", "refresh": true})).await;
    assert_eq!(lines(&world.acme).len(), 2, "refresh reads again");
    world.staging.fault(Fault::on(Service::Jira, "GET", "/field$").status(403).body("{}"));
    let error = world.center.err("jira_search_fields", json!({"keyword": "x"})).await;
    assert!(error.contains("403"), "an error is no empty list: {error}");
}

#[tokio::test]
async fn options_of_a_context_with_their_children() {
    let world = World::new().await;
    let region = world.acme.field_id("Region").expect("field");
    let options = world.cloud.ok("jira_get_field_options", json!({"field_id": region})).await;
    let eu = &options[0];
    assert_eq!(eu["value"], "EU");
    let children: Vec<&str> = eu["child_options"]
        .as_array()
        .expect("children")
        .iter()
        .filter_map(|child| child["value"].as_str())
        .collect();
    assert_eq!(children, ["DE", "FR", "SE"]);
    let values = world
        .cloud
        .ok(
            "jira_get_field_options",
            json!({"field_id": region, "values_only": true, "contains": "fr"}),
        )
        .await;
    assert_eq!(values, json!([{"value": "EU", "children": ["DE", "FR", "SE"]}]));
    let squad = world.acme.field_id("Squad").expect("field");
    let values = world
        .cloud
        .ok(
            "jira_get_field_options",
            json!({"field_id": squad, "values_only": true, "return_limit": 2}),
        )
        .await;
    assert_eq!(values, json!(["Checkout", "Ledger"]));
}

#[tokio::test]
async fn options_of_a_create_screen_need_no_administrator() {
    let world = World::new().await;
    let squad = world.acme.field_id("Squad").expect("field");
    let arguments = json!({"field_id": squad, "project_key": "pay", "issue_type": "task",
                           "context_id": " ", "values_only": true});
    let values = world.cloud.ok("jira_get_field_options", arguments).await;
    assert!(values.to_string().contains("Checkout"), "{values}");
    assert!(lines(&world.acme).iter().all(|line| line.contains("/createmeta/")));
    let gate = world.staging.field_id("Gate").expect("field");
    let arguments = json!({"field_id": gate, "project_key": "DEPOT", "issue_type": "Task", "values_only": true});
    let values = world.center.ok("jira_get_field_options", arguments).await;
    assert!(values.to_string().contains("North"), "{values}");
    let error = world.center.err("jira_get_field_options", json!({"field_id": gate})).await;
    assert!(error.contains("requires project_key and issue_type"), "{error}");
    for (field, kind, words) in [
        ("customfield_1", "Task", "not on the create screen"),
        (gate.as_str(), "Nope", "it has: Epic"),
    ] {
        let arguments = json!({"field_id": field, "project_key": "DEPOT", "issue_type": kind});
        let error = world.center.err("jira_get_field_options", arguments).await;
        assert!(error.contains(words), "{error}");
    }
    world.acme.fault(Fault::on(Service::Jira, "GET", "/context$").status(403).body("{}"));
    let error = world.fresh_cloud().err("jira_get_field_options", json!({"field_id": squad})).await;
    assert!(error.contains("give project_key and issue_type"), "{error}");
}

#[tokio::test]
async fn types_and_screens_of_a_project() {
    let world = World::new().await;
    for (setup, project) in [(&world.cloud, "PAY"), (&world.center, "DEPOT")] {
        let types = setup.ok("jira_get_project_issue_types", json!({"project_key": project})).await;
        assert!(names(&types).contains(&"Task"), "{types}");
        assert!(types[0]["id"].is_string() && types[0]["subtask"].is_boolean());
        let task = types
            .as_array()
            .expect("list")
            .iter()
            .find(|kind| kind["name"] == "Task")
            .expect("a task")["id"]
            .clone();
        let arguments = json!({"project_key": project, "issue_type_id": task});
        let screen = setup.ok("jira_get_create_fields", arguments).await;
        let summary = screen
            .as_array()
            .expect("list")
            .iter()
            .find(|field| field["field_id"] == "summary")
            .expect("a summary");
        assert_eq!(
            (&summary["required"], &summary["schema"]["type"]),
            (&json!(true), &json!("string"))
        );
        let fields = setup
            .ok("jira_get_project_fields", json!({"project_key": project.to_lowercase()}))
            .await;
        let summary = fields
            .as_array()
            .expect("list")
            .iter()
            .find(|field| field["field_id"] == "summary")
            .expect("a summary");
        assert!(summary["issue_types"].as_array().is_some_and(|types| types.len() > 3));
        assert_eq!(summary["custom"], false);
        for (tool, arguments) in [
            ("jira_get_project_issue_types", json!({"project_key": "NOPE"})),
            ("jira_get_create_fields", json!({"project_key": project, "issue_type_id": "99"})),
            ("jira_get_project_fields", json!({"project_key": "NOPE"})),
        ] {
            let error = setup.err(tool, arguments).await;
            assert!(error.contains("could not read"), "an error is no empty list: {error}");
        }
    }
}

#[tokio::test]
async fn the_filter_holds_for_what_a_project_has() {
    let world = World::new().await;
    let fenced = world.fresh_cloud().fenced("LAB");
    for (tool, arguments) in [
        ("jira_get_project_issue_types", json!({"project_key": "PAY"})),
        ("jira_get_create_fields", json!({"project_key": "PAY", "issue_type_id": "10002"})),
        ("jira_get_project_fields", json!({"project_key": "pay"})),
        (
            "jira_get_field_options",
            json!({"field_id": "x", "project_key": "PAY", "issue_type": "Task"}),
        ),
        ("jira_get_project_issues", json!({"project_key": "PAY"})),
    ] {
        let error = fenced.err(tool, arguments).await;
        assert!(error.contains("restricted by configuration"), "{tool}: {error}");
    }
    assert!(lines(&world.acme).is_empty());
}

/// A Data Center of before 8.4 knows no pages of create metadata, but one answer with everything.
#[tokio::test]
async fn old_data_centers_tell_everything_in_one_answer() {
    let world = World::new().await;
    let unknown = r#"{"message": "null for uri: /rest/api/2/issue/createmeta/DEPOT/issuetypes",
                      "status-code": 404}"#;
    let pages = Fault::on(Service::Jira, "GET", "/createmeta/").status(404).body(unknown);
    world.staging.fault(pages);
    let whole = json!({"projects": [{"key": "DEPOT", "issuetypes": [
        {"id": "1", "name": "Task", "subtask": false, "fields": {
            "summary": {"name": "Summary", "required": true, "schema": {"type": "string"}},
            "customfield_10030": {"name": "Gate", "required": false,
                "schema": {"type": "option"}, "allowedValues": [{"id": "7", "value": "North"}]}}},
        {"id": "2", "name": "Sub-task", "subtask": true, "fields": {}}]}]});
    let old = Fault::on(Service::Jira, "GET", "/createmeta$").body(whole.to_string());
    world.staging.fault(old);
    let setup = world.fresh_center();
    let types = setup.ok("jira_get_project_issue_types", json!({"project_key": "DEPOT"})).await;
    assert_eq!(types[0]["name"], "Task");
    let arguments = json!({"project_key": "DEPOT", "issue_type_id": "1"});
    let fields = setup.ok("jira_get_create_fields", arguments).await;
    assert_eq!((&fields[0]["field_id"], &fields[0]["required"]), (&json!("summary"), &json!(true)));
    let arguments = json!({"field_id": "customfield_10030", "project_key": "DEPOT",
                           "issue_type": "Task", "values_only": true});
    let values = setup.ok("jira_get_field_options", arguments).await;
    assert_eq!(values, json!(["North"]));
    let arguments = json!({"project_key": "DEPOT", "issue_type_id": "99"});
    let error = setup.err("jira_get_create_fields", arguments).await;
    assert!(error.contains("could not read the create fields of issue type 99"), "{error}");
    // Nothing of this is asked where the pages exist.
    world.staging.clear_faults();
    world.staging.clear_log();
    let arguments = json!({"project_key": "DEPOT"});
    world.fresh_center().ok("jira_get_project_issue_types", arguments).await;
    assert!(lines(&world.staging).iter().all(|line| line.contains("/createmeta/")));
}

/// A blank in a path would ask for something else: the list instead of one of it.
#[tokio::test]
async fn a_blank_id_is_refused_before_anything_is_asked_for() {
    let world = World::new().await;
    for (tool, arguments) in [
        ("jira_get_create_fields", json!({"project_key": "PAY", "issue_type_id": " "})),
        ("jira_get_project_fields", json!({"project_key": ""})),
        ("jira_get_issue_development_info", json!({"issue_key": ""})),
        ("jira_get_sprints_from_board", json!({"board_id": "one"})),
    ] {
        let error = world.cloud.err(tool, arguments).await;
        assert!(error.contains("empty") || error.contains("number"), "{tool}: {error}");
    }
    assert!(world.acme.log().is_empty(), "{:?}", lines(&world.acme));
}
