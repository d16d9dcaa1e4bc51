//! A simulated Atlassian over real HTTP: Jira and Confluence, Cloud and Data Center, several
//! sites in one process, each with data and credentials of its own.
//!
//! The product's `demo` walks through it, and the tests of the other crates talk to it; it knows
//! none of them. It is a stand-in for the documents Atlassian publishes, so its Cloud flavour is
//! strict: what the documents do not list is refused, with the reason in the header
//! `X-Sandbox-Reason`.
//!
//! ```no_run
//! # async fn run() -> std::io::Result<()> {
//! use atlassian_sandbox::{Fault, Sandbox, Service, SiteSpec};
//!
//! let sandbox = Sandbox::builder()
//!     .site(SiteSpec::cloud("acme"))
//!     .site(SiteSpec::data_center("corp").jira_context("/jira"))
//!     .start()
//!     .await?;
//! let acme = sandbox.site("acme");
//! acme.fault(Fault::on(Service::Jira, "GET", "/myself").status(503).times(1));
//! println!("{} as {}", acme.jira_url(), acme.username());
//! # Ok(()) }
//! ```
//!
//! Map: `server` accepts, `gateway` finds the site, `fault` may take the request over, `world`
//! walks it through `auth`, the `documents` (what Atlassian lists for Cloud) and the routes of
//! `jira` or `confluence`; `query` reads JQL and CQL, `adf` and `confluence::storage` judge rich
//! text. `media` and `oauth` are the hosts beside the products, `tls` names and proves them all.
//! `seed` turns the files below `data/` into state; `people` holds users and the clock; `log` is
//! what tests look at.
//!
//! Rules: handlers are synchronous functions of the state and the request; ids, dates and
//! secrets are the same in every run, ids and secrets differ from site to site; every Cloud operation is
//! a documented one, which a test pins; nothing is reached but loopback. A new operation is a
//! function in the area of its URL and a row in that product's `ROUTES`.

mod adf;
mod auth;
mod confluence;
mod documents;
mod fault;
mod gateway;
mod jira;
mod leaks;
mod log;
mod media;
mod oauth;
mod people;
mod query;
mod route;
mod seed;
mod server;
mod site;
#[cfg(feature = "tls")]
mod tls;
mod wire;
mod world;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::Ordering;

pub use fault::Fault;
pub use leaks::LEAKS;
pub use log::Recorded;
pub use site::{Flavour, Site, SiteSpec};
pub use wire::{REASON, Service};

use gateway::Door;
use server::{Bound, Serving};
use site::Addresses;

/// A running sandbox; dropping it stops all of its listeners.
#[derive(Debug)]
pub struct Sandbox {
    sites: Vec<Site>,
    gateway: String,
    hosts: Vec<(String, SocketAddr)>,
    certificate: Option<String>,
    _serving: Vec<Serving>,
}

/// Collects the sites of a sandbox before it starts.
#[derive(Debug, Default, Clone)]
pub struct Builder {
    sites: Vec<SiteSpec>,
    tls: bool,
}

impl Builder {
    /// Adds a site. Names should differ; [`Sandbox::site`] finds the first of a name.
    #[must_use]
    pub fn site(mut self, spec: SiteSpec) -> Self {
        self.sites.push(spec);
        self
    }

