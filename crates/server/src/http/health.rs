//! `/healthz` and `/readyz` (server spec sections 1.4 and 10.25).

use crate::identity;
use atlassian_instances::{Caller, Registry};
use atlassian_tools::InstanceState;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the health routes look at.
#[derive(Debug)]
pub(crate) struct Health {
    pub(crate) registry: Arc<Registry>,
    pub(crate) begun: CancellationToken,
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
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
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
    let known =
        identity::identify(&headers, &health.registry).is_ok_and(|identified| identified.own);
    if known || is_this_machine(peer, &headers) {
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

/// Whether the request was made on this machine, and not only handed on by a proxy on it.
fn is_this_machine(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let handed_on = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
    peer.ip().to_canonical().is_loopback()
        && !handed_on.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn a_proxy_on_this_machine_is_somebody_else() {
        let local = "127.0.0.1:1".parse().expect("address");
        let none = HeaderMap::new();
        assert!(is_this_machine(local, &none));
        assert!(is_this_machine("[::ffff:127.0.0.1]:1".parse().expect("address"), &none));
        assert!(!is_this_machine("10.0.0.1:1".parse().expect("address"), &none));
        let mut handed = HeaderMap::new();
        handed.insert("x-forwarded-for", HeaderValue::from_static("203.0.113.9"));
        assert!(!is_this_machine(local, &handed));
    }
}
