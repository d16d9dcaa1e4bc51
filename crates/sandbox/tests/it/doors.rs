//! Ways in: origins, context paths, the gateway, and credentials at each.

use atlassian_sandbox::{REASON, Sandbox, Service, Site, SiteSpec};

use crate::ask::{ask, both, client, jira, read};

async fn bearer(url: String, token: &str) -> crate::ask::Got {
    read(client().get(url).bearer_auth(token).send().await.unwrap()).await
}

#[tokio::test]
async fn each_product_answers_below_its_own_address() {
    let all = both().await;
    assert!(all.corp.jira_url().ends_with("/jira"));
    assert!(all.acme.confluence_url().ends_with("/wiki"));
    assert_eq!(
        jira(&all.acme, "GET", "/rest/api/3/myself", None).await.json["displayName"],
        "Ada Okafor"
    );
    let corp = jira(&all.corp, "GET", "/rest/api/2/myself", None).await;
    assert_eq!(corp.json["name"], "mvoss");
    assert!(corp.json["self"].as_str().unwrap().starts_with(&all.corp.jira_url()));
    let bare = all.corp.jira_url().replace("/jira", "/rest/api/2/myself");
    assert_eq!(bearer(bare, &all.corp.pat(Service::Jira)).await.status, 404);
}

#[tokio::test]
async fn credentials_open_only_their_own_site_and_service() {
    let sandbox = Sandbox::builder()
        .site(SiteSpec::cloud("acme"))
        .site(SiteSpec::cloud("beta"))
        .site(SiteSpec::data_center("corp"))
        .start()
        .await
        .unwrap();
    let (acme, beta, corp) = (sandbox.site("acme"), sandbox.site("beta"), sandbox.site("corp"));
    let client = client();
    let status = async |site: &Site, user: &str, token: String| {
        let url = format!("{}/rest/api/2/myself", site.jira_url());
        client.get(url).basic_auth(user, Some(token)).send().await.unwrap().status().as_u16()
    };
    let own = status(&acme, &acme.username(), acme.api_token(Service::Jira)).await;
    assert_eq!(own, 200);
    for foreign in [
        acme.api_token(Service::Confluence),
        acme.scoped_token(Service::Jira),
        acme.oauth_token(Service::Jira),
        beta.api_token(Service::Jira),
        corp.api_token(Service::Jira),
        String::new(),
    ] {
        assert_eq!(status(&acme, &acme.username(), foreign.clone()).await, 401, "{foreign}");
    }
    assert_eq!(status(&beta, &acme.username(), acme.api_token(Service::Jira)).await, 401);
    for (token, expected) in [
        (corp.pat(Service::Jira), 200),
        (corp.oauth_token(Service::Jira), 200),
        (corp.pat(Service::Confluence), 401),
        (acme.pat(Service::Jira), 401),
    ] {
        let got = bearer(format!("{}/rest/api/2/myself", corp.jira_url()), &token).await;
        assert_eq!(got.status, expected, "{token}");
    }
    let refused =
        bearer(format!("{}/rest/api/3/myself", acme.jira_url()), &acme.oauth_token(Service::Jira))
            .await;
    assert_eq!(refused.status, 401, "Cloud takes bearer tokens at the gateway only");
    assert!(!refused.header(REASON).is_empty());
}

#[tokio::test]
async fn the_gateway_serves_sites_by_cloud_id() {
    let all = both().await;
    let base = format!("{}/ex/jira/{}", all.acme.gateway_url(), all.acme.cloud_id());
    let got =
        bearer(format!("{base}/rest/api/3/issue/PAY-1"), &all.acme.oauth_token(Service::Jira))
            .await;
    assert_eq!(got.json["key"], "PAY-1");
    assert!(got.json["self"].as_str().unwrap().starts_with(&base));
    let entry = all.acme.log().pop().unwrap();
    assert!(entry.via_gateway);
    assert_eq!(entry.product_path, "/rest/api/3/issue/PAY-1");
    assert_eq!(entry.to_json()["path"], "/rest/api/3/issue/PAY-1");
    assert_eq!(
        bearer(format!("{base}/rest/api/3/myself"), &all.corp.pat(Service::Jira)).await.status,
        401
    );
    let tenant = reqwest::get(format!("{}/_edge/tenant_info", all.acme.jira_url())).await.unwrap();
    assert_eq!(read(tenant).await.json["cloudId"], all.acme.cloud_id().as_str());
    let resources = format!("{}/oauth/token/accessible-resources", all.acme.gateway_url());
    let found = bearer(resources.clone(), &all.acme.oauth_token(Service::Confluence)).await;
    assert_eq!(found.json[0]["id"], all.acme.cloud_id().as_str());
    assert_eq!(bearer(resources, "nobody").await.status, 401);
}

