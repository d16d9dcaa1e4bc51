//! The well-known documents (RFC 8414, RFC 9728) and the challenge that points to them.

use super::{Proxy, ProxySettings};
use axum::Json;
use axum::extract::State;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};
use std::sync::Arc;

/// How long clients may keep them.
const FRESH: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// `/.well-known/oauth-authorization-server`: only what is really there is named.
pub(super) async fn server(State(proxy): State<Arc<Proxy>>) -> (HeaderMap, Json<Value>) {
    let ProxySettings { base, scopes, grants, .. } = proxy.settings();
    fresh(json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "registration_endpoint": format!("{base}/register"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "grant_types_supported": grants,
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": false,
    }))
}

/// `/.well-known/oauth-protected-resource/...`.
pub(super) async fn resource(State(proxy): State<Arc<Proxy>>) -> (HeaderMap, Json<Value>) {
    let settings = proxy.settings();
    fresh(json!({
        "resource": settings.resource(),
        "authorization_servers": [settings.base],
        "scopes_supported": settings.scopes,
        "bearer_methods_supported": ["header"],
    }))
}

fn fresh(document: Value) -> (HeaderMap, Json<Value>) {
    (HeaderMap::from_iter([(header::CACHE_CONTROL, FRESH)]), Json(document))
}

/// The value of `WWW-Authenticate` of a 401 (RFC 9728 section 5.1); `invalid` when a token came and
/// is not good.
pub(super) fn challenge(settings: &ProxySettings, invalid: bool) -> Option<HeaderValue> {
    let metadata = settings.resource_metadata();
    let error = if invalid { "error=\"invalid_token\", " } else { "" };
    HeaderValue::from_str(&format!("Bearer {error}resource_metadata=\"{metadata}\"")).ok()
}
