//! Pages, comments, labels, properties and attachments, on both flavours.

use atlassian_sandbox::{REASON, Service, Site};
use serde_json::{Value, json};

use crate::ask::{Got, ask, both, client, read};

async fn wiki(site: &Site, method: &str, path: &str, body: Option<Value>) -> Got {
    ask(site, Service::Confluence, method, path, body).await
}

async fn get(site: &Site, path: &str) -> Value {
    let got = wiki(site, "GET", path, None).await;
    assert_eq!(got.status, 200, "GET {path}: {got:?}");
    got.json
}

fn storage(text: &str) -> Value {
    json!({"representation": "storage", "value": text})
}

#[tokio::test]
async fn a_page_reads_in_version_2_with_what_is_included() {
    let all = both().await;
    let id = all.acme.page_id("ENG", "Wallet payments").unwrap();
    let page = get(
        &all.acme,
        &format!(
            "/api/v2/pages/{id}?body-format=storage&include-labels=true&include-properties=true"
        ),
    )
    .await;
    assert_eq!(
        (page["title"].as_str(), page["version"]["number"].as_u64()),
        (Some("Wallet payments"), Some(3))
    );
    assert!(page["body"]["storage"]["value"].as_str().unwrap().contains("ac:name=\"code\""));
    assert_eq!(page["labels"]["results"][1]["name"], "design");
    assert_eq!(page["_links"]["base"], all.acme.confluence_url().as_str());
    assert_eq!(get(&all.acme, &format!("/api/v2/pages/{id}")).await["body"], json!({}));
    let first = get(&all.acme, &format!("/api/v2/pages/{id}?version=1&body-format=storage")).await;
    assert_eq!(first["body"]["storage"]["value"], "<p>Shoppers want wallets.</p>");
    let above = get(&all.acme, &format!("/api/v2/pages/{id}/ancestors")).await;
    assert_eq!(
        above["results"][0]["id"].as_str(),
        all.acme.page_id("ENG", "Engineering Home").as_deref()
    );
    let home = all.acme.page_id("ENG", "Engineering Home").unwrap();
    let below = get(&all.acme, &format!("/api/v2/pages/{home}/direct-children")).await;
    let kinds: Vec<&str> =
        below["results"].as_array().unwrap().iter().map(|c| c["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"folder") && kinds.contains(&"page"), "{kinds:?}");
}

#[tokio::test]
async fn a_page_reads_in_version_1_with_what_is_expanded() {
    let all = both().await;
    let id = all.corp.page_id("HALL", "Rail gate").unwrap();
    let page = get(&all.corp, &format!("/rest/api/content/{id}?expand=body.storage,version,space,ancestors,children.attachment,metadata.labels,history")).await;
    assert_eq!(page["space"]["key"], "HALL");
    assert_eq!(page["version"]["by"]["username"], "nkamau");
    assert_eq!(page["ancestors"][0]["title"], "Halls Home");
    assert_eq!(page["children"]["attachment"]["results"][0]["title"], "track plan.png");
    assert_eq!(page["metadata"]["labels"]["results"][0]["label"], "rail");
    assert!(page["_expandable"].get("body").is_none());
    let list =
        get(&all.corp, "/rest/api/content?spaceKey=HALL&title=Rail+gate&expand=body.storage").await;
    assert_eq!(
        (list["size"].as_u64(), list["results"][0]["id"].as_str()),
        (Some(1), Some(id.as_str()))
    );
    let old = get(
        &all.corp,
        &format!("/rest/api/content/{id}?status=historical&version=1&expand=body.storage"),
    )
    .await;
    assert_eq!(old["body"]["storage"]["value"], "<p>Plan follows.</p>");
    let comments = get(&all.corp, &format!("/rest/api/content/{id}/child/comment?depth=all&expand=extensions.inlineProperties,body.view,ancestors")).await;
    assert_eq!(comments["size"], 3);
    let gone = wiki(&all.acme, "GET", &format!("/rest/api/content/{id}"), None).await;
    assert_eq!(gone.status, 410, "Cloud dropped content reads of version 1");
}

#[tokio::test]
async fn pages_are_created_and_changed_with_their_versions() {
    let all = both().await;
    let space = get(&all.acme, "/api/v2/spaces?keys=ENG").await["results"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = json!({"spaceId": space, "status": "current", "title": "Fresh", "body": storage("<p>one</p>")});
    let made = wiki(&all.acme, "POST", "/api/v2/pages", Some(body.clone())).await;
    assert_eq!(made.status, 200, "{made:?}");
    let id = made.json["id"].as_str().unwrap().to_owned();
    assert_eq!(
        wiki(&all.acme, "POST", "/api/v2/pages", Some(body)).await.status,
        400,
        "the title is taken"
    );
    let update = |number: u64, text: &str| json!({"id": id, "status": "current", "title": "Fresh", "body": storage(text), "version": {"number": number, "message": "second"}});
    let path = format!("/api/v2/pages/{id}");
    let stale = wiki(&all.acme, "PUT", &path, Some(update(1, "<p>two</p>"))).await;
    assert_eq!(stale.status, 409);
    assert!(stale.json["errors"][0]["title"].as_str().unwrap().contains("Current Version: [1]"));
    let broken = wiki(&all.acme, "PUT", &path, Some(update(2, "<p>two"))).await;
    assert_eq!(broken.status, 400);
    assert!(!broken.header(REASON).is_empty());
    let mut strange = update(2, "<p>two</p>");
    strange["minorEdit"] = json!(true);
    assert_eq!(
        wiki(&all.acme, "PUT", &path, Some(strange)).await.status,
        400,
        "v2 has no minor edit"
    );
    assert_eq!(wiki(&all.acme, "PUT", &path, Some(update(2, "<p>two</p>"))).await.status, 200);
    let now = all.acme.page(&id).unwrap();
    assert_eq!(
        (now["version"].as_u64(), now["body"].as_str(), now["message"].as_str()),
        (Some(2), Some("<p>two</p>"), Some("second"))
    );
    assert_eq!(wiki(&all.acme, "DELETE", &path, None).await.status, 204);
    assert_eq!(wiki(&all.acme, "GET", &path, None).await.status, 404);

    let parent = all.corp.page_id("HALL", "Halls Home").unwrap();
    let body = json!({"type": "page", "title": "New hall", "space": {"key": "HALL"}, "ancestors": [{"id": parent}], "body": {"storage": storage("<p>a</p>")}});
    let made = wiki(&all.corp, "POST", "/rest/api/content", Some(body.clone())).await;
    assert_eq!(made.status, 200, "{made:?}");
    let path = format!("/rest/api/content/{}", made.json["id"].as_str().unwrap());
    assert_eq!(wiki(&all.corp, "POST", "/rest/api/content", Some(body)).await.status, 400);
    let update = |number: u64| json!({"type": "page", "title": "New hall", "version": {"number": number, "minorEdit": true}, "body": {"storage": storage("<p>b</p>")}});
    let stale = wiki(&all.corp, "PUT", &path, Some(update(1))).await;
    assert_eq!(stale.status, 409);
    assert!(stale.json["message"].as_str().unwrap().contains("Current version is: 1"));
    assert_eq!(wiki(&all.corp, "PUT", &path, Some(update(2))).await.status, 200);
    assert_eq!(all.corp.page(made.json["id"].as_str().unwrap()).unwrap()["minorEdit"], true);
}

#[tokio::test]
async fn what_is_restricted_is_not_found() {
    let all = both().await;
    let id = all.acme.page_id("ENG", "Salary bands").unwrap();
    let url = format!("{}/api/v2/pages/{id}", all.acme.confluence_url());
    let (login, token) = all.acme.login_of("bo", Service::Confluence).unwrap();
    let got = read(client().get(url).basic_auth(login, Some(token)).send().await.unwrap()).await;
    assert_eq!(got.status, 404);
    assert_eq!(wiki(&all.acme, "GET", &format!("/api/v2/pages/{id}"), None).await.status, 200);
}

#[tokio::test]
async fn lists_of_version_2_are_paged_by_cursor() {
    let all = both().await;
    let id = all.acme.page_id("ENG", "Onboarding").unwrap();
    let mut path = format!("/api/v2/pages/{id}/footer-comments?limit=25&body-format=storage");
    let mut pages = Vec::new();
    loop {
        let got = wiki(&all.acme, "GET", &path, None).await;
        pages.push(got.json["results"].as_array().unwrap().len());
        let Some(next) = got.json["_links"]["next"].as_str() else { break };
        assert_eq!(got.header("link"), format!("<{next}>; rel=\"next\""));
        path = next.strip_prefix("/wiki").unwrap().to_owned();
    }
    assert_eq!(pages, [25, 25, 10]);
    assert_eq!(wiki(&all.acme, "GET", "/api/v2/pages?limit=251", None).await.status, 400);
    assert_eq!(wiki(&all.acme, "GET", "/api/v2/pages?cursor=nonsense", None).await.status, 400);
    let dc = all.corp.page_id("HALL", "Counting by night").unwrap();
    let list = get(&all.corp, &format!("/rest/api/content/{dc}/child/comment?limit=40")).await;
    assert_eq!(list["size"], 40);
    assert!(list["_links"]["next"].as_str().unwrap().contains("start=40"));
}

#[tokio::test]
async fn comments_answer_each_other_and_stand_on_words() {
    let all = both().await;
    let id = all.acme.page_id("ENG", "Wallet payments").unwrap();
    let inline = get(
        &all.acme,
        &format!("/api/v2/pages/{id}/inline-comments?body-format=storage&resolution-status=open"),
    )
    .await;
    assert_eq!(inline["results"].as_array().unwrap().len(), 1);
    assert_eq!(inline["results"][0]["properties"]["inlineOriginalSelection"], "signed token");
    let thread = inline["results"][0]["id"].as_str().unwrap();
    let answers = get(&all.acme, &format!("/api/v2/inline-comments/{thread}/children")).await;
    assert_eq!(answers["results"].as_array().unwrap().len(), 1);
    let made = wiki(
        &all.acme,
        "POST",
        "/api/v2/footer-comments",
        Some(json!({"pageId": id, "body": storage("<p>hi</p>")})),
    )
    .await;
    assert_eq!(
        (made.status, made.json["body"]["storage"]["value"].as_str()),
        (201, Some("<p>hi</p>"))
    );
    let reply = json!({"parentCommentId": made.json["id"], "body": storage("<p>ho</p>")});
    assert_eq!(wiki(&all.acme, "POST", "/api/v2/footer-comments", Some(reply)).await.status, 201);
    let place = |text: &str, count: u64| json!({"pageId": id, "body": storage("<p>?</p>"), "inlineCommentProperties": {"textSelection": text, "textSelectionMatchCount": count, "textSelectionMatchIndex": 0}});
    assert_eq!(
        wiki(&all.acme, "POST", "/api/v2/inline-comments", Some(place("Summary", 1))).await.status,
        201
    );
    assert_eq!(
        wiki(&all.acme, "POST", "/api/v2/inline-comments", Some(place("Summary", 2))).await.status,
        400
    );
    assert_eq!(
        wiki(&all.acme, "POST", "/api/v2/inline-comments", Some(place("not there", 1)))
            .await
            .status,
        400
    );
    let dc = all.corp.page_id("HALL", "Shift plan").unwrap();
    let body = json!({"type": "comment", "container": {"id": dc, "type": "page"}, "body": {"storage": storage("<p>ok</p>")}});
    assert_eq!(wiki(&all.corp, "POST", "/rest/api/content", Some(body)).await.status, 200);
    assert_eq!(all.corp.comments(&dc)[0]["body"], "<p>ok</p>");
}

#[tokio::test]
async fn labels_and_properties_are_kept() {
    let all = both().await;
    let id = all.acme.page_id("OPS", "Duty rota").unwrap();
    let label = json!([{"prefix": "global", "name": "Duty"}]);
    let got = wiki(&all.acme, "POST", &format!("/rest/api/content/{id}/label"), Some(label)).await;
    assert_eq!(got.json["results"][0]["name"], "duty");
    assert_eq!(
        wiki(
            &all.acme,
            "POST",
            &format!("/rest/api/content/{id}/label"),
            Some(json!({"name": "a b"}))
        )
        .await
        .status,
        400
    );
    let made = wiki(
        &all.acme,
        "POST",
        &format!("/api/v2/pages/{id}/properties"),
        Some(json!({"key": "mood", "value": {"n": 1}})),
    )
    .await;
    let path = format!("/api/v2/pages/{id}/properties/{}", made.json["id"].as_str().unwrap());
    let change =
        |number: u64| json!({"key": "mood", "value": {"n": 2}, "version": {"number": number}});
    assert_eq!(wiki(&all.acme, "PUT", &path, Some(change(1))).await.status, 409);
    assert_eq!(wiki(&all.acme, "PUT", &path, Some(change(2))).await.status, 200);
    assert_eq!(all.acme.page(&id).unwrap()["properties"]["mood"]["n"], 2);
    assert_eq!(wiki(&all.acme, "DELETE", &path, None).await.status, 204);
    let dc = all.corp.page_id("HALL", "Halls Home").unwrap();
    let emoji =
        get(&all.corp, &format!("/rest/api/content/{dc}/property/emoji-title-published")).await;
    assert_eq!(emoji["value"], "1f4e6");
    let list = get(&all.corp, &format!("/rest/api/content/{dc}/property")).await;
    assert_eq!(list["size"], 2);
}

#[tokio::test]
async fn files_go_up_and_come_down() {
    let all = both().await;
    let id = all.corp.page_id("HALL", "Shift plan").unwrap();
    let url = format!("{}/rest/api/content/{id}/child/attachment", all.corp.confluence_url());
    let send = async |token: bool, name: &'static str| {
        let part = reqwest::multipart::Part::text("06:00 start").file_name(name);
        let form = reqwest::multipart::Form::new()
            .text("minorEdit", "true")
            .part("file", part)
            .text("comment", "plan");
        let mut request =
            client().post(&url).bearer_auth(all.corp.pat(Service::Confluence)).multipart(form);
        if token {
            request = request.header("X-Atlassian-Token", "no-check");
        }
        read(request.send().await.unwrap()).await
    };
    assert_eq!(send(false, "plan.txt").await.status, 403);
    let made = send(true, "plan.txt").await;
    assert_eq!(
        (made.status, made.json["results"][0]["extensions"]["fileSize"].as_u64()),
        (200, Some(11))
    );
    let again = send(true, "plan.txt").await;
    assert!(again.json["message"].as_str().unwrap().contains("same file name"), "{again:?}");
    let link = made.json["results"][0]["_links"]["download"].as_str().unwrap().to_owned();
    assert_eq!(wiki(&all.corp, "GET", &link, None).await.bytes, b"06:00 start");
    let page = all.acme.page_id("ENG", "Wallet payments").unwrap();
    let files =
        get(&all.acme, &format!("/api/v2/pages/{page}/attachments?mediaType=image/png")).await;
    let file = files["results"][0]["id"].as_str().unwrap();
    assert!(file.starts_with("att"));
    let bytes = wiki(
        &all.acme,
        "GET",
        &format!("/rest/api/content/{page}/child/attachment/{file}/download"),
        None,
    )
    .await;
    assert!(bytes.bytes.starts_with(&[0x89, b'P', b'N', b'G']));
}

#[tokio::test]
async fn cql_finds_contents_spaces_and_people() {
    let all = both().await;
    let titles = async |site: &Site, cql: &str| -> Vec<String> {
        let path = format!(
            "/rest/api/search?limit=50&expand=content.history,content.version&cql={}",
            urlencode(cql)
        );
        let found = get(site, &path).await;
        found["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| {
                r["title"].as_str().unwrap().replace("@@@hl@@@", "").replace("@@@endhl@@@", "")
            })
            .collect()
    };
    assert_eq!(
        titles(&all.acme, "type = page and label = adr order by title").await,
        ["ADR 1: One ledger", "ADR 2: Idempotency keys"]
    );
    assert_eq!(
        titles(&all.acme, "siteSearch ~ \"idempotency\" and space = ENG and type=page").await,
        ["ADR 2: Idempotency keys"]
    );
    assert_eq!(
        titles(&all.acme, "(type=page) AND (space = \"~ada\" OR space = HR)").await,
        ["Ada's notes"]
    );
    let home = all.acme.page_id("OPS", "Operations Home").unwrap();
    assert_eq!(
        titles(&all.acme, &format!("ancestor = {home} and label = incident")).await,
        ["Runbook: card network down"]
    );
    assert_eq!(
        titles(&all.acme, "type = blogpost and creator = currentUser()").await,
        ["Release 4.0.0 is out"]
    );
    assert_eq!(
        titles(&all.corp, "space = HALL and text ~ cranes and type = page").await,
        ["Rail gate"]
    );
    let marked = get(
        &all.acme,
        &format!("/rest/api/search?cql={}", urlencode("text ~ \"ledger\" and type = page")),
    )
    .await;
    assert!(marked.to_string().contains("@@@hl@@@"));
    assert!(marked["results"][0]["resultGlobalContainer"]["title"].is_string());
    let bad = wiki(&all.acme, "GET", "/rest/api/search?cql=colour+%3D+red", None).await;
    assert_eq!(bad.status, 400);
    assert!(bad.json["message"].as_str().unwrap().contains("Could not parse cql"));
    let people = get(
        &all.acme,
        &format!("/rest/api/search/user?cql={}", urlencode("user.fullname ~ \"Lind\"")),
    )
    .await;
    assert_eq!(people["results"][0]["user"]["displayName"], "Bo Lindqvist");
}

fn urlencode(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }
        })
        .collect()
}

