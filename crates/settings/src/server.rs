//! Settings of the server itself, independent of any instance.

use crate::{Exposure, Secret};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// How clients reach the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// Newline-delimited JSON-RPC on stdin and stdout.
    #[default]
    Stdio,
    /// Streamable HTTP.
    StreamableHttp,
    /// The legacy HTTP+SSE transport.
    Sse,
}

/// How the tools of many instances are presented (design section 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ToolMode {
    /// One full tool set per instance, with the instance in the name.
    #[default]
    Prefixed,
    /// The plain names once, with an `instance` argument.
    Argument,
    /// A handful of tools that find and call the others.
    Compact,
}

/// Lowest severity that is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Warnings and errors.
    #[default]
    Warning,
    /// One line per instance and per call as well.
    Info,
    /// Request lines as well; never bodies.
    Debug,
}

/// Shape of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Text for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What is logged and where.
#[derive(Clone, Debug, Default)]
pub struct LogSettings {
    /// Lowest severity.
    pub level: LogLevel,
    /// Shape of the lines.
    pub format: LogFormat,
    /// Whether lines go to stdout instead of stderr; never over stdio.
    pub to_stdout: bool,
}

/// What happens when a write would drop content of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LossyWrites {
    /// The write is done and the result names what was dropped.
    #[default]
    Warn,
    /// The write is refused.
    Refuse,
}

/// Settings of the HTTP listener (server spec section 1.4, design section 9).
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Bind address.
    pub host: String,
    /// Port; 0 lets the system choose.
    pub port: u16,
    /// Path of the MCP endpoint, normalised: leading slash, no trailing one.
    pub path: String,
    /// No sessions at all.
    pub stateless: bool,
    /// Host header values accepted beside the bind address; `*` accepts any.
    pub allowed_hosts: Vec<String>,
    /// Origins accepted beside same-host loopback ones.
    pub allowed_origins: Vec<String>,
    /// Most sessions held at once.
    pub max_sessions: usize,
    /// Largest request body in bytes.
    pub max_body_bytes: usize,
    /// TLS certificate chain (PEM).
    pub tls_cert: Option<PathBuf>,
    /// TLS key (PEM).
    pub tls_key: Option<PathBuf>,
    /// Whether `/metrics` is served.
    pub metrics: bool,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 8000,
            path: "/mcp".to_owned(),
            stateless: false,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            max_sessions: 4096,
            max_body_bytes: 96 * 1024 * 1024,
            tls_cert: None,
            tls_key: None,
            metrics: false,
        }
    }
}

/// The Redis in which replicas share their state.
#[derive(Clone, Debug)]
pub struct RedisSettings {
    /// Its address, which may hold a password.
    pub url: Secret,
    /// Beginning of every key.
    pub prefix: String,
    /// PEM file that takes the place of the operating system's trust store.
    pub trust_file: Option<PathBuf>,
}

/// The collector that is sent one span per call.
#[derive(Clone, Debug)]
pub struct TelemetrySettings {
    /// Where spans are posted to.
    pub endpoint: Url,
    /// Headers sent along, which may be credentials.
    pub headers: Vec<(String, Secret)>,
    /// PEM file with the authorities that are trusted there, and no others.
    pub trust_file: Option<PathBuf>,
    /// Name of this server.
    pub service_name: String,
}

/// How callers over HTTP are identified (server spec section 4).
#[derive(Clone, Debug, Default)]
pub struct CallerSettings {
    /// Authentication headers of requests are not looked at.
    pub ignore_header_auth: bool,
    /// Requests without user credentials use the operator's own.
    pub allow_global_fallback: bool,
    /// Domains that URL headers may name.
    pub allowed_url_domains: Vec<String>,
    /// How long a successful credential check is remembered; zero is never.
    pub validation_ttl: Duration,
    /// How many successful credential checks are remembered.
    pub validation_entries: usize,
}

/// Everything about the server that is not about one instance.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Transport.
    pub transport: Transport,
    /// HTTP listener.
    pub http: HttpSettings,
    /// Caller identification.
    pub callers: CallerSettings,
    /// Logging.
    pub log: LogSettings,
    /// Exposure mode.
    pub tool_mode: ToolMode,
    /// The global read-only flag, toolsets, allow-list and deny-list, which also govern the tools
    /// that belong to no single instance.
    pub exposure: Exposure,
    /// Names of the instances that clients may see; `None` is all of them.
    pub instances: Option<BTreeSet<String>>,
    /// Alternative names: alias to instance name.
    pub aliases: Vec<(String, String)>,
    /// Groups: name to instance names.
    pub groups: Vec<(String, Vec<String>)>,
    /// Longest time one tool call may take.
    pub call_timeout: Duration,
    /// Budget for an answer in bytes; 0 is unlimited.
    pub max_response_bytes: usize,
    /// Folder below which files may be read and written over stdio; `None` switches files off.
    pub files_root: Option<PathBuf>,
    /// Lossy writes.
    pub lossy_writes: LossyWrites,
    /// Append-only audit file.
    pub audit_file: Option<PathBuf>,
    /// Where replicas share their state.
    pub redis: Option<RedisSettings>,
    /// Where spans go.
    pub telemetry: Option<TelemetrySettings>,
    /// Requests in flight in the whole process; `None` is unlimited.
    pub max_concurrent_requests: Option<u32>,
    /// The OAuth proxy's settings as given, for the server to validate.
    pub oauth_proxy: Vec<(String, Secret)>,
    /// Folder for the OAuth proxy's registrations and logins; `None` when there is no home folder.
    pub oauth_proxy_folder: Option<PathBuf>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            transport: Transport::default(),
            http: HttpSettings::default(),
            callers: CallerSettings {
                validation_ttl: Duration::from_secs(300),
                validation_entries: 100,
                ..CallerSettings::default()
            },
            log: LogSettings::default(),
            tool_mode: ToolMode::default(),
            exposure: Exposure::default(),
            instances: None,
            aliases: Vec::new(),
            groups: Vec::new(),
            call_timeout: Duration::from_secs(120),
            max_response_bytes: 0,
            files_root: None,
            lossy_writes: LossyWrites::default(),
            audit_file: None,
            redis: None,
            telemetry: None,
            max_concurrent_requests: None,
            oauth_proxy: Vec::new(),
            oauth_proxy_folder: None,
        }
    }
}
