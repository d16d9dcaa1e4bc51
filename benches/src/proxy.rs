//! A plain reverse proxy: what lies between a client and Atlassian at the least. It runs as a process
//! of its own, as the server does, so that both share the machine with the load in the same way.

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::uri::{Authority, Scheme};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

type Outbound = Client<HttpConnector, Body>;

/// Where one listener hands its requests on to.
#[derive(Clone)]
struct Target {
    authority: Authority,
    client: Outbound,
}

/// Serves until it is killed: one listener for each target, whose addresses are printed, a line each.
pub(crate) fn serve(targets: &[String]) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let mut serving = tokio::task::JoinSet::new();
        for target in targets {
            let uri: Uri = target.parse()?;
            let authority = uri.authority().context("a target needs a host")?.clone();
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
            let target = Target { authority, client: client.clone() };
            let app = Router::new().fallback(hand_on).with_state(target);
            serving.spawn(async move { axum::serve(listener, app).await });
        }
        std::io::stdout().flush()?;
        while let Some(ended) = serving.join_next().await {
            ended??;
        }
        Ok(())
    })
}

async fn hand_on(State(target): State<Target>, mut request: Request) -> Response {
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(target.authority);
    let Ok(uri) = Uri::from_parts(parts) else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = uri;
    request.headers_mut().remove(header::HOST);
    match target.client.request(request).await {
        Ok(answer) => answer.map(Body::new),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

/// The proxy as a process; ended when dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    child: Child,
    /// The addresses of its listeners, in the order of the targets.
    pub(crate) addresses: Vec<String>,
}

impl Proxy {
    /// Starts this very program as a proxy before these addresses.
    pub(crate) fn start(targets: &[String]) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("proxy")
            .args(targets)
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the proxy")?;
        let output = child.stdout.take().context("no stdout")?;
        let mut proxy = Self { child, addresses: Vec::new() };
        for line in BufReader::new(output).lines().take(targets.len()) {
            proxy.addresses.push(line?);
        }
        ensure!(proxy.addresses.len() == targets.len(), "the proxy ended before it listened");
        Ok(proxy)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // A process that has ended already needs no more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
