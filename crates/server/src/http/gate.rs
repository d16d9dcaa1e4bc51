//! Who may pass to the routes behind the identity check.

use super::layers;
use super::listener::Peer;
use crate::identity::{self, Identified};
use crate::oauth::{Presented, Proxy};
use atlassian_instances::Registry;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use std::sync::Arc;

/// The identity check of a listener, the same for every route.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    registry: Arc<Registry>,
    proxy: Option<Arc<Proxy>>,
}

impl Gate {
    pub(crate) fn new(registry: Arc<Registry>, proxy: Option<Arc<Proxy>>) -> Self {
        Self { registry, proxy }
    }

    /// Finds the caller of a request: of a login through the OAuth proxy, or of the credentials that
    /// the request carries.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub(crate) async fn admit(&self, headers: &mut HeaderMap) -> Result<Identified, Response> {
        let Some(proxy) = &self.proxy else { return self.identify(headers).await };
        match proxy.admit(headers).await? {
            Presented::Ours(admission) => {
                let identified = self.identify(headers).await?;
                Ok(admission.bind(proxy, identified, self.registry.instances()))
            }
            Presented::Other => self.identify(headers).await.map_err(|mut refused| {
                proxy.challenge(&mut refused, headers.contains_key(header::AUTHORIZATION));
                refused
            }),
        }
    }

    async fn identify(&self, headers: &HeaderMap) -> Result<Identified, Response> {
        identity::identify(headers, &self.registry)
            .await
            .map_err(|rejection| layers::refusal(StatusCode::UNAUTHORIZED, &rejection.to_string()))
    }

    /// Whether a request may learn the names of the instances: it has credentials of its own, or
    /// comes from this machine (design section 5).
    pub(crate) async fn knows(&self, peer: Peer, headers: &HeaderMap) -> bool {
        is_this_machine(peer, headers)
            || self.admit(&mut headers.clone()).await.is_ok_and(|identified| identified.own)
    }
}

/// Whether the request was made on this machine, and not only handed on by a proxy on it.
fn is_this_machine(Peer(peer): Peer, headers: &HeaderMap) -> bool {
    let handed_on = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
    peer.ip().to_canonical().is_loopback()
        && !handed_on.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::{Peer, is_this_machine};
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn a_proxy_on_this_machine_is_somebody_else() {
        let peer = |text: &str| Peer(text.parse().expect("address"));
        let none = HeaderMap::new();
        assert!(is_this_machine(peer("127.0.0.1:1"), &none));
        assert!(is_this_machine(peer("[::ffff:127.0.0.1]:1"), &none));
        assert!(!is_this_machine(peer("10.0.0.1:1"), &none));
        let mut handed = HeaderMap::new();
        handed.insert("x-forwarded-for", HeaderValue::from_static("203.0.113.9"));
        assert!(!is_this_machine(peer("127.0.0.1:1"), &handed));
    }
}
