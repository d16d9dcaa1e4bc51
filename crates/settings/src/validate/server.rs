//! The server itself: transport, listener, callers, logging and bounds.

use super::check::{Check, Given};
use super::{Problem, ProblemKind, Severity, exposure, outside, scalars};
use crate::{
    CallerSettings, HttpSettings, LogFormat, LogLevel, LogSettings, LossyWrites, Secret,
    ServerSettings, ToolMode, Transport, variables,
};
use std::path::{Component, Path, PathBuf};

/// The variables of the OAuth proxy, handed to the server as given.
const OAUTH_PROXY: [&str; 14] = [
    "ATLASSIAN_OAUTH_PROXY_ENABLE",
    "ATLASSIAN_OAUTH_PROXY_EXCLUSIVE",
    "ATLASSIAN_OAUTH_INSTANCE_URL",
    "PUBLIC_BASE_URL",
    "ATLASSIAN_OAUTH_ALLOWED_CLIENT_REDIRECT_URIS",
    "ATLASSIAN_OAUTH_ALLOWED_GRANT_TYPES",
    "ATLASSIAN_OAUTH_REQUIRE_CONSENT",
    "ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE",
    "ATLASSIAN_OAUTH_CLIENT_STORAGE_FACTORY",
    "ATLASSIAN_OAUTH_CLIENT_STORAGE_CONFIG_JSON",
    "ATLASSIAN_OAUTH_CLIENT_ID",
    "ATLASSIAN_OAUTH_CLIENT_SECRET",
    "ATLASSIAN_OAUTH_REDIRECT_URI",
    "ATLASSIAN_OAUTH_SCOPE",
];

/// Reads everything that is about no instance. Names of instances are judged later, when the
/// instances are known.
pub(super) fn read(check: &mut Check<'_>) -> ServerSettings {
    let transport = transport(check);
    let server = ServerSettings {
        transport,
        http: http(check, transport),
        callers: callers(check, transport),
        log: log(check, transport),
        tool_mode: check.choice(
            "ATLASSIAN_TOOL_MODE",
            &[
                ("prefixed", ToolMode::Prefixed),
                ("argument", ToolMode::Argument),
                ("compact", ToolMode::Compact),
            ],
        ),
        exposure: exposure::shared(check),
        instances: None,
        aliases: Vec::new(),
        groups: Vec::new(),
        call_timeout: check.global_seconds("ATLASSIAN_CALL_TIMEOUT"),
        max_response_bytes: size(check, "ATLASSIAN_MAX_RESPONSE_BYTES"),
        files_root: files_root(check, transport),
        lossy_writes: check.choice(
            "ATLASSIAN_LOSSY_WRITES",
            &[("warn", LossyWrites::Warn), ("refuse", LossyWrites::Refuse)],
        ),
        audit_file: check.global_path("ATLASSIAN_AUDIT_FILE"),
        redis: outside::redis(check, transport),
        telemetry: outside::telemetry(check),
        max_concurrent_requests: u32::try_from(
            check.global_integer("ATLASSIAN_MAX_CONCURRENT_REQUESTS"),
        )
        .ok()
        .filter(|limit| *limit > 0),
        oauth_proxy: oauth_proxy(check),
        oauth_proxy_folder: check
            .raw
            .home_directory
            .as_ref()
            .map(|home| home.join(".mcp-atlassian").join("oauth-proxy")),
    };
    if check.global_text("ATLASSIAN_CONFIG").is_some() {
        check.fatal(
            "--config (ATLASSIAN_CONFIG) is set, but this version reads no configuration file; \
             use variables, or a file of them with --env-file.",
        );
    }
    server
}

/// A wrong word in the environment is forgiven, as it always was: a wrong flag never comes this
/// far (server spec section 1.1).
fn transport(check: &mut Check<'_>) -> Transport {
    match check.global_text("TRANSPORT").map(|word| word.to_ascii_lowercase()).as_deref() {
        None | Some("stdio") => Transport::Stdio,
        Some("streamable-http") => Transport::StreamableHttp,
        Some("sse") => Transport::Sse,
        Some(_) => {
            check.warn(
                "TRANSPORT is none of stdio, streamable-http, sse, so stdio is used.".to_owned(),
            );
            Transport::Stdio
        }
    }
}

