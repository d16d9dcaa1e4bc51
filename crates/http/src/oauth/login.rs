//! A login under way: from the consent address to the code (RFC 6749 section 4.1, RFC 7636).

use super::{Endpoints, OAuthError};
use crate::words;
use atlassian_settings::{OAuthApp, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use url::Url;

/// The scope without which Cloud gives no refresh token.
const OFFLINE: &str = "offline_access";
/// Random bytes in state and verifier: 43 characters each, the least RFC 7636 allows.
const RANDOM: usize = 32;
/// Most characters of Atlassian's words that are repeated.
const MAX_WORDS: usize = 300;

/// A login that waits for a person's consent. Good for one code.
#[derive(Debug)]
pub struct Login {
    url: Url,
    redirect: Url,
    state: Secret,
    verifier: Secret,
}

/// What came back to the redirect address is not a code for this login.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// Not the state that was sent: not an answer to this login.
    #[error("the answer does not belong to this login (its `state` is another)")]
    WrongState,
    /// Consent was refused, or the server could not give it.
    #[error("the login was refused: {0}")]
    Refused(String),
    /// Neither a code nor an error.
    #[error("the answer holds no code")]
    NoCode,
}

impl Login {
    /// Starts a login.
    ///
    /// # Errors
    /// [`OAuthError::Setup`] when the redirect address is not a URL, or there is no randomness.
    pub fn begin(app: &OAuthApp, endpoints: &Endpoints) -> Result<Self, OAuthError> {
        let redirect = Url::parse(app.redirect_uri.trim())
            .ok()
            .filter(|url| url.host().is_some() && url.fragment().is_none())
            .ok_or_else(|| {
                let reason = "the redirect address of the OAuth app is not a URL such as \
                              `http://localhost:8080/callback`";
                OAuthError::Setup(reason.to_owned())
            })?;
        let state = random()?;
        let verifier = random()?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes()));
        let mut url = endpoints.authorize.clone();
        {
            let mut query = url.query_pairs_mut();
            if endpoints.is_cloud() {
                query.append_pair("audience", "api.atlassian.com");
            }
            query
                .append_pair("client_id", &app.client_id)
                .append_pair("scope", &scopes(&app.scope, endpoints.is_cloud()))
                .append_pair("redirect_uri", app.redirect_uri.trim())
                .append_pair("state", state.expose())
                .append_pair("response_type", "code");
            if endpoints.is_cloud() {
                query.append_pair("prompt", "consent");
            }
            query
                .append_pair("code_challenge", &challenge)
                .append_pair("code_challenge_method", "S256");
        }
        Ok(Self { url, redirect, state, verifier })
    }

    /// The address at which the person allows the app.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The redirect address, at which the answer arrives.
    #[must_use]
    pub const fn redirect(&self) -> &Url {
        &self.redirect
    }

    /// What an answer to this login brings back.
    #[must_use]
    pub const fn state(&self) -> &Secret {
        &self.state
    }

    /// Proves to the token server that who exchanges the code is who asked for it.
    #[must_use]
    pub const fn verifier(&self) -> &Secret {
        &self.verifier
    }

    /// The code of an answer, from the query of the redirect address.
    ///
    /// # Errors
    /// [`CallbackError`]. The words in it are Atlassian's, one line, bounded; whoever shows them
    /// on a page escapes them.
    pub fn code(&self, query: &str) -> Result<Secret, CallbackError> {
        let one = |name: &str| {
            let mut values = url::form_urlencoded::parse(query.as_bytes())
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned());
            // A parameter given twice may be read differently elsewhere.
            values.next().filter(|_| values.next().is_none())
        };
        if one("state").as_deref() != Some(self.state.expose()) {
            return Err(CallbackError::WrongState);
        }
        if let Some(error) = one("error") {
            let described = one("error_description").filter(|words| !words.trim().is_empty());
            let words = described.map_or(error.clone(), |words| format!("{error}: {words}"));
            return Err(CallbackError::Refused(words::clip(&words, MAX_WORDS)));
        }
        one("code").filter(|code| !code.is_empty()).map(Secret::new).ok_or(CallbackError::NoCode)
    }
}

/// The scopes as sent: parted by one blank, and on Cloud with the one for a refresh token.
fn scopes(given: &str, cloud: bool) -> String {
    let mut scopes: Vec<&str> = given.split_whitespace().collect();
    if cloud && !scopes.contains(&OFFLINE) {
        scopes.push(OFFLINE);
    }
    scopes.join(" ")
}

