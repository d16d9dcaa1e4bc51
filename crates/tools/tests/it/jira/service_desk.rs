use super::{World, lines, sent, writes};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

#[tokio::test]
async fn a_desk_its_queues_and_their_issues() {
    let world = World::new().await;
    for (setup, project) in [(&world.cloud, "OPS"), (&world.center, "HELP")] {
        let desk =
            setup.ok("jira_get_service_desk_for_project", json!({"project_key": project})).await;
        assert_eq!(desk["service_desk"]["project_key"], project);
        let id = desk["service_desk"]["id"].as_str().expect("id");
        let queues = setup.ok("jira_get_service_desk_queues", json!({"service_desk_id": id})).await;
        assert_eq!((&queues["is_last_page"], &queues["size"]), (&json!(true), &json!(3)));
        assert!(queues["queues"][0]["issue_count"].is_i64(), "{queues}");
        let queue = queues["queues"][0]["id"].as_str().expect("id");
        let issues = setup
            .ok(
                "jira_get_queue_issues",
                json!({"service_desk_id": id, "queue_id": queue, "limit": 2}),
            )
            .await;
        assert_eq!(issues["queue"]["name"], "All open");
        for issue in issues["issues"].as_array().expect("list") {
            assert!(issue["key"].as_str().expect("key").starts_with(project), "raw: {issue}");
        }
        let none =
            setup.ok("jira_get_service_desk_for_project", json!({"project_key": "NOPE"})).await;
        assert_eq!(none, json!({"project_key": "NOPE", "service_desk": null}));
        for (tool, given) in [
            ("jira_get_service_desk_queues", json!({"service_desk_id": "99"})),
            ("jira_get_queue_issues", json!({"service_desk_id": id, "queue_id": "999"})),
            ("jira_get_request_types", json!({"service_desk_id": "99"})),
        ] {
            let error = setup.err(tool, given).await;
            assert!(error.contains("404"), "never an empty list: {error}");
        }
        let error =
            setup.err("jira_get_service_desk_queues", json!({"service_desk_id": " "})).await;
        assert!(error.contains("Service desk ID is required"), "{error}");
    }
}

#[tokio::test]
async fn what_can_be_asked_for_and_with_which_fields() {
    let world = World::new().await;
    for setup in [&world.cloud, &world.center] {
        let types = setup.ok("jira_get_request_types", json!({"service_desk_id": 4})).await;
        let kind = types["request_types"][0]["id"].as_str().expect("id");
        let fields = setup
            .ok(
                "jira_get_request_type_fields",
                json!({"service_desk_id": "4", "request_type_id": kind}),
            )
            .await;
        let summary = &fields["fields"][0];
        assert_eq!(
            (&summary["field_id"], &summary["required"]),
            (&json!("summary"), &json!(true)),
            "{fields}"
        );
        assert!(fields["can_raise_on_behalf_of"].is_boolean());
    }
}

fn request(extra: Value) -> Value {
    let mut request = json!({"service_desk_id": "4", "request_type_id": "23",
                             "request_field_values": {"summary": "The portal is slow"}});
    request.as_object_mut().expect("object").extend(extra.as_object().cloned().expect("object"));
    request
}

#[tokio::test]
async fn a_request_is_raised_with_its_files() {
    let world = World::new().await;
    for (site, setup) in [(&world.acme, &world.cloud), (&world.staging, &world.center)] {
        let raised = setup
            .ok(
                "jira_create_customer_request",
                request(json!({"attachments": [{"filename": "a.txt", "base64": "aGVsbG8="}]})),
            )
            .await;
        assert_eq!(raised["created_mode"], "created_direct");
        assert!(raised.get("warnings").is_none(), "{raised}");
        let key = raised["request_key"].as_str().expect("key");
        assert!(raised["portal_url"].as_str().expect("url").ends_with(key));
        let issue = site.issue(key).expect("it is there");
        assert_eq!(issue["fields"]["attachment"][0]["filename"], "a.txt", "{issue}");
        assert_eq!(sent(site, "POST", "/attachment")["public"], true);
    }
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said_before_the_request_is_raised() {
    let world = World::new().await;
    for (given, says) in [
        (
            request(json!({"request_field_values": {"description": "x"}})),
            "JSM_CUSTOMER_REQUEST_MISSING_REQUIRED_FIELDS service_desk_id=4 request_type_id=23",
        ),
        (request(json!({"request_field_values": "x"})), "not valid JSON"),
        (request(json!({"attachments": "{}"})), "must be a JSON array"),
        (request(json!({"request_participants": "{\"a\": 1}"})), "must be an array"),
    ] {
        let error = world.cloud.err("jira_create_customer_request", given).await;
        assert!(error.contains(says), "{error}");
    }
    assert!(writes(&world.acme).is_empty());
    let fenced = world.fresh_cloud().fenced("PAY");
    let error = fenced.err("jira_create_customer_request", request(json!({}))).await;
    assert!(error.contains("PROJECTS_FILTER") && writes(&world.acme).is_empty(), "{error}");
}

#[tokio::test]
async fn a_refused_customer_does_not_lose_the_request_unless_asked_to() {
    let world = World::new().await;
    let refuse = || {
        Fault::on(Service::Jira, "POST", "/servicedeskapi/request$")
            .status(400)
            .body(r#"{"errorMessage": "The user does not exist: ghost"}"#)
            .times(1)
    };
    world.acme.fault(refuse());
    let behalf = json!({"raise_on_behalf_of": "ghost", "request_participants": "a, b"});
    let raised = world.cloud.ok("jira_create_customer_request", request(behalf.clone())).await;
    assert_eq!(raised["created_mode"], "created_as_agent_fallback");
    assert_eq!(raised["on_behalf_user"], "ghost");
    assert!(raised["warnings"][0].as_str().expect("text").contains("ghost"));
    let bodies: Vec<Value> = world
        .acme
        .log()
        .iter()
        .filter(|r| r.method == "POST" && r.path.ends_with("/request"))
        .map(atlassian_sandbox::Recorded::json)
        .collect();
    assert_eq!(bodies[0]["raiseOnBehalfOf"], "ghost");
    assert!(bodies[1].get("raiseOnBehalfOf").is_none());
    assert_eq!(bodies[1]["requestParticipants"], json!(["a", "b"]));
    world.acme.clear_log();
    world.acme.clear_faults();
    world.acme.fault(refuse());
    let strict = json!({"raise_on_behalf_of": "ghost", "strict_on_behalf": true});
    let error = world.cloud.err("jira_create_customer_request", request(strict)).await;
    assert!(error.contains("JSM_CUSTOMER_REQUEST_HTTP_ERROR") && error.contains("status=400"));
    assert_eq!(writes(&world.acme).len(), 1, "{:?}", lines(&world.acme));
}

#[tokio::test]
async fn files_that_fail_are_a_warning_because_the_request_is_there() {
    let world = World::new().await;
    world
        .acme
        .fault(Fault::on(Service::Jira, "POST", "attachTemporaryFile").status(413).body("{}"));
    let raised = world
        .cloud
        .ok(
            "jira_create_customer_request",
            request(json!({"attachments": [{"filename": "a.txt", "base64": "aGVsbG8="}]})),
        )
        .await;
    let warning = raised["warnings"][0].as_str().expect("text");
    assert!(warning.starts_with("JSM_CUSTOMER_REQUEST_ATTACH_ERROR"), "{warning}");
    assert!(warning.contains("status=413"), "{warning}");
}
