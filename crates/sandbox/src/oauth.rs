//! OAuth 2.0: consent, exchange of codes, refresh with rotation.
//!
//! Cloud's server (`auth.atlassian.com`) is shared by all sites and knows them by client id; a
//! Data Center product is its own server below `/rest/oauth2/latest` (server spec section 7.1).
//! Consent is given by the site's main user without asking. Besides an app for each service of
//! each site there is one for all Cloud sites, whose grants open every service of each of them.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::auth::{self, Kind};
use crate::site::{Flavour, Site, lock};
use crate::wire::{Call, Reply, Service, query_pairs};

/// Seconds an access token lives, as the answers say.
const LIFETIME: u64 = 3600;

/// What a grant is for: one service of a site, or every service of every Cloud site, as a grant
/// to a real Cloud app is.
pub(crate) type Of = Option<Service>;

/// Client id of the app that is registered for all Cloud sites.
const EVERYWHERE: &str = "everywhere-client";

/// The tokens of a site that were handed out at run time.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    /// Users of access tokens.
    access: HashMap<(Service, String), String>,
    /// Codes that wait for their exchange.
    codes: HashMap<String, Code>,
    /// The refresh token in force for each grant, once the first was used up.
    refresh: HashMap<Of, String>,
    /// Whether the tokens the site started with are over.
    pub(crate) first_expired: bool,
    count: u64,
}

/// A code, with what its exchange must bring.
#[derive(Debug)]
struct Code {
    of: Of,
    redirect: String,
    /// The S256 challenge of PKCE, when the login sent one.
    challenge: Option<String>,
}

impl Tokens {
    /// User of an access token handed out for this service.
    pub(crate) fn holder(&self, service: Service, token: &str) -> Option<String> {
        self.access.get(&(service, token.to_owned())).cloned()
    }

    /// Ends all access tokens there are.
    pub(crate) fn expire(&mut self) {
        self.access.clear();
        self.first_expired = true;
    }

    fn fresh(&mut self, site: &Site, what: &str, of: Of) -> String {
        self.count += 1;
        minted(site, of, &format!("{what}{}", self.count))
    }

    pub(crate) fn refresh_token(&self, site: &Site, of: Of) -> String {
        self.refresh.get(&of).cloned().unwrap_or_else(|| minted(site, of, "refresh"))
    }
}

fn minted(site: &Site, of: Of, what: &str) -> String {
    let everywhere = if of.is_none() { "everywhere-" } else { "" };
    let service = of.unwrap_or(Service::Jira);
    auth::secret(site.name(), service, Kind::OAuth, &format!("{everywhere}{what}"))
}

/// Client id and secret of a site's registered app for a service.
pub(crate) fn client(site: &Site, service: Service) -> (String, String) {
    let id = format!("{}-{}-client", site.name(), service.name());
    (id, auth::secret(site.name(), service, Kind::OAuth, "client"))
}

/// Client id and secret of the app that is registered for all Cloud sites.
pub(crate) fn everywhere_client() -> (String, String) {
    (EVERYWHERE.to_owned(), auth::secret("all", Service::Jira, Kind::OAuth, "client"))
}

/// The site and service a client id is registered for. What the app of all sites does is in the
/// log of the first of them.
pub(crate) fn registered(sites: &[Site], id: &str) -> Option<(Site, Service)> {
    if id == EVERYWHERE {
        let first = sites.iter().find(|site| site.flavour() == Flavour::Cloud);
        return first.map(|site| (site.clone(), Service::Jira));
    }
    sites.iter().find_map(|site| {
        [Service::Jira, Service::Confluence]
            .into_iter()
            .find(|service| client(site, *service).0 == id)
            .map(|service| (site.clone(), service))
    })
}

/// A value of a form or JSON body.
pub(crate) fn value(body: &[u8], name: &str) -> Option<String> {
    if let Ok(Value::Object(object)) = serde_json::from_slice(body) {
        return object.get(name).and_then(Value::as_str).map(str::to_owned);
    }
    let text = std::str::from_utf8(body).ok()?;
    query_pairs(text).into_iter().find(|(n, _)| n == name).map(|(_, v)| v)
}

fn error(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(status, &json!({"error": error, "error_description": description}))
}

