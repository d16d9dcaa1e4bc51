use super::{World, keys, lines, sent, with_files, writes};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

fn change(key: &str, fields: &Value) -> Value {
    json!({"issue_key": key, "fields": fields})
}

#[tokio::test]
async fn fields_of_all_arguments_in_one_request() {
    let world = World::new().await;
    let squad = world.acme.field_id("Squad").expect("field");
    let result = world
        .cloud
        .ok(
            "jira_update_issue",
            json!({"issue_key": "PAY-7", "fields": "{\"summary\": \"Old\", \"labels\": [\"x\"]}",
                   "additional_fields": {"summary": "Changed", "Squad": {"value": "Fraud"}},
                   "components": "Risk engine", "return_fields": "summary,labels"}),
        )
        .await;
    assert_eq!(keys(&result), ["message", "issue", "operations_performed", "operations_failed"]);
    assert_eq!(result["message"], "Issue updated successfully");
    assert_eq!(keys(&result["issue"]), ["id", "key", "summary", "browse_url", "labels"]);
    assert_eq!(result["issue"]["summary"], "Changed");
    assert_eq!(result["operations_performed"], json!(["fields_updated"]));
    assert_eq!(result["operations_failed"], json!([]));
    let fields = sent(&world.acme, "PUT", "/issue/PAY-7")["fields"].clone();
    assert_eq!(fields["components"], json!([{"name": "Risk engine"}]));
    assert_eq!(fields[&squad], json!({"value": "Fraud"}));
    assert_eq!(writes(&world.acme), ["PUT /rest/api/3/issue/PAY-7"]);
    let center = world
        .center
        .ok("jira_update_issue", change("DEPOT-8", &json!({"summary": "Changed"})))
        .await;
    assert_eq!(center["issue"]["summary"], "Changed");
    assert!(center["issue"].get("customfield_10000").is_none());
    assert_eq!(writes(&world.staging), ["PUT /rest/api/2/issue/DEPOT-8"]);
}

#[tokio::test]
async fn the_issue_that_the_edit_gives_back_is_used() {
    let world = World::new().await;
    let result = world
        .cloud
        .ok(
            "jira_update_issue",
            json!({"issue_key": "PAY-7", "fields": {"labels": ["q"]},
            "return_fields": "summary,labels"}),
        )
        .await;
    assert_eq!(result["issue"]["labels"], json!(["q"]));
    assert_eq!(lines(&world.acme), ["PUT /rest/api/3/issue/PAY-7"], "no second read");
}

#[tokio::test]
async fn a_description_is_merged_with_what_is_stored() {
    let world = World::new().await;
    for (setup, site, key) in
        [(&world.cloud, &world.acme, "PAY-6"), (&world.center, &world.staging, "DEPOT-1")]
    {
        let before = site.issue(key).expect("seeded")["fields"]["description"].clone();
        let shown = setup.ok("jira_get_issue", json!({"issue_key": key})).await;
        let text = shown["description"].as_str().expect("text").to_owned();
        setup.ok("jira_update_issue", change(key, &json!({"description": text}))).await;
        let after = site.issue(key).expect("there")["fields"]["description"].clone();
        assert_eq!(after, before, "unchanged Markdown leaves {key} as it was stored");
        setup
            .ok(
                "jira_update_issue",
                change(key, &json!({"description": format!("{text}\n\nMore.")})),
            )
            .await;
        let after = site.issue(key).expect("there")["fields"]["description"].to_string();
        assert!(after.contains("More."), "{after}");
    }
}

#[tokio::test]
async fn an_empty_description_clears_it() {
    let world = World::new().await;
    for (setup, site, key) in
        [(&world.cloud, &world.acme, "PAY-3"), (&world.center, &world.staging, "DEPOT-10")]
    {
        for empty in [json!(""), Value::Null] {
            let result =
                setup.ok("jira_update_issue", change(key, &json!({"description": empty}))).await;
            assert!(result["issue"].get("description").is_none(), "{}", result["issue"]);
        }
        let stored = site.issue(key).expect("there")["fields"]["description"].to_string();
        assert!(!stored.contains("signed"), "{stored}");
    }
}

