//! How an instance is reached, and the bounds on its traffic.

use super::check::{Check, Given};
use super::instance::Instance;
use super::{Severity, scalars};
use crate::variables::Kind;
use crate::{Limits, Network, Proxies, RetryPolicy, Secret, variables};
use url::Url;

/// Headers that say where a message ends or how a connection is used. They belong to the
/// connection and never to its content (RFC 9110 section 7.6.1, RFC 9112 section 6).
const FRAMING: [&str; 7] =
    ["connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// Where a PAC file is looked for when no address is given (server spec section 2.5).
const DEFAULT_PAC_URL: &str = "http://wpad/wpad.dat";

/// Reads the transport settings of an instance.
pub(super) fn read(instance: &mut Instance<'_, '_>) -> Network {
    Network {
        verify_tls: verify_tls(instance),
        ca_bundle: instance.path("CA_BUNDLE"),
        system_trust_store: instance.check.global_switch("MCP_ATLASSIAN_USE_SYSTEM_TRUSTSTORE"),
        trust_file: instance.check.global_path("SSL_CERT_FILE"),
        trust_folder: instance.check.global_path("SSL_CERT_DIR"),
        client_cert: instance.path("CLIENT_CERT"),
        client_key: client_key(instance),
        client_key_password: instance.password("CLIENT_KEY_PASSWORD"),
        timeout: timeout(instance),
        proxies: proxies(instance),
        custom_headers: custom_headers(instance),
        passthrough_headers: passthrough_headers(instance),
    }
}

/// Anything but a plain "no" keeps the check on: a typo must not switch it off.
fn verify_tls(instance: &mut Instance<'_, '_>) -> bool {
    let Some(Given { variable, value }) = instance.given("SSL_VERIFY") else { return true };
    scalars::switch(&value).unwrap_or_else(|| {
        instance.check.warn(format!(
            "{variable} is neither yes nor no, so certificates are checked; write `false` to \
             switch that off."
        ));
        true
    })
}

fn client_key(instance: &mut Instance<'_, '_>) -> Option<std::path::PathBuf> {
    let key = instance.path("CLIENT_KEY");
    if key.is_some() && instance.text("CLIENT_CERT").is_none() {
        let (key, cert) = (instance.variable("CLIENT_KEY"), instance.variable("CLIENT_CERT"));
        instance.note(Severity::Warning, &format!("{key} is not used: {cert} is not set"));
    }
    key
}

fn timeout(instance: &mut Instance<'_, '_>) -> std::time::Duration {
    let row = variables::per_instance("TIMEOUT", instance.slot.service);
    let bounds = row.map(|row| row.kind);
    let (low, high) =
        if let Some(Kind::Seconds(low, high)) = bounds { (low, high) } else { (1, u32::MAX) };
    let read = instance.parsed("TIMEOUT", |text| scalars::seconds(text, low, high));
    read.unwrap_or(Network::default().timeout)
}

fn proxies(instance: &mut Instance<'_, '_>) -> Proxies {
    let http = proxy(instance, "HTTP_PROXY", "http");
    let https = proxy(instance, "HTTPS_PROXY", "http");
    let socks = proxy(instance, "SOCKS_PROXY", "socks5");
    let bypass = instance.text("NO_PROXY");
    let automatic = instance.switch("PROXY_WPAD_ENABLE");
    let pac_url = pac_url(instance);
    let explicit = http.is_some() || https.is_some() || socks.is_some();
    Proxies { http, https, socks, bypass, pac_url: pac_url.filter(|_| automatic && !explicit) }
}

/// A proxy's address. One that cannot be read skips the instance: going there directly instead
/// may be exactly what the operator must prevent.
fn proxy(instance: &mut Instance<'_, '_>, setting: &str, scheme: &str) -> Option<Secret> {
    let Given { variable, value } = instance.given(setting)?;
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    let address =
        if value.contains("://") { value.to_owned() } else { format!("{scheme}://{value}") };
    let usable = Url::parse(&address).is_ok_and(|url| {
        let known =
            matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h");
        let plain = matches!(url.path(), "" | "/") && url.query().is_none();
        known && plain && url.host_str().is_some_and(|host| !host.is_empty())
    });
    if !usable {
        let reason = format!(
            "{variable} is not the address of a proxy, such as `http://proxy.example:3128` or \
             `socks5://proxy.example:1080`"
        );
        instance.skip(Severity::Error, &reason);
        return None;
    }
    Some(Secret::new(address))
}

fn pac_url(instance: &mut Instance<'_, '_>) -> Option<String> {
    let given = instance.given("PROXY_WPAD_URL").filter(|given| !given.value.trim().is_empty());
    let Some(Given { variable, value }) = given else { return Some(DEFAULT_PAC_URL.to_owned()) };
    let value = value.trim();
    let usable = Url::parse(value).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
    });
    if !usable {
        let reason = format!("{variable} is not an http or https URL without credentials");
        instance.skip(Severity::Error, &reason);
    }
    usable.then(|| value.to_owned())
}

