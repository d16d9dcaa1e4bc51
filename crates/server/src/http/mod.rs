//! Serving over HTTP (server spec section 1.4, mcp-and-stack spec sections 2.3 and 3.5).
//!
//! A request passes, in this order: its id, the body limit, the fence (Host and Origin, on every
//! route), the identity check (on the MCP routes), the MCP service.
//!
//! * `endpoint`: the MCP route: identity, session, body, and errors as JSON-RPC.
//! * `sessions`: sessions of legacy clients: bounded, expiring, bound to their caller.
//! * `shared`: sessions that replicas share.
//! * `fence`: which Host and Origin are served.
//! * `gate`: the identity check in front of the routes that need one.
//! * `health`: `/healthz`, `/readyz` and `/metrics`.
//! * `listener`, `tls`: connections, and the certificate they are served with.
//! * `errors`: what the MCP service says in plain text, as JSON-RPC.
//! * `sse`: the legacy HTTP+SSE transport.

mod endpoint;
mod errors;
mod fence;
mod gate;
mod health;
mod layers;
mod listener;
mod sessions;
mod shared;
mod sse;
mod tls;

pub(crate) use layers::refusal;

use crate::ServeError;
use crate::handler::Handler;
use crate::metrics::Metrics;
use crate::oauth::Proxy;
use crate::store::{self, Store};
use atlassian_instances::{Observer, Registry};
use atlassian_settings::{HttpSettings, Transport};
use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::routing::{any, get, post};
use endpoint::Endpoint;
use fence::Fence;
use gate::Gate;
use health::Health;
use listener::{Door, Peer};
use shared::Shared;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tls::Certificate;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long requests in flight may go on after `shutdown` fired; then they are cancelled and
/// answered (mcp-and-stack spec section 3.5).
pub const DRAIN: Duration = Duration::from_secs(10);
/// How long cancelled requests may take to be answered.
const CANCELLED_GRACE: Duration = Duration::from_millis(500);
/// How long connections may take to close once nothing is in flight.
const CLOSE_GRACE: Duration = Duration::from_millis(400);

/// A bound listener that does not serve yet.
#[derive(Debug)]
pub struct Http {
    door: Door,
    address: SocketAddr,
    path: String,
    app: Router,
    drain: Drain,
}

/// What ending takes, in the order it is used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drain {
    /// Requests in flight; streams that only wait for news are not among them.
    pub(crate) in_flight: TaskTracker,
    /// Fires when the server has begun to end.
    pub(crate) begun: CancellationToken,
    /// Fires when calls in flight are to be cancelled.
    pub(crate) cancel: CancellationToken,
    /// Fires when streams are to be closed.
    pub(crate) close: CancellationToken,
}

impl Http {
    /// Binds the listener; requests are served once [`Http::run`] is called.
    ///
    /// # Errors
    /// [`ServeError::PortInUse`] or [`ServeError::Bind`] when the address cannot be listened on;
    /// [`ServeError::Unsupported`] for settings that this build must not ignore.
    pub async fn bind(
        registry: Arc<Registry>,
        settings: &HttpSettings,
    ) -> Result<Self, ServeError> {
        check_path(&settings.path)?;
        let certificate = match (&settings.tls_cert, &settings.tls_key) {
            (Some(cert), Some(key)) => Some(Certificate::read(cert, key)?),
            (None, None) => None,
            // Serving in clear what was meant to be encrypted is worse than not serving.
            _ => {
                let text = "MCP_TLS_CERT and MCP_TLS_KEY go together, but only one of them is set.";
                return Err(ServeError::Tls(text.to_owned()));
            }
        };
        let shared = store::shared(registry.server().redis.as_ref())?;
        let proxy = Proxy::of(&registry, settings, shared.as_ref())?;
        let host = settings.host.trim_matches(|c| c == '[' || c == ']');
        let shown = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let listener = TcpListener::bind((host, settings.port)).await.map_err(|source| {
            let address = format!("{shown}:{}", settings.port);
            match source.kind() {
                std::io::ErrorKind::AddrInUse => ServeError::PortInUse { address },
                _ => ServeError::Bind { address, source },
            }
        })?;
        let address = listener.local_addr()?;
        let door = Door::new(listener, certificate)?;
        let drain = Drain::default();
        let app = app(registry, settings, address, &drain, proxy, shared);
        Ok(Self { door, address, path: settings.path.clone(), app, drain })
    }

