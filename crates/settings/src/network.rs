//! How an instance is reached: TLS, proxies, timeouts and the bounds on traffic.

use crate::Secret;
use std::path::PathBuf;
use std::time::Duration;

/// Transport settings of one instance (server spec sections 2.2, 2.5 and 2.6).
#[derive(Clone, Debug)]
pub struct Network {
    /// Whether certificate and host name are verified. Never inherited by numbered instances.
    pub verify_tls: bool,
    /// PEM file whose certificates are added to the trust roots.
    pub ca_bundle: Option<PathBuf>,
    /// Whether the operating system's trust store is used; otherwise only `ca_bundle`.
    pub system_trust_store: bool,
    /// PEM file that takes the place of the operating system's trust store (`SSL_CERT_FILE`).
    pub trust_file: Option<PathBuf>,
    /// Folder of PEM files that takes its place (`SSL_CERT_DIR`).
    pub trust_folder: Option<PathBuf>,
    /// PEM file with a client certificate, with or without its key.
    pub client_cert: Option<PathBuf>,
    /// PEM file with the client certificate's key when it is separate.
    pub client_key: Option<PathBuf>,
    /// Password of an encrypted PKCS#8 client key.
    pub client_key_password: Option<Secret>,
    /// Connect and read timeout of one request.
    pub timeout: Duration,
    /// Proxies and their bypass list.
    pub proxies: Proxies,
    /// Headers sent with every request, in the order given. Values may be secrets.
    pub custom_headers: Vec<(String, Secret)>,
    /// Names of headers copied from the incoming MCP request, lower-case.
    pub passthrough_headers: Vec<String>,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            verify_tls: true,
            ca_bundle: None,
            system_trust_store: true,
            trust_file: None,
            trust_folder: None,
            client_cert: None,
            client_key: None,
            client_key_password: None,
            timeout: Duration::from_secs(75),
            proxies: Proxies::default(),
            custom_headers: Vec::new(),
            passthrough_headers: Vec::new(),
        }
    }
}

/// Proxy addresses, which may carry credentials, and the bypass list.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// Proxy for `http://` targets.
    pub http: Option<Secret>,
    /// Proxy for `https://` targets.
    pub https: Option<Secret>,
    /// SOCKS proxy for both, used when the two above are unset.
    pub socks: Option<Secret>,
    /// Bypass list as written: hosts, `.suffixes`, addresses, CIDR ranges, `host:port`, `*`.
    pub bypass: Option<String>,
    /// Address of a PAC file, when automatic configuration is on.
    pub pac_url: Option<String>,
}

/// Bounds on the traffic to one instance (server spec section 2.4).
#[derive(Clone, Debug)]
pub struct Limits {
    /// Retry policy.
    pub retry: RetryPolicy,
    /// Requests in flight at once to this instance; `None` is [`Limits::DEFAULT_CONCURRENCY`].
    pub max_concurrent_requests: Option<u32>,
    /// Requests per second; `None` is unlimited.
    pub requests_per_second: Option<f64>,
    /// Highest `limit` of the paging tools; `None` leaves them alone.
    pub max_pagination_limit: Option<u32>,
    /// Consecutive 429 or 503 answers after which the breaker opens; `None` is off.
    pub breaker_threshold: Option<u32>,
    /// How long the breaker stays open before one request is let through.
    pub breaker_cooldown: Duration,
}

impl Limits {
    /// Requests in flight at once to one instance when nothing else is configured.
    pub const DEFAULT_CONCURRENCY: u32 = 32;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            max_concurrent_requests: None,
            requests_per_second: None,
            max_pagination_limit: None,
            breaker_threshold: None,
            breaker_cooldown: Duration::from_secs(30),
        }
    }
}

/// When and how often a request is repeated (server spec section 8.3, design section 5).
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    /// Repetitions after the first attempt, 0 to 10.
    pub attempts: u32,
    /// Base of the growing wait.
    pub backoff: Duration,
    /// Whether writes are repeated too. Without it a write is repeated only when the connection
    /// failed before any byte of the request left.
    pub include_writes: bool,
    /// Whether the server's `Retry-After` is ignored in favour of the growing wait.
    pub ignore_retry_after: bool,
    /// Longest `Retry-After` that is waited for; a longer one is reported at once.
    pub max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 2,
            backoff: Duration::from_secs(1),
            include_writes: false,
            ignore_retry_after: false,
            max_retry_after: Duration::from_secs(30),
        }
    }
}
