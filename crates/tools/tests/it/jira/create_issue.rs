use super::{World, lines, sent, writes};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

fn task(extra: &Value) -> Value {
    let mut arguments = json!({"project_key": "PAY", "summary": "New", "issue_type": "Task"});
    arguments.as_object_mut().expect("object").extend(extra.as_object().cloned().expect("object"));
    arguments
}

fn depot(extra: &Value) -> Value {
    let mut arguments = json!({"project_key": "DEPOT", "summary": "New", "issue_type": "Task"});
    arguments.as_object_mut().expect("object").extend(extra.as_object().cloned().expect("object"));
    arguments
}

fn key(result: &Value) -> &str {
    result["issue"]["key"].as_str().expect("a key")
}

#[tokio::test]
async fn a_plain_issue_on_both_deployments() {
    let world = World::new().await;
    let result =
        world.cloud.ok("jira_create_issue", task(&json!({"description": "## A\n\n- b"}))).await;
    assert_eq!(result["message"], "Issue created successfully");
    let issue = &result["issue"];
    assert_eq!(issue["summary"], "New");
    assert_eq!(issue["description"], "## A\n\n- b");
    assert_eq!(issue["project"]["key"], "PAY");
    assert!(issue["browse_url"].as_str().is_some_and(|url| url.ends_with(key(&result))));
    assert!(result.get("warnings").is_none(), "{}", result["warnings"]);
    assert!(super::keys(issue).iter().all(|key| !key.starts_with("customfield_")));
    let body = sent(&world.acme, "POST", "/issue");
    assert_eq!(super::keys(&body["fields"])[..3], ["project", "issuetype", "summary"]);
    assert_eq!(body["fields"]["issuetype"], json!({"name": "Task"}));
    assert_eq!(body["fields"]["description"]["type"], "doc");
    assert_eq!(writes(&world.acme), ["POST /rest/api/3/issue"]);
    let request = world.acme.log().into_iter().find(|r| r.method == "POST").expect("posted");
    assert_eq!(request.query_value("updateHistory"), Some("false"));

    let result =
        world.center.ok("jira_create_issue", depot(&json!({"description": "## A\n\n- b"}))).await;
    assert_eq!(result["issue"]["description"], "## A\n\n- b");
    assert_eq!(sent(&world.staging, "POST", "/issue")["fields"]["description"], "h2. A\n\n* b");
    assert_eq!(writes(&world.staging), ["POST /rest/api/2/issue"]);
}

#[tokio::test]
async fn fields_by_name_in_the_forms_jira_wants() {
    let world = World::new().await;
    let id = |name: &str| world.acme.field_id(name).expect("field");
    let additional = json!({
        "Story Points": "3", "squad": "Ledger", "Markets": "Nordics, UK", "Region": ["EU", "DE"],
        "Reviewer": "Chen", "Go-live": "2026-12-01T10:00:00+01:00", "Release date": "2026-12-02",
        "Acceptance Criteria": "- **one**", "priority": "High", "labels": "a,b",
        "fixVersions": ["4.1.0"], "environment": "Both **regions**",
    });
    let chen = world.acme.issue("PAY-3").expect("seeded")["fields"]["assignee"].clone();
    let name = chen["displayName"].as_str().expect("name").to_owned();
    let mut additional = additional;
    additional["Reviewer"] = json!(name);
    let result = world
        .cloud
        .ok(
            "jira_create_issue",
            json!({"project_key": "PAY", "summary": "By name", "issue_type": "Story",
                   "components": "Settlement", "additional_fields": additional}),
        )
        .await;
    let fields = sent(&world.acme, "POST", "/issue")["fields"].clone();
    for (field, value) in [
        (id("Story Points"), json!(3)),
        (id("Squad"), json!({"value": "Ledger"})),
        (id("Markets"), json!([{"value": "Nordics"}, {"value": "UK"}])),
        (id("Region"), json!({"value": "EU", "child": {"value": "DE"}})),
        (id("Reviewer"), json!({"accountId": chen["accountId"]})),
        (id("Go-live"), json!("2026-12-01T10:00:00.000+0100")),
        (id("Release date"), json!("2026-12-02")),
        ("priority".to_owned(), json!({"name": "High"})),
        ("labels".to_owned(), json!(["a", "b"])),
        ("fixVersions".to_owned(), json!([{"name": "4.1.0"}])),
        ("components".to_owned(), json!([{"name": "Settlement"}])),
    ] {
        assert_eq!(fields[&field], value, "{field}");
    }
    assert_eq!(fields[&id("Acceptance Criteria")]["type"], "doc");
    assert_eq!(fields["environment"]["type"], "doc");
    assert_eq!(result["issue"]["environment"], "Both **regions**");
    assert_eq!(writes(&world.acme).len(), 1);
}

