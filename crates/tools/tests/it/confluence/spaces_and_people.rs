//! Labels, people, views, templates, restrictions and permissions.

use super::Wiki;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn labels_are_added_and_listed() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Labelled", "<p>x</p>").await;
        assert_eq!(wiki.ok("get_labels", json!({"page_id": id})).await, json!([]));
        let labels = wiki.ok("add_label", json!({"page_id": id, "name": "draft"})).await;
        assert_eq!(labels.as_array().map(Vec::len), Some(1));
        let label = &labels[0];
        assert_eq!((&label["name"], &label["label"]), (&json!("draft"), &json!("draft")));
        assert_eq!(label["prefix"], json!("global"));
        assert!(label["id"].is_string());
        assert_eq!(wiki.ok("get_labels", json!({"page_id": id})).await, labels);
        for tool in ["get_labels", "add_label"] {
            let mut given = json!({"page_id": "99999999"});
            if tool == "add_label" {
                given["name"] = json!("x");
            }
            assert!(wiki.err(tool, given).await.contains("404"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_with_the_ids_that_other_tools_need() {
    for wiki in Wiki::both().await {
        let query = if wiki.is_cloud() { "Ada" } else { "mira" };
        let found = wiki.ok("search_user", json!({"query": query})).await;
        let user = &found[0]["user"];
        assert!(user["display_name"].is_string(), "{found}");
        let key = if wiki.is_cloud() { "account_id" } else { "username" };
        assert!(user[key].is_string(), "{found}");
        assert_eq!(found[0]["entity_type"], json!("user"));
        assert!(found[0]["score"].is_f64(), "{found}");
        assert_eq!(wiki.ok("search_user", json!({"query": "zzzz \"nobody\""})).await, json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_counted_on_cloud() {
    let wiki = Wiki::cloud().await;
    let id = wiki.site.page_id("ENG", "Engineering Home").expect("the home page");
    let answer = wiki.ok("get_page_views", json!({"page_id": id})).await;
    assert_eq!(answer["page_title"], json!("Engineering Home"));
    assert!(answer["total_views"].as_u64().is_some_and(|views| views > 0), "{answer}");
    assert!(answer["unique_viewers"].is_u64(), "{answer}");
    let error = wiki.err("get_page_views", json!({"page_id": "99999999"})).await;
    assert!(error.contains("Failed to get page views") && error.contains("404"), "{error}");
    let wiki = Wiki::data_center().await;
    let error = wiki.err("get_page_views", json!({"page_id": "1"})).await;
    assert!(error.contains("only available for Confluence Cloud"), "{error}");
    assert!(wiki.lines().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_listed_read_and_used_on_cloud() {
    let wiki = Wiki::cloud().await;
    let global = wiki.ok("list_page_templates", json!({})).await;
    let count = global["total"].as_u64().expect("a number");
    assert!(count >= 2, "{global}");
    assert_eq!(wiki.ok("list_page_templates", json!({"limit": 1})).await["total"], json!(1));
    let own = wiki.ok("list_page_templates", json!({"space_key": "OPS"})).await;
    assert!(own.to_string().contains("Runbook"), "{own}");
    let id = &global["templates"][0]["templateId"];
    let template = wiki.ok("get_page_template", json!({"template_id": id})).await;
    assert!(template["body"].as_str().is_some_and(|body| body.contains('<')), "{template}");
    let given = json!({"space_key": "ENG", "title": "From it", "template_id": id});
    let page = wiki.ok("create_page_from_template", given).await;
    let page_id = page["id"].as_str().expect("an id");
    assert_eq!(wiki.body(page_id), template["body"].as_str().unwrap_or_default());
    assert_eq!(page["space_key"], json!("ENG"));
    let fenced = wiki.setup.clone().fenced("ENG");
    let runbook = json!({"template_id": own["templates"][0]["templateId"]});
    let error = fenced.err("confluence_get_page_template", runbook).await;
    assert!(error.contains("restricted by configuration"), "{error}");
    let wiki = Wiki::data_center().await;
    for (tool, given) in [
        ("list_page_templates", json!({})),
        ("get_page_template", json!({"template_id": "1"})),
        (
            "create_page_from_template",
            json!({"space_key": "HALL", "title": "x", "template_id": "1"}),
        ),
    ] {
        assert!(wiki.err(tool, given).await.contains("only available for Confluence Cloud"));
    }
    assert!(wiki.lines().is_empty());
}

fn lists(read: [&[&str]; 2], edit: [&[&str]; 2]) -> Value {
    json!({"read": {"users": read[0], "groups": read[1]},
           "update": {"users": edit[0], "groups": edit[1]}})
}

#[tokio::test(flavor = "multi_thread")]
async fn restrictions_are_replaced_as_a_whole() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Secret", "<p>x</p>").await;
        let none = lists([&[], &[]], [&[], &[]]);
        assert_eq!(wiki.ok("get_page_restrictions", json!({"page_id": id})).await, none);
        let query = if wiki.is_cloud() { "Ada" } else { "mira" };
        let found = wiki.ok("search_user", json!({"query": query})).await;
        let key = if wiki.is_cloud() { "account_id" } else { "username" };
        let user = found[0]["user"][key].as_str().expect("an id").to_owned();
        let group = if wiki.is_cloud() { "engineering" } else { "hall-leads" };
        let given = json!({"page_id": id, "read_groups": [group], "edit_users": user});
        let answer = wiki.ok("set_page_restrictions", given).await;
        let expected = lists([&[], &[group]], [&[user.as_str()], &[]]);
        assert_eq!(answer["restrictions"], expected);
        assert_eq!(wiki.ok("get_page_restrictions", json!({"page_id": id})).await, expected);
        let error = wiki
            .err("set_page_restrictions", json!({"page_id": id, "read_groups": ["no-such-group"]}))
            .await;
        assert!(error.contains("no-such-group"), "{error}");
        let answer = wiki.ok("set_page_restrictions", json!({"page_id": id})).await;
        assert_eq!(answer["restrictions"], none);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_are_inspected_on_cloud() {
    let wiki = Wiki::cloud().await;
    let id = wiki.site.page_id("ENG", "Engineering Home").expect("the home page");
    let found = wiki.ok("search_user", json!({"query": "Ada"})).await;
    let given = json!({"content_id": id, "user_identifier": found[0]["user"]["account_id"],
                       "operation": "read"});
    let answer = wiki.ok("check_content_permissions", given).await;
    assert_eq!(answer["hasPermission"], json!(true));
    let given = json!({"content_id": id, "user_identifier": "x", "operation": "fly"});
    let error = wiki.err("check_content_permissions", given).await;
    assert!(error.contains("read, update or delete"), "{error}");
    let given = json!({"content_id": id, "user_identifier": "x", "operation": " Read ", "subject_type": "team"});
    let error = wiki.err("check_content_permissions", given).await;
    assert!(error.contains("should be user or group"), "{error}");
    let by_key = wiki.ok("get_space_permissions", json!({"space_id": "ENG", "limit": 2})).await;
    assert_eq!(by_key["results"].as_array().map(Vec::len), Some(2), "{by_key}");
    let given = json!({"space_id": "ENG", "limit": 2, "cursor": by_key["next_cursor"]});
    let next = wiki.ok("get_space_permissions", given).await;
    assert_ne!(next["results"][0], by_key["results"][0]);
    let fenced = wiki.setup.clone().fenced("OPS");
    let error = fenced.err("confluence_get_space_permissions", json!({"space_id": "ENG"})).await;
    assert!(error.contains("restricted by configuration"), "{error}");
    let wiki = Wiki::data_center().await;
    let error = wiki.err("get_space_permissions", json!({"space_id": "1"})).await;
    assert!(error.contains("only available for Confluence Cloud"), "{error}");
}
