//! OAuth 2.0: consent, exchange of codes, refresh with rotation.
//!
//! Cloud's server (`auth.atlassian.com`) is shared by all sites and knows them by client id; a
//! Data Center product is its own server below `/rest/oauth2/latest` (server spec section 7.1).
//! Consent is given by the site's main user without asking.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::auth::{self, Kind};
use crate::site::{Flavour, Site, lock};
use crate::wire::{Call, Reply, Service, query_pairs};

/// Seconds an access token lives, as the answers say.
const LIFETIME: u64 = 3600;

/// The tokens of a site that were handed out at run time.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    /// Access tokens with their service and user.
    access: HashMap<String, (Service, String)>,
    /// Codes that wait for their exchange, with the redirect address they belong to.
    codes: HashMap<String, (Service, String)>,
    /// The refresh token in force for each service, once the first was used up.
    refresh: HashMap<Service, String>,
    /// Whether the tokens the site started with are over.
    pub(crate) first_expired: bool,
    count: u64,
}

impl Tokens {
    /// User of an access token handed out for this service.
    pub(crate) fn holder(&self, service: Service, token: &str) -> Option<String> {
        self.access.get(token).filter(|(of, _)| *of == service).map(|(_, user)| user.clone())
    }

    /// Ends all access tokens there are.
    pub(crate) fn expire(&mut self) {
        self.access.clear();
        self.first_expired = true;
    }

    fn fresh(&mut self, site: &Site, what: &str, service: Service) -> String {
        self.count += 1;
        let made = format!("{what}{}", self.count);
        auth::secret(site.name(), service, Kind::OAuth, &made)
    }

    pub(crate) fn refresh_token(&self, site: &Site, service: Service) -> String {
        self.refresh
            .get(&service)
            .cloned()
            .unwrap_or_else(|| auth::secret(site.name(), service, Kind::OAuth, "refresh"))
    }
}

/// Client id and secret of a site's registered app for a service.
pub(crate) fn client(site: &Site, service: Service) -> (String, String) {
    let id = format!("{}-{}-client", site.name(), service.name());
    (id, auth::secret(site.name(), service, Kind::OAuth, "client"))
}

/// The site and service a client id is registered for.
pub(crate) fn registered(sites: &[Site], id: &str) -> Option<(Site, Service)> {
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

/// Answers `authorize` and `token` for a client that is registered here.
pub(crate) fn answer(site: &Site, service: Service, call: &Call) -> Reply {
    if call.path.ends_with("/authorize") {
        return authorize(site, service, call);
    }
    if call.method != "POST" {
        return error(405, "invalid_request", "The token endpoint takes POST.");
    }
    let given = |name: &str| value(&call.body, name).unwrap_or_default();
    let (id, secret) = client(site, service);
    if given("client_id") != id || given("client_secret") != secret {
        return error(401, "access_denied", "Unauthorized")
            .reason("client_id or client_secret is not the one of this site and service");
    }
    match given("grant_type").as_str() {
        "authorization_code" => {
            let mut tokens = lock(&site.inner.tokens);
            match tokens.codes.remove(&given("code")) {
                Some((of, redirect)) if of == service && redirect == given("redirect_uri") => {
                    drop(tokens);
                    grant(site, service)
                }
                _ => error(403, "invalid_grant", "Invalid authorization code"),
            }
        }
        "refresh_token" => {
            let current = lock(&site.inner.tokens).refresh_token(site, service);
            if given("refresh_token") == current {
                grant(site, service)
            } else {
                error(403, "invalid_grant", "Unknown or invalid refresh token.")
                    .reason("refresh tokens are good once; the newest is wanted")
            }
        }
        _ => error(400, "unsupported_grant_type", "The grant type is not supported."),
    }
}

fn grant(site: &Site, service: Service) -> Reply {
    let user = lock(&site.inner.world).main_user().to_owned();
    let mut tokens = lock(&site.inner.tokens);
    let access = tokens.fresh(site, "access", service);
    let refresh = tokens.fresh(site, "refresh", service);
    tokens.access.insert(access.clone(), (service, user));
    tokens.refresh.insert(service, refresh.clone());
    Reply::ok(&json!({
        "access_token": access,
        "refresh_token": refresh,
        "expires_in": LIFETIME,
        "token_type": "Bearer",
        "scope": format!("read:{0}-work write:{0}-work offline_access", service.name()),
    }))
}

fn authorize(site: &Site, service: Service, call: &Call) -> Reply {
    if call.q("response_type") != Some("code")
        || call.q("client_id") != Some(&client(site, service).0)
    {
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
    let mut tokens = lock(&site.inner.tokens);
    let code = tokens.fresh(site, "code", service);
    tokens.codes.insert(code.clone(), (service, redirect.clone()));
    let join = if redirect.contains('?') { '&' } else { '?' };
    let state = crate::wire::encode(call.q("state").unwrap_or_default());
    Reply::text(302, "").header("location", &format!("{redirect}{join}code={code}&state={state}"))
}
