//! Which hosts may be connected to (server spec section 4.6, design section 6).
//!
//! An address that comes from outside (a header of a request, a redirect) must not lead to what
//! only this machine can reach. Three things make that hold:
//!
//! * [`parse`]: one reading of a URL; what parsers read differently is refused.
//! * [`AllowList`] and [`Fence::admit`]: which hosts a request may name.
//! * [`Fence`] under the connection pool: each name is looked up once for a connection, every
//!   address is checked, and the connection is made to one of the checked ones, so that a second
//!   look-up with another answer never happens ("DNS rebinding").
//!
//! `addresses` knows which addresses are public, and which are never connected to.

mod addresses;
mod names;
mod parsing;

pub use names::{AllowList, Resolve, SystemResolver};
pub use parsing::parse;

use addresses::{is_forbidden, is_global};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use url::{Host, Url};

/// How far the addresses behind a host are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Named by somebody unknown: only publicly routable addresses.
    Public,
    /// On the operator's list: private addresses too, but no metadata service and no link-local
    /// address.
    Listed,
    /// Configured by the operator as an instance or a proxy: whatever it is.
    Own,
}

/// Why a host is not connected to. The texts are those of server spec section 4.3.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    /// Nothing there.
    #[error("Empty URL")]
    Empty,
    /// Neither http nor https.
    #[error("Blocked scheme: {0} (only http/https allowed)")]
    Scheme(String),
    /// No host.
    #[error("No hostname in URL")]
    NoHost,
    /// A backslash, which some parsers take for a slash.
    #[error("Blocked backslash in URL authority: {0}")]
    Backslash(String),
    /// A blank or a control character, which some parsers drop.
    #[error("Blocked blank or control character in URL")]
    Characters,
    /// User name or password before the host.
    #[error("Blocked credentials in URL")]
    Credentials,
    /// A query or fragment where a base address is expected.
    #[error("Blocked query or fragment in URL")]
    Query,
    /// A name that is refused whatever it resolves to.
    #[error("Blocked hostname: {0}")]
    Name(String),
    /// An address written as such that is not public and not listed.
    #[error("Blocked IP address: {0} (non-global)")]
    Address(IpAddr),
    /// A metadata service, a link-local address, or no address of a host at all.
    #[error("Blocked IP address: {0} (metadata, link-local or reserved)")]
    Forbidden(IpAddr),
    /// The name has no address.
    #[error("DNS resolution failed for {0}")]
    Unresolved(String),
    /// The name leads to an address that is not public.
    #[error("DNS for {host} resolves to non-global IP: {address}")]
    Resolved {
        /// The name.
        host: String,
        /// The first address that is refused.
        address: IpAddr,
    },
    /// Not on the operator's list.
    #[error("Hostname {0} not in allowed domains")]
    NotListed(String),
}

/// Names that mean this machine or a cloud's metadata service wherever they are asked.
const NAMES: [&str; 4] = ["localhost", "metadata", "metadata.google.internal", "metadata.goog"];

/// The rules of one client: how far each host it may be asked for is trusted.
#[derive(Clone, Debug)]
pub struct Fence {
    resolver: Arc<dyn Resolve>,
    hosts: Vec<(String, Trust)>,
    rest: Trust,
}

impl Default for Fence {
    fn default() -> Self {
        Self::new(Arc::new(SystemResolver))
    }
}

impl Fence {
    /// A fence that lets nothing but public addresses pass.
    #[must_use]
    pub fn new(resolver: Arc<dyn Resolve>) -> Self {
        Self { resolver, hosts: Vec::new(), rest: Trust::Public }
    }

    /// The same, trusting a host this far. Of several words on one host the furthest counts.
    #[must_use]
    pub fn trusting(mut self, host: &str, trust: Trust) -> Self {
        self.hosts.push((plain(host), trust));
        self
    }

    /// The same, trusting every host that is not named this far.
    #[must_use]
    pub fn trusting_all(mut self, trust: Trust) -> Self {
        self.rest = trust;
        self
    }

    /// The same, looking names up elsewhere.
    #[must_use]
    pub fn resolving(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.resolver = resolver;
        self
    }

    fn trust(&self, host: &str) -> Trust {
        let host = plain(host);
        let named = self.hosts.iter().filter(|(name, _)| *name == host).map(|(_, trust)| *trust);
        named.max().unwrap_or(self.rest)
    }

    /// Checks what can be checked without a look-up: the name, or the address when the host is
    /// written as one, which connections never ask a resolver for.
    ///
    /// # Errors
    /// [`Blocked`].
    pub fn check(&self, url: &Url) -> Result<(), Blocked> {
        let host = match url.host() {
            None => return Err(Blocked::NoHost),
            Some(Host::Domain(host)) => host,
            Some(Host::Ipv4(address)) => {
                return literal(IpAddr::V4(address), self.trust(&address.to_string()));
            }
            Some(Host::Ipv6(address)) => {
                return literal(IpAddr::V6(address), self.trust(&address.to_string()));
            }
        };
        name(host, self.trust(host))
    }

