//! Codes and refresh tokens against tokens of Atlassian's (server spec section 7.1).

use super::records;
use super::settings::ProxySettings;
use atlassian_settings::Secret;
use serde::Deserialize;
use std::time::Duration;
use tokio::sync::OnceCell;
use url::Url;

/// Longest wait for a connection and for an answer (server spec section 7.1).
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(20);
/// Largest answer.
const LARGEST: usize = 256 * 1024;
/// What an access token lives when nobody says.
const LIFETIME: u64 = 3600;

/// Atlassian's OAuth server as this app sees it.
#[derive(Debug)]
pub(super) struct Upstream {
    authorize: Url,
    token: Url,
    client_id: String,
    client_secret: Secret,
    callback: String,
    scope: String,
    cloud: bool,
    http: OnceCell<reqwest::Client>,
}

/// Why there are no tokens. The texts hold no code and no token.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum UpstreamError {
    /// Atlassian said no; asking again changes nothing.
    #[error("Atlassian refused: {0}")]
    Refused(String),
    /// No answer, or none that can be read.
    #[error("{0}")]
    Unreachable(String),
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
    error: Option<String>,
}

impl Upstream {
    pub(super) fn new(settings: &ProxySettings) -> Self {
        Self {
            authorize: settings.upstream_authorize.clone(),
            token: settings.upstream_token.clone(),
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            callback: settings.callback.to_string(),
            scope: settings.scope(),
            cloud: settings.cloud,
            http: OnceCell::new(),
        }
    }

    /// Where the person is sent.
    pub(super) fn consent_url(&self, state: &str, challenge: &str) -> Url {
        let mut url = self.authorize.clone();
        {
            let mut query = url.query_pairs_mut();
            if self.cloud {
                query.append_pair("audience", "api.atlassian.com").append_pair("prompt", "consent");
            }
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &self.client_id)
                .append_pair("redirect_uri", &self.callback)
                .append_pair("scope", &self.scope)
                .append_pair("state", state)
                .append_pair("code_challenge", challenge)
                .append_pair("code_challenge_method", "S256");
        }
        url
    }

    /// A code for tokens.
    pub(super) async fn exchange(
        &self,
        code: &Secret,
        verifier: &Secret,
    ) -> Result<records::Upstream, UpstreamError> {
        self.ask(&[
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", &self.callback),
            ("code_verifier", verifier.expose()),
        ])
        .await
    }

    /// A refresh token for new tokens; where no new refresh token comes, the old one stays.
    pub(super) async fn refresh(
        &self,
        refresh: &Secret,
    ) -> Result<records::Upstream, UpstreamError> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
        let mut tokens = self.ask(&form).await?;
        tokens.refresh.get_or_insert_with(|| refresh.clone());
        Ok(tokens)
    }

    async fn ask(&self, form: &[(&str, &str)]) -> Result<records::Upstream, UpstreamError> {
        let unreachable = |what: &str| {
            let host = self.token.host_str().unwrap_or_default();
            UpstreamError::Unreachable(format!("the OAuth server at `{host}` {what}"))
        };
        let http = self.http().await.map_err(|error| UpstreamError::Unreachable(error))?;
        let app = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose()),
        ];
        let form: Vec<&(&str, &str)> = form.iter().chain(&app).collect();
        let sent = http.post(self.token.clone()).header("accept", "application/json").form(&form);
        let mut response = sent
            .send()
            .await
            .map_err(|_| unreachable("cannot be reached or did not answer in time"))?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|_| unreachable("broke off its answer"))?
        {
            if body.len() + chunk.len() > LARGEST {
                return Err(unreachable("sent an answer that is too large"));
            }
            body.extend_from_slice(&chunk);
        }
        let answer: Option<Answer> = serde_json::from_slice(&body).ok();
        if status.is_client_error() && status.as_u16() != 429 {
            // Only the code of the error: the words around it may repeat what was sent.
            let word = answer.and_then(|answer| answer.error).unwrap_or_default();
            let word: String =
                word.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
            return Err(UpstreamError::Refused(format!("{word} (HTTP {})", status.as_u16())));
        }
        if !status.is_success() {
            return Err(unreachable(&format!("answered HTTP {}", status.as_u16())));
        }
        let answer = answer.ok_or_else(|| unreachable("sent an answer that is no JSON"))?;
        let access = answer
            .access_token
            .filter(|token| !token.is_empty())
            .ok_or_else(|| unreachable("sent an answer without an access token"))?;
        Ok(records::Upstream {
            access: Secret::new(access),
            refresh: answer.refresh_token.filter(|t| !t.is_empty()).map(Secret::new),
            lifetime: answer.expires_in.unwrap_or(LIFETIME),
        })
    }

    async fn http(&self) -> Result<&reqwest::Client, String> {
        self.http
            .get_or_try_init(|| async {
                let build = || {
                    reqwest::Client::builder()
                        .redirect(reqwest::redirect::Policy::none())
                        .connect_timeout(CONNECT)
                        .timeout(ANSWER)
                        .no_proxy()
                        .build()
                };
                match tokio::task::spawn_blocking(build).await {
                    Ok(Ok(client)) => Ok(client),
                    _ => Err("TLS cannot be set up".to_owned()),
                }
            })
            .await
    }
}
