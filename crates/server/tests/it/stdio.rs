//! Newline-delimited JSON-RPC.

use crate::stage::Stage;
use crate::wire::{Pipe, call, initialize, modern, names, request, soon, text};
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn both_eras_are_served_in_one_process() {
    let mut stage = Stage::single().await;
    stage.instances.retain(|config| config.service() == atlassian_settings::Service::Confluence);
    let mut pipe = Pipe::open(&stage);
    let discovered = pipe.ask(modern("d", "server/discover", json!({}))).await;
    let versions = &discovered["result"]["supportedVersions"];
    assert!(versions.as_array().is_some_and(|v| v.contains(&json!("2026-07-28"))), "{discovered}");
    assert_eq!(discovered["result"]["ttlMs"], json!(300_000));

    let before = pipe.ask(modern(1, "tools/list", json!({}))).await;
    assert_eq!(before["result"]["resultType"], json!("complete"));
    assert_eq!(before["result"]["cacheScope"], json!("private"));
    assert_eq!(
        before["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
        json!("atlassian-mcp")
    );

    let opened = pipe.ask(initialize("2025-06-18")).await;
    assert_eq!(opened["result"]["protocolVersion"], json!("2025-06-18"));
    assert_eq!(opened["result"]["serverInfo"]["name"], json!("atlassian-mcp"));
    assert_eq!(opened["result"]["serverInfo"]["version"], json!(env!("CARGO_PKG_VERSION")));
    assert_eq!(
        opened["result"]["capabilities"],
        json!({ "logging": {}, "completions": {}, "prompts": {}, "resources": {}, "tools": {} })
    );
    assert!(opened["result"].get("instructions").is_none(), "there is only one instance: {opened}");
    pipe.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string()).await;

    let legacy = pipe.ask(request(2, "tools/list", json!({}))).await;
    assert_eq!(names(&legacy), names(&before));
    for key in ["resultType", "ttlMs", "cacheScope", "_meta"] {
        assert!(legacy["result"].get(key).is_none(), "{key} is for modern clients");
    }
    assert_eq!(pipe.ask(request(3, "ping", json!({}))).await["result"], json!({}));
    let modern_ping = pipe.ask(modern(4, "ping", json!({}))).await;
    assert_eq!(modern_ping["error"]["code"], json!(-32601));
}

#[tokio::test]
async fn an_unknown_revision_is_answered_with_the_newest_that_has_a_handshake() {
    let stage = Stage::single().await;
    for asked in ["2026-07-28", "1999-01-01"] {
        let opened = Pipe::open(&stage).ask(initialize(asked)).await;
        assert_eq!(opened["result"]["protocolVersion"], json!("2025-11-25"), "{asked}");
    }
    let mut pipe = Pipe::open(&stage);
    let mut unknown = modern(1, "tools/list", json!({}));
    unknown["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2031-01-01");
    assert_eq!(pipe.ask(unknown).await["error"]["code"], json!(-32022));
    let mut incomplete = modern(2, "tools/list", json!({}));
    incomplete["params"]["_meta"]
        .as_object_mut()
        .expect("meta")
        .remove("io.modelcontextprotocol/clientCapabilities");
    assert_eq!(pipe.ask(incomplete).await["error"]["code"], json!(-32602));
}

#[tokio::test]
async fn a_request_of_no_revision_is_refused_until_one_is_agreed_on() {
    let stage = Stage::single().await;
    let mut pipe = Pipe::open(&stage);
    let early = pipe.ask(request(1, "tools/list", json!({}))).await;
    assert_eq!(early["error"]["code"], json!(-32602), "{early}");
    assert_eq!(pipe.ask(call(2, "jira_search", json!({}))).await["error"]["code"], json!(-32602));
    assert_eq!(pipe.ask(request(3, "ping", json!({}))).await["result"], json!({}));
    pipe.ask(initialize("2024-11-05")).await;
    assert!(pipe.ask(request(4, "tools/list", json!({}))).await["result"].is_object());
}

#[tokio::test]
async fn lines_sent_at_once_are_served_in_the_revision_agreed_on() {
    let stage = Stage::single().await;
    for _ in 0..20 {
        let mut pipe = Pipe::open(&stage);
        let lines =
            format!("{}\n{}", initialize("2025-03-26"), request(1, "tools/list", json!({})));
        pipe.say(&lines).await;
        assert_eq!(pipe.hear().await.expect("first")["id"], json!(0));
        let list = pipe.hear().await.expect("second");
        assert!(list["result"]["tools"].is_array(), "{list}");
    }
}

