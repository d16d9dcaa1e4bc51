//! Whose request it is (server spec sections 4.2 to 4.5 and 11.6).
//!
//! Over HTTP every request says by its headers who makes it; nothing is remembered between requests.
//!
//! * `authorization`: the three kinds of credentials and their exact refusals.
//! * `instances`: which header speaks of which instance.
//! * `narrowing`: what a request gives up of its own accord.
//!
//! A credential goes to the instance it was given for: the plain `Authorization` to the address that
//! the request brings, else to the primaries only; everything else by name. What is well-formed but wrong is found out by Atlassian, and never
//! replaced by the operator's credentials.

mod authorization;
mod instances;
mod narrowing;

use atlassian_instances::{Caller, Registry, Visit};
use atlassian_settings::{Credential, Identity, InstanceConfig, InstanceId};
use authorization::Presented;
use http::HeaderMap;
use instances::Asked;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use url::Url;

/// Nothing usable was sent (server spec section 4.3).
const NOTHING: &str = "Authentication required: no Atlassian credentials were provided.";

/// A request that is refused with 401; the text becomes `{"error": ...}`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Rejection(String);

impl Rejection {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Who makes a request.
#[derive(Clone, Debug)]
pub(crate) struct Identified {
    /// The caller for the registry.
    pub(crate) caller: Arc<Caller>,
    /// What a session is bound to: the credentials alone, because other headers may change from one
    /// request of a session to the next.
    pub(crate) session: Identity,
    /// Whether the request brought credentials of its own; false for one that is served with the
    /// operator's because the operator allowed it.
    pub(crate) own: bool,
}

/// Finds the caller of a request from its headers.
///
/// Which credential goes where, in this order: the one that a header gives an instance by name; for
/// an address the request brings, the personal token beside it, else the `Authorization`, which then
/// goes nowhere else; for the primaries that are left, the `Authorization`.
///
/// # Errors
/// [`Rejection`] with the text for the client: nothing usable, malformed, for an unknown instance,
/// or an address that requests may not name.
pub(crate) async fn identify(
    headers: &HeaderMap,
    registry: &Registry,
) -> Result<Identified, Rejection> {
    let settings = &registry.server().callers;
    let configs: Vec<&Arc<InstanceConfig>> = registry.instances().collect();
    let passed = passed_through(headers, &configs);
    let mut found = Found::default();
    if !settings.ignore_header_auth {
        let asked = instances::read(headers, &configs)?;
        let plain = last(headers, "authorization")?;
        let plain = plain.as_deref().map_or(Ok(None), Presented::parse)?;
        found.sites(&asked, plain.as_ref(), registry).await?;
        found.primaries(&asked, plain, registry, &configs);
        found.named(asked, registry, &configs)?;
    }
    let Found { credentials, visits, presented, .. } = found;
    let external = has_external(&configs) && !passed.is_empty();
    let own = !presented.is_empty() || external;
    if !own && !settings.ignore_header_auth && !settings.allow_global_fallback {
        return Err(Rejection::new(NOTHING));
    }
    let whole = identity(&presented, &passed);
    let session = if presented.is_empty() { whole } else { identity(&presented, &[]) };
    let narrowing = narrowing::read(headers, registry)?;
    let caller = Caller {
        operator_fallback: settings.allow_global_fallback,
        credentials,
        visits,
        narrowing,
        headers: Arc::new(passed),
        ..Caller::remote(whole)
    };
    Ok(Identified { caller: Arc::new(caller), session, own })
}

/// What a request brings, as far as it has been read.
#[derive(Default)]
struct Found {
    credentials: BTreeMap<InstanceId, Arc<Credential>>,
    visits: BTreeMap<InstanceId, Arc<Visit>>,
    presented: Vec<(String, Presented)>,
    /// Addresses that the `Authorization` was given for.
    claimed: Vec<Url>,
}

impl Found {
    /// Addresses for the unprefixed tools (server spec sections 4.4 and 10.23).
    async fn sites(
        &mut self,
        asked: &Asked,
        plain: Option<&Presented>,
        registry: &Registry,
    ) -> Result<(), Rejection> {
        for (service, address) in &asked.addresses {
            // The list of sites is looked at for a token of OAuth only.
            let token = asked.tokens.get(service);
            let oauth = token.is_none() && matches!(plain, Some(Presented::Bearer(_)));
            let cloud_id = asked.cloud_id(*service).filter(|_| oauth);
            let visit = registry.visit(*service, address, cloud_id).await.map_err(|why| {
                Rejection::new(format!("Forbidden: Invalid {service} URL - {why}"))
            })?;
            let id = InstanceId::primary(*service);
            let config = visit.config();
            if let Some(token) = token {
                let token = Presented::Token(token.clone());
                self.credentials.insert(id.clone(), Arc::new(token.credential(config)));
                self.presented.push((format!("{service} at an address"), token));
            } else if let Some(plain) = plain {
                self.credentials.insert(id.clone(), Arc::new(plain.credential(config)));
                self.claimed.push(config.site.url().clone());
            } else if configured_serves(registry, &id, config) {
                continue;
            }
            self.visits.insert(id, visit);
        }
        Ok(())
    }

