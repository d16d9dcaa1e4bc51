use super::{World, lines, sent, writes};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

const REQUEST: &str = "/servicedeskapi/request/[A-Z]+-[0-9]+$";
const POSTED: &str = r#"{"id":"900","body":"for the customer","public":true,
    "author":{"displayName":"Farah"},"created":{"iso8601":"2026-11-24T10:00:00+0000",
    "jira":"2026-11-24T10:00:00.000+0000"}}"#;

fn is_a_request(world: &World) {
    world.acme.fault(Fault::on(Service::Jira, "GET", REQUEST).status(200).body("{}"));
}

fn is_no_request(world: &World) {
    world.acme.fault(
        Fault::on(Service::Jira, "GET", REQUEST)
            .status(404)
            .body(r#"{"errorMessage":"no such request"}"#),
    );
}

fn takes_comments(world: &World) {
    world.acme.fault(
        Fault::on(Service::Jira, "POST", "/servicedeskapi/.*/comment$").status(201).body(POSTED),
    );
}

#[tokio::test]
async fn a_comment_is_stored_in_the_form_of_the_deployment() {
    let world = World::new().await;
    let body = "It is **done**, see `x`";
    let cloud =
        world.cloud.ok("jira_add_comment", json!({"issue_key": "PAY-1", "body": body})).await;
    assert_eq!(super::keys(&cloud), ["id", "body", "created", "author"]);
    assert_eq!(cloud["body"], body);
    let created = cloud["created"].as_str().expect("time");
    assert!(created.contains(' ') && created.ends_with("+00:00"), "{created}");
    let stored = world.acme.comments("PAY-1").pop().expect("there");
    assert_eq!(stored["body"]["type"], "doc");
    assert_eq!(lines(&world.acme), ["POST /rest/api/3/issue/PAY-1/comment"], "one request");

    let center =
        world.center.ok("jira_add_comment", json!({"issue_key": "DEPOT-1", "comment": body})).await;
    assert_eq!(center["body"], body);
    let stored = world.staging.comments("DEPOT-1").pop().expect("there");
    assert_eq!(stored["body"], "It is *done*, see {{x}}");
    assert_eq!(lines(&world.staging), ["POST /rest/api/2/issue/DEPOT-1/comment"]);
}

#[tokio::test]
async fn a_document_is_taken_as_it_is_and_a_bad_one_is_refused() {
    let world = World::new().await;
    let document = json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "raw"}]}]});
    world.cloud.ok("jira_add_comment", json!({"issue_key": "PAY-1", "body": document})).await;
    assert_eq!(sent(&world.acme, "POST", "/comment")["body"], document);
    world.acme.clear_log();
    let bad = json!({"type": "doc", "version": 1, "content": [{"type": "text", "text": "x"}]});
    let error =
        world.cloud.err("jira_add_comment", json!({"issue_key": "PAY-1", "body": bad})).await;
    assert!(error.contains("ADF document is not valid"), "{error}");
    assert!(lines(&world.acme).is_empty());
}

#[tokio::test]
async fn without_translation_text_passes_through() {
    let world = World::new().await;
    let mut raw = world.fresh_center();
    raw.config.behaviour.markup_translation = false;
    let result =
        raw.ok("jira_add_comment", json!({"issue_key": "DEPOT-1", "body": "h2. *raw*"})).await;
    assert_eq!(result["body"], "h2. *raw*");
    assert_eq!(sent(&world.staging, "POST", "/comment")["body"], "h2. *raw*");
}

