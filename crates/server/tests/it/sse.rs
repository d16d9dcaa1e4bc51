//! The legacy HTTP+SSE transport.

use crate::stage::Stage;
use crate::wire::{Served, call, initialize, request, soon, text};
use atlassian_sandbox::{Fault, Service};
use atlassian_settings::Transport;
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;

const ANN: (&str, &str) = ("authorization", "Bearer ann-token");

/// An open event stream.
pub(crate) struct Stream {
    events: std::pin::Pin<Box<dyn futures::Stream<Item = reqwest::Result<Vec<u8>>>>>,
    rest: String,
    messages: String,
}

impl Stream {
    async fn open(served: &Served) -> Self {
        Self::open_as(served, &[ANN]).await
    }

    /// Opens one for the caller of these headers.
    pub(crate) async fn open_as(served: &Served, headers: &[(&str, &str)]) -> Self {
        let request = served.http.get(format!("{}/sse", served.base));
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = soon(request.send()).await.expect("a stream");
        assert_eq!(response.status(), 200);
        let events = response.bytes_stream().map(|chunk| chunk.map(|bytes| bytes.to_vec()));
        let mut stream =
            Self { events: Box::pin(events), rest: String::new(), messages: String::new() };
        let (event, path) = stream.next().await.expect("the first event");
        assert_eq!(event, "endpoint");
        let id = path.strip_prefix("/messages/?session_id=").expect("path");
        assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{path}");
        stream.messages = format!("{}{path}", served.base);
        stream
    }

    /// The next event and its data; `None` at the end.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((event, rest)) = self.rest.split_once("\n\n") {
                let field = |name: &str| {
                    event
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .map(|v| v.trim().to_owned())
                };
                let found = field("event:").zip(field("data:"));
                self.rest = rest.to_owned();
                if found.is_some() {
                    return found;
                }
                continue;
            }
            let chunk = soon(self.events.next()).await?.ok()?;
            self.rest.push_str(&String::from_utf8(chunk).expect("text"));
        }
    }

    pub(crate) async fn hear(&mut self) -> Value {
        let (event, data) = self.next().await.expect("an event");
        assert_eq!(event, "message");
        serde_json::from_str(&data).expect("json")
    }

    pub(crate) async fn say(&self, served: &Served, headers: &[(&str, &str)], body: String) -> u16 {
        let request =
            served.http.post(&self.messages).header("content-type", "application/json").body(body);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        served.send(request).await.status
    }
}

async fn stage() -> Stage {
    let mut stage = Stage::single().await;
    stage.server.transport = Transport::Sse;
    stage
}

#[tokio::test]
async fn a_session_over_sse() {
    let stage = stage().await;
    let served = Served::start(&stage).await;
    let mut stream = Stream::open(&served).await;
    assert_eq!(stream.say(&served, &[ANN], initialize("2024-11-05").to_string()).await, 202);
    assert_eq!(stream.hear().await["result"]["protocolVersion"], json!("2024-11-05"));
    stream.say(&served, &[ANN], request(1, "tools/list", json!({})).to_string()).await;
    assert!(stream.hear().await["result"]["tools"].is_array());
    stream.say(&served, &[ANN], call(2, "no_such_tool", json!({})).to_string()).await;
    assert_eq!(text(&stream.hear().await), "Unknown tool: no_such_tool");
    assert_eq!(stream.say(&served, &[ANN], "{".to_owned()).await, 400);

    let ping = request(3, "ping", json!({})).to_string();
    assert_eq!(stream.say(&served, &[], ping.clone()).await, 401);
    let other = [("authorization", "Bearer bo-token")];
    assert_eq!(stream.say(&served, &other, ping.clone()).await, 404);
    let path = stream.messages.clone();
    drop(stream);
    soon(async {
        while served
            .send(served.http.post(&path).header(ANN.0, ANN.1).body(ping.clone()))
            .await
            .status
            != 404
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_opens_a_stream_without_credentials_or_room() {
    let mut stage = stage().await;
    stage.server.http.max_sessions = 1;
    let served = Served::start(&stage).await;
    let url = format!("{}/sse", served.base);
    for _ in 0..3 {
        assert_eq!(served.send(served.http.get(&url)).await.status, 401);
    }
    let _first = Stream::open(&served).await;
    assert_eq!(served.send(served.http.get(&url).header(ANN.0, ANN.1)).await.status, 503);
    assert_eq!(
        served.post(&[ANN], &initialize("2025-06-18")).await.status,
        404,
        "no other transport"
    );
}

#[tokio::test]
async fn shutdown_answers_what_is_in_flight() {
    let stage = stage().await;
    let acme = stage.site("acme");
    acme.fault(
        Fault::on(Service::Confluence, "*", "/").delay(Duration::from_millis(200)).status(404),
    );
    let served = Served::start(&stage).await;
    let mut stream = Stream::open(&served).await;
    stream.say(&served, &[ANN], initialize("2024-11-05").to_string()).await;
    stream.hear().await;
    stream
        .say(&served, &[ANN], call(1, "confluence_search", json!({ "query": "x" })).to_string())
        .await;
    soon(async {
        while acme.log().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    served.shutdown.cancel();
    let reply = stream.hear().await;
    assert!(!text(&reply).contains("cancelled"), "{reply}");
    assert_eq!(stream.next().await, None);
    served.ended().await.expect("a clean end");
}
