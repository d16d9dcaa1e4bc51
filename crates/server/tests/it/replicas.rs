//! Two servers and one Redis: sessions and logins go on at either, and nobody gets in when the
//! Redis is gone.

use crate::oauth::{
    BASE, Browser, authorize_url, client, exchange, location, no_redirects, proxied, query, renew,
    text,
};
use crate::resp::{PASSWORD, Redis};
use crate::stage::Stage;
use crate::wire::{Served, initialize, request};
use atlassian_settings::{RedisSettings, Secret};
use futures::future::join_all;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls;

const ANN: (&str, &str) = ("authorization", "Bearer canary-ann");
const BO: (&str, &str) = ("authorization", "Bearer canary-bo");

fn shared(redis: &Redis) -> Option<RedisSettings> {
    at(&redis.url())
}

fn at(url: &str) -> Option<RedisSettings> {
    let url = Secret::new(url);
    Some(RedisSettings { url, prefix: "test".to_owned(), trust_file: None })
}

async fn pair(redis: &Redis) -> (Stage, Served, Served) {
    pair_at(&redis.url()).await
}

async fn pair_at(url: &str) -> (Stage, Served, Served) {
    let mut stage = Stage::single().await;
    stage.server.redis = at(url);
    let (one, other) = (Served::start(&stage).await, Served::start(&stage).await);
    (stage, one, other)
}

async fn ping(served: &Served, who: (&str, &str), session: &str) -> u16 {
    let headers = [who, ("mcp-session-id", session)];
    served.post(&headers, &request(1, "ping", json!({}))).await.status
}

async fn end(served: &Served, who: (&str, &str), session: &str) -> u16 {
    let request = served.http.delete(served.url()).header(who.0, who.1);
    served.send(request.header("mcp-session-id", session)).await.status
}

/// A session begun at one replica, used and ended at the other.
async fn sessions_over(url: &str) {
    let (_stage, one, other) = pair_at(url).await;
    let session = one.session(&[ANN]).await;
    assert_eq!(ping(&other, BO, &session).await, 404, "a stranger does not bring it over");
    let headers = [ANN, ("mcp-session-id", session.as_str())];
    let list = other.post(&headers, &request(1, "tools/list", json!({}))).await;
    assert_eq!(list.status, 200, "{list:?}");
    assert!(list.json["result"]["tools"].as_array().is_some_and(|tools| tools.len() > 90));
    assert_eq!(ping(&other, BO, &session).await, 404, "nor when it is here");
    assert_eq!(ping(&one, ANN, &session).await, 200, "it is still there, too");
    assert_eq!(ping(&other, ANN, &"0".repeat(32)).await, 404);

    assert_eq!(end(&other, BO, &session).await, 404);
    assert_eq!(ping(&one, ANN, &session).await, 200, "a stranger does not end it");
    assert!(end(&other, ANN, &session).await < 300);
    assert_eq!(ping(&one, ANN, &session).await, 404, "ended everywhere");
    assert_eq!(ping(&other, ANN, &session).await, 404);
}

#[tokio::test]
async fn a_session_goes_on_at_another_replica_for_its_caller_only() {
    let redis = Redis::start().await;
    sessions_over(&redis.url()).await;
    assert_eq!(redis.life("session"), Duration::from_secs(30 * 60));
}

#[tokio::test]
async fn many_requests_bring_a_session_over_once() {
    let redis = Redis::start().await;
    let (_stage, one, other) = pair(&redis).await;
    let session = one.session(&[ANN]).await;
    let headers = [ANN, ("mcp-session-id", session.as_str())];
    let (other, headers) = (&other, &headers);
    let pings = (0..20).map(|id| async move {
        let reply = other.post(headers, &request(id, "ping", json!({}))).await;
        (reply.status, reply.json["id"] == json!(id))
    });
    let answers = join_all(pings).await;
    assert!(answers.iter().all(|answer| *answer == (200, true)), "{answers:?}");
}

#[tokio::test]
async fn what_redis_sees_names_nobody_and_opens_nothing() {
    let redis = Redis::start().await;
    let (_stage, one, other) = pair(&redis).await;
    let ann = one.session(&[ANN]).await;
    let bo = one.session(&[BO]).await;
    let content = redis.content();
    for secret in ["canary", &ann, &bo, "by hand", "2025-06-18"] {
        assert!(!content.contains(secret), "{content}");
    }
    // Who can write there puts one session in the place of another.
    let keys = redis.keys("session");
    assert_eq!(keys.len(), 2);
    redis.copy(&keys[0], &keys[1]);
    let statuses = [ping(&other, ANN, &ann).await, ping(&other, BO, &bo).await];
    assert!(statuses.contains(&404) && statuses.contains(&200), "{statuses:?}");
    assert_eq!(ping(&other, ANN, &bo).await, 404);
    assert_eq!(ping(&other, BO, &ann).await, 404);
}