/// Entries are told by their place and never by their text: a secret with a comma in it is cut in
/// pieces that look like names.
fn custom_headers(instance: &mut Instance<'_, '_>) -> Vec<(String, Secret)> {
    let Some(Given { variable, value }) = instance.given("CUSTOM_HEADERS") else {
        return Vec::new();
    };
    let mut headers: Vec<(String, Secret)> = Vec::new();
    for (place, entry) in value.split(',').enumerate() {
        if entry.trim().is_empty() {
            continue;
        }
        let header = entry
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()))
            .filter(|(name, value)| is_header_name(name) && !value.contains(char::is_control))
            .filter(|(name, _)| !FRAMING.iter().any(|framing| framing.eq_ignore_ascii_case(name)));
        match header {
            Some((name, value)) => {
                headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                headers.push((name.to_owned(), Secret::new(value)));
            }
            None => instance.check.warn(format!(
                "{variable}: entry {} is not the `Name=value` of a header that can be set, and \
                 is ignored; a value cannot hold a comma.",
                place + 1
            )),
        }
    }
    headers
}

fn passthrough_headers(instance: &mut Instance<'_, '_>) -> Vec<String> {
    let Some(Given { variable, value }) = instance.given("PASSTHROUGH_HEADERS") else {
        return Vec::new();
    };
    let mut names: Vec<String> = Vec::new();
    for (place, entry) in value.split(',').enumerate() {
        let name = entry.trim().to_ascii_lowercase();
        if name.is_empty() || names.contains(&name) {
            continue;
        }
        let framing = name == "host" || FRAMING.contains(&name.as_str());
        if is_header_name(&name) && !framing {
            names.push(name);
        } else {
            instance.check.warn(format!(
                "{variable}: entry {} is not the name of a header that can be passed through, \
                 and is ignored.",
                place + 1
            ));
        }
    }
    names
}

/// Whether a text is a token in the sense of RFC 9110 section 5.6.2.
fn is_header_name(name: &str) -> bool {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !name.is_empty() && name.bytes().all(token)
}

/// Reads the bounds on traffic, which are the same values for every instance; each keeps a state
/// of its own (server spec section 11.3).
pub(super) fn limits(check: &mut Check<'_>) -> Limits {
    let positive = |number: u64| u32::try_from(number).ok().filter(|number| *number > 0);
    let requests_per_second = rate(check, "ATLASSIAN_REQUESTS_PER_SECOND");
    Limits {
        retry: RetryPolicy {
            attempts: u32::try_from(check.global_integer("ATLASSIAN_RETRY_TOTAL")).unwrap_or(0),
            backoff: check.global_seconds("ATLASSIAN_RETRY_BACKOFF"),
            include_writes: check.global_switch("ATLASSIAN_RETRY_INCLUDE_WRITES"),
            ignore_retry_after: check.global_switch("ATLASSIAN_RETRY_IGNORE_RETRY_AFTER"),
            max_retry_after: check.global_seconds("ATLASSIAN_RETRY_AFTER_LIMIT"),
        },
        max_concurrent_requests: positive(
            check.global_integer("ATLASSIAN_MAX_CONCURRENT_REQUESTS"),
        ),
        requests_per_second,
        max_pagination_limit: positive(check.global_integer("ATLASSIAN_MAX_PAGINATION_LIMIT")),
        breaker_threshold: positive(check.global_integer("ATLASSIAN_CIRCUIT_BREAKER_THRESHOLD")),
        breaker_cooldown: check.global_seconds("ATLASSIAN_CIRCUIT_BREAKER_COOLDOWN"),
    }
}

fn rate(check: &mut Check<'_>, name: &str) -> Option<f64> {
    let row = variables::global(name)?;
    let given = check.global(name);
    check.or_default(given, row, scalars::decimal).filter(|rate| *rate > 0.0)
}
