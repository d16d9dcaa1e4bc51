//! Whose request it is (server spec sections 4.2 to 4.5 and 11.6).
//!
//! Over HTTP every request says by its headers who makes it; nothing is remembered between requests.
//!
//! * `authorization`: the three kinds of credentials and their exact refusals.
//! * `instances`: which header speaks of which instance.
//! * `narrowing`: what a request gives up of its own accord.
//!
//! A credential goes to the instance it was given for: the plain `Authorization` to the primaries
//! only, everything else by name. What is well-formed but wrong is found out by Atlassian, and never
//! replaced by the operator's credentials.

mod authorization;
mod instances;
mod narrowing;

use atlassian_instances::{Caller, Registry};
use atlassian_settings::{Credential, Identity, InstanceConfig, InstanceId};
use authorization::Presented;
use http::HeaderMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
/// # Errors
/// [`Rejection`] with the text for the client: nothing usable, malformed, for an unknown instance,
/// or of a kind that is not supported.
pub(crate) fn identify(headers: &HeaderMap, registry: &Registry) -> Result<Identified, Rejection> {
    let settings = &registry.server().callers;
    let configs: Vec<&Arc<InstanceConfig>> = registry.instances().collect();
    let passed = passed_through(headers, &configs);
    let mut credentials = BTreeMap::new();
    let mut presented: Vec<(String, Presented)> = Vec::new();
    if !settings.ignore_header_auth {
        let plain = last(headers, "authorization")?;
        if let Some(plain) = plain.as_deref().map_or(Ok(None), Presented::parse)? {
            for config in configs.iter().filter(|config| takes_authorization(config)) {
                credentials.insert(config.id.clone(), Arc::new(plain.credential(config)));
            }
            presented.push((String::new(), plain));
        }
        for (config, own) in instances::credentials(headers, &configs)? {
            credentials.insert(config.id.clone(), Arc::new(own.credential(config)));
            presented.push((config.id.to_string(), own));
        }
    }
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
        narrowing,
        headers: Arc::new(passed),
        ..Caller::remote(whole)
    };
    Ok(Identified { caller: Arc::new(caller), session, own })
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