#[tokio::test]
async fn assignees_in_every_form() {
    let world = World::new().await;
    let bo = world.acme.issue("PAY-2").expect("seeded")["fields"]["assignee"].clone();
    let account = bo["accountId"].clone();
    for given in [
        json!(bo["displayName"]),
        json!({"accountId": account}),
        json!({"account_id": account}),
        json!({"name": bo["displayName"]}),
    ] {
        world.cloud.ok("jira_update_issue", change("PAY-7", &json!({"assignee": null}))).await;
        let result =
            world.cloud.ok("jira_update_issue", change("PAY-7", &json!({"assignee": given}))).await;
        assert_eq!(result["issue"]["assignee"]["account_id"], account, "{given}");
    }
    let result =
        world.cloud.ok("jira_update_issue", change("PAY-7", &json!({"assignee": ""}))).await;
    assert_eq!(result["issue"]["assignee"], json!({"display_name": "Unassigned"}));
    for given in [json!("oruiz"), json!({"name": "oruiz"}), json!({"username": "oruiz"})] {
        let result = world
            .center
            .ok("jira_update_issue", change("DEPOT-8", &json!({"assignee": given})))
            .await;
        assert_eq!(result["issue"]["assignee"]["name"], "oruiz", "{given}");
    }
    world.acme.clear_log();
    for given in [json!("nobody"), json!({"nick": "bo"}), json!(5)] {
        let error = world
            .cloud
            .err("jira_update_issue", change("PAY-7", &json!({"assignee": given})))
            .await;
        assert!(error.contains("account ID for user") || error.contains("a person is"), "{error}");
    }
    assert!(writes(&world.acme).is_empty());
}

#[tokio::test]
async fn a_status_is_a_transition_and_loses_no_other_field() {
    let world = World::new().await;
    let result = world
        .cloud
        .ok(
            "jira_update_issue",
            change("PAY-7", &json!({"status": "In Progress", "summary": "After the status"})),
        )
        .await;
    assert_eq!(result["issue"]["status"]["name"], "In Progress");
    assert_eq!(result["issue"]["summary"], "After the status");
    assert_eq!(
        result["operations_performed"],
        json!(["fields_updated", "transitioned_to:In Progress"])
    );
    assert_eq!(
        writes(&world.acme),
        ["PUT /rest/api/3/issue/PAY-7", "POST /rest/api/3/issue/PAY-7/transitions"]
    );
    for status in [json!({"name": "To Do"}), json!("11"), json!("Stop progress")] {
        world.cloud.ok("jira_update_issue", change("PAY-7", &json!({"status": status}))).await;
    }
    let error = world
        .cloud
        .err("jira_update_issue", change("PAY-7", &json!({"summary": "Lost", "status": "Nowhere"})))
        .await;
    assert!(error.contains("Available options:"), "{error}");
    let summary = world.acme.issue("PAY-7").expect("there")["fields"]["summary"].clone();
    assert_eq!(summary, "After the status", "nothing was written");
}

#[tokio::test]
async fn parents_and_epics_are_set_and_cleared() {
    let world = World::new().await;
    let set =
        world.cloud.ok("jira_update_issue", change("PAY-7", &json!({"epic_link": "PAY-11"}))).await;
    assert_eq!(set["issue"]["epic_key"], "PAY-11");
    let cleared =
        world.cloud.ok("jira_update_issue", change("PAY-7", &json!({"parent": null}))).await;
    assert_eq!(
        sent(&world.acme, "PUT", "/PAY-7")["update"],
        json!({"parent": [{"set": {"none": true}}]})
    );
    assert!(cleared["issue"].get("parent").is_none(), "{}", cleared["issue"]["parent"]);
    let set = world
        .center
        .ok("jira_update_issue", change("DEPOT-6", &json!({"epicKey": "DEPOT-1"})))
        .await;
    assert_eq!(set["issue"]["epic_key"], "DEPOT-1");
    let cleared =
        world.center.ok("jira_update_issue", change("DEPOT-6", &json!({"parent": ""}))).await;
    assert!(cleared["issue"].get("epic_key").is_none());
}

