//! `POST /token`: codes and refresh tokens of ours against tokens of ours.
//!
//! A code and a refresh token are good once. Whoever brings one a second time may have stolen it,
//! or been stolen from: the grant behind it ends (OAuth 2.1 sections 4.1.3 and 4.3.1).

use super::records::{Bound, Client, ClientAuth, Code, Grant};
use super::refusal::Refusal;
use super::state::StateError;
use super::{Proxy, authorize, register};
use crate::store::{Kind, seal};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use url::form_urlencoded;

/// Largest form.
const LARGEST: usize = 16 * 1024;
/// What our access token ends before Atlassian's does.
const MARGIN: u64 = 60;
/// How long a login lasts without being used.
const LOGIN: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long a used code or refresh token is recognised.
const SPENT: Duration = Duration::from_secs(24 * 3600);

/// The beginning of our access tokens: one that is not known (any more) is not taken for a token of
/// Atlassian's and sent there.
pub(super) const ACCESS: &str = "amcp_";

/// `POST /token`.
pub(super) async fn token(
    state: State<Arc<Proxy>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let State(proxy) = state;
    let body = register::body_of(body, LARGEST).await?;
    let form = authorize::parameters(&body)
        .ok_or_else(|| Refusal::request("A parameter is given twice."))?;
    let client = authenticated(&proxy, &headers, &form).await?;
    let settings = proxy.settings();
    if form.get("resource").is_some_and(|resource| !authorize::is_ours(settings, resource)) {
        return Err(Refusal::new("invalid_target", "The resource is not this server."));
    }
    match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => exchange(&proxy, &client, &form).await,
        Some("refresh_token") if settings.grants.iter().any(|grant| grant == "refresh_token") => {
            refresh(&proxy, &client, &form).await
        }
        _ => {
            let text = "grant_type must be authorization_code or refresh_token.";
            Err(Refusal::new("unsupported_grant_type", text))
        }
    }
}

/// The client that asks, by the method it registered.
async fn authenticated(
    proxy: &Proxy,
    headers: &HeaderMap,
    form: &BTreeMap<String, String>,
) -> Result<Client, Refusal> {
    let unknown =
        || Refusal::new("invalid_client", "The client is not known, or its secret is wrong.");
    let basic = match headers.get(header::AUTHORIZATION) {
        Some(value) => Some(value.to_str().ok().and_then(basic).ok_or_else(unknown)?),
        None => None,
    };
    let (id, secret, by) = match basic {
        Some((id, secret)) => {
            if form.get("client_id").is_some_and(|other| *other != id)
                || form.contains_key("client_secret")
            {
                return Err(Refusal::request("The client authenticates in two ways."));
            }
            (id, Some(secret), ClientAuth::ClientSecretBasic)
        }
        None => {
            let id = form.get("client_id").cloned().ok_or_else(unknown)?;
            match form.get("client_secret") {
                Some(secret) => (id, Some(secret.clone()), ClientAuth::ClientSecretPost),
                None => (id, None, ClientAuth::None),
            }
        }
    };
    let client: Client = proxy.state.get(Kind::Client, &id).await?.ok_or_else(unknown)?;
    let good = match (client.auth, &secret) {
        // A public client may repeat an empty secret.
        (ClientAuth::None, None) => true,
        (ClientAuth::None, Some(secret)) => secret.is_empty(),
        (_, Some(secret)) => {
            by != ClientAuth::None && seal::same(&seal::digest(secret), &client.secret_digest)
        }
        (_, None) => false,
    };
    if good { Ok(client) } else { Err(unknown()) }
}

/// Id and secret of a Basic header, each form-encoded (RFC 6749 section 2.3.1).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let plain = |text: &str| {
        form_urlencoded::parse(format!("x={text}").as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    Some((plain(id)?, plain(secret)?))
}

async fn exchange(
    proxy: &Proxy,
    client: &Client,
    form: &BTreeMap<String, String>,
) -> Result<Response, Refusal> {
    let wrong = || Refusal::grant("The code is wrong, over, used before, or another client's.");
    let given = form.get("code").ok_or_else(|| Refusal::request("code is missing."))?;
    let Some(code) = proxy.state.take::<Code>(Kind::Code, given).await? else {
        end_spent(proxy, given).await?;
        return Err(wrong());
    };
    let resource = proxy.settings().resource();
    let spent = Bound {
        client: code.client.clone(),
        grant: code.grant.clone(),
        resource: resource.clone(),
    };
    proxy.state.put(Kind::Spent, given, &spent, SPENT).await?;
    let redirect = form.get("redirect_uri").map(String::as_str);
    let verified = form
        .get("code_verifier")
        .is_some_and(|verifier| seal::same(&seal::challenge(verifier), &code.challenge));
    if code.client != client.id || !verified || redirect.is_some_and(|uri| uri != code.redirect) {
        return Err(wrong());
    }
    let Code { grant, upstream, .. } = code;
    issue(proxy, client, &grant, Grant { client: client.id.clone(), resource, upstream }).await
}

