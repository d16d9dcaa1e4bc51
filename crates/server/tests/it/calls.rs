//! Calls that are cancelled, take too long, or tell how far they are.

use crate::stage::Stage;
use crate::wire::{Pipe, Served, call, initialize, request, soon, text};
use atlassian_sandbox::{Fault, Service, Site};
use serde_json::{Value, json};
use std::time::Duration;

fn search() -> Value {
    json!({ "name": "confluence_search", "arguments": { "query": "x" } })
}

/// Waits until the sandbox answers nothing more: the request was dropped by us.
async fn landed(site: &Site) {
    soon(async {
        loop {
            site.reset_max_in_flight();
            if site.max_in_flight() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

async fn arrived(site: &Site) {
    soon(async {
        while site.log().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_its_modern_call() {
    let stage = Stage::single().await.open();
    let acme = stage.site("acme");
    acme.fault(Fault::on(Service::Confluence, "*", "/").hang());
    let served = Served::start(&stage).await;
    tokio::select! {
        reply = served.modern(&[], "tools/call", search()) => panic!("no answer can come: {reply:?}"),
        () = arrived(&acme) => {}
    }
    landed(&acme).await;
}

#[tokio::test]
async fn a_notification_cancels_a_call_of_a_session() {
    let stage = Stage::single().await.open();
    let acme = stage.site("acme");
    acme.fault(Fault::on(Service::Confluence, "*", "/").hang());
    let served = Served::start(&stage).await;
    let id = served.session(&[]).await;
    let session = [("mcp-session-id", id.as_str())];
    let asked = request(7, "tools/call", search());
    let calling = served.prepare(&session, asked.to_string()).send();
    let calling = tokio::spawn(calling);
    arrived(&acme).await;
    let params = json!({ "requestId": 7, "reason": "enough" });
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params });
    assert_eq!(served.post(&session, &cancel).await.status, 202);
    landed(&acme).await;
    calling.abort();
}

#[tokio::test]
async fn a_call_ends_at_its_deadline() {
    let mut stage = Stage::single().await;
    stage.server.call_timeout = Duration::from_millis(80);
    let acme = stage.site("acme");
    acme.fault(Fault::on(Service::Confluence, "*", "/").hang());
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-06-18")).await;
    let reply = pipe.ask(call(1, "confluence_search", json!({ "query": "x" }))).await;
    assert_eq!(reply["result"]["isError"], json!(true), "{reply}");
    assert!(text(&reply).contains("confluence_search"), "{reply}");
    landed(&acme).await;
}

/// Two pages of an answer to a search of Jira Cloud.
fn two_pages(site: &Site) {
    let page = |numbers: std::ops::Range<u32>, next: Option<&str>| {
        let issues: Vec<Value> = numbers
            .map(|n| json!({ "id": n.to_string(), "key": format!("PAY-{n}"), "fields": {} }))
            .collect();
        json!({ "issues": issues, "nextPageToken": next, "isLast": next.is_none() }).to_string()
    };
    for body in [page(1..4, Some("more")), page(4..6, None)] {
        site.fault(Fault::on(Service::Jira, "*", "/search/jql").body(body).times(1));
    }
}

/// Asserts two reports that grow, with this token, and then the result.
fn reported(messages: &[Value], token: &Value) {
    let [first, second, result] = messages else {
        panic!("two reports and a result: {messages:?}")
    };
    let mut last = 0.0;
    for report in [first, second] {
        assert_eq!(report["method"], json!("notifications/progress"), "{report}");
        assert_eq!(&report["params"]["progressToken"], token);
        let progress = report["params"]["progress"].as_f64().expect("number");
        assert!(progress > last, "{messages:?}");
        last = progress;
    }
    assert_eq!(result["result"]["isError"], json!(false), "{result}");
}

fn paged_search(token: &Value) -> Value {
    json!({
        "name": "jira_search",
        "arguments": { "jql": "project = PAY", "limit": 50 },
        "_meta": { "progressToken": token },
    })
}

#[tokio::test]
async fn a_call_that_pages_tells_how_far_it_is() {
    let stage = Stage::single().await.open();
    let acme = stage.site("acme");
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-06-18")).await;
    two_pages(&acme);
    let token = json!("my-token");
    pipe.say(&request(1, "tools/call", paged_search(&token)).to_string()).await;
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(pipe.hear().await.expect("a message"));
    }
    reported(&heard, &token);
    // Nobody asked here, so nothing comes but the result.
    two_pages(&acme);
    let silent = pipe.ask(call(2, "jira_search", json!({ "jql": "project = PAY" }))).await;
    assert_eq!(silent["id"], json!(2));

    let served = Served::start(&stage).await;
    let token = json!(7);
    two_pages(&acme);
    let modern = served.modern(&[], "tools/call", paged_search(&token)).await;
    assert_eq!(modern.headers["content-type"], "text/event-stream");
    reported(&modern.messages, &token);
    let id = served.session(&[]).await;
    two_pages(&acme);
    let asked = request(3, "tools/call", paged_search(&token));
    let legacy = served.post(&[("mcp-session-id", &id)], &asked).await;
    reported(&legacy.messages, &token);
}
