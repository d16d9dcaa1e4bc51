//! Addresses that a request brings, and the names that a request gives this server.

use super::door::{Door, Wire, basic, ground};
use crate::stage::Stage;
use crate::wire::{Served, initialize};
use atlassian_http::Resolve;
use atlassian_settings::{Service, SiteUrl};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::json;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Ways to give a credential for an address.
fn credentials(service: Service) -> Vec<(String, String)> {
    let own = format!("x-atlassian-{}-personal-token", service.word());
    vec![
        (own, "mine".to_owned()),
        ("authorization".to_owned(), "Bearer mine".to_owned()),
        ("authorization".to_owned(), "Token mine".to_owned()),
        ("authorization".to_owned(), basic("ann", "mine")),
    ]
}

/// The status of the first request of a wire.
async fn first(served: &Served, wire: Wire, headers: &[(&str, &str)]) -> (u16, String) {
    let reply = match wire {
        Wire::Sse => {
            let request = served.http.get(format!("{}/sse", served.base));
            served.send(headers.iter().fold(request, |r, (n, v)| r.header(*n, *v))).await
        }
        Wire::Modern => served.modern(headers, "tools/list", json!({})).await,
        _ => served.post(headers, &initialize("2025-06-18")).await,
    };
    (reply.status, reply.text)
}

/// Every name is somewhere in public.
#[derive(Debug)]
struct Everywhere;

impl Resolve for Everywhere {
    fn resolve(&self, _: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        async { Ok(vec![IpAddr::from([93, 184, 216, 34])]) }.boxed()
    }
}

/// Addresses that mean this machine, its network or its cloud's metadata, in every spelling that
/// some parser knows; and those on which parsers differ.
const HOSTILE: &[&str] = &[
    "http://localhost",
    "http://LOCALHOST.:80",
    "http://127.0.0.1",
    "http://127.1",
    "http://2130706433",
    "http://0x7f000001",
    "http://0x7f.1",
    "http://0177.0.0.1",
    "http://017700000001",
    "http://00000177.0.0.1",
    "http://127.0.0.1.",
    "http://0",
    "http://0.0.0.0",
    "http://10.0.0.1",
    "http://172.16.0.1",
    "http://192.168.0.1",
    "http://100.64.0.1",
    "http://198.18.0.1",
    "http://169.254.169.254",
    "http://2852039166",
    "http://0251.0376.0251.0376",
    "http://metadata.google.internal",
    "http://[::]",
    "http://[::1]",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]",
    "http://[::127.0.0.1]",
    "http://[64:ff9b::7f00:1]",
    "http://[64:ff9b::a9fe:a9fe]",
    "http://[2002:7f00:1::]",
    "http://[fc00::1]",
    "http://[fd00:ec2::254]",
    "http://[fe80::1]",
    "http://[fe80::1%25eth0]",
    "http://acme.atlassian.net@127.0.0.1",
    "http://acme.atlassian.net:x@127.0.0.1",
    "http://127.0.0.1\\@acme.atlassian.net",
    "http:\\\\127.0.0.1",
    "http:/127.0.0.1",
    "http:127.0.0.1",
    "http:///127.0.0.1",
    "http://127.0.0.1#@acme.atlassian.net",
    "http://127.0.0.1?@acme.atlassian.net",
    "http://127.0.0.1\t.atlassian.net",
    "http://127.0.0.1 .atlassian.net",
    "//127.0.0.1",
    "127.0.0.1",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379",
    "https://atlassian.net.evil.example",
    "https://evil-atlassian.net",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_request_names_an_address_of_this_network_on_any_wire() {
    // With no list of the operator, and with one.
    for list in [vec![], vec!["corp.example".to_owned()]] {
        let mut stage = ground().await;
        stage.server.callers.allowed_url_domains = list;
        for wire in Wire::HTTP {
            wire.prepare(&mut stage);
            let served = Served::over(stage.registry_resolving(Everywhere)).await;
            for url in HOSTILE {
                for service in Service::ALL {
                    let header = format!("x-atlassian-{}-url", service.word());
                    for (name, value) in credentials(service) {
                        let headers = [(header.as_str(), *url), (name.as_str(), value.as_str())];
                        let (status, text) = first(&served, wire, &headers).await;
                        let place = format!("{wire:?} {url} {name}: {text}");
                        assert_eq!(status, 401, "{place}");
                        assert!(text.contains("Invalid"), "{place}");
                        assert!(!text.contains("mine") && !text.contains("YW5u"), "{place}");
                    }
                }
            }
        }
        for site in stage.sandbox.sites() {
            assert!(site.log().is_empty(), "{} was asked", site.name());
        }
    }
}