#[tokio::test]
async fn a_session_has_room_at_the_other_replica_or_is_told_to_wait() {
    let redis = Redis::start().await;
    let (mut stage, one, _) = pair(&redis).await;
    stage.server.http.max_sessions = 1;
    let small = Served::start(&stage).await;
    let (first, second) = (one.session(&[ANN]).await, one.session(&[ANN]).await);
    assert_eq!(ping(&small, ANN, &first).await, 200);
    assert_eq!(ping(&small, ANN, &second).await, 503);
    assert_eq!(ping(&one, ANN, &second).await, 200);
    assert!(end(&small, ANN, &first).await < 300);
    assert_eq!(ping(&small, ANN, &second).await, 200);
}

#[tokio::test]
async fn without_redis_nobody_gets_in_and_afterwards_it_goes_on() {
    let mut redis = Redis::start().await;
    let (_stage, one, other) = pair(&redis).await;
    let session = one.session(&[ANN]).await;
    redis.stop().await;
    for (served, who) in [(&one, ANN), (&one, BO), (&other, ANN), (&other, BO)] {
        let headers = [who, ("mcp-session-id", session.as_str())];
        let reply = served.post(&headers, &request(1, "tools/list", json!({}))).await;
        assert_eq!(reply.status, 503, "{reply:?}");
        let words = reply.json["error"]["message"].as_str().expect("a sentence");
        assert!(words.contains("try again"), "{words}");
        assert!(reply.headers.contains_key("retry-after"));
        assert!(!reply.text.contains(PASSWORD) && !reply.text.contains("127.0.0.1"), "{reply:?}");
        assert_eq!(end(served, who, &session).await, 503);
    }
    let fresh = one.post(&[ANN], &initialize("2025-06-18")).await;
    assert_eq!(fresh.status, 503, "a session that others would not know: {fresh:?}");
    assert!(!fresh.headers.contains_key("mcp-session-id"));
    let modern = one.modern(&[ANN], "tools/list", json!({})).await;
    assert_eq!(modern.status, 200, "who needs no session needs no Redis");
    redis.resume().await;
    assert_eq!(ping(&one, ANN, &session).await, 200);
    assert_eq!(ping(&other, ANN, &session).await, 200);
    assert_eq!(ping(&other, BO, &session).await, 404);
}

/// A login with every step at the replica that the one before was not at; `look` is told what a Redis
/// must not hold.
async fn logins_over(url: &str, look: impl FnOnce(&[&str])) {
    let (mut stage, _alone) = proxied(&[]).await;
    stage.server.redis = at(url);
    let storage = "ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE";
    stage.server.oauth_proxy.retain(|(name, _)| name != storage);
    let (mut one, mut other) = (Served::start(&stage).await, Served::start(&stage).await);
    (one.http, other.http) = (no_redirects(), no_redirects());

    let own = client(&one).await;
    let mut browser = Browser::default();
    let begun = browser.open(&other, &authorize_url(&own, &[])).await;
    let page = browser.open(&one, location(&begun).as_str()).await;
    assert_eq!(page.status, 200, "{page:?}");
    let upstream = location(&browser.answer(&other, &page, "allow").await);
    assert_eq!(browser.answer(&one, &page, "allow").await.status, 400, "one answer, anywhere");
    let back = location(&one.send(one.http.get(upstream)).await);
    let stranger = Browser::default().open(&other, back.as_str()).await;
    assert_eq!(stranger.status, 403);
    let done = location(&browser.open(&one, back.as_str()).await);
    assert_eq!(browser.open(&other, back.as_str()).await.status, 400);
    let code = query(&done)["code"].clone();
    let reply = exchange(&other, &own, &code).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let bearer = format!("Bearer {}", text(&reply, "access_token"));
    let list = async |served: &Served| {
        served.modern(&[("authorization", &bearer)], "tools/list", json!({})).await.status
    };
    assert_eq!((list(&one).await, list(&other).await), (200, 200));

    look(&["canary", "amcp_", &code, &own, BASE, text(&reply, "refresh_token")]);

    let session = one.session(&[("authorization", &bearer)]).await;
    let renewed = renew(&one, &own, text(&reply, "refresh_token")).await;
    let fresh = format!("Bearer {}", text(&renewed, "access_token"));
    assert_eq!(ping(&other, ("authorization", &fresh), &session).await, 200);

    assert_eq!(text(&exchange(&one, &own, &code).await, "error"), "invalid_grant");
    assert_eq!((list(&one).await, list(&other).await), (401, 401), "ended everywhere");
}

#[tokio::test]
async fn a_login_made_at_one_replica_is_good_at_the_other() {
    let redis = Redis::start().await;
    logins_over(&redis.url(), |secrets| {
        let content = redis.content();
        for secret in secrets {
            assert!(!content.contains(secret), "{secret}: {content}");
        }
    })
    .await;
    assert!(redis.count("GETDEL") > 0, "what is good once is taken in one step");
}

