//! Issues: reading, creating, editing, transitions, comments, on both flavours.

use atlassian_sandbox::REASON;
use serde_json::{Value, json};

use crate::ask::{both, get, jira};

fn paragraph(text: &str) -> Value {
    json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]})
}

#[tokio::test]
async fn an_issue_reads_in_the_form_of_its_flavour() {
    let all = both().await;
    let cloud = get(&all.acme, "/rest/api/3/issue/PAY-2?expand=names,changelog,transitions").await;
    let fields = &cloud["fields"];
    assert_eq!(fields["description"]["type"], "doc");
    assert_eq!(fields["parent"]["key"], "PAY-1");
    assert!(fields["assignee"]["accountId"].is_string());
    assert!(fields["assignee"].get("name").is_none());
    let points = all.acme.field_id("Story Points").unwrap();
    assert_eq!(fields[&points], 5);
    assert_eq!(cloud["names"][&points], "Story Points");
    assert_eq!(cloud["changelog"]["total"], 3);
    assert_eq!(fields["timetracking"]["timeSpent"], "1d 4h 30m");
    let sprint = all.acme.field_id("Sprint").unwrap();
    assert_eq!(fields[&sprint][1]["state"], "active");
    let region = all.acme.field_id("Region").unwrap();
    assert_eq!(fields[&region]["child"]["value"], "SE");

    let dc = get(&all.corp, "/rest/api/2/issue/DEPOT-2").await;
    assert!(dc["fields"]["description"].as_str().unwrap().contains("{code:java}"));
    assert_eq!(dc["fields"]["assignee"]["name"], "nkamau");
    let sprint = all.corp.field_id("Sprint").unwrap();
    assert!(dc["fields"][&sprint][1].as_str().unwrap().contains("state=ACTIVE"));
    assert_eq!(dc["fields"]["subtasks"][0]["key"], "DEPOT-3");
    assert_ne!(all.acme.field_id("Story Points"), all.corp.field_id("Story Points"));
}

#[tokio::test]
async fn field_lists_select_and_deselect() {
    let all = both().await;
    let some = get(&all.acme, "/rest/api/3/issue/PAY-1?fields=summary,nonsense").await;
    assert_eq!(some["fields"], json!({"summary": "Wallet payments"}));
    let less = get(&all.acme, "/rest/api/3/issue/PAY-1?fields=*all,-comment&properties=*all").await;
    assert!(less["fields"].get("comment").is_none());
    assert_eq!(less["properties"]["source"], "planning");
}

#[tokio::test]
async fn an_old_key_finds_the_moved_issue() {
    let all = both().await;
    assert_eq!(get(&all.acme, "/rest/api/3/issue/LAB-2").await["key"], "PAY-17");
    assert_eq!(get(&all.corp, "/rest/api/2/issue/FLEET-2").await["key"], "DEPOT-10");
    assert_eq!(all.acme.issue("lab-2").unwrap()["key"], "PAY-17");
}

#[tokio::test]
async fn what_others_may_not_see_is_not_there() {
    let all = both().await;
    let hidden = jira(&all.acme, "GET", "/rest/api/3/issue/SEC-1", None).await;
    assert_eq!(hidden.status, 404);
    assert_eq!(
        hidden.json["errorMessages"][0],
        "Issue does not exist or you do not have permission to see it."
    );
}

#[tokio::test]
async fn created_issues_are_found_again() {
    let all = both().await;
    let body = json!({"fields": {
        "project": {"key": "PAY"}, "issuetype": {"name": "Bug"}, "summary": "Cart forgets the wallet",
        "description": paragraph("Steps follow."), "labels": ["new"], "priority": {"name": "High"},
        all.acme.field_id("Squad").unwrap(): {"value": "Fraud"},
    }});
    let made = jira(&all.acme, "POST", "/rest/api/3/issue", Some(body)).await;
    assert_eq!((made.status, made.json["key"].as_str()), (201, Some("PAY-21")));
    let read = get(&all.acme, "/rest/api/3/issue/PAY-21").await;
    assert_eq!(read["fields"]["priority"]["name"], "High");
    assert_eq!(read["fields"]["status"]["name"], "To Do");
    assert_eq!(read["fields"]["description"], paragraph("Steps follow."));
    let found = jira(
        &all.acme,
        "POST",
        "/rest/api/3/search/jql",
        Some(json!({"jql": "summary ~ 'forgets wallet'", "fields": ["key"]})),
    )
    .await;
    assert_eq!(found.json["issues"][0]["key"], "PAY-21");

    let body = json!({"fields": {"project": {"key": "DEPOT"}, "issuetype": {"name": "Task"}, "summary": "Sweep", "description": "h1. Now"}});
    let made = jira(&all.corp, "POST", "/rest/api/2/issue", Some(body)).await;
    assert_eq!((made.status, made.json["key"].as_str()), (201, Some("DEPOT-11")));
    assert_eq!(all.corp.issue("DEPOT-11").unwrap()["fields"]["description"], "h1. Now");
}

