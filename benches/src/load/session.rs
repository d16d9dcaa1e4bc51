//! One client among many: its session, its stream for news, its calls.

use super::site::{Call, HANGING};
use crate::server::REVISION;
use anyhow::{Context as _, bail, ensure};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// What all clients share.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) client: Client,
    pub(crate) endpoint: Arc<str>,
    pub(crate) headers: Arc<[(&'static str, String)]>,
}

impl Server {
    fn request(&self, method: reqwest::Method) -> RequestBuilder {
        let request = self
            .client
            .request(method, &*self.endpoint)
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", REVISION);
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }

    fn post(&self, message: &Value) -> RequestBuilder {
        self.request(reqwest::Method::POST).json(message)
    }
}

/// A session as the usual clients keep it.
#[derive(Debug)]
pub(crate) struct Session {
    server: Server,
    id: String,
    /// The stream on which the server could tell something; held open and not read.
    _news: Response,
    hanging: Option<JoinHandle<()>>,
}

/// Id of the call that hangs.
const HUNG: u64 = 1;

impl Session {
    /// Shakes hands, and opens the stream for news.
    pub(crate) async fn open(server: Server) -> anyhow::Result<Self> {
        let hello = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": REVISION,
            "capabilities": {},
            "clientInfo": { "name": "load", "version": "0" },
        }});
        let answer = server.post(&hello).send().await?.error_for_status()?;
        let id = answer.headers().get("mcp-session-id").context("no session")?.to_str()?.to_owned();
        answer.bytes().await?;
        let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        server.post(&ready).header("Mcp-Session-Id", &id).send().await?.error_for_status()?;
        let news = server
            .request(reqwest::Method::GET)
            .header("Mcp-Session-Id", &id)
            .send()
            .await?
            .error_for_status()?;
        Ok(Self { server, id, _news: news, hanging: None })
    }

    fn message(&self, message: &Value) -> RequestBuilder {
        self.server.post(message).header("Mcp-Session-Id", &self.id)
    }

    /// Begins a call that the instance never answers.
    pub(crate) fn hang(&mut self) -> anyhow::Result<()> {
        let request = self.message(&message(HUNG, &HANGING)?);
        self.hanging = Some(tokio::spawn(async move {
            if let Ok(answer) = request.send().await {
                // It ends when the session does.
                let _ = answer.bytes().await;
            }
        }));
        Ok(())
    }

    /// Makes a call that must go well.
    pub(crate) async fn call(&self, id: u64, call: &Call) -> anyhow::Result<()> {
        let answer = self.message(&message(id, call)?).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("{}: {status}: {text}", call.tool);
        }
        // A document, or a stream whose one event with data is the answer.
        let event = text
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .map(str::trim)
            .find(|data| data.starts_with('{'));
        let answer: Value = serde_json::from_str(event.unwrap_or(&text))
            .with_context(|| format!("{}: {text}", call.tool))?;
        let result = answer.get("result").with_context(|| format!("{}: {answer}", call.tool))?;
        ensure!(result.get("isError") == Some(&json!(false)), "{}: {result}", call.tool);
        ensure!(result.to_string().contains(call.shows), "{}: {result}", call.tool);
        Ok(())
    }

    /// Gives the hanging call up, and ends the session.
    pub(crate) async fn close(mut self) -> anyhow::Result<()> {
        if let Some(hanging) = self.hanging.take() {
            let note = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled",
                               "params": { "requestId": HUNG } });
            self.message(&note).send().await?.error_for_status()?;
            hanging.abort();
        }
        let end = self.server.request(reqwest::Method::DELETE).header("Mcp-Session-Id", &self.id);
        end.send().await?.error_for_status()?;
        Ok(())
    }
}

fn message(id: u64, call: &Call) -> anyhow::Result<Value> {
    let arguments: Value = serde_json::from_str(call.arguments)?;
    let params = json!({ "name": call.tool, "arguments": arguments });
    Ok(json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }))
}
