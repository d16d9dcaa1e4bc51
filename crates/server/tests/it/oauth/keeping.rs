//! What outlives a restart, and what ends in time.

use super::{
    Browser, authorize_url, client, exchange, location, login, no_redirects, proxied, renew, text,
    to_callback,
};
use crate::wire::Served;
use atlassian_settings::Secret;
use serde_json::json;
use std::time::Duration;

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
    again.shutdown.cancel();
    again.ended().await.expect("a clean end");

    // A server under another address with the same folder: what was given for one resource is no
    // good for another.
    let elsewhere = ("PUBLIC_BASE_URL".to_owned(), Secret::new("http://localhost:9999/y"));
    stage.server.oauth_proxy.push(elsewhere);
    let other = Served::start(&stage).await;
    let list = other.modern(&[("authorization", &bearer)], "tools/list", json!({})).await;
    assert_eq!(list.status, 401, "{list:?}");
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
