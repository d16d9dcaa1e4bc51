//! The table of variables and the settings agree, in both directions.

use crate::given::settings;
use atlassian_settings::variables::{Kind, Scope, global, per_instance};
use atlassian_settings::{
    Behaviour, CallerSettings, Exposure, HttpSettings, InstanceConfig, Limits, LogSettings,
    Network, Proxies, RedisSettings, RetryPolicy, ServerSettings, Service, Settings,
    TelemetrySettings, VARIABLES, Variable,
};

/// Usable instances of both services, unnumbered and numbered, over HTTP.
const BASE: &[(&str, &str)] = &[
    ("JIRA_URL", "https://one.corp.example"),
    ("JIRA_PERSONAL_TOKEN", "t"),
    ("JIRA_2_URL", "https://two.corp.example"),
    ("JIRA_2_PERSONAL_TOKEN", "t"),
    ("CONFLUENCE_URL", "https://one.corp.example/wiki"),
    ("CONFLUENCE_PERSONAL_TOKEN", "t"),
    ("CONFLUENCE_2_URL", "https://two.corp.example/wiki"),
    ("CONFLUENCE_2_PERSONAL_TOKEN", "t"),
    ("TRANSPORT", "streamable-http"),
];

fn with(name: &str, value: &str) -> Settings {
    let mut pairs: Vec<(&str, &str)> =
        BASE.iter().copied().filter(|(known, _)| *known != name).collect();
    pairs.push((name, value));
    settings(&pairs)
}

fn names(variable: &Variable) -> Vec<String> {
    let Some(setting) = variable.setting() else { return vec![variable.name.to_owned()] };
    let services = Service::ALL.into_iter().filter(|service| variable.applies_to(*service));
    services
        .flat_map(|service| {
            let word = service.variable_word();
            [format!("{word}_{setting}"), format!("{word}_2_{setting}")]
        })
        .collect()
}

/// Saying the default out loud changes nothing: the column `default` is true.
#[test]
fn the_defaults_of_the_table_are_the_defaults_in_force() {
    let base = format!("{:?}", settings(BASE));
    let mut said = 0;
    for variable in VARIABLES.iter().filter(|variable| !variable.default.is_empty()) {
        if variable.name == "TRANSPORT" {
            continue; // `BASE` says something else; the next assertion covers it.
        }
        for name in names(variable) {
            assert_eq!(format!("{:?}", with(&name, variable.default)), base, "{name}");
            said += 1;
        }
    }
    assert!(said > 80, "{said}");
    let stdio = settings(&[("TRANSPORT", global("TRANSPORT").unwrap().default)]);
    assert_eq!(format!("{stdio:?}"), format!("{:?}", settings(&[])));
}

/// A value that is usable and not the default.
fn sample(variable: &Variable) -> &'static str {
    match variable.name {
        "X_URL" => "https://three.corp.example",
        "X_OAUTH_CLOUD_ID" | "ATLASSIAN_OAUTH_CLOUD_ID" => "0a1b",
        "ATLASSIAN_INSTANCES" => "primary",
        "ATLASSIAN_INSTANCE_ALIASES" => "prod=primary",
        "ATLASSIAN_INSTANCE_GROUPS" => "prod=primary",
        "X_HIERARCHY_LINK_PHRASES" | "HIERARCHY_LINK_PHRASES" => "parent:owns",
        "X_SLA_METRICS" => "lead_time",
        "X_SLA_WORKING_DAYS" => "1,2",
        "X_SLA_TIMEZONE" => "Europe/Berlin",
        "X_SLA_WORKING_HOURS_START" => "08:00",
        "X_SLA_WORKING_HOURS_END" => "18:00",
        "X_DEPLOYMENT" => "cloud",
        "X_CUSTOM_HEADERS" => "X-One=1",
        "TRANSPORT" => "sse",
        _ => match variable.kind {
            Kind::Switch | Kind::Verify if variable.default == "true" => "false",
            Kind::Switch | Kind::Verify => "true",
            Kind::Integer(_, high) if high < 100 => "3",
            Kind::Integer(..) | Kind::Rate | Kind::Seconds(..) => "77",
            Kind::Url => "http://sample.example:3128",
            Kind::Path | Kind::TimeOfDay => "/sample",
            Kind::Pattern => "^X$",
            Kind::Choice(words) => words.last().copied().unwrap_or_default(),
            Kind::Text | Kind::List => "sample",
        },
    }
}

