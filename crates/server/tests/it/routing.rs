//! Addresses and Cloud sites that requests bring: who is asked, with which credential, and who is
//! refused (server spec sections 4.3, 4.4, 4.6, 10.23 and 11.6).

use crate::stage::Stage;
use crate::wire::{Served, call, initialize, names, text};
use atlassian_http::Resolve;
use atlassian_sandbox::{Fault, Site};
use atlassian_settings::{Credential, Filter, OAuthCredential, Service, SiteUrl};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::json;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The two products of `acme` are the primaries; `corp` is a stranger on the operator's list.
async fn listed() -> Stage {
    let mut stage = Stage::single().await;
    stage.server.callers.allowed_url_domains = vec!["127.0.0.1".into()];
    stage
}

/// What a search sent, and where to: the site's name and the `Authorization` it saw.
async fn went(
    stage: &Stage,
    served: &Served,
    tool: &str,
    headers: &[(&str, &str)],
) -> Option<(String, String)> {
    for site in stage.sandbox.sites() {
        site.clear_log();
    }
    let arguments = if tool.starts_with("jira") {
        json!({ "jql": "project = PAY" })
    } else {
        json!({ "query": "plan" })
    };
    let params = json!({ "name": tool, "arguments": arguments });
    let reply = served.modern(headers, "tools/call", params).await;
    assert_eq!(reply.status, 200, "{headers:?}: {reply:?}");
    let mut seen: Vec<(String, String)> = Vec::new();
    for site in stage.sandbox.sites() {
        for sent in site.log() {
            let authorization = sent.header("authorization").unwrap_or_default().to_owned();
            let place = if sent.via_gateway { "gateway of " } else { "" };
            let entry = (format!("{place}{}", site.name()), authorization);
            if !seen.contains(&entry) {
                seen.push(entry);
            }
        }
    }
    // What a Cloud site refuses may be an API token with scopes: its own gateway is asked as well.
    if let [(site, at_site), (gateway, at_gateway)] = seen.as_slice()
        && at_site.starts_with("Basic ")
        && at_site == at_gateway
        && *gateway == format!("gateway of {site}")
    {
        seen.pop();
    }
    assert!(seen.len() <= 1, "one place, one credential: {headers:?} {seen:?}");
    seen.pop()
}