fn http(check: &mut Check<'_>, transport: Transport) -> HttpSettings {
    let stateless = check.global_switch("STATELESS");
    if stateless && transport != Transport::StreamableHttp {
        check.add(Problem {
            severity: Severity::Fatal,
            kind: ProblemKind::StatelessMisuse,
            message: "--stateless (STATELESS) works with --transport streamable-http only."
                .to_owned(),
        });
    }
    let tls_cert = check.global_path("MCP_TLS_CERT");
    let tls_key = check.global_path("MCP_TLS_KEY");
    if tls_cert.is_some() != tls_key.is_some() {
        check.fatal("MCP_TLS_CERT and MCP_TLS_KEY go together, but only one of them is set.");
    }
    HttpSettings {
        host: host(check, transport),
        port: u16::try_from(check.global_integer("PORT")).unwrap_or(0),
        path: path(check, transport),
        stateless,
        allowed_hosts: list(check, "MCP_ALLOWED_HOSTS"),
        allowed_origins: list(check, "MCP_ALLOWED_ORIGINS")
            .into_iter()
            .map(|origin| origin.trim_end_matches('/').to_owned())
            .collect(),
        max_sessions: size(check, "MCP_MAX_SESSIONS"),
        max_body_bytes: size(check, "MCP_MAX_BODY_BYTES"),
        tls_cert,
        tls_key,
        metrics: check.global_switch("MCP_METRICS"),
    }
}

fn size(check: &mut Check<'_>, name: &str) -> usize {
    usize::try_from(check.global_integer(name)).unwrap_or(usize::MAX)
}

fn list(check: &mut Check<'_>, name: &str) -> Vec<String> {
    let text = check.global_text(name).unwrap_or_default();
    let mut items: Vec<String> = Vec::new();
    for item in scalars::items(&text).map(str::to_ascii_lowercase) {
        if !items.contains(&item) {
            items.push(item);
        }
    }
    items
}

/// The address to listen on. A wrong one prevents the start: listening somewhere else than asked
/// for is worse than not listening. Over stdio nobody listens, and some shells set `HOST` to
/// something else.
fn host(check: &mut Check<'_>, transport: Transport) -> String {
    let default = HttpSettings::default().host;
    let Some(text) = check.global_text("HOST") else { return default };
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&text);
    let name = bare.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    if name || bare.parse::<std::net::IpAddr>().is_ok() {
        return bare.to_owned();
    }
    if transport == Transport::Stdio {
        return default;
    }
    check.fatal("HOST is neither a host name nor an IP address; the port belongs in PORT.");
    default
}