/// What else must be set for a variable to be looked at.
fn company(variable: &Variable) -> &'static [(&'static str, &'static str)] {
    match variable.name {
        "ATLASSIAN_FILES_ROOT" => &[("TRANSPORT", "stdio")],
        "X_PROXY_WPAD_URL" | "ATLASSIAN_PROXY_WPAD_URL" => {
            &[("ATLASSIAN_PROXY_WPAD_ENABLE", "true")]
        }
        "MCP_REDIS_PREFIX" => &[("MCP_REDIS_URL", "redis://redis.example")],
        "OTEL_EXPORTER_OTLP_HEADERS" | "OTEL_EXPORTER_OTLP_CERTIFICATE" | "OTEL_SERVICE_NAME" => {
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example:4318")]
        }
        _ => &[],
    }
}

/// Every variable does something: with another value, other settings come out, or a sentence says
/// why not.
#[test]
fn no_variable_is_dead() {
    // Those without effect by design, or for an instance that needs no further credentials; the
    // table of auth selection has a test of its own, OAuth included.
    let idle = [
        ("X_FETCHER_MAX_WORKERS", "accepted for compatibility"),
        ("X_ACCEPT_AUTHORIZATION", "for numbered instances only"),
        ("X_USERNAME", "a token is used"),
        ("X_API_TOKEN", "a token is used"),
        ("X_EXTERNAL_AUTH_ENABLE", "a token is used"),
        ("ATLASSIAN_EXTERNAL_AUTH_ENABLE", "a token is used"),
        ("X_PERSONAL_TOKEN", "another value of the same secret prints the same"),
    ];
    for variable in VARIABLES {
        if idle.iter().any(|(name, _)| *name == variable.name)
            || variable.topic == atlassian_settings::variables::Topic::OAuth
            || variable.topic == atlassian_settings::variables::Topic::OAuthProxy
        {
            continue;
        }
        for name in names(variable) {
            let company = company(variable);
            let mut pairs: Vec<(&str, &str)> = BASE.to_vec();
            pairs.extend(company);
            let before = format!("{:?}", settings(&pairs));
            pairs.push((&name, sample(variable)));
            let after = format!("{:?}", settings(&pairs));
            assert_ne!(before, after, "{name}={} changes nothing", sample(variable));
        }
    }
    for (name, reason) in idle {
        assert!(VARIABLES.iter().any(|variable| variable.name == name), "{name}: {reason}");
    }
    for variable in VARIABLES {
        if variable.topic != atlassian_settings::variables::Topic::OAuthProxy
            || variable.name == "ATLASSIAN_OAUTH_PROXY_ENABLE"
        {
            continue;
        }
        let enabled = with("ATLASSIAN_OAUTH_PROXY_ENABLE", "true");
        let mut pairs: Vec<(&str, &str)> = BASE.to_vec();
        pairs.extend([("ATLASSIAN_OAUTH_PROXY_ENABLE", "true"), (variable.name, sample(variable))]);
        let with_it = settings(&pairs);
        assert!(
            with_it.server.oauth_proxy.len() > enabled.server.oauth_proxy.len(),
            "{}",
            variable.name
        );
    }
}

fn one(service: Service, setting: &str) {
    assert!(per_instance(setting, service).is_some(), "no row for {setting} of {service}");
}

fn both(setting: &str) {
    Service::ALL.into_iter().for_each(|service| one(service, setting));
}

fn process(name: &str) {
    assert!(global(name).is_some_and(|v| v.scope == Scope::Global), "no row for {name}");
}