#[tokio::test]
async fn nothing_to_do_is_said_and_nothing_is_written() {
    let world = World::new().await;
    for arguments in [
        json!({"issue_key": "PAY-7"}),
        json!({"issue_key": "PAY-7", "fields": "{}"}),
        json!({"issue_key": "PAY-7", "fields": null, "return_fields": "summary"}),
    ] {
        let result = world.cloud.ok("jira_update_issue", arguments).await;
        assert_eq!(result["message"], "No issue updates were requested");
        assert_eq!(result["issue"]["key"], "PAY-7");
    }
    assert!(writes(&world.acme).is_empty());
}

#[tokio::test]
async fn unknown_fields_are_refused_and_ids_are_left_to_jira() {
    let world = World::new().await;
    let error =
        world.cloud.err("jira_update_issue", change("PAY-7", &json!({"Sqaud": "Ledger"}))).await;
    assert!(error.contains("nearest: Squad"), "{error}");
    assert!(writes(&world.acme).is_empty());
    let error = world
        .cloud
        .err("jira_update_issue", change("PAY-7", &json!({"customfield_77777": "x"})))
        .await;
    assert!(error.contains("customfield_77777") && error.contains("400"), "{error}");
    let error =
        world.cloud.err("jira_update_issue", change("PAY-7", &json!({"Squad": "Nobody"}))).await;
    assert!(error.contains("Checkout, Ledger, Fraud"), "{error}");
    for bad in ["{bad", "[1]"] {
        let error = world
            .cloud
            .err("jira_update_issue", json!({"issue_key": "PAY-7", "fields": bad}))
            .await;
        assert!(error.contains("fields is not"), "{error}");
    }
}

#[tokio::test]
async fn more_than_fields_in_one_call() {
    let world = World::new().await;
    world.acme.fault(Fault::on(Service::Jira, "POST", "/worklog$").status(201).body("{}"));
    let result = world
        .cloud
        .ok(
            "jira_update_issue",
            json!({"issue_key": "PAY-7", "fields": {"summary": "Y", "status": "ignored"},
                   "transition": "Start progress", "comment": "Started **now**",
                   "comment_visibility": {"type": "role", "value": "Developers"},
                   "worklog": "1.5h", "worklog_started": "2026-11-20T08:00:00Z"}),
        )
        .await;
    assert_eq!(
        result["operations_performed"],
        json!([
            "fields_updated",
            "transitioned_to:Start progress",
            "comment_added",
            "worklog_added"
        ])
    );
    assert_eq!(
        sent(&world.acme, "POST", "/worklog"),
        json!({"timeSpent": "90m", "started": "2026-11-20T08:00:00.000+0000"})
    );
    assert_eq!(sent(&world.acme, "POST", "/comment")["visibility"]["value"], "Developers");
    let error = world
        .cloud
        .err("jira_update_issue", json!({"issue_key": "PAY-7", "worklog": "soon"}))
        .await;
    assert!(error.contains("1w 2d 3h 30m"), "{error}");
}

#[tokio::test]
async fn what_fails_is_told_beside_what_was_done() {
    let world = World::new().await;
    world.acme.fault(Fault::on(Service::Jira, "POST", "/comment$").status(403).body("{}"));
    let arguments = json!({"issue_key": "PAY-7", "fields": {"summary": "Z"}, "comment": "x"});
    let result = world.cloud.ok("jira_update_issue", arguments).await;
    assert_eq!(result["message"], "Issue update completed with errors");
    assert_eq!(result["operations_performed"], json!(["fields_updated"]));
    let failed = result["operations_failed"][0].as_str().expect("told");
    assert!(failed.starts_with("comment: ") && failed.contains("403"), "{failed}");

    world.acme.fault(Fault::on(Service::Jira, "PUT", "/PAY-7$").status(403).body("{}"));
    let arguments = json!({"issue_key": "PAY-7", "fields": {"summary": "Z"}, "comment": "x"});
    let error = world.cloud.err("jira_update_issue", arguments).await;
    assert!(error.starts_with("Failed to update issue PAY-7: fields_updated: "), "{error}");
    assert!(error.contains("comment: "), "{error}");
    let error =
        world.cloud.err("jira_update_issue", change("PAY-7", &json!({"summary": "Z"}))).await;
    assert!(error.contains("could not update issue PAY-7") && error.contains("403"), "{error}");
}

