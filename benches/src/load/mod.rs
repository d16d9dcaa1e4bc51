//! `load`: a thousand clients at once, each with a session, a stream for news and a call that hangs,
//! while ten thousand calls on the other instances must go well.
//!
//! Printed are the memory of the server before, at its height and after, twice, because what does not
//! grow the second time is no leak; and the rate of the calls beside the rate of a plain reverse proxy
//! that hands the very requests of those calls to the same sandbox.

mod session;
mod site;

use crate::proxy::Proxy;
use crate::report::{Report, megabytes};
use crate::server::{OverHttp, Resident};
use anyhow::{Context as _, bail, ensure};
use session::{Server, Session};
use site::{CALLS, OPEN_AT_ONCE, Sites, Upstream};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Clients at once.
const SESSIONS: usize = 1000;
/// Calls of all of them together.
const CALLED: usize = 10_000;
/// Clients that shake hands at the same time.
const OPENING: usize = 100;
/// How long the allocator is given to hand memory back.
const SETTLE: Duration = Duration::from_secs(3);
/// How long sessions may take to be gone once they were ended.
const GONE: Duration = Duration::from_secs(30);

/// Runs the load twice and the proxy once.
pub(crate) fn measure(binary: &Path, report: &mut Report) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(binary, report))
}

async fn run(binary: &Path, report: &mut Report) -> anyhow::Result<()> {
    let sites = Sites::start().await?;
    let process = OverHttp::start(binary, &sites.variables(), &[]).await?;
    let server = Server {
        client: reqwest::Client::builder().no_proxy().build()?,
        endpoint: process.endpoint.as_str().into(),
        headers: sites.headers().into(),
    };

    // One client first: metadata is cached, credentials are known to be good.
    let first = Session::open(server.clone()).await?;
    for _ in 0..2 {
        sites.forget();
        for (id, call) in (2..).zip(&CALLS) {
            first.call(id, call).await?;
        }
    }
    let upstream: Arc<[Upstream]> = sites.asked()?.into();
    first.close().await?;
    report.add("upstream requests of a call", format!("{:.2}", mean(&upstream)), "", "");

    let before = process.resident().context("the system does not tell the memory")?;
    let mut rates = Vec::new();
    let mut after = Vec::new();
    for round in ["first", "second"] {
        sites.forget();
        let took = load(&server, &sites).await?;
        let peak = process.resident();
        gone(&process, &server).await?;
        tokio::time::sleep(SETTLE).await;
        let now = process.resident().context("the server has ended")?;
        rates.push(per_second(took));
        after.push(now);
        let note = format!(
            "{} before, {} at most; own memory {} after {} before",
            megabytes(Some(before.total)),
            megabytes(peak.map(|memory| memory.peak)),
            megabytes(Some(now.own)),
            megabytes(Some(before.own)),
        );
        report.add(
            format!("resident after the {round} load"),
            megabytes(Some(now.total)),
            "",
            note,
        );
    }
    report.add("the second load beside the first", growth(&after)?, "about 1", "resident after");

    let plain = proxied(&server, upstream).await?;
    report.add(
        format!("plain reverse proxy, {SESSIONS} clients"),
        format!("{plain:.0} /s"),
        "",
        "the requests of a call, one after the other",
    );
    for (round, rate) in ["first", "second"].into_iter().zip(rates) {
        report.add(
            format!("calls, {SESSIONS} sessions, one instance hanging ({round})"),
            format!("{rate:.0} /s"),
            "",
            format!("{:.2} of the rate of the proxy; no call failed", rate / plain),
        );
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn mean(upstream: &[Upstream]) -> f64 {
    upstream.len() as f64 / CALLS.len() as f64
}

#[expect(clippy::cast_precision_loss, reason = "shown with two decimals")]
fn growth(after: &[Resident]) -> anyhow::Result<String> {
    let [first, second] = after else { bail!("two rounds were run") };
    Ok(format!("{:.2} x", second.total as f64 / first.total as f64))
}

fn per_second(duration: Duration) -> f64 {
    f64::from(u32::try_from(CALLED).unwrap_or(u32::MAX)) / duration.as_secs_f64()
}

/// Opens all sessions, lets a call hang in each, and measures the calls that go well meanwhile.
async fn load(server: &Server, sites: &Sites) -> anyhow::Result<Duration> {
    let mut sessions = Vec::with_capacity(SESSIONS);
    while sessions.len() < SESSIONS {
        let mut opening = JoinSet::new();
        for _ in 0..OPENING.min(SESSIONS - sessions.len()) {
            opening.spawn(Session::open(server.clone()));
        }
        while let Some(opened) = opening.join_next().await {
            sessions.push(opened??);
        }
    }
    for session in &mut sessions {
        session.hang()?;
    }
    sites.until_hanging(OPEN_AT_ONCE).await?;

    let begin = Instant::now();
    let mut calling = JoinSet::new();
    for (place, session) in sessions.into_iter().enumerate() {
        calling.spawn(async move {
            let ring = CALLS.iter().cycle().skip(place % CALLS.len());
            for (id, call) in (2..).zip(ring.take(CALLED / SESSIONS)) {
                session.call(id, call).await?;
            }
            anyhow::Ok(session)
        });
    }
    let mut called = Vec::with_capacity(SESSIONS);
    while let Some(done) = calling.join_next().await {
        called.push(done??);
    }
    let took = begin.elapsed();
    sites
        .until_hanging(OPEN_AT_ONCE)
        .await
        .context("the calls that hang did not do so all the time")?;

    for session in called {
        session.close().await?;
    }
    sites.until_hanging(0).await.context("calls that were given up still wait")?;
    Ok(took)
}

/// Waits until the server holds no session any more.
async fn gone(process: &OverHttp, server: &Server) -> anyhow::Result<()> {
    let begin = Instant::now();
    loop {
        let page = server.client.get(process.beside("/metrics")).send().await?.text().await?;
        if page.lines().any(|line| line == "atlassian_mcp_sessions 0") {
            return Ok(());
        }
        ensure!(begin.elapsed() < GONE, "sessions that were ended are still there:\n{page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Calls a second if all that stood between were a plain reverse proxy: as many clients, as many
/// times the requests of a call.
async fn proxied(server: &Server, upstream: Arc<[Upstream]>) -> anyhow::Result<f64> {
    let origins: BTreeSet<String> = upstream.iter().map(|sent| sent.origin.clone()).collect();
    let origins: Vec<String> = origins.into_iter().collect();
    let proxy = Proxy::start(&origins)?;
    let requests = upstream
        .iter()
        .map(|sent| {
            let place = origins.iter().position(|origin| *origin == sent.origin);
            let address =
                place.and_then(|place| proxy.addresses.get(place)).context("a listener")?;
            Ok((format!("{address}{}", sent.target), sent.authorization.clone()))
        })
        .collect::<anyhow::Result<Vec<(String, String)>>>()?;
    let requests: Arc<[(String, String)]> = requests.into();
    // The requests of all kinds of calls, as often as that many calls make them.
    let all = CALLED * requests.len() / CALLS.len();
    let begin = Instant::now();
    let mut asking = JoinSet::new();
    for place in 0..SESSIONS {
        let (client, requests) = (server.client.clone(), Arc::clone(&requests));
        let share = all / SESSIONS + usize::from(place < all % SESSIONS);
        asking.spawn(async move {
            let ring = requests.iter().cycle().skip(place % requests.len());
            for (address, authorization) in ring.take(share) {
                let request = client.get(address).header("Authorization", authorization);
                request.send().await?.error_for_status()?.bytes().await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = asking.join_next().await {
        done??;
    }
    Ok(per_second(begin.elapsed()))
}
