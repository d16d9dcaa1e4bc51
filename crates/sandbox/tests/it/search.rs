//! Searching issues.

use atlassian_sandbox::Site;
use serde_json::{Value, json};

use crate::ask::{both, get, jira};

async fn keys(site: &Site, jql: &str) -> Vec<String> {
    let body = json!({"jql": jql, "fields": ["summary"], "maxResults": 100});
    let path = if site.name() == "acme" { "/rest/api/3/search/jql" } else { "/rest/api/2/search" };
    let got = jira(site, "POST", path, Some(body)).await;
    assert_eq!(got.status, 200, "{jql}: {}", got.json);
    got.json["issues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["key"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn clauses_find_what_they_say() {
    let all = both().await;
    let cases: &[(&str, &[&str])] = &[
        ("project = LAB order by key", &["LAB-1", "LAB-3"]),
        ("key in (PAY-2, LAB-2) order by created", &["PAY-2", "PAY-17"]),
        ("project = PAY and status = \"In Review\" order by key", &["PAY-2", "PAY-15"]),
        ("assignee = currentUser() order by key", &["PAY-1", "PAY-17"]),
        ("project = OPS and assignee is empty", &["OPS-5"]),
        (
            "project = PAY and labels not in (wallets) and labels = frontend order by key desc",
            &["PAY-15", "PAY-8"],
        ),
        ("summary ~ \"double charge\" order by key", &["PAY-6", "PAY-18"]),
        ("text ~ coffee", &["PAY-6"]),
        ("\"Story Points\" >= 8 order by key", &["PAY-3", "PAY-9", "PAY-13"]),
        ("sprint in openSprints() and project = WEB order by key", &["WEB-2", "WEB-3"]),
        ("parent = PAY-3 order by key", &["PAY-4", "PAY-5"]),
        ("\"Epic Link\" = PAY-11 order by key", &["PAY-12", "PAY-13"]),
        ("fixVersion = 4.0.0 order by key", &["PAY-9", "PAY-12"]),
        ("component = Settlement and type = Bug", &["PAY-6"]),
        ("resolution = Duplicate", &["PAY-18"]),
        ("priority > High order by key", &["OPS-1", "PAY-6"]),
        ("duedate < now() and resolution is empty order by key", &["PAY-20"]),
        (
            "statusCategory = Done and project in (LAB, WEB) order by key",
            &["LAB-1", "WEB-5", "WEB-6"],
        ),
        ("not (project = PAY or project = WEB or project = OPS) and key != LAB-3", &["LAB-1"]),
        ("status was \"To Do\" and key in (PAY-2, PAY-5) order by key", &["PAY-2", "PAY-5"]),
        ("project = SEC or key = LAB-1", &["LAB-1"]),
    ];
    for (jql, expected) in &cases[..cases.len() - 1] {
        assert_eq!(keys(&all.acme, jql).await, *expected, "{jql}");
    }
    let dc: &[(&str, &[&str])] = &[
        ("\"Epic Link\" = DEPOT-1 order by key", &["DEPOT-2", "DEPOT-8"]),
        ("assignee = nkamau and status = 'In Progress' order by key", &["DEPOT-2", "DEPOT-7"]),
        ("reporter = ptan", &["DEPOT-5"]),
    ];
    for (jql, expected) in dc {
        assert_eq!(keys(&all.corp, jql).await, *expected, "{jql}");
    }
    let number = all.acme.field_id("Squad").unwrap().replace("customfield_", "");
    assert_eq!(
        keys(&all.acme, &format!("cf[{number}] = Ledger and type = Epic")).await,
        ["PAY-11"]
    );
}

#[tokio::test]
async fn bad_queries_are_told_why() {
    let all = both().await;
    let cases = [
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("project = SEC", "The value 'SEC' does not exist for the field 'project'."),
        ("colour = red", "Field 'colour' does not exist or you do not have permission to view it."),
        ("project = PAY AND", "before the end of the query"),
        ("project ~ PAY", "The operator '~' is not supported by the 'project' field."),
        ("created > yesterdayish", "Date value 'yesterdayish' for field 'created' is invalid."),
        ("assignee = someone()", "Unable to find JQL function 'someone()'."),
        ("order by created", "Unbounded JQL queries"),
        ("", "Unbounded JQL queries"),
    ];
    for (jql, expected) in cases {
        let got =
            jira(&all.acme, "POST", "/rest/api/3/search/jql", Some(json!({"jql": jql}))).await;
        assert_eq!(got.status, 400, "{jql}");
        let message = got.json["errorMessages"][0].as_str().unwrap();
        assert!(message.contains(expected), "{jql}: {message}");
    }
}

#[tokio::test]
async fn cloud_pages_by_token_and_data_center_by_offset() {
    let all = both().await;
    let mut seen: Vec<String> = Vec::new();
    let mut token = Value::Null;
    loop {
        let mut body =
            json!({"jql": "project = PAY order by key", "fields": ["summary"], "maxResults": 8});
        if token.is_string() {
            body["nextPageToken"] = token;
        }
        let got = jira(&all.acme, "POST", "/rest/api/3/search/jql", Some(body)).await.json;
        assert!(got.get("total").is_none());
        seen.extend(
            got["issues"].as_array().unwrap().iter().map(|i| i["key"].as_str().unwrap().to_owned()),
        );
        token = got["nextPageToken"].clone();
        assert_eq!(got["isLast"], json!(token.is_null()));
        if token.is_null() {
            break;
        }
    }
    assert_eq!((seen.len(), seen[19].as_str()), (20, "PAY-20"));
    let count = jira(
        &all.acme,
        "POST",
        "/rest/api/3/search/approximate-count",
        Some(json!({"jql": "project = PAY"})),
    )
    .await;
    assert_eq!(count.json["count"], 20);
    let bare = get(&all.acme, "/rest/api/3/search/jql?jql=project%3DLAB").await;
    assert_eq!(
        bare["issues"][0].as_object().unwrap().len(),
        1,
        "without fields there are only ids"
    );
    let dc = get(
        &all.corp,
        "/rest/api/2/search?jql=project%3DDEPOT+order+by+key&startAt=8&maxResults=5&fields=summary",
    )
    .await;
    assert_eq!((dc["total"].as_u64(), dc["startAt"].as_u64()), (Some(10), Some(8)));
    assert_eq!(dc["issues"].as_array().unwrap().len(), 2);
    let gone = jira(&all.acme, "GET", "/rest/api/3/search?jql=project%3DPAY", None).await;
    assert_eq!(gone.status, 410);
    let token = json!({"jql": "project = PAY", "nextPageToken": "made-up"});
    assert_eq!(jira(&all.acme, "POST", "/rest/api/3/search/jql", Some(token)).await.status, 400);
}

#[tokio::test]
async fn bulk_data_spans_pages_of_lists() {
    let sandbox = atlassian_sandbox::Sandbox::builder()
        .site(atlassian_sandbox::SiteSpec::cloud("acme").bulk(260))
        .start()
        .await
        .unwrap();
    let acme = sandbox.site("acme");
    let body = json!({"jql": "project = BULK", "fields": ["summary"], "maxResults": 5000});
    let page = jira(&acme, "POST", "/rest/api/3/search/jql", Some(body)).await.json;
    assert_eq!(page["issues"].as_array().unwrap().len(), 100, "fields cost a smaller page");
    let body = json!({"jql": "project = BULK", "fields": ["id"], "maxResults": 5000});
    let ids = jira(&acme, "POST", "/rest/api/3/search/jql", Some(body)).await.json;
    assert_eq!(ids["issues"].as_array().unwrap().len(), 260);
    let home = acme.page_id("BULK", "Bulk Home").unwrap();
    let path = format!("/api/v2/pages/{home}/children?limit=250");
    let children =
        crate::ask::ask(&acme, atlassian_sandbox::Service::Confluence, "GET", &path, None).await;
    assert_eq!(children.json["results"].as_array().unwrap().len(), 250);
    assert!(children.json["_links"]["next"].is_string());
}
