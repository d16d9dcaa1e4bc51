//! Streamable HTTP: errors, health, beginning and end.

use crate::stage::Stage;
use crate::wire::{Served, call, initialize, request, soon, text};
use atlassian_sandbox::{Fault, Service};
use atlassian_server::http::DRAIN;
use atlassian_server::{Http, ServeError};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test]
async fn what_is_no_message_is_answered_as_json_rpc() {
    let mut stage = Stage::single().await.open();
    stage.server.http.max_body_bytes = 2000;
    for stateless in [false, true] {
        stage.server.http.stateless = stateless;
        let served = Served::start(&stage).await;
        for (body, status, code, id) in [
            ("{", 400, -32700, Value::Null),
            ("no json", 400, -32700, Value::Null),
            ("", 400, -32700, Value::Null),
            ("[]", 400, -32600, Value::Null),
            ("{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"ping\"}", 400, -32600, json!(7)),
            (
                "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"ping\",\"params\":[]}",
                400,
                -32602,
                json!(8),
            ),
        ] {
            let reply = served.send(served.prepare(&[], body)).await;
            assert_eq!(reply.status, status, "{body}: {}", reply.text);
            assert_eq!(reply.json["error"]["code"], json!(code), "{body}: {}", reply.text);
            assert_eq!(reply.json.get("id"), Some(&id), "{body}: {}", reply.text);
            assert_eq!(reply.headers["content-type"], "application/json");
        }
        let long = served.send(served.prepare(&[], "x".repeat(2001))).await;
        assert_eq!(long.status, 413);
        let chunks =
            futures::stream::iter([1500, 1500].map(|n| Ok::<_, std::io::Error>("x".repeat(n))));
        let endless = served.prepare(&[], "").body(reqwest::Body::wrap_stream(chunks));
        let reply = served.send(endless).await;
        assert_eq!((reply.status, reply.json["error"]["code"].clone()), (413, json!(-32600)));

        let plain =
            served.http.post(served.url()).header("accept", "application/json, text/event-stream");
        let reply = served.send(plain.header("content-type", "text/plain").body("{}")).await;
        assert_eq!((reply.status, reply.json["error"]["code"].clone()), (415, json!(-32600)));
        let greedy = served.http.post(served.url()).header("content-type", "application/json");
        let reply = served.send(greedy.header("accept", "text/html").body("{}")).await;
        assert_eq!((reply.status, reply.json["error"]["code"].clone()), (406, json!(-32600)));
        let reply = served.send(served.http.put(served.url())).await;
        assert_eq!((reply.status, reply.json["error"]["code"].clone()), (405, json!(-32600)));
        assert!(reply.headers.contains_key("allow"));
    }
}

