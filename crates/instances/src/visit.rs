//! Sites that requests bring with them (server spec sections 4.4, 4.6 and 11.6).
//!
//! A request may name another address, or another Cloud site, for the unprefixed tools of a
//! product. It gets a [`Visit`]: an instance in the place of the primary, for that request only,
//! with the caller's own credential and never the operator's. What the operator set for the same
//! origin (filters, read-only, TLS, proxies) holds for it too, so that naming an instance by its
//! address leads around no rule.

use crate::registry::Instance;
use crate::{Caller, Live, Platform, Policy, Registry};
use atlassian_http::{AllowList, Blocked, Fence, Resolve, Trust, fence};
use atlassian_settings::{
    Behaviour, Credential, Deployment, Exposure, Filter, InstanceConfig, InstanceId, Limits,
    Network, OAuthCredential, ServerSettings, Service, SiteUrl, is_cloud_host,
};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use url::Url;

/// Most sites of requests whose connections and caches are kept; the one kept longest goes first.
pub const MAX_VISITS: usize = 256;

/// A site that a request brought, in the place of one instance.
#[derive(Debug)]
pub struct Visit {
    pub(crate) instance: Instance,
}

impl Visit {
    /// The configuration of the site as this request meets it.
    #[must_use]
    pub fn config(&self) -> &Arc<InstanceConfig> {
        &self.instance.config
    }
}

/// Why a request may not bring a site. The text is the reason of server spec section 4.3.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwelcome {
    /// The address is not one that requests may name.
    #[error(transparent)]
    Blocked(#[from] Blocked),
    /// Several instances of the operator are at this origin, and no project or space is within the
    /// filters of all of them.
    #[error("the filters of this server's instances at {0} exclude each other")]
    Filtered(String),
}

/// What visits are made of.
#[derive(Debug)]
pub(crate) struct Visits {
    platform: Platform,
    process: Option<Arc<Semaphore>>,
    resolver: Arc<dyn Resolve>,
    allowed: AllowList,
    visible: Option<BTreeSet<String>>,
    kept: Mutex<IndexMap<Key, Arc<Visit>>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    id: InstanceId,
    url: String,
    cloud_id: Option<String>,
}

impl Visits {
    pub(crate) fn new(
        server: &ServerSettings,
        platform: &Platform,
        resolver: Arc<dyn Resolve>,
        process: Option<Arc<Semaphore>>,
        visible: Option<BTreeSet<String>>,
    ) -> Self {
        let allowed = AllowList::of(&server.callers.allowed_url_domains);
        let platform = platform.clone();
        Self { platform, process, resolver, allowed, visible, kept: Mutex::default() }
    }

    fn kept(&self, key: &Key) -> Option<Arc<Visit>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: Key, visit: Visit) -> Arc<Visit> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        while kept.len() >= MAX_VISITS {
            kept.shift_remove_index(0);
        }
        // Another request may have been quicker; its connections are used then.
        Arc::clone(kept.entry(key).or_insert_with(|| Arc::new(visit)))
    }

    fn live(&self, config: &Arc<InstanceConfig>, trust: Trust) -> Live {
        let mut live = Live::new(config, &self.platform, self.process.as_ref());
        live.client = live.client.trusting(trust, Arc::clone(&self.resolver));
        live
    }
}

impl Registry {
    /// The site of an address that a request names for the unprefixed tools of a product
    /// (`X-Atlassian-Jira-Url`).
    ///
    /// The host must be that of a configured instance's origin, on the operator's list
    /// (`MCP_ALLOWED_URL_DOMAINS`), or, while there is no list, Atlassian Cloud (design section 6).
    ///
    /// # Errors
    /// [`Unwelcome`].
    pub async fn visit(
        &self,
        service: Service,
        address: &str,
        cloud_id: Option<&str>,
    ) -> Result<Arc<Visit>, Unwelcome> {
        let url = fence::parse(address)?;
        let id = InstanceId::primary(service);
        let key = Key { id, url: url.as_str().to_owned(), cloud_id: cloud_id.map(str::to_owned) };
        if let Some(kept) = self.visits.kept(&key) {
            return Ok(kept);
        }
        let trust = self.admitted(&url).await?;
        let config = Arc::new(self.visiting(service, &url, cloud_id)?);
        let mut policy = Policy::of_instance(&config, self.visits.sees(&config));
        for instance in self.at(&url).filter(|instance| instance.config.service() == service) {
            policy = policy.narrowed_by(&instance.policy);
        }
        let live = self.visits.live(&config, trust);
        let credential = Arc::new(config.credential.clone());
        let instance = Instance { config, credential, policy, live, visiting: true };
        Ok(self.visits.keep(key, Visit { instance }))
    }