#[tokio::test]
async fn a_dropped_sandbox_answers_no_more() {
    let all = both().await;
    let url = format!("{}/rest/api/3/serverInfo", all.acme.jira_url());
    assert!(reqwest::get(&url).await.is_ok());
    drop(all);
    tokio::task::yield_now().await;
    assert!(reqwest::get(&url).await.is_err());
}

#[tokio::test]
async fn nobody_sees_nothing() {
    let all = both().await;
    let issue =
        reqwest::get(format!("{}/rest/api/3/issue/PAY-1", all.acme.jira_url())).await.unwrap();
    assert_eq!(issue.status(), 404);
    let myself = reqwest::get(format!("{}/rest/api/3/myself", all.acme.jira_url())).await.unwrap();
    assert_eq!(myself.status(), 401);
    let page =
        reqwest::get(format!("{}/rest/api/content", all.corp.confluence_url())).await.unwrap();
    assert_eq!(page.status(), 401);
}

#[tokio::test]
async fn the_log_keeps_what_came_and_what_was_answered() {
    let all = both().await;
    ask(&all.acme, Service::Jira, "GET", "/rest/api/3/issue/PAY-404?fields=summary,status", None)
        .await;
    let log = all.acme.log();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].line(), "GET /rest/api/3/issue/PAY-404");
    assert_eq!(log[0].status, 404);
    assert_eq!(log[0].query_value("fields"), Some("summary,status"));
    assert!(log[0].header("Authorization").unwrap().starts_with("Basic "));
    let file = std::env::temp_dir().join(format!("sandbox-log-{}.jsonl", std::process::id()));
    all.sandbox.write_log_jsonl(&file).unwrap();
    let written = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(written.lines().count(), 1);
    all.acme.clear_log();
    assert!(all.acme.log().is_empty());
}

#[tokio::test]
async fn sites_speak_tls_under_real_names() {
    let sandbox = Sandbox::builder()
        .site(SiteSpec::cloud("acme"))
        .site(SiteSpec::data_center("corp"))
        .tls()
        .start()
        .await
        .unwrap();
    let (acme, corp) = (sandbox.site("acme"), sandbox.site("corp"));
    assert!(acme.jira_url().starts_with("https://acme.atlassian.net:"));
    assert!(acme.gateway_url().starts_with("https://api.atlassian.com:"));
    let trusting = |builder: reqwest::ClientBuilder| {
        let pem = sandbox.certificate().unwrap();
        builder.tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).unwrap()])
    };
    let resolving = || {
        sandbox.hosts().iter().fold(reqwest::Client::builder(), |builder, (host, address)| {
            builder.resolve(host, *address)
        })
    };
    let client = trusting(resolving()).build().unwrap();
    let url = format!("{}/rest/api/3/myself", acme.jira_url());
    let token = acme.api_token(Service::Jira);
    let got = client.get(&url).basic_auth(acme.username(), Some(token)).send().await.unwrap();
    assert_eq!(got.status(), 200);
    let url = format!("{}/rest/api/user/current", corp.confluence_url());
    let got = client.get(url).bearer_auth(corp.pat(Service::Confluence)).send().await.unwrap();
    assert_eq!(got.status(), 200);
    let distrustful = resolving().build().unwrap();
    let url = format!("{}/rest/api/3/serverInfo", acme.jira_url());
    assert!(distrustful.get(url).send().await.is_err());
}
