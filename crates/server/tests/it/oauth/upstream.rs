//! How Atlassian's OAuth server is reached: like the instance itself.

use super::{
    BASE, Browser, authorize_url, client, exchange, location, no_redirects, proxied, query, text,
};
use crate::wire::{Reply, Served};
use atlassian_settings::{Deployment, Secret, Service, SiteUrl};
use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use std::sync::{Arc, Mutex};

/// A proxy that answers in the place of whatever it is asked for, and remembers what that was.
async fn answering(
    answer: impl Fn() -> Response + Clone + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<(String, String)>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let app = Router::new().fallback(move |uri: Uri, body: String| async move {
        kept.lock().expect("lock").push((uri.to_string(), body));
        answer()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
    let address = format!("http://{}", listener.local_addr().expect("address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, seen)
}

/// The end of a login at a site that only this proxy knows the way to.
async fn login_by(proxy: &str) -> (Served, String, Reply) {
    let (mut stage, _served) = proxied(&[]).await;
    let jira = stage.instance(Service::Jira, "primary");
    let url = "http://jira.corp.invalid:8080/jira";
    jira.site = SiteUrl::parse(url, Service::Jira, Some(Deployment::DataCenter)).expect("url");
    jira.network.proxies.http = Some(Secret::new(proxy));
    let mut served = Served::start(&stage).await;
    served.http = no_redirects();
    let own = client(&served).await;
    let mut browser = Browser::default();
    let begun = browser.open(&served, &authorize_url(&own, &[])).await;
    let page = browser.open(&served, location(&begun).as_str()).await;
    let upstream = location(&browser.answer(&served, &page, "allow").await);
    assert!(upstream.as_str().starts_with(&format!("{url}/rest/oauth2/latest/authorize?")));
    let state = query(&upstream)["state"].clone();
    let answer = format!("{BASE}/callback?code=canary-code&state={state}");
    let back = browser.open(&served, &answer).await;
    (served, own, back)
}

#[tokio::test]
async fn codes_are_exchanged_through_the_proxy_of_the_instance() {
    let tokens = r#"{"access_token": "canary-access", "refresh_token": "canary-refresh", "expires_in": 3600}"#;
    let (proxy, seen) = answering(move || tokens.into_response()).await;
    let (served, own, back) = login_by(&proxy).await;
    let code = query(&location(&back))["code"].clone();
    let reply = exchange(&served, &own, &code).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(!reply.text.contains("canary") && text(&reply, "access_token").starts_with("amcp_"));
    let seen = seen.lock().expect("lock");
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].0, "http://jira.corp.invalid:8080/jira/rest/oauth2/latest/token");
    for part in ["code=canary-code", "code_verifier=", "client_secret=", "redirect_uri="] {
        assert!(seen[0].1.contains(part), "{}", seen[0].1);
    }
}

#[tokio::test]
async fn a_redirect_does_not_lead_the_client_secret_elsewhere() {
    let (elsewhere, stolen) = answering(|| StatusCode::OK.into_response()).await;
    let answer = move || {
        let to = [("location", format!("{elsewhere}/steal"))];
        (StatusCode::TEMPORARY_REDIRECT, to).into_response()
    };
    let (proxy, seen) = answering(answer).await;
    let (_served, _own, back) = login_by(&proxy).await;
    let pairs = query(&location(&back));
    assert_eq!(pairs["error"], "temporarily_unavailable");
    assert!(!pairs.contains_key("code"));
    assert_eq!(seen.lock().expect("lock").len(), 1);
    assert!(stolen.lock().expect("lock").is_empty());
}

#[tokio::test]
async fn words_of_a_token_server_reach_neither_the_client_nor_a_page() {
    let evil = r#"{"error": "<script>canary()</script>", "error_description": "canary-code"}"#;
    let (proxy, _) = answering(move || (StatusCode::BAD_REQUEST, evil).into_response()).await;
    let (_served, _own, back) = login_by(&proxy).await;
    let location = location(&back);
    for word in ["canary", "%3Cscript", "<script"] {
        assert!(!location.as_str().contains(word), "{location}");
    }
    assert_eq!(query(&location)["error"], "access_denied");
}
