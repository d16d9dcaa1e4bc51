//! The operator's list of hosts, and where names are looked up.

use super::plain;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use std::fmt;
use std::io;
use std::net::IpAddr;
use url::{Host, Url};

/// Looks names up. Tests bring their own; production asks the system ([`SystemResolver`]).
pub trait Resolve: Send + Sync + fmt::Debug {
    /// The addresses of a name.
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        }
        .boxed()
    }
}

/// Hosts that requests may name (`MCP_ALLOWED_URL_DOMAINS`): domains with everything below them
/// and addresses, each with an optional port.
#[derive(Clone, Debug, Default)]
pub struct AllowList {
    entries: Vec<(Entry, Option<u16>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Domain(String),
    Address(IpAddr),
}

impl AllowList {
    /// Reads the entries; one that is neither a domain nor an address allows nothing.
    #[must_use]
    pub fn of(entries: &[String]) -> Self {
        Self { entries: entries.iter().filter_map(|entry| read(entry)).collect() }
    }

    /// Whether the operator lists nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether an address is on the list: the same host or a sub-domain of it, never by part of a
    /// word.
    #[must_use]
    pub fn covers(&self, url: &Url) -> bool {
        let port = url.port_or_known_default();
        self.entries.iter().any(|(entry, only)| {
            (only.is_none() || *only == port)
                && match (entry, url.host()) {
                    (Entry::Domain(domain), Some(Host::Domain(host))) => {
                        below(&plain(host), domain)
                    }
                    (Entry::Address(own), Some(Host::Ipv4(address))) => *own == address,
                    (Entry::Address(own), Some(Host::Ipv6(address))) => {
                        own.to_canonical() == IpAddr::V6(address).to_canonical()
                    }
                    _ => false,
                }
        })
    }
}

fn below(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

fn read(entry: &str) -> Option<(Entry, Option<u16>)> {
    let entry = entry.trim();
    if let Ok(address) = plain(entry).parse() {
        return Some((Entry::Address(address), None));
    }
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (entry, None),
    };
    let host = plain(host);
    if let Ok(address) = host.parse() {
        return Some((Entry::Address(address), port));
    }
    (!host.is_empty()).then_some((Entry::Domain(host), port))
}
