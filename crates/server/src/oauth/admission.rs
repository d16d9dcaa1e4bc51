//! A request's token against the caller behind it.

use super::records::{Bound, Grant};
use super::{Proxy, metadata, token};
use crate::identity::Identified;
use crate::store::{Kind, seal};
use atlassian_http::oauth::Endpoints;
use atlassian_settings::{
    Credential, Deployment, Identity, InstanceConfig, OAuthCredential, Secret,
};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use std::sync::Arc;

/// What the proxy makes of a request.
#[derive(Debug)]
pub(crate) enum Presented {
    /// A token of ours: the request goes on with Atlassian's in its place.
    Ours(Admission),
    /// Nothing of ours, and the operator allows other ways to authenticate.
    Other,
}

/// A login of a person.
#[derive(Debug)]
pub(crate) struct Admission {
    /// What a session is bound to: it stays while tokens are renewed.
    session: Identity,
    /// Atlassian's token of the login.
    token: Secret,
}

/// Headers that would send a credential to another place than it was given for.
const ELSEWHERE: [&str; 2] = ["x-atlassian-jira-url", "x-atlassian-confluence-url"];

impl Proxy {
    /// Looks at the credentials of a request, and puts Atlassian's token in the place of ours.
    ///
    /// # Errors
    /// The 401 to answer with.
    pub(crate) async fn admit(&self, headers: &mut HeaderMap) -> Result<Presented, Response> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let value = values.next_back().and_then(|value| value.to_str().ok()).map(str::trim);
        let bearer = value
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(str::trim)
            .filter(|token| token.starts_with(token::ACCESS))
            .map(str::to_owned);
        let Some(bearer) = bearer else {
            if !self.settings.exclusive {
                return Ok(Presented::Other);
            }
            let invalid = value.is_some_and(|value| !value.is_empty());
            return Err(self
                .refusal(invalid, "Log in with OAuth: this server takes tokens of its own only."));
        };
        if values.next().is_some() {
            return Err(self.refusal(true, "Authorization is given twice."));
        }
        if ELSEWHERE.iter().any(|name| headers.contains_key(*name)) {
            let text = "A login through this server is for its configured instances; leave out the URL headers.";
            return Err(self.refusal(true, text));
        }
        let found = self.behind(&bearer).await.map_err(|error| {
            tracing::error!(target: "atlassian_mcp::oauth", "the state of the OAuth proxy cannot be used: {error}");
            let text = "The server cannot look up its logins; try again later.";
            crate::http::refusal(StatusCode::SERVICE_UNAVAILABLE, text)
        })?;
        let Some((bound, grant)) = found else {
            return Err(self
                .refusal(true, "The token is not known or has ended; renew it or log in again."));
        };
        let Ok(mut upstream) =
            HeaderValue::from_str(&format!("Bearer {}", grant.upstream.access.expose()))
        else {
            return Err(
                self.refusal(true, "The login behind the token cannot be used; log in again.")
            );
        };
        upstream.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, upstream);
        let session = Identity::of(&["grant", &bound.grant]);
        Ok(Presented::Ours(Admission { session, token: grant.upstream.access }))
    }

    async fn behind(
        &self,
        bearer: &str,
    ) -> Result<Option<(Bound, Grant)>, super::state::StateError> {
        let Some(bound) = self.state.get::<Bound>(Kind::Access, bearer).await? else {
            return Ok(None);
        };
        let grant = self.state.get::<Grant>(Kind::Grant, &bound.grant).await?;
        // A store may be shared with servers under other addresses: their tokens are not for us.
        let resource = self.settings.resource();
        Ok(grant
            .filter(|grant| {
                bound.resource == resource
                    && grant.resource == resource
                    && grant.client == bound.client
            })
            .map(|grant| (bound, grant)))
    }

    /// A 401 that tells clients where to log in (RFC 9728 section 5.1).
    pub(crate) fn refusal(&self, invalid: bool, text: &str) -> Response {
        let mut response = crate::http::refusal(StatusCode::UNAUTHORIZED, text);
        self.challenge(&mut response, invalid);
        response
    }

    /// Adds the challenge to a 401 of another check.
    pub(crate) fn challenge(&self, response: &mut Response, invalid: bool) {
        const CHALLENGE: HeaderName = header::WWW_AUTHENTICATE;
        if let Some(value) = metadata::challenge(&self.settings, invalid) {
            response.headers_mut().insert(CHALLENGE, value);
        }
    }

    /// Whether Atlassian's token of a login is for this instance: on Data Center each product is its
    /// own OAuth server, and its token is nobody else's business.
    fn is_for(&self, config: &InstanceConfig) -> bool {
        let endpoints = self.upstream.endpoints();
        match config.deployment {
            Deployment::Cloud => endpoints.is_cloud(),
            Deployment::DataCenter => {
                !endpoints.is_cloud() && Endpoints::data_center(&config.site) == *endpoints
            }
        }
    }
}

impl Admission {
    /// The caller with the login's bounds: its session is the login's, Cloud sites get the token as
    /// one of OAuth, and instances that it is not for do not get it.
    pub(crate) fn bind<'a>(
        &self,
        proxy: &Proxy,
        mut identified: Identified,
        instances: impl Iterator<Item = &'a Arc<InstanceConfig>>,
    ) -> Identified {
        identified.session = self.session;
        let caller = Arc::make_mut(&mut identified.caller);
        for config in instances {
            // Credentials that a header gave an instance by name are not the login's.
            let is_ours =
                caller.credentials.get(&config.id).is_some_and(|credential| self.is_in(credential));
            if !is_ours {
                continue;
            }
            // A request may choose among the Cloud sites of its login.
            let site = caller.visits.get(&config.id).map_or(config, |visit| visit.config());
            if proxy.is_for(site) {
                let given = OAuthCredential::Given { token: self.token.clone() };
                caller.credentials.insert(config.id.clone(), Arc::new(Credential::OAuth(given)));
            } else {
                caller.credentials.remove(&config.id);
            }
        }
        identified
    }

    fn is_in(&self, credential: &Credential) -> bool {
        let (Credential::Pat(token) | Credential::OAuth(OAuthCredential::Given { token })) =
            credential
        else {
            return false;
        };
        seal::same(token.expose(), self.token.expose())
    }
}
