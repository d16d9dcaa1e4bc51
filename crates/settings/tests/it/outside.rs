//! The Redis of replicas and the collector of spans.

use crate::given::{settings, told};
use atlassian_settings::{Settings, Severity};

const HTTP: (&str, &str) = ("TRANSPORT", "streamable-http");

fn warned(settings: &Settings) -> String {
    let warnings = told(settings).into_iter().filter(|(how, _)| *how == Severity::Warning);
    warnings.map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_redis_is_named_with_its_password_and_shown_without() {
    let url = ("MCP_REDIS_URL", "rediss://:canary@redis.example:6380/2");
    let settings_ = settings(&[HTTP, url, ("SSL_CERT_FILE", "/etc/ca.pem")]);
    assert!(settings_.fatal().next().is_none());
    assert!(!format!("{:?}", settings_.server).contains("canary"));
    let redis = settings_.server.redis.expect("a Redis");
    assert_eq!(redis.url.expose(), url.1);
    assert_eq!(redis.prefix, "atlassian-mcp");
    assert_eq!(redis.trust_file.expect("a file").to_str(), Some("/etc/ca.pem"));
    let own = settings(&[HTTP, url, ("MCP_REDIS_PREFIX", "team-a")]).server.redis;
    assert_eq!(own.expect("a Redis").prefix, "team-a");
    assert!(settings(&[HTTP, ("MCP_REDIS_PREFIX", "team-a")]).server.redis.is_none());
}

#[test]
fn what_is_no_redis_prevents_the_start() {
    for wrong in ["canary", "http://canary.example", "redis://", "redis:///0", "canary:6379"] {
        let settings = settings(&[HTTP, ("MCP_REDIS_URL", wrong)]);
        let fatal: Vec<_> = settings.fatal().map(|problem| problem.message.as_str()).collect();
        assert_eq!(fatal.len(), 1, "{wrong}");
        assert!(fatal[0].contains("MCP_REDIS_URL") && !fatal[0].contains("canary"), "{fatal:?}");
    }
    let stdio = settings(&[("MCP_REDIS_URL", "redis://redis.example")]);
    assert!(stdio.server.redis.is_none() && stdio.fatal().next().is_none());
    assert!(warned(&stdio).contains("MCP_REDIS_URL"), "{:?}", told(&stdio));
}

#[test]
fn the_proxys_storage_may_be_that_redis() {
    let on = [HTTP, ("ATLASSIAN_OAUTH_PROXY_ENABLE", "true")];
    let mode = ("ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE", "redis");
    assert_eq!(settings(&[on[0], on[1], mode]).exit_code(), Some(2), "without its address");
    let url = ("MCP_REDIS_URL", "redis://redis.example");
    assert_eq!(settings(&[on[0], on[1], mode, url]).exit_code(), None);
}

#[test]
fn a_collector_is_the_standard_variables() {
    let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");
    let telemetry = settings(&[base]).server.telemetry.expect("a collector");
    assert_eq!(telemetry.endpoint.as_str(), "http://collector:4318/v1/traces");
    assert_eq!(telemetry.service_name, "atlassian-mcp");
    assert!(telemetry.headers.is_empty() && telemetry.trust_file.is_none());
    let whole = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://otel.example/in");
    let settings_ = settings(&[
        base,
        whole,
        ("OTEL_EXPORTER_OTLP_HEADERS", "X-Api-Key=canary=1, ,b = canary2"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/etc/otel.pem"),
        ("OTEL_SERVICE_NAME", "jira for us"),
    ]);
    assert!(!format!("{:?}", settings_.server).contains("canary"));
    let telemetry = settings_.server.telemetry.expect("a collector");
    assert_eq!(telemetry.endpoint.as_str(), whole.1);
    assert_eq!(telemetry.service_name, "jira for us");
    let headers: Vec<(&str, &str)> =
        telemetry.headers.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
    assert_eq!(headers, [("x-api-key", "canary=1"), ("b", "canary2")]);
    assert!(settings(&[]).server.telemetry.is_none());
}

#[test]
fn what_is_no_collector_is_warned_about_and_prevents_nothing() {
    for pairs in [
        [("OTEL_EXPORTER_OTLP_ENDPOINT", "canary:4317"), ("OTEL_SERVICE_NAME", "x")],
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "canary"),
        ],
    ] {
        let settings = settings(&pairs);
        assert!(settings.fatal().next().is_none());
        let warned = warned(&settings);
        assert!(warned.contains("OTEL_EXPORTER_OTLP_") && !warned.contains("canary"), "{warned}");
    }
}
