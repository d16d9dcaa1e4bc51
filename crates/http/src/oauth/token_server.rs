//! The exchange of codes and refresh tokens, and the list of sites (server spec section 7.1).

use super::{AccessibleSite, Endpoints, Login, OAuthError, Tokens};
use crate::client::Client;
use crate::proxy::ProxyRules;
use crate::transport::{self, Additions};
use crate::wire::{self, mask};
use crate::words;
use atlassian_settings::{InstanceConfig, OAuthApp, Secret};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::OnceCell;
use url::Url;

/// Longest time of one exchange; an instance's own timeout counts when it is shorter.
const MAX_TIME: Duration = Duration::from_secs(30);
/// Most bytes read of an answer.
const MAX_ANSWER: usize = 1024 * 1024;
/// Longest token, in bytes.
const MAX_TOKEN: usize = 16 * 1024;
/// Life of an access token when the answer does not say it (server spec section 7.1).
const DEFAULT_LIFE: Duration = Duration::from_secs(3600);
/// Longest life of an access token that is believed.
const MAX_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);
/// Most characters of Atlassian's words that are repeated.
const MAX_WORDS: usize = 300;

/// The OAuth server of an instance, reached with the instance's proxy and TLS settings.
#[derive(Debug)]
pub struct TokenServer {
    config: Arc<InstanceConfig>,
    additions: Arc<Additions>,
    endpoints: Endpoints,
    http: OnceCell<reqwest::Client>,
}

/// An answer, read and bounded.
struct Answer {
    host: String,
    status: StatusCode,
    media_type: Option<String>,
    text: Secret,
}

impl TokenServer {
    /// The OAuth server of a client's instance. Nothing is opened yet.
    #[must_use]
    pub fn of(client: &Client) -> Self {
        let mut config = (**client.config()).clone();
        let endpoints = client.origins().endpoints.clone();
        if endpoints.is_cloud() {
            // What is allowed or shown to the instance's own host is not for Cloud's OAuth server,
            // which gets the client secret.
            config.network.verify_tls = true;
            config.network.client_cert = None;
            config.network.client_key = None;
        }
        Self {
            config: Arc::new(config),
            additions: client.additions(),
            endpoints,
            http: OnceCell::new(),
        }
    }

    /// Its addresses.
    #[must_use]
    pub const fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Exchanges the code of a login.
    ///
    /// # Errors
    /// [`OAuthError`]; on Cloud also when no refresh token came.
    pub async fn exchange(
        &self,
        app: &OAuthApp,
        login: &Login,
        code: &Secret,
    ) -> Result<Tokens, OAuthError> {
        self.redeem(app, login.verifier(), code).await
    }

