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

/// Asks a token endpoint with a form.
async fn exchange(url: String, form: &[(&str, &str)]) -> crate::ask::Got {
    read(client().post(url).form(form).send().await.unwrap()).await
}

#[tokio::test]
async fn refresh_tokens_rotate_and_expired_access_ends() {
    let all = both().await;
    let (id, secret) = all.acme.oauth_client(Service::Jira);
    let first = all.acme.refresh_token(Service::Jira);
    let url = format!("{}/oauth/token", all.acme.auth_url());
    let refresh = |token: &str| {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &id),
            ("client_secret", &secret),
            ("refresh_token", token),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let url = url.clone();
        async move {
            let form: Vec<(&str, &str)> =
                form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            exchange(url, &form).await
        }
    };
    let myself =
        format!("{}/ex/jira/{}/rest/api/3/myself", all.acme.gateway_url(), all.acme.cloud_id());
    let old = all.acme.oauth_token(Service::Jira);
    assert_eq!(bearer(myself.clone(), &old).await.status, 200);
    all.acme.expire_oauth_tokens();
    assert_eq!(bearer(myself.clone(), &old).await.status, 401);
    let granted = refresh(&first).await;
    let access = granted.json["access_token"].as_str().unwrap();
    assert_eq!(bearer(myself.clone(), access).await.status, 200);
    let wiki = myself
        .replace("/ex/jira", "/ex/confluence")
        .replace("/rest/api/3/myself", "/wiki/rest/api/user/current");
    assert_eq!(bearer(wiki, access).await.status, 401, "a token is for one service");
    let again = refresh(&first).await;
    assert_eq!((again.status, again.json["error"].as_str()), (403, Some("invalid_grant")));
    assert_eq!(refresh(&all.acme.refresh_token(Service::Jira)).await.status, 200);
    assert_eq!(all.acme.log().iter().filter(|r| r.product_path == "/oauth/token").count(), 3);
}

#[tokio::test]
async fn codes_are_exchanged_once_on_both_flavours() {
    let all = both().await;
    let silent =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let dc = format!("{}/rest/oauth2/latest", all.corp.jira_url());
    let cases = [
        (
            &all.acme,
            format!("{}/authorize", all.acme.auth_url()),
            format!("{}/oauth/token", all.acme.auth_url()),
        ),
        (&all.corp, format!("{dc}/authorize"), format!("{dc}/token")),
    ];
    for (site, consent, tokens) in cases {
        let (id, secret) = site.oauth_client(Service::Jira);
        let query = [
            ("client_id", id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", "http://localhost:1/cb"),
            ("state", "s 1"),
            ("audience", "api.atlassian.com"),
            ("scope", "x"),
        ];
        let sent = silent.get(consent).query(&query).send().await.unwrap();
        assert_eq!(sent.status(), 302);
        let back = sent.headers()["location"].to_str().unwrap().to_owned();
        assert!(back.ends_with("&state=s+1"), "{back}");
        let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &id),
            ("client_secret", &secret),
            ("code", &code),
            ("redirect_uri", "http://localhost:1/cb"),
        ];
        let granted = exchange(tokens.clone(), &form).await;
        assert!(granted.json["refresh_token"].is_string(), "{granted:?}");
        assert_eq!(exchange(tokens, &form).await.status, 403, "a code is good once");
        if site.name() == "corp" {
            let url = format!("{}/rest/api/2/myself", site.jira_url());
            assert_eq!(
                bearer(url, granted.json["access_token"].as_str().unwrap()).await.status,
                200
            );
        }
    }
}

/// The code of a consent that is given at once.
async fn code(url: String, query: &[(&str, &str)]) -> String {
    let silent =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let sent = silent.get(url).query(query).send().await.unwrap();
    let back = sent.headers()["location"].to_str().unwrap().to_owned();
    back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_grant_of_the_app_of_all_sites_opens_every_cloud_site() {
    let sandbox = Sandbox::builder()
        .site(SiteSpec::data_center("corp"))
        .site(SiteSpec::cloud("acme"))
        .site(SiteSpec::cloud("beta"))
        .start()
        .await
        .unwrap();
    let (acme, beta) = (sandbox.site("acme"), sandbox.site("beta"));
    let (id, secret) = sandbox.oauth_client();
    // The challenge is the example of RFC 7636, appendix B.
    let query = [
        ("client_id", id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", "http://localhost:1/cb"),
        ("audience", "api.atlassian.com"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let url = format!("{}/oauth/token", acme.auth_url());
    let exchanged = async |verifier: &str| {
        let code = code(format!("{}/authorize", acme.auth_url()), &query).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &id),
            ("client_secret", &secret),
            ("code", &code),
            ("redirect_uri", "http://localhost:1/cb"),
            ("code_verifier", verifier),
        ];
        exchange(url.clone(), &form).await
    };
    assert_eq!(exchanged("another").await.status, 403, "the verifier belongs to the challenge");
    let granted = exchanged("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").await;
    let access = granted.json["access_token"].as_str().unwrap();
    assert_eq!(granted.json["refresh_token"], sandbox.refresh_token().as_str());
    let list = format!("{}/oauth/token/accessible-resources", acme.gateway_url());
    let listed = bearer(list, access).await;
    let ids: Vec<&str> =
        listed.json.as_array().unwrap().iter().filter_map(|site| site["id"].as_str()).collect();
    assert!(ids.contains(&acme.cloud_id().as_str()) && ids.contains(&beta.cloud_id().as_str()));
    for site in [&acme, &beta] {
        let gateway = site.gateway_url();
        let jira = format!("{gateway}/ex/jira/{}/rest/api/3/myself", site.cloud_id());
        assert_eq!(bearer(jira, access).await.status, 200);
    }
    let refresh = sandbox.refresh_token();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &id),
        ("client_secret", &secret),
        ("refresh_token", &refresh),
    ];
    assert_eq!(exchange(url.clone(), &form).await.status, 200);
    assert_eq!(exchange(url, &form).await.status, 403, "used up");
}
