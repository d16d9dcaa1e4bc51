//! Who calls over HTTP: refusals, credentials per instance, narrowing.

use crate::stage::Stage;
use crate::wire::{Served, initialize, names, text};
use atlassian_sandbox::{Fault, Site};
use atlassian_settings::{Credential, InstanceName, OAuthCredential, Service};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

const NOTHING: &str = "Authentication required: no Atlassian credentials were provided.";
const SCHEMES: &str = "Unauthorized: Only 'Bearer <OAuthToken>', 'Token <PAT>', or 'Basic <base64(email:api_token)>' types are supported.";

fn basic(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

#[tokio::test]
async fn the_table_of_refusals() {
    let stage = Stage::pair().await;
    let served = Served::start(&stage).await;
    let unknown = "Unauthorized: the header `x-atlassian-jira-nowhere-personal-token` names no configured Jira instance";
    let no_colon = basic("no colon");
    let no_user = basic(":token");
    let no_token = basic("ann@x.example:");
    for (name, value, text) in [
        ("accept-language", "en", NOTHING),
        ("authorization", "  ", NOTHING),
        ("x-atlassian-jira-personal-token", "pat", NOTHING),
        ("x-atlassian-jira-staging-personal-token", "  ", NOTHING),
        ("authorization", "bearer x", SCHEMES),
        ("authorization", "raw-token", SCHEMES),
        ("authorization", "Bearer", SCHEMES),
        ("authorization", "Digest username=x", SCHEMES),
        (
            "authorization",
            &no_colon,
            "Unauthorized: Invalid Basic auth format. Expected 'email:api_token'",
        ),
        ("authorization", "Basic /////w==", "Unauthorized: Invalid Basic auth encoding"),
        ("authorization", &no_user, "Unauthorized: Email or API token is empty"),
        ("authorization", &no_token, "Unauthorized: Email or API token is empty"),
        ("x-atlassian-jira-staging-authorization", "bearer x", SCHEMES),
        ("x-atlassian-jira-nowhere-personal-token", "pat", unknown),
    ] {
        for request in [
            served.prepare(&[], initialize("2025-06-18").to_string()),
            served.http.get(served.url()),
            served.http.delete(served.url()),
        ] {
            let reply = served.send(request.header(name, value)).await;
            assert_eq!(reply.status, 401, "{name}: {value}");
            assert_eq!(reply.json, json!({ "error": text }), "{name}: {value}");
            assert_eq!(reply.headers["content-type"], "application/json");
            assert!(!reply.headers.contains_key("www-authenticate"));
        }
    }
    assert!(stage.site("acme").log().is_empty() && stage.site("corp").log().is_empty());
}

#[tokio::test]
async fn a_refusal_repeats_no_credential() {
    let stage = Stage::pair().await;
    let served = Served::start(&stage).await;
    for (name, value) in [
        ("authorization", "canary-raw-token"),
        ("authorization", "Digest canary"),
        ("x-atlassian-jira-nowhere-personal-token", "canary-pat"),
        ("x-atlassian-cloud-id", "canary-id"),
    ] {
        let reply = served.post(&[(name, value)], &initialize("2025-06-18")).await;
        assert_eq!(reply.status, 401);
        assert!(!reply.text.contains("canary"), "{}", reply.text);
    }
}

/// What a search sent to Confluence on `site` looked like to it.
async fn seen(
    served: &Served,
    site: &Site,
    tool: &str,
    headers: &[(&str, &str)],
) -> Option<String> {
    site.clear_log();
    let params = json!({ "name": tool, "arguments": { "query": "plan" } });
    let reply = served.modern(headers, "tools/call", params).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    site.log().first().map(|sent| sent.header("authorization").unwrap_or_default().to_owned())
}

#[tokio::test]
async fn authorization_reaches_the_primary_only() {
    let stage = Stage::pair().await;
    let (acme, corp) = (stage.site("acme"), stage.site("corp"));
    let served = Served::start(&stage).await;
    let pair = basic("ann@x.example:secret:with:colons");
    for (sent, arrives) in
        [("Bearer tok", "Bearer tok"), ("Token tok", "Bearer tok"), (pair.as_str(), pair.as_str())]
    {
        let headers = [("authorization", sent)];
        let at_acme = seen(&served, &acme, "confluence_search", &headers).await;
        assert_eq!(at_acme.as_deref(), Some(arrives));
        assert_eq!(seen(&served, &corp, "confluence_staging_search", &headers).await, None);
        let listed = names(&served.modern(&headers, "tools/list", json!({})).await.json);
        assert!(listed.iter().any(|name| name == "confluence_search"));
        assert!(!listed.iter().any(|name| name.starts_with("confluence_staging_")), "{listed:?}");
    }
}

#[tokio::test]
async fn a_numbered_instance_takes_it_when_its_operator_says_so() {
    let mut stage = Stage::pair().await;
    stage.instance(Service::Confluence, "staging").exposure.accept_authorization = true;
    let corp = stage.site("corp");
    let served = Served::start(&stage).await;
    let headers = [("authorization", "Bearer shared")];
    let at_corp = seen(&served, &corp, "confluence_staging_search", &headers).await;
    assert_eq!(at_corp.as_deref(), Some("Bearer shared"));
}

#[tokio::test]
async fn an_instance_is_addressed_by_its_name_in_any_spelling() {
    let mut stage = Stage::pair().await;
    let service = Service::Confluence;
    for (name, headers) in [
        ("staging", &["staging", "Staging", "STAGING"][..]),
        ("prod_internal", &["Prod-Internal", "prod_internal", "PROD-INTERNAL"]),
        ("confluence_2", &["2", "Confluence-2", "confluence_2"]),
    ] {
        let old = stage.instances.last().expect("staging").id.name.clone();
        stage.instance(service, old.as_str()).id.name =
            InstanceName::parse(name, service, 2).expect("name");
        let tool = format!("{}search", stage.instances.last().expect("it").id.tool_prefix());
        let (acme, corp) = (stage.site("acme"), stage.site("corp"));
        let served = Served::start(&stage).await;
        for spelled in headers {
            let token = format!("X-Atlassian-Confluence-{spelled}-Personal-Token");
            let given = [(token.as_str(), "their-pat")];
            let arrived = seen(&served, &corp, &tool, &given).await;
            assert_eq!(arrived.as_deref(), Some("Bearer their-pat"), "{token}");
            assert_eq!(seen(&served, &acme, "confluence_search", &given).await, None, "{token}");
            let whole = format!("X-Atlassian-Confluence-{spelled}-Authorization");
            let pair = basic("bo:pw");
            let arrived = seen(&served, &corp, &tool, &[(&whole, &pair)]).await;
            assert_eq!(arrived.as_deref(), Some(pair.as_str()), "{whole}");
        }
    }
}

#[tokio::test]
async fn the_credential_for_an_instance_goes_before_the_plain_one() {
    let mut stage = Stage::pair().await;
    stage.instance(Service::Confluence, "staging").exposure.accept_authorization = true;
    let (acme, corp) = (stage.site("acme"), stage.site("corp"));
    let served = Served::start(&stage).await;
    let headers = [
        ("authorization", "Bearer plain"),
        ("x-atlassian-confluence-staging-authorization", "Bearer own"),
        ("x-atlassian-confluence-primary-personal-token", "first"),
    ];
    let at_corp = seen(&served, &corp, "confluence_staging_search", &headers).await;
    assert_eq!(at_corp.as_deref(), Some("Bearer own"));
    let at_acme = seen(&served, &acme, "confluence_search", &headers).await;
    assert_eq!(at_acme.as_deref(), Some("Bearer first"));
    let both = [
        ("x-atlassian-confluence-staging-authorization", "Bearer whole"),
        ("x-atlassian-confluence-staging-personal-token", "pat"),
    ];
    let at_corp = seen(&served, &corp, "confluence_staging_search", &both).await;
    assert_eq!(at_corp.as_deref(), Some("Bearer pat"));
    let repeated = [("authorization", "Bearer a"), ("authorization", "Bearer last")];
    let at_acme = seen(&served, &acme, "confluence_search", &repeated).await;
    assert_eq!(at_acme.as_deref(), Some("Bearer last"));
}

#[tokio::test]
async fn the_operators_credentials_are_lent_only_where_allowed() {
    let mut stage = Stage::pair().await;
    stage.instance(Service::Jira, "staging").exposure.allow_credential_fallback = true;
    let served = Served::start(&stage).await;
    let headers = [("authorization", "Bearer mine")];
    let listed = names(&served.modern(&headers, "tools/list", json!({})).await.json);
    assert!(!listed.iter().any(|name| name.starts_with("confluence_staging_")), "{listed:?}");
    let params = json!({ "name": "confluence_staging_search", "arguments": { "query": "x" } });
    let refused = served.modern(&headers, "tools/call", params).await;
    assert_eq!(refused.json["result"]["isError"], json!(true));
    assert!(stage.site("corp").log().is_empty(), "{}", text(&refused.json));
    drop(served);

    let stage = Stage::pair().await.open();
    let (acme, corp) = (stage.site("acme"), stage.site("corp"));
    let served = Served::start(&stage).await;
    let pat = format!("Bearer {}", corp.pat(atlassian_sandbox::Service::Confluence));
    assert_eq!(seen(&served, &corp, "confluence_staging_search", &[]).await, Some(pat.clone()));
    // What a caller brings is used where it belongs, right or wrong; it is never replaced.
    acme.fault(Fault::on(atlassian_sandbox::Service::Confluence, "*", "/").status(401));
    let garbage = [("authorization", "Bearer garbage")];
    assert_eq!(
        seen(&served, &acme, "confluence_search", &garbage).await.as_deref(),
        Some("Bearer garbage")
    );
    assert!(acme.log().iter().all(|sent| sent.header("authorization") == Some("Bearer garbage")));
    let malformed = served.post(&[("authorization", "garbage")], &initialize("2025-06-18")).await;
    assert_eq!(malformed.status, 401, "malformed credentials are no missing credentials");
}

#[tokio::test]
async fn ignored_headers_are_not_looked_at() {
    let mut stage = Stage::pair().await.open();
    stage.server.callers.ignore_header_auth = true;
    let acme = stage.site("acme");
    let served = Served::start(&stage).await;
    let own = seen(&served, &acme, "confluence_search", &[]).await;
    assert!(own.is_some());
    for headers in [
        [("authorization", "garbage")],
        [("authorization", "Bearer platform")],
        [("x-atlassian-jira-nowhere-personal-token", "x")],
        [("x-atlassian-jira-url", "https://elsewhere.example")],
    ] {
        assert_eq!(seen(&served, &acme, "confluence_search", &headers).await, own, "{headers:?}");
    }
}

#[tokio::test]
async fn a_bearer_is_oauth_where_the_instance_knows_its_site() {
    let mut stage = Stage::single().await;
    let acme = stage.site("acme");
    let served = Served::start(&stage).await;
    let headers = [("authorization", "Bearer theirs")];
    seen(&served, &acme, "confluence_search", &headers).await;
    assert!(acme.log().iter().all(|sent| !sent.via_gateway), "a personal token goes to the site");
    let instance = stage.instance(Service::Confluence, "primary");
    instance.credential = Credential::OAuth(OAuthCredential::Minimal);
    instance.cloud_id = Some(acme.cloud_id());
    let served = Served::start(&stage).await;
    let arrived = seen(&served, &acme, "confluence_search", &headers).await;
    assert_eq!(arrived.as_deref(), Some("Bearer theirs"));
    assert!(acme.log().iter().all(|sent| sent.via_gateway), "an OAuth token goes to the gateway");
    let arrived =
        seen(&served, &acme, "confluence_search", &[("authorization", "Token theirs")]).await;
    assert_eq!(arrived.as_deref(), Some("Bearer theirs"));
    assert!(acme.log().iter().all(|sent| !sent.via_gateway));
}

#[tokio::test]
async fn passed_on_headers_identify_a_caller_of_an_external_instance() {
    let mut stage = Stage::pair().await;
    let instance = stage.instance(Service::Confluence, "staging");
    instance.credential = Credential::External;
    instance.network.passthrough_headers = vec!["x-sso-user".into()];
    let corp = stage.site("corp");
    let served = Served::start(&stage).await;
    assert_eq!(served.post(&[], &initialize("2025-06-18")).await.status, 401);
    let headers = [("X-SSO-User", "ann"), ("x-other", "no")];
    assert_eq!(
        seen(&served, &corp, "confluence_staging_search", &headers).await.as_deref(),
        Some("")
    );
    let sent = corp.log();
    assert_eq!(sent.first().and_then(|sent| sent.header("x-sso-user")), Some("ann"));
    assert_eq!(sent.first().and_then(|sent| sent.header("x-other")), None);
    let session = served.session(&headers).await;
    let other = [("x-sso-user", "bo"), ("mcp-session-id", session.as_str())];
    assert_eq!(served.post(&other, &initialize("2025-06-18")).await.status, 404);
}

#[tokio::test]
async fn a_request_can_only_narrow() {
    let mut stage = Stage::pair().await.open();
    stage.server.aliases = vec![("stg".into(), "staging".into())];
    stage.server.groups = vec![("all_of_it".into(), vec!["primary".into(), "stg".into()])];
    stage.instance(Service::Confluence, "staging").exposure.read_only = true;
    let corp = stage.site("corp");
    let served = Served::start(&stage).await;
    let list = async |headers: &[(&str, &str)]| {
        names(&served.modern(headers, "tools/list", json!({})).await.json)
    };
    let of_instance = |name: &String| !name.starts_with("atlassian_");
    let all = list(&[]).await;
    for value in ["staging", "Staging", "stg", "staging, nowhere"] {
        let some = list(&[("x-atlassian-instances", value)]).await;
        let expected: Vec<String> =
            all.iter().filter(|name| name.contains("_staging_")).cloned().collect();
        let some: Vec<String> = some.into_iter().filter(of_instance).collect();
        assert_eq!(some, expected, "{value}");
    }
    assert_eq!(list(&[("x-atlassian-instances", "all_of_it")]).await, all);
    assert_eq!(list(&[("x-atlassian-instances", "")]).await, all);
    let none = list(&[("x-atlassian-instances", "nowhere")]).await;
    assert!(none.iter().all(|name| !of_instance(name)), "{none:?}");
    let comments = list(&[("x-atlassian-toolsets", "confluence_comments")]).await;
    assert!(comments.contains(&"confluence_add_comment".to_owned()), "{comments:?}");
    assert!(!comments.contains(&"confluence_search".to_owned()));
    assert!(!comments.contains(&"confluence_staging_add_comment".to_owned()), "read-only stays");
    assert!(list(&[("x-atlassian-toolsets", "no_such")]).await.is_empty());
    let plain = "confluence_search, jira_staging_search, no_such";
    assert_eq!(
        list(&[("x-atlassian-enabled-tools", plain)]).await,
        ["confluence_search", "jira_staging_search", "confluence_staging_search"]
    );
    let without = list(&[("x-atlassian-disabled-tools", "confluence_search")]).await;
    let expected: Vec<String> =
        all.iter().filter(|name| !name.ends_with("confluence_search")).cloned().collect();
    assert!(!without.contains(&"confluence_search".to_owned()), "{without:?}");
    assert!(without.len() < expected.len(), "a plain name holds for every instance");
    for value in ["true", "1", "please"] {
        let careful = list(&[("x-atlassian-read-only", value)]).await;
        assert!(!careful.contains(&"jira_add_comment".to_owned()), "{value}");
        assert!(careful.contains(&"jira_search".to_owned()));
    }
    assert_eq!(list(&[("x-atlassian-read-only", "false")]).await, all);
    let writing = json!({ "name": "jira_add_comment", "arguments": {} });
    let reply = served.modern(&[("x-atlassian-read-only", "true")], "tools/call", writing).await;
    assert_eq!(text(&reply.json), "Unknown tool: jira_add_comment");

    let hidden = [("x-atlassian-instances", "primary")];
    assert_eq!(seen(&served, &corp, "confluence_staging_search", &hidden).await, None);
    let params = json!({ "name": "confluence_staging_search", "arguments": { "query": "x" } });
    let reply = served.modern(&hidden, "tools/call", params).await;
    assert_eq!(text(&reply.json), "Unknown tool: confluence_staging_search");
}