async fn refresh(
    proxy: &Proxy,
    client: &Client,
    form: &BTreeMap<String, String>,
) -> Result<Response, Refusal> {
    let wrong =
        || Refusal::grant("The refresh token is wrong, over, used before, or another client's.");
    let given =
        form.get("refresh_token").ok_or_else(|| Refusal::request("refresh_token is missing."))?;
    // Looked at before it is taken: another client must not be able to end a login by trying.
    if let Some(bound) = proxy.state.get::<Bound>(Kind::Refresh, given).await?
        && bound.client != client.id
    {
        return Err(wrong());
    }
    let Some(bound) = proxy.state.take::<Bound>(Kind::Refresh, given).await? else {
        end_spent(proxy, given).await?;
        return Err(wrong());
    };
    let grant = proxy.state.get::<Grant>(Kind::Grant, &bound.grant).await?;
    let Some((mut grant, old)) =
        grant.and_then(|grant| grant.upstream.refresh.clone().map(|old| (grant, old)))
    else {
        return Err(wrong());
    };
    match proxy.upstream.refresh(&old).await {
        Ok(upstream) => grant.upstream = upstream,
        Err(error) if error.wants_login() => {
            tracing::info!(target: "atlassian_mcp::oauth", "a login ended: its refresh token was refused: {error}");
            proxy.state.take::<Grant>(Kind::Grant, &bound.grant).await?;
            return Err(Refusal::grant("Atlassian refused to renew the login; log in again."));
        }
        Err(error) => {
            tracing::warn!(target: "atlassian_mcp::oauth", "a login was not renewed: {error}");
            // Nothing was used up: the client may try again with the same token.
            proxy.state.put(Kind::Refresh, given, &bound, LOGIN).await?;
            let text = "Atlassian's OAuth server cannot renew the login now; try again later.";
            return Err(Refusal::new("temporarily_unavailable", text));
        }
    }
    proxy.state.put(Kind::Spent, given, &bound, SPENT).await?;
    issue(proxy, client, &bound.grant, grant).await
}

/// Ends the grant behind a code or refresh token that comes a second time.
async fn end_spent(proxy: &Proxy, given: &str) -> Result<(), StateError> {
    if let Some(bound) = proxy.state.get::<Bound>(Kind::Spent, given).await? {
        tracing::warn!(
            target: "atlassian_mcp::oauth",
            "a code or refresh token came a second time; the login behind it was ended"
        );
        proxy.state.take::<Grant>(Kind::Grant, &bound.grant).await?;
    }
    Ok(())
}

async fn issue(
    proxy: &Proxy,
    client: &Client,
    id: &str,
    grant: Grant,
) -> Result<Response, Refusal> {
    let access = format!("{ACCESS}{}", seal::random().map_err(StateError::from)?.expose());
    let lifetime = grant.upstream.lifetime.saturating_sub(MARGIN).max(1);
    let bound =
        Bound { client: client.id.clone(), grant: id.to_owned(), resource: grant.resource.clone() };
    let mut answer = Map::new();
    answer.insert("access_token".to_owned(), Value::from(access.as_str()));
    answer.insert("token_type".to_owned(), Value::from("Bearer"));
    answer.insert("expires_in".to_owned(), Value::from(lifetime));
    answer.insert("scope".to_owned(), Value::from(proxy.settings().scope()));
    let state = &proxy.state;
    state.put(Kind::Grant, id, &grant, LOGIN).await?;
    state.put(Kind::Access, &access, &bound, Duration::from_secs(lifetime)).await?;
    if grant.upstream.refresh.is_some() {
        let refresh = seal::random().map_err(StateError::from)?;
        state.put(Kind::Refresh, refresh.expose(), &bound, LOGIN).await?;
        answer.insert("refresh_token".to_owned(), Value::from(refresh.expose()));
    }
    state.put(Kind::Client, &client.id, client, register::USED).await?;
    let mut response = axum::Json(Value::Object(answer)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