    /// Looks a name up and checks every address.
    ///
    /// # Errors
    /// [`Blocked`] when there is none, or when one of them may not be connected to: a name with
    /// public and private addresses is somebody's trick.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Blocked> {
        let trust = self.trust(host);
        name(host, trust)?;
        let unresolved = || Blocked::Unresolved(host.to_owned());
        let found = self.resolver.resolve(host).await.map_err(|_| unresolved())?;
        if found.is_empty() {
            return Err(unresolved());
        }
        for address in &found {
            match trust {
                Trust::Own => {}
                Trust::Listed | Trust::Public if is_forbidden(*address) => {
                    let host = host.to_owned();
                    return Err(Blocked::Resolved { host, address: *address });
                }
                Trust::Public if !is_global(*address) => {
                    let host = host.to_owned();
                    return Err(Blocked::Resolved { host, address: *address });
                }
                Trust::Listed | Trust::Public => {}
            }
        }
        Ok(found)
    }

    /// Whether a request may name this address: checked as written, and as looked up. What was
    /// looked up here is not kept: a connection looks up and checks for itself.
    ///
    /// # Errors
    /// [`Blocked`].
    pub async fn admit(&self, url: &Url) -> Result<(), Blocked> {
        self.check(url)?;
        match url.host() {
            // A listed name may lead anywhere but to what no connection is made to anyway.
            Some(Host::Domain(host)) if self.trust(host) == Trust::Public => {
                self.addresses(host).await.map(|_| ())
            }
            _ => Ok(()),
        }
    }
}

fn literal(address: IpAddr, trust: Trust) -> Result<(), Blocked> {
    match trust {
        Trust::Own => Ok(()),
        Trust::Listed | Trust::Public if is_forbidden(address) => Err(Blocked::Forbidden(address)),
        Trust::Public if !is_global(address) => Err(Blocked::Address(address)),
        Trust::Listed | Trust::Public => Ok(()),
    }
}

fn name(host: &str, trust: Trust) -> Result<(), Blocked> {
    let host = plain(host);
    let blocked = NAMES.contains(&host.as_str()) || host.ends_with(".localhost");
    if blocked && trust != Trust::Own { Err(Blocked::Name(host)) } else { Ok(()) }
}

/// A host for comparisons: lower case, without the dot of the root and the brackets of IPv6.
pub(crate) fn plain(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase()
}

/// The fence as the connection pool asks it.
#[derive(Clone, Debug)]
pub(crate) struct Guarded(pub(crate) Arc<Fence>);