#[tokio::test]
async fn wrong_values_are_refused_by_field() {
    let all = both().await;
    let base = json!({"project": {"key": "PAY"}, "issuetype": {"name": "Task"}, "summary": "x"});
    let cases = [
        ("summary", json!(""), "You must specify a summary of the issue."),
        ("summary", json!("a\nb"), "newline"),
        ("labels", json!(["a b"]), "contains spaces"),
        ("priority", json!({"name": "Urgent"}), "The priority selected is invalid."),
        ("components", json!([{"name": "Nope"}]), "Component name 'Nope' is not valid"),
        ("assignee", json!({"accountId": "nobody"}), "does not exist"),
        ("description", json!("plain text"), "Atlassian Document"),
        ("customfield_99999", json!(1), "It is not on the appropriate screen, or unknown."),
        ("project", json!({"key": "SEC"}), "valid project is required"),
    ];
    for (field, value, expected) in cases {
        let mut fields = base.clone();
        fields[field] = value;
        let got =
            jira(&all.acme, "POST", "/rest/api/3/issue", Some(json!({"fields": fields}))).await;
        assert_eq!(got.status, 400, "{field}: {got:?}");
        let message = got.json["errors"][field].as_str().unwrap_or_default();
        assert!(message.contains(expected), "{field}: {}", got.json);
    }
    let broken =
        json!({"type": "doc", "version": 1, "content": [{"type": "text", "text": "loose"}]});
    let got =
        jira(&all.acme, "POST", "/rest/api/3/issue/PAY-1/comment", Some(json!({"body": broken})))
            .await;
    assert_eq!((got.status, got.json["errorMessages"][0].as_str()), (400, Some("INVALID_INPUT")));
    assert!(got.header(REASON).contains("not allowed"), "{}", got.header(REASON));
    let required = json!({"fields": {"project": {"key": "LAB"}, "issuetype": {"name": "Task"}, "summary": "x"}});
    let got = jira(&all.acme, "POST", "/rest/api/3/issue", Some(required)).await;
    assert_eq!(got.json["errors"][all.acme.field_id("Audience").unwrap()], "Audience is required.");
}

#[tokio::test]
async fn edits_leave_a_history() {
    let all = both().await;
    let body = json!({
        "fields": {"summary": "Wallets", "assignee": null},
        "update": {"labels": [{"add": "hot"}, {"remove": "q4"}], "comment": [{"add": {"body": paragraph("renamed")}}]},
    });
    assert_eq!(jira(&all.acme, "PUT", "/rest/api/3/issue/PAY-1", Some(body)).await.status, 204);
    let issue = all.acme.issue("PAY-1").unwrap();
    assert_eq!(issue["fields"]["labels"], json!(["wallets", "hot"]));
    assert_eq!(issue["fields"]["assignee"], Value::Null);
    let newest = &issue["changelog"]["histories"][0]["items"];
    assert_eq!(newest[0]["fromString"], "Wallet payments");
    assert_eq!(newest[0]["toString"], "Wallets");
    assert_eq!(all.acme.comments("PAY-1").len(), 3);
    let unlink = json!({"update": {"parent": [{"set": {"none": true}}]}});
    let got =
        jira(&all.acme, "PUT", "/rest/api/3/issue/PAY-2?returnIssue=true", Some(unlink)).await;
    assert_eq!(got.status, 200);
    assert!(got.json["fields"].get("parent").is_none());
    let assign = json!({"name": "oruiz"});
    assert_eq!(
        jira(&all.corp, "PUT", "/rest/api/2/issue/DEPOT-1/assignee", Some(assign)).await.status,
        204
    );
    assert_eq!(all.corp.issue("DEPOT-1").unwrap()["fields"]["assignee"]["name"], "oruiz");
}

#[tokio::test]
async fn transitions_follow_the_workflow_and_its_screens() {
    let all = both().await;
    let list =
        get(&all.acme, "/rest/api/3/issue/PAY-3/transitions?expand=transitions.fields").await;
    let names: Vec<&str> = list["transitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Ask for review", "Done", "Stop progress"]);
    assert_eq!(list["transitions"][1]["fields"]["resolution"]["required"], true);
    let path = "/rest/api/3/issue/PAY-3/transitions";
    let missing = jira(&all.acme, "POST", path, Some(json!({"transition": {"id": "31"}}))).await;
    assert_eq!(missing.json["errors"]["resolution"], "Resolution is required.");
    let wrong = jira(&all.acme, "POST", path, Some(json!({"transition": {"id": "51"}}))).await;
    assert_eq!(wrong.status, 400);
    let done = json!({"transition": {"id": "31"}, "fields": {"resolution": {"name": "Done"}}, "update": {"comment": [{"add": {"body": paragraph("finished")}}]}});
    assert_eq!(jira(&all.acme, "POST", path, Some(done)).await.status, 204);
    let issue = all.acme.issue("PAY-3").unwrap();
    assert_eq!(issue["fields"]["status"]["name"], "Done");
    assert!(issue["fields"]["resolutiondate"].is_string());
    assert_eq!(all.acme.comments("PAY-3").len(), 1);
}