#[tokio::test]
async fn garbage_is_answered_and_serving_goes_on() {
    let mut stage = Stage::single().await;
    stage.server.http.max_body_bytes = 4000;
    let mut pipe = Pipe::open(&stage);
    for (line, code, id) in [
        ("no json at all", -32700, Value::Null),
        ("{\"jsonrpc\":\"2.0\",", -32700, Value::Null),
        ("[]", -32600, Value::Null),
        ("\"text\"", -32600, Value::Null),
        ("{\"jsonrpc\":\"1.0\",\"id\":9,\"method\":\"ping\"}", -32600, json!(9)),
        (&"x".repeat(5000), -32600, Value::Null),
    ] {
        pipe.say(line).await;
        let reply = pipe.hear().await.expect("a reply");
        assert_eq!(reply["error"]["code"], json!(code), "{line}: {reply}");
        assert_eq!(reply.get("id"), Some(&id), "{line}: {reply}");
    }
    // Notifications are never answered, blank lines are nothing, and a byte order mark is skipped.
    pipe.say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":7}\n\n\r")
        .await;
    pipe.say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/of/another/world\"}").await;
    pipe.say(&format!("\u{feff}{}", initialize("2025-06-18"))).await;
    assert_eq!(pipe.hear().await.expect("a reply")["id"], json!(0));
}

#[tokio::test]
async fn wrong_parameters_and_unknown_methods_have_their_codes() {
    let stage = Stage::single().await;
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-06-18")).await;
    for params in [
        json!({}),
        json!({ "name": 5 }),
        json!({ "name": "jira_search", "arguments": [1] }),
        json!("jira_search"),
    ] {
        let reply = pipe.ask(request(1, "tools/call", params.clone())).await;
        assert_eq!(reply["error"]["code"], json!(-32602), "{params}: {reply}");
        assert_eq!(reply["id"], json!(1));
    }
    for method in ["no/such", "server/discover2", "tasks/get", "resources/subscribe"] {
        let reply = pipe.ask(request(2, method, json!({ "uri": "x:y" }))).await;
        assert_eq!(reply["error"]["code"], json!(-32601), "{method}: {reply}");
    }
    for method in ["completion/complete", "resources/read", "prompts/get"] {
        let reply = pipe.ask(request(2, method, json!({}))).await;
        assert_eq!(reply["error"]["code"], json!(-32602), "{method}: {reply}");
    }
    for (method, key) in [
        ("prompts/list", "prompts"),
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
    ] {
        let result = pipe.ask(request(3, method, json!({}))).await["result"].take();
        assert_eq!(result, json!({ key: [] }), "legacy clients get no hints");
    }
    let reply = pipe.ask(request(4, "resources/read", json!({ "uri": "jira://none" }))).await;
    assert_eq!(reply["error"]["code"], json!(-32002));
    assert_eq!(reply["error"]["data"], json!({ "uri": "jira://none" }));
    let reply = pipe.ask(request(5, "prompts/get", json!({ "name": "a\nb" }))).await;
    assert_eq!(reply["error"]["message"], json!("Unknown prompt: ab"));
    let asked = json!({
        "ref": { "type": "ref/prompt", "name": "any" },
        "argument": { "name": "x", "value": "y" },
    });
    let reply = pipe.ask(request(6, "completion/complete", asked)).await;
    assert_eq!(reply["result"], json!({ "completion": { "values": [] } }));
}

#[tokio::test]
async fn an_unknown_tool_is_a_result_with_an_error() {
    let stage = Stage::single().await;
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-06-18")).await;
    let reply = pipe.ask(call(1, "jira_make_coffee", json!({}))).await;
    assert_eq!(text(&reply), "Unknown tool: jira_make_coffee");
    assert_eq!(reply["result"]["isError"], json!(true));
}

#[tokio::test]
async fn the_end_of_input_is_a_clean_end_at_any_time() {
    let stage = Stage::single().await;
    let mut unused = Pipe::open(&stage);
    unused.input = None;
    assert_eq!(unused.hear().await, None);
    unused.ended().await;

    let mut used = Pipe::open(&stage);
    used.ask(initialize("2025-06-18")).await;
    used.input = None;
    assert_eq!(used.hear().await, None);
    used.ended().await;

    let mut asking = Pipe::open(&stage);
    asking.say(&initialize("2025-06-18").to_string()).await;
    asking.input = None;
    assert_eq!(asking.hear().await.expect("still answered")["id"], json!(0));
    asking.ended().await;
}

