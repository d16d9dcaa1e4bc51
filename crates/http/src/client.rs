//! The connection pool, limiter, breaker and retry loop of one instance.

use crate::auth;
use crate::exchange::{Answer, Exchange};
use crate::fence::{Resolve, Trust};
use crate::gate::Gate;
use crate::oauth::{Grants, OAuthError, Signed};
use crate::proxy::ProxyRules;
use crate::retry::{self, Failure};
use crate::scoped::Scoped;
use crate::transport::{self, Additions};
use crate::wire::{self, Outgoing};
use crate::{ApiError, ApiErrorKind, ApiRequest, CallControl, Origins, Phase, Response};
use atlassian_settings::{Credential, InstanceConfig, Secret};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::Instant;

/// The client of one instance. Cheap to clone; all clones share pool, limiter and breaker.
///
/// Building it touches neither network nor disk: certificates and trust store are loaded at the
/// first request.
#[derive(Clone, Debug)]
pub struct Client {
    config: Arc<InstanceConfig>,
    origins: Arc<Origins>,
    additions: Arc<Additions>,
    process: Option<Arc<Semaphore>>,
    grants: Arc<Grants>,
    live: Arc<Live>,
    instance: Arc<str>,
}

/// What outlives a reload of the configuration.
#[derive(Debug)]
struct Live {
    http: OnceCell<reqwest::Client>,
    gate: Gate,
    /// The addresses with those that need the site's id, once the id was found.
    located: OnceCell<Origins>,
    scoped: Scoped,
}

/// A client that cannot be built from its configuration.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BuildError(pub String);

impl Client {
    /// A client for this instance with these fixed addresses.
    #[must_use]
    pub fn new(config: Arc<InstanceConfig>, origins: Origins) -> Self {
        let live = Arc::new(Live {
            http: OnceCell::new(),
            gate: Gate::new(&config.limits),
            located: OnceCell::new(),
            scoped: Scoped::default(),
        });
        let instance = name_of(&config).into();
        let fence = Arc::new(origins.fence(&config.network.proxies, Trust::Own));
        Self {
            config,
            origins: Arc::new(origins),
            additions: Arc::new(Additions { fence, ..Additions::default() }),
            process: None,
            grants: Arc::default(),
            live,
            instance,
        }
    }

    /// The same client under a bound that several instances share: its permits are the requests
    /// in flight of the whole process (`ATLASSIAN_MAX_CONCURRENT_REQUESTS`).
    #[must_use]
    pub fn with_process_limit(mut self, limit: Arc<Semaphore>) -> Self {
        self.process = Some(limit);
        self
    }

    /// The same client with OAuth grants that several instances share: those of one app and site
    /// must take turns, or the refresh token of one outdates that of another (server spec section
    /// 11.7).
    #[must_use]
    pub fn with_grants(mut self, grants: Arc<Grants>) -> Self {
        self.grants = grants;
        self
    }

    /// The same client, connecting to `host` only at these addresses instead of looking it up:
    /// for addresses that were checked before (server spec section 4.6) and for tests. The port
    /// of the URL counts. Takes effect when set before the first request.
    #[must_use]
    pub fn with_pinned(mut self, host: &str, addresses: &[SocketAddr]) -> Self {
        let mut additions = (*self.additions).clone();
        additions.pinned.push((host.to_owned(), addresses.to_vec()));
        self.additions = Arc::new(additions);
        self
    }

    /// The same client, trusting the instance's own host only this far because a request named it
    /// (server spec section 4.6), and looking names up with this resolver. Takes effect when set
    /// before the first request.
    #[must_use]
    pub fn trusting(mut self, trust: Trust, resolver: Arc<dyn Resolve>) -> Self {
        let fence = self.origins.fence(&self.config.network.proxies, trust).resolving(resolver);
        let mut additions = (*self.additions).clone();
        additions.fence = Arc::new(fence);
        self.additions = Arc::new(additions);
        self
    }