#[tokio::test]
async fn comments_are_paged_ordered_and_edited() {
    let all = both().await;
    let page =
        get(&all.acme, "/rest/api/3/issue/PAY-14/comment?orderBy=-created&maxResults=5").await;
    assert_eq!((page["total"].as_u64(), page["comments"].as_array().unwrap().len()), (Some(60), 5));
    assert!(page["comments"][0]["body"].to_string().contains("entry 60 of 60"));
    assert_eq!(
        get(&all.corp, "/rest/api/2/issue/DEPOT-7/comment").await["comments"]
            .as_array()
            .unwrap()
            .len(),
        60
    );
    let body = json!({"body": "h2. Hi", "visibility": {"type": "role", "value": "Developers"}});
    let made = jira(&all.corp, "POST", "/rest/api/2/issue/DEPOT-1/comment", Some(body)).await;
    assert_eq!((made.status, made.json["author"]["name"].as_str()), (201, Some("mvoss")));
    let path = format!("/rest/api/2/issue/DEPOT-1/comment/{}", made.json["id"].as_str().unwrap());
    let edited = jira(&all.corp, "PUT", &path, Some(json!({"body": "changed"}))).await;
    assert_eq!(
        (edited.json["body"].as_str(), edited.json["visibility"]["value"].as_str()),
        (Some("changed"), Some("Developers"))
    );
    let nothing =
        jira(&all.corp, "POST", "/rest/api/2/issue/DEPOT-1/comment", Some(json!({"body": " "})))
            .await;
    assert_eq!(nothing.status, 400);
    let strange = json!({"body": "x", "visibility": {"type": "group", "value": "martians"}});
    assert_eq!(
        jira(&all.corp, "POST", "/rest/api/2/issue/DEPOT-1/comment", Some(strange)).await.status,
        400
    );
    assert_eq!(jira(&all.corp, "DELETE", &path, None).await.status, 204);
}

#[tokio::test]
async fn create_descriptions_differ_by_flavour() {
    let all = both().await;
    let types = get(&all.acme, "/rest/api/3/issue/createmeta/PAY/issuetypes").await;
    assert_eq!(types["issueTypes"][0]["name"], "Epic");
    let fields = get(&all.acme, "/rest/api/3/issue/createmeta/PAY/issuetypes/10003").await;
    assert!(fields["fields"].as_array().unwrap().iter().any(|f| f["name"] == "Root cause"));
    let types = get(&all.corp, "/rest/api/2/issue/createmeta/DEPOT/issuetypes").await;
    assert_eq!(types["values"][0]["name"], "Epic");
    let fields = get(&all.corp, "/rest/api/2/issue/createmeta/DEPOT/issuetypes/10000").await;
    let name =
        fields["values"].as_array().unwrap().iter().find(|f| f["name"] == "Epic Name").unwrap();
    assert_eq!(name["required"], true);
}

#[tokio::test]
async fn deleting_asks_for_the_children() {
    let all = both().await;
    assert_eq!(jira(&all.corp, "DELETE", "/rest/api/2/issue/DEPOT-2", None).await.status, 400);
    assert_eq!(
        jira(&all.corp, "DELETE", "/rest/api/2/issue/DEPOT-2?deleteSubtasks=true", None)
            .await
            .status,
        204
    );
    assert!(all.corp.issue("DEPOT-2").is_none() && all.corp.issue("DEPOT-3").is_none());
}

#[tokio::test]
async fn people_are_found_by_the_flavours_own_parameters() {
    let all = both().await;
    let cloud = get(&all.acme, "/rest/api/3/user/search?query=lind").await;
    assert_eq!(cloud[0]["displayName"], "Bo Lindqvist");
    let dc = get(&all.corp, "/rest/api/2/user/search?username=kam").await;
    assert_eq!(dc[0]["name"], "nkamau");
    let assignable =
        get(&all.acme, "/rest/api/3/user/assignable/search?issueKey=PAY-1&query=helga").await;
    assert_eq!(assignable, json!([]), "people who left cannot be assigned");
    let permissions = get(
        &all.acme,
        "/rest/api/3/mypermissions?permissions=EDIT_ISSUES,ADMINISTER&projectKey=PAY",
    )
    .await;
    assert_eq!(permissions["permissions"]["EDIT_ISSUES"]["havePermission"], true);
    assert_eq!(permissions["permissions"]["ADMINISTER"]["havePermission"], false);
}