#[tokio::test]
async fn a_failed_second_read_is_told() {
    let world = World::new().await;
    world.staging.fault(Fault::on(Service::Jira, "GET", "/DEPOT-8$").status(500).body("{}"));
    let result =
        world.center.ok("jira_update_issue", change("DEPOT-8", &json!({"summary": "Z"}))).await;
    assert_eq!(result["issue"], json!({"key": "DEPOT-8"}));
    assert_eq!(result["operations_performed"], json!(["fields_updated"]));
    assert!(result["operations_failed"][0].as_str().is_some_and(|t| t.starts_with("refetch: ")));
}

#[tokio::test]
async fn files_are_attached_only_from_below_the_root() {
    let world = World::new().await;
    world.acme.fault(
        Fault::on(Service::Jira, "POST", "/attachments$").status(200).body(r#"[{"id": "777"}]"#),
    );
    let folder = tempfile::tempdir().expect("folder");
    let root = folder.path().canonicalize().expect("root").join("files");
    std::fs::create_dir(&root).expect("made");
    std::fs::write(root.join("a.txt"), "hello").expect("written");
    std::fs::write(folder.path().join("secret.txt"), "secret").expect("written");
    let arguments = json!({"issue_key": "PAY-7", "fields": "{}", "return_fields": "summary",
                           "attachments": "a.txt, ../secret.txt, missing.txt"});
    let answer =
        with_files(&world.cloud, &root, "jira_update_issue", arguments).await.expect("some");
    let results = &answer.json["issue"]["attachment_results"];
    assert_eq!(results["uploaded"], json!([{"filename": "a.txt", "size": 5, "id": "777"}]));
    assert_eq!((&results["success"], &results["total"]), (&json!(true), &json!(3)));
    let failed = results["failed"].as_array().expect("list");
    assert!(failed[0]["error"].as_str().is_some_and(|e| e.contains("Path traversal detected")));
    assert!(failed[1]["error"].as_str().is_some_and(|e| e.contains("does not exist")));
    assert_eq!(answer.json["operations_performed"], json!(["attachments_uploaded"]));
    let request = world.acme.log().into_iter().find(|r| r.method == "POST").expect("sent");
    assert_eq!(request.header("x-atlassian-token"), Some("no-check"));
    let body = String::from_utf8_lossy(&request.body).into_owned();
    assert!(body.contains("name=\"file\"; filename=\"a.txt\"") && body.contains("hello"), "{body}");
    assert!(!body.contains("secret"));

    let arguments = json!({"issue_key": "PAY-7", "fields": "{}", "attachments": ["missing.txt"]});
    let error = with_files(&world.cloud, &root, "jira_update_issue", arguments)
        .await
        .expect_err("nothing succeeded")
        .to_string();
    assert!(error.starts_with("Failed to update issue PAY-7: attachment: missing.txt"), "{error}");
}

#[tokio::test]
async fn without_local_files_nothing_is_read_or_written() {
    let world = World::new().await;
    let arguments =
        json!({"issue_key": "PAY-7", "fields": {"summary": "Z"}, "attachments": "/etc/passwd"});
    let error = world.cloud.err("jira_update_issue", arguments).await;
    assert!(error.contains("ATLASSIAN_FILES_ROOT"), "{error}");
    assert!(lines(&world.acme).is_empty());
}

#[tokio::test]
async fn the_filter_holds_for_everything_an_update_names() {
    let world = World::new().await;
    let fenced = world.fresh_cloud().fenced("WEB,LAB");
    let epic_link = json!({"issue_key": "WEB-8", "additional_fields": {"epic_link": "PAY-1"}});
    for arguments in [
        change("PAY-7", &json!({"summary": "x"})),
        change("LAB-2", &json!({"summary": "x"})),
        change("WEB-8", &json!({"parent": "PAY-1"})),
        change("WEB-8", &json!({"project": {"key": "PAY"}})),
        change("WEB-8", &json!({"fields": {"parent": {"key": "PAY-1"}}})),
        epic_link,
    ] {
        let error = fenced.err("jira_update_issue", arguments.clone()).await;
        assert!(error.contains("restricted by configuration"), "{arguments}: {error}");
    }
    assert!(writes(&world.acme).is_empty());
    let center = world.fresh_center().fenced("DEPOT");
    let link = world.staging.field_id("Epic Link").expect("field");
    let error = center.err("jira_update_issue", change("DEPOT-8", &json!({link: "FLEET-1"}))).await;
    assert!(error.contains("restricted by configuration"), "{error}");
    assert!(writes(&world.staging).is_empty());
}

#[tokio::test]
async fn content_that_would_be_lost_is_named_or_refused() {
    let world = World::new().await;
    let kept = json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "Before"}]},
        {"type": "bodiedExtension", "attrs": {"extensionType": "com.example", "extensionKey": "chart",
            "text": "Sales chart"}, "content": [{"type": "paragraph", "content": [
                {"type": "text", "text": "inside"}]}]}]});
    let stored = || {
        let issue = json!({"id": "1", "key": "PAY-7", "fields": {"description": kept}});
        Fault::on(Service::Jira, "GET", "/PAY-7$").body(issue.to_string()).times(1)
    };
    world.acme.fault(stored());
    let result = world
        .cloud
        .ok("jira_update_issue", change("PAY-7", &json!({"description": "After"})))
        .await;
    let told = result["conversion_warnings"].to_string();
    assert!(told.contains("Sales chart"), "what is gone is named: {told}");
    let mut strict = world.fresh_cloud();
    strict.lossy = atlassian_settings::LossyWrites::Refuse;
    world.acme.clear_log();
    world.acme.fault(stored());
    let error =
        strict.err("jira_update_issue", change("PAY-7", &json!({"description": "x"}))).await;
    assert!(error.contains("ATLASSIAN_LOSSY_WRITES") && error.contains("Sales chart"), "{error}");
    // The same for a document given as it is, and for a description that is cleared.
    let document = json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "After"}]}]});
    for new in [document, json!(""), Value::Null] {
        world.acme.fault(stored());
        let arguments = change("PAY-7", &json!({"description": new}));
        let error = strict.err("jira_update_issue", arguments.clone()).await;
        assert!(error.contains("ATLASSIAN_LOSSY_WRITES"), "{new}: {error}");
        assert!(error.contains("Sales chart"), "{new}: {error}");
        assert!(writes(&world.acme).is_empty());
        world.acme.fault(stored());
        let result = world.cloud.ok("jira_update_issue", arguments).await;
        assert!(
            result["conversion_warnings"].to_string().contains("Sales chart"),
            "{new}: {result}"
        );
        world.acme.clear_log();
    }
}

#[tokio::test]
async fn what_wiki_text_would_lose_is_named_or_refused() {
    let world = World::new().await;
    let stored = || {
        let text = "Before\n\n{jql-table:q=1}\n\n!plan.png|thumbnail!";
        let issue = json!({"id": "1", "key": "DEPOT-5", "fields": {"description": text}});
        Fault::on(Service::Jira, "GET", "/DEPOT-5$").body(issue.to_string()).times(1)
    };
    let mut strict = world.fresh_center();
    strict.lossy = atlassian_settings::LossyWrites::Refuse;
    for new in [json!("After"), json!(""), Value::Null] {
        let arguments = change("DEPOT-5", &json!({"description": new}));
        world.staging.fault(stored());
        let error = strict.err("jira_update_issue", arguments.clone()).await;
        assert!(error.contains("ATLASSIAN_LOSSY_WRITES"), "{new}: {error}");
        assert!(error.contains("plan.png"), "{new}: {error}");
        assert!(writes(&world.staging).is_empty());
        world.staging.fault(stored());
        let result = world.center.ok("jira_update_issue", arguments).await;
        assert!(result["conversion_warnings"].to_string().contains("plan.png"), "{new}: {result}");
        world.staging.clear_log();
    }
}
