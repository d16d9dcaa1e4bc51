//! The OAuth proxy: a whole login, and everything an attacker might try on the way.
//!
//! * `documents`: what clients find out before they log in, and registration.
//! * `pages`: what a person sees, with hostile values.
//! * `login`: from registration to a call, and how it ends.
//! * `deputy`: one client or browser in the place of another.
//! * `tokens`: codes and refresh tokens.
//! * `upstream`: the way to Atlassian's OAuth server.
//! * `keeping`: what outlives a restart, and what must not.

mod deputy;
mod documents;
mod keeping;
mod login;
mod pages;
mod tokens;
mod upstream;

use crate::stage::Stage;
use crate::wire::{Reply, Served};
use atlassian_sandbox::Service as Theirs;
use atlassian_settings::Secret;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::Url;

/// The public address, which nobody listens at: the tests go to the listener themselves.
pub(crate) const BASE: &str = "http://localhost:9999/x";
/// Verifier and challenge of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const REDIRECT: &str = "http://localhost:7777/cb";

/// Jira on the Data Center site, behind the proxy.
pub(crate) async fn proxied(more: &[(&str, &str)]) -> (Stage, Served) {
    let mut stage = Stage::pair().await;
    stage.instances.retain(|config| config.id.name.as_str() == "staging");
    for config in &mut stage.instances {
        let service = config.service();
        config.id = atlassian_settings::InstanceId::primary(service);
        config.number = 1;
    }
    let (id, secret) = stage.site("corp").oauth_client(Theirs::Jira);
    let mut given = BTreeMap::from([
        ("ATLASSIAN_OAUTH_PROXY_ENABLE", "true"),
        ("ATLASSIAN_OAUTH_CLIENT_ID", id.as_str()),
        ("ATLASSIAN_OAUTH_CLIENT_SECRET", secret.as_str()),
        ("ATLASSIAN_OAUTH_REDIRECT_URI", "http://localhost:9999/x/callback"),
        ("ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE", "memory"),
    ]);
    given.extend(more.iter().copied());
    stage.server.oauth_proxy =
        given.into_iter().map(|(name, value)| (name.to_owned(), Secret::new(value))).collect();
    let mut served = Served::start(&stage).await;
    served.http = no_redirects();
    (stage, served)
}

/// A client that follows nothing: where it would go is what the tests look at.
pub(crate) fn no_redirects() -> reqwest::Client {
    let none = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(none).build().expect("client")
}

/// A browser: it has one cookie at most.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser(Option<String>);

impl Browser {
    /// Opens an address of the proxy, wherever it says that it is.
    pub(crate) async fn open(&mut self, served: &Served, address: &str) -> Reply {
        let path = address.strip_prefix(BASE).unwrap_or(address);
        self.send(served, served.http.get(format!("{}{path}", served.base))).await
    }

    pub(crate) async fn send(
        &mut self,
        served: &Served,
        request: reqwest::RequestBuilder,
    ) -> Reply {
        let request = match &self.0 {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        let reply = served.send(request).await;
        if let Some(set) = reply.headers.get("set-cookie") {
            let set = set.to_str().expect("cookie");
            assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
            self.0 = set.split(';').next().map(str::to_owned);
        }
        reply
    }

    /// Answers the consent page.
    pub(crate) async fn answer(&mut self, served: &Served, page: &Reply, answer: &str) -> Reply {
        let form = [
            ("txn_id", hidden(&page.text, "txn_id")),
            ("form", hidden(&page.text, "form")),
            ("answer", answer.to_owned()),
        ];
        let request = served.http.post(format!("{}/consent", served.base)).form(&form);
        self.send(served, request.header("origin", "http://localhost:9999")).await
    }
}

pub(crate) fn hidden(page: &str, name: &str) -> String {
    let start = page.split_once(&format!("name=\"{name}\" value=\"")).expect("field").1;
    start.split('"').next().expect("value").to_owned()
}

pub(crate) fn location(reply: &Reply) -> Url {
    assert_eq!(reply.status, 302, "{reply:?}");
    Url::parse(reply.headers["location"].to_str().expect("location")).expect("url")
}

pub(crate) fn query(url: &Url) -> BTreeMap<String, String> {
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

pub(crate) async fn register(served: &Served, more: Value) -> Reply {
    let mut body = json!({
        "client_name": "An assistant",
        "redirect_uris": [REDIRECT],
        "token_endpoint_auth_method": "none",
    });
    for (name, value) in more.as_object().expect("object") {
        body[name] = value.clone();
    }
    served.send(served.http.post(format!("{}/register", served.base)).json(&body)).await
}

pub(crate) async fn client(served: &Served) -> String {
    let reply = register(served, json!({})).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json["client_id"].as_str().expect("id").to_owned()
}

pub(crate) fn authorize_url(client: &str, more: &[(&str, &str)]) -> String {
    let mut pairs = BTreeMap::from([
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", REDIRECT),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("state", "the client's state"),
        ("resource", "http://localhost:9999/x/mcp"),
    ]);
    pairs.extend(more.iter().copied());
    let mut url = Url::parse(&format!("{BASE}/authorize")).expect("url");
    url.query_pairs_mut().extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
    url.to_string()
}

/// From the client's request to Atlassian's answer at our redirect address.
pub(crate) async fn to_callback(served: &Served, browser: &mut Browser, client: &str) -> String {
    let begun = browser.open(served, &authorize_url(client, &[])).await;
    let page = browser.open(served, location(&begun).as_str()).await;
    assert_eq!(page.status, 200, "{page:?}");
    let upstream = location(&browser.answer(served, &page, "allow").await);
    // Atlassian's own page; the sandbox says yes at once.
    let back = location(&served.send(served.http.get(upstream)).await);
    assert!(back.as_str().starts_with("http://localhost:9999/x/callback?"), "{back}");
    back.to_string()
}

/// A whole login in one browser, up to the code of the client.
pub(crate) async fn login(served: &Served, browser: &mut Browser, client: &str) -> String {
    let back = to_callback(served, browser, client).await;
    let done = location(&browser.open(served, &back).await);
    assert!(done.as_str().starts_with(REDIRECT), "{done}");
    let pairs = query(&done);
    assert_eq!(pairs["state"], "the client's state");
    assert_eq!(pairs["iss"], BASE);
    pairs["code"].clone()
}

pub(crate) async fn token(served: &Served, form: &[(&str, &str)]) -> Reply {
    served.send(served.http.post(format!("{}/token", served.base)).form(form)).await
}

pub(crate) async fn exchange(served: &Served, client: &str, code: &str) -> Reply {
    token(
        served,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ],
    )
    .await
}

pub(crate) async fn renew(served: &Served, client: &str, refresh: &str) -> Reply {
    let form = [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", refresh)];
    token(served, &form).await
}

pub(crate) fn text<'a>(reply: &'a Reply, key: &str) -> &'a str {
    reply.json[key].as_str().unwrap_or_else(|| panic!("{key}: {reply:?}"))
}

/// Calls a tool with a token of the proxy.
pub(crate) async fn search(
    served: &Served,
    authorization: &str,
    tool: &str,
    argument: &str,
) -> Reply {
    let params = json!({ "name": tool, "arguments": { argument: "plan" } });
    served.modern(&[("authorization", authorization)], "tools/call", params).await
}