#[tokio::test]
async fn a_call_in_flight_at_the_end_of_input_is_answered_or_cancelled() {
    let stage = Stage::single().await;
    let acme = stage.site("acme");
    acme.fault(
        Fault::on(Service::Confluence, "GET", "/").delay(Duration::from_millis(50)).status(404),
    );
    let mut quick = Pipe::open(&stage);
    quick.ask(initialize("2025-06-18")).await;
    quick.say(&call(1, "confluence_search", json!({ "query": "x" })).to_string()).await;
    quick.input = None;
    assert_eq!(quick.hear().await.expect("answered")["id"], json!(1));
    quick.ended().await;

    acme.clear_faults();
    acme.fault(Fault::on(Service::Confluence, "*", "/").hang());
    let mut hanging = Pipe::open(&stage);
    hanging.ask(initialize("2025-06-18")).await;
    hanging.say(&call(1, "confluence_search", json!({ "query": "x" })).to_string()).await;
    hanging.input = None;
    let reply = hanging.hear().await.expect("cancelled, and told so");
    assert_eq!(reply["result"]["isError"], json!(true), "{reply}");
    hanging.ended().await;
}

#[tokio::test]
async fn shutdown_ends_a_connection_and_cancels_its_calls() {
    let stage = Stage::single().await;
    let acme = stage.site("acme");
    acme.fault(Fault::on(Service::Confluence, "*", "/").hang());
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-06-18")).await;
    pipe.say(&call(1, "confluence_search", json!({ "query": "x" })).to_string()).await;
    soon(async {
        while acme.log().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    pipe.shutdown.cancel();
    let reply = pipe.hear().await.expect("cancelled, and told so");
    assert!(text(&reply).contains("cancelled"), "{reply}");
    pipe.ended().await;
}

#[tokio::test]
async fn a_closed_output_ends_quietly() {
    let stage = Stage::single().await;
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-06-18")).await;
    pipe.output = None;
    pipe.say(&request(1, "tools/list", json!({})).to_string()).await;
    let Pipe { serving, input, .. } = pipe;
    soon(serving).await.expect("ends without panic");
    drop(input);
}

#[tokio::test]
async fn a_cancelled_call_stops_and_is_not_answered() {
    let stage = Stage::single().await;
    let acme = stage.site("acme");
    acme.fault(Fault::on(Service::Confluence, "*", "/").hang());
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-06-18")).await;
    pipe.say(&call(1, "confluence_search", json!({ "query": "x" })).to_string()).await;
    soon(async {
        while acme.log().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } });
    pipe.say(&cancel.to_string()).await;
    // The upstream request ends with the call: the connection closes and the sandbox sees it.
    soon(async {
        acme.reset_max_in_flight();
        while acme.max_in_flight() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            acme.reset_max_in_flight();
        }
    })
    .await;
    assert_eq!(pipe.ask(request(2, "ping", json!({}))).await["id"], json!(2), "nothing for 1");
}

#[tokio::test]
async fn log_messages_come_to_those_who_asked() {
    let stage = Stage::single().await;
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-06-18")).await;
    let silent = pipe.ask(call(1, "no_such_tool", json!({}))).await;
    assert_eq!(silent["id"], json!(1));
    assert_eq!(
        pipe.ask(request(2, "logging/setLevel", json!({ "level": "info" }))).await["result"],
        json!({})
    );
    let told = pipe.ask(call(3, "no_such_tool", json!({}))).await;
    assert_eq!(told["method"], json!("notifications/message"));
    assert_eq!(told["params"]["level"], json!("warning"));
    assert_eq!(told["params"]["data"]["tool"], json!("no_such_tool"));
    assert_eq!(pipe.hear().await.expect("the result")["id"], json!(3));
    pipe.ask(request(4, "logging/setLevel", json!({ "level": "error" }))).await;
    assert_eq!(pipe.ask(call(5, "no_such_tool", json!({}))).await["id"], json!(5));

    let refused = pipe.ask(modern(6, "logging/setLevel", json!({ "level": "info" }))).await;
    assert_eq!(refused["error"]["code"], json!(-32601));
    let mut asking = modern(7, "tools/call", json!({ "name": "no_such_tool" }));
    asking["params"]["_meta"]["io.modelcontextprotocol/logLevel"] = json!("debug");
    assert_eq!(pipe.ask(asking).await["method"], json!("notifications/message"));
    assert_eq!(pipe.hear().await.expect("the result")["id"], json!(7));
    assert_eq!(pipe.ask(modern(8, "tools/call", json!({ "name": "x" }))).await["id"], json!(8));
}