    /// An instance as it is for a request that names the Cloud site of its OAuth token
    /// (`X-Atlassian-Cloud-Id`): everything as configured, but on that site. `None` for an instance
    /// that is not on Cloud.
    #[must_use]
    pub fn relocated(&self, id: &InstanceId, cloud_id: &str) -> Option<Arc<Visit>> {
        let configured = self.instances.get(id)?;
        let site = &configured.config.site;
        let deployment = configured.config.deployment;
        if !deployment.is_cloud() && !site.is_from_request() {
            return None;
        }
        let key = Key {
            id: id.clone(),
            url: site.as_str().to_owned(),
            cloud_id: Some(cloud_id.to_owned()),
        };
        if let Some(kept) = self.visits.kept(&key) {
            return Some(kept);
        }
        let mut config = (*configured.config).clone();
        config.cloud_id = Some(cloud_id.to_owned());
        config.credential = Credential::OAuth(OAuthCredential::Minimal);
        config.deployment = Deployment::Cloud;
        if site.is_from_request() {
            // There is no other address to build links from.
            let gateway = &self.visits.platform.gateway;
            let address = format!("{gateway}/ex/{}/{cloud_id}", id.service.word());
            config.site = SiteUrl::parse(&address, id.service, Some(Deployment::Cloud)).ok()?;
        }
        let config = Arc::new(config);
        let instance = Instance {
            credential: Arc::new(config.credential.clone()),
            policy: configured.policy.clone(),
            live: self.visits.live(&config, Trust::Own),
            visiting: true,
            config,
        };
        Some(self.visits.keep(key, Visit { instance }))
    }

    /// Where the platform's own services are.
    pub(crate) fn platform(&self) -> &Platform {
        &self.visits.platform
    }