#[tokio::test]
async fn unknown_fields_and_values_are_refused_before_anything_is_written() {
    let world = World::new().await;
    for (additional, words) in [
        (json!({"Story Pionts": 3}), "nearest: Story Points"),
        (json!({"Story Points": "many"}), "takes a number"),
        (json!({"Release date": "soon"}), "YYYY-MM-DD"),
        (json!({"Reviewer": "nobody"}), "Could not find account ID for user: nobody"),
        (json!({"labels": [{"a": 1}]}), "takes a list of texts"),
        (json!({"summary": "Other"}), "give it once"),
        (json!({"epic_name": "x"}), "belong to epics"),
    ] {
        let error = world
            .cloud
            .err("jira_create_issue", task(&json!({"additional_fields": additional})))
            .await;
        assert!(error.contains(words), "{additional}: {error}");
    }
    let error =
        world.cloud.err("jira_create_issue", task(&json!({"additional_fields": "[1]"}))).await;
    assert!(error.contains("is not a JSON object"), "{error}");
    let error = world.cloud.err("jira_create_issue", task(&json!({"summary": " "}))).await;
    assert!(error.contains("Summary is required"), "{error}");
    assert!(writes(&world.acme).is_empty(), "{:?}", writes(&world.acme));
}

#[tokio::test]
async fn several_problems_are_told_at_once() {
    let world = World::new().await;
    let error = world
        .cloud
        .err(
            "jira_create_issue",
            task(&json!({"additional_fields": {"Squadd": "x", "Story Points": "y", "Release date": 5}})),
        )
        .await;
    for words in ["3 validation errors", "Squadd", "Story Points", "Release date"] {
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[tokio::test]
async fn jiras_refusal_is_told_with_the_legal_values() {
    let world = World::new().await;
    let error = world
        .cloud
        .err("jira_create_issue", task(&json!({"additional_fields": {"Squad": "Nobody"}})))
        .await;
    assert!(error.contains("Squad (customfield_"), "named: {error}");
    assert!(error.contains("Checkout, Ledger, Fraud"), "the values: {error}");
    let error =
        world.cloud.err("jira_create_issue", task(&json!({"issue_type": "Nonsense"}))).await;
    assert!(error.contains("issue types of PAY: Epic, Story, Task, Bug, Sub-task"), "{error}");
    let error = world
        .cloud
        .err(
            "jira_create_issue",
            json!({"project_key": "LAB", "summary": "x", "issue_type": "Task"}),
        )
        .await;
    assert!(error.contains("Audience") && error.contains("Public, Partners, Internal"), "{error}");
    let error = world
        .center
        .err("jira_create_issue", depot(&json!({"additional_fields": {"Gate": "West"}})))
        .await;
    assert!(error.contains("North, South, Rail"), "{error}");
}

#[tokio::test]
async fn without_the_catalogue_ids_still_work_and_names_do_not() {
    let world = World::new().await;
    let points = world.acme.field_id("Story Points").expect("field");
    world.acme.fault(Fault::on(Service::Jira, "GET", "/field$").status(403).body("{}"));
    let error = world
        .cloud
        .err("jira_create_issue", task(&json!({"additional_fields": {"Story Points": 3}})))
        .await;
    assert!(error.contains("given by its name") && error.contains("403"), "{error}");
    assert!(writes(&world.acme).is_empty());
    world.cloud.ok("jira_create_issue", task(&json!({"additional_fields": {&points: 3}}))).await;
    assert_eq!(sent(&world.acme, "POST", "/issue")["fields"][&points], 3);
}

#[tokio::test]
async fn sub_tasks_need_a_parent() {
    let world = World::new().await;
    for name in ["Sub-task", "subtask", "SubTask"] {
        let error = world.cloud.err("jira_create_issue", task(&json!({"issue_type": name}))).await;
        assert!(error.contains("parent issue key or id not specified"), "{error}");
    }
    assert!(writes(&world.acme).is_empty());
    for parent in [json!("pay-7"), json!({"key": "PAY-7"})] {
        let result = world
            .cloud
            .ok(
                "jira_create_issue",
                task(&json!({"issue_type": "Subtask", "additional_fields": {"parent": parent}})),
            )
            .await;
        assert_eq!(result["issue"]["parent"]["key"], "PAY-7");
        assert_eq!(result["issue"]["issue_type"]["name"], "Sub-task");
    }
    let result = world
        .center
        .ok(
            "jira_create_issue",
            depot(&json!({"issue_type": "sub-task", "additional_fields": {"parent": "DEPOT-6"}})),
        )
        .await;
    assert_eq!(result["issue"]["parent"]["key"], "DEPOT-6");
}

#[tokio::test]
async fn epics_have_the_name_they_need() {
    let world = World::new().await;
    let name = world.staging.field_id("Epic Name").expect("field");
    for (additional, expected) in [
        (json!({}), "New"),
        (json!({"epic_name": "Short"}), "Short"),
        (json!({"epicName": "S2"}), "S2"),
    ] {
        let result = world
            .center
            .ok(
                "jira_create_issue",
                depot(&json!({"issue_type": "Epic", "additional_fields": additional})),
            )
            .await;
        assert_eq!(world.staging.issue(key(&result)).expect("there")["fields"][&name], expected);
        assert_eq!(result["issue"]["epic_name"], expected);
    }
    let result = world.cloud.ok("jira_create_issue", task(&json!({"issue_type": "epic"}))).await;
    assert_eq!(result["issue"]["issue_type"]["name"], "Epic");
    // A team-managed project has no such field, and needs none.
    let result = world
        .cloud
        .ok(
            "jira_create_issue",
            json!({"project_key": "WEB", "summary": "Big", "issue_type": "Epic"}),
        )
        .await;
    assert!(result.get("warnings").is_none(), "{}", result["warnings"]);
}

#[tokio::test]
async fn an_issue_joins_its_epic() {
    let world = World::new().await;
    for alias in ["epic_link", "epicKey", "Epic Link"] {
        let result = world
            .cloud
            .ok("jira_create_issue", task(&json!({"additional_fields": {alias: "PAY-1"}})))
            .await;
        assert_eq!(result["issue"]["epic_key"], "PAY-1", "{alias}");
        assert_eq!(
            sent(&world.acme, "POST", "/issue")["fields"]["parent"],
            json!({"key": "PAY-1"})
        );
        let result = world
            .center
            .ok("jira_create_issue", depot(&json!({"additional_fields": {alias: "DEPOT-1"}})))
            .await;
        assert_eq!(result["issue"]["epic_key"], "DEPOT-1", "{alias}");
    }
    let link = world.staging.field_id("Epic Link").expect("field");
    assert_eq!(sent(&world.staging, "POST", "/issue")["fields"][&link], "DEPOT-1");
}

#[tokio::test]
async fn the_assignee_is_told_exactly() {
    let world = World::new().await;
    let dora = world.acme.issue("PAY-6").expect("seeded")["fields"]["assignee"].clone();
    let account = dora["accountId"].as_str().expect("id").to_owned();
    let name = dora["displayName"].as_str().expect("name").to_owned();
    for asked in [account.clone(), format!("accountid:{account}"), name.to_uppercase()] {
        let result = world.cloud.ok("jira_create_issue", task(&json!({"assignee": asked}))).await;
        assert_eq!(result["issue"]["assignee"]["account_id"], account.as_str(), "{asked}");
    }
    let result = world.center.ok("jira_create_issue", depot(&json!({"assignee": "oruiz"}))).await;
    assert_eq!(result["issue"]["assignee"]["name"], "oruiz");
    assert_eq!(
        sent(&world.staging, "POST", "/issue")["fields"]["assignee"],
        json!({"name": "oruiz"})
    );
    let user_key = result["issue"]["assignee"]["key"].as_str().expect("key").to_owned();
    let result = world.center.ok("jira_create_issue", depot(&json!({"assignee": user_key}))).await;
    assert_eq!(result["issue"]["assignee"]["name"], "oruiz");
}

#[tokio::test]
async fn an_assignee_nobody_knows_leaves_the_issue_unassigned_and_says_so() {
    let world = World::new().await;
    for (setup, arguments) in [
        (&world.cloud, task(&json!({"assignee": "nobody@nowhere.example"}))),
        (&world.center, depot(&json!({"assignee": "nobody@nowhere.example"}))),
    ] {
        let result = setup.ok("jira_create_issue", arguments).await;
        assert_eq!(result["issue"]["assignee"], json!({"display_name": "Unassigned"}));
        let warning = result["warnings"][0].as_str().expect("warning");
        assert!(warning.contains("nobody@nowhere.example"), "{warning}");
    }
}

#[tokio::test]
async fn an_assignee_that_is_off_the_screen_is_set_afterwards() {
    let world = World::new().await;
    world.acme.fault(
        Fault::on(Service::Jira, "POST", "/issue$")
            .status(400)
            .body(r#"{"errorMessages":[],"errors":{"assignee":"Field 'assignee' cannot be set. It is not on the appropriate screen, or unknown."}}"#)
            .times(1),
    );
    let me = world.cloud.ok("jira_create_issue", task(&json!({"assignee": "me"}))).await;
    assert!(me["issue"]["assignee"]["account_id"].is_string(), "{me}");
    let assigned = format!("PUT /rest/api/3/issue/{}/assignee", key(&me));
    assert_eq!(
        writes(&world.acme),
        ["POST /rest/api/3/issue", "POST /rest/api/3/issue", &assigned]
    );
}

#[tokio::test]
async fn what_was_created_is_never_lost_in_an_error() {
    let world = World::new().await;
    world.acme.fault(Fault::on(Service::Jira, "GET", "/issue/PAY-[0-9]+$").status(500).body("{}"));
    let result = world.cloud.ok("jira_create_issue", task(&json!({}))).await;
    assert!(key(&result).starts_with("PAY-"));
    let warning = result["warnings"][0].as_str().expect("warning");
    assert!(warning.contains("the change was made"), "{warning}");
}

#[tokio::test]
async fn the_filter_holds_for_project_parent_and_epic() {
    let world = World::new().await;
    let fenced = world.fresh_cloud().fenced("LAB,WEB");
    let lab = |additional: Value| {
        json!({"project_key": "WEB", "summary": "x", "issue_type": "Task",
               "additional_fields": additional})
    };
    for arguments in [
        task(&json!({})),
        lab(json!({"parent": "PAY-1"})),
        lab(json!({"epic_link": "PAY-1"})),
        lab(json!({"project": {"key": "PAY"}})),
        lab(json!({"fields": {"project": {"id": "10000"}}})),
        // Moved away: the old key is inside, the issue is not.
        lab(json!({"parent": {"key": "LAB-2"}})),
    ] {
        let error = fenced.err("jira_create_issue", arguments.clone()).await;
        assert!(error.contains("restricted by configuration"), "{arguments}: {error}");
    }
    assert!(writes(&world.acme).is_empty());
    let foreign = lines(&world.acme).into_iter().filter(|line| line.contains("/PAY-")).count();
    assert_eq!(foreign, 0, "nothing was asked about issues outside");
    fenced.ok("jira_create_issue", lab(json!({"parent": "WEB-1"}))).await;
}
