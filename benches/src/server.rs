//! The server under test, as a process: spoken to over stdio or over HTTP.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the server may take until it accepts HTTP connections.
const HTTP_START: Duration = Duration::from_secs(20);

/// Protocol revision the benchmark speaks.
pub(crate) const REVISION: &str = "2025-11-25";

/// Variables of a configuration.
pub(crate) type Variables = Vec<(String, String)>;

/// One Jira and one Confluence; with `numbered` further ones of each beside them.
pub(crate) fn variables(jira: &str, numbered: u32) -> Variables {
    let mut variables = Vec::new();
    for service in ["JIRA", "CONFLUENCE"] {
        for number in 1..=numbered + 1 {
            let prefix =
                if number == 1 { service.to_owned() } else { format!("{service}_{number}") };
            let url = if (service, number) == ("JIRA", 1) {
                jira.to_owned()
            } else {
                format!("https://{}.example", prefix.to_ascii_lowercase().replace('_', "-"))
            };
            variables.push((format!("{prefix}_URL"), url));
            variables.push((format!("{prefix}_PERSONAL_TOKEN"), format!("token-of-{prefix}")));
        }
    }
    variables
}

fn command(binary: &Path, arguments: &[&str], variables: &Variables) -> Command {
    let mut command = Command::new(binary);
    command
        .args(arguments)
        .env_clear()
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stderr(Stdio::null());
    command
}

/// A server that speaks on its stdin and stdout.
#[derive(Debug)]
pub(crate) struct OverStdio {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: u64,
    /// From just before the spawn to the answer of `initialize`.
    pub(crate) started: Duration,
}

impl OverStdio {
    /// Spawns it and waits for the answer of `initialize`.
    pub(crate) fn start(binary: &Path, variables: &Variables) -> anyhow::Result<Self> {
        let begin = Instant::now();
        let mut child = command(binary, &[], variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", binary.display()))?;
        let input = child.stdin.take().context("no stdin")?;
        let output = BufReader::new(child.stdout.take().context("no stdout")?);
        let mut server = Self { child, input, output, next: 0, started: Duration::ZERO };
        server.ask(
            "initialize",
            &json!({
                "protocolVersion": REVISION,
                "capabilities": {},
                "clientInfo": { "name": "benches", "version": "0" },
            }),
        )?;
        server.started = begin.elapsed();
        server.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))?;
        Ok(server)
    }

    fn say(&mut self, message: &Value) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        self.input.write_all(&line)?;
        Ok(self.input.flush()?)
    }

    /// Asks and gives the line that answers, unread.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> anyhow::Result<String> {
        self.next += 1;
        let id = self.next;
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        let mut line = String::new();
        ensure!(
            self.output.read_line(&mut line)? > 0,
            "the server ended before it answered {method}"
        );
        Ok(line)
    }

    /// Resident memory of the process, where the system tells it.
    pub(crate) fn resident(&self) -> Option<Resident> {
        Resident::of(self.child.id())
    }

    /// Closes its stdin and waits for its end.
    pub(crate) fn end(self) -> anyhow::Result<()> {
        let Self { mut child, input, output, .. } = self;
        drop((input, output));
        ensure!(child.wait()?.success(), "the server ended with an error");
        Ok(())
    }
}

/// A server that listens for HTTP; ended when dropped.
#[derive(Debug)]
pub(crate) struct OverHttp {
    child: Child,
    /// Address of the MCP endpoint.
    pub(crate) endpoint: String,
}

impl OverHttp {
    /// Spawns it with these further arguments and waits until it is healthy.
    pub(crate) async fn start(
        binary: &Path,
        variables: &Variables,
        further: &[&str],
    ) -> anyhow::Result<Self> {
        // The port is free now; should another take it in between, the start fails and says so.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port().to_string();
        let arguments = [&["--transport", "streamable-http", "--port", &port], further].concat();
        let child = command(binary, &arguments, variables)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot run {}", binary.display()))?;
        let mut server = Self { child, endpoint: format!("http://127.0.0.1:{port}/mcp") };
        let begin = Instant::now();
        let health = format!("http://127.0.0.1:{port}/healthz");
        while reqwest::get(&health).await.is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended before it listened: {status}");
            }
            ensure!(begin.elapsed() < HTTP_START, "the server does not listen");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(server)
    }

    /// Address of another path of the same server.
    pub(crate) fn beside(&self, path: &str) -> String {
        self.endpoint.replace("/mcp", path)
    }

    /// Resident memory of the process, where the system tells it.
    pub(crate) fn resident(&self) -> Option<Resident> {
        Resident::of(self.child.id())
    }
}

impl Drop for OverHttp {
    fn drop(&mut self) {
        // A process that has ended already needs no more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Resident memory of a process in bytes; known on Linux only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resident {
    /// All of it (`VmRSS`).
    pub(crate) total: u64,
    /// What is its own and not mapped from files such as the program (`RssAnon`).
    pub(crate) own: u64,
    /// The most it ever was (`VmHWM`).
    pub(crate) peak: u64,
}

impl Resident {
    fn of(process: u32) -> Option<Self> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let read = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
            Some(kilobytes * 1024)
        };
        Some(Self { total: read("VmRSS:")?, own: read("RssAnon:")?, peak: read("VmHWM:")? })
    }
}