    /// The same for a login of which only the verifier was kept.
    ///
    /// # Errors
    /// [`OAuthError`]; on Cloud also when no refresh token came.
    pub async fn redeem(
        &self,
        app: &OAuthApp,
        verifier: &Secret,
        code: &Secret,
    ) -> Result<Tokens, OAuthError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &app.client_id),
            ("client_secret", app.client_secret.expose()),
            ("code", code.expose()),
            ("redirect_uri", app.redirect_uri.trim()),
            ("code_verifier", verifier.expose()),
        ];
        let hidden = [app.client_secret.clone(), code.clone(), verifier.clone()];
        let answer = self.post(&form, &hidden).await?;
        let tokens = answer.tokens(&hidden)?;
        if tokens.refresh.is_none() && self.endpoints.is_cloud() {
            return Err(OAuthError::NoRefreshToken { host: answer.host });
        }
        Ok(tokens)
    }

    /// Gets the next access token. The answer may hold the refresh token's successor; the one
    /// given is then used up.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub async fn refresh(&self, app: &OAuthApp, refresh: &Secret) -> Result<Tokens, OAuthError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &app.client_id),
            ("client_secret", app.client_secret.expose()),
            ("refresh_token", refresh.expose()),
        ];
        let hidden = [app.client_secret.clone(), refresh.clone()];
        self.post(&form, &hidden).await?.tokens(&hidden)
    }

    /// The sites that an access token opens; none on Data Center.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub async fn sites(&self, access: &Secret) -> Result<Vec<AccessibleSite>, OAuthError> {
        let Some(url) = &self.endpoints.sites else { return Ok(Vec::new()) };
        let mut headers = accepting_json();
        let bearer = Secret::new(format!("Bearer {}", access.expose().trim()));
        let mut value = HeaderValue::from_str(bearer.expose()).map_err(|_| {
            let reason = "the OAuth access token contains characters that cannot be sent";
            OAuthError::Setup(reason.to_owned())
        })?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
        let http = self.http().await?;
        let hidden = [access.clone()];
        let answer = self.send(http.get(url.clone()).headers(headers), url, &hidden).await?;
        if !answer.status.is_success() {
            return Err(answer.refused(&hidden));
        }
        let list = serde_json::from_str(answer.text.expose()).ok();
        list.as_ref()
            .and_then(AccessibleSite::list)
            .ok_or_else(|| answer.unusable("it is not a list of sites"))
    }

    async fn post(&self, form: &[(&str, &str)], hidden: &[Secret]) -> Result<Answer, OAuthError> {
        let url = &self.endpoints.token;
        let mut headers = accepting_json();
        if !self.endpoints.is_cloud() {
            // A proxy before a Data Center may want its headers on this path, too.
            let custom = self.config.network.custom_headers.iter();
            for (name, value) in
                custom.filter(|(name, _)| !name.eq_ignore_ascii_case("authorization"))
            {
                wire::add_foreign(&mut headers, name, value.expose()).map_err(OAuthError::Setup)?;
            }
        }
        let request = self.http().await?.post(url.clone()).headers(headers).form(form);
        self.send(request, url, hidden).await
    }

    async fn http(&self) -> Result<&reqwest::Client, OAuthError> {
        let build = || async {
            let config = Arc::clone(&self.config);
            let targets = [&self.endpoints.token].into_iter().chain(&self.endpoints.sites);
            let targets = targets.cloned().collect();
            let proxies = ProxyRules::found(&config.network.proxies, targets).await?;
            let additions = self.additions.with_proxies(&proxies);
            let uses_https = self.endpoints.token.scheme() == "https";
            let built = tokio::task::spawn_blocking(move || {
                transport::build(&config, &proxies, &additions, uses_https)
            });
            built.await.map_err(|_| "TLS cannot be set up".to_owned())?.map_err(|error| error.0)
        };
        self.http.get_or_try_init(build).await.map_err(OAuthError::Setup)
    }

    /// Sends a request and reads its bounded answer, all within one time. Redirects are not
    /// followed: what is sent opens the person's account.
    async fn send(
        &self,
        request: reqwest::RequestBuilder,
        url: &Url,
        hidden: &[Secret],
    ) -> Result<Answer, OAuthError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let time = self.config.network.timeout.min(MAX_TIME);
        self.additions.fence.check(url).map_err(|blocked| OAuthError::Unreachable {
            address: url.origin().ascii_serialization(),
            reason: blocked.to_string(),
        })?;
        let broken = |error: &reqwest::Error| {
            if error.is_timeout() && !error.is_connect() {
                return OAuthError::Silent { host: host.clone(), seconds: time.as_secs_f64() };
            }
            OAuthError::Unreachable {
                address: url.origin().ascii_serialization(),
                reason: match mask(&transport::cause(error), hidden) {
                    cause if error.is_connect() => cause,
                    cause => {
                        format!("the connection broke before the answer was complete ({cause})")
                    }
                },
            }
        };
        let exchange = async {
            let mut response = request.send().await.map_err(|error| broken(&error))?;
            let media_type = response.headers().get(header::CONTENT_TYPE);
            let media_type = media_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
                let room = MAX_ANSWER - body.len();
                body.extend(chunk.iter().take(room));
                if body.len() >= MAX_ANSWER {
                    break;
                }
            }
            Ok(Answer {
                host: host.clone(),
                status: response.status(),
                media_type,
                text: Secret::new(String::from_utf8_lossy(&body).into_owned()),
            })
        };
        match tokio::time::timeout(time, exchange).await {
            Ok(result) => result,
            Err(_) => Err(OAuthError::Silent { host, seconds: time.as_secs_f64() }),
        }
    }
}

fn accepting_json() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(wire::USER_AGENT));
    headers
}

impl Answer {
    /// The tokens of an answer to an exchange (RFC 6749 section 5.1).
    fn tokens(&self, hidden: &[Secret]) -> Result<Tokens, OAuthError> {
        if !self.status.is_success() {
            return Err(self.refused(hidden));
        }
        let Ok(Value::Object(object)) = serde_json::from_str::<Value>(self.text.expose()) else {
            let page = words::html(self.text.expose(), self.media_type.as_deref());
            return Err(self.unusable(page.as_deref().unwrap_or("it is not a JSON object")));
        };
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let kind = text("token_type").unwrap_or("Bearer");
        if !kind.eq_ignore_ascii_case("bearer") {
            return Err(self.unusable("its token is not of the type Bearer"));
        }
        let token = |name: &str| text(name).map(str::trim).filter(|token| is_token(token));
        let Some(access) = token("access_token") else {
            return Err(self.unusable("it holds no access token"));
        };
        if object.get("refresh_token").is_some_and(|v| !v.is_null())
            && token("refresh_token").is_none()
        {
            return Err(self.unusable("its refresh token is not a token"));
        }
        let life = object.get("expires_in").and_then(|value| {
            let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
            Duration::try_from_secs_f64(seconds).ok()
        });
        Ok(Tokens {
            access: Some(Secret::new(access)),
            refresh: token("refresh_token").map(Secret::new),
            expires: SystemTime::now().checked_add(life.unwrap_or(DEFAULT_LIFE).min(MAX_LIFE)),
            ..Tokens::default()
        })
    }

