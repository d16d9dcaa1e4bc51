//! Links between issues, to epics and to the web.

use super::{World, lines, sent, writes};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

fn block(inward: &str, outward: &str, extra: &Value) -> Value {
    let mut arguments = json!({"link_type": "Blocks", "inward_issue_key": inward,
                               "outward_issue_key": outward});
    arguments.as_object_mut().expect("object").extend(extra.as_object().cloned().expect("object"));
    arguments
}

#[tokio::test]
async fn types_are_filtered_by_name() {
    let world = World::new().await;
    let all = world.cloud.ok("jira_get_link_types", json!({})).await;
    let some = world.cloud.ok("jira_get_link_types", json!({"name_filter": "BLOCK"})).await;
    assert!(all.as_array().map(Vec::len) > some.as_array().map(Vec::len));
    let kind = &some[0];
    assert_eq!((&kind["inward"], &kind["outward"]), (&json!("is blocked by"), &json!("blocks")));
    assert_eq!(lines(&world.acme), ["GET /rest/api/3/issueLinkType"], "cached");
    let none = world.cloud.ok("jira_get_link_types", json!({"name_filter": "zzz"})).await;
    assert_eq!(none, json!([]));
}

#[tokio::test]
async fn the_inward_issue_blocks_the_outward_one() {
    let world = World::new().await;
    let result = world
        .cloud
        .ok("jira_create_issue_link", block("PAY-7", "PAY-8", &json!({"comment": "**why**"})))
        .await;
    assert_eq!(
        result,
        json!({"success": true, "message": "Link created between PAY-7 and PAY-8",
               "link_type": "Blocks", "inward_issue": "PAY-7", "outward_issue": "PAY-8"})
    );
    assert_eq!(sent(&world.acme, "POST", "/issueLink")["comment"]["body"]["type"], "doc");
    let shown = world
        .cloud
        .ok("jira_get_issue", json!({"issue_key": "PAY-7", "fields": "issuelinks"}))
        .await;
    let link = &shown["issuelinks"][0];
    assert_eq!(link["outward_issue"]["key"], "PAY-8");
    let removed = world.cloud.ok("jira_remove_issue_link", json!({"link_id": link["id"]})).await;
    assert_eq!(
        removed["message"],
        format!("Link with ID {} has been removed", link["id"].as_str().expect("id"))
    );
    let center = world
        .center
        .ok("jira_create_issue_link", block("DEPOT-6", "DEPOT-8", &json!({"comment": "**why**"})))
        .await;
    assert_eq!(center["success"], true);
    assert_eq!(sent(&world.staging, "POST", "/issueLink")["comment"]["body"], "*why*");
}

#[tokio::test]
async fn a_type_nobody_knows_is_refused_with_the_known_ones() {
    let world = World::new().await;
    let mut arguments = block("PAY-7", "PAY-8", &json!({}));
    arguments["link_type"] = json!("Loves");
    let error = world.cloud.err("jira_create_issue_link", arguments.clone()).await;
    assert!(
        error.contains("No issue link type with name 'Loves' found. Link types are:"),
        "{error}"
    );
    arguments["link_type"] = json!(" ");
    let error = world.cloud.err("jira_create_issue_link", arguments).await;
    assert!(error.contains("are required"), "{error}");
    let error = world.cloud.err("jira_remove_issue_link", json!({"link_id": " "})).await;
    assert!(error.contains("link_id is required"), "{error}");
    // Jira says no first: a name it takes costs no list.
    assert_eq!(lines(&world.acme), ["POST /rest/api/3/issueLink", "GET /rest/api/3/issueLinkType"]);
    arguments = block("PAY-7", "PAY-8", &json!({}));
    arguments["link_type"] = json!("relates to");
    let linked = world.cloud.ok("jira_create_issue_link", arguments).await;
    assert_eq!(linked["link_type"], "Relates", "its own phrase stands for the type");
}

