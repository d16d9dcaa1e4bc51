//! Benchmarks of the binary, seen from outside: `cargo run --release -p atlassian-benches [BINARY]`,
//! and with `load` before the binary many clients at once instead.
//!
//! It measures `target/release/atlassian-mcp` unless another path is given, against a backend that
//! always gives the same answer, and prints each figure beside the bar that `DESIGN.md` sets.
//! Nothing here passes or fails on a time: machines differ, so what counts are the ratios to the
//! direct request, measured in the same run with the same client. It ends with an error only when
//! the server does not do its work.

mod backend;
mod calls;
mod load;
mod proxy;
mod report;
mod server;

use anyhow::{Context as _, ensure};
use backend::Backend;
use report::{Report, kibibytes, median, megabytes, milliseconds};
use serde_json::{Value, json};
use server::OverStdio;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Starts that the median is taken of.
const STARTS: usize = 20;
/// Lists that the median is taken of.
const LISTS: usize = 50;
/// Tools of one Jira and one Confluence when all are there, which the bars are set for.
const ALL_TOOLS: usize = 98;
/// Instances of each product beside the primary.
const NUMBERED: u32 = 9;

fn main() -> anyhow::Result<()> {
    let mut arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mode = arguments.first().and_then(|word| word.to_str()).unwrap_or_default().to_owned();
    if mode == "proxy" {
        // What `load` and the calls start beside the server to compare it with.
        let targets: Vec<String> = std::env::args().skip(2).collect();
        return proxy::serve(&targets);
    }
    if mode == "load" {
        arguments.remove(0);
    }
    let binary = arguments.first().map_or_else(default_binary, PathBuf::from);
    ensure!(
        binary.is_file(),
        "{} does not exist; build it with `cargo build --release -p atlassian-mcp`, or name another",
        binary.display()
    );
    let mut report = Report::default();
    if mode == "load" {
        load::measure(&binary, &mut report)?;
        report.print()?;
        return Ok(());
    }
    let backend = Backend::start()?;
    let one = Bars {
        name: "1 Jira + 1 Confluence",
        numbered: 0,
        start: "<= 10 ms",
        memory: "<= 12 MB",
        list: "<= 0.3 ms",
        size: "<= 72 KB",
    };
    let many = Bars {
        name: "10 Jira + 10 Confluence",
        numbered: NUMBERED,
        start: "<= 20 ms",
        memory: "<= 20 MB",
        list: "",
        size: "",
    };
    for bars in [one, many] {
        start_up(&binary, &backend, &bars, &mut report)?;
    }
    calls::measure(&binary, &backend, &mut report)?;
    report.print()?;
    Ok(())
}

fn default_binary() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    root.join("target/release").join(format!("atlassian-mcp{}", std::env::consts::EXE_SUFFIX))
}

/// A configuration and what it is held to.
struct Bars {
    name: &'static str,
    numbered: u32,
    start: &'static str,
    memory: &'static str,
    list: &'static str,
    size: &'static str,
}

/// Start-up, memory and the list of tools of one configuration.
fn start_up(
    binary: &Path,
    backend: &Backend,
    bars: &Bars,
    report: &mut Report,
) -> anyhow::Result<()> {
    let variables = server::variables(&backend.url(), bars.numbered);
    let mut starts = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let server = OverStdio::start(binary, &variables)?;
        starts.push(server.started);
        server.end()?;
    }
    let slowest = starts.iter().max().copied().unwrap_or_default();

    let mut server = OverStdio::start(binary, &variables)?;
    let idle = server.resident();
    let (lists, answer) = list(&mut server)?;
    let after = server.resident();
    server.end()?;
    let tools = tool_count(&answer)?;

    let name = bars.name;
    report.add(
        format!("start to initialize answered, {name}"),
        milliseconds(median(starts)),
        bars.start,
        format!("median of {STARTS}, slowest {}", milliseconds(slowest)),
    );
    report.add(
        format!("resident after initialize, {name}"),
        megabytes(idle.map(|memory| memory.total)),
        bars.memory,
        format!(
            "{} of it not from files; {} after {LISTS} tools/list",
            megabytes(idle.map(|memory| memory.own)),
            megabytes(after.map(|memory| memory.total))
        ),
    );
    report.add(
        format!("tools/list, {name}"),
        milliseconds(median(lists)),
        bars.list,
        format!("median of {LISTS}, over the pipe"),
    );
    report.add(
        format!("size of tools/list, {name}"),
        kibibytes(answer.len()),
        bars.size,
        format!(
            "{tools} tools, {} bytes each; the bar is for {ALL_TOOLS} tools",
            answer.len() / tools.max(1)
        ),
    );
    Ok(())
}

fn list(server: &mut OverStdio) -> anyhow::Result<(Vec<Duration>, String)> {
    let mut times = Vec::with_capacity(LISTS);
    let mut answer = String::new();
    for _ in 0..LISTS {
        let begin = Instant::now();
        answer = server.ask("tools/list", &json!({}))?;
        times.push(begin.elapsed());
    }
    Ok((times, answer))
}

fn tool_count(answer: &str) -> anyhow::Result<usize> {
    let answer: Value = serde_json::from_str(answer)?;
    answer
        .pointer("/result/tools")
        .and_then(Value::as_array)
        .map(Vec::len)
        .with_context(|| format!("no list of tools: {answer}"))
}