/// Answers `authorize` and `token` for a client that is registered here; `all` are the sites that
/// the app of all Cloud sites opens.
pub(crate) fn answer(site: &Site, service: Service, all: &[Site], call: &Call) -> Reply {
    if call.path.ends_with("/authorize") {
        return authorize(site, service, call);
    }
    if call.method != "POST" {
        return error(405, "invalid_request", "The token endpoint takes POST.");
    }
    let given = |name: &str| value(&call.body, name).unwrap_or_default();
    let of = if given("client_id") == EVERYWHERE { None } else { Some(service) };
    let (id, secret) = of.map_or_else(everywhere_client, |service| client(site, service));
    if given("client_id") != id || given("client_secret") != secret {
        return error(401, "access_denied", "Unauthorized")
            .reason("client_id or client_secret is not the one of this site and service");
    }
    match given("grant_type").as_str() {
        "authorization_code" => {
            let code = lock(&site.inner.tokens).codes.remove(&given("code"));
            let Some(code) = code.filter(|c| c.of == of && c.redirect == given("redirect_uri"))
            else {
                return error(403, "invalid_grant", "Invalid authorization code");
            };
            let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(given("code_verifier").as_bytes()));
            match code.challenge {
                Some(challenge) if challenge != proof => {
                    error(403, "invalid_grant", "Failed to verify code verifier")
                        .reason("code_verifier is not the one whose S256 challenge was sent")
                }
                _ => grant(site, of, all),
            }
        }
        "refresh_token" => {
            let current = lock(&site.inner.tokens).refresh_token(site, of);
            if given("refresh_token") == current {
                grant(site, of, all)
            } else {
                error(403, "invalid_grant", "Unknown or invalid refresh token.")
                    .reason("refresh tokens are good once; the newest is wanted")
            }
        }
        _ => error(400, "unsupported_grant_type", "The grant type is not supported."),
    }
}

fn grant(site: &Site, of: Of, all: &[Site]) -> Reply {
    let (access, refresh) = {
        let mut tokens = lock(&site.inner.tokens);
        let access = tokens.fresh(site, "access", of);
        let refresh = tokens.fresh(site, "refresh", of);
        tokens.refresh.insert(of, refresh.clone());
        (access, refresh)
    };
    let own = std::slice::from_ref(site);
    let (sites, services) = match of {
        Some(service) => (own, vec![service]),
        None => (all, vec![Service::Jira, Service::Confluence]),
    };
    for site in sites {
        let user = lock(&site.inner.world).main_user().to_owned();
        let mut tokens = lock(&site.inner.tokens);
        for service in &services {
            tokens.access.insert((*service, access.clone()), user.clone());
        }
    }
    Reply::ok(&json!({
        "access_token": access,
        "refresh_token": refresh,
        "expires_in": LIFETIME,
        "token_type": "Bearer",
        "scope": "read:jira-work write:jira-work offline_access",
    }))
}

fn authorize(site: &Site, service: Service, call: &Call) -> Reply {
    let id = call.q("client_id").unwrap_or_default();
    let of = if id == EVERYWHERE { None } else { Some(service) };
    if call.q("response_type") != Some("code") || (of.is_some() && id != client(site, service).0) {
        return error(
            400,
            "invalid_request",
            "response_type must be code, client_id a registered one",
        );
    }
    if site.flavour() == Flavour::Cloud && call.q("audience") != Some("api.atlassian.com") {
        return error(400, "invalid_request", "audience must be api.atlassian.com");
    }
    let Some(redirect) = call.q("redirect_uri").map(str::to_owned) else {
        return error(400, "invalid_request", "redirect_uri is missing");
    };
    let challenge = call.q("code_challenge").map(str::to_owned);
    if challenge.is_some() && call.q("code_challenge_method") != Some("S256") {
        return error(400, "invalid_request", "code_challenge_method must be S256");
    }
    let mut tokens = lock(&site.inner.tokens);
    let code = tokens.fresh(site, "code", of);
    tokens.codes.insert(code.clone(), Code { of, redirect: redirect.clone(), challenge });
    let join = if redirect.contains('?') { '&' } else { '?' };
    let state = crate::wire::encode(call.q("state").unwrap_or_default());
    Reply::text(302, "").header("location", &format!("{redirect}{join}code={code}&state={state}"))
}