    /// A client for a changed configuration that keeps this one's pool, limiter and breaker. Only
    /// for changes that leave address, network and limits as they are (a reload of filters).
    #[must_use]
    pub fn with_config(&self, config: Arc<InstanceConfig>) -> Self {
        let instance = name_of(&config).into();
        Self { config, instance, ..self.clone() }
    }

    /// The instance this client belongs to.
    #[must_use]
    pub fn config(&self) -> &Arc<InstanceConfig> {
        &self.config
    }

    /// The fixed addresses of the instance. The gateway of a Cloud site whose id is not configured
    /// is among them once the first call has found it.
    #[must_use]
    pub fn origins(&self) -> &Origins {
        self.live.located.get().unwrap_or(&self.origins)
    }

    /// Where the site's addresses go once its id was found.
    pub(crate) fn located(&self) -> &OnceCell<Origins> {
        &self.live.located
    }

    pub(crate) fn scoped(&self) -> &Scoped {
        &self.live.scoped
    }

    pub(crate) fn grants(&self) -> &Grants {
        &self.grants
    }

    pub(crate) fn additions(&self) -> Arc<Additions> {
        Arc::clone(&self.additions)
    }

    /// The instance as shown to people: `Jira` for an unlabelled primary, else with its name.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Sends a request with a credential, within a call's deadline and cancellation.
    ///
    /// # Errors
    /// [`ApiError`] for everything but a success status.
    pub async fn send(
        &self,
        request: &ApiRequest,
        credential: &Credential,
        control: &CallControl,
    ) -> Result<Response, ApiError> {
        let call = Call { request, credential, passthrough: &[], control };
        self.answer(&call).await
    }

    pub(crate) async fn answer(&self, call: &Call<'_>) -> Result<Response, ApiError> {
        let answer = self.perform(call, "application/json", call.request.max_answer).await?;
        Ok(Response {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            action: call.request.action.clone(),
            instance: self.instance.to_string(),
            write: !call.request.reads,
        })
    }

    /// Runs a call to its end, its deadline or its cancellation, whichever is first. Dropping the
    /// inner future closes its connection and leaves every queue.
    pub(crate) async fn perform(
        &self,
        call: &Call<'_>,
        accept: &'static str,
        max: usize,
    ) -> Result<Answer, ApiError> {
        let sent = AtomicBool::new(false);
        let control = call.control;
        if control.deadline <= Instant::now() {
            return Err(self.failure(call, ApiErrorKind::Deadline));
        }
        let ended = tokio::select! {
            biased;
            () = control.cancel.cancelled() => ApiErrorKind::Cancelled,
            () = tokio::time::sleep_until(control.deadline) => ApiErrorKind::Deadline,
            result = self.attempts(call, accept, max, &sent) => return result,
        };
        let phase = if sent.load(Ordering::Relaxed) { Phase::Sent } else { Phase::NotSent };
        Err(ApiError { phase, ..self.failure(call, ended) })
    }

    async fn attempts(
        &self,
        call: &Call<'_>,
        accept: &'static str,
        max: usize,
        sent: &AtomicBool,
    ) -> Result<Answer, ApiError> {
        let unsigned = |error: OAuthError| self.unsigned(call, &error);
        let signed = self.signed(call).await.map_err(unsigned)?;
        let origins = self.origins_for(call.credential);
        let refused = match self.attempts_as(&signed, origins, call, accept, max, sent).await {
            Err(error) if error.is_status(401) => error,
            result => return result,
        };
        // An access token can end before its time; the instance has done nothing then.
        if let Some(signed) = signed.renewed().await.map_err(unsigned)? {
            return self.attempts_as(&signed, self.origins(), call, accept, max, sent).await;
        }
        if let Some(gateway) = self.gateway_instead(call).await {
            let ended = self.attempts_as(&signed, gateway, call, accept, max, sent).await;
            if self.is_of_gateway(call, &ended) {
                return ended;
            }
        }
        Err(refused)
    }

