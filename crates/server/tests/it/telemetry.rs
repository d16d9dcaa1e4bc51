//! Spans, as a collector on this machine receives them.

use crate::stage::Stage;
use crate::wire::{Served, soon};
use atlassian_sandbox::{Fault, Service as Theirs};
use atlassian_server::Telemetry;
use atlassian_settings::{Secret, TelemetrySettings};
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{Span, status};
use prost::Message as _;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

type Received = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// A collector that answers with this status.
async fn collector(status: StatusCode) -> (TelemetrySettings, Received) {
    let received = Received::default();
    let take = move |State(received): State<Received>, headers: HeaderMap, body: Bytes| async move {
        received.lock().expect("lock").push((headers, body));
        status
    };
    let app = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&received));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    let settings = TelemetrySettings {
        endpoint: format!("http://{address}/v1/traces").parse().expect("url"),
        headers: vec![("x-api-key".to_owned(), Secret::new("canary-key"))],
        trust_file: None,
        service_name: "our jira".to_owned(),
    };
    (settings, received)
}

fn values(attributes: &[KeyValue]) -> BTreeMap<String, Value> {
    let plain = |pair: &KeyValue| {
        let value = match pair.value.as_ref().and_then(|value| value.value.as_ref()) {
            Some(any_value::Value::StringValue(text)) => json!(text),
            Some(any_value::Value::IntValue(number)) => json!(number),
            other => panic!("{}: {other:?}", pair.key),
        };
        (pair.key.clone(), value)
    };
    attributes.iter().map(plain).collect()
}

#[tokio::test]
async fn one_span_per_call_tells_where_it_went_and_how_it_ended() {
    let (settings, received) = collector(StatusCode::OK).await;
    let mut stage = Stage::pair().await.open();
    stage.server.telemetry = Some(settings);
    stage.site("corp").fault(Fault::on(Theirs::Confluence, "*", "/").status(503));
    let registry = stage.registry();
    let telemetry = Telemetry::start(&registry).expect("settings").expect("a collector");
    let served = Served::over(registry).await;
    for (tool, arguments) in [
        ("jira_get_issue", json!({ "issue_key": "PAY-1" })),
        ("confluence_staging_search", json!({ "query": "canary-argument" })),
        ("canary_invented", json!({ "x": "canary-argument" })),
        ("jira_search", json!({ "nonsense": "canary-argument" })),
    ] {
        let params = json!({ "name": tool, "arguments": arguments });
        served.modern(&[("x-canary", "canary-header")], "tools/call", params).await;
    }
    soon(telemetry.end()).await;

    let received = received.lock().expect("lock");
    let mut spans: Vec<Span> = Vec::new();
    for (headers, body) in received.iter() {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        assert_eq!(headers["x-api-key"], "canary-key");
        let text = String::from_utf8_lossy(body);
        assert!(!text.contains("canary"), "{text}");
        let export = ExportTraceServiceRequest::decode(body.clone()).expect("protobuf");
        for of_resource in export.resource_spans {
            let resource = values(&of_resource.resource.expect("resource").attributes);
            assert_eq!(resource["service.name"], json!("our jira"));
            assert!(resource.contains_key("service.version"));
            spans.extend(of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    let seen: Vec<(&str, BTreeMap<String, Value>)> =
        spans.iter().map(|span| (span.name.as_str(), values(&span.attributes))).collect();
    assert_eq!(seen.len(), 4, "{seen:?}");
    let told = |place: usize, key: &str| seen[place].1.get(key).cloned().unwrap_or_default();
    assert_eq!(seen[0].0, "tools/call jira_get_issue");
    assert_eq!(told(0, "gen_ai.tool.name"), json!("jira_get_issue"));
    assert_eq!(told(0, "atlassian.service"), json!("jira"));
    assert_eq!(told(0, "atlassian.instance"), json!("primary"));
    assert_eq!(told(0, "atlassian_mcp.outcome"), json!("ok"));
    assert_eq!(told(0, "atlassian_mcp.upstream.status"), json!(200));
    assert_eq!(told(1, "atlassian.instance"), json!("staging"));
    assert_eq!(told(1, "atlassian_mcp.outcome"), json!("failed"));
    assert_eq!(told(1, "atlassian_mcp.upstream.status"), json!(503));
    assert_eq!(seen[2].0, "tools/call (unknown)");
    assert_eq!(
        (told(2, "atlassian.instance"), told(2, "atlassian_mcp.outcome")),
        (Value::Null, json!("unknown"))
    );
    assert_eq!(told(3, "atlassian_mcp.outcome"), json!("invalid"));
    assert_eq!(told(3, "atlassian_mcp.upstream.requests"), json!(0));
    for (place, span) in spans.iter().enumerate() {
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano);
        let failed = span.status.as_ref().is_some_and(|s| s.code() == status::StatusCode::Error);
        assert_eq!(failed, place != 0, "{span:?}");
    }
}

#[tokio::test]
async fn a_collector_that_is_gone_or_refuses_costs_no_call() {
    let (mut refusing, received) = collector(StatusCode::SERVICE_UNAVAILABLE).await;
    let mut gone = refusing.clone();
    gone.endpoint = "http://127.0.0.1:9/v1/traces".parse().expect("url");
    refusing.headers.clear();
    for settings in [refusing, gone] {
        let mut stage = Stage::single().await.open();
        stage.server.telemetry = Some(settings);
        let registry = stage.registry();
        let telemetry = Telemetry::start(&registry).expect("settings").expect("a collector");
        let served = Served::over(registry).await;
        let params = json!({ "name": "jira_get_issue", "arguments": { "issue_key": "PAY-1" } });
        let called = served.modern(&[], "tools/call", params).await;
        assert_eq!(called.json["result"]["isError"], json!(false), "{called:?}");
        soon(telemetry.end()).await;
    }
    assert!(!received.lock().expect("lock").is_empty());
}

#[tokio::test]
async fn without_a_collector_there_are_no_spans() {
    let stage = Stage::single().await;
    assert!(Telemetry::start(&stage.registry()).expect("settings").is_none());
    let (mut settings, _) = collector(StatusCode::OK).await;
    settings.endpoint = "https://x.example/v1/traces".parse().expect("url");
    settings.trust_file = Some("/none/ca.pem".into());
    let mut stage = stage;
    stage.server.telemetry = Some(settings);
    let error = Telemetry::start(&stage.registry()).expect_err("no file").to_string();
    assert!(error.contains("/none/ca.pem") && !error.contains("canary"), "{error}");
}
