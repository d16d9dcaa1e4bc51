//! What a call costs beside the request it makes.

use crate::backend::{Backend, ISSUE};
use crate::proxy::Proxy;
use crate::report::{Report, median, megabytes, milliseconds};
use crate::server::{self, OverHttp, OverStdio, REVISION};
use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// Calls made before anything is measured: connections are open, metadata is cached.
const WARM_UP: usize = 50;
/// Calls that the median latency is taken of, each beside a direct request.
const CALLS: usize = 1000;
/// Calls whose rate is measured.
const RATED: usize = 6000;
/// Calls in flight at once.
const AT_ONCE: usize = 16;

const TOOL: &str = "jira_get_issue";

/// Latency over stdio and rate over stateless HTTP.
pub(crate) fn measure(binary: &Path, backend: &Backend, report: &mut Report) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let direct = latency(binary, backend, &runtime, report)?;
    runtime.block_on(rate(binary, backend, &direct, report))
}

fn params() -> Value {
    json!({ "name": TOOL, "arguments": { "issue_key": ISSUE } })
}

/// Fails unless an answer is the result of a call that went well.
fn check(answer: &str) -> anyhow::Result<()> {
    let answer: Value = serde_json::from_str(answer).context("the answer is not JSON")?;
    let result = answer.get("result").with_context(|| format!("no result: {answer}"))?;
    ensure!(result.get("isError") != Some(&Value::Bool(true)), "the call failed: {result}");
    ensure!(result.to_string().contains(ISSUE), "the result does not show the issue: {result}");
    Ok(())
}

/// Measures calls and the very requests they make, in turn, and gives the addresses of the latter.
fn latency(
    binary: &Path,
    backend: &Backend,
    runtime: &Runtime,
    report: &mut Report,
) -> anyhow::Result<Vec<String>> {
    let mut server = OverStdio::start(binary, &server::variables(&backend.url(), 0))?;
    let params = params();
    for _ in 0..WARM_UP {
        check(&server.ask("tools/call", &params)?)?;
    }
    backend.note();
    server.ask("tools/call", &params)?;
    let direct: Vec<String> =
        backend.noted().iter().map(|target| format!("{}{target}", backend.url())).collect();
    ensure!(!direct.is_empty(), "the call made no request");

    let client = client()?;
    let request = || get(&client, &direct);
    runtime.block_on(async {
        for _ in 0..WARM_UP {
            request().await?;
        }
        anyhow::Ok(())
    })?;
    let (mut calls, mut requests) = (Vec::with_capacity(CALLS), Vec::with_capacity(CALLS));
    for _ in 0..CALLS {
        let begin = Instant::now();
        server.ask("tools/call", &params)?;
        calls.push(begin.elapsed());
        requests.push(runtime.block_on(async {
            let begin = Instant::now();
            request().await.map(|()| begin.elapsed())
        })?);
    }
    server.end()?;
    let (call, request) = (median(calls), median(requests));
    let upstream = u32::try_from(direct.len()).unwrap_or(u32::MAX);
    report.add(
        format!("direct request(s) of {TOOL}"),
        milliseconds(request),
        "",
        format!("median of {CALLS}, {upstream} request(s) a call"),
    );
    report.add(
        format!("{TOOL} over stdio"),
        milliseconds(call),
        "",
        format!("{:.2} x the direct request(s)", ratio(call, request)),
    );
    report.add(
        "added to each upstream request",
        milliseconds(call.saturating_sub(request) / upstream),
        "<= 0.15 ms",
        "stdio, reading, policy, shaping",
    );
    Ok(direct)
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().pool_max_idle_per_host(AT_ONCE).build()?)
}

async fn get(client: &reqwest::Client, addresses: &[String]) -> anyhow::Result<()> {
    for address in addresses {
        let answer =
            client.get(address).header("Authorization", "Bearer token-of-JIRA").send().await?;
        let answer: Value = serde_json::from_slice(&answer.error_for_status()?.bytes().await?)?;
        ensure!(!answer.is_null(), "the backend gave no answer");
    }
    Ok(())
}