    async fn attempts_as(
        &self,
        signed: &Signed<'_>,
        origins: &Origins,
        call: &Call<'_>,
        accept: &'static str,
        max: usize,
        sent: &AtomicBool,
    ) -> Result<Answer, ApiError> {
        let setup = |reason: String| self.failure(call, ApiErrorKind::Setup).because(reason);
        let outgoing = Outgoing::of(
            call.request,
            &signed.credential,
            call.passthrough,
            &self.config,
            origins,
            accept,
        )
        .map_err(setup)?;
        let http = self.http().await.map_err(|error| setup(error.0))?;
        let template = self.failure(call, ApiErrorKind::Setup);
        let mut secrets = wire::secrets(&signed.credential, call.passthrough, &self.config);
        // Of an app, what is signed with is the token alone; its secret is none the less one.
        secrets.extend(auth::secrets_of(call.credential));
        secrets.extend(proxy_secrets(&self.config));
        let exchange = Exchange {
            http,
            origins,
            fence: &self.additions.fence,
            outgoing: &outgoing,
            secrets: &secrets,
            template: &template,
            timeout: self.config.network.timeout,
            max,
            sent,
        };
        let policy = &self.config.limits.retry;
        retry::run(policy, call.request.reads, call.control.deadline, |number| {
            self.attempt(&exchange, number)
        })
        .await
    }

    async fn attempt(&self, exchange: &Exchange<'_>, number: u32) -> Result<Answer, Failure> {
        let pass = self.live.gate.enter(self.process.as_deref()).await.map_err(|pause| {
            let kind = ApiErrorKind::BreakerOpen;
            ApiError { kind, retry_after: Some(pause), ..exchange.template.clone() }
        })?;
        let start = Instant::now();
        let result = exchange.run().await;
        let status = match &result {
            Ok(answer) => Some(answer.status),
            Err(failure) => failure.error.status,
        };
        match status {
            Some(status) => pass.admission.answered(matches!(status.as_u16(), 429 | 503)),
            None => pass.admission.unanswered(),
        }
        tracing::debug!(
            instance = %self.instance,
            method = %exchange.outgoing.method,
            path = exchange.outgoing.url.path(),
            status = status.map(|status| status.as_u16()),
            failure = result.as_ref().err().map(|failure| tracing::field::debug(failure.error.kind)),
            ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            attempt = number,
            "request"
        );
        result
    }

    pub(crate) async fn http(&self) -> Result<&reqwest::Client, BuildError> {
        self.live
            .http
            .get_or_try_init(|| async {
                let config = Arc::clone(&self.config);
                let proxies = &config.network.proxies;
                let proxies =
                    ProxyRules::found(proxies, self.origins.all()).await.map_err(BuildError)?;
                let additions = self.additions.with_proxies(&proxies);
                let uses_https = self.origins.uses_https();
                let built = tokio::task::spawn_blocking(move || {
                    transport::build(&config, &proxies, &additions, uses_https)
                });
                built.await.map_err(|_| BuildError("TLS cannot be set up".to_owned()))?
            })
            .await
    }

    pub(crate) fn failure(&self, call: &Call<'_>, kind: ApiErrorKind) -> ApiError {
        ApiError {
            write: !call.request.reads,
            ..ApiError::new(kind, call.request.action.clone(), self.instance.to_string())
        }
    }
}

/// One call of a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) request: &'a ApiRequest,
    pub(crate) credential: &'a Credential,
    pub(crate) passthrough: &'a [(String, String)],
    pub(crate) control: &'a CallControl,
}

fn proxy_secrets(config: &InstanceConfig) -> Vec<Secret> {
    ProxyRules::of(&config.network.proxies).map(|rules| rules.secrets()).unwrap_or_default()
}

fn name_of(config: &InstanceConfig) -> String {
    let title = config.service().title();
    if config.id.name.is_primary() && config.label.is_none() {
        title.to_owned()
    } else {
        format!("{title} {}", config.display_name())
    }
}