#[tokio::test]
async fn the_table_of_header_combinations() {
    let stage = listed().await;
    let served = Served::start(&stage).await;
    let (acme, corp) = (stage.site("acme"), stage.site("corp"));
    let (jira, wiki) = (corp.jira_url(), corp.confluence_url());
    let (own_jira, cloud) = (acme.jira_url(), acme.cloud_id());
    let pair = format!("Basic {}", STANDARD.encode("ann@x.example:tok"));
    let at_jira = ("X-Atlassian-Jira-Url", jira.as_str());
    let at_wiki = ("X-Atlassian-Confluence-Url", wiki.as_str());
    let jira_pat = ("X-Atlassian-Jira-Personal-Token", "jira-pat");
    let wiki_pat = ("X-Atlassian-Confluence-Personal-Token", "wiki-pat");
    let bearer = ("Authorization", "Bearer tok");
    let token = ("Authorization", "Token tok");
    let basic = ("Authorization", pair.as_str());
    let named = ("X-Atlassian-Jira-Primary-Personal-Token", "for-acme");
    let home = ("X-Atlassian-Jira-Url", own_jira.as_str());
    let site = ("X-Atlassian-Cloud-Id", cloud.as_str());
    type Row<'a> =
        (&'a [(&'a str, &'a str)], Option<(&'a str, &'a str)>, Option<(&'a str, &'a str)>);
    let rows: &[Row<'_>] = &[
        // Only an Authorization: both primaries.
        (&[bearer], Some(("acme", "Bearer tok")), Some(("acme", "Bearer tok"))),
        (&[token], Some(("acme", "Bearer tok")), Some(("acme", "Bearer tok"))),
        (&[basic], Some(("acme", &pair)), Some(("acme", &pair))),
        // An address with its token: there, and nothing for the other product.
        (&[at_jira, jira_pat], Some(("corp", "Bearer jira-pat")), None),
        (&[at_wiki, wiki_pat], None, Some(("corp", "Bearer wiki-pat"))),
        (
            &[at_jira, jira_pat, at_wiki, wiki_pat],
            Some(("corp", "Bearer jira-pat")),
            Some(("corp", "Bearer wiki-pat")),
        ),
        // The token beside an address goes before the Authorization, which is then for the rest.
        (
            &[at_jira, jira_pat, bearer],
            Some(("corp", "Bearer jira-pat")),
            Some(("acme", "Bearer tok")),
        ),
        // Without a token the Authorization is for the address, and for nobody else.
        (&[at_jira, bearer], Some(("corp", "Bearer tok")), None),
        (&[at_jira, token], Some(("corp", "Bearer tok")), None),
        (&[at_jira, basic], Some(("corp", &pair)), None),
        (&[at_jira, at_wiki, basic], Some(("corp", &pair)), Some(("corp", &pair))),
        (
            &[at_jira, at_wiki, wiki_pat, basic],
            Some(("corp", &pair)),
            Some(("corp", "Bearer wiki-pat")),
        ),
        // The configured address itself.
        (&[home, jira_pat], Some(("acme", "Bearer jira-pat")), None),
        (&[home, basic], Some(("acme", &pair)), Some(("acme", &pair))),
        // An address without any credential takes nobody else's.
        (&[at_jira, wiki_pat, at_wiki], None, Some(("corp", "Bearer wiki-pat"))),
        // A credential for the configured primary is none for another address.
        (&[at_jira, named, bearer], Some(("corp", "Bearer tok")), None),
        (&[named], Some(("acme", "Bearer for-acme")), None),
        (&[named, bearer], Some(("acme", "Bearer for-acme")), Some(("acme", "Bearer tok"))),
        // A Cloud site sends an OAuth token through the gateway; other kinds do not care.
        (
            &[site, bearer],
            Some(("gateway of acme", "Bearer tok")),
            Some(("gateway of acme", "Bearer tok")),
        ),
        (&[site, token], Some(("acme", "Bearer tok")), Some(("acme", "Bearer tok"))),
        (&[site, basic], Some(("acme", &pair)), Some(("acme", &pair))),
        (&[site, at_jira, bearer], Some(("corp", "Bearer tok")), None),
    ];
    for (headers, at_jira, at_wiki) in rows {
        for (tool, expected) in [("jira_search", at_jira), ("confluence_search", at_wiki)] {
            let expected = expected.map(|(site, seen)| (site.to_owned(), seen.to_owned()));
            let found = went(&stage, &served, tool, headers).await;
            assert_eq!(found, expected, "{tool} {headers:?}");
            let listed = names(&served.modern(headers, "tools/list", json!({})).await.json);
            assert_eq!(listed.iter().any(|name| name == tool), expected.is_some(), "{headers:?}");
        }
    }
}

#[tokio::test]
async fn the_fallback_never_answers_for_another_address() {
    let stage = listed().await.open();
    let served = Served::start(&stage).await;
    let corp = stage.site("corp").jira_url();
    let nowhere = [("x-atlassian-jira-url", corp.as_str())];
    assert_eq!(went(&stage, &served, "jira_search", &nowhere).await, None);
    let (site, _) = went(&stage, &served, "confluence_search", &nowhere).await.expect("operator");
    assert_eq!(site, "acme");
    let home = stage.site("acme").jira_url();
    let own = [("x-atlassian-jira-url", home.as_str())];
    assert_eq!(went(&stage, &served, "jira_search", &own).await.expect("operator").0, "acme");
}

#[tokio::test]
async fn tools_that_bear_a_name_are_not_moved() {
    let mut stage = Stage::pair().await;
    stage.server.callers.allowed_url_domains = vec!["127.0.0.1".into()];
    let served = Served::start(&stage).await;
    let home = stage.site("acme").jira_url();
    let headers = [
        ("x-atlassian-jira-url", home.as_str()),
        ("x-atlassian-jira-personal-token", "mine"),
        ("x-atlassian-jira-staging-personal-token", "theirs"),
    ];
    let arrived = went(&stage, &served, "jira_staging_search", &headers).await;
    assert_eq!(arrived, Some(("corp".into(), "Bearer theirs".into())));
    for header in ["x-atlassian-jira-staging-url", "x-atlassian-jira-staging-cloud-id"] {
        let moved = [(header, home.as_str()), ("authorization", "Bearer x")];
        let reply = served.post(&moved, &initialize("2025-06-18")).await;
        assert_eq!(reply.status, 401, "{header}");
        assert!(reply.json["error"].as_str().is_some_and(|e| e.contains(header)), "{}", reply.text);
    }
}

#[tokio::test]
async fn a_server_without_configuration_serves_what_requests_bring() {
    let mut stage = listed().await;
    stage.instances.clear();
    let served = Served::start(&stage).await;
    let corp = stage.site("corp");
    let pat = corp.pat(atlassian_sandbox::Service::Jira);
    let url = corp.jira_url();
    let headers =
        [("x-atlassian-jira-url", url.as_str()), ("x-atlassian-jira-personal-token", pat.as_str())];
    let listed = names(&served.modern(&headers, "tools/list", json!({})).await.json);
    assert!(listed.iter().all(|name| name.starts_with("jira_")) && listed.len() > 50, "{listed:?}");
    let params = json!({ "name": "jira_get_issue", "arguments": { "issue_key": "DEPOT-5" } });
    let reply = served.modern(&headers, "tools/call", params).await;
    assert!(text(&reply.json).contains("DEPOT-5"), "{}", reply.text);
    let nothing =
        names(&served.modern(&[("authorization", "Bearer x")], "tools/list", json!({})).await.json);
    assert!(nothing.is_empty(), "{nothing:?}");
}

#[tokio::test]
async fn sites_are_switched_from_request_to_request_within_a_session() {
    let stage = listed().await;
    let served = Served::start(&stage).await;
    let (acme, corp) = (stage.site("acme"), stage.site("corp"));
    let (home, away) = (acme.jira_url(), corp.jira_url());
    let token = ("x-atlassian-jira-personal-token", "mine");
    let opening = [("x-atlassian-jira-url", home.as_str()), token];
    let session = served.session(&opening).await;
    for (url, site) in [(&home, &acme), (&away, &corp), (&home, &acme)] {
        acme.clear_log();
        corp.clear_log();
        let headers =
            [("mcp-session-id", session.as_str()), ("x-atlassian-jira-url", url.as_str()), token];
        let search = call(1, "jira_search", json!({ "jql": "project = PAY" }));
        assert_eq!(served.post(&headers, &search).await.status, 200);
        for other in [&acme, &corp] {
            assert_eq!(!other.log().is_empty(), other.name() == site.name());
        }
    }
    // Another caller who knows the session's id has no part in it.
    let stolen = [
        ("mcp-session-id", session.as_str()),
        ("x-atlassian-jira-url", home.as_str()),
        ("x-atlassian-jira-personal-token", "another"),
    ];
    let search = call(1, "jira_search", json!({ "jql": "x" }));
    assert_eq!(served.post(&stolen, &search).await.status, 404);
}

#[tokio::test]
async fn naming_an_instance_by_its_address_leads_around_no_rule() {
    let mut stage = listed().await;
    let jira = stage.instance(Service::Jira, "primary");
    jira.exposure.filter = Filter::parse("LAB");
    jira.exposure.read_only = true;
    jira.network.custom_headers = vec![("x-gate".into(), "canary-gate".into())];
    let served = Served::start(&stage).await;
    let acme = stage.site("acme");
    let token = acme.api_token(atlassian_sandbox::Service::Jira);
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{token}", acme.username())));
    let plain = acme.jira_url();
    for url in [plain.clone(), format!("{plain}/"), plain.replace("http://", "HTTP://")] {
        let headers = [("x-atlassian-jira-url", url.as_str()), ("authorization", basic.as_str())];
        let params = json!({ "name": "jira_get_issue", "arguments": { "issue_key": "PAY-7" } });
        acme.clear_log();
        let reply = served.modern(&headers, "tools/call", params).await;
        assert!(text(&reply.json).contains("PROJECTS_FILTER"), "{url}: {}", reply.text);
        assert!(acme.log().is_empty());
        let listed = names(&served.modern(&headers, "tools/list", json!({})).await.json);
        assert!(!listed.iter().any(|name| name == "jira_add_comment"), "read-only stays");
        let search = json!({ "name": "jira_search", "arguments": { "jql": "order by created" } });
        served.modern(&headers, "tools/call", search).await;
        assert!(acme.log().iter().all(|sent| sent.header("x-gate").is_none()));
    }
}

#[tokio::test]
async fn an_address_that_requests_may_not_name_is_refused_with_its_reason() {
    let stage = Stage::single().await;
    let served = Served::start(&stage).await;
    let mut narrow = Stage::single().await;
    narrow.server.callers.allowed_url_domains = vec!["corp.example".into()];
    let listing = Served::start(&narrow).await;
    // Another port of a configured host is another place.
    let other_port = SiteUrl::parse(&stage.site("corp").jira_url(), Service::Jira, None)
        .expect("an address")
        .url()
        .origin()
        .ascii_serialization();
    let rows = [
        ("http://localhost:8080", "Blocked hostname: localhost"),
        ("http://127.0.0.1:1", "Blocked IP address: 127.0.0.1 (non-global)"),
        (other_port.as_str(), "Blocked IP address: 127.0.0.1 (non-global)"),
        ("http://2130706433", "Blocked IP address: 127.0.0.1 (non-global)"),
        ("http://0177.0.0.1", "Blocked IP address: 127.0.0.1 (non-global)"),
        ("http://[::ffff:10.0.0.1]", "Blocked IP address: ::ffff:10.0.0.1 (non-global)"),
        (
            "http://169.254.169.254",
            "Blocked IP address: 169.254.169.254 (metadata, link-local or reserved)",
        ),
        ("ftp://x.example", "Blocked scheme: ftp (only http/https allowed)"),
        ("http://", "No hostname in URL"),
        ("http://x.example\\@acme.atlassian.net", "Blocked backslash in URL authority: ****"),
        ("http://acme.atlassian.net@evil.example", "Blocked credentials in URL"),
        ("http://x.invalid", "DNS resolution failed for x.invalid"),
    ];
    for (url, reason) in rows {
        for (header, service) in
            [("x-atlassian-jira-url", "Jira"), ("x-atlassian-confluence-url", "Confluence")]
        {
            let headers = [(header, url), ("authorization", "Bearer x")];
            let reply = served.post(&headers, &initialize("2025-06-18")).await;
            let text = format!("Forbidden: Invalid {service} URL - {reason}");
            assert_eq!((reply.status, &reply.json), (401, &json!({ "error": text })), "{url}");
        }
    }
    for url in ["https://evil-corp.example", "https://corp.example.evil.example", "https://x.org"] {
        let headers = [("x-atlassian-jira-url", url), ("authorization", "Bearer x")];
        let reply = listing.post(&headers, &initialize("2025-06-18")).await;
        let host = url.trim_start_matches("https://");
        let text = format!("Forbidden: Invalid Jira URL - Hostname {host} not in allowed domains");
        assert_eq!((reply.status, &reply.json), (401, &json!({ "error": text })));
    }
    let headers = [("x-atlassian-jira-url", "https://corp.example"), ("authorization", "Bearer x")];
    assert_eq!(listing.post(&headers, &initialize("2025-06-18")).await.status, 200);
}

/// Answers with one address after another, the last one for ever.
#[derive(Debug)]
struct Rebinding(AtomicUsize, Vec<&'static str>);

impl Resolve for Rebinding {
    fn resolve(&self, _: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let turn = self.0.fetch_add(1, Ordering::SeqCst).min(self.1.len() - 1);
        let address = self.1[turn].parse().map_err(io::Error::other);
        async move { Ok(vec![address?]) }.boxed()
    }
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_caught_at_the_connection() {
    for (list, url, answers) in [
        // Public when it is named, then this machine.
        (vec![], "http://acme.atlassian.net", vec!["93.184.216.34", "127.0.0.1"]),
        (vec![], "http://acme.atlassian.net", vec!["93.184.216.34", "10.0.0.1"]),
        // A listed name may be private, but no metadata service.
        (vec!["corp.example".to_owned()], "http://corp.example", vec!["169.254.169.254"]),
        (vec!["corp.example".to_owned()], "http://corp.example", vec!["::ffff:169.254.169.254"]),
    ] {
        let mut stage = Stage::single().await;
        stage.server.callers.allowed_url_domains = list;
        let victim = stage.site("corp").jira_url();
        let port = SiteUrl::parse(&victim, Service::Jira, None).expect("url").url().port();
        let url = format!("{url}:{}", port.expect("a port"));
        let registry = stage.registry_resolving(Rebinding(AtomicUsize::new(0), answers.clone()));
        let served = Served::over(registry).await;
        let headers =
            [("x-atlassian-jira-url", url.as_str()), ("x-atlassian-jira-personal-token", "mine")];
        let params = json!({ "name": "jira_search", "arguments": { "jql": "project = X" } });
        let reply = served.modern(&headers, "tools/call", params).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let last = answers.last().expect("an answer");
        assert!(
            text(&reply.json).contains(&format!("resolves to non-global IP: {last}")),
            "{}",
            text(&reply.json)
        );
        assert!(stage.site("corp").log().is_empty());
    }
}

#[tokio::test]
async fn a_redirect_leads_a_caller_nowhere_else() {
    let stage = listed().await;
    let served = Served::start(&stage).await;
    let (acme, corp) = (stage.site("acme"), stage.site("corp"));
    let url = corp.jira_url();
    let headers =
        [("x-atlassian-jira-url", url.as_str()), ("x-atlassian-jira-personal-token", "mine")];
    for target in ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", &acme.jira_url()]
    {
        corp.reset().expect("fresh");
        corp.fault(
            Fault::on(atlassian_sandbox::Service::Jira, "*", "/")
                .status(302)
                .header("location", target),
        );
        acme.clear_log();
        let params = json!({ "name": "jira_search", "arguments": { "jql": "project = X" } });
        let reply = served.modern(&headers, "tools/call", params).await;
        assert!(text(&reply.json).contains("redirected"), "{target}: {}", reply.text);
        assert!(acme.log().is_empty(), "{target}");
    }
}

#[tokio::test]
async fn a_callers_credential_is_shown_to_the_instance_once_in_a_while() {
    let stage = listed().await;
    let served = Served::start(&stage).await;
    let corp = stage.site("corp");
    let (url, pat) = (corp.jira_url(), corp.pat(atlassian_sandbox::Service::Jira));
    let asked =
        |site: &Site| site.log().iter().filter(|sent| sent.path.ends_with("/myself")).count();
    let ask = async |token: &str| {
        let headers =
            [("x-atlassian-jira-url", url.as_str()), ("x-atlassian-jira-personal-token", token)];
        let params = json!({ "name": "jira_get_issue", "arguments": { "issue_key": "DEPOT-5" } });
        served.modern(&headers, "tools/call", params).await
    };
    for _ in 0..3 {
        assert!(text(&ask(&pat).await.json).contains("DEPOT-5"));
    }
    assert_eq!(asked(&corp), 1, "success is remembered");
    for _ in 0..2 {
        let reply = ask("garbage").await;
        let said = text(&reply.json);
        assert!(said.contains("Invalid header-based Jira token or configuration"), "{said}");
        assert!(said.contains("401") && !said.contains("garbage"), "{said}");
    }
    assert_eq!(asked(&corp), 3, "failure is not");
    assert!(corp.log().iter().all(|sent| {
        let seen = sent.header("authorization").unwrap_or_default();
        seen == format!("Bearer {pat}")
            || (seen == "Bearer garbage" && sent.path.ends_with("/myself"))
    }));
}

#[tokio::test]
async fn an_external_instance_without_an_address_takes_the_one_of_the_request() {
    let mut stage = listed().await;
    let jira = stage.instance(Service::Jira, "primary");
    jira.site = SiteUrl::from_request().expect("a placeholder");
    jira.credential = Credential::External;
    jira.network.passthrough_headers = vec!["x-sso-user".into(), "authorization".into()];
    let served = Served::start(&stage).await;
    let url = stage.site("corp").jira_url();
    let headers = [("x-atlassian-jira-url", url.as_str()), ("x-sso-user", "ann")];
    let arrived = went(&stage, &served, "jira_search", &headers).await;
    assert_eq!(arrived, Some(("corp".into(), String::new())));
    let sent = stage.site("corp").log();
    assert_eq!(sent.first().and_then(|sent| sent.header("x-sso-user")), Some("ann"));
    stage.server.callers.allowed_url_domains.clear();
    let unlisted = Served::start(&stage).await;
    let without = [("x-sso-user", "ann")];
    assert_eq!(went(&stage, &unlisted, "jira_search", &without).await, None);
}

#[tokio::test]
async fn a_minimal_oauth_instance_takes_the_site_of_the_request() {
    let mut stage = Stage::single().await;
    let cloud = stage.site("acme").cloud_id();
    for service in Service::ALL {
        let config = stage.instance(service, "primary");
        config.site = SiteUrl::from_request().expect("a placeholder");
        config.credential = Credential::OAuth(OAuthCredential::Minimal);
    }
    let served = Served::start(&stage).await;
    let headers = [("authorization", "Bearer theirs"), ("x-atlassian-cloud-id", cloud.as_str())];
    for tool in ["jira_search", "confluence_search"] {
        let arrived = went(&stage, &served, tool, &headers).await;
        assert_eq!(arrived, Some(("gateway of acme".into(), "Bearer theirs".into())), "{tool}");
    }
    let odd = [("authorization", "Bearer theirs"), ("x-atlassian-cloud-id", "../../admin")];
    assert_eq!(served.post(&odd, &initialize("2025-06-18")).await.status, 401);
}

#[tokio::test]
async fn the_audit_file_names_the_address_a_request_brought() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.jsonl");
    let mut stage = listed().await;
    stage.server.audit_file = Some(path.clone());
    let served = Served::start(&stage).await;
    let url = stage.site("corp").jira_url();
    let headers =
        [("x-atlassian-jira-url", url.as_str()), ("x-atlassian-jira-personal-token", "canary")];
    went(&stage, &served, "jira_search", &headers).await;
    let written = std::fs::read_to_string(&path).expect("a file");
    let site = SiteUrl::parse(&url, Service::Jira, None).expect("an address").host();
    assert!(written.contains(&format!("site {site}")), "{written}");
    assert!(!written.contains("canary"), "{written}");
}
