//! The real binary as a client sees it.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::thread::JoinHandle;

/// The binary with exactly these variables, none of the test's own.
pub(crate) fn command(variables: &[(String, String)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atlassian-mcp"));
    command.env_clear().envs(variables.iter().cloned()).args(arguments);
    command
}

/// Runs the binary to its end with an empty stdin.
pub(crate) fn run(variables: &[(String, String)], arguments: &[&str]) -> Output {
    command(variables, arguments).stdin(Stdio::null()).output().expect("the binary runs")
}

/// Variables from pairs.
pub(crate) fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Keeps what a process said, for the gate to search the whole run for secrets
/// (`.ci/canaries.py`).
fn keep(text: &str) {
    let Some(path) = std::env::var_os("ATLASSIAN_SUITE_OUTPUT") else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    // A full disk must not fail a test; the gate misses the file of a whole run.
    let _ = file.and_then(|mut file| file.write_all(format!("{text}\n").as_bytes()));
}

/// A session over stdio.
pub(crate) struct StdioSession {
    pub(crate) child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<String>>,
    last_id: u64,
    /// Everything that came over stdout.
    pub(crate) transcript: String,
}

impl StdioSession {
    /// Starts the binary and shakes hands as a client of 2025-06-18.
    pub(crate) fn start(variables: &[(String, String)], arguments: &[&str]) -> Self {
        let mut session = Self::spawn(variables, arguments);
        session.request("initialize", json!({
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
        }));
        session.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        session
    }

    /// Starts the binary and says nothing.
    pub(crate) fn spawn(variables: &[(String, String)], arguments: &[&str]) -> Self {
        let mut child = command(variables, arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut errors = child.stderr.take().expect("stderr");
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            // Bytes that are no text end the log early; the assertions on it then fail.
            let _ = errors.read_to_string(&mut text);
            text
        });
        Self {
            stdin: child.stdin.take(),
            stdout: BufReader::new(child.stdout.take().expect("stdout")),
            stderr: Some(stderr),
            child,
            last_id: 0,
            transcript: String::new(),
        }
    }

    /// Sends one line.
    pub(crate) fn send(&mut self, message: &Value) {
        self.send_line(&message.to_string());
    }

    /// Sends one line as it is.
    pub(crate) fn send_line(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        stdin.write_all(format!("{line}\n").as_bytes()).expect("the server reads");
        stdin.flush().expect("the server reads");
    }

    /// The next message that the server sends; `None` at its end.
    pub(crate) fn receive(&mut self) -> Option<Value> {
        let mut line = String::new();
        if self.stdout.read_line(&mut line).expect("stdout is text") == 0 {
            return None;
        }
        self.transcript.push_str(&line);
        Some(
            serde_json::from_str(&line)
                .unwrap_or_else(|error| panic!("stdout is not JSON-RPC: {error}: {line}")),
        )
    }

    /// Sends a request and waits for its response.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self
                .receive()
                .unwrap_or_else(|| panic!("the server ended before it answered {method}"));
            if message.get("id").and_then(Value::as_u64) == Some(id) {
                return message;
            }
        }
    }

    /// Calls a tool: whether it failed, and its text.
    pub(crate) fn call(&mut self, tool: &str, arguments: Value) -> (bool, String) {
        let message = self.request("tools/call", json!({"name": tool, "arguments": arguments}));
        let result = &message["result"];
        (
            result["isError"].as_bool().unwrap_or(false),
            result["content"][0]["text"].as_str().unwrap_or_default().to_owned(),
        )
    }

    /// The listed tools by name.
    pub(crate) fn tools(&mut self) -> BTreeMap<String, Value> {
        let message = self.request("tools/list", json!({}));
        let tools = message["result"]["tools"].as_array().cloned().unwrap_or_default();
        tools
            .into_iter()
            .map(|tool| (tool["name"].as_str().unwrap_or_default().to_owned(), tool))
            .collect()
    }

    /// Closes stdin and waits for the end: exit code and everything on stderr.
    pub(crate) fn finish(mut self) -> (Option<i32>, String, String) {
        drop(self.stdin.take());
        self.end()
    }

    /// Waits for the end without closing stdin.
    pub(crate) fn end(mut self) -> (Option<i32>, String, String) {
        let mut rest = String::new();
        let _ = self.stdout.read_to_string(&mut rest);
        self.transcript.push_str(&rest);
        let status = self.child.wait().expect("the process ends");
        let stderr =
            self.stderr.take().map(|thread| thread.join().expect("stderr")).unwrap_or_default();
        keep(&self.transcript);
        keep(&stderr);
        (status.code(), std::mem::take(&mut self.transcript), stderr)
    }
}

impl Drop for StdioSession {
    fn drop(&mut self) {
        // A test that failed midway must not leave a process behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary serving streamable HTTP, asked without a session as a client of 2026-07-28.
pub(crate) struct HttpServer {
    child: Child,
    url: String,
    stderr: Option<JoinHandle<String>>,
    http: reqwest::Client,
    /// Everything that came back.
    pub(crate) transcript: String,
}

impl HttpServer {
    /// Starts the binary on a port that the system chooses.
    pub(crate) fn start(variables: &[(String, String)], arguments: &[&str]) -> Self {
        let all = [&["--transport", "streamable-http", "--port", "0"], arguments].concat();
        let mut child = command(variables, &all)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut errors = BufReader::new(child.stderr.take().expect("stderr"));
        let mut log = String::new();
        let url = loop {
            let start = log.len();
            assert_ne!(
                errors.read_line(&mut log).expect("stderr is text"),
                0,
                "ended before it listened: {log}"
            );
            if let Some(at) = log[start..].find("http://127.0.0.1:") {
                let rest = &log[start + at..];
                break rest
                    .split(|c: char| c.is_whitespace() || c == '"')
                    .next()
                    .unwrap_or_default()
                    .to_owned();
            }
        };
        let stderr = std::thread::spawn(move || {
            // Bytes that are no text end the log early; the assertions on it then fail.
            let _ = errors.read_to_string(&mut log);
            log
        });
        Self {
            child,
            url,
            stderr: Some(stderr),
            http: reqwest::Client::new(),
            transcript: String::new(),
        }
    }

    /// The port that the system chose.
    pub(crate) fn port(&self) -> String {
        let url = reqwest::Url::parse(&self.url).expect("an address");
        url.port().expect("a port").to_string()
    }

    /// Calls a tool with these headers: status, whether it failed, and its text.
    pub(crate) async fn call(
        &mut self,
        headers: &[(&str, &str)],
        tool: &str,
        arguments: Value,
    ) -> (u16, bool, String) {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": tool, "arguments": arguments,
            "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
                      "io.modelcontextprotocol/clientCapabilities": {}},
        }});
        let mut request = self
            .http
            .post(&self.url)
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", tool)
            .body(body.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("the server answers");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        self.transcript.push_str(&text);
        let message = std::iter::once(text.as_str())
            .chain(text.lines().filter_map(|line| line.strip_prefix("data:")))
            .find_map(|part| serde_json::from_str::<Value>(part).ok())
            .unwrap_or_default();
        let result = &message["result"];
        let failed = result["isError"].as_bool().unwrap_or(false);
        (status, failed, result["content"][0]["text"].as_str().map_or(text.clone(), str::to_owned))
    }

    /// Stops it and returns its log.
    pub(crate) fn finish(mut self) -> String {
        // A process that has already ended is fine too.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let stderr =
            self.stderr.take().map(|thread| thread.join().expect("stderr")).unwrap_or_default();
        keep(&self.transcript);
        keep(&stderr);
        stderr
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        // A test that failed midway must not leave a process behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
