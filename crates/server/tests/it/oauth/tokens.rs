//! Codes and refresh tokens: for their client, and once.

use super::{
    Browser, REDIRECT, VERIFIER, client, exchange, login, proxied, register, renew, text, token,
};
use atlassian_sandbox::{Fault, Service as Theirs};
use serde_json::json;
use std::collections::BTreeMap;

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
