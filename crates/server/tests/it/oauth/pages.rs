//! What a person sees, and who is told of a mistake.

use super::{
    BASE, Browser, REDIRECT, authorize_url, client, location, proxied, query, register, text,
};
use serde_json::json;

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

/// What an attacker may write into every field, and no page may repeat as markup.
const HOSTILE: [&str; 8] = [
    "<script>canary()</script>",
    "</b></title></style><script>canary()</script>",
    "\"><img src=x onerror=canary()>",
    "' onmouseover='canary()' x='",
    "javascript:canary()",
    "&lt;script&gt;canary()&lt;/script&gt;",
    "<svg/onload=canary()>",
    "\r\nSet-Cookie: canary=1\r\n\r\n<html>",
];

/// Checks that a reply carries nothing that a browser would run or keep.
fn harmless(reply: &crate::wire::Reply, what: &str) {
    for active in ["<script", "<img", "<svg", "<b></title", "onmouseover='", "href="] {
        assert!(!reply.text.contains(active), "{what}: {}", reply.text);
    }
    assert!(
        !reply.headers.get("set-cookie").is_some_and(|set| set.as_bytes().starts_with(b"canary"))
    );
    let kind = reply.headers.get("content-type").and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("text/html")) {
        let policy = reply.headers["content-security-policy"].to_str().expect("policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'nonce-"), "{policy}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    }
    if let Some(location) = reply.headers.get("location") {
        let location = location.to_str().expect("an address");
        assert!(location.starts_with("http"), "{what}: {location}");
        for raw in ["<", ">", "\"", " ", "\r", "\n"] {
            assert!(!location.contains(raw), "{what}: {location}");
        }
    }
}

#[tokio::test]
async fn no_page_repeats_what_an_attacker_wrote() {
    let (_stage, served) = proxied(&[]).await;
    let own = client(&served).await;
    let mut browser = Browser::default();
    for hostile in HOSTILE {
        for parameter in [
            "client_id",
            "redirect_uri",
            "response_type",
            "state",
            "scope",
            "resource",
            "code_challenge",
            "code_challenge_method",
            "x",
        ] {
            let url = authorize_url(&own, &[(parameter, hostile)]);
            harmless(&browser.open(&served, &url).await, &url);
        }
        for path in
            ["/consent?txn_id", "/callback?state", "/callback?error", "/authorize?client_id"]
        {
            let value: String = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
            let url = format!("{BASE}{path}={value}&error_description={value}&code={value}");
            let page = browser.open(&served, &url).await;
            assert_eq!(page.status, 400, "{url}");
            harmless(&page, &url);
        }
        let form = [("txn_id", hostile), ("form", hostile), ("answer", hostile)];
        let request = served.http.post(format!("{}/consent", served.base)).form(&form);
        harmless(&browser.send(&served, request).await, hostile);
        for form in [
            [("grant_type", hostile), ("client_id", hostile), ("code", hostile)],
            [("grant_type", "authorization_code"), ("client_id", &own), ("code", hostile)],
        ] {
            let refused = super::token(&served, &form).await;
            assert_eq!(refused.headers["content-type"], "application/json");
            harmless(&refused, hostile);
        }
    }
}

#[tokio::test]
async fn a_hostile_answer_of_atlassians_side_reaches_the_client_as_plain_words() {
    let (_stage, served) = proxied(&[]).await;
    let own = client(&served).await;
    for hostile in HOSTILE {
        let mut browser = Browser::default();
        let begun = browser.open(&served, &authorize_url(&own, &[("state", hostile)])).await;
        let page = browser.open(&served, location(&begun).as_str()).await;
        let upstream = location(&browser.answer(&served, &page, "allow").await);
        let state = query(&upstream)["state"].clone();
        let word: String = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        let url = format!("{BASE}/callback?state={state}&error={word}&error_description={word}");
        let back = browser.open(&served, &url).await;
        harmless(&back, hostile);
        let back = location(&back);
        assert!(back.as_str().starts_with(REDIRECT), "{back}");
        let pairs = query(&back);
        assert_eq!(pairs["error"], "access_denied");
        assert_eq!(pairs["error_description"], "Atlassian did not give access");
        assert_eq!(pairs["state"], hostile, "the client's own state comes back as it was");
    }
}

#[tokio::test]
async fn a_hostile_name_is_shown_as_text() {
    let (_stage, served) = proxied(&[(
        "ATLASSIAN_OAUTH_ALLOWED_CLIENT_REDIRECT_URIS",
        "http://localhost:*, https://app.example/*",
    )])
    .await;
    for hostile in HOSTILE {
        let encoded: String = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        let redirect = format!("https://app.example/cb/{encoded}?x='");
        let asked = json!({ "client_name": hostile, "redirect_uris": [redirect] });
        let reply = register(&served, asked).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        assert_eq!(reply.headers["content-type"], "application/json");
        let mut browser = Browser::default();
        let url = authorize_url(text(&reply, "client_id"), &[("redirect_uri", &redirect)]);
        let begun = browser.open(&served, &url).await;
        let page = browser.open(&served, location(&begun).as_str()).await;
        assert_eq!(page.status, 200, "{page:?}");
        harmless(&page, hostile);
        assert!(page.text.contains("<b>app.example</b>"), "{}", page.text);
        let tags = page.text.matches('<').count();
        let plain =
            register(&served, json!({ "client_name": "plain", "redirect_uris": [redirect] }));
        let plain = plain.await;
        let url = authorize_url(text(&plain, "client_id"), &[("redirect_uri", &redirect)]);
        let begun = browser.open(&served, &url).await;
        let page = browser.open(&served, location(&begun).as_str()).await;
        assert_eq!(page.text.matches('<').count(), tags, "a name adds no tag: {hostile}");
    }
}
