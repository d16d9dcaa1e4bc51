//! The connection pool of one instance: TLS, proxies and timeouts.

use crate::client::BuildError;
use crate::fence::{Blocked, Fence, Guarded, Trust};
use crate::proxy::ProxyRules;
use crate::tls_files::{bundle_of, client_identity, folders_of};
use atlassian_settings::{InstanceConfig, Network};
use reqwest::Certificate;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(60);
/// Interval of TCP keep-alive probes, so that a silent proxy does not drop a slow search.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// What a test or a checked address adds to the settings of an instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Additions {
    /// Names that are not looked up but connected to at these addresses.
    pub(crate) pinned: Vec<(String, Vec<SocketAddr>)>,
    /// Which addresses may be connected to.
    pub(crate) fence: Arc<Fence>,
}

impl Additions {
    /// The same, trusting proxies that were found only now.
    pub(crate) fn with_proxies(&self, proxies: &ProxyRules) -> Self {
        let fence = proxies
            .hosts()
            .iter()
            .fold((*self.fence).clone(), |fence, host| fence.trusting(host, Trust::Own));
        Self { fence: Arc::new(fence), ..self.clone() }
    }
}

/// Builds the pool; the only place that touches the disk.
///
/// TLS trust: the operating system's store with the instance's CA bundle added. `SSL_CERT_FILE`
/// and `SSL_CERT_DIR` of the settings take the store's place (on Linux the store itself honours
/// them in the process environment too). With the system store switched off the bundle alone
/// counts, or Mozilla's list when there is no bundle.
pub(crate) fn build(
    config: &InstanceConfig,
    proxies: &ProxyRules,
    additions: &Additions,
    uses_https: bool,
) -> Result<reqwest::Client, BuildError> {
    let network = &config.network;
    // The read timeout also runs while connecting. The connect timeout comes a little earlier, so
    // that a connection that was never made (nothing was sent) is told from a silent server.
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .dns_resolver(Arc::new(Guarded(Arc::clone(&additions.fence))))
        .connect_timeout(network.timeout * 19 / 20)
        .read_timeout(network.timeout)
        .pool_idle_timeout(IDLE)
        .tcp_keepalive(KEEP_ALIVE);
    if !proxies.is_empty() {
        let rules = proxies.clone();
        builder = builder.proxy(reqwest::Proxy::custom(move |target| rules.for_target(target)));
    }
    for (name, addresses) in &additions.pinned {
        builder = builder.resolve_to_addrs(name, addresses);
    }
    if !uses_https && !proxies.needs_tls() {
        return finish(builder.tls_certs_only([]));
    }
    builder = trust(builder, network)?;
    if !network.verify_tls {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    if let Some(identity) = client_identity(network)? {
        builder = builder.identity(identity);
    }
    finish(builder)
}

fn trust(
    builder: reqwest::ClientBuilder,
    network: &Network,
) -> Result<reqwest::ClientBuilder, BuildError> {
    let bundle = network.ca_bundle.as_deref().map(bundle_of).transpose()?;
    if !network.system_trust_store {
        let mozilla = || {
            webpki_root_certs::TLS_SERVER_ROOT_CERTS
                .iter()
                .filter_map(|certificate| Certificate::from_der(certificate).ok())
                .collect()
        };
        return Ok(builder.tls_certs_only(bundle.unwrap_or_else(mozilla)));
    }
    let mut store = Vec::new();
    if let Some(file) = &network.trust_file {
        store.extend(bundle_of(file)?);
    }
    if let Some(folders) = &network.trust_folder {
        store.extend(folders_of(folders)?);
    }
    Ok(if network.trust_file.is_some() || network.trust_folder.is_some() {
        store.extend(bundle.unwrap_or_default());
        builder.tls_certs_only(store)
    } else if let Some(bundle) = bundle {
        builder.tls_certs_merge(bundle)
    } else {
        builder
    })
}

pub(crate) fn finish(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, BuildError> {
    builder.build().map_err(|error| BuildError(format!("TLS cannot be set up: {}", cause(&error))))
}

/// The innermost cause of an error of the HTTP stack, in words, without any URL.
pub(crate) fn cause(error: &reqwest::Error) -> String {
    use std::error::Error as _;
    if let Some(blocked) = blocked(error) {
        return match blocked {
            Blocked::Unresolved(_) => "the host name cannot be resolved".to_owned(),
            refused => refused.to_string(),
        };
    }
    if error.is_dns() {
        return "the host name cannot be resolved".to_owned();
    }
    let mut innermost = None;
    let mut source = error.source();
    while let Some(current) = source {
        if let Some(io) = current.downcast_ref::<std::io::Error>() {
            match io.kind() {
                std::io::ErrorKind::ConnectionRefused => return "connection refused".to_owned(),
                std::io::ErrorKind::ConnectionReset => return "connection reset".to_owned(),
                // The TLS library's words are an address of its manual.
                std::io::ErrorKind::UnexpectedEof => {
                    return "the connection was closed in the middle of an answer".to_owned();
                }
                _ => {}
            }
        }
        innermost = Some(current.to_string());
        source = current.source();
    }
    let text = crate::words::clip(&innermost.unwrap_or_default(), 200);
    if text.contains("InvalidContentType") {
        return "TLS: the server does not speak TLS on this port".to_owned();
    }
    if text.contains("certificate") {
        return format!(
            "TLS: {text} (a private certificate authority can be added with the CA bundle setting)"
        );
    }
    text
}

/// What the fence said, when it was the fence.
fn blocked(error: &reqwest::Error) -> Option<&Blocked> {
    use std::error::Error as _;
    let mut source = error.source();
    while let Some(current) = source {
        if let Some(blocked) = current.downcast_ref::<Blocked>() {
            return Some(blocked);
        }
        source = current.source();
    }
    None
}

/// Whether trying again cannot help: neither the certificate nor the fence will change.
pub(crate) fn is_permanent(error: &reqwest::Error) -> bool {
    let refused = blocked(error).is_some_and(|why| !matches!(why, Blocked::Unresolved(_)));
    refused || cause(error).starts_with("TLS: ")
}
