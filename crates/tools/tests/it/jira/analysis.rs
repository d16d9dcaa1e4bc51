use super::{World, keys, sent};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

#[tokio::test]
async fn epics_are_grouped_under_their_parents() {
    let world = World::new().await;
    for (setup, project) in [(&world.cloud, "PAY"), (&world.center, "DEPOT")] {
        let result = setup
            .ok("jira_get_project_epic_hierarchy", json!({"project_key": project.to_lowercase()}))
            .await;
        assert_eq!(result["project_key"], project);
        let groups = result["groups"].as_array().expect("groups");
        let epics: usize = groups.iter().map(|g| g["epics"].as_array().map_or(0, Vec::len)).sum();
        assert!(epics > 0, "{result}");
        assert_eq!(json!(epics), result["total_epics"]);
        assert!(result.get("truncated").is_none());
        let epic = &groups[0]["epics"][0];
        assert_eq!(keys(epic), ["key", "summary", "status"]);
    }
    let jql = sent(&world.acme, "POST", "/search/jql")["jql"].clone();
    let jql = jql.as_str().expect("text");
    assert!(jql.starts_with("project = PAY AND issuetype in (\"10000\""), "by level: {jql}");
}

fn epic(key: &str, parent: Option<&str>, link: Option<&str>) -> Value {
    let mut fields = json!({"summary": format!("Epic {key}"), "status": {"name": "To Do"},
                            "project": {"key": "PAY"}});
    if let Some(parent) = parent {
        fields["parent"] = json!({"key": parent});
    }
    if let Some(link) = link {
        fields["issuelinks"] = json!([{"type": {"name": "Split", "inward": "split from"},
                                       "inwardIssue": {"key": link}}]);
    }
    json!({"key": key, "id": "1", "fields": fields})
}

#[tokio::test]
async fn a_parent_that_cannot_be_read_costs_no_other() {
    let world = World::new().await;
    let page = json!({"issues": [epic("PAY-1", Some("WEB-1"), None),
                                 epic("PAY-2", None, Some("GONE-5")),
                                 epic("PAY-3", Some("PAY-1"), None)], "isLast": true});
    world.acme.fault(
        Fault::on(Service::Jira, "POST", "/search/jql").status(200).body(page.to_string()).times(1),
    );
    let result =
        world.cloud.ok("jira_get_project_epic_hierarchy", json!({"project_key": "PAY"})).await;
    let groups = result["groups"].as_array().expect("groups");
    assert_eq!(groups[0]["parent"], json!({"key": "GONE-5", "summary": "", "project": "GONE"}));
    assert_eq!(groups[1]["parent"]["key"], "WEB-1");
    assert_ne!(groups[1]["parent"]["summary"], "", "{result}");
    assert_eq!(groups[2]["group_name"], "Unlinked");
    assert_eq!(groups[2]["epics"][0]["key"], "PAY-3");
}

#[tokio::test]
async fn links_that_leave_the_project_are_counted() {
    let world = World::new().await;
    for (setup, project) in [(&world.cloud, "PAY"), (&world.center, "DEPOT")] {
        let result =
            setup.ok("jira_get_cross_project_dependencies", json!({"project_key": project})).await;
        let by_project = result["by_project"].as_object().expect("projects");
        assert!(!by_project.contains_key(project), "{result}");
        let sum: u64 = by_project.values().filter_map(|p| p["total_links"].as_u64()).sum();
        assert_eq!(json!(sum), result["total_cross_project_links"]);
        assert!(sum > 0, "the data has such links: {result}");
        let few = json!({"project_key": project, "max_issues": 1});
        let few = setup.ok("jira_get_cross_project_dependencies", few).await;
        assert_eq!((&few["total_issues_scanned"], &few["truncated"]), (&json!(1), &json!(true)));
    }
    let error = world
        .cloud
        .err("jira_get_cross_project_dependencies", json!({"project_key": "NOPE"}))
        .await;
    assert!(error.contains("NOPE"), "{error}");
    let fenced = world.fresh_cloud().fenced("WEB");
    let error = fenced.err("jira_get_project_epic_hierarchy", json!({"project_key": "PAY"})).await;
    assert!(error.contains("PROJECTS_FILTER"), "{error}");
}