#[tokio::test]
async fn both_ends_of_a_link_are_fenced() {
    let world = World::new().await;
    let id = world.acme.issue("PAY-6").expect("seeded")["fields"]["issuelinks"][0]["id"].clone();
    let fenced = world.fresh_cloud().fenced("WEB");
    for (inward, outward) in [("WEB-1", "PAY-1"), ("PAY-1", "WEB-1"), ("WEB-1", "LAB-2")] {
        let error = fenced.err("jira_create_issue_link", block(inward, outward, &json!({}))).await;
        assert!(error.contains("restricted by configuration"), "{error}");
    }
    let error = fenced.err("jira_remove_issue_link", json!({"link_id": id})).await;
    assert!(error.contains("restricted by configuration") && !error.contains("PAY-"), "{error}");
    let error =
        fenced.err("jira_link_to_epic", json!({"issue_key": "WEB-8", "epic_key": "PAY-1"})).await;
    assert!(error.contains("restricted by configuration"), "{error}");
    let mut guarded = world.fresh_cloud();
    guarded.config.behaviour.internal_only_projects = vec!["OPS".to_owned()];
    let error = guarded
        .err("jira_create_issue_link", block("PAY-1", "OPS-2", &json!({"comment": "x"})))
        .await;
    assert!(error.contains("JIRA_INTERNAL_ONLY_PROJECTS"), "{error}");
    assert!(writes(&world.acme).is_empty());
}

#[tokio::test]
async fn an_issue_goes_into_an_epic_and_that_is_verified() {
    let world = World::new().await;
    let result = world
        .cloud
        .ok("jira_link_to_epic", json!({"issue_key": "PAY-7", "epic_key": "PAY-11"}))
        .await;
    assert_eq!(result["message"], "Issue PAY-7 has been linked to epic PAY-11.");
    assert_eq!(result["issue"]["key"], "PAY-7");
    assert!(super::keys(&result["issue"]).iter().all(|key| !key.starts_with("customfield")));
    assert_eq!(world.acme.issue("PAY-7").expect("there")["fields"]["parent"]["key"], "PAY-11");
    assert_eq!(writes(&world.acme), ["PUT /rest/api/3/issue/PAY-7"]);
    world
        .center
        .ok("jira_link_to_epic", json!({"issue_key": "DEPOT-6", "epic_key": "DEPOT-1"}))
        .await;
    let link = world.staging.field_id("Epic Link").expect("field");
    assert_eq!(sent(&world.staging, "PUT", "/DEPOT-6")["fields"], json!({link: "DEPOT-1"}));
}

#[tokio::test]
async fn what_is_no_epic_takes_no_issues() {
    let world = World::new().await;
    for (setup, site, key, epic) in [
        (&world.cloud, &world.acme, "PAY-7", "PAY-6"),
        (&world.center, &world.staging, "DEPOT-6", "DEPOT-5"),
    ] {
        let error =
            setup.err("jira_link_to_epic", json!({"issue_key": key, "epic_key": epic})).await;
        assert!(error.contains(&format!("{epic} is not an Epic, it is a Bug")), "{error}");
        assert!(writes(site).is_empty());
    }
    // Jira takes the edit and does nothing: no success is claimed.
    world.acme.fault(Fault::on(Service::Jira, "PUT", "/PAY-7$").status(204).body(""));
    let error = world
        .cloud
        .err("jira_link_to_epic", json!({"issue_key": "PAY-7", "epic_key": "PAY-11"}))
        .await;
    assert!(error.contains("Could not link issue PAY-7 to epic PAY-11"), "{error}");
    assert!(error.contains("the epic did not change"), "{error}");
}

#[tokio::test]
async fn a_web_link() {
    let world = World::new().await;
    let arguments = json!({"issue_key": "PAY-7", "url": "https://example.com/x", "title": "X",
        "summary": "the page", "relationship": "documents", "icon_url": "https://example.com/i.png"});
    let result = world.cloud.ok("jira_create_remote_issue_link", arguments).await;
    assert_eq!(
        result,
        json!({"success": true, "message": "Remote link created for issue PAY-7",
               "issue_key": "PAY-7", "link_title": "X", "link_url": "https://example.com/x",
               "relationship": "documents"})
    );
    let body = sent(&world.acme, "POST", "/remotelink");
    assert_eq!(
        body["object"]["icon"],
        json!({"url16x16": "https://example.com/i.png", "title": "X"})
    );
    let shown = world
        .cloud
        .ok("jira_get_issue", json!({"issue_key": "PAY-7", "include": "remote_links"}))
        .await;
    assert_eq!(shown["remote_links"][0]["object"]["url"], "https://example.com/x");
    for (name, value) in [("url", ""), ("title", " ")] {
        let mut arguments =
            json!({"issue_key": "PAY-7", "url": "https://example.com/x", "title": "X"});
        arguments[name] = json!(value);
        let error = world.cloud.err("jira_create_remote_issue_link", arguments).await;
        assert!(error.contains(&format!("{name} is required")), "{error}");
    }
}