    /// The `Authorization` for the configured instances that take it: all of them, or those at the
    /// origin it was given for.
    fn primaries(
        &mut self,
        asked: &Asked,
        plain: Option<Presented>,
        registry: &Registry,
        configs: &[&Arc<InstanceConfig>],
    ) {
        let Some(plain) = plain else { return };
        for config in configs.iter().filter(|config| takes_authorization(config)) {
            if self.visits.contains_key(&config.id) {
                continue;
            }
            let site = config.site.url();
            if !self.claimed.is_empty()
                && !self.claimed.iter().any(|url| url.origin() == site.origin())
            {
                continue;
            }
            let cloud_id = asked
                .cloud_id(config.service())
                .filter(|_| config.id.name.is_primary() && matches!(plain, Presented::Bearer(_)));
            match cloud_id {
                None => {
                    self.credentials.insert(config.id.clone(), Arc::new(plain.credential(config)));
                }
                // A token for a Cloud site is none for a Data Center.
                Some(cloud_id) => {
                    if let Some(visit) = registry.relocated(&config.id, cloud_id) {
                        let credential = plain.credential(visit.config());
                        self.credentials.insert(config.id.clone(), Arc::new(credential));
                        self.visits.insert(config.id.clone(), visit);
                    }
                }
            }
        }
        // A well-formed credential identifies its caller even where it opens nothing.
        self.presented.insert(0, (String::new(), plain));
    }

    /// Credentials for instances by name.
    fn named(
        &mut self,
        asked: Asked,
        registry: &Registry,
        configs: &[&Arc<InstanceConfig>],
    ) -> Result<(), Rejection> {
        for (id, own) in asked.named {
            let Some(config) = configs.iter().find(|config| config.id == id) else { continue };
            // The primary has been replaced by another site, which this credential is not for.
            let replaced = self.visits.get(&id).is_some_and(|visit| {
                visit.config().site.url().origin() != config.site.url().origin()
            });
            if replaced {
                continue;
            }
            let cloud_id = asked.cloud_ids.get(&id).filter(|_| matches!(own, Presented::Bearer(_)));
            match cloud_id {
                None => {
                    self.credentials.insert(id.clone(), Arc::new(own.credential(config)));
                }
                Some(cloud_id) => {
                    let moved = config.cloud_id.as_ref().is_some_and(|own| own != cloud_id);
                    if moved && !id.name.is_primary() {
                        return Err(Rejection::new(format!(
                            "Unauthorized: the Cloud-Id header for `{id}` is not the site this instance is configured for"
                        )));
                    }
                    let Some(visit) = registry.relocated(&id, cloud_id) else {
                        return Err(Rejection::new(format!(
                            "Unauthorized: `{id}` is no Cloud site, so its Cloud-Id header means nothing"
                        )));
                    };
                    let credential = own.credential(visit.config());
                    self.credentials.insert(id.clone(), Arc::new(credential));
                    self.visits.insert(id.clone(), visit);
                }
            }
            self.presented.push((id.to_string(), own));
        }
        Ok(())
    }
}

/// Whether an address without a credential of its own is answered by what is configured: because it
/// is the same place, or because that passes on whatever identifies the caller (server spec section
/// 4.4, step 4).
fn configured_serves(registry: &Registry, id: &InstanceId, brought: &InstanceConfig) -> bool {
    registry.instances().any(|config| {
        let site = config.site.url();
        let external = matches!(config.credential, Credential::External);
        config.id == *id
            && (site.origin() == brought.site.url().origin()
                || (external && !config.site.is_from_request()))
    })
}

/// The value of a header as text; of repeated ones the last counts (server spec section 4.1).
fn last(headers: &HeaderMap, name: &str) -> Result<Option<String>, Rejection> {
    let Some(value) = headers.get_all(name).iter().next_back() else { return Ok(None) };
    let text = str::from_utf8(value.as_bytes())
        .map_err(|_| {
            Rejection::new(format!("Unauthorized: the header `{name}` is not valid UTF-8"))
        })?
        .trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Whether the plain `Authorization` is for this instance (server spec section 11.6, rules 2 and 4).
fn takes_authorization(config: &InstanceConfig) -> bool {
    config.id == InstanceId::primary(config.service()) || config.exposure.accept_authorization
}

fn has_external(configs: &[&Arc<InstanceConfig>]) -> bool {
    configs.iter().any(|config| matches!(config.credential, Credential::External))
}

/// The headers that some instance passes on, names in lower case.
fn passed_through(headers: &HeaderMap, configs: &[&Arc<InstanceConfig>]) -> Vec<(String, String)> {
    let names: BTreeSet<String> = configs
        .iter()
        .flat_map(|config| &config.network.passthrough_headers)
        .map(|name| name.to_ascii_lowercase())
        .collect();
    names
        .into_iter()
        .filter_map(|name| {
            let value = last(headers, &name).ok().flatten()?;
            Some((name, value))
        })
        .collect()
}

fn identity(presented: &[(String, Presented)], passed: &[(String, String)]) -> Identity {
    let mut parts: Vec<&str> = vec!["credentials"];
    for (whose, credential) in presented {
        parts.push(whose);
        parts.extend(credential.marks());
    }
    parts.push("headers");
    parts.extend(passed.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]));
    Identity::of(&parts)
}