fn random() -> Result<Secret, OAuthError> {
    let mut bytes = [0; RANDOM];
    getrandom::fill(&mut bytes).map_err(|_| {
        OAuthError::Setup("the operating system gives no random numbers".to_owned())
    })?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::{CallbackError, Login};
    use crate::oauth::Endpoints;
    use atlassian_settings::{OAuthApp, Service, SiteUrl};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use sha2::{Digest as _, Sha256};
    use std::collections::HashMap;
    use url::Url;

    fn app() -> OAuthApp {
        OAuthApp {
            client_id: "id & more".into(),
            client_secret: "canary-secret".into(),
            redirect_uri: "http://localhost:8080/callback".into(),
            scope: " read:jira-work  write:jira-work ".into(),
            token_folder: None,
        }
    }

    fn cloud() -> Endpoints {
        let url = |text| Url::parse(text).unwrap();
        Endpoints::cloud(&url("https://auth.atlassian.com"), &url("https://api.atlassian.com"))
    }

    fn query(login: &Login) -> HashMap<String, String> {
        login.url().query_pairs().into_owned().collect()
    }

    #[test]
    fn the_consent_address_carries_what_each_deployment_asks_for() {
        let login = Login::begin(&app(), &cloud()).unwrap();
        let sent = query(&login);
        assert!(login.url().as_str().starts_with("https://auth.atlassian.com/authorize?"));
        for (name, value) in [
            ("audience", "api.atlassian.com"),
            ("client_id", "id & more"),
            ("scope", "read:jira-work write:jira-work offline_access"),
            ("redirect_uri", "http://localhost:8080/callback"),
            ("response_type", "code"),
            ("prompt", "consent"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(sent[name], value);
        }
        let digest = Sha256::digest(login.verifier().expose().as_bytes());
        assert_eq!(sent["code_challenge"], URL_SAFE_NO_PAD.encode(digest));
        assert_eq!((sent["state"].len(), login.verifier().expose().len()), (43, 43));
        assert!(!login.url().as_str().contains("canary"));
        assert!(!format!("{login:?}").contains(login.verifier().expose()));

        let site = SiteUrl::parse("https://dc.example/jira", Service::Jira, None).unwrap();
        let login = Login::begin(&app(), &Endpoints::data_center(&site)).unwrap();
        let sent = query(&login);
        assert_eq!(sent["scope"], "read:jira-work write:jira-work");
        assert!(!sent.contains_key("audience") && !sent.contains_key("prompt"));
        assert!(sent.contains_key("code_challenge"));
    }

    #[test]
    fn no_two_logins_share_state_or_verifier() {
        let (a, b) =
            (Login::begin(&app(), &cloud()).unwrap(), Login::begin(&app(), &cloud()).unwrap());
        assert_ne!(query(&a)["state"], query(&b)["state"]);
        assert_ne!(a.verifier().expose(), b.verifier().expose());
        assert_ne!(a.verifier().expose(), query(&a)["state"]);
    }

    #[test]
    fn only_an_answer_to_this_login_has_a_code() {
        let login = Login::begin(&app(), &cloud()).unwrap();
        let state = query(&login)["state"].clone();
        let ask = |text: &str| login.code(&text.replace("STATE", &state));
        assert_eq!(ask("code=c%201&state=STATE").unwrap().expose(), "c 1");
        for foreign in ["code=c", "code=c&state=other", "code=c&state=STATE&state=STATE", "", "%"] {
            assert_eq!(ask(foreign).unwrap_err(), CallbackError::WrongState, "{foreign}");
        }
        for empty in ["state=STATE", "state=STATE&code=", "state=STATE&code=a&code=b"] {
            assert_eq!(ask(empty).unwrap_err(), CallbackError::NoCode, "{empty}");
        }
        let refused = ask("state=STATE&error=access_denied&error_description=No%0Away&code=c");
        let words = "access_denied: No way".to_owned();
        assert_eq!(refused.unwrap_err(), CallbackError::Refused(words));
        assert_eq!(ask("error=access_denied").unwrap_err(), CallbackError::WrongState);
    }

    #[test]
    fn a_redirect_address_must_be_one() {
        for wrong in ["", "callback", "urn:ietf:wg:oauth:2.0:oob", "http://localhost/#x"] {
            let app = OAuthApp { redirect_uri: wrong.into(), ..app() };
            assert!(Login::begin(&app, &cloud()).is_err(), "{wrong}");
        }
    }
}