#[tokio::test]
async fn a_restriction_is_sent_and_a_bad_one_refused() {
    let world = World::new().await;
    let role = json!({"type": "role", "value": "Developers"});
    world
        .cloud
        .ok("jira_add_comment", json!({"issue_key": "PAY-1", "body": "x", "visibility": role}))
        .await;
    assert_eq!(sent(&world.acme, "POST", "/comment")["visibility"], role);
    world.acme.clear_log();
    for (arguments, words) in [
        (json!({"visibility": "admins"}), "visibility must be a valid JSON object"),
        (json!({"visibility": {"type": "role"}}), "visibility must be a valid JSON object"),
        (json!({"visibility": role, "public": true}), "Cannot use both"),
        (json!({"body": " "}), "body must not be empty"),
    ] {
        let mut all = json!({"issue_key": "PAY-1", "body": "x"});
        all.as_object_mut()
            .expect("object")
            .extend(arguments.as_object().cloned().expect("object"));
        let error = world.cloud.err("jira_add_comment", all).await;
        assert!(error.contains(words), "{error}");
    }
    let error = world.cloud.err("jira_add_comment", json!({"issue_key": "PAY-1"})).await;
    assert!(error.contains("body: Missing required argument"), "{error}");
    assert!(lines(&world.acme).is_empty(), "nothing was sent");
}

#[tokio::test]
async fn the_customer_sees_what_is_public() {
    let world = World::new().await;
    takes_comments(&world);
    let result = world
        .cloud
        .ok("jira_add_comment", json!({"issue_key": "OPS-2", "body": "**hi**", "public": true}))
        .await;
    assert_eq!(
        result,
        json!({"id": "900", "body": "for the customer", "created": "2026-11-24 10:00:00+00:00",
               "author": "Farah", "public": true})
    );
    assert_eq!(
        sent(&world.acme, "POST", "/request/OPS-2/comment"),
        json!({"body": "**hi**", "public": true}),
        "the text is sent as it is"
    );
    assert_eq!(lines(&world.acme).len(), 1);
}

#[tokio::test]
async fn an_internal_comment_never_becomes_a_visible_one() {
    let world = World::new().await;
    is_a_request(&world);
    takes_comments(&world);
    let arguments = json!({"issue_key": "OPS-2", "body": "x", "public": false});
    world.cloud.ok("jira_add_comment", arguments.clone()).await;
    assert_eq!(sent(&world.acme, "POST", "/request/OPS-2/comment")["public"], false);

    // Not known whether it is a request: nothing is posted.
    world.acme.reset().expect("fresh data");
    world.acme.fault(Fault::on(Service::Jira, "GET", REQUEST).status(500));
    let error = world.cloud.err("jira_add_comment", arguments).await;
    assert!(error.contains("Nothing was changed"), "{error}");
    assert!(writes(&world.acme).is_empty(), "{:?}", writes(&world.acme));

    // No service project: an ordinary comment, and a note.
    world.acme.reset().expect("fresh data");
    let result = world
        .cloud
        .ok("jira_add_comment", json!({"issue_key": "PAY-1", "body": "x", "public": false}))
        .await;
    assert!(result["note"].as_str().is_some_and(|note| note.contains("not a service request")));
    assert_eq!(writes(&world.acme), ["POST /rest/api/3/issue/PAY-1/comment"]);
}

#[tokio::test]
async fn internal_only_projects_take_internal_comments_only() {
    let world = World::new().await;
    let mut guarded = world.fresh_cloud();
    guarded.config.behaviour.internal_only_projects = vec!["OPS".to_owned()];
    is_a_request(&world);
    takes_comments(&world);
    for public in [Value::Null, json!(true)] {
        let error = guarded
            .err("jira_add_comment", json!({"issue_key": "OPS-2", "body": "x", "public": public}))
            .await;
        assert!(error.contains("JIRA_INTERNAL_ONLY_PROJECTS"), "{error}");
    }
    assert!(writes(&world.acme).is_empty());
    guarded
        .ok("jira_add_comment", json!({"issue_key": "OPS-2", "body": "x", "public": false}))
        .await;
    assert_eq!(writes(&world.acme), ["POST /rest/servicedeskapi/request/OPS-2/comment"]);

    // A definite "no request" frees the issue; an unclear answer keeps the guard.
    world.acme.reset().expect("fresh data");
    is_no_request(&world);
    guarded.ok("jira_add_comment", json!({"issue_key": "OPS-2", "body": "x"})).await;
    assert_eq!(writes(&world.acme), ["POST /rest/api/3/issue/OPS-2/comment"]);
    world.acme.reset().expect("fresh data");
    world.acme.fault(Fault::on(Service::Jira, "GET", REQUEST).status(503));
    let error = guarded.err("jira_add_comment", json!({"issue_key": "OPS-2", "body": "x"})).await;
    assert!(error.contains("JIRA_INTERNAL_ONLY_PROJECTS"), "{error}");
    assert!(writes(&world.acme).is_empty());

    // Other projects are free.
    world.acme.clear_faults();
    guarded.ok("jira_add_comment", json!({"issue_key": "PAY-1", "body": "x"})).await;
}