/// The path of the endpoint: a slash in front, none at the end (server spec section 1.1).
fn path(check: &mut Check<'_>, transport: Transport) -> String {
    let default = if transport == Transport::Sse { "/sse" } else { "/mcp" };
    let Some(text) = check.global_text("STREAMABLE_HTTP_PATH") else {
        return default.to_owned();
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-._~%!$&'()+,;=:@".contains(&b);
    if !text.bytes().all(plain) || text.contains("//") {
        check.warn(format!(
            "STREAMABLE_HTTP_PATH is not the path of a URL, so the default {default} is in force."
        ));
        return default.to_owned();
    }
    format!("/{}", text.trim_matches('/'))
}

fn callers(check: &mut Check<'_>, transport: Transport) -> CallerSettings {
    let callers = CallerSettings {
        ignore_header_auth: check.global_switch("IGNORE_HEADER_AUTH"),
        allow_global_fallback: check.global_switch("ALLOW_GLOBAL_CRED_FALLBACK"),
        allowed_url_domains: allowed_url_domains(check),
        validation_ttl: check.global_seconds("MCP_ATLASSIAN_VALIDATION_CACHE_TTL"),
        validation_entries: size(check, "MCP_ATLASSIAN_VALIDATION_CACHE_MAXSIZE"),
    };
    let external = check.global_switch("ATLASSIAN_EXTERNAL_AUTH_ENABLE");
    let served = callers.allow_global_fallback || external || transport == Transport::Stdio;
    if callers.ignore_header_auth && !served {
        check.warn(
            "IGNORE_HEADER_AUTH is on and no credentials stand in for the ignored ones, so calls \
             over HTTP are refused; set ALLOW_GLOBAL_CRED_FALLBACK=true to use the configured \
             ones.",
        );
    }
    callers
}

/// Domains as people write them: with a leading dot or `*.`, or pasted as a URL.
fn allowed_url_domains(check: &mut Check<'_>) -> Vec<String> {
    let mut domains: Vec<String> = Vec::new();
    for (place, item) in list(check, "MCP_ALLOWED_URL_DOMAINS").into_iter().enumerate() {
        let domain = item.trim_start_matches("*.").trim_start_matches('.').trim_end_matches('.');
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
        if domain.is_empty() || !domain.bytes().all(plain) {
            check.warn(format!(
                "MCP_ALLOWED_URL_DOMAINS: entry {} is not a domain and is ignored; write \
                 `example.com`, without scheme and path.",
                place + 1
            ));
        } else if !domains.iter().any(|known| known == domain) {
            domains.push(domain.to_owned());
        }
    }
    domains
}

fn log(check: &mut Check<'_>, transport: Transport) -> LogSettings {
    let verbose = check.global_switch("MCP_VERBOSE");
    let level = match (check.global_switch("MCP_VERY_VERBOSE"), verbose) {
        (true, _) => LogLevel::Debug,
        (false, true) => LogLevel::Info,
        (false, false) => LogLevel::Warning,
    };
    let stdout = check.global_switch("MCP_LOGGING_STDOUT");
    if stdout && transport == Transport::Stdio {
        check.warn(
            "MCP_LOGGING_STDOUT is ignored over stdio, where stdout belongs to the protocol; log \
             lines go to stderr.",
        );
    }
    LogSettings {
        level,
        format: check
            .choice("MCP_LOG_FORMAT", &[("text", LogFormat::Text), ("json", LogFormat::Json)]),
        to_stdout: stdout && transport != Transport::Stdio,
    }
}

/// Where local files may be (design section 6): over stdio only, and by default the working
/// directory, unless that is the root or holds the home directory.
fn files_root(check: &mut Check<'_>, transport: Transport) -> Option<PathBuf> {
    let given = check.global_path("ATLASSIAN_FILES_ROOT");
    let working = check.raw.working_directory.as_deref();
    if transport != Transport::Stdio {
        if given.is_some() {
            check.warn("ATLASSIAN_FILES_ROOT is ignored: local files work over stdio only.");
        }
        return None;
    }
    if let Some(given) = given {
        let path = match working {
            Some(working) => working.join(&given),
            None => given,
        };
        if path.is_absolute() {
            return Some(path);
        }
        check.warn("ATLASSIAN_FILES_ROOT is not an absolute path, so local files are off.");
        return None;
    }
    let home = check.raw.home_directory.as_deref();
    working.filter(|working| !is_root(working) && !holds(working, home)).map(Path::to_owned)
}

fn is_root(path: &Path) -> bool {
    !path.components().any(|part| matches!(part, Component::Normal(_)))
}

fn holds(folder: &Path, home: Option<&Path>) -> bool {
    home.is_some_and(|home| home.starts_with(folder))
}

/// The OAuth proxy's variables as given, when it is on. What can be judged without knowing the
/// proxy is judged here.
fn oauth_proxy(check: &mut Check<'_>) -> Vec<(String, Secret)> {
    let enabled = check.global_switch("ATLASSIAN_OAUTH_PROXY_ENABLE");
    check.global_switch("ATLASSIAN_OAUTH_PROXY_EXCLUSIVE");
    check.global_switch("ATLASSIAN_OAUTH_REQUIRE_CONSENT");
    let mode = check
        .global_text("ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE")
        .map(|mode| mode.to_ascii_lowercase());
    if enabled {
        match mode.as_deref() {
            None | Some("default" | "memory") => {}
            Some("redis") if check.global_text("MCP_REDIS_URL").is_some() => {}
            Some("redis") => {
                check.fatal("ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE=redis needs MCP_REDIS_URL.");
            }
            Some("factory") => check.fatal(
                "ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE=factory loads Python code, which this \
                 program cannot; use default, memory or redis.",
            ),
            Some(_) => {
                check.fatal(
                    "ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE is none of default, memory, redis.",
                );
            }
        }
    }
    for name in ["ATLASSIAN_OAUTH_INSTANCE_URL", "PUBLIC_BASE_URL"] {
        let given = check.global_text(name);
        let web = |url: &url::Url| matches!(url.scheme(), "http" | "https");
        if given.is_some_and(|text| !url::Url::parse(&text).as_ref().is_ok_and(web)) {
            check.warn(format!("{name} is not an http or https URL."));
        }
    }
    let mut settings = Vec::new();
    for name in OAUTH_PROXY {
        let given = variables::global(name).and_then(|_| check.global(name));
        if let Some(Given { variable, value }) = given.filter(|_| enabled) {
            settings.push((variable, Secret::new(value)));
        }
    }
    settings
}