/// Answers with a public address first and then with this machine.
#[derive(Debug)]
struct Rebinding(AtomicUsize, &'static str);

impl Resolve for Rebinding {
    fn resolve(&self, _: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
        let address = if first { "93.184.216.34" } else { self.1 };
        let address = address.parse().map_err(io::Error::other);
        async move { Ok(vec![address?]) }.boxed()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_turns_private_is_not_connected_to_on_any_wire() {
    let private = ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"];
    let mut stage = Stage::single().await;
    let mut turn = 0;
    for wire in Wire::HTTP {
        wire.prepare(&mut stage);
        for service in Service::ALL {
            for (name, value) in credentials(service) {
                turn += 1;
                // Each caller meets two of them, and the next one others.
                for turned in [private[turn % private.len()], private[(turn + 2) % private.len()]] {
                    let value = value.clone();
                    let corp = stage.site("corp");
                    let (victim, tool, arguments) = match service {
                        Service::Jira => {
                            (corp.jira_url(), "jira_search", json!({ "jql": "x = 1" }))
                        }
                        Service::Confluence => {
                            (corp.confluence_url(), "confluence_search", json!({ "query": "x" }))
                        }
                    };
                    let port = SiteUrl::parse(&victim, service, None).expect("url").url().port();
                    let url = format!("http://acme.atlassian.net:{}", port.expect("a port"));
                    let registry = stage.registry_resolving(Rebinding(AtomicUsize::new(0), turned));
                    let headers = vec![
                        (format!("x-atlassian-{}-url", service.word()), url),
                        (name.clone(), value),
                    ];
                    let mut door = Door::over(registry, wire, headers).await;
                    let answer = door.call(tool, arguments).await;
                    let place = format!("{wire:?} {turned} {name}: {}", answer.whole);
                    assert!(answer.error && answer.text.contains("non-global IP"), "{place}");
                    assert!(corp.log().is_empty(), "{place}");
                }
            }
        }
    }
}

/// Names that hold a name of ours, or look like it.
const HOSTS: &[&str] = &[
    "localhost.evil.example",
    "evil-localhost",
    "localhost.evil.example:80",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io",
    "x127.0.0.1",
    "127.0.0.10.evil.example",
    "evil.example#localhost",
    "evil.example?localhost",
    "evil.example/localhost",
    "localhost@evil.example",
    "mcp.corp.example.evil.example",
    "evilmcp.corp.example",
    "xmcp.corp.example",
    "corp.example",
    "mcp.corp.example@evil.example",
    "mcp-corp.example",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_only_holds_ours_is_refused_on_every_wire() {
    let mut stage = ground().await.open();
    stage.server.http.allowed_hosts = vec!["mcp.corp.example".into()];
    for wire in Wire::HTTP {
        wire.prepare(&mut stage);
        let served = Served::start(&stage).await;
        for host in HOSTS {
            let (status, text) = first(&served, wire, &[("host", host)]).await;
            assert!(matches!(status, 400 | 403), "{wire:?} {host}: {status} {text}");
            let origin = format!("http://{host}");
            let (status, text) = first(&served, wire, &[("origin", &origin)]).await;
            assert!(matches!(status, 400 | 403), "{wire:?} {origin}: {status} {text}");
        }
        if wire != Wire::Sse {
            let listed = [("host", "mcp.corp.example")];
            assert_eq!(first(&served, wire, &listed).await.0, 200, "{wire:?}: its own name");
        }
    }
}

/// A named instance is where its operator put it.
#[tokio::test(flavor = "multi_thread")]
async fn no_header_moves_a_named_instance() {
    let mut stage = ground().await;
    stage.server.callers.allowed_url_domains = vec!["127.0.0.1".into()];
    let away = stage.site("acme").jira_url();
    for wire in Wire::HTTP {
        wire.prepare(&mut stage);
        let served = Served::start(&stage).await;
        for name in ["staging", "Staging", "STAGING"] {
            let header = format!("x-atlassian-jira-{name}-url");
            let headers = [(header.as_str(), away.as_str()), ("authorization", "Bearer x")];
            let (status, text) = first(&served, wire, &headers).await;
            assert_eq!(status, 401, "{wire:?} {header}: {text}");
        }
    }
}

/// A list for a request that brings an address tells where its calls go, and not where they would
/// have gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_moved_tool_is_described_by_the_address_it_goes_to() {
    let mut stage = ground().await;
    stage.server.callers.allowed_url_domains = vec!["127.0.0.1".into()];
    let host = |url: &str| SiteUrl::parse(url, Service::Jira, None).expect("an address").host();
    let (home, away) = (stage.site("acme").jira_url(), stage.site("corp").jira_url());
    assert_ne!(host(&home), host(&away));
    let served = Served::start(&stage).await;
    let token = ("x-atlassian-jira-personal-token", "mine");
    let staging = ("x-atlassian-jira-staging-personal-token", "theirs");
    let own = format!("[primary · {}] ", host(&home));
    let moved = format!("[site of the request · {}] ", host(&away));
    let fixed = format!("[staging · {}] ", host(&away));
    for (url, expected) in [(&home, &own), (&away, &moved)] {
        let headers = [("x-atlassian-jira-url", url.as_str()), token, staging];
        let listed = served.modern(&headers, "tools/list", json!({})).await.json;
        let described = |name: &str| {
            let tools = listed["result"]["tools"].as_array().expect("tools");
            let tool = tools.iter().find(|tool| tool["name"] == name).expect(name);
            tool["description"].as_str().expect("a description").to_owned()
        };
        let (primary, named) = (described("jira_search"), described("jira_staging_search"));
        assert!(primary.starts_with(expected.as_str()), "{primary}");
        assert!(named.starts_with(&fixed), "{named}");
        let opened = served.post(&headers, &initialize("2025-06-18")).await;
        let told = opened.json["result"]["instructions"].as_str().expect("instructions").to_owned();
        let line = told.lines().find(|line| line.contains("jira_*")).expect("the first Jira");
        assert!(line.contains(&host(url)), "{told}");
        let params = json!({ "name": "atlassian_list_instances", "arguments": {} });
        let told = served.modern(&headers, "tools/call", params).await.text;
        assert!(told.contains(&format!("http://{}", host(url))), "{told}");
    }
}
