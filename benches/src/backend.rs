//! The constant backend: a Jira that always gives the same answer, so that what is measured is the
//! server and not Atlassian.

use anyhow::Context as _;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Key of the only issue.
pub(crate) const ISSUE: &str = "PAY-1";

/// An issue as a Data Center's API v2 shows it, of ordinary size.
const ANSWER: &str = include_str!("issue.json");

/// A running backend; its thread ends with the process.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: AtomicU64,
    noting: AtomicBool,
    targets: Mutex<Vec<String>>,
}

impl Backend {
    /// Starts on a free port of the loopback address, on a runtime and thread of its own.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .context("no port for the backend")?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Seen::default());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&seen));
        std::thread::spawn(move || runtime.block_on(async { axum::serve(listener, app).await }));
        Ok(Self { address, seen })
    }

    /// Base address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> u64 {
        self.seen.requests.load(Ordering::Relaxed)
    }

    /// Starts to note down what is asked for; noting is off while something is measured.
    pub(crate) fn note(&self) {
        self.seen.noting.store(true, Ordering::Relaxed);
    }

    /// Path and query of each request since [`Backend::note`]; ends the noting.
    pub(crate) fn noted(&self) -> Vec<String> {
        self.seen.noting.store(false, Ordering::Relaxed);
        std::mem::take(&mut self.seen.targets.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn answer(State(seen): State<Arc<Seen>>, request: Request) -> Response {
    seen.requests.fetch_add(1, Ordering::Relaxed);
    if seen.noting.load(Ordering::Relaxed) {
        let target = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
        seen.targets.lock().unwrap_or_else(PoisonError::into_inner).push(target);
    }
    let body = if request.uri().path().ends_with("/field") { "[]" } else { ANSWER };
    ([(CONTENT_TYPE, "application/json;charset=UTF-8")], body).into_response()
}
