//! API tokens with scopes, which Cloud takes at its gateway only (confluence spec section 11.1).
//!
//! They look like any other API token, and the site answers them with a plain 401. So a 401 of the
//! site is not the last word on a user name with a token: the site says without credentials which
//! id it has (`/_edge/tenant_info`), and the same request is made once more at the gateway. What
//! opens the gateway is asked there from then on. Both addresses are the instance's own.

use crate::client::{Call, Client};
use crate::exchange::Exchange;
use crate::oauth::is_id;
use crate::wire::Outgoing;
use crate::{ApiError, ApiErrorKind, Base, Origins};
use atlassian_settings::{Credential, Identity};
use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Credentials of one instance that are remembered to be scoped tokens; the oldest goes first.
const MAX_REMEMBERED: usize = 256;
/// Most bytes of the answer that holds the id of a site.
const MAX_ANSWER: usize = 64 * 1024;

/// Which credentials of an instance belong to the gateway, and where that is.
#[derive(Debug, Default)]
pub(crate) struct Scoped {
    origins: OnceCell<Origins>,
    known: Mutex<VecDeque<Identity>>,
}

impl Scoped {
    fn knows(&self, credential: &Credential) -> bool {
        let Some(mark) = mark(credential) else { return false };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).contains(&mark)
    }

    fn remember(&self, credential: &Credential) {
        let Some(mark) = mark(credential) else { return };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains(&mark) {
            known.truncate(MAX_REMEMBERED - 1);
            known.push_front(mark);
        }
    }
}

/// A fingerprint of what may be a scoped token; nothing else is ever one.
fn mark(credential: &Credential) -> Option<Identity> {
    match credential {
        Credential::Basic { username, secret } => {
            Some(Identity::of(&["scoped", username, secret.expose()]))
        }
        _ => None,
    }
}

impl Client {
    /// The addresses of the instance as they are for this credential.
    pub(crate) fn origins_for(&self, credential: &Credential) -> &Origins {
        match self.scoped().origins.get() {
            Some(origins) if self.scoped().knows(credential) => origins,
            _ => self.origins(),
        }
    }

    /// Where else a request may be made that the site answered with 401: the gateway, for what may
    /// be a scoped token. `None` where it could not help.
    pub(crate) async fn gateway_instead(&self, call: &Call<'_>) -> Option<&Origins> {
        let may_be_scoped = self.config().deployment.is_cloud()
            && mark(call.credential).is_some()
            && call.request.path.base() == Base::Api
            && !self.origins().is_at_gateway()
            && !self.scoped().knows(call.credential);
        if !may_be_scoped {
            return None;
        }
        let find = || async {
            let known = self.origins().clone();
            match &known.gateway {
                Some(_) => Ok(known.for_scoped()),
                None => self.tenant(call).await.map(|id| known.with_cloud_id(&id).for_scoped()),
            }
        };
        let found: Result<&Origins, ApiError> = self.scoped().origins.get_or_try_init(find).await;
        found.ok().filter(|origins| origins.gateway.is_some())
    }

    /// What the gateway's answer says about the credential: whether it counts instead of the
    /// site's. A missing scope is refused with 401 as well, but only to a token that has others.
    pub(crate) fn is_of_gateway<T>(&self, call: &Call<'_>, ended: &Result<T, ApiError>) -> bool {
        let counts = match ended {
            Ok(_) => true,
            Err(error) if error.is_status(401) => {
                error.messages.iter().any(|message| message.text.contains("scope"))
            }
            Err(error) => error.status.is_some(),
        };
        if counts {
            tracing::info!(
                instance = self.instance(),
                "the API token is one with scopes; it is used at the gateway"
            );
            self.scoped().remember(call.credential);
        }
        counts
    }

    /// The id of the site, from the site itself, asked without any credential.
    async fn tenant(&self, call: &Call<'_>) -> Result<String, ApiError> {
        let failed = || self.failure(call, ApiErrorKind::UnexpectedBody);
        let mut url = self.origins().site.clone();
        url.set_path("/_edge/tenant_info");
        let template = self.failure(call, ApiErrorKind::Setup);
        let exchange = Exchange {
            http: self.http().await.map_err(|error| template.clone().because(error.0))?,
            origins: self.origins(),
            fence: &self.additions().fence,
            outgoing: &Outgoing::anonymous(url),
            secrets: &[],
            template: &template,
            timeout: self.config().network.timeout,
            max: MAX_ANSWER,
            sent: &AtomicBool::new(false),
        };
        let answer = exchange.run().await.map_err(|failure| failure.error)?;
        let answer: serde_json::Value =
            serde_json::from_slice(&answer.body).map_err(|_| failed())?;
        let id = answer.get("cloudId").and_then(serde_json::Value::as_str);
        id.filter(|id| is_id(id)).map(str::to_owned).ok_or_else(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_REMEMBERED, Scoped};
    use atlassian_settings::Credential;

    #[test]
    fn what_is_remembered_is_bounded_and_only_of_one_kind() {
        let scoped = Scoped::default();
        let basic = |user: usize| Credential::Basic {
            username: format!("user{user}"),
            secret: "token".into(),
        };
        for user in 0..=MAX_REMEMBERED {
            scoped.remember(&basic(user));
            scoped.remember(&basic(user));
        }
        assert!(scoped.knows(&basic(MAX_REMEMBERED)) && scoped.knows(&basic(1)));
        assert!(!scoped.knows(&basic(0)), "the oldest is gone");
        scoped.remember(&Credential::Pat("token".into()));
        assert!(!scoped.knows(&Credential::Pat("token".into())));
        assert!(scoped.knows(&basic(2)), "and took no place");
    }
}