#[tokio::test]
async fn other_paths_are_not_found() {
    let stage = Stage::single().await;
    let served = Served::start(&stage).await;
    for path in ["/", "/metrics", "/sse", "/mcp/x"] {
        let reply = served.send(served.http.get(format!("{}{path}", served.base))).await;
        assert_eq!((reply.status, reply.json), (404, json!({ "error": "Not found" })), "{path}");
    }
    let mut stage = Stage::single().await.open();
    stage.server.http.path = "/atlassian/mcp".into();
    let served = Served::start(&stage).await;
    let list = request(1, "ping", json!({}));
    for (path, status) in [("/mcp", 404), ("/atlassian/mcp", 400), ("/atlassian/mcp/", 400)] {
        let reply = served
            .http
            .post(format!("{}{path}", served.base))
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(list.to_string());
        assert_eq!(served.send(reply).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn stateless_serves_legacy_clients_without_sessions() {
    let mut stage = Stage::single().await.open();
    stage.server.http.stateless = true;
    let served = Served::start(&stage).await;
    let opened = served.post(&[], &initialize("2025-06-18")).await;
    assert_eq!(opened.status, 200);
    assert_eq!(opened.json["result"]["protocolVersion"], json!("2025-06-18"));
    assert!(!opened.headers.contains_key("mcp-session-id"));
    assert_eq!(opened.headers["content-type"], "application/json");
    let note = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(served.post(&[], &note).await.status, 202);
    let list = served
        .post(&[("mcp-protocol-version", "2025-06-18")], &request(1, "tools/list", json!({})))
        .await;
    assert_eq!(list.headers["content-type"], "application/json");
    assert!(list.json["result"]["tools"].is_array(), "{}", list.text);
    let unknown = served.post(&[], &call(2, "no_such_tool", json!({}))).await;
    assert_eq!(text(&unknown.json), "Unknown tool: no_such_tool");
    for request in [served.http.get(served.url()), served.http.delete(served.url())] {
        assert_eq!(served.send(request.header("accept", "text/event-stream")).await.status, 405);
    }
}

#[tokio::test]
async fn health_needs_no_credentials_and_says_little() {
    let mut stage = Stage::pair().await;
    let served = Served::start(&stage).await;
    let live = served.send(served.http.get(format!("{}/healthz", served.base))).await;
    assert_eq!((live.status, live.json), (200, json!({ "status": "ok" })));
    assert_eq!(served.send(served.http.post(format!("{}/healthz", served.base))).await.status, 405);

    let url = format!("{}/readyz", served.base);
    let here = served.send(served.http.get(&url)).await;
    assert_eq!(here.status, 200);
    assert_eq!(here.json["status"], json!("ready"));
    let staging = json!({ "service": "jira", "name": "staging", "state": "ready" });
    assert!(here.json["instances"].as_array().expect("names").contains(&staging), "{}", here.text);

    let far = || served.http.get(&url).header("x-forwarded-for", "203.0.113.9");
    let stranger = served.send(far()).await;
    assert_eq!((stranger.status, &stranger.json["usable"]), (200, &json!(4)));
    assert!(stranger.json.get("instances").is_none(), "{}", stranger.text);
    let known = served.send(far().header("authorization", "Bearer some-token")).await;
    assert!(known.json["instances"].is_array());
    assert!(stage.site("acme").log().is_empty(), "readiness asks nobody");

    stage.instances.clear();
    let empty = Served::start(&stage).await;
    let reply = empty.send(empty.http.get(format!("{}/readyz", empty.base))).await;
    assert_eq!((reply.status, &reply.json["status"]), (503, &json!("not_configured")));
}

#[tokio::test]
async fn a_port_in_use_is_a_sentence() {
    let stage = Stage::single().await;
    let taken = Served::start(&stage).await;
    let mut settings = stage.server.http.clone();
    let address = taken.base.strip_prefix("http://").expect("scheme").to_owned();
    settings.port = address.rsplit(':').next().expect("port").parse().expect("number");
    let error = Http::bind(stage.registry(), &settings).await.expect_err("in use");
    assert!(matches!(error, ServeError::PortInUse { .. }));
    assert!(error.to_string().contains(&address), "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");

    settings.host = "203.0.113.1".into();
    let error = Http::bind(stage.registry(), &settings).await.expect_err("not ours");
    assert!(error.to_string().contains("203.0.113.1:"), "{error}");

    for path in ["/healthz", "mcp", "/{x}", "/*x", "/a b", "//"] {
        let settings =
            atlassian_settings::HttpSettings { path: path.into(), ..stage.server.http.clone() };
        let error = Http::bind(stage.registry(), &settings).await.expect_err(path);
        assert!(error.to_string().contains(path), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn shutdown_waits_for_calls_and_not_for_idle_streams() {
    let stage = Stage::single().await.open();
    let acme = stage.site("acme");
    acme.fault(
        Fault::on(Service::Confluence, "*", "/").delay(Duration::from_millis(300)).status(404),
    );
    let served = Served::start(&stage).await;
    let session = served.session(&[]).await;
    let waiting = served
        .http
        .get(served.url())
        .header("accept", "text/event-stream")
        .header("mcp-session-id", &session)
        .send();
    let waiting = soon(waiting).await.expect("a stream");
    assert_eq!(waiting.status(), 200);
    let asked = call(1, "confluence_search", json!({ "query": "x" }));
    let legacy = served.prepare(&[("mcp-session-id", &session)], asked.to_string());
    let modern = served.modern(
        &[],
        "tools/call",
        json!({ "name": "confluence_search", "arguments": { "query": "x" } }),
    );
    let (legacy, modern, ()) = tokio::join!(served.send(legacy), modern, async {
        soon(async {
            while acme.log().len() < 2 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await;
        served.shutdown.cancel();
    });
    let answered = Instant::now();
    assert_eq!(legacy.json["id"], json!(1), "{legacy:?}");
    assert!(!text(&legacy.json).contains("cancelled"), "{legacy:?}");
    assert_eq!(modern.json["id"], json!(1), "{modern:?}");
    assert!(!text(&modern.json).contains("cancelled"), "{modern:?}");
    soon(waiting.text()).await.expect("the stream is closed in good order");
    let base = served.base.clone();
    served.ended().await.expect("a clean end");
    assert!(answered.elapsed() < DRAIN / 2, "an idle stream held up the end");
    assert!(reqwest::get(format!("{base}/healthz")).await.is_err(), "nobody listens any more");
}

#[tokio::test(start_paused = true)]
async fn shutdown_cancels_what_does_not_end() {
    let stage = Stage::single().await.open();
    let acme = stage.site("acme");
    acme.fault(Fault::on(Service::Confluence, "*", "/").hang());
    let served = Served::start(&stage).await;
    let asked = served.modern(
        &[],
        "tools/call",
        json!({ "name": "confluence_search", "arguments": { "query": "x" } }),
    );
    let (reply, ()) = tokio::join!(asked, async {
        while acme.log().is_empty() {
            tokio::task::yield_now().await;
        }
        served.shutdown.cancel();
    });
    assert!(text(&reply.json).contains("cancelled"), "{reply:?}");
    served.ended().await.expect("a clean end");
}
