//! Service desks and requests.

use serde_json::json;

use crate::ask::{both, get, jira};

#[tokio::test]
async fn a_desk_has_queues_with_issues() {
    let all = both().await;
    for (site, prefix, key) in [(&all.acme, "OPS", "OPS-5"), (&all.corp, "HELP", "")] {
        let desks = get(site, "/rest/servicedeskapi/servicedesk").await;
        let desk =
            desks["values"].as_array().unwrap().iter().find(|d| d["projectKey"] == prefix).unwrap()
                ["id"]
                .as_str()
                .unwrap()
                .to_owned();
        let queues =
            get(site, &format!("/rest/servicedeskapi/servicedesk/{desk}/queue?includeCount=true"))
                .await;
        let unassigned = &queues["values"][1];
        let issues = get(
            site,
            &format!(
                "/rest/servicedeskapi/servicedesk/{desk}/queue/{}/issue",
                unassigned["id"].as_str().unwrap()
            ),
        )
        .await;
        assert_eq!(unassigned["issueCount"], issues["size"]);
        if !key.is_empty() {
            assert_eq!(issues["values"][0]["key"], key);
        }
        assert_eq!(
            jira(site, "GET", &format!("/rest/servicedeskapi/servicedesk/{desk}/queue/1"), None)
                .await
                .status,
            404
        );
    }
}

#[tokio::test]
async fn a_request_is_raised_for_a_customer() {
    let all = both().await;
    let desk = get(&all.acme, "/rest/servicedeskapi/servicedesk").await["values"][0]["id"].clone();
    let types = get(
        &all.acme,
        &format!("/rest/servicedeskapi/servicedesk/{}/requesttype", desk.as_str().unwrap()),
    )
    .await;
    let kind = types["values"][0]["id"].clone();
    let fields = get(
        &all.acme,
        &format!(
            "/rest/servicedeskapi/servicedesk/{}/requesttype/{}/field",
            desk.as_str().unwrap(),
            kind.as_str().unwrap()
        ),
    )
    .await;
    assert_eq!(
        (
            fields["requestTypeFields"][0]["fieldId"].as_str(),
            fields["requestTypeFields"][0]["required"].as_bool()
        ),
        (Some("summary"), Some(true))
    );
    let gus = get(&all.acme, "/rest/api/3/user/search?query=gus").await[0]["accountId"].clone();
    let body = |who: serde_json::Value| json!({"serviceDeskId": desk, "requestTypeId": kind, "requestFieldValues": {"summary": "Key lost", "description": "In the park"}, "raiseOnBehalfOf": who});
    let wrong =
        jira(&all.acme, "POST", "/rest/servicedeskapi/request", Some(body(json!("stranger"))))
            .await;
    assert!(wrong.json["errorMessage"].as_str().unwrap().contains("raiseOnBehalfOf"));
    let made =
        jira(&all.acme, "POST", "/rest/servicedeskapi/request", Some(body(gus.clone()))).await;
    assert_eq!((made.status, made.json["issueKey"].as_str()), (201, Some("OPS-7")));
    let issue = all.acme.issue("OPS-7").unwrap();
    assert_eq!(issue["fields"]["reporter"]["accountId"], gus);
    assert_eq!(issue["fields"]["description"]["type"], "doc");
    let empty = json!({"serviceDeskId": desk, "requestTypeId": kind, "requestFieldValues": {}});
    assert_eq!(
        jira(&all.acme, "POST", "/rest/servicedeskapi/request", Some(empty)).await.status,
        400
    );
    let said = jira(
        &all.acme,
        "POST",
        "/rest/servicedeskapi/request/OPS-7/comment",
        Some(json!({"body": "Inside", "public": false})),
    )
    .await;
    assert_eq!((said.status, said.json["public"].as_bool()), (201, Some(false)));
    assert_eq!(
        get(&all.acme, "/rest/servicedeskapi/request/OPS-7/comment?internal=false").await["size"],
        0
    );
    assert_eq!(
        jira(&all.acme, "GET", "/rest/servicedeskapi/request/PAY-1", None).await.status,
        404,
        "no request"
    );
}
