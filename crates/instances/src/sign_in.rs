//! The OAuth server that callers log in at, when this server stands in front of it.

use crate::{Live, Registry, Unwelcome};
use atlassian_http::oauth::TokenServer;
use atlassian_settings::{Deployment, InstanceConfig, InstanceId, Service, is_cloud_host};
use std::sync::Arc;
use url::Url;

/// The host of Cloud's OAuth server, which may stand for all of Cloud (server spec section 7.3).
const CLOUD_AUTH: &str = "auth.atlassian.com";

impl Registry {
    /// The OAuth server of an address that the operator named, reached like the instance that is
    /// configured there: with its proxy, CA bundle and client certificate.
    ///
    /// Where no instance is, the network settings of the nearest one count (same origin, then any
    /// Cloud site for Cloud), without anything that could be a credential.
    ///
    /// # Errors
    /// [`Unwelcome`] when the address cannot be that of an instance.
    pub fn token_server(&self, address: &Url) -> Result<TokenServer, Unwelcome> {
        let text = address.as_str().trim_end_matches('/');
        let at = self.instances.values().find(|instance| instance.config.site.as_str() == text);
        if let Some(instance) = at {
            return Ok(TokenServer::of(&instance.live.client));
        }
        let host = address.host_str().unwrap_or_default();
        let cloud = host == CLOUD_AUTH || is_cloud_host(host);
        // Cloud has one OAuth server for all sites, and what belongs to a site does not go there.
        let any_cloud = self.instances.values().find(|one| one.config.deployment.is_cloud());
        if let Some(instance) = any_cloud.filter(|_| cloud) {
            return Ok(TokenServer::of(&instance.live.client));
        }
        let mut config = self.visiting(Service::Jira, address, None)?;
        if cloud {
            config.deployment = Deployment::Cloud;
        }
        let live = Live::new(&Arc::new(config), self.platform(), None);
        Ok(TokenServer::of(&live.client))
    }

    /// The primary whose address is the default of [`Registry::token_server`]: Jira's, else
    /// Confluence's (server spec section 2.7).
    #[must_use]
    pub fn first_primary(&self) -> Option<&Arc<InstanceConfig>> {
        Service::ALL.into_iter().find_map(|service| {
            let config = &self.instances.get(&InstanceId::primary(service))?.config;
            (!config.site.is_from_request()).then_some(config)
        })
    }
}
