//! Whether an instance knows a caller's credential (server spec section 4.7).
//!
//! A credential that came with a request is shown to the instance before the first call that uses
//! it, by asking whose it is. Only success is remembered, for `MCP_ATLASSIAN_VALIDATION_CACHE_TTL`,
//! under a key made of the instance, its origin, the credential and the headers that are passed
//! on; calls that wait for the same answer ask once.

use crate::Registry;
use crate::caller::Caller;
use crate::registry::Instance;
use atlassian_http::{ApiErrorKind, ApiPath, ApiRequest};
use atlassian_settings::{
    CallerSettings, Credential, Identity, InstanceConfig, OAuthCredential, Service,
};
use atlassian_tools::{Context, ToolError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The credentials that were good a moment ago.
#[derive(Debug)]
pub(crate) struct Validations {
    ttl: Duration,
    most: usize,
    known: Mutex<HashMap<Identity, Arc<Known>>>,
}

/// One credential on one instance; whoever holds the lock asks, and the others wait.
#[derive(Debug, Default)]
struct Known {
    asking: tokio::sync::Mutex<()>,
    until: Mutex<Option<Instant>>,
}

impl Known {
    fn is_good(&self, now: Instant) -> bool {
        self.until.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| now < until)
    }
}

impl Validations {
    pub(crate) fn new(settings: &CallerSettings) -> Self {
        let (ttl, most) = (settings.validation_ttl, settings.validation_entries);
        Self { ttl, most, known: Mutex::default() }
    }

    fn entry(&self, key: Identity) -> Arc<Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = known.get(&key) {
            return Arc::clone(entry);
        }
        let entry = Arc::new(Known::default());
        if self.most > 0 && !self.ttl.is_zero() {
            if known.len() >= self.most {
                let now = Instant::now();
                known.retain(|_, entry| entry.is_good(now));
            }
            if known.len() >= self.most {
                let until =
                    |entry: &Known| *entry.until.lock().unwrap_or_else(PoisonError::into_inner);
                let oldest =
                    known.iter().min_by_key(|(_, entry)| until(entry)).map(|(key, _)| *key);
                oldest.map(|key| known.remove(&key));
            }
            known.insert(key, Arc::clone(&entry));
        }
        entry
    }
}

impl Registry {
    /// Asks the instance whose credential this is, unless it said so lately. The operator's own
    /// credentials are never asked about, nor are callers that only pass headers on.
    ///
    /// # Errors
    /// The instance refuses the credential, or cannot be asked at all. That the account may not ask
    /// (403, 404) is no reason to refuse a call that it may make.
    pub(crate) async fn check_credential(
        &self,
        instance: &Instance,
        caller: &Caller,
        cx: &Context,
    ) -> Result<(), ToolError> {
        let config = &instance.config;
        let Some(credential) = caller.credentials.get(&config.id) else { return Ok(()) };
        let Some(key) = key(config, credential, caller) else { return Ok(()) };
        let known = self.validations.entry(key);
        if known.is_good(Instant::now()) {
            return Ok(());
        }
        let _asking = known.asking.lock().await;
        if known.is_good(Instant::now()) {
            return Ok(());
        }
        match cx.remote.send(&whose(config)).await {
            Ok(_) => {}
            Err(error) => match error.kind {
                ApiErrorKind::Unauthorized => {
                    let source = if instance.visiting { "header-based" } else { "user" };
                    let service = config.service();
                    return Err(ToolError::refused(format!(
                        "Invalid {source} {service} token or configuration: {error}"
                    )));
                }
                ApiErrorKind::RateLimited
                | ApiErrorKind::Connect
                | ApiErrorKind::Timeout
                | ApiErrorKind::Deadline
                | ApiErrorKind::Cancelled
                | ApiErrorKind::BreakerOpen
                | ApiErrorKind::Redirect
                | ApiErrorKind::Setup => return Err(ToolError::from(error)),
                _ => return Ok(()),
            },
        }
        let until = Instant::now() + self.validations.ttl;
        *known.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
        Ok(())
    }
}

/// What tells one credential on one instance from all others.
fn key(config: &InstanceConfig, credential: &Credential, caller: &Caller) -> Option<Identity> {
    let (kind, user, secret) = match credential {
        Credential::Basic { username, secret } => ("basic", username.as_str(), secret.expose()),
        Credential::Pat(token) => ("pat", "", token.expose()),
        Credential::OAuth(OAuthCredential::Given { token }) => ("oauth", "", token.expose()),
        Credential::OAuth(_) | Credential::External | Credential::None => return None,
    };
    let id = config.id.to_string();
    let cloud_id = config.cloud_id.as_deref().unwrap_or_default();
    let mut parts = vec!["validation", &id, config.site.as_str(), cloud_id, kind, user, secret];
    let passed = caller.headers.iter();
    let passed = passed.filter(|(name, _)| config.network.passthrough_headers.contains(name));
    parts.extend(passed.flat_map(|(name, value)| [name.as_str(), value.as_str()]));
    Some(Identity::of(&parts))
}

/// The request that only whoever a credential belongs to can make (Jira platform REST,
/// "get current user"; Confluence REST v1, "get current user").
fn whose(config: &InstanceConfig) -> ApiRequest {
    let path = match (config.service(), config.deployment.is_cloud()) {
        (Service::Jira, true) => "/rest/api/3/myself",
        (Service::Jira, false) => "/rest/api/2/myself",
        (Service::Confluence, _) => "/rest/api/user/current",
    };
    ApiRequest::get(ApiPath::api(path), "find out whose credentials these are")
}