    /// The address that was bound, with the port the system chose when the settings say 0.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` fires; then no connection is accepted any more, requests in flight
    /// have [`DRAIN`] to end, and streams that wait for news are closed.
    ///
    /// # Errors
    /// [`ServeError::Serving`] when the listener fails.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServeError> {
        let Self { door, address, path, app, drain } = self;
        let scheme = door.scheme();
        tracing::info!(target: "atlassian_mcp::start", "listening on {scheme}://{address}{path}");
        let service: IntoMakeServiceWithConnectInfo<Router, Peer> =
            app.into_make_service_with_connect_info();
        let begun = drain.begun.clone();
        let serving = axum::serve(door, service)
            .with_graceful_shutdown(async move { begun.cancelled().await });
        let mut serving =
            tokio_util::task::AbortOnDropHandle::new(tokio::spawn(serving.into_future()));
        tokio::select! {
            ended = &mut serving => return flatten(ended),
            () = shutdown.cancelled() => {}
        }
        drain.begun.cancel();
        drain.in_flight.close();
        if tokio::time::timeout(DRAIN, drain.in_flight.wait()).await.is_err() {
            tracing::warn!(
                "requests were still in flight after {} s and are cancelled",
                DRAIN.as_secs()
            );
        }
        drain.cancel.cancel();
        let _ = tokio::time::timeout(CANCELLED_GRACE, drain.in_flight.wait()).await;
        drain.close.cancel();
        match tokio::time::timeout(CLOSE_GRACE, &mut serving).await {
            Ok(ended) => flatten(ended),
            // A client that keeps its connection open does not keep the server from ending.
            Err(_) => Ok(()),
        }
    }
}

/// Refuses a path that would hide a route of ours, or that a router reads as a pattern.
fn check_path(path: &str) -> Result<(), ServeError> {
    let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-._~".contains(&b));
    let taken = ["/healthz", "/readyz", "/metrics"].contains(&path);
    if path.starts_with('/') && !path.contains("//") && plain && !taken {
        return Ok(());
    }
    Err(ServeError::Unsupported(format!(
        "STREAMABLE_HTTP_PATH is `{path}`: it must start with a slash, hold only letters, digits and -._~ besides, and be \
         none of /healthz, /readyz and /metrics."
    )))
}

fn flatten(ended: Result<std::io::Result<()>, tokio::task::JoinError>) -> Result<(), ServeError> {
    match ended {
        Ok(served) => served.map_err(ServeError::Serving),
        Err(failed) => Err(ServeError::Serving(std::io::Error::other(failed))),
    }
}

fn app(
    registry: Arc<Registry>,
    settings: &HttpSettings,
    address: SocketAddr,
    drain: &Drain,
    proxy: Option<Arc<Proxy>>,
    shared: Option<Arc<dyn Store>>,
) -> Router {
    let transport = registry.server().transport;
    let gate = Gate::new(Arc::clone(&registry), proxy.clone());
    let handler = Handler::remote(Arc::clone(&registry), drain.cancel.clone());
    let sessions: Box<dyn Fn() -> usize + Send + Sync>;
    let mcp_routes = if transport == Transport::Sse {
        let sse = Arc::new(sse::Sse::new(gate.clone(), handler, settings, drain.clone()));
        let counted = Arc::clone(&sse);
        sessions = Box::new(move || counted.open_sessions());
        Router::new()
            .route("/sse", get(sse::open))
            .route("/messages/", post(sse::message))
            .route("/messages", post(sse::message))
            .with_state(sse)
    } else {
        let shared = shared.map(Shared::new);
        let endpoint =
            Arc::new(Endpoint::new(gate.clone(), handler, settings, drain.clone(), shared));
        let counted = Arc::clone(&endpoint);
        sessions = Box::new(move || counted.open_sessions());
        let routes = Router::new().route(&settings.path, any(endpoint::serve));
        let routes = if settings.path == "/" {
            routes
        } else {
            routes.route(&format!("{}/", settings.path), any(endpoint::serve))
        };
        routes.with_state(endpoint)
    };
    let metrics = settings.metrics.then(|| {
        let metrics = Arc::new(Metrics::default());
        registry.observers().add(Arc::clone(&metrics) as Arc<dyn Observer>);
        metrics
    });
    let begun = drain.begun.clone();
    let health = Arc::new(Health { registry, gate, begun, metrics, sessions });
    let health_routes = Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .with_state(health);
    let mut routes = health_routes.merge(mcp_routes);
    let mut fence = Fence::new(settings, address);
    if let Some(proxy) = proxy {
        fence = fence.and_origin(proxy.settings().origin());
        routes = routes.merge(proxy.routes());
    }
    layers::around(routes, Arc::new(fence), settings.max_body_bytes)
}
