//! Sessions of legacy clients.

use crate::stage::Stage;
use crate::wire::{Served, initialize, request, text};
use serde_json::json;
use std::time::Duration;

const ANN: (&str, &str) = ("authorization", "Bearer ann-token");
const BO: (&str, &str) = ("authorization", "Bearer bo-token");

#[tokio::test]
async fn a_session_belongs_to_the_caller_that_opened_it() {
    let stage = Stage::single().await;
    let served = Served::start(&stage).await;
    let id = served.session(&[ANN]).await;
    let session = ("mcp-session-id", id.as_str());
    let list = request(1, "tools/list", json!({}));
    let own = served.post(&[ANN, session], &list).await;
    assert_eq!(own.status, 200);
    assert_eq!(own.headers["content-type"], "text/event-stream");
    assert!(own.json["result"]["tools"].is_array());

    let other = served.post(&[BO, session], &list).await;
    assert_eq!((other.status, &other.json["error"]["message"]), (404, &json!("Session not found")));
    let again = served.post(&[BO, session], &initialize("2025-06-18")).await;
    assert_eq!(again.status, 404, "an initialize does not take a session over");
    for request in [served.http.get(served.url()), served.http.delete(served.url())] {
        let request = request.header("accept", "text/event-stream").header(session.0, session.1);
        let foreign = request.try_clone().expect("no body").header(BO.0, BO.1);
        assert_eq!(served.send(foreign).await.status, 404);
        assert_eq!(served.send(request).await.status, 401, "every method is authenticated");
    }
    assert_eq!(served.post(&[ANN, session], &list).await.status, 200, "still there");

    let end = served.http.delete(served.url()).header(ANN.0, ANN.1).header(session.0, session.1);
    assert!(served.send(end).await.status < 300);
    assert_eq!(served.post(&[ANN, session], &list).await.status, 404);
}

#[tokio::test]
async fn missing_and_unknown_sessions_are_json_rpc_errors() {
    let stage = Stage::single().await;
    let served = Served::start(&stage).await;
    let list = request(1, "tools/list", json!({}));
    let missing = served.post(&[ANN], &list).await;
    assert_eq!((missing.status, &missing.json["error"]["code"]), (400, &json!(-32600)));
    assert_eq!(missing.json["error"]["message"], json!("Session ID is required"));
    let unknown = served.post(&[ANN, ("mcp-session-id", "0".repeat(32).as_str())], &list).await;
    assert_eq!((unknown.status, &unknown.json["error"]["code"]), (404, &json!(-32600)));
}

#[tokio::test]
async fn there_is_an_upper_bound_and_refused_requests_take_no_room() {
    let mut stage = Stage::single().await;
    stage.server.http.max_sessions = 2;
    let served = Served::start(&stage).await;
    for headers in [&[][..], &[("authorization", "bearer x")], &[("authorization", "Basic !")]] {
        for _ in 0..5 {
            let refused = served.post(headers, &initialize("2025-06-18")).await;
            assert_eq!(refused.status, 401);
            assert!(!refused.headers.contains_key("mcp-session-id"));
        }
    }
    let first = served.session(&[ANN]).await;
    served.session(&[BO]).await;
    let full = served.post(&[ANN], &initialize("2025-06-18")).await;
    assert_eq!(full.status, 503, "{full:?}");
    assert!(full.headers.contains_key("retry-after"));
    let modern = served.modern(&[ANN], "tools/list", json!({})).await;
    assert_eq!(modern.status, 200, "modern clients need no room");
    let end =
        served.http.delete(served.url()).header(ANN.0, ANN.1).header("mcp-session-id", &first);
    assert!(served.send(end).await.status < 300);
    served.session(&[ANN]).await;
}

