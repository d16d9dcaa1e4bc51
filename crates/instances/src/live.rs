//! What outlives a snapshot of the configuration.

use atlassian_http::oauth::Grants;
use atlassian_http::{Client, Origins};
use atlassian_settings::{InstanceConfig, ServerSettings};
use atlassian_tools::Caches;
use std::sync::Arc;
use tokio::sync::Semaphore;
use url::Url;

/// Where the platform's own services are. Tests and the demo put their gateway here; production
/// always uses [`Platform::default`] (design section 3).
#[derive(Clone, Debug)]
pub struct Platform {
    /// Address of the OAuth gateway.
    pub gateway: String,
    /// A media host beside the platform's own, which downloads may be redirected to.
    pub media: Option<Url>,
    /// Cloud's OAuth server, where it is not the platform's own.
    pub auth: Option<Url>,
    /// OAuth grants in use, which instances of one app and site share.
    pub grants: Arc<Grants>,
}

impl Default for Platform {
    fn default() -> Self {
        Self {
            gateway: "https://api.atlassian.com".to_owned(),
            media: None,
            auth: None,
            grants: Arc::default(),
        }
    }
}

/// The live state of one instance: its pool, limiter and breaker, and its caches. A dead or
/// overloaded instance costs the others nothing, because each has its own.
#[derive(Clone, Debug)]
pub struct Live {
    /// The client with pool, limiter and breaker.
    pub client: Client,
    /// Metadata caches.
    pub caches: Arc<Caches>,
}

impl Live {
    /// Fresh state for an instance. Nothing is opened or read until the first request.
    #[must_use]
    pub fn new(
        config: &Arc<InstanceConfig>,
        platform: &Platform,
        process: Option<&Arc<Semaphore>>,
    ) -> Self {
        let mut origins = Origins::with_platform(config, &platform.gateway);
        if let Some(media) = &platform.media {
            origins = origins.and_media(media);
        }
        if let Some(auth) = &platform.auth {
            origins = origins.and_auth(auth);
        }
        let mut client =
            Client::new(Arc::clone(config), origins).with_grants(Arc::clone(&platform.grants));
        if let Some(process) = process {
            client = client.with_process_limit(Arc::clone(process));
        }
        Self { client, caches: Arc::new(Caches::default()) }
    }

    /// The semaphore for `ATLASSIAN_MAX_CONCURRENT_REQUESTS`, the upper bound of the whole process.
    #[must_use]
    pub fn process_limit(server: &ServerSettings) -> Option<Arc<Semaphore>> {
        server
            .max_concurrent_requests
            .and_then(|permits| usize::try_from(permits).ok())
            .map(|permits| Arc::new(Semaphore::new(permits)))
    }
}
