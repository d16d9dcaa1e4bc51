//! Places outside that the server itself uses: the Redis of replicas, the collector of spans.
//!
//! Nothing of a value is repeated: either may hold a password.

use super::check::Check;
use crate::{RedisSettings, Secret, TelemetrySettings, Transport};
use url::Url;

/// Where replicas share their state. A wrong address prevents the start: replicas that were meant
/// to share and do not lose sessions and logins at every second request.
pub(super) fn redis(check: &mut Check<'_>, transport: Transport) -> Option<RedisSettings> {
    let prefix = check.global_text("MCP_REDIS_PREFIX").filter(|prefix| !prefix.is_empty());
    let trust_file = check.global_path("SSL_CERT_FILE");
    let text = check.global_text("MCP_REDIS_URL")?;
    if transport != Transport::StreamableHttp && transport != Transport::Sse {
        check.warn("MCP_REDIS_URL is ignored: over stdio there is nothing to share.");
        return None;
    }
    let good = Url::parse(&text).is_ok_and(|url| {
        matches!(url.scheme(), "redis" | "rediss") && url.host_str().is_some_and(|h| !h.is_empty())
    });
    if !good {
        check.fatal(
            "MCP_REDIS_URL is not the address of a Redis; write `redis://host:6379/0`, or \
             `rediss://` for TLS. Special characters of a password are written as %XX.",
        );
        return None;
    }
    let prefix = prefix.unwrap_or_else(|| "atlassian-mcp".to_owned());
    Some(RedisSettings { url: Secret::new(text), prefix, trust_file })
}

/// The collector. The variables belong to every program that speaks OpenTelemetry, so a value that
/// cannot be used is warned about and prevents nothing.
pub(super) fn telemetry(check: &mut Check<'_>) -> Option<TelemetrySettings> {
    let whole = check.global_text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    let base = check.global_text("OTEL_EXPORTER_OTLP_ENDPOINT");
    let headers = check.global_text("OTEL_EXPORTER_OTLP_HEADERS");
    let trust_file = check.global_path("OTEL_EXPORTER_OTLP_CERTIFICATE");
    let service_name = check
        .global_text("OTEL_SERVICE_NAME")
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "atlassian-mcp".to_owned());
    let (name, text) = match (whole, base) {
        (Some(whole), _) => ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", whole),
        (None, Some(base)) => {
            let below = format!("{}/v1/traces", base.trim_end_matches('/'));
            ("OTEL_EXPORTER_OTLP_ENDPOINT", below)
        }
        (None, None) => return None,
    };
    let endpoint = Url::parse(&text).ok().filter(|url| {
        let bare = url.username().is_empty() && url.password().is_none();
        matches!(url.scheme(), "http" | "https") && bare
    });
    let Some(endpoint) = endpoint else {
        check.warn(format!(
            "{name} is not an http or https URL without a user name, so no spans are sent; \
             credentials go in OTEL_EXPORTER_OTLP_HEADERS."
        ));
        return None;
    };
    let mut given = Vec::new();
    for (place, pair) in headers.iter().flat_map(|text| text.split(',')).enumerate() {
        match pair.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                given.push((name.trim().to_ascii_lowercase(), Secret::new(value.trim())));
            }
            _ if pair.trim().is_empty() => {}
            _ => check.warn(format!(
                "OTEL_EXPORTER_OTLP_HEADERS: entry {} is not `name=value` and is ignored.",
                place + 1
            )),
        }
    }
    Some(TelemetrySettings { endpoint, headers: given, trust_file, service_name })
}