/// Every field of the settings has its variable. The patterns are exhaustive on purpose: a new
/// field does not compile until it is named here.
#[test]
fn every_field_has_its_variable() {
    let settings = settings(BASE);
    let instance: &InstanceConfig = &settings.instances.usable[0];
    let InstanceConfig {
        id: _,
        number: _,
        label: _,
        site: _,
        deployment: _,
        credential: _,
        cloud_id: _,
        network,
        limits,
        exposure,
        behaviour,
    } = instance;
    ["INSTANCE_NAME", "URL", "DEPLOYMENT", "OAUTH_CLOUD_ID"].into_iter().for_each(both);
    ["USERNAME", "API_TOKEN", "PERSONAL_TOKEN", "OAUTH_ACCESS_TOKEN", "OAUTH_CLIENT_ID"]
        .into_iter()
        .for_each(both);
    ["OAUTH_CLIENT_SECRET", "OAUTH_REDIRECT_URI", "OAUTH_SCOPE", "OAUTH_ENABLE"]
        .into_iter()
        .for_each(both);
    both("EXTERNAL_AUTH_ENABLE");
    let Network {
        verify_tls: _,
        ca_bundle: _,
        system_trust_store: _,
        trust_file: _,
        trust_folder: _,
        client_cert: _,
        client_key: _,
        client_key_password: _,
        timeout: _,
        proxies,
        custom_headers: _,
        passthrough_headers: _,
    } = network;
    ["SSL_VERIFY", "CA_BUNDLE", "CLIENT_CERT", "CLIENT_KEY", "CLIENT_KEY_PASSWORD"]
        .into_iter()
        .for_each(both);
    ["TIMEOUT", "CUSTOM_HEADERS", "PASSTHROUGH_HEADERS"].into_iter().for_each(both);
    ["MCP_ATLASSIAN_USE_SYSTEM_TRUSTSTORE", "SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .for_each(process);
    let Proxies { http: _, https: _, socks: _, bypass: _, pac_url: _ } = proxies;
    ["HTTP_PROXY", "HTTPS_PROXY", "SOCKS_PROXY", "NO_PROXY", "PROXY_WPAD_URL"]
        .into_iter()
        .for_each(both);
    both("PROXY_WPAD_ENABLE");
    let Limits {
        retry,
        max_concurrent_requests: _,
        requests_per_second: _,
        max_pagination_limit: _,
        breaker_threshold: _,
        breaker_cooldown: _,
    } = limits;
    ["ATLASSIAN_MAX_CONCURRENT_REQUESTS", "ATLASSIAN_REQUESTS_PER_SECOND"]
        .into_iter()
        .for_each(process);
    ["ATLASSIAN_MAX_PAGINATION_LIMIT", "ATLASSIAN_CIRCUIT_BREAKER_THRESHOLD"]
        .into_iter()
        .for_each(process);
    process("ATLASSIAN_CIRCUIT_BREAKER_COOLDOWN");
    let RetryPolicy {
        attempts: _,
        backoff: _,
        include_writes: _,
        ignore_retry_after: _,
        max_retry_after: _,
    } = retry;
    ["TOTAL", "BACKOFF", "INCLUDE_WRITES", "IGNORE_RETRY_AFTER", "AFTER_LIMIT"]
        .into_iter()
        .for_each(|end| process(&format!("ATLASSIAN_RETRY_{end}")));
    let Exposure {
        read_only: _,
        toolsets: _,
        enabled_tools: _,
        disabled_tools: _,
        filter: _,
        owns: _,
        allow_credential_fallback: _,
        accept_authorization: _,
    } = exposure;
    ["READ_ONLY_MODE", "TOOLSETS", "ENABLED_TOOLS", "DISABLED_TOOLS"].into_iter().for_each(both);
    ["ALLOW_CRED_FALLBACK", "ACCEPT_AUTHORIZATION"].into_iter().for_each(both);
    ["PROJECTS_FILTER", "PROJECTS"].into_iter().for_each(|setting| one(Service::Jira, setting));
    ["SPACES_FILTER", "SPACES"].into_iter().for_each(|setting| one(Service::Confluence, setting));
    let Behaviour {
        issue_key_pattern: _,
        project_key_pattern: _,
        markup_translation: _,
        attachment_download_use_v1: _,
        hierarchy_link_phrases: _,
        internal_only_projects: _,
        sla_metrics: _,
        sla_working_hours_only: _,
        sla_working_hours_start: _,
        sla_working_hours_end: _,
        sla_working_days: _,
        sla_timezone: _,
        display_timezone: _,
    } = behaviour;
    both("MARKUP_TRANSLATION");
    one(Service::Confluence, "ATTACHMENT_DOWNLOAD_USE_V1");
    ["ISSUE_KEY_PATTERN", "PROJECT_KEY_PATTERN", "HIERARCHY_LINK_PHRASES"]
        .into_iter()
        .for_each(|setting| one(Service::Jira, setting));
    ["INTERNAL_ONLY_PROJECTS", "SLA_METRICS", "SLA_WORKING_HOURS_ONLY", "SLA_WORKING_DAYS"]
        .into_iter()
        .for_each(|setting| one(Service::Jira, setting));
    ["SLA_WORKING_HOURS_START", "SLA_WORKING_HOURS_END", "SLA_TIMEZONE"]
        .into_iter()
        .for_each(|setting| one(Service::Jira, setting));

    let ServerSettings {
        transport: _,
        http,
        callers,
        log,
        tool_mode: _,
        exposure: _,
        instances: _,
        aliases: _,
        groups: _,
        call_timeout: _,
        max_response_bytes: _,
        files_root: _,
        lossy_writes: _,
        audit_file: _,
        redis: _,
        telemetry: _,
        max_concurrent_requests: _,
        oauth_proxy: _,
        oauth_proxy_folder: _,
    } = &settings.server;
    ["TRANSPORT", "ATLASSIAN_TOOL_MODE", "READ_ONLY_MODE", "TOOLSETS", "ENABLED_TOOLS"]
        .into_iter()
        .for_each(process);
    ["DISABLED_TOOLS", "ATLASSIAN_INSTANCES", "ATLASSIAN_INSTANCE_ALIASES"]
        .into_iter()
        .for_each(process);
    ["ATLASSIAN_INSTANCE_GROUPS", "ATLASSIAN_CALL_TIMEOUT", "ATLASSIAN_FILES_ROOT"]
        .into_iter()
        .for_each(process);
    ["ATLASSIAN_MAX_RESPONSE_BYTES", "ATLASSIAN_LOSSY_WRITES", "ATLASSIAN_AUDIT_FILE"]
        .into_iter()
        .for_each(process);
    process("ATLASSIAN_OAUTH_PROXY_ENABLE");
    let _ = |redis: RedisSettings| {
        let RedisSettings { url: _, prefix: _, trust_file: _ } = redis;
    };
    ["MCP_REDIS_URL", "MCP_REDIS_PREFIX", "SSL_CERT_FILE"].into_iter().for_each(process);
    let _ = |telemetry: TelemetrySettings| {
        let TelemetrySettings { endpoint: _, headers: _, trust_file: _, service_name: _ } =
            telemetry;
    };
    ["ENDPOINT", "TRACES_ENDPOINT", "HEADERS", "CERTIFICATE"]
        .into_iter()
        .for_each(|end| process(&format!("OTEL_EXPORTER_OTLP_{end}")));
    process("OTEL_SERVICE_NAME");
    let HttpSettings {
        host: _,
        port: _,
        path: _,
        stateless: _,
        allowed_hosts: _,
        allowed_origins: _,
        max_sessions: _,
        max_body_bytes: _,
        tls_cert: _,
        tls_key: _,
        metrics: _,
    } = http;
    ["HOST", "PORT", "STREAMABLE_HTTP_PATH", "STATELESS", "MCP_ALLOWED_HOSTS"]
        .into_iter()
        .for_each(process);
    ["MCP_ALLOWED_ORIGINS", "MCP_MAX_SESSIONS", "MCP_MAX_BODY_BYTES", "MCP_TLS_CERT"]
        .into_iter()
        .for_each(process);
    ["MCP_TLS_KEY", "MCP_METRICS"].into_iter().for_each(process);
    let CallerSettings {
        ignore_header_auth: _,
        allow_global_fallback: _,
        allowed_url_domains: _,
        validation_ttl: _,
        validation_entries: _,
    } = callers;
    ["IGNORE_HEADER_AUTH", "ALLOW_GLOBAL_CRED_FALLBACK", "MCP_ALLOWED_URL_DOMAINS"]
        .into_iter()
        .for_each(process);
    ["TTL", "MAXSIZE"]
        .into_iter()
        .for_each(|end| process(&format!("MCP_ATLASSIAN_VALIDATION_CACHE_{end}")));
    let LogSettings { level: _, format: _, to_stdout: _ } = log;
    ["MCP_VERBOSE", "MCP_VERY_VERBOSE", "MCP_LOG_FORMAT", "MCP_LOGGING_STDOUT"]
        .into_iter()
        .for_each(process);
}