/// Measures calls a second over HTTP beside the direct requests, with the same client and as many
/// in flight.
async fn rate(
    binary: &Path,
    backend: &Backend,
    direct: &[String],
    report: &mut Report,
) -> anyhow::Result<()> {
    let server =
        OverHttp::start(binary, &server::variables(&backend.url(), 0), &["--stateless"]).await?;
    let client = client()?;
    let endpoint: Arc<str> = server.endpoint.as_str().into();
    let direct: Arc<[String]> = direct.into();

    post(&client, &endpoint).await?;
    let before = backend.requests();
    let caller = client.clone();
    let called = at_once(move || {
        let (client, endpoint) = (caller.clone(), Arc::clone(&endpoint));
        async move { post(&client, &endpoint).await }
    })
    .await?;
    let upstream = backend.requests() - before;
    let proxy = Proxy::start(&[backend.url()])?;
    let through = proxy.addresses.first().context("the proxy has one listener")?;
    let through: Arc<[String]> =
        direct.iter().map(|address| address.replace(&backend.url(), through)).collect();
    let asker = client.clone();
    let handed_on = at_once(move || {
        let (client, through) = (asker.clone(), Arc::clone(&through));
        async move { get(&client, &through).await }
    })
    .await?;
    let asked = at_once(move || {
        let (client, direct) = (client.clone(), Arc::clone(&direct));
        async move { get(&client, &direct).await }
    })
    .await?;
    report.add(
        format!("direct, {AT_ONCE} at once"),
        format!("{:.0} /s", per_second(asked)),
        "",
        format!("{RATED} times the request(s) of a call"),
    );
    report.add(
        format!("through a plain reverse proxy, {AT_ONCE} at once"),
        format!("{:.0} /s", per_second(handed_on)),
        "",
        format!("{:.2} x the direct rate", ratio(asked, handed_on)),
    );
    report.add(
        format!("calls over stateless HTTP, {AT_ONCE} at once"),
        format!("{:.0} /s", per_second(called)),
        "",
        format!(
            "{:.2} x the direct rate, {:.2} x the proxy's, {upstream} upstream requests",
            ratio(asked, called),
            ratio(handed_on, called)
        ),
    );
    report.add(
        "resident after these calls",
        megabytes(server.resident().map(|memory| memory.total)),
        "",
        format!("{RATED} calls, {AT_ONCE} at once"),
    );
    Ok(())
}

fn per_second(duration: Duration) -> f64 {
    f64::from(u32::try_from(RATED).unwrap_or(u32::MAX)) / duration.as_secs_f64()
}

async fn post(client: &reqwest::Client, endpoint: &str) -> anyhow::Result<()> {
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params() });
    let answer = client
        .post(endpoint)
        .header("Authorization", "Bearer token-of-JIRA")
        .header("Accept", "application/json, text/event-stream")
        .header("MCP-Protocol-Version", REVISION)
        .json(&message)
        .send()
        .await?;
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        bail!("the server answered {status}: {text}");
    }
    // The answer is a document, or a stream with one event that holds it.
    check(
        text.lines()
            .find_map(|line| line.strip_prefix("data: ").filter(|d| d.starts_with('{')))
            .unwrap_or(&text),
    )
}

/// Runs something [`RATED`] times, [`AT_ONCE`] at a time.
async fn at_once<F, W>(work: F) -> anyhow::Result<Duration>
where
    F: Fn() -> W + Clone + Send + 'static,
    W: Future<Output = anyhow::Result<()>> + Send,
{
    let left = Arc::new(AtomicUsize::new(RATED));
    let begin = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (work, left) = (work.clone(), Arc::clone(&left));
        workers.spawn(async move {
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                .is_ok()
            {
                work().await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = workers.join_next().await {
        done??;
    }
    Ok(begin.elapsed())
}
