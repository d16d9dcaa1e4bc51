//! The OAuth proxy: a whole login, and everything an attacker might try on the way.

use crate::stage::Stage;
use crate::wire::{Reply, Served, request};
use atlassian_sandbox::{Fault, Service as Theirs};
use atlassian_settings::Secret;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

/// The public address, which nobody listens at: the tests go to the listener themselves.
const BASE: &str = "http://localhost:9999/x";
/// Verifier and challenge of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "http://localhost:7777/cb";

/// Jira on the Data Center site, behind the proxy.
async fn proxied(more: &[(&str, &str)]) -> (Stage, Served) {
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
    served.http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("client");
    (stage, served)
}

/// A browser: it has one cookie at most.
#[derive(Clone, Debug, Default)]
struct Browser(Option<String>);

impl Browser {
    /// Opens an address of the proxy, wherever it says that it is.
    async fn open(&mut self, served: &Served, address: &str) -> Reply {
        let path = address.strip_prefix(BASE).unwrap_or(address);
        self.send(served, served.http.get(format!("{}{path}", served.base))).await
    }

    async fn send(&mut self, served: &Served, request: reqwest::RequestBuilder) -> Reply {
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
    async fn answer(&mut self, served: &Served, page: &Reply, answer: &str) -> Reply {
        let form = [
            ("txn_id", hidden(&page.text, "txn_id")),
            ("form", hidden(&page.text, "form")),
            ("answer", answer.to_owned()),
        ];
        let request = served.http.post(format!("{}/consent", served.base)).form(&form);
        self.send(served, request.header("origin", "http://localhost:9999")).await
    }
}

fn hidden(page: &str, name: &str) -> String {
    let start = page.split_once(&format!("name=\"{name}\" value=\"")).expect("field").1;
    start.split('"').next().expect("value").to_owned()
}

fn location(reply: &Reply) -> Url {
    assert_eq!(reply.status, 302, "{reply:?}");
    Url::parse(reply.headers["location"].to_str().expect("location")).expect("url")
}

fn query(url: &Url) -> BTreeMap<String, String> {
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

async fn register(served: &Served, more: Value) -> Reply {
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

async fn client(served: &Served) -> String {
    let reply = register(served, json!({})).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json["client_id"].as_str().expect("id").to_owned()
}

fn authorize_url(client: &str, more: &[(&str, &str)]) -> String {
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
async fn to_callback(served: &Served, browser: &mut Browser, client: &str) -> String {
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
async fn login(served: &Served, browser: &mut Browser, client: &str) -> String {
    let back = to_callback(served, browser, client).await;
    let done = location(&browser.open(served, &back).await);
    assert!(done.as_str().starts_with(REDIRECT), "{done}");
    let pairs = query(&done);
    assert_eq!(pairs["state"], "the client's state");
    assert_eq!(pairs["iss"], BASE);
    pairs["code"].clone()
}

async fn token(served: &Served, form: &[(&str, &str)]) -> Reply {
    served.send(served.http.post(format!("{}/token", served.base)).form(form)).await
}

async fn exchange(served: &Served, client: &str, code: &str) -> Reply {
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

async fn renew(served: &Served, client: &str, refresh: &str) -> Reply {
    let form = [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", refresh)];
    token(served, &form).await
}

fn text<'a>(reply: &'a Reply, key: &str) -> &'a str {
    reply.json[key].as_str().unwrap_or_else(|| panic!("{key}: {reply:?}"))
}

/// Calls a tool with a token of the proxy.
async fn search(served: &Served, authorization: &str, tool: &str, argument: &str) -> Reply {
    let params = json!({ "name": tool, "arguments": { argument: "plan" } });
    served.modern(&[("authorization", authorization)], "tools/call", params).await
}

#[tokio::test]
async fn the_well_known_documents_and_the_challenge() {
    let (_stage, served) = proxied(&[]).await;
    for path in
        ["/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/x"]
    {
        let reply = served.send(served.http.get(format!("{}{path}", served.base))).await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.json["issuer"], json!(BASE));
        for (name, end) in [
            ("authorization_endpoint", "/authorize"),
            ("token_endpoint", "/token"),
            ("registration_endpoint", "/register"),
        ] {
            assert_eq!(reply.json[name], json!(format!("{BASE}{end}")));
        }
        assert_eq!(reply.json["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(
            reply.json["grant_types_supported"],
            json!(["authorization_code", "refresh_token"])
        );
        assert_eq!(reply.json["scopes_supported"], json!(["WRITE"]));
    }
    let metadata = "/.well-known/oauth-protected-resource/x/mcp";
    let reply = served.send(served.http.get(format!("{}{metadata}", served.base))).await;
    assert_eq!(
        reply.json,
        json!({
            "resource": format!("{BASE}/mcp"),
            "authorization_servers": [BASE],
            "scopes_supported": ["WRITE"],
            "bearer_methods_supported": ["header"],
        })
    );
    let plain = format!("{}/.well-known/oauth-protected-resource", served.base);
    assert_eq!(served.send(served.http.get(plain)).await.status, 404);

    let challenge = format!("resource_metadata=\"http://localhost:9999{metadata}\"");
    for (headers, invalid) in [
        (&[][..], false),
        (&[("authorization", "Bearer amcp_unknown")], true),
        (&[("authorization", "Bearer an-atlassian-token")], true),
        (&[("authorization", "Token pat")], true),
        (&[("authorization", "Basic YTpi")], true),
        (
            &[
                ("x-atlassian-jira-url", "https://x.example"),
                ("x-atlassian-jira-personal-token", "p"),
            ],
            false,
        ),
    ] {
        for request in [
            served.prepare(headers, request(1, "tools/list", json!({})).to_string()),
            headers.iter().fold(served.http.get(served.url()), |r, (n, v)| r.header(*n, *v)),
        ] {
            let reply = served.send(request).await;
            assert_eq!(reply.status, 401, "{headers:?}");
            let told = reply.headers["www-authenticate"].to_str().expect("challenge");
            assert!(told.starts_with("Bearer ") && told.contains(&challenge), "{told}");
            assert_eq!(told.contains("error=\"invalid_token\""), invalid, "{headers:?}: {told}");
        }
    }
}

#[tokio::test]
async fn registration_takes_what_is_allowed_and_nothing_else() {
    let (_stage, served) = proxied(&[]).await;
    let reply =
        register(&served, json!({ "token_endpoint_auth_method": "client_secret_post" })).await;
    assert_eq!(reply.status, 201);
    assert_eq!(text(&reply, "client_id").len(), 36);
    assert_eq!(text(&reply, "client_secret").len(), 43);
    assert_eq!(reply.json["scope"], json!("WRITE"), "the scope is the operator's");
    assert_eq!(reply.json["response_types"], json!(["code"]));
    assert_eq!(reply.headers["cache-control"], "no-store");
    for (more, error) in [
        (json!({ "redirect_uris": [] }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": ["https://evil.example/cb"] }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": [REDIRECT, "https://evil.example/cb"] }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": ["http://localhost:9999/x/callback"] }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": ["javascript:alert(1)"] }), "invalid_redirect_uri"),
        (json!({ "scope": "WRITE ADMIN" }), "invalid_client_metadata"),
        (json!({ "grant_types": ["authorization_code"] }), "invalid_client_metadata"),
        (
            json!({ "grant_types": ["authorization_code", "refresh_token", "password"] }),
            "invalid_client_metadata",
        ),
        (json!({ "response_types": ["token"] }), "invalid_client_metadata"),
        (json!({ "token_endpoint_auth_method": "private_key_jwt" }), "invalid_client_metadata"),
    ] {
        let reply = register(&served, more.clone()).await;
        assert_eq!((reply.status, text(&reply, "error")), (400, error), "{more}");
    }
    let url = format!("{}/register", served.base);
    for body in ["", "[]", "{", &"x".repeat(1_000_000), &"[".repeat(30_000)] {
        let reply = served.send(served.http.post(&url).body(body.to_owned())).await;
        assert_eq!(reply.status, 400, "{}", &body[..body.len().min(20)]);
    }
}

#[tokio::test]
async fn a_login_from_registration_to_a_call_and_its_renewal() {
    let (stage, served) = proxied(&[]).await;
    let corp = stage.site("corp");
    let client = client(&served).await;
    let mut browser = Browser::default();
    let code = login(&served, &mut browser, &client).await;
    let reply = exchange(&served, &client, &code).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert_eq!((text(&reply, "token_type"), text(&reply, "scope")), ("Bearer", "WRITE"));
    assert!(reply.json["expires_in"].as_u64().is_some_and(|n| n > 3000 && n < 3600));
    assert!(!reply.text.contains("canary"), "Atlassian's tokens stay here: {reply:?}");
    let bearer = format!("Bearer {}", text(&reply, "access_token"));

    corp.clear_log();
    let call = json!({ "name": "jira_get_all_projects", "arguments": {} });
    let called = served.modern(&[("authorization", &bearer)], "tools/call", call).await;
    assert_eq!(called.json["result"]["isError"], json!(false), "{called:?}");
    let log = corp.log();
    assert!(!log.is_empty());
    for sent in &log {
        let authorization = sent.header("authorization").unwrap_or_default();
        assert!(
            authorization.starts_with("Bearer canary-"),
            "the login's own token: {authorization}"
        );
        assert_ne!(authorization, format!("Bearer {}", corp.pat(sent.service)));
    }

    corp.clear_log();
    let other = search(&served, &bearer, "confluence_search", "query").await;
    assert!(corp.log().is_empty(), "a Jira login is nothing to Confluence: {other:?}");

    let session = served.session(&[("authorization", &bearer)]).await;
    let renewed = renew(&served, &client, text(&reply, "refresh_token")).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    assert_ne!(text(&renewed, "access_token"), text(&reply, "access_token"));
    let fresh = format!("Bearer {}", text(&renewed, "access_token"));
    let list = request(1, "tools/list", json!({}));
    let headers = [("authorization", fresh.as_str()), ("mcp-session-id", &session)];
    assert_eq!(served.post(&headers, &list).await.status, 200, "the session is the login's");
}

#[tokio::test]
async fn without_consent_page_the_browser_is_bound_all_the_same() {
    let (_stage, served) = proxied(&[("ATLASSIAN_OAUTH_REQUIRE_CONSENT", "false")]).await;
    let client = client(&served).await;
    let mut browser = Browser::default();
    let upstream = location(&browser.open(&served, &authorize_url(&client, &[])).await);
    assert!(upstream.path().ends_with("/rest/oauth2/latest/authorize"), "{upstream}");
    let sent = query(&upstream);
    assert_eq!(sent["redirect_uri"], "http://localhost:9999/x/callback");
    assert_eq!(sent["scope"], "WRITE");
    assert_ne!(sent["state"], "the client's state");
    assert_ne!(sent["code_challenge"], CHALLENGE);
    let back = location(&served.send(served.http.get(upstream)).await);
    let stranger = Browser::default().open(&served, back.as_str()).await;
    assert_eq!(stranger.status, 403);
    let done = location(&browser.open(&served, back.as_str()).await);
    assert!(query(&done).contains_key("code"), "{done}");
}

#[tokio::test]
async fn what_is_wrong_before_the_client_is_known_is_sent_to_nobody() {
    let (_stage, served) = proxied(&[]).await;
    let client = client(&served).await;
    let url = |more: &[(&str, &str)]| authorize_url(&client, more);
    for address in [
        authorize_url("no-such-client", &[]),
        url(&[("redirect_uri", "http://localhost:7777/cb/")]),
        url(&[("redirect_uri", "http://localhost:7777/cb?x=1")]),
        url(&[("redirect_uri", "http://localhost:7778/cb")]),
        url(&[("redirect_uri", "http://127.0.0.1:7777/cb")]),
        url(&[("redirect_uri", "https://evil.example/<script>")]),
        url(&[]) + "&redirect_uri=https%3A%2F%2Fevil.example",
        url(&[]) + "&client_id=other",
    ] {
        let reply = Browser::default().open(&served, &address).await;
        assert_eq!(reply.status, 400, "{address}");
        assert!(!reply.headers.contains_key("location"));
        assert!(!reply.text.contains("<script") && !reply.text.contains("evil"), "{}", reply.text);
    }
    for (more, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("resource", "https://other.example/mcp"), "invalid_target"),
        (("scope", "ADMIN"), "invalid_scope"),
    ] {
        let back = location(&Browser::default().open(&served, &url(&[more])).await);
        assert!(back.as_str().starts_with(REDIRECT), "{back}");
        let pairs = query(&back);
        assert_eq!((pairs["error"].as_str(), pairs["iss"].as_str()), (error, BASE), "{more:?}");
        assert_eq!(pairs["state"], "the client's state");
    }
}

#[tokio::test]
async fn the_consent_page_shows_who_asks_and_runs_nothing() {
    let (_stage, served) = proxied(&[]).await;
    let reply = register(
        &served,
        json!({
            "client_name": "<img src=x onerror=alert(1)>\u{202e}\u{200b}\"'&",
            "redirect_uris": ["http://localhost:7777/cb?a=%3Cscript%3E&b='\"".replace('"', "%22")],
        }),
    )
    .await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let redirect = reply.json["redirect_uris"][0].as_str().expect("uri");
    let mut browser = Browser::default();
    let url = authorize_url(text(&reply, "client_id"), &[("redirect_uri", redirect)]);
    let begun = browser.open(&served, &url).await;
    let page = browser.open(&served, location(&begun).as_str()).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(!page.text.contains("<img") && !page.text.contains("<script"), "{}", page.text);
    assert!(!page.text.contains('\u{202e}') && !page.text.contains('\u{200b}'));
    assert!(page.text.contains("&lt;img src=x"), "{}", page.text);
    assert!(page.text.contains("a program on this computer"), "{}", page.text);
    let policy = page.headers["content-security-policy"].to_str().expect("policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.headers["x-frame-options"], "DENY");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert!(!page.headers.contains_key("access-control-allow-origin"));

    let denied = location(&browser.answer(&served, &page, "deny").await);
    assert_eq!(query(&denied)["error"], "access_denied");
    let again = browser.answer(&served, &page, "allow").await;
    assert_eq!(again.status, 400, "one answer only: {again:?}");
}

/// The attack: Atlassian has been told yes by this person before and asks no more, so whoever gets
/// a browser through the proxy gets a code.
#[tokio::test]
async fn a_confused_deputy_gets_nothing() {
    let (_stage, served) = proxied(&[]).await;
    let attacker = client(&served).await;
    let mut victim = Browser::default();
    let honest = client(&served).await;
    login(&served, &mut victim, &honest).await;

    // A link of the attacker's, opened by the victim: a person is asked, for this client, again.
    let begun = victim.open(&served, &authorize_url(&attacker, &[])).await;
    assert!(location(&begun).path().ends_with("/consent"), "no way around the page");

    // The attacker allows in their own browser, and the victim is sent to the consent page, to the
    // form, or back from Atlassian.
    let mut own = Browser::default();
    let begun = own.open(&served, &authorize_url(&attacker, &[])).await;
    let consent = location(&begun);
    let page = own.open(&served, consent.as_str()).await;
    assert_eq!(victim.open(&served, consent.as_str()).await.status, 403);
    assert_eq!(victim.answer(&served, &page, "allow").await.status, 403);
    assert_eq!(Browser::default().answer(&served, &page, "allow").await.status, 403);
    let upstream = location(&own.answer(&served, &page, "allow").await);
    let back = location(&served.send(served.http.get(upstream)).await);
    let victims = victim.open(&served, back.as_str()).await;
    assert_eq!(victims.status, 403, "the code is not handed on: {victims:?}");
    assert!(!victims.headers.contains_key("location"));
    // The stranger did not end the login of whom it belongs to.
    assert!(query(&location(&own.open(&served, back.as_str()).await)).contains_key("code"));
    assert_eq!(own.open(&served, back.as_str()).await.status, 400, "a state is good once");

    // A form that was guessed, and one from a foreign page.
    let begun = own.open(&served, &authorize_url(&attacker, &[])).await;
    let page = own.open(&served, location(&begun).as_str()).await;
    let txn = hidden(&page.text, "txn_id");
    let url = format!("{}/consent", served.base);
    let guessed = [("txn_id", txn.as_str()), ("form", "x"), ("answer", "allow")];
    let reply = own.send(&served, served.http.post(&url).form(&guessed)).await;
    assert_eq!(reply.status, 403);
    let form = hidden(&page.text, "form");
    let right = [("txn_id", txn.as_str()), ("form", form.as_str()), ("answer", "allow")];
    let foreign = served.http.post(&url).header("origin", "https://evil.example").form(&right);
    assert_eq!(own.send(&served, foreign).await.status, 403);
}

#[tokio::test]
async fn codes_are_for_their_client_and_once() {
    let (_stage, served) = proxied(&[]).await;
    let own = client(&served).await;
    let other = client(&served).await;
    let mut browser = Browser::default();
    let good = |code: String| {
        BTreeMap::from([
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", own.clone()),
            ("code", code),
            ("redirect_uri", REDIRECT.to_owned()),
            ("code_verifier", VERIFIER.to_owned()),
        ])
    };
    for (name, value, error) in [
        ("client_id", other.as_str(), "invalid_grant"),
        ("client_id", "nobody", "invalid_client"),
        ("redirect_uri", "http://localhost:7778/cb", "invalid_grant"),
        ("code_verifier", "wrong", "invalid_grant"),
        ("code_verifier", "", "invalid_grant"),
        ("resource", "https://other.example", "invalid_target"),
        ("grant_type", "password", "unsupported_grant_type"),
        ("code", "guess", "invalid_grant"),
    ] {
        let mut form = good(login(&served, &mut browser, &own).await);
        form.insert(name, value.to_owned());
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let reply = token(&served, &form).await;
        assert_eq!(text(&reply, "error"), error, "{name}={value}");
        assert!(reply.json.get("access_token").is_none());
    }

    let code = login(&served, &mut browser, &own).await;
    let first = exchange(&served, &own, &code).await;
    let bearer = format!("Bearer {}", text(&first, "access_token"));
    let list =
        async || served.modern(&[("authorization", &bearer)], "tools/list", json!({})).await.status;
    assert_eq!(list().await, 200);
    assert_eq!(text(&exchange(&served, &own, &code).await, "error"), "invalid_grant");
    assert_eq!(list().await, 401, "a code that comes twice ends the login");
    let dead = renew(&served, &own, text(&first, "refresh_token")).await;
    assert_eq!(text(&dead, "error"), "invalid_grant");
}

#[tokio::test]
async fn clients_with_a_secret_must_bring_it() {
    let (_stage, served) = proxied(&[]).await;
    let reply =
        register(&served, json!({ "token_endpoint_auth_method": "client_secret_basic" })).await;
    let (id, secret) =
        (text(&reply, "client_id").to_owned(), text(&reply, "client_secret").to_owned());
    let mut browser = Browser::default();
    let code = login(&served, &mut browser, &id).await;
    let bare = exchange(&served, &id, &code).await;
    assert_eq!((bare.status, text(&bare, "error")), (401, "invalid_client"));
    assert!(bare.headers.contains_key("www-authenticate"));
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let ask = |password: &str| {
        let request = served.http.post(format!("{}/token", served.base));
        request.basic_auth(&id, Some(password)).form(&form)
    };
    assert_eq!(served.send(ask("wrong")).await.status, 401);
    let reply = served.send(ask(&secret)).await;
    assert_eq!(reply.status, 200, "a refused attempt used nothing up: {reply:?}");
}

#[tokio::test]
async fn refresh_tokens_rotate_and_a_stolen_one_ends_the_login() {
    let (stage, served) = proxied(&[]).await;
    let own = client(&served).await;
    let other = client(&served).await;
    let code = login(&served, &mut Browser::default(), &own).await;
    let first = exchange(&served, &own, &code).await;
    let refresh = text(&first, "refresh_token").to_owned();
    assert_eq!(text(&renew(&served, &other, &refresh).await, "error"), "invalid_grant");

    let corp = stage.site("corp");
    corp.fault(Fault::on(Theirs::Jira, "POST", "/rest/oauth2").status(503));
    let down = renew(&served, &own, &refresh).await;
    assert_eq!((down.status, text(&down, "error")), (503, "temporarily_unavailable"), "{down:?}");
    corp.clear_faults();
    let second = renew(&served, &own, &refresh).await;
    assert_eq!(second.status, 200, "nothing was used up: {second:?}");

    assert_eq!(text(&renew(&served, &own, &refresh).await, "error"), "invalid_grant");
    let bearer = format!("Bearer {}", text(&second, "access_token"));
    let list = served.modern(&[("authorization", &bearer)], "tools/list", json!({})).await;
    assert_eq!(list.status, 401, "a refresh token that comes twice ends the login");
}

#[tokio::test]
async fn a_login_is_not_sent_anywhere_else() {
    let (stage, served) = proxied(&[]).await;
    let own = client(&served).await;
    let code = login(&served, &mut Browser::default(), &own).await;
    let reply = exchange(&served, &own, &code).await;
    let bearer = format!("Bearer {}", text(&reply, "access_token"));
    stage.site("acme").clear_log();
    for header in ["x-atlassian-jira-url", "x-atlassian-confluence-url"] {
        let site = stage.site("acme").jira_url();
        let headers = [("authorization", bearer.as_str()), (header, site.as_str())];
        assert_eq!(served.modern(&headers, "tools/list", json!({})).await.status, 401);
    }
    assert!(stage.site("acme").log().is_empty());

    let session = served.session(&[("authorization", &bearer)]).await;
    let code = login(&served, &mut Browser::default(), &own).await;
    let second = exchange(&served, &own, &code).await;
    let hijacker = format!("Bearer {}", text(&second, "access_token"));
    let headers = [("authorization", hijacker.as_str()), ("mcp-session-id", &session)];
    let reply = served.post(&headers, &request(1, "tools/list", json!({}))).await;
    assert_eq!(reply.status, 404, "another login's session: {reply:?}");
}

#[tokio::test]
async fn other_ways_are_open_when_the_operator_opens_them() {
    let (stage, served) = proxied(&[("ATLASSIAN_OAUTH_PROXY_EXCLUSIVE", "false")]).await;
    let corp = stage.site("corp");
    let pat = format!("Bearer {}", corp.pat(Theirs::Jira));
    let list = served.modern(&[("authorization", &pat)], "tools/list", json!({})).await;
    assert_eq!(list.status, 200);
    corp.clear_log();
    let ours = search(&served, "Bearer amcp_forgotten", "jira_search", "jql").await;
    assert_eq!(ours.status, 401);
    assert!(corp.log().is_empty(), "a token of ours is never shown to Atlassian");
    let nothing = served.post(&[], &request(1, "tools/list", json!({}))).await;
    assert_eq!(nothing.status, 401);
    assert!(nothing.headers.contains_key("www-authenticate"));
}

#[tokio::test]
async fn logins_outlive_a_restart_in_sealed_files() {
    let home = tempfile::tempdir().expect("folder");
    let folder = home.path().join("oauth-proxy");
    let (mut stage, _first) = proxied(&[]).await;
    for (name, value) in &mut stage.server.oauth_proxy {
        if name == "ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE" {
            *value = Secret::new("default");
        }
    }
    stage.server.oauth_proxy_folder = Some(folder.clone());
    let no_redirects = || {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("client")
    };
    let mut served = Served::start(&stage).await;
    served.http = no_redirects();
    let own = client(&served).await;
    let code = login(&served, &mut Browser::default(), &own).await;
    let reply = exchange(&served, &own, &code).await;
    let bearer = format!("Bearer {}", text(&reply, "access_token"));
    served.shutdown.cancel();
    served.ended().await.expect("a clean end");

    for entry in std::fs::read_dir(&folder).expect("folder") {
        let path = entry.expect("entry").path();
        let content = String::from_utf8_lossy(&std::fs::read(&path).expect("file")).into_owned();
        for secret in ["canary", "amcp_", own.as_str(), text(&reply, "refresh_token")] {
            assert!(!content.contains(secret) && !path.to_string_lossy().contains(secret));
        }
    }
    let again = Served::start(&stage).await;
    let list = again.modern(&[("authorization", &bearer)], "tools/list", json!({})).await;
    assert_eq!(list.status, 200, "{list:?}");
    assert_eq!(renew(&again, &own, text(&reply, "refresh_token")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn everything_ends_in_time() {
    let (_stage, served) = proxied(&[]).await;
    let own = client(&served).await;
    let mut browser = Browser::default();
    let begun = browser.open(&served, &authorize_url(&own, &[])).await;
    tokio::time::advance(Duration::from_secs(601)).await;
    assert_eq!(browser.open(&served, location(&begun).as_str()).await.status, 400);
    let back = to_callback(&served, &mut browser, &own).await;
    tokio::time::advance(Duration::from_secs(601)).await;
    assert_eq!(browser.open(&served, &back).await.status, 400);
    let code = login(&served, &mut browser, &own).await;
    tokio::time::advance(Duration::from_secs(301)).await;
    assert_eq!(text(&exchange(&served, &own, &code).await, "error"), "invalid_grant");
    let code = login(&served, &mut browser, &own).await;
    let reply = exchange(&served, &own, &code).await;
    let bearer = format!("Bearer {}", text(&reply, "access_token"));
    tokio::time::advance(Duration::from_secs(3601)).await;
    let list = served.modern(&[("authorization", &bearer)], "tools/list", json!({})).await;
    assert_eq!(list.status, 401);
    assert_eq!(renew(&served, &own, text(&reply, "refresh_token")).await.status, 200);
}

#[tokio::test]
async fn it_stays_off_without_what_it_needs_and_unsafe_settings_prevent_the_start() {
    let (_stage, served) = proxied(&[("ATLASSIAN_OAUTH_CLIENT_SECRET", "")]).await;
    let path = "/.well-known/oauth-authorization-server";
    assert_eq!(served.send(served.http.get(format!("{}{path}", served.base))).await.status, 404);
    let nothing = served.post(&[], &request(1, "tools/list", json!({}))).await;
    assert!(!nothing.headers.contains_key("www-authenticate"));

    let (mut stage, _served) = proxied(&[]).await;
    let given = stage.server.oauth_proxy.clone();
    for (name, value) in [
        ("ATLASSIAN_OAUTH_REDIRECT_URI", "http://localhost:9999/x/token"),
        ("ATLASSIAN_OAUTH_REDIRECT_URI", "http://localhost:9999/mcp"),
        ("ATLASSIAN_OAUTH_REDIRECT_URI", "not a url"),
        ("ATLASSIAN_OAUTH_ALLOWED_CLIENT_REDIRECT_URIS", "https://*/cb"),
        ("PUBLIC_BASE_URL", "ftp://x.example"),
    ] {
        stage.server.oauth_proxy = given.clone();
        stage.server.oauth_proxy.retain(|(known, _)| known != name);
        stage.server.oauth_proxy.push((name.to_owned(), Secret::new(value)));
        let settings = stage.server.http.clone();
        let error =
            atlassian_server::Http::bind(stage.registry(), &settings).await.expect_err(value);
        assert!(error.to_string().contains("OAUTH") || error.to_string().contains(name), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}