    /// Speaks https under names like the real ones: `{name}.atlassian.net` for a Cloud site,
    /// `jira.{name}.example` and `wiki.{name}.example` for a Data Center site,
    /// `api.atlassian.com` for the gateway, `auth.atlassian.com` for OAuth,
    /// `api.media.atlassian.com` for files. The client has
    /// to resolve them by [`Sandbox::hosts`] and to trust [`Sandbox::certificate`].
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Binds free ports of the loopback interface and serves; needs a running tokio runtime. A
    /// test that blocks its thread (waits for a child process) needs a multi-threaded one.
    ///
    /// # Errors
    /// When no port can be bound, or the seeded data cannot be read.
    pub async fn start(self) -> std::io::Result<Sandbox> {
        let names = Names::new(self.tls)?;
        let gateway = names.bind("api.atlassian.com").await?;
        let gateway_url = gateway.origin();
        let media = names.bind("api.media.atlassian.com").await?;
        let media_url = media.origin();
        let auth = names.bind("auth.atlassian.com").await?;
        let auth_url = auth.origin();
        let mut hosts: Vec<(String, SocketAddr)> =
            [&gateway, &media, &auth].into_iter().filter_map(Bound::host).collect();
        let (mut sites, mut serving) = (Vec::new(), Vec::new());
        for (index, spec) in self.sites.into_iter().enumerate() {
            let first = match spec.flavour {
                Flavour::Cloud => format!("{}.atlassian.net", spec.name),
                Flavour::DataCenter => format!("jira.{}.example", spec.name),
            };
            let first = names.bind(&first).await?;
            hosts.extend(first.host());
            let addresses = |confluence: String| Addresses {
                jira: format!("{}{}", first.origin(), spec.jira_context),
                confluence,
                gateway: gateway_url.clone(),
                cloud_id: cloud_id(&spec.name, index),
                media: spec.media_redirect.then(|| media_url.clone()),
                auth: auth_url.clone(),
            };
            match spec.flavour {
                Flavour::Cloud => {
                    let addresses =
                        addresses(format!("{}{}", first.origin(), spec.confluence_context));
                    let site = Site::new(spec, index, addresses)?;
                    serving.push(first.serve(Door::Cloud(site.clone())));
                    sites.push(site);
                }
                Flavour::DataCenter => {
                    let second = names.bind(&format!("wiki.{}.example", spec.name)).await?;
                    hosts.extend(second.host());
                    let addresses =
                        addresses(format!("{}{}", second.origin(), spec.confluence_context));
                    let site = Site::new(spec, index, addresses)?;
                    serving.push(first.serve(Door::Product(site.clone(), Service::Jira)));
                    serving.push(second.serve(Door::Product(site.clone(), Service::Confluence)));
                    sites.push(site);
                }
            }
        }
        serving.push(gateway.serve(Door::Gateway(sites.clone())));
        serving.push(media.serve(Door::Media(sites.clone())));
        serving.push(auth.serve(Door::Auth(sites.clone())));
        let certificate = names.certificate();
        Ok(Sandbox { sites, gateway: gateway_url, hosts, certificate, _serving: serving })
    }
}

/// How the listeners are named and proven.
struct Names {
    #[cfg(feature = "tls")]
    authority: Option<tls::Authority>,
}

impl Names {
    #[cfg(feature = "tls")]
    fn new(secure: bool) -> std::io::Result<Self> {
        let authority = if secure { Some(tls::Authority::new()?) } else { None };
        Ok(Self { authority })
    }

    #[cfg(not(feature = "tls"))]
    fn new(_: bool) -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(feature = "tls")]
    async fn bind(&self, host: &str) -> std::io::Result<Bound> {
        let bound = Bound::loopback().await?;
        match &self.authority {
            Some(authority) => bound.secured(host, authority),
            None => Ok(bound),
        }
    }

    #[cfg(not(feature = "tls"))]
    async fn bind(&self, _: &str) -> std::io::Result<Bound> {
        Bound::loopback().await
    }

    fn certificate(&self) -> Option<String> {
        #[cfg(feature = "tls")]
        return self.authority.as_ref().map(tls::Authority::pem);
        #[cfg(not(feature = "tls"))]
        None
    }
}

/// A UUID-shaped id made from the site's name and position.
fn cloud_id(name: &str, index: usize) -> String {
    let letters: u64 =
        name.bytes().fold(7, |sum, b| sum.wrapping_mul(131).wrapping_add(u64::from(b)));
    format!(
        "{:08x}-5a4b-4c1d-8e2f-{:012x}",
        letters & 0xffff_ffff,
        0xa000_0000_0000_u64 + index as u64
    )
}

