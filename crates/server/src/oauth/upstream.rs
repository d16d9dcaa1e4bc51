//! Codes and refresh tokens against tokens of Atlassian's (server spec section 7.1).
//!
//! The exchange itself is that of the `http` crate: through the fence, with the proxy, CA bundle and
//! client certificate of the instance, bounded, masked.

use super::records;
use atlassian_http::oauth::{Endpoints, Login, OAuthError, TokenServer, Tokens};
use atlassian_settings::{OAuthApp, Secret};
use std::time::SystemTime;

/// Atlassian's OAuth server as the operator's app sees it.
#[derive(Debug)]
pub(super) struct Upstream {
    server: TokenServer,
    app: OAuthApp,
}

impl Upstream {
    pub(super) const fn new(server: TokenServer, app: OAuthApp) -> Self {
        Self { server, app }
    }

    /// The app registered with Atlassian.
    pub(super) const fn app(&self) -> &OAuthApp {
        &self.app
    }

    /// Where it asks and exchanges.
    pub(super) const fn endpoints(&self) -> &Endpoints {
        self.server.endpoints()
    }

    /// A login of a person, under a state and verifier of our own.
    pub(super) fn begin(&self) -> Result<Login, OAuthError> {
        Login::begin(&self.app, self.server.endpoints())
    }

    /// A code for tokens.
    pub(super) async fn exchange(
        &self,
        code: &Secret,
        verifier: &Secret,
    ) -> Result<records::Upstream, OAuthError> {
        record(self.server.redeem(&self.app, verifier, code).await?)
    }

    /// A refresh token for new tokens; where no new refresh token comes, the old one stays.
    pub(super) async fn refresh(&self, refresh: &Secret) -> Result<records::Upstream, OAuthError> {
        let mut tokens = record(self.server.refresh(&self.app, refresh).await?)?;
        tokens.refresh.get_or_insert_with(|| refresh.clone());
        Ok(tokens)
    }
}

fn record(tokens: Tokens) -> Result<records::Upstream, OAuthError> {
    let lifetime = tokens.remaining(SystemTime::now()).as_secs();
    let access = tokens.access.ok_or(OAuthError::NotRenewable)?;
    Ok(records::Upstream { access, refresh: tokens.refresh, lifetime })
}
