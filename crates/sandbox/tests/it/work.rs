//! Work logs, watchers, links, files, moves, forms and the development panel.

use atlassian_sandbox::{Sandbox, Service, SiteSpec};
use serde_json::json;

use crate::ask::{both, client, get, jira, read};

#[tokio::test]
async fn logged_work_lowers_the_estimate() {
    let all = both().await;
    let path = "/rest/api/3/issue/PAY-14/worklog";
    let body = json!({"timeSpent": "1d", "started": "2026-11-01T08:00:00.000+0000"});
    let made = jira(&all.acme, "POST", path, Some(body)).await;
    assert_eq!((made.status, made.json["timeSpentSeconds"].as_i64()), (201, Some(28_800)));
    assert_eq!(
        all.acme.issue("PAY-14").unwrap()["fields"]["timetracking"]["remainingEstimate"],
        "1d"
    );
    let new = format!("{path}?adjustEstimate=new&newEstimate=3h");
    jira(&all.acme, "POST", &new, Some(json!({"timeSpentSeconds": 3600}))).await;
    assert_eq!(
        all.acme.issue("PAY-14").unwrap()["fields"]["timetracking"]["remainingEstimate"],
        "3h"
    );
    for wrong in [
        json!({"timeSpent": "soon"}),
        json!({}),
        json!({"timeSpent": "1h", "started": "yesterday"}),
    ] {
        assert_eq!(jira(&all.acme, "POST", path, Some(wrong.clone())).await.status, 400, "{wrong}");
    }
    assert_eq!(get(&all.acme, path).await["total"], 2);
    assert_eq!(
        get(&all.corp, "/rest/api/2/issue/DEPOT-2/worklog").await["worklogs"][0]["comment"],
        "Camera mounted"
    );
}

