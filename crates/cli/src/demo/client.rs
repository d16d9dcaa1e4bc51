//! A small MCP client over streamable HTTP: what the tour speaks to the real server.

use crate::output::Failure;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Map, Value, json};

/// Revision of MCP that the tour speaks: self-describing requests without a session.
const REVISION: &str = "2026-07-28";

/// A client of one server.
#[derive(Debug)]
pub(crate) struct McpClient {
    http: reqwest::Client,
    url: String,
    last_id: u64,
}

/// What a tool call came back with.
#[derive(Debug)]
pub(crate) struct Returned {
    /// Whether the call failed.
    pub(crate) is_error: bool,
    /// The text content.
    pub(crate) text: String,
    /// The text content as JSON, `null` when it is none.
    pub(crate) json: Value,
    /// The instance that answered, as the server says in the result's metadata.
    pub(crate) instance: String,
}

impl McpClient {
    /// A client that has sent nothing yet.
    pub(crate) fn new(url: &str) -> Self {
        Self { http: reqwest::Client::new(), url: url.to_owned(), last_id: 0 }
    }

    /// Lists the names of the tools.
    pub(crate) async fn tools(&mut self) -> Result<Vec<String>, Failure> {
        let result = self.request("tools/list", None, Map::new()).await?;
        let tools = result.get("tools").and_then(Value::as_array).cloned().unwrap_or_default();
        Ok(tools.iter().filter_map(|tool| tool.get("name")?.as_str().map(str::to_owned)).collect())
    }

    /// Calls a tool.
    pub(crate) async fn call(
        &mut self,
        tool: &str,
        arguments: &Value,
    ) -> Result<Returned, Failure> {
        let mut params = Map::new();
        params.insert("name".to_owned(), json!(tool));
        params.insert("arguments".to_owned(), arguments.clone());
        let result = self.request("tools/call", Some(tool), params).await?;
        let text = result
            .pointer("/content/0/text")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        Ok(Returned {
            is_error: result.get("isError").and_then(Value::as_bool).unwrap_or(false),
            json: serde_json::from_str(&text).unwrap_or_default(),
            text,
            instance: result
                .get("_meta")
                .and_then(|meta| meta.get("io.github.atlassian-mcp/instance"))
                .and_then(Value::as_str)
                .unwrap_or("no instance")
                .to_owned(),
        })
    }

    async fn request(
        &mut self,
        method: &str,
        name: Option<&str>,
        mut params: Map<String, Value>,
    ) -> Result<Value, Failure> {
        self.last_id += 1;
        params.insert(
            "_meta".to_owned(),
            json!({
                "io.modelcontextprotocol/protocolVersion": REVISION,
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": {"name": "atlassian-mcp demo", "version": env!("CARGO_PKG_VERSION")},
            }),
        );
        let message =
            json!({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params});
        let mut request = self
            .http
            .post(&self.url)
            .header(ACCEPT, "application/json, text/event-stream")
            .header(CONTENT_TYPE, "application/json")
            .header("MCP-Protocol-Version", REVISION)
            .header("Mcp-Method", method)
            .body(message.to_string());
        if let Some(name) = name {
            request = request.header("Mcp-Name", name);
        }
        let failed = |error: reqwest::Error| {
            Failure::failed(format!("The MCP request `{method}` failed: {error}"))
        };
        let answer = request.send().await.map_err(failed)?;
        let body = answer.text().await.map_err(failed)?;
        let message = response(&body, self.last_id).ok_or_else(|| {
            Failure::failed(format!("The MCP request `{method}` got no answer: {body}"))
        })?;
        match message.get("result") {
            Some(result) => Ok(result.clone()),
            None => {
                Err(Failure::failed(format!("The MCP request `{method}` was refused: {message}")))
            }
        }
    }
}

/// The response with this id in a JSON body or in an event stream.
fn response(body: &str, id: u64) -> Option<Value> {
    let whole = std::iter::once(body);
    let events = body.lines().filter_map(|line| line.strip_prefix("data:"));
    whole
        .chain(events)
        .filter_map(|text| serde_json::from_str::<Value>(text).ok())
        .find(|message| message.get("id").and_then(Value::as_u64) == Some(id))
}