impl Sandbox {
    /// Starts with no sites; add some, then [`Builder::start`].
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The sites of the product's demo: Cloud `acme` and Data Center `staging`.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub async fn demo() -> std::io::Result<Self> {
        Self::builder()
            .site(SiteSpec::cloud("acme"))
            .site(SiteSpec::data_center("staging"))
            .start()
            .await
    }

    /// The site of that name.
    ///
    /// # Panics
    /// When the sandbox has no such site, which is a mistake in the test that asks.
    #[must_use]
    pub fn site(&self, name: &str) -> Site {
        self.sites
            .iter()
            .find(|site| site.name() == name)
            .cloned()
            .unwrap_or_else(|| missing_site(name))
    }

    /// All sites in the order they were added.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// Client id and secret of the OAuth app that is registered for all Cloud sites: one grant
    /// opens every service of each of them, as a grant to a real Cloud app does.
    #[must_use]
    pub fn oauth_client(&self) -> (String, String) {
        oauth::everywhere_client()
    }

    /// The refresh token in force for the app of all Cloud sites. Using it up makes a new one,
    /// which the log of the first Cloud site shows.
    ///
    /// # Panics
    /// When the sandbox has no Cloud site, which is a mistake in the test that asks.
    #[must_use]
    pub fn refresh_token(&self) -> String {
        let cloud = self.sites.iter().find(|site| site.flavour() == Flavour::Cloud);
        let Some(site) = cloud else { return missing_site("of the Cloud") };
        site::lock(&site.inner.tokens).refresh_token(site, None)
    }

    /// Origin of the OAuth gateway.
    #[must_use]
    pub fn gateway_url(&self) -> String {
        self.gateway.clone()
    }

    /// Names that stand for the sandbox's listeners and what they resolve to; empty without TLS.
    /// The addresses in [`Site::jira_url`] and its like carry the port.
    #[must_use]
    pub fn hosts(&self) -> &[(String, SocketAddr)] {
        &self.hosts
    }

    /// Certificate of the authority that signed the listeners', as PEM; `None` without TLS.
    #[must_use]
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Writes the logs of all Cloud sites as JSON lines for a checker of Cloud traffic; the
    /// documents say nothing about Data Center.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_log_jsonl(&self, path: &Path) -> std::io::Result<()> {
        std::fs::write(path, self.cloud_traffic())
    }

    fn cloud_traffic(&self) -> String {
        self.sites
            .iter()
            .filter(|site| site.flavour() == Flavour::Cloud)
            .filter(|site| !site.inner.unrecorded.load(Ordering::SeqCst))
            .flat_map(Site::whole_log)
            .filter(Recorded::documented)
            .map(|entry| format!("{}\n", entry.to_json()))
            .collect()
    }
}

/// Names a file; every sandbox that ends appends the traffic of its Cloud sites to it, so that
/// the requests of a whole test run can be judged at once.
pub const TRAFFIC: &str = "ATLASSIAN_SANDBOX_TRAFFIC";

/// The file named by [`TRAFFIC`]; none for the sandbox's own tests, which ask for what nobody should.
pub(crate) fn traffic_file() -> Option<std::ffi::OsString> {
    let own = std::env::var_os("CARGO_PKG_NAME").is_some_and(|name| name == "atlassian-sandbox");
    std::env::var_os(TRAFFIC).filter(|_| !own)
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let Some(path) = traffic_file() else { return };
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        if let Ok(mut file) = file {
            // One write each keeps the lines of parallel tests whole. A full disk must not fail
            // a test that has passed.
            let _ = file.write_all(self.cloud_traffic().as_bytes());
        }
    }
}

#[expect(clippy::panic, reason = "a test that names a site it did not add must stop there")]
fn missing_site<T>(name: &str) -> T {
    panic!("the sandbox has no site named {name}")
}