#[tokio::test]
async fn watchers_are_named_the_flavours_way() {
    let all = both().await;
    let bo = get(&all.acme, "/rest/api/3/user/search?query=bo").await[0]["accountId"].clone();
    assert_eq!(
        jira(&all.acme, "POST", "/rest/api/3/issue/PAY-4/watchers", Some(bo.clone())).await.status,
        204
    );
    let shown = get(&all.acme, "/rest/api/3/issue/PAY-4/watchers").await;
    assert_eq!((shown["watchCount"].as_u64(), &shown["watchers"][0]["accountId"]), (Some(1), &bo));
    let gone = format!("/rest/api/3/issue/PAY-4/watchers?accountId={}", bo.as_str().unwrap());
    assert_eq!(jira(&all.acme, "DELETE", &gone, None).await.status, 204);
    assert_eq!(
        jira(&all.acme, "DELETE", "/rest/api/3/issue/PAY-4/watchers?accountId=None", None)
            .await
            .status,
        400
    );
    assert_eq!(
        jira(&all.corp, "POST", "/rest/api/2/issue/DEPOT-3/watchers", Some(json!("nobody")))
            .await
            .status,
        404
    );
    assert_eq!(
        jira(&all.corp, "POST", "/rest/api/2/issue/DEPOT-3/watchers", Some(json!("oruiz")))
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn a_link_shows_its_phrase_on_each_side() {
    let all = both().await;
    let body = json!({"type": {"name": "Blocks"}, "inwardIssue": {"key": "WEB-3"}, "outwardIssue": {"key": "WEB-8"}});
    assert_eq!(jira(&all.acme, "POST", "/rest/api/3/issueLink", Some(body)).await.status, 201);
    let source = all.acme.issue("WEB-3").unwrap()["fields"]["issuelinks"][0].clone();
    assert_eq!(
        (source["type"]["outward"].as_str(), source["outwardIssue"]["key"].as_str()),
        (Some("blocks"), Some("WEB-8"))
    );
    assert_eq!(
        all.acme.issue("WEB-8").unwrap()["fields"]["issuelinks"][0]["inwardIssue"]["key"],
        "WEB-3"
    );
    let path = format!("/rest/api/3/issueLink/{}", source["id"].as_str().unwrap());
    assert_eq!(jira(&all.acme, "DELETE", &path, None).await.status, 204);
    assert_eq!(jira(&all.acme, "DELETE", &path, None).await.status, 404);
    let unknown = json!({"type": {"name": "Loves"}, "inwardIssue": {"key": "WEB-3"}, "outwardIssue": {"key": "WEB-8"}});
    assert_eq!(jira(&all.acme, "POST", "/rest/api/3/issueLink", Some(unknown)).await.status, 404);
    let remote = json!({"globalId": "g1", "object": {"url": "https://x.example/1", "title": "One"}, "relationship": "see"});
    assert_eq!(
        jira(&all.acme, "POST", "/rest/api/3/issue/WEB-3/remotelink", Some(remote.clone()))
            .await
            .status,
        201
    );
    assert_eq!(
        jira(&all.acme, "POST", "/rest/api/3/issue/WEB-3/remotelink", Some(remote)).await.status,
        200
    );
    let list = get(&all.acme, "/rest/api/3/issue/WEB-3/remotelink").await;
    assert_eq!(
        (list.as_array().unwrap().len(), list[0]["object"]["title"].as_str()),
        (1, Some("One"))
    );
}

#[tokio::test]
async fn cloud_sends_downloads_to_the_media_host_without_credentials() {
    let all = both().await;
    let file = all.acme.issue("PAY-2").unwrap()["fields"]["attachment"][1].clone();
    let url = file["content"].as_str().unwrap();
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let (user, token) = (all.acme.username(), all.acme.api_token(Service::Jira));
    let sent = client.get(url).basic_auth(&user, Some(&token)).send().await.unwrap();
    assert_eq!(sent.status(), 303);
    let place = sent.headers()["location"].to_str().unwrap().to_owned();
    assert!(place.starts_with(&all.acme.media_url().unwrap()));
    let bytes = read(client.get(&place).send().await.unwrap()).await;
    assert_eq!(
        (bytes.status, bytes.bytes.as_slice()),
        (200, &b"Use the dark variant on light pages.\n"[..])
    );
    let leaked = client.get(&place).basic_auth(&user, Some(&token)).send().await.unwrap();
    assert_eq!(leaked.status(), 400);
    let forged = client.get(place.replace("signed-", "forged-")).send().await.unwrap();
    assert_eq!(forged.status(), 403);
    assert!(
        all.acme
            .log()
            .iter()
            .any(|r| r.product_path.starts_with("/media/") && r.header("authorization").is_none())
    );
    let dc = all.corp.issue("DEPOT-2").unwrap()["fields"]["attachment"][1]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    let direct =
        read(client.get(dc).bearer_auth(all.corp.pat(Service::Jira)).send().await.unwrap()).await;
    assert_eq!(direct.bytes, b"400 lux\n");
    let sandbox =
        Sandbox::builder().site(SiteSpec::cloud("plain").direct_downloads()).start().await.unwrap();
    let plain = sandbox.site("plain");
    let url = plain.issue("PAY-2").unwrap()["fields"]["attachment"][1]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    let got = client
        .get(url)
        .basic_auth(plain.username(), Some(plain.api_token(Service::Jira)))
        .send()
        .await
        .unwrap();
    assert_eq!(got.status(), 200);
}

#[tokio::test]
async fn uploads_need_their_header_and_part() {
    let all = both().await;
    let url = format!("{}/rest/api/3/issue/PAY-5/attachments", all.acme.jira_url());
    let send = async |part: &'static str, token: bool| {
        let form = reqwest::multipart::Form::new().part(
            part,
            reqwest::multipart::Part::text("hello")
                .file_name("a b.txt")
                .mime_str("text/plain")
                .unwrap(),
        );
        let mut request = client()
            .post(&url)
            .basic_auth(all.acme.username(), Some(all.acme.api_token(Service::Jira)))
            .multipart(form);
        if token {
            request = request.header("X-Atlassian-Token", "no-check");
        }
        read(request.send().await.unwrap()).await
    };
    assert_eq!(send("file", false).await.status, 403);
    assert_eq!(send("upload", true).await.status, 400);
    let made = send("file", true).await;
    assert_eq!(
        (made.json[0]["filename"].as_str(), made.json[0]["size"].as_u64()),
        (Some("a b.txt"), Some(5))
    );
    assert_eq!(
        all.acme.issue("PAY-5").unwrap()["fields"]["attachment"][0]["mimeType"],
        "text/plain"
    );
}

#[tokio::test]
async fn issues_move_through_the_bulk_queue_and_keep_their_old_key() {
    let all = both().await;
    let mapping = |keys: &[&str]| json!({"sendBulkNotification": false, "targetToSourcesMapping": {"PAY,10002": {"issueIdsOrKeys": keys, "inferFieldDefaults": true, "inferStatusDefaults": true, "inferSubtaskTypeDefault": true, "inferClassificationDefaults": true}}});
    let started = jira(
        &all.acme,
        "POST",
        "/rest/api/3/bulk/issues/move",
        Some(mapping(&["LAB-3", "LAB-99"])),
    )
    .await;
    assert_eq!(started.status, 201);
    let task = get(
        &all.acme,
        &format!("/rest/api/3/bulk/queue/{}", started.json["taskId"].as_str().unwrap()),
    )
    .await;
    assert_eq!(
        (task["status"].as_str(), task["invalidOrInaccessibleIssueCount"].as_u64()),
        (Some("COMPLETE"), Some(1))
    );
    assert_eq!(get(&all.acme, "/rest/api/3/issue/LAB-3?fields=project").await["key"], "PAY-21");
}

#[tokio::test]
async fn forms_live_behind_the_gateway_only() {
    let all = both().await;
    let base = format!(
        "{}/jira/forms/cloud/{}/issue/OPS-1/form",
        all.acme.gateway_url(),
        all.acme.cloud_id()
    );
    let client = client();
    let token = all.acme.oauth_token(Service::Jira);
    let list = read(client.get(&base).bearer_auth(&token).send().await.unwrap()).await;
    let id = list.json[0]["id"].as_str().unwrap().to_owned();
    assert!(list.json[0].get("design").is_none());
    let one = format!("{base}/{id}");
    let form = read(client.get(&one).bearer_auth(&token).send().await.unwrap()).await;
    assert_eq!(form.json["design"]["questions"]["2"]["label"], "Severity");
    let put = read(
        client
            .put(&one)
            .bearer_auth(&token)
            .json(&json!({"answers": {"2": {"choices": ["11"]}}}))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(put.json["state"]["answers"]["2"]["choices"][0], "11");
    let wrong = client
        .put(&one)
        .bearer_auth(&token)
        .json(&json!({"answers": {"9": {"text": "x"}}}))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 400);
}

#[tokio::test]
async fn the_development_panel_counts_and_details() {
    let all = both().await;
    let id = all.acme.issue("PAY-3").unwrap()["id"].as_str().unwrap().to_owned();
    let summary = get(&all.acme, &format!("/rest/dev-status/1.0/issue/summary?issueId={id}")).await;
    assert_eq!(summary["summary"]["pullrequest"]["byInstanceType"]["GitHub"]["count"], 1);
    let detail = get(&all.acme, &format!("/rest/dev-status/1.0/issue/detail?issueId={id}&applicationType=GitHub&dataType=pullrequest")).await;
    assert_eq!(detail["detail"][0]["pullRequests"][0]["id"], "#118");
    assert_eq!(detail["detail"][0]["branches"], json!([]));
    let id = all.corp.issue("DEPOT-2").unwrap()["id"].as_str().unwrap().to_owned();
    let detail = get(
        &all.corp,
        &format!("/rest/dev-status/latest/issue/detail?issueId={id}&applicationType=stash"),
    )
    .await;
    assert_eq!(detail["detail"][0]["pullRequests"][0]["status"], "MERGED");
}