/// Run by `.ci/redis`, which starts one.
#[tokio::test]
#[ignore = "needs a real Redis, named by ATLASSIAN_TEST_REDIS"]
async fn a_real_redis_carries_sessions_and_logins() {
    let url = std::env::var("ATLASSIAN_TEST_REDIS").expect("the address of a Redis");
    sessions_over(&url).await;
    logins_over(&url, |_| {}).await;
}

#[tokio::test]
async fn one_refresh_token_is_good_at_one_replica() {
    let redis = Redis::start().await;
    let (mut stage, _alone) = proxied(&[]).await;
    stage.server.redis = shared(&redis);
    stage
        .server
        .oauth_proxy
        .push(("ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE".to_owned(), Secret::new("redis")));
    stage.server.oauth_proxy.retain(|(_, value)| value.expose() != "memory");
    let (mut one, mut other) = (Served::start(&stage).await, Served::start(&stage).await);
    (one.http, other.http) = (no_redirects(), no_redirects());
    let own = client(&one).await;
    let code = crate::oauth::login(&one, &mut Browser::default(), &own).await;
    let reply = exchange(&one, &own, &code).await;
    let refresh = text(&reply, "refresh_token");
    let (a, b) = tokio::join!(renew(&one, &own, refresh), renew(&other, &own, refresh));
    let good = [&a, &b].into_iter().filter(|reply| reply.status == 200).count();
    assert!(good <= 1, "{a:?} {b:?}");
    assert!([&a, &b].into_iter().any(|reply| reply.json["error"] == json!("invalid_grant")));
}

#[tokio::test]
async fn logins_are_refused_while_their_store_is_gone() {
    let mut redis = Redis::start().await;
    let (mut stage, _alone) = proxied(&[("ATLASSIAN_OAUTH_PROXY_EXCLUSIVE", "false")]).await;
    stage.server.redis = shared(&redis);
    stage.server.oauth_proxy.retain(|(_, value)| value.expose() != "memory");
    let mut served = Served::start(&stage).await;
    served.http = no_redirects();
    let own = client(&served).await;
    let mut browser = Browser::default();
    let code = crate::oauth::login(&served, &mut browser, &own).await;
    let reply = exchange(&served, &own, &code).await;
    let bearer = format!("Bearer {}", text(&reply, "access_token"));
    redis.stop().await;
    stage.site("corp").clear_log();
    let call = json!({ "name": "jira_get_all_projects", "arguments": {} });
    let called = served.modern(&[("authorization", &bearer)], "tools/call", call).await;
    assert_eq!(called.status, 503, "{called:?}");
    assert!(called.json["error"].as_str().is_some_and(|text| text.contains("try again")));
    assert!(stage.site("corp").log().is_empty());
    let asked = crate::oauth::register(&served, json!({})).await;
    assert_eq!((asked.status, text(&asked, "error")), (503, "temporarily_unavailable"));
    let page = browser.open(&served, &authorize_url(&own, &[])).await;
    assert_eq!(page.status, 503, "{page:?}");
    let renewed = renew(&served, &own, text(&reply, "refresh_token")).await;
    assert_eq!(renewed.status, 503, "{renewed:?}");
    redis.resume().await;
    let list = served.modern(&[("authorization", &bearer)], "tools/list", json!({})).await;
    assert_eq!(list.status, 200, "{list:?}");
}

#[tokio::test]
async fn an_address_or_trust_file_that_cannot_be_used_prevents_the_start() {
    let mut stage = Stage::single().await;
    for (url, trust_file, words) in [
        ("http://canary@x.example", None, "MCP_REDIS_URL"),
        ("rediss://canary@x.example", Some("/none/ca.pem"), "/none/ca.pem"),
    ] {
        stage.server.redis = Some(RedisSettings {
            url: Secret::new(url),
            prefix: "test".to_owned(),
            trust_file: trust_file.map(Into::into),
        });
        let settings = stage.server.http.clone();
        let error = atlassian_server::Http::bind(stage.registry(), &settings).await;
        let error = error.expect_err(url).to_string();
        assert!(error.contains(words) && !error.contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn over_tls_the_redis_must_be_one_that_is_trusted() {
    let folder = tempfile::tempdir().expect("folder");
    let names = vec!["localhost".to_owned()];
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(names).expect("certificate");
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, cert.pem()).expect("write");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).expect("key");
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("pair");
    let redis = Redis::secure(TlsAcceptor::from(Arc::new(config))).await;
    for (trust_file, status) in [(Some(ca), 200), (None, 503)] {
        let mut stage = Stage::single().await;
        stage.server.redis = shared(&redis).map(|redis| RedisSettings { trust_file, ..redis });
        let served = Served::start(&stage).await;
        let opened = served.post(&[ANN], &initialize("2025-06-18")).await;
        assert_eq!(opened.status, status, "{opened:?}");
    }
}
