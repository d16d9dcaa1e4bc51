//! What clients find out before they log in, and registration.

use super::{BASE, REDIRECT, proxied, register, text};
use crate::wire::{Served, request};
use atlassian_settings::{Secret, Transport};
use serde_json::json;

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

#[tokio::test]
async fn the_old_sse_transport_sends_its_clients_to_the_login_too() {
    let (mut stage, _served) = proxied(&[]).await;
    stage.server.transport = Transport::Sse;
    stage.server.http.path = "/sse".to_owned();
    let served = Served::start(&stage).await;
    let metadata = "/.well-known/oauth-protected-resource/x/sse";
    let reply = served.send(served.http.get(format!("{}{metadata}", served.base))).await;
    assert_eq!(reply.json["resource"], json!(format!("{BASE}/sse")));
    let told = format!("resource_metadata=\"http://localhost:9999{metadata}\"");
    let open = served.http.get(format!("{}/sse", served.base));
    let message = served.http.post(format!("{}/messages/?session_id=x", served.base)).body("{}");
    for request in [open, message] {
        let bare = request.try_clone().expect("no stream");
        let foreign = request.header("authorization", "Bearer an-atlassian-token");
        for (request, invalid) in [(bare, false), (foreign, true)] {
            let reply = served.send(request).await;
            assert_eq!(reply.status, 401, "{reply:?}");
            let challenge = reply.headers["www-authenticate"].to_str().expect("challenge");
            assert!(challenge.contains(&told), "{challenge}");
            assert_eq!(challenge.contains("invalid_token"), invalid, "{challenge}");
        }
    }
}
