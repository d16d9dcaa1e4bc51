//! From the client's request over the consent page to Atlassian and back.
//!
//! Until client and redirect address are known to belong together, errors are shown to the person
//! and sent to nobody. After that they go to the client (RFC 6749 section 4.1.2.1), with our
//! issuer beside them (RFC 9207).

use super::records::{Client, Code, Pending, Request};
use super::refusal::Refusal;
use super::state::StateError;
use super::{Proxy, ProxySettings, page, register};
use crate::store::{Kind, seal};
use atlassian_settings::Secret;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use url::{Url, form_urlencoded};

/// How long a person may take for the consent page, and then for Atlassian's.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a code of ours is good.
const CODE: Duration = Duration::from_secs(300);
/// Longest value of a parameter that is handed back.
const LONGEST_STATE: usize = 4096;
/// Largest body of the consent form.
const LARGEST_FORM: usize = 8 * 1024;

/// What went wrong, for a person or for a client.
enum Stop {
    Person(StatusCode, String),
    /// Status of a page that says to try again.
    State(StateError),
}

impl From<StateError> for Stop {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl Stop {
    fn person(text: impl Into<String>) -> Self {
        Self::Person(StatusCode::BAD_REQUEST, text.into())
    }

    fn page(self) -> Response {
        match self {
            Self::Person(status, text) => page::problem(status, &text),
            Self::State(error) => {
                let refusal = Refusal::from(error);
                page::problem(refusal.status, &refusal.description)
            }
        }
    }
}

/// Parameters of a query or form; one that is given twice is an error (RFC 6749 section 3.1).
pub(super) fn parameters(text: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(text) {
        // A resource may be repeated (RFC 8707), and only one is ours: the others are refused later.
        if parameters.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(parameters)
}

/// `GET /authorize`.
pub(super) async fn authorize(
    State(proxy): State<Arc<Proxy>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    begin(&proxy, &headers, &query.unwrap_or_default()).await.unwrap_or_else(Stop::page)
}

async fn begin(proxy: &Proxy, headers: &HeaderMap, query: &str) -> Result<Response, Stop> {
    let settings = proxy.settings();
    let Some(given) = parameters(query.as_bytes()) else {
        return Err(Stop::person("invalid_request: a parameter is given twice."));
    };
    let get = |name: &str| given.get(name).map(String::as_str);
    let client: Option<Client> = match get("client_id") {
        Some(id) => proxy.state.get(Kind::Client, id).await?,
        None => None,
    };
    let Some(client) = client else {
        return Err(Stop::person(
            "invalid_request: this application is not registered here (any more). Let it log in again from the start; it \
             must register itself at this server's registration endpoint.",
        ));
    };
    let redirect = match (get("redirect_uri"), client.redirects.as_slice()) {
        (Some(uri), registered) if registered.iter().any(|one| one == uri) => uri.to_owned(),
        (None, [only]) => only.clone(),
        _ => {
            return Err(Stop::person(
                "invalid_request: the redirect address is not one that this application registered.",
            ));
        }
    };
    let state = get("state").filter(|state| state.len() <= LONGEST_STATE).map(str::to_owned);
    let back = |error: &str, text: &str| {
        Ok(to_client(
            settings,
            &redirect,
            state.as_deref(),
            &[("error", error), ("error_description", text)],
        ))
    };
    if get("response_type") != Some("code") {
        return back("unsupported_response_type", "response_type must be code");
    }
    let challenge = get("code_challenge").filter(|text| is_challenge(text));
    let (Some(challenge), Some("S256")) = (challenge, get("code_challenge_method")) else {
        return back("invalid_request", "PKCE with code_challenge_method S256 is required");
    };
    if get("resource").is_some_and(|resource| !is_ours(settings, resource)) {
        return back("invalid_target", "the resource is not this server");
    }
    let known = |scope: &str| settings.scopes.iter().any(|one| one == scope);
    if get("scope").is_some_and(|scope| !scope.split_whitespace().all(known)) {
        return back("invalid_scope", "a scope is not among those of this server");
    }
    let (browser, cookie) = browser(settings, headers)?;
    let request = Request {
        client: client.id,
        client_name: client.name,
        redirect: redirect.clone(),
        state: state.clone(),
        challenge: challenge.to_owned(),
        browser,
        form: seal::random().map_err(StateError::from)?,
    };
    let mut response = if settings.consent {
        let id = seal::random().map_err(StateError::from)?;
        proxy.state.put(Kind::Request, id.expose(), &request, PATIENCE).await?;
        redirect_to(&format!("{}/consent?txn_id={}", settings.base, id.expose()))
    } else {
        to_upstream(proxy, request).await?
    };
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `GET /consent`: the page.
pub(super) async fn ask(
    State(proxy): State<Arc<Proxy>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let id = parameters(query.unwrap_or_default().as_bytes())
        .and_then(|mut given| given.remove("txn_id"))
        .unwrap_or_default();
    match own_request(&proxy, &headers, &id).await {
        Ok(request) => page::consent(proxy.settings(), &proxy.upstream, &request, &id),
        Err(stop) => stop.page(),
    }
}

/// `POST /consent`: the person's answer.
pub(super) async fn answered(
    State(proxy): State<Arc<Proxy>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    consented(&proxy, &headers, body).await.unwrap_or_else(Stop::page)
}

async fn consented(proxy: &Proxy, headers: &HeaderMap, body: Body) -> Result<Response, Stop> {
    let body = register::body_of(body, LARGEST_FORM)
        .await
        .map_err(|refusal| Stop::person(refusal.description))?;
    let given = parameters(&body).unwrap_or_default();
    let get = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
    let request = own_request(proxy, headers, get("txn_id")).await?;
    if !seal::same(get("form"), request.form.expose()) {
        return Err(Stop::Person(
            StatusCode::FORBIDDEN,
            "The form is not the one that was shown.".into(),
        ));
    }
    // Good for one answer, whoever sends a second at the same time.
    let Some(request) = proxy.state.take::<Request>(Kind::Request, get("txn_id")).await? else {
        return Err(gone());
    };
    if get("answer") == "allow" {
        return to_upstream(proxy, request).await;
    }
    let denied = [("error", "access_denied"), ("error_description", "the person said no")];
    Ok(to_client(proxy.settings(), &request.redirect, request.state.as_deref(), &denied))
}

fn gone() -> Stop {
    Stop::person("This login is over or was answered before. Start it again from the application.")
}

/// The request of this id, if this browser began it.
async fn own_request(proxy: &Proxy, headers: &HeaderMap, id: &str) -> Result<Request, Stop> {
    let request: Request = proxy.state.get(Kind::Request, id).await?.ok_or_else(gone)?;
    require_browser(proxy.settings(), headers, &request)?;
    Ok(request)
}

fn require_browser(
    settings: &ProxySettings,
    headers: &HeaderMap,
    request: &Request,
) -> Result<(), Stop> {
    let own = cookie_of(settings, headers).map(|cookie| seal::digest(&cookie));
    if own.is_some_and(|own| seal::same(&own, &request.browser)) {
        return Ok(());
    }
    Err(Stop::Person(
        StatusCode::FORBIDDEN,
        "This login was begun in another browser, or the browser keeps no cookies. Start it again from the application."
            .to_owned(),
    ))
}

async fn to_upstream(proxy: &Proxy, request: Request) -> Result<Response, Stop> {
    let login = proxy.upstream.begin().map_err(|error| {
        tracing::error!(target: "atlassian_mcp::oauth", "a login cannot begin: {error}");
        Stop::Person(
            StatusCode::INTERNAL_SERVER_ERROR,
            "This server cannot begin a login; its log says why.".to_owned(),
        )
    })?;
    let pending = Pending { request, verifier: login.verifier().clone() };
    proxy.state.put(Kind::Pending, login.state().expose(), &pending, PATIENCE).await?;
    Ok(redirect_to(login.url().as_str()))
}

/// Atlassian's answer, at the redirect address of the app.
pub(super) async fn callback(
    State(proxy): State<Arc<Proxy>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    returned(&proxy, &headers, &query.unwrap_or_default()).await.unwrap_or_else(Stop::page)
}

async fn returned(proxy: &Proxy, headers: &HeaderMap, query: &str) -> Result<Response, Stop> {
    let given = parameters(query.as_bytes()).unwrap_or_default();
    let get = |name: &str| given.get(name).map(String::as_str);
    let state = get("state").unwrap_or_default();
    // Looked at before it is taken: a stranger with somebody's state must not end their login.
    let pending: Pending = proxy.state.get(Kind::Pending, state).await?.ok_or_else(gone)?;
    require_browser(proxy.settings(), headers, &pending.request)?;
    let Some(Pending { request, verifier }) = proxy.state.take(Kind::Pending, state).await? else {
        return Err(gone());
    };
    let settings = proxy.settings();
    let back = |pairs: &[(&str, &str)]| {
        to_client(settings, &request.redirect, request.state.as_deref(), pairs)
    };
    let Some(code) = get("code").filter(|_| get("error").is_none()) else {
        let text = "Atlassian did not give access";
        return Ok(back(&[("error", "access_denied"), ("error_description", text)]));
    };
    let upstream = match proxy.upstream.exchange(&Secret::new(code), &verifier).await {
        Ok(upstream) => upstream,
        Err(error) => {
            tracing::warn!(target: "atlassian_mcp::oauth", "a code was not exchanged: {error}");
            let word = if error.is_passing() { "temporarily_unavailable" } else { "access_denied" };
            let text = "Atlassian did not exchange the code";
            return Ok(back(&[("error", word), ("error_description", text)]));
        }
    };
    let ours = seal::random().map_err(StateError::from)?;
    let grant = seal::random().map_err(StateError::from)?;
    let code = Code {
        client: request.client.clone(),
        redirect: request.redirect.clone(),
        challenge: request.challenge.clone(),
        grant: grant.expose().to_owned(),
        upstream,
    };
    proxy.state.put(Kind::Code, ours.expose(), &code, CODE).await?;
    Ok(back(&[("code", ours.expose())]))
}

/// Whether a resource indicator means this server (RFC 8707).
pub(super) fn is_ours(settings: &ProxySettings, resource: &str) -> bool {
    let resource = resource.trim_end_matches('/');
    resource == settings.resource().trim_end_matches('/') || resource == settings.base
}

fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

fn to_client(
    settings: &ProxySettings,
    redirect: &str,
    state: Option<&str>,
    pairs: &[(&str, &str)],
) -> Response {
    let Ok(mut url) = Url::parse(redirect) else {
        return page::problem(StatusCode::BAD_REQUEST, "The redirect address is no URL.");
    };
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(pairs);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &settings.base);
    }
    redirect_to(url.as_str())
}

fn redirect_to(url: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(url) {
        headers.insert(header::LOCATION, location);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// With the prefix a browser takes the cookie only from us, over TLS.
fn cookie_name(settings: &ProxySettings) -> &'static str {
    if settings.secure() { "__Host-atlassian-mcp" } else { "atlassian-mcp" }
}

fn cookie_of(settings: &ProxySettings, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(settings);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, value)| *known == name && is_challenge(value))
        .map(|(_, value)| value.to_owned())
}

/// Digest of the browser's cookie, and the cookie to set when it has none.
fn browser(
    settings: &ProxySettings,
    headers: &HeaderMap,
) -> Result<(String, Option<HeaderValue>), StateError> {
    if let Some(cookie) = cookie_of(settings, headers) {
        return Ok((seal::digest(&cookie), None));
    }
    let value = seal::random()?;
    // Lax: it must come along when Atlassian sends the browser back.
    let secure = if settings.secure() { "; Secure" } else { "" };
    let name = cookie_name(settings);
    let cookie =
        format!("{name}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600{secure}", value.expose());
    let mut cookie = HeaderValue::from_str(&cookie).ok();
    if let Some(cookie) = &mut cookie {
        cookie.set_sensitive(true);
    }
    Ok((seal::digest(value.expose()), cookie))
}