#[tokio::test]
async fn a_moved_issue_is_judged_by_where_it_is_now() {
    let world = World::new().await;
    let fenced = world.fresh_cloud().fenced("LAB");
    let error = fenced.err("jira_add_comment", json!({"issue_key": "LAB-2", "body": "x"})).await;
    assert!(error.contains("restricted by configuration"), "{error}");
    assert!(writes(&world.acme).is_empty());
    let mut guarded = world.fresh_cloud();
    guarded.config.behaviour.internal_only_projects = vec!["PAY".to_owned()];
    world.acme.fault(Fault::on(Service::Jira, "GET", REQUEST).status(503));
    let error = guarded.err("jira_add_comment", json!({"issue_key": "LAB-2", "body": "x"})).await;
    assert!(error.contains("JIRA_INTERNAL_ONLY_PROJECTS"), "{error}");
}

#[tokio::test]
async fn the_service_desks_refusal_says_what_it_means() {
    let world = World::new().await;
    world.acme.fault(
        Fault::on(Service::Jira, "POST", "/comment$").status(404).body(r#"{"errorMessage":"no"}"#),
    );
    let error = world
        .cloud
        .err("jira_add_comment", json!({"issue_key": "PAY-1", "body": "x", "public": true}))
        .await;
    assert!(error.contains("PAY-1 is not a JSM service desk issue or does not exist"), "{error}");
}

#[tokio::test]
async fn a_text_that_is_too_long_is_explained() {
    let world = World::new().await;
    world.acme.fault(
        Fault::on(Service::Jira, "POST", "/comment$")
            .status(400)
            .body(r#"{"errorMessages":["CONTENT_LIMIT_EXCEEDED"]}"#),
    );
    let error = world
        .cloud
        .err("jira_add_comment", json!({"issue_key": "PAY-1", "body": "word ".repeat(9_000)}))
        .await;
    assert!(error.contains("32767") && error.contains("CONTENT_LIMIT_EXCEEDED"), "{error}");
}

#[tokio::test]
async fn the_service_desk_itself_keeps_internal_and_public_apart() {
    let world = World::new().await;
    for (setup, site, key) in
        [(&world.cloud, &world.acme, "OPS-2"), (&world.center, &world.staging, "HELP-1")]
    {
        for public in [true, false] {
            let arguments = json!({"issue_key": key, "body": "To whom?", "public": public});
            let result = setup.ok("jira_add_comment", arguments).await;
            assert_eq!(result["public"], public, "{key}");
            assert!(result["author"].as_str().is_some_and(|name| name != "Unknown"), "{result}");
            let stored = site.comments(key).pop().expect("there");
            assert_eq!(stored["id"], result["id"], "{key}");
        }
    }
    // Cloud tells readers, too.
    let shown = world.cloud.ok("jira_get_issue", json!({"issue_key": "OPS-2"})).await;
    let told: Vec<&Value> = shown["comments"]
        .as_array()
        .expect("comments")
        .iter()
        .rev()
        .take(2)
        .map(|comment| &comment["jsdPublic"])
        .collect();
    assert_eq!(told, [&json!(false), &json!(true)], "newest last");
}
