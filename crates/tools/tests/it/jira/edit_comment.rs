use super::{World, keys, sent, writes};
use atlassian_sandbox::{Fault, Service, Site};
use serde_json::{Value, json};

fn id(site: &Site, key: &str, place: usize) -> Value {
    site.comments(key)[place]["id"].clone()
}

#[tokio::test]
async fn a_comment_is_replaced_in_the_form_of_the_deployment() {
    let world = World::new().await;
    for (setup, site, key) in
        [(&world.cloud, &world.acme, "PAY-6"), (&world.center, &world.staging, "DEPOT-5")]
    {
        let comment = id(site, key, 0);
        let arguments = json!({"issue_key": key, "comment_id": comment, "body": "Now **bold**"});
        let result = setup.ok("jira_edit_comment", arguments).await;
        assert_eq!(keys(&result), ["id", "body", "updated", "author"]);
        assert_eq!((&result["id"], &result["body"]), (&comment, &json!("Now **bold**")));
        assert_eq!(writes(site).len(), 1);
    }
    assert_eq!(world.staging.comments("DEPOT-5")[0]["body"], "Now *bold*");
    let request = world.staging.log().into_iter().find(|r| r.method == "PUT").expect("edited");
    assert_eq!(request.query_value("notifyUsers"), Some("true"));
}

#[tokio::test]
async fn a_restriction_stays_unless_another_is_given() {
    let world = World::new().await;
    let comment = id(&world.acme, "PAY-2", 1);
    let edit = |extra: Value| {
        let mut arguments = json!({"issue_key": "PAY-2", "comment_id": comment, "body": "x"});
        arguments
            .as_object_mut()
            .expect("object")
            .extend(extra.as_object().cloned().expect("object"));
        arguments
    };
    world.cloud.ok("jira_edit_comment", edit(json!({}))).await;
    let put = |key: &str| sent(&world.acme, "PUT", key)["visibility"]["value"].clone();
    let path = format!("/comment/{}", comment.as_str().expect("id"));
    assert_eq!(put(&path), "Developers");
    let other = json!({"visibility": {"type": "role", "value": "Administrators"}});
    world.cloud.call("jira_edit_comment", edit(other)).await.ok();
    assert_eq!(put(&path), "Administrators");
}

#[tokio::test]
async fn an_unchanged_text_keeps_its_stored_form() {
    let world = World::new().await;
    let before = world.staging.comments("DEPOT-2")[1]["body"].clone();
    let shown = world.center.ok("jira_get_issue", json!({"issue_key": "DEPOT-2"})).await;
    let text = shown["comments"][1]["body"].clone();
    let comment = id(&world.staging, "DEPOT-2", 1);
    let arguments = json!({"issue_key": "DEPOT-2", "comment_id": comment, "body": text});
    world.center.ok("jira_edit_comment", arguments).await;
    assert_eq!(world.staging.comments("DEPOT-2")[1]["body"], before);
}

#[tokio::test]
async fn nothing_is_written_when_something_is_wrong() {
    let world = World::new().await;
    let comment = id(&world.acme, "PAY-6", 0);
    for (arguments, words) in [
        (json!({"issue_key": "PAY-6", "comment_id": comment, "body": " "}), "must not be empty"),
        (json!({"issue_key": "PAY-6", "comment_id": "", "body": "x"}), "must not be empty"),
        (json!({"issue_key": "PAY-6", "comment_id": "999", "body": "x"}), "comment 999"),
        (
            json!({"issue_key": "PAY-6", "comment_id": comment, "body": "x", "visibility": "all"}),
            "valid JSON object",
        ),
    ] {
        let error = world.cloud.err("jira_edit_comment", arguments).await;
        assert!(error.contains(words), "{error}");
    }
    let fenced = world.fresh_cloud().fenced("LAB");
    let arguments = json!({"issue_key": "PAY-6", "comment_id": comment, "body": "x"});
    let error = fenced.err("jira_edit_comment", arguments).await;
    assert!(error.contains("restricted by configuration"), "{error}");
    assert!(writes(&world.acme).is_empty());
}

#[tokio::test]
async fn on_internal_only_projects_only_internal_comments_are_edited() {
    let world = World::new().await;
    let mut guarded = world.fresh_cloud();
    guarded.config.behaviour.internal_only_projects = vec!["OPS".to_owned()];
    let comment = id(&world.acme, "OPS-2", 0);
    let arguments = json!({"issue_key": "OPS-2", "comment_id": comment, "body": "x"});
    let ask = Fault::on(Service::Jira, "GET", "/request/OPS-2$").status(200).body("{}");
    let about = |body: &str, status| {
        world.acme.clear_faults();
        world.acme.fault(ask.clone());
        world.acme.fault(
            Fault::on(Service::Jira, "GET", "/request/OPS-2/comment/")
                .status(status)
                .body(body.to_owned()),
        );
    };
    about(r#"{"public": true}"#, 200);
    let error = guarded.err("jira_edit_comment", arguments.clone()).await;
    assert!(error.contains("is PUBLIC"), "{error}");
    about("{}", 503);
    let error = guarded.err("jira_edit_comment", arguments.clone()).await;
    assert!(error.contains("could not be checked"), "{error}");
    assert!(writes(&world.acme).is_empty());
    about(r#"{"public": false}"#, 200);
    guarded.ok("jira_edit_comment", arguments).await;
}