    /// The error of an answer that is no success (RFC 6749 section 5.2).
    fn refused(&self, hidden: &[Secret]) -> OAuthError {
        if self.status.is_redirection() {
            return self.unusable("it is a redirect, which is not followed with a token");
        }
        let text = Secret::new(mask(self.text.expose(), hidden));
        let object = serde_json::from_str::<Value>(text.expose()).unwrap_or_default();
        let word = |name: &str| object.get(name).and_then(Value::as_str);
        let code = word("error").filter(|code| is_code(code)).unwrap_or_default();
        let said = word("error_description").or_else(|| word("message")).map(str::to_owned);
        let said = said.or_else(|| words::html(text.expose(), self.media_type.as_deref()));
        OAuthError::Refused {
            host: self.host.clone(),
            status: self.status,
            code: code.to_owned(),
            words: said
                .map(|said| words::clip(&said, MAX_WORDS).trim_end_matches('.').to_owned())
                .filter(|said| !said.is_empty())
                .unwrap_or_else(|| "it gave no reason".to_owned()),
        }
    }

    fn unusable(&self, reason: &str) -> OAuthError {
        OAuthError::Unusable {
            host: self.host.clone(),
            status: self.status,
            reason: reason.to_owned(),
        }
    }
}

/// Whether a text can be a token: visible ASCII, so that it can be a header (RFC 6750 section 2.1).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_TOKEN && text.bytes().all(|b| b.is_ascii_graphic())
}

/// Whether a text can be an OAuth error code.
fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 60
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::{Answer, OAuthError};
    use atlassian_settings::Secret;
    use http::StatusCode;
    use std::time::{Duration, SystemTime};

    fn answer(status: u16, text: &str) -> Answer {
        Answer {
            host: "auth.atlassian.com".into(),
            status: StatusCode::from_u16(status).unwrap(),
            media_type: None,
            text: Secret::new(text),
        }
    }

    #[test]
    fn tokens_are_read_leniently_and_their_life_is_bounded() {
        for (life, low, high) in [
            ("3600", 3500, 3600),
            ("\"120\"", 100, 120),
            ("1.5", 0, 2),
            ("null", 3500, 3600),
            ("-1", 3500, 3600),
            ("1e18", 300 * 24 * 3600, 366 * 24 * 3600),
        ] {
            let text = format!(
                r#"{{"access_token": " a ", "expires_in": {life}, "token_type": "bearer"}}"#
            );
            let tokens = answer(200, &text).tokens(&[]).unwrap();
            assert_eq!(tokens.access.as_ref().unwrap().expose(), "a");
            let left = tokens.remaining(SystemTime::now());
            let range = Duration::from_secs(low)..=Duration::from_secs(high);
            assert!(range.contains(&left), "{life}: {left:?}");
        }
    }

    #[test]
    fn garbage_is_no_token() {
        for text in [
            "",
            "OK",
            "[]",
            "{}",
            r#"{"access_token": ""}"#,
            r#"{"access_token": 5}"#,
            r#"{"access_token": "a b"}"#,
            r#"{"access_token": "a\r\nX-Evil: 1"}"#,
            r#"{"access_token": "a", "token_type": "mac"}"#,
            r#"{"access_token": "a", "refresh_token": ["r"]}"#,
            "<!doctype html><title>Sign in</title>",
        ] {
            let error = answer(200, text).tokens(&[]).unwrap_err();
            assert!(matches!(error, OAuthError::Unusable { .. }), "{text}: {error}");
        }
        let big = format!(r#"{{"access_token": "{}"}}"#, "a".repeat(20_000));
        assert!(answer(200, &big).tokens(&[]).is_err());
    }

    #[test]
    fn a_refusal_is_quoted_without_what_was_sent() {
        let text =
            r#"{"error": "invalid_grant", "error_description": "Unknown canary-refresh.\nAgain."}"#;
        let error = answer(403, text).tokens(&[Secret::new("canary-refresh")]).unwrap_err();
        assert!(error.wants_login() && !error.is_passing());
        assert_eq!(
            error.to_string(),
            "auth.atlassian.com refused (HTTP 403, invalid_grant): Unknown ****. Again"
        );
        for (status, text) in [
            (500, "<html><title>Oops</title></html>"),
            (503, ""),
            (400, r#"{"error": "<script>"}"#),
            (429, "{}"),
        ] {
            let error = answer(status, text).tokens(&[]).unwrap_err();
            assert_eq!(error.is_passing(), status != 400, "{error}");
            assert!(!error.to_string().contains("<script>"));
        }
        let moved = answer(302, "").tokens(&[]).unwrap_err();
        assert!(moved.to_string().contains("redirect"), "{moved}");
    }
}
