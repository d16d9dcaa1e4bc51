//! Dynamic client registration (RFC 7591, server spec section 7.3).
//!
//! Anybody may register, so a registration gives nothing but a name to begin with: its redirect
//! addresses are bounded by the operator's patterns, and a person is asked before anything is given
//! to it. Registrations are bounded; one that was never used makes room first.

use super::Proxy;
use super::records::{Client, ClientAuth};
use super::refusal::Refusal;
use super::state::StateError;
use crate::store::{Kind, seal};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Largest body of a registration.
const LARGEST: usize = 32 * 1024;
/// Most redirect addresses of a client.
const MOST_REDIRECTS: usize = 10;
/// Longest name that is kept, in characters.
const LONGEST_NAME: usize = 80;
/// How long a registration is kept that nobody has logged in with.
const UNUSED: Duration = Duration::from_secs(24 * 3600);
/// How long one is kept after its last use.
pub(super) const USED: Duration = Duration::from_secs(90 * 24 * 3600);

/// `POST /register`.
pub(super) async fn register(
    State(proxy): State<Arc<Proxy>>,
    body: Body,
) -> Result<Response, Refusal> {
    let wrong = |text: &str| Refusal::new("invalid_client_metadata", text);
    let body = body_of(body, LARGEST).await?;
    let Ok(Value::Object(asked)) = serde_json::from_slice::<Value>(&body) else {
        return Err(wrong("The body is no JSON object."));
    };
    let redirects = redirects(&proxy, &asked)?;
    scopes(&proxy, &asked)?;
    grants(&proxy, &asked)?;
    match texts(&asked, "response_types") {
        None => {}
        Some(types) if types.iter().any(|kind| kind == "code") => {}
        Some(_) => return Err(wrong("response_types must hold `code`.")),
    }
    let (auth, method) = match asked.get("token_endpoint_auth_method").and_then(Value::as_str) {
        None | Some("client_secret_basic") => {
            (ClientAuth::ClientSecretBasic, "client_secret_basic")
        }
        Some("client_secret_post") => (ClientAuth::ClientSecretPost, "client_secret_post"),
        Some("none") => (ClientAuth::None, "none"),
        Some(_) => {
            return Err(wrong(
                "token_endpoint_auth_method must be client_secret_basic, client_secret_post or none.",
            ));
        }
    };
    let name: String = asked
        .get("client_name")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control() && !is_deceptive(*c))
        .take(LONGEST_NAME)
        .collect();
    let id = uuid::Uuid::new_v4().to_string();
    let secret = match auth {
        ClientAuth::None => None,
        _ => Some(seal::random().map_err(StateError::from)?),
    };
    let client = Client {
        id: id.clone(),
        secret_digest: secret.as_ref().map(|s| seal::digest(s.expose())).unwrap_or_default(),
        auth,
        name: name.trim().to_owned(),
        redirects: redirects.clone(),
    };
    proxy.state.put(Kind::Client, &id, &client, UNUSED).await?;
    let issued = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut answer = json!({
        "client_id": id,
        "client_id_issued_at": issued,
        "redirect_uris": redirects,
        "token_endpoint_auth_method": method,
        "grant_types": proxy.settings().grants,
        "response_types": ["code"],
        "scope": proxy.settings().scope(),
    });
    if let Some(object) = answer.as_object_mut() {
        if let Some(secret) = &secret {
            object.insert("client_secret".to_owned(), Value::from(secret.expose()));
            object.insert("client_secret_expires_at".to_owned(), Value::from(0));
        }
        if !client.name.is_empty() {
            object.insert("client_name".to_owned(), Value::from(client.name));
        }
    }
    let mut response = (StatusCode::CREATED, axum::Json(answer)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Reads a body, or refuses one that is too long.
pub(super) async fn body_of(body: Body, largest: usize) -> Result<Bytes, Refusal> {
    axum::body::to_bytes(body, largest).await.map_err(|_| {
        Refusal::request(format!("The body is longer than {largest} bytes or broke off."))
    })
}

/// Marks that turn the direction of text or cannot be seen: a name on the consent page must read as
/// it is written.
fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn texts(asked: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    let items = asked.get(name)?.as_array()?;
    Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn redirects(proxy: &Proxy, asked: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let wrong = |text: &str| Refusal::new("invalid_redirect_uri", text);
    let redirects = texts(asked, "redirect_uris").unwrap_or_default();
    if redirects.is_empty() || redirects.len() > MOST_REDIRECTS {
        return Err(wrong("redirect_uris must hold one to ten addresses."));
    }
    let settings = proxy.settings();
    if !redirects.iter().all(|uri| settings.redirects.admits(uri, &settings.callback)) {
        return Err(wrong(
            "A redirect address is not among those that this server's operator allows \
             (ATLASSIAN_OAUTH_ALLOWED_CLIENT_REDIRECT_URIS).",
        ));
    }
    Ok(redirects)
}

fn scopes(proxy: &Proxy, asked: &Map<String, Value>) -> Result<(), Refusal> {
    let scope = asked.get("scope").and_then(Value::as_str).unwrap_or_default();
    let known = |name: &str| proxy.settings().scopes.iter().any(|scope| scope == name);
    if scope.split_whitespace().all(known) {
        return Ok(());
    }
    let text = format!("scope may hold only: {}.", proxy.settings().scope());
    Err(Refusal::new("invalid_client_metadata", text))
}

/// When grant types are named, both that the proxy serves must be (server spec section 7.3).
fn grants(proxy: &Proxy, asked: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(given) = asked.get("grant_types") else { return Ok(()) };
    let given = given.as_array().map(Vec::as_slice).unwrap_or_default();
    let needed = ["authorization_code", "refresh_token"];
    let allowed = &proxy.settings().grants;
    let all = needed.iter().all(|needed| given.iter().any(|one| one == needed));
    let none_else = given.iter().all(|one| {
        one.as_str().is_some_and(|one| needed.contains(&one) || allowed.iter().any(|a| a == one))
    });
    if all && none_else {
        return Ok(());
    }
    Err(Refusal::new(
        "invalid_client_metadata",
        "grant_types must hold authorization_code and refresh_token.",
    ))
}
