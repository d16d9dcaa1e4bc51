//! Callers that log in with OAuth: a proxy in front of Atlassian's own OAuth server (server spec
//! section 7.3), and what every protected resource tells its clients (RFC 9728).
//!
//! Atlassian knows one app, registered by the operator; MCP clients register themselves. The proxy
//! stands between: a client gets a code and tokens of ours, and Atlassian's tokens never leave this
//! server.
//!
//! * `settings`: the operator's variables, checked.
//! * `redirects`: which redirect addresses a client may have.
//! * `metadata`: the two well-known documents and the challenge of a 401.
//! * `register`: dynamic client registration (RFC 7591).
//! * `authorize`: from the client's request over the consent page to Atlassian and back.
//! * `page`: the consent page.
//! * `token`: codes and refresh tokens against tokens of ours (OAuth 2.1, RFC 7636).
//! * `upstream`: codes and refresh tokens against tokens of Atlassian's.
//! * `admission`: a request's token against the caller behind it.
//! * `state`, `disk`, `records`: what is remembered: bounded, ending, sealed (see `crate::store`).
//!
//! The confused deputy: every client goes to Atlassian under the same app, and Atlassian does not
//! ask again where a person has said yes before. So a person is asked here, for this client and its
//! redirect address by name; the yes, the way back from Atlassian and the code all belong to the
//! browser that began (a cookie of ours), and to one request each.

mod admission;
mod authorize;
mod disk;
mod metadata;
mod page;
mod records;
mod redirects;
mod refusal;
mod register;
mod settings;
mod state;
mod token;
mod upstream;

pub(crate) use admission::Presented;
pub(crate) use settings::ProxySettings;

use crate::ServeError;
use crate::store::Store;
use atlassian_instances::Registry;
use atlassian_settings::HttpSettings;
use axum::Router;
use axum::routing::{get, post};
use state::State;
use std::sync::Arc;
use upstream::Upstream;

/// The OAuth proxy of a listener.
#[derive(Debug)]
pub(crate) struct Proxy {
    settings: ProxySettings,
    state: State,
    upstream: Upstream,
}

impl Proxy {
    /// The proxy of these settings; `None` when it is off, or when it lacks what it needs, which is
    /// warned about.
    ///
    /// # Errors
    /// [`ServeError::OAuth`] for settings under which it would not be safe or could not work.
    pub(crate) fn of(
        registry: &Registry,
        http: &HttpSettings,
        shared: Option<&Arc<dyn Store>>,
    ) -> Result<Option<Arc<Self>>, ServeError> {
        let Some((settings, upstream)) = ProxySettings::read(registry, http)? else {
            return Ok(None);
        };
        let state = State::open(&settings, &upstream, shared)?;
        Ok(Some(Arc::new(Self { settings, state, upstream })))
    }

    /// What was set.
    pub(crate) fn settings(&self) -> &ProxySettings {
        &self.settings
    }

    /// The routes, which need no credentials: at the root, and below the path of the public address
    /// for proxies that hand it on.
    pub(crate) fn routes(self: &Arc<Self>) -> Router {
        let base = self.settings.base_path();
        let resource = &self.settings.mcp_path;
        let mut routes = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata::server))
            .route(
                &format!("/.well-known/oauth-protected-resource{base}{resource}"),
                get(metadata::resource),
            );
        let mut roots = vec![String::new()];
        if !base.is_empty() {
            routes = routes
                .route(
                    &format!("/.well-known/oauth-authorization-server{base}"),
                    get(metadata::server),
                )
                .route(
                    &format!("/.well-known/oauth-protected-resource{resource}"),
                    get(metadata::resource),
                );
            roots.push(base.to_owned());
        }
        for root in &roots {
            routes = routes
                .route(&format!("{root}/register"), post(register::register))
                .route(&format!("{root}/authorize"), get(authorize::authorize))
                .route(&format!("{root}/consent"), get(authorize::ask).post(authorize::answered))
                .route(&format!("{root}/token"), post(token::token));
        }
        for callback in self.settings.callback_paths() {
            routes = routes.route(&callback, get(authorize::callback));
        }
        routes.with_state(Arc::clone(self))
    }
}