#[tokio::test]
async fn pages_move_and_copy() {
    let all = both().await;
    let (page, target) = (
        all.acme.page_id("ENG", "First week").unwrap(),
        all.acme.page_id("OPS", "Operations Home").unwrap(),
    );
    assert_eq!(
        wiki(&all.acme, "PUT", &format!("/rest/api/content/{page}/move/append/{target}"), None)
            .await
            .status,
        200
    );
    assert_eq!(all.acme.page(&page).unwrap()["space"], "OPS");
    let body = json!({"copyAttachments": true, "pageTitle": "Wallets again", "destination": {"type": "parent_page", "value": target}});
    let source = all.acme.page_id("ENG", "Wallet payments").unwrap();
    let copied =
        wiki(&all.acme, "POST", &format!("/rest/api/content/{source}/copy"), Some(body)).await;
    let files = get(
        &all.acme,
        &format!("/api/v2/pages/{}/attachments", copied.json["id"].as_str().unwrap()),
    )
    .await;
    assert_eq!(files["results"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn restrictions_are_set_checked_and_cleared() {
    let all = both().await;
    let id = all.acme.page_id("OPS", "Duty rota").unwrap();
    let bo = get(
        &all.acme,
        &format!("/rest/api/search/user?cql={}", urlencode("user.fullname ~ \"Bo\"")),
    )
    .await["results"][0]["user"]["accountId"]
        .as_str()
        .unwrap()
        .to_owned();
    let me =
        get(&all.acme, "/rest/api/user/current").await["accountId"].as_str().unwrap().to_owned();
    let path = format!("/rest/api/content/{id}/restriction");
    let entry = |ids: &[&str]| json!([{"operation": "read", "restrictions": {"user": ids.iter().map(|i| json!({"type": "known", "accountId": i})).collect::<Vec<_>>()}}]);
    assert_eq!(
        wiki(&all.acme, "PUT", &path, Some(entry(&[&bo]))).await.status,
        400,
        "nobody locks oneself out"
    );
    assert_eq!(wiki(&all.acme, "PUT", &path, Some(entry(&[&me]))).await.status, 200);
    let asked = json!({"operation": "read", "subject": {"type": "user", "identifier": bo}});
    let checked =
        wiki(&all.acme, "POST", &format!("/rest/api/content/{id}/permission/check"), Some(asked))
            .await;
    assert_eq!(checked.json["hasPermission"], false);
    assert_eq!(wiki(&all.acme, "DELETE", &path, None).await.status, 200);
    let shown = get(&all.acme, &format!("{path}/byOperation")).await;
    assert_eq!(shown["read"]["restrictions"]["user"]["size"], 0);
}