    /// The instance that a call of this caller meets under an id.
    pub(crate) fn instance_for<'a>(
        &'a self,
        id: &InstanceId,
        caller: &'a Caller,
    ) -> Option<&'a Instance> {
        match caller.visits.get(id) {
            Some(visit) => Some(&visit.instance),
            None => self.instances.get(id),
        }
    }

    async fn admitted(&self, url: &Url) -> Result<Trust, Blocked> {
        if self.at(url).next().is_some() {
            return Ok(Trust::Own);
        }
        let visits = &self.visits;
        let host = url.host_str().unwrap_or_default();
        let listed = visits.allowed.covers(url);
        let trust = if listed { Trust::Listed } else { Trust::Public };
        let fence = Fence::new(Arc::clone(&visits.resolver)).trusting(host, trust);
        fence.check(url)?;
        if listed {
            return Ok(trust);
        }
        if visits.allowed.is_empty() {
            fence.admit(url).await?;
            if is_cloud_host(host) {
                return Ok(trust);
            }
        }
        tracing::info!(
            "a request named the address of `{host}`; MCP_ALLOWED_URL_DOMAINS would have to list it"
        );
        Err(Blocked::NotListed(host.to_owned()))
    }

    /// The operator's instances at the origin of an address.
    fn at<'a>(&'a self, url: &'a Url) -> impl Iterator<Item = &'a Instance> {
        self.instances.values().filter(|instance| same_origin(instance.config.site.url(), url))
    }

    /// The configuration of a site that a request named. Of the operator's settings it has what
    /// holds for the same origin, without anything that could be a credential.
    pub(crate) fn visiting(
        &self,
        service: Service,
        url: &Url,
        cloud_id: Option<&str>,
    ) -> Result<InstanceConfig, Unwelcome> {
        let id = InstanceId::primary(service);
        let primary = self.instances.get(&id).map(|instance| &instance.config);
        let at: Vec<&Arc<InstanceConfig>> = self.at(url).map(|instance| &instance.config).collect();
        let own: Vec<&Arc<InstanceConfig>> =
            at.iter().copied().filter(|config| config.service() == service).collect();
        let nearest = own.first().or(at.first()).copied();
        let any = self.instances.values().map(|instance| &instance.config).next();
        let cloud = own.first().map_or_else(
            || url.host_str().is_some_and(is_cloud_host),
            |config| config.deployment.is_cloud(),
        );
        let deployment = if cloud { Deployment::Cloud } else { Deployment::DataCenter };
        let site = SiteUrl::parse(url.as_str(), service, Some(deployment))
            .map_err(|_| Unwelcome::Blocked(Blocked::NoHost))?;
        let mut passthrough_headers = own
            .first()
            .copied()
            .or(primary)
            .map(|config| config.network.passthrough_headers.clone())
            .unwrap_or_default();
        // What is meant for the server, or for another site, is none of this one's business.
        passthrough_headers
            .retain(|name| name != "authorization" && !name.starts_with("x-atlassian-"));
        let network = match nearest {
            Some(config) => Network {
                client_cert: None,
                client_key: None,
                client_key_password: None,
                custom_headers: Vec::new(),
                passthrough_headers,
                ..config.network.clone()
            },
            None => Network {
                passthrough_headers,
                system_trust_store: any.is_none_or(|config| config.network.system_trust_store),
                trust_file: any.and_then(|config| config.network.trust_file.clone()),
                trust_folder: any.and_then(|config| config.network.trust_folder.clone()),
                ..Network::default()
            },
        };
        let exposure = primary.map_or(&self.server.exposure, |config| &config.exposure);
        let exposure = Exposure {
            filter: common_filter(&own, url)?,
            owns: Vec::new(),
            allow_credential_fallback: false,
            accept_authorization: false,
            ..exposure.clone()
        };
        let cloud_id = cloud_id
            .map(str::to_owned)
            .or_else(|| own.iter().find_map(|config| config.cloud_id.clone()))
            .filter(|_| cloud);
        let oauth = own.iter().any(|config| matches!(config.credential, Credential::OAuth(_)));
        let external = primary.is_some_and(|config| {
            matches!(config.credential, Credential::External)
                && config.site.is_from_request()
                && !self.visits.allowed.is_empty()
        });
        let credential = if oauth || cloud_id.is_some() {
            Credential::OAuth(OAuthCredential::Minimal)
        } else if external {
            Credential::External
        } else {
            Credential::None
        };
        Ok(InstanceConfig {
            id,
            number: 1,
            label: None,
            site,
            deployment,
            credential,
            cloud_id,
            network,
            limits: any.map(|config| config.limits.clone()).unwrap_or_else(Limits::default),
            exposure,
            behaviour: behaviour(own.first().copied(), primary),
        })
    }
}

impl Visits {
    fn sees(&self, config: &InstanceConfig) -> bool {
        self.visible.as_ref().is_none_or(|names| names.contains(config.id.name.as_str()))
    }
}

/// The boundary that every instance at an origin agrees to.
fn common_filter(own: &[&Arc<InstanceConfig>], url: &Url) -> Result<Option<Filter>, Unwelcome> {
    let mut common: Option<Filter> = None;
    for filter in own.iter().filter_map(|config| config.exposure.filter.as_ref()) {
        common = Some(match common {
            None => filter.clone(),
            Some(common) => common.within(filter).ok_or_else(|| {
                Unwelcome::Filtered(url.host_str().unwrap_or_default().to_owned())
            })?,
        });
    }
    Ok(common)
}

/// Switches of the same origin; elsewhere only what belongs to the published schemas.
fn behaviour(
    own: Option<&Arc<InstanceConfig>>,
    primary: Option<&Arc<InstanceConfig>>,
) -> Behaviour {
    match (own, primary) {
        (Some(config), _) => config.behaviour.clone(),
        (None, Some(primary)) => Behaviour {
            issue_key_pattern: primary.behaviour.issue_key_pattern.clone(),
            project_key_pattern: primary.behaviour.project_key_pattern.clone(),
            ..Behaviour::default()
        },
        (None, None) => Behaviour::default(),
    }
}

/// Whether two addresses have scheme, host and port in common; the dot of the root does not count.
pub(crate) fn same_origin(a: &Url, b: &Url) -> bool {
    let host =
        |url: &Url| url.host_str().map(|host| host.trim_end_matches('.').to_ascii_lowercase());
    a.scheme() == b.scheme()
        && host(a) == host(b)
        && a.port_or_known_default() == b.port_or_known_default()
}
