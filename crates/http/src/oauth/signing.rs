//! What a call's credential is at this moment, and where the call then goes.

use super::{AccessibleSite, Context, Holder, OAuthError, TokenServer, Tokens, is_id};
use crate::client::{Call, Client};
use crate::{ApiError, ApiErrorKind, Base};
use atlassian_settings::{Credential, InstanceId, OAuthCredential, Secret};
use http::StatusCode;
use std::borrow::Cow;
use std::sync::Arc;

/// A credential that can be sent: an app's is the access token of the moment.
#[derive(Debug)]
pub(crate) struct Signed<'a> {
    pub(crate) credential: Cow<'a, Credential>,
    renewable: Option<(Arc<Holder>, Secret)>,
}

impl<'a> Signed<'a> {
    const fn as_given(credential: &'a Credential) -> Self {
        Self { credential: Cow::Borrowed(credential), renewable: None }
    }

    fn by(holder: Arc<Holder>, tokens: &Tokens) -> Result<Self, OAuthError> {
        let token = tokens.access.clone().ok_or(OAuthError::NotRenewable)?;
        let given = OAuthCredential::Given { token: token.clone() };
        let credential = Cow::Owned(Credential::OAuth(given));
        Ok(Self { credential, renewable: Some((holder, token)) })
    }

    /// The same with another token, after the instance refused this one; `None` when another one
    /// cannot help.
    ///
    /// # Errors
    /// [`OAuthError`] when another one cannot be had.
    pub(crate) async fn renewed(&self) -> Result<Option<Signed<'static>>, OAuthError> {
        let Some((holder, token)) = &self.renewable else { return Ok(None) };
        match holder.instead_of(token).await? {
            Some(tokens) => Signed::by(Arc::clone(holder), &tokens).map(Some),
            None => Ok(None),
        }
    }
}

impl Client {
    /// Makes the credential of a call ready to be sent. Only OAuth has anything to do here: the
    /// access token of an app, and the id of a Cloud site that is not configured.
    ///
    /// # Errors
    /// [`OAuthError`] when there is no token or no site.
    pub(crate) async fn signed<'a>(&self, call: &Call<'a>) -> Result<Signed<'a>, OAuthError> {
        let Credential::OAuth(oauth) = call.credential else {
            return Ok(Signed::as_given(call.credential));
        };
        match oauth {
            _ if call.request.path.base() == Base::Media => Ok(Signed::as_given(call.credential)),
            OAuthCredential::Minimal => Ok(Signed::as_given(call.credential)),
            OAuthCredential::Given { token } => {
                self.locate(token, None, None).await?;
                Ok(Signed::as_given(call.credential))
            }
            OAuthCredential::App(app) => {
                let holder = self.grants().holder(app, self)?;
                let tokens = holder.granted().await?;
                let signed = Signed::by(Arc::clone(&holder), &tokens)?;
                match self.located_by(&signed, &tokens).await {
                    Err(OAuthError::Refused { status: StatusCode::UNAUTHORIZED, .. }) => {
                        let again = signed.renewed().await?.ok_or(OAuthError::NotRenewable)?;
                        self.located_by(&again, &tokens).await?;
                        Ok(again)
                    }
                    located => located.map(|()| signed),
                }
            }
        }
    }

    async fn located_by(&self, signed: &Signed<'_>, tokens: &Tokens) -> Result<(), OAuthError> {
        match &signed.renewable {
            Some((holder, token)) => {
                self.locate(token, Some(holder), tokens.cloud_id.as_deref()).await
            }
            None => Ok(()),
        }
    }

    /// Finds the id of a Cloud site that is not configured, once: in what is stored with the
    /// token, else among the sites that the token opens.
    async fn locate(
        &self,
        token: &Secret,
        holder: Option<&Arc<Holder>>,
        stored: Option<&str>,
    ) -> Result<(), OAuthError> {
        let config = self.config();
        let known = !config.deployment.is_cloud()
            || config.site.is_from_request()
            || self.origins().gateway.is_some();
        if known {
            return Ok(());
        }
        let find = || async {
            if let Some(id) = stored.filter(|id| is_id(id)) {
                return Ok(self.origins().clone().with_cloud_id(id));
            }
            let own = TokenServer::of(self);
            let server = holder.map_or(&own, |holder| holder.server());
            let sites = server.sites(token).await?;
            let site = AccessibleSite::find(&sites, &Context::of(config))?;
            tracing::info!(instance = self.instance(), cloud_id = site.id, "found the Cloud site");
            if let Some(holder) = holder {
                holder.is_for(&site.id).await;
            }
            Ok(self.origins().clone().with_cloud_id(&site.id))
        };
        self.located().get_or_try_init(find).await.map(drop)
    }

    /// The error of a call that has no token.
    pub(crate) fn unsigned(&self, call: &Call<'_>, error: &OAuthError) -> ApiError {
        let (kind, phase) = error.as_api_error();
        let failure = ApiError { phase, ..self.failure(call, kind) };
        let host = self.origins().endpoints.token.origin().ascii_serialization();
        let app = matches!(call.credential, Credential::OAuth(OAuthCredential::App(_)));
        match error {
            OAuthError::Unreachable { address, reason } => ApiError {
                address: Some(address.as_str().into()),
                ..failure.because(format!("{reason}, needed for an OAuth token"))
            },
            OAuthError::Silent { .. } => ApiError { address: Some(host.into()), ..failure }
                .because(format!("{error}, needed for an OAuth token")),
            _ if error.wants_login() && app => failure
                .because(format!("{error}; log in with `{}`", login_command(&self.config().id))),
            _ if kind == ApiErrorKind::Unauthorized && !app => failure.because(format!(
                "{error}; check the OAuth access token and the address of this instance"
            )),
            _ if kind == ApiErrorKind::Unauthorized => failure.because(format!(
                "{error}; check the client id, client secret, redirect address and scopes of the \
                 OAuth app"
            )),
            _ => failure.because(error.to_string()),
        }
    }
}

/// The command that logs in to an instance.
#[must_use]
pub fn login_command(id: &InstanceId) -> String {
    format!("atlassian-mcp auth login --instance {}", id.tool_prefix().trim_end_matches('_'))
}
