//! `/healthz`, `/readyz` (server spec sections 1.4 and 10.25) and `/metrics`.

use super::gate::Gate;
use super::layers;
use super::listener::Peer;
use crate::metrics::{Metrics, Now};
use atlassian_instances::{Caller, Registry};
use atlassian_tools::InstanceState;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the health routes look at.
pub(crate) struct Health {
    pub(crate) registry: Arc<Registry>,
    pub(crate) gate: Gate,
    pub(crate) begun: CancellationToken,
    pub(crate) metrics: Option<Arc<Metrics>>,
    /// Sessions that are open at the moment.
    pub(crate) sessions: Box<dyn Fn() -> usize + Send + Sync>,
}

/// The process is up. Says nothing about Atlassian, and needs no credentials.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Whether requests should be sent here: something is configured and usable, and the server is not
/// ending. Nothing is asked of Atlassian. Instances are named only to a caller with credentials and
/// to this machine (design section 5); everybody else sees counts.
pub(crate) async fn ready(
    State(health): State<Arc<Health>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
) -> (StatusCode, Json<Value>) {
    let listing = health.registry.listing(&Caller::operator());
    let usable = listing.iter().filter(|i| i.state == InstanceState::Ready).count();
    let (code, status) = if health.begun.is_cancelled() {
        (StatusCode::SERVICE_UNAVAILABLE, "ending")
    } else if usable == 0 {
        (StatusCode::SERVICE_UNAVAILABLE, "not_configured")
    } else {
        (StatusCode::OK, "ready")
    };
    let mut body = Map::new();
    body.insert("status".to_owned(), Value::from(status));
    body.insert("usable".to_owned(), Value::from(usable));
    body.insert("skipped".to_owned(), Value::from(listing.len() - usable));
    if health.gate.knows(peer, &headers).await {
        let instances = listing.iter().map(|instance| {
            json!({
                "service": instance.service.word(),
                "name": instance.name,
                "state": instance.state.word(),
            })
        });
        body.insert("instances".to_owned(), instances.collect());
    }
    (code, Json(Value::Object(body)))
}

/// The counters of the process, for callers with credentials and for this machine: series name
/// instances and tools (design section 5).
pub(crate) async fn metrics(
    State(health): State<Arc<Health>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
) -> Response {
    let Some(metrics) = &health.metrics else { return layers::not_found() };
    if !health.gate.knows(peer, &headers).await {
        let text = "Authentication required: /metrics names instances, so it is served to callers with credentials and to \
                    this machine only.";
        return layers::refusal(StatusCode::UNAUTHORIZED, text);
    }
    let listing = health.registry.listing(&Caller::operator());
    let usable = listing.iter().filter(|i| i.state == InstanceState::Ready).count();
    let page = metrics.page(Now {
        sessions: (health.sessions)(),
        most_sessions: health.registry.server().http.max_sessions,
        usable,
        skipped: listing.len() - usable,
    });
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page).into_response()
}
