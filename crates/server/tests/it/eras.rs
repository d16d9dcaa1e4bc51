//! A real client, over both wires and in both eras.

use crate::stage::Stage;
use crate::wire::{Served, soon};
use atlassian_server::stdio;
use rmcp::RoleClient;
use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt as _, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::json;
use tokio_util::sync::CancellationToken;

fn eras() -> [ClientLifecycleMode; 2] {
    [
        ClientLifecycleMode::Initialize,
        ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] },
    ]
}

/// Lists, calls and ends, as any client would.
async fn walk(client: RunningService<RoleClient, ()>) {
    let tools = soon(client.list_all_tools()).await.expect("list");
    assert!(tools.iter().any(|tool| tool.name == "confluence_staging_search"));
    let arguments = json!({}).as_object().cloned().expect("object");
    let params = CallToolRequestParams::new("atlassian_list_instances").with_arguments(arguments);
    let result = soon(client.call_tool(params)).await.expect("call");
    assert_eq!(result.is_error, Some(false));
    let listed = result.structured_content.expect("structured");
    assert_eq!(listed["instances"].as_array().map(Vec::len), Some(4), "{listed}");
    let unknown =
        soon(client.call_tool(CallToolRequestParams::new("nothing"))).await.expect("result");
    assert_eq!(unknown.is_error, Some(true));
    soon(client.cancel()).await.expect("ends");
}

#[tokio::test]
async fn a_client_over_streams() {
    let stage = Stage::pair().await;
    for era in eras() {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let (input, output) = tokio::io::split(theirs);
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(stdio::connection(stage.registry(), input, output, shutdown));
        let client = soon(().serve_with_lifecycle(ours, era)).await.expect("handshake");
        walk(client).await;
        soon(serving).await.expect("ends without panic");
    }
}

#[tokio::test]
async fn a_client_over_http() {
    let mut stage = Stage::pair().await.open();
    for stateless in [false, true] {
        stage.server.http.stateless = stateless;
        let served = Served::start(&stage).await;
        for era in eras() {
            let config = StreamableHttpClientTransportConfig::with_uri(served.url());
            let transport = StreamableHttpClientTransport::from_config(config);
            let client = soon(().serve_with_lifecycle(transport, era)).await.expect("handshake");
            walk(client).await;
        }
    }
}
