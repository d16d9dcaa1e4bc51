//! The two wires, spoken by hand.

use crate::recording;
use crate::stage::Stage;
use atlassian_instances::Registry;
use atlassian_server::{Http, ServeError, stdio};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longest a test waits for something that must come; reaching it is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) const MODERN: &str = "2026-07-28";

/// Awaits something that must come.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("it must come")
}

/// A request.
#[expect(clippy::needless_pass_by_value, reason = "tests write the value where they pass it")]
pub(crate) fn request(id: impl Into<Value>, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id.into(), "method": method, "params": params })
}

/// A request of revision 2026-07-28.
pub(crate) fn modern(id: impl Into<Value>, method: &str, mut params: Value) -> Value {
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!(MODERN);
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
    request(id, method, params)
}

/// A legacy `initialize`.
pub(crate) fn initialize(version: &str) -> Value {
    request(
        0,
        "initialize",
        json!({
            "protocolVersion": version,
            "capabilities": {},
            "clientInfo": { "name": "by hand", "version": "1" },
        }),
    )
}

/// A call of a tool.
#[expect(clippy::needless_pass_by_value, reason = "tests write the value where they pass it")]
pub(crate) fn call(id: impl Into<Value>, tool: &str, arguments: Value) -> Value {
    request(id, "tools/call", json!({ "name": tool, "arguments": arguments }))
}

/// The text of a tool result.
pub(crate) fn text(reply: &Value) -> &str {
    reply["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text in {reply}"))
}

/// The other end of a stdio connection.
pub(crate) struct Pipe {
    pub(crate) input: Option<DuplexStream>,
    pub(crate) output: Option<Lines<BufReader<DuplexStream>>>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) serving: JoinHandle<()>,
}

impl Pipe {
    pub(crate) fn open(stage: &Stage) -> Self {
        let (input, theirs) = tokio::io::duplex(1 << 20);
        let (their_output, output) = tokio::io::duplex(1 << 20);
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(stdio::connection(
            stage.registry(),
            theirs,
            their_output,
            shutdown.clone(),
        ));
        let output = Some(BufReader::new(output).lines());
        Self { input: Some(input), output, shutdown, serving }
    }

    pub(crate) async fn say(&mut self, line: &str) {
        let input = self.input.as_mut().expect("open");
        input.write_all(format!("{line}\n").as_bytes()).await.expect("write");
    }

    /// The next line; `None` at the end.
    pub(crate) async fn hear(&mut self) -> Option<Value> {
        let line = soon(self.output.as_mut().expect("open").next_line()).await.expect("read")?;
        recording::keep(&line);
        Some(serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON on stdout: {line}")))
    }

    /// Says a message and hears the next one.
    pub(crate) async fn ask(&mut self, message: Value) -> Value {
        self.say(&message.to_string()).await;
        self.hear().await.expect("a reply")
    }

    pub(crate) async fn ended(self) {
        soon(self.serving).await.expect("ends without panic");
    }
}

/// A server over HTTP.
pub(crate) struct Served {
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    pub(crate) shutdown: CancellationToken,
    pub(crate) serving: JoinHandle<Result<(), ServeError>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The last message: of an event stream the last event, else the body.
    pub(crate) json: Value,
    /// Every message in order.
    pub(crate) messages: Vec<Value>,
}

impl Served {
    pub(crate) async fn start(stage: &Stage) -> Self {
        Self::over(stage.registry()).await
    }

    pub(crate) async fn over(registry: Arc<Registry>) -> Self {
        let settings = registry.server().http.clone();
        let http = Http::bind(registry, &settings).await.expect("bind");
        let base = format!("http://{}", http.local_addr());
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(http.run(shutdown.clone()));
        Self { base, http: reqwest::Client::new(), shutdown, serving }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/mcp", self.base)
    }

    /// A POST to the MCP path that is ready to be sent.
    pub(crate) fn prepare(
        &self,
        headers: &[(&str, &str)],
        body: impl Into<String>,
    ) -> reqwest::RequestBuilder {
        let request = self
            .http
            .post(self.url())
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(body.into());
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    }

    pub(crate) async fn post(&self, headers: &[(&str, &str)], body: &Value) -> Reply {
        self.send(self.prepare(headers, body.to_string())).await
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        Reply::read(soon(request.send()).await.expect("an answer")).await
    }

    /// A request of revision 2026-07-28 with the headers it needs.
    pub(crate) async fn modern(
        &self,
        headers: &[(&str, &str)],
        method: &str,
        params: Value,
    ) -> Reply {
        let named = if method == "resources/read" { &params["uri"] } else { &params["name"] };
        let name = named.as_str().unwrap_or_default().to_owned();
        let mut all = vec![("mcp-protocol-version", MODERN), ("mcp-method", method)];
        if ["tools/call", "prompts/get", "resources/read"].contains(&method) {
            all.push(("mcp-name", &name));
        }
        all.extend_from_slice(headers);
        self.post(&all, &modern(1, method, params)).await
    }

    /// Opens a legacy session and tells its id.
    pub(crate) async fn session(&self, headers: &[(&str, &str)]) -> String {
        let reply = self.post(headers, &initialize("2025-06-18")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let id = reply.headers["mcp-session-id"].to_str().expect("id").to_owned();
        let mut with = vec![("mcp-session-id", id.as_str())];
        with.extend_from_slice(headers);
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(self.post(&with, &initialized).await.status, 202);
        id
    }

    pub(crate) async fn ended(self) -> Result<(), ServeError> {
        soon(self.serving).await.expect("ends without panic")
    }
}

impl Reply {
    async fn read(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = soon(response.text()).await.expect("body");
        recording::keep(&text);
        let messages: Vec<Value> = if is_stream(&headers) {
            text.lines()
                .filter_map(|line| line.strip_prefix("data:"))
                .filter_map(|data| serde_json::from_str(data.trim()).ok())
                .collect()
        } else {
            serde_json::from_str(&text).into_iter().collect()
        };
        let json = messages.last().cloned().unwrap_or_default();
        Self { status, headers, text, json, messages }
    }
}

fn is_stream(headers: &HeaderMap) -> bool {
    headers
        .get("content-type")
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// Tool names of a `tools/list` reply.
pub(crate) fn names(reply: &Value) -> Vec<String> {
    reply["result"]["tools"]
        .as_array()
        .unwrap_or_else(|| panic!("no tools in {reply}"))
        .iter()
        .map(|tool| tool["name"].as_str().expect("name").to_owned())
        .collect()
}