#[tokio::test]
async fn the_eras_share_one_address() {
    let stage = Stage::single().await;
    let served = Served::start(&stage).await;
    let id = served.session(&[ANN]).await;
    let discovered = served.modern(&[ANN], "server/discover", json!({})).await;
    assert_eq!(discovered.status, 200, "{discovered:?}");
    assert!(!discovered.headers.contains_key("mcp-session-id"));
    assert_eq!(discovered.json["result"]["cacheScope"], json!("private"));
    let listed = served.modern(&[ANN], "tools/list", json!({})).await;
    assert_eq!(listed.headers["content-type"], "application/json");
    assert_eq!(listed.json["result"]["ttlMs"], json!(300_000));
    assert_eq!(
        listed.json["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
        json!("atlassian-mcp")
    );
    let called = served.modern(&[ANN], "tools/call", json!({ "name": "no_such_tool" })).await;
    assert_eq!((called.status, text(&called.json)), (200, "Unknown tool: no_such_tool"));
    assert!(called.json["result"]["_meta"]["io.modelcontextprotocol/serverInfo"].is_object());
    let unknown = served.modern(&[ANN], "no/such", json!({})).await;
    assert_eq!((unknown.status, &unknown.json["error"]["code"]), (404, &json!(-32601)));
    for (method, params) in [
        ("logging/setLevel", json!({ "level": "info" })),
        ("logging/setLevel", json!({})),
        ("initialize", json!({})),
        ("ping", json!({})),
        ("resources/subscribe", json!({})),
        ("subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } })),
    ] {
        let reply = served.modern(&[ANN], method, params).await;
        assert_eq!((reply.status, &reply.json["error"]["code"]), (404, &json!(-32601)), "{method}");
    }
    for (method, key) in [
        ("prompts/list", "prompts"),
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
    ] {
        let result = served.modern(&[ANN], method, json!({})).await.json["result"].take();
        assert_eq!((&result[key], &result["cacheScope"]), (&json!([]), &json!("public")));
        assert_eq!(result["ttlMs"], json!(300_000), "{method}");
    }
    let gone = served.modern(&[ANN], "resources/read", json!({ "uri": "x:y" })).await;
    assert_eq!(gone.json["error"]["code"], json!(-32602));
    assert_eq!(gone.json["error"]["data"], json!({ "uri": "x:y" }));
    let malformed =
        served.modern(&[ANN], "tools/call", json!({ "name": "x", "arguments": 1 })).await;
    assert_eq!(malformed.json["error"]["code"], json!(-32602));
    let legacy = served.post(&[ANN, ("mcp-session-id", &id)], &request(1, "ping", json!({}))).await;
    assert_eq!(legacy.json["result"], json!({}));
}

#[tokio::test(start_paused = true)]
async fn an_idle_session_expires_and_a_used_one_does_not() {
    let stage = Stage::single().await;
    let served = Served::start(&stage).await;
    let id = served.session(&[ANN]).await;
    let ping = async || {
        let headers = [ANN, ("mcp-session-id", id.as_str())];
        served.post(&headers, &request(1, "ping", json!({}))).await.status
    };
    for _ in 0..3 {
        tokio::time::advance(Duration::from_secs(29 * 60)).await;
        assert_eq!(ping().await, 200);
    }
    tokio::time::advance(Duration::from_secs(31 * 60)).await;
    // The session ends in a task of its own.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ping().await, 404);
}

#[cfg(not(feature = "redis"))]
#[tokio::test]
async fn a_build_without_redis_does_not_start_where_one_is_to_be_shared() {
    let mut stage = Stage::single().await;
    stage.server.redis = Some(atlassian_settings::RedisSettings {
        url: atlassian_settings::Secret::new("redis://:canary@redis.example"),
        prefix: "test".to_owned(),
        trust_file: None,
    });
    let settings = stage.server.http.clone();
    let started = atlassian_server::Http::bind(stage.registry(), &settings).await;
    let error = started.expect_err("sessions would not be shared").to_string();
    assert!(error.contains("MCP_REDIS_URL") && error.contains("feature `redis`"), "{error}");
    assert!(!error.contains("canary"), "{error}");
}
