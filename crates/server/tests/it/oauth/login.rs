//! A whole login, and where its token may go.

use super::{
    Browser, CHALLENGE, authorize_url, client, exchange, location, login, no_redirects, proxied,
    query, renew, search, text,
};
use crate::stage::Stage;
use crate::wire::{Served, request};
use atlassian_sandbox::Service as Theirs;
use atlassian_settings::{Secret, Service};
use serde_json::json;

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

/// Both products of the Cloud site, behind the proxy of one app.
#[tokio::test]
async fn a_cloud_login_opens_both_products_through_the_gateway() {
    let mut stage = Stage::single().await;
    let (id, secret) = stage.sandbox.oauth_client();
    stage.server.oauth_proxy = [
        ("ATLASSIAN_OAUTH_PROXY_ENABLE", "true"),
        ("ATLASSIAN_OAUTH_CLIENT_ID", id.as_str()),
        ("ATLASSIAN_OAUTH_CLIENT_SECRET", secret.as_str()),
        ("ATLASSIAN_OAUTH_REDIRECT_URI", "http://localhost:9999/x/callback"),
        ("ATLASSIAN_OAUTH_SCOPE", "read:jira-work,write:jira-work read:me"),
        ("ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE", "memory"),
    ]
    .map(|(name, value)| (name.to_owned(), Secret::new(value)))
    .to_vec();
    let mut served = Served::start(&stage).await;
    served.http = no_redirects();
    let own = client(&served).await;
    let mut browser = Browser::default();
    let begun = browser.open(&served, &authorize_url(&own, &[])).await;
    let page = browser.open(&served, location(&begun).as_str()).await;
    let upstream = location(&browser.answer(&served, &page, "allow").await);
    let sent = query(&upstream);
    assert_eq!(
        (sent["audience"].as_str(), sent["prompt"].as_str()),
        ("api.atlassian.com", "consent")
    );
    assert_eq!(sent["scope"], "read:jira-work write:jira-work read:me offline_access");
    assert!(upstream.as_str().starts_with(&stage.site("acme").auth_url()), "{upstream}");
    let back = location(&served.send(served.http.get(upstream)).await);
    let code = query(&location(&browser.open(&served, back.as_str()).await))["code"].clone();
    let reply = exchange(&served, &own, &code).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let renewed = renew(&served, &own, text(&reply, "refresh_token")).await;
    let bearer = format!("Bearer {}", text(&renewed, "access_token"));
    let acme = stage.site("acme");
    acme.clear_log();
    for (tool, argument) in [("jira_search", "jql"), ("confluence_search", "query")] {
        let argument =
            json!({ argument: if argument == "jql" { "project = PAY" } else { "plan" } });
        let params = json!({ "name": tool, "arguments": argument });
        let called = served.modern(&[("authorization", &bearer)], "tools/call", params).await;
        assert_eq!(called.json["result"]["isError"], json!(false), "{tool}: {called:?}");
    }
    let log = acme.log();
    assert!(log.len() >= 2);
    for sent in &log {
        let authorization = sent.header("authorization").unwrap_or_default();
        assert!(authorization.starts_with("Bearer canary-"), "{authorization}");
    }
}

/// A credential for an instance that takes the plain `Authorization` because the sites share
/// accounts is not the same as a login at one of them.
#[tokio::test]
async fn a_login_is_for_its_own_site_even_where_sites_share_accounts() {
    let mut stage = Stage::pair().await;
    stage.instance(Service::Jira, "staging").exposure.accept_authorization = true;
    stage.instance(Service::Confluence, "staging").exposure.accept_authorization = true;
    let corp = stage.site("corp");
    let (id, secret) = corp.oauth_client(Theirs::Jira);
    stage.server.oauth_proxy = [
        ("ATLASSIAN_OAUTH_PROXY_ENABLE", "true"),
        ("ATLASSIAN_OAUTH_INSTANCE_URL", corp.jira_url().as_str()),
        ("ATLASSIAN_OAUTH_CLIENT_ID", id.as_str()),
        ("ATLASSIAN_OAUTH_CLIENT_SECRET", secret.as_str()),
        ("ATLASSIAN_OAUTH_REDIRECT_URI", "http://localhost:9999/x/callback"),
        ("ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE", "memory"),
    ]
    .map(|(name, value)| (name.to_owned(), Secret::new(value)))
    .to_vec();
    let mut served = Served::start(&stage).await;
    served.http = no_redirects();
    let own = client(&served).await;
    let code = login(&served, &mut Browser::default(), &own).await;
    let reply = exchange(&served, &own, &code).await;
    let bearer = format!("Bearer {}", text(&reply, "access_token"));
    let call = async |tool: &str, arguments: serde_json::Value| {
        let params = json!({ "name": tool, "arguments": arguments });
        let called = served.modern(&[("authorization", &bearer)], "tools/call", params).await;
        called.json["result"].clone()
    };
    stage.site("acme").clear_log();
    let there = call("jira_staging_get_all_projects", json!({})).await;
    assert_eq!(there["isError"], json!(false), "{there}");
    corp.clear_log();
    let words = json!({ "query": "plan" });
    for (tool, arguments) in [
        ("jira_get_all_projects", json!({})),
        ("confluence_search", words.clone()),
        ("confluence_staging_search", words),
    ] {
        let called = call(tool, arguments).await;
        let text = called["content"][0]["text"].as_str().unwrap_or_default();
        assert!(text.contains("no credentials") || text.starts_with("Unknown tool"), "{called}");
    }
    assert!(stage.site("acme").log().is_empty() && corp.log().is_empty());
}