impl reqwest::dns::Resolve for Guarded {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let fence = Arc::clone(&self.0);
        Box::pin(async move {
            let found = fence.addresses(name.as_str()).await?;
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as reqwest::dns::Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{AllowList, Blocked, Fence, Resolve, Trust, parse};
    use futures::FutureExt as _;
    use futures::future::BoxFuture;
    use std::io;
    use std::net::IpAddr;
    use std::sync::Arc;
    use url::Url;

    /// Answers by the first label: `two.example` has a public and a private address.
    #[derive(Debug)]
    struct Names;

    impl Resolve for Names {
        fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let texts: &[&str] = match host.split('.').next().unwrap_or_default() {
                "public" => &["93.184.216.34", "2606:2800:220:1::1"],
                "private" => &["10.0.0.7"],
                "two" => &["93.184.216.34", "10.0.0.7"],
                "metadata-service" => &["169.254.169.254"],
                "mapped" => &["::ffff:127.0.0.1"],
                "nowhere" => &[],
                _ => return async { Err(io::Error::other("no such name")) }.boxed(),
            };
            let found = texts.iter().map(|text| text.parse().unwrap()).collect();
            async { Ok(found) }.boxed()
        }
    }

    fn fence() -> Fence {
        Fence::new(Arc::new(Names))
    }

    async fn reason(fence: &Fence, url: &str) -> Option<String> {
        match parse(url) {
            Ok(url) => fence.admit(&url).await.err().map(|blocked| blocked.to_string()),
            Err(blocked) => Some(blocked.to_string()),
        }
    }

    #[tokio::test]
    async fn every_refusal_has_its_text() {
        let fence = fence();
        for (url, text) in [
            ("", "Empty URL"),
            ("ftp://public.example", "Blocked scheme: ftp (only http/https allowed)"),
            ("http://", "No hostname in URL"),
            ("public.example", "No hostname in URL"),
            ("http://localhost:8080", "Blocked hostname: localhost"),
            ("http://LOCALHOST.", "Blocked hostname: localhost"),
            ("http://x.localhost", "Blocked hostname: x.localhost"),
            ("http://metadata.google.internal/x", "Blocked hostname: metadata.google.internal"),
            ("http://127.0.0.1", "Blocked IP address: 127.0.0.1 (non-global)"),
            ("http://2130706433", "Blocked IP address: 127.0.0.1 (non-global)"),
            ("http://0177.0.0.1", "Blocked IP address: 127.0.0.1 (non-global)"),
            ("http://0x7f.1", "Blocked IP address: 127.0.0.1 (non-global)"),
            ("http://127.1", "Blocked IP address: 127.0.0.1 (non-global)"),
            ("http://１２７.0.0.1", "Blocked IP address: 127.0.0.1 (non-global)"),
            ("http://[::1]", "Blocked IP address: ::1 (non-global)"),
            ("http://[::ffff:10.0.0.1]", "Blocked IP address: ::ffff:10.0.0.1 (non-global)"),
            (
                "http://[::ffff:169.254.169.254]",
                "Blocked IP address: ::ffff:169.254.169.254 (metadata, link-local or reserved)",
            ),
            (
                "http://169.254.169.254/latest",
                "Blocked IP address: 169.254.169.254 (metadata, link-local or reserved)",
            ),
            ("http://nowhere.example", "DNS resolution failed for nowhere.example"),
            ("http://missing.example", "DNS resolution failed for missing.example"),
            (
                "http://private.example",
                "DNS for private.example resolves to non-global IP: 10.0.0.7",
            ),
            ("http://two.example", "DNS for two.example resolves to non-global IP: 10.0.0.7"),
            (
                "http://mapped.example",
                "DNS for mapped.example resolves to non-global IP: ::ffff:127.0.0.1",
            ),
        ] {
            assert_eq!(reason(&fence, url).await.as_deref(), Some(text), "{url}");
        }
        assert_eq!(reason(&fence, "https://public.example").await, None);
    }

    #[tokio::test]
    async fn a_listed_host_may_be_private_and_never_a_metadata_service() {
        let fence = ["private.example", "metadata-service.example", "10.0.0.7", "169.254.169.254"]
            .into_iter()
            .chain(["fd00:ec2::254", "localhost"])
            .fold(fence(), |fence, host| fence.trusting(host, Trust::Listed));
        assert!(fence.addresses("private.example").await.is_ok());
        assert_eq!(reason(&fence, "http://10.0.0.7:8080").await, None);
        assert!(fence.addresses("metadata-service.example").await.is_err());
        for url in ["http://169.254.169.254", "http://[fd00:ec2::254]", "http://localhost"] {
            assert!(reason(&fence, url).await.is_some(), "{url}");
        }
        assert!(reason(&fence, "http://10.0.0.8").await.is_some());
    }

    #[tokio::test]
    async fn what_the_operator_configured_is_asked_whatever_it_is() {
        let fence = fence().trusting("localhost", Trust::Own).trusting("127.0.0.1", Trust::Own);
        assert_eq!(reason(&fence, "http://localhost:1").await, None);
        assert_eq!(reason(&fence, "http://127.0.0.1:1").await, None);
        assert!(reason(&fence, "http://127.0.0.2:1").await.is_some());
    }

    #[test]
    fn an_address_that_parsers_read_differently_is_none() {
        for (url, blocked) in [
            ("https://good.example\\@evil.example", "Blocked backslash"),
            ("https:\\\\good.example", "Blocked backslash"),
            ("https://good.example@evil.example", "Blocked credentials"),
            ("https://user:canary@good.example", "Blocked credentials"),
            ("https://good.example\t.evil.example", "Blocked blank"),
            ("https://good.example/\r\nHost: evil", "Blocked blank"),
            ("https://good.example /x", "Blocked blank"),
            ("https://good.example\u{0}.evil.example", "Blocked blank"),
            ("https://good.example/?x=1", "Blocked query"),
            ("https://good.example/#x", "Blocked query"),
            ("file:///etc/passwd", "Blocked scheme: file"),
            ("//good.example", "No hostname"),
            ("https:good.example", "No hostname"),
            ("https://good.example:99999", "No hostname"),
        ] {
            let text = parse(url).expect_err(url).to_string();
            assert!(text.starts_with(blocked), "{url}: {text}");
            assert!(!text.contains("canary"));
        }
        let read = |text: &str| parse(text).unwrap().to_string();
        assert_eq!(read(" https://Good.Example:443/jira/ "), "https://good.example/jira/");
        assert_eq!(read("http://GOOD。example"), "http://good.example/");
    }

    #[test]
    fn a_list_holds_domains_with_what_is_below_them_and_addresses() {
        let entries = ["corp.example", "10.0.0.7", "[fd00::7]", "port.example:8443"];
        let list = AllowList::of(&entries.map(str::to_owned));
        for (url, listed) in [
            ("https://corp.example", true),
            ("https://jira.CORP.example./x", true),
            ("https://notcorp.example", false),
            ("https://corp.example.evil.example", false),
            ("https://evil.example/corp.example", false),
            ("http://10.0.0.7:8080", true),
            ("http://10.0.0.70", false),
            ("http://167772167", true),
            ("http://[fd00::7]", true),
            ("http://[fd00::8]", false),
            ("https://port.example:8443", true),
            ("https://port.example", false),
        ] {
            assert_eq!(list.covers(&Url::parse(url).unwrap()), listed, "{url}");
        }
        assert!(AllowList::of(&[]).is_empty());
        let blocked = Blocked::NotListed("x.example".into());
        assert_eq!(blocked.to_string(), "Hostname x.example not in allowed domains");
    }
}
