//! What each Confluence tool asks its instance for, with nothing cached and with everything cached,
//! beside the number of the Python server; and the same walk with every kind of credential on Cloud.
//!
//! `tests/requests/confluence-peer.txt` holds the peer's numbers; a tool may ask for more requests
//! only with a reason that cites where it is decided. `tests/requests/confluence.txt` is the golden
//! file of ours, written anew with `UPDATE_GOLDEN=1`.

use crate::every_tool::{arguments, of_products, on_site, registered};
use atlassian_instances::{CallRequest, Caller, Registry};
use atlassian_sandbox::{Flavour, Recorded, Sandbox, Site};
use atlassian_settings::{
    Credential, Deployment, InstanceConfig, OAuthCredential, Secret, Service, SiteUrl,
};
use atlassian_tools::Definition;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn tools(site: &Site) -> impl Iterator<Item = &'static Definition> {
    of_products(site).filter(|tool| tool.service == Some(Service::Confluence))
}

/// The peer's number on Cloud and Data Center, `None` where it refuses, and why ours may be more.
struct Peer {
    cloud: Option<usize>,
    center: Option<usize>,
    reason: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/requests")
}

/// `tool | Cloud | Data Center | where the number is from | [citation] reason`, the last optional.
fn peers() -> BTreeMap<String, Peer> {
    let text = std::fs::read_to_string(folder().join("confluence-peer.txt")).expect("the file");
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            assert!(parts.len() >= 4 && !parts[3].is_empty(), "no source: {line}");
            let number = |text: &str| match text {
                "-" => None,
                text => Some(text.parse().unwrap_or_else(|_| panic!("no number: {line}"))),
            };
            let reason = parts.get(4).map(|reason| {
                assert!(reason.starts_with('[') && reason.contains(']'), "no citation: {line}");
                (*reason).to_owned()
            });
            let peer = Peer { cloud: number(parts[1]), center: number(parts[2]), reason };
            (parts[0].to_owned(), peer)
        })
        .collect()
}

/// Method and path, with a word for every id: `GET /api/v2/pages/{id}`.
fn shape(request: &Recorded) -> String {
    let path: Vec<&str> = request
        .product_path
        .split('/')
        .map(|segment| {
            let number = segment.strip_prefix("att").unwrap_or(segment);
            let is_id = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            if is_id { "{id}" } else { segment }
        })
        .collect();
    format!("{} {}", request.method, path.join("/"))
}

/// One call on fresh data; the caches of the registry stay.
async fn walk(site: &Site, registry: &Arc<Registry>, tool: &'static Definition) -> Vec<Recorded> {
    site.reset().expect("fresh data");
    let given = arguments(site, tool).await;
    site.clear_log();
    let outcome =
        registry.call(CallRequest::new(registered(tool), given), &Caller::operator()).await;
    assert!(!outcome.is_error(), "{} on {}: {}", tool.name, site.name(), outcome.text());
    site.log()
}

/// Requests that run side by side arrive in any order, so they are counted, not listed.
fn counted(log: &[Recorded]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in log {
        *counts.entry(shape(request)).or_insert(0) += 1;
    }
    counts
}

fn listed(counts: &BTreeMap<String, usize>) -> String {
    counts.iter().fold(String::new(), |mut text, (line, count)| {
        let times = if *count == 1 { String::new() } else { format!(" x{count}") };
        let _ = writeln!(text, "    {line}{times}");
        text
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn no_confluence_tool_asks_for_more_than_the_peer_without_a_reason() {
    let sandbox = Sandbox::demo().await.expect("the sandbox starts");
    let peers = peers();
    let (mut out, mut problems, mut needed) = (String::new(), Vec::new(), Vec::new());
    for (title, name) in [("Cloud", "acme"), ("Data Center", "staging")] {
        let site = sandbox.site(name);
        let _ = writeln!(out, "{title:<44}  cold  warm  peer");
        for tool in tools(&site) {
            let registry = on_site(&site, |_| {});
            let cold = walk(&site, &registry, tool).await;
            let warm = walk(&site, &registry, tool).await;
            let Some(peer) = peers.get(tool.name) else {
                problems.push(format!("{}: the peer's number is missing", tool.name));
                continue;
            };
            let number = if site.flavour() == Flavour::Cloud { peer.cloud } else { peer.center };
            let shown = number.map_or("-".to_owned(), |number| number.to_string());
            let (first, next) = (cold.len(), warm.len());
            let _ = writeln!(out, "{:<44}  {first:>4}  {next:>4}  {shown:>4}", tool.name);
            let (cold, warm) = (counted(&cold), counted(&warm));
            out.push_str(&listed(&cold));
            if warm != cold {
                out.push_str("  warm\n");
                out.push_str(&listed(&warm));
            }
            if number.is_some_and(|number| first.max(next) > number) {
                needed.push(tool.name);
                if peer.reason.is_none() {
                    problems.push(format!(
                        "{} on {title}: {first} and {next}, the peer {shown}",
                        tool.name
                    ));
                }
            }
        }
        out.push('\n');
    }
    for (tool, peer) in &peers {
        if peer.reason.is_some() && !needed.contains(&tool.as_str()) {
            problems.push(format!("{tool}: no reason is needed any more"));
        }
    }
    let golden = folder().join("confluence.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &out).expect("the golden file can be written");
    }
    assert!(problems.is_empty(), "{problems:#?}\n{out}");
    let kept = std::fs::read_to_string(&golden).expect("run with UPDATE_GOLDEN=1");
    assert_eq!(kept, out, "run with UPDATE_GOLDEN=1");
}

type Change = fn(&mut InstanceConfig, &Site);

/// The ways in on Cloud: name, what it changes of Basic on the site's host, whether it goes
/// through the gateway.
const WAYS_IN: &[(&str, Change, bool)] = &[
    ("basic", |_, _| {}, false),
    (
        "OAuth",
        |config, site| {
            let token = Secret::new(site.oauth_token(OF));
            config.credential = Credential::OAuth(OAuthCredential::Given { token });
            config.cloud_id = Some(site.cloud_id());
        },
        true,
    ),
    (
        "scoped token",
        |config, site| {
            let secret = Secret::new(site.scoped_token(OF));
            config.credential = Credential::Basic { username: site.username(), secret };
            let url = format!("{}/ex/confluence/{}/wiki", site.gateway_url(), site.cloud_id());
            config.site = SiteUrl::parse(&url, Service::Confluence, Some(Deployment::Cloud))
                .expect("an address");
        },
        true,
    ),
];

const OF: atlassian_sandbox::Service = atlassian_sandbox::Service::Confluence;

/// The sandbox's Cloud refuses what the documents do not list, what is deprecated and what is
/// gone; a tool that works and was refused nothing asked only for what there is.
#[tokio::test(flavor = "multi_thread")]
async fn every_way_into_cloud_asks_only_for_what_the_documents_list() {
    let sandbox = Sandbox::demo().await.expect("the sandbox starts");
    let site = sandbox.site("acme");
    for (name, change, gateway) in WAYS_IN {
        let registry = on_site(&site, |config| {
            if config.id.service == Service::Confluence {
                change(config, &site);
            }
        });
        for tool in tools(&site) {
            for request in walk(&site, &registry, tool).await {
                let place =
                    format!("{} with {name}: {} {}", tool.name, request.line(), request.status);
                assert!(request.status < 400, "{place}");
                let media = request.product_path.starts_with("/media/");
                assert_eq!(request.via_gateway, *gateway && !media, "{place}");
                assert_eq!(request.header("authorization").is_none(), media, "{place}");
            }
        }
    }
}
