//! Host and Origin, on every route.

use crate::stage::Stage;
use crate::wire::{Served, initialize};
use serde_json::json;

#[tokio::test]
async fn foreign_hosts_and_origins_are_refused_on_every_route() {
    let stage = Stage::single().await.open();
    let served = Served::start(&stage).await;
    for path in ["/mcp", "/mcp/", "/healthz", "/readyz", "/nowhere"] {
        for (name, value) in [
            ("host", "evil.example"),
            ("host", "localhost.evil.example:8000"),
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("origin", "http://localhost.evil.example"),
        ] {
            let url = format!("{}{path}", served.base);
            for request in [served.http.get(&url), served.http.post(&url), served.http.delete(&url)]
            {
                let reply = served.send(request.header(name, value)).await;
                assert_eq!(reply.status, 403, "{path} {name}: {value}");
                assert!(reply.json["error"].is_string(), "{}", reply.text);
            }
        }
    }
}

#[tokio::test]
async fn local_pages_and_listed_ones_are_served() {
    let mut stage = Stage::single().await.open();
    stage.server.http.allowed_hosts = vec!["mcp.corp.example".into()];
    stage.server.http.allowed_origins = vec!["https://app.corp.example".into()];
    let served = Served::start(&stage).await;
    for headers in [
        [("origin", "http://localhost:6274"), ("x-request-id", "abc-1")],
        [("origin", "https://app.corp.example"), ("host", "mcp.corp.example")],
    ] {
        let reply = served.post(&headers, &initialize("2025-06-18")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let cross = [("origin", "http://localhost:6274"), ("host", "mcp.corp.example")];
    assert_eq!(served.post(&cross, &initialize("2025-06-18")).await.status, 403);
}

#[tokio::test]
async fn every_answer_carries_a_request_id() {
    let stage = Stage::single().await;
    let served = Served::start(&stage).await;
    let url = format!("{}/healthz", served.base);
    let given = served.send(served.http.get(&url).header("x-request-id", "abc-1")).await;
    assert_eq!(given.headers["x-request-id"], "abc-1");
    let foreign = served.send(served.http.get(&url).header("x-request-id", "x".repeat(200))).await;
    assert_eq!(foreign.headers["x-request-id"].len(), 32, "one of our own");
    let nobody = served.post(&[], &json!({})).await;
    assert_eq!((nobody.status, nobody.headers["x-request-id"].len()), (401, 32));
}
