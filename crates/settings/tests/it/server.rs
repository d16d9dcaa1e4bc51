//! The server's own settings, and what prevents a start.

use crate::given::{raw, settings, told};
use atlassian_settings::{
    LogFormat, LogLevel, LossyWrites, MapSources, ProblemKind, ServerSettings, Severity, ToolMode,
    Transport, validate,
};
use std::path::{Path, PathBuf};
use std::time::Duration;

fn server(pairs: &[(&str, &str)]) -> ServerSettings {
    settings(pairs).server
}

const HTTP: (&str, &str) = ("TRANSPORT", "streamable-http");

#[test]
fn nothing_given_is_the_default() {
    assert_eq!(format!("{:?}", server(&[])), format!("{:?}", ServerSettings::default()));
}

#[test]
fn transports_and_their_paths() {
    for (word, transport, path, warned) in [
        ("stdio", Transport::Stdio, "/mcp", false),
        ("Streamable-HTTP", Transport::StreamableHttp, "/mcp", false),
        (" sse ", Transport::Sse, "/sse", false),
        ("carrier-pigeon", Transport::Stdio, "/mcp", true),
    ] {
        let settings = settings(&[("TRANSPORT", word)]);
        assert_eq!(settings.server.transport, transport, "{word}");
        assert_eq!(settings.server.http.path, path);
        let warnings = told(&settings);
        assert_eq!(!warnings.is_empty(), warned, "{warnings:?}");
        assert_eq!(settings.exit_code(), None);
    }
}

#[test]
fn paths_are_normalised() {
    for (given, path, warned) in [
        ("mcp", "/mcp", false),
        (" /a/b/ ", "/a/b", false),
        ("/", "/", false),
        ("/with query?x", "/mcp", true),
        ("//double", "/mcp", true),
    ] {
        let settings = settings(&[HTTP, ("STREAMABLE_HTTP_PATH", given)]);
        assert_eq!(settings.server.http.path, path, "{given}");
        assert_eq!(!told(&settings).is_empty(), warned, "{given}");
    }
}

#[test]
fn hosts_and_ports() {
    for (given, host) in [
        ("", "127.0.0.1"),
        ("0.0.0.0", "0.0.0.0"),
        ("[::1]", "::1"),
        ("::", "::"),
        ("localhost", "localhost"),
    ] {
        assert_eq!(server(&[HTTP, ("HOST", given)]).http.host, host);
    }
    for given in ["127.0.0.1:9000", "http://x", "a b"] {
        assert_eq!(settings(&[HTTP, ("HOST", given)]).exit_code(), Some(2), "{given}");
        assert_eq!(settings(&[("HOST", given)]).exit_code(), None, "{given} over stdio");
    }
    assert_eq!(server(&[HTTP, ("PORT", "0")]).http.port, 0);
    assert_eq!(server(&[HTTP, ("PORT", "9000")]).http.port, 9000);
}

#[test]
fn stateless_misuse_has_an_exit_code_of_its_own() {
    let settings = settings(&[("STATELESS", "true")]);
    let fatal: Vec<_> = settings.fatal().collect();
    assert_eq!(fatal[0].kind, ProblemKind::StatelessMisuse);
    assert_eq!(settings.exit_code(), Some(1));
    assert_eq!(crate::given::settings(&[("STATELESS", "1"), HTTP]).exit_code(), None);
    let worse = crate::given::settings(&[("STATELESS", "1"), ("READ_ONLY_MODE", "x")]);
    assert_eq!(worse.exit_code(), Some(2));
}

#[test]
fn what_prevents_a_start() {
    for variable in [
        ("ATLASSIAN_CONFIG", "/etc/a.toml"),
        ("ATLASSIAN_TOOL_MODE", "canary"),
        ("ATLASSIAN_LOSSY_WRITES", "canary"),
        ("MCP_LOG_FORMAT", "canary"),
        ("MCP_TLS_CERT", "/cert.pem"),
        ("MCP_TLS_KEY", "/key.pem"),
    ] {
        let settings = settings(&[HTTP, variable]);
        let fatal: Vec<_> = settings.fatal().map(|problem| problem.message.as_str()).collect();
        assert_eq!(fatal.len(), 1, "{variable:?}");
        assert!(fatal[0].contains(variable.0) && !fatal[0].contains("canary"), "{fatal:?}");
        assert_eq!(settings.exit_code(), Some(2));
    }
    const PROXY: (&str, &str) = ("ATLASSIAN_OAUTH_PROXY_ENABLE", "true");
    for (mode, code) in
        [("factory", Some(2)), ("redis", Some(2)), ("memory", None), ("Default", None)]
    {
        let mode = ("ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE", mode);
        assert_eq!(settings(&[HTTP, PROXY, mode]).exit_code(), code, "{mode:?}");
        assert_eq!(settings(&[HTTP, mode]).exit_code(), None, "off, {mode:?}");
    }
}

#[test]
fn modes_and_words() {
    let server = server(&[
        HTTP,
        ("ATLASSIAN_TOOL_MODE", "Compact"),
        ("ATLASSIAN_LOSSY_WRITES", "refuse"),
        ("MCP_LOG_FORMAT", "JSON"),
        ("MCP_LOGGING_STDOUT", "yes"),
        ("MCP_VERBOSE", "1"),
        ("ATLASSIAN_CALL_TIMEOUT", "5"),
        ("MCP_ALLOWED_HOSTS", "A.example, *,a.example"),
        ("MCP_ALLOWED_ORIGINS", "https://app.example/"),
        ("MCP_ALLOWED_URL_DOMAINS", "*.Corp.example, .corp.example,10.0.0.7"),
    ]);
    assert_eq!(server.tool_mode, ToolMode::Compact);
    assert_eq!(server.lossy_writes, LossyWrites::Refuse);
    assert_eq!(server.log.format, LogFormat::Json);
    assert_eq!(server.log.level, LogLevel::Info);
    assert!(server.log.to_stdout);
    assert_eq!(server.call_timeout, Duration::from_secs(5));
    assert_eq!(server.http.allowed_hosts, ["a.example", "*"]);
    assert_eq!(server.http.allowed_origins, ["https://app.example"]);
    assert_eq!(server.callers.allowed_url_domains, ["corp.example", "10.0.0.7"]);
}

#[test]
fn stdout_belongs_to_the_protocol() {
    let settings = settings(&[("MCP_LOGGING_STDOUT", "true"), ("MCP_VERY_VERBOSE", "true")]);
    assert!(!settings.server.log.to_stdout);
    assert_eq!(settings.server.log.level, LogLevel::Debug);
    assert!(told(&settings)[0].1.starts_with("MCP_LOGGING_STDOUT is ignored over stdio"));
}

#[test]
fn ignoring_headers_without_anything_in_their_place_is_told() {
    const IGNORE: (&str, &str) = ("IGNORE_HEADER_AUTH", "true");
    assert_eq!(told(&settings(&[HTTP, IGNORE])).len(), 1);
    assert!(told(&settings(&[IGNORE])).is_empty());
    let fallback = ("ALLOW_GLOBAL_CRED_FALLBACK", "true");
    assert!(told(&settings(&[HTTP, IGNORE, fallback])).is_empty());
}

#[test]
fn where_local_files_may_be() {
    let root = |pairs: &[(&str, &str)], working: Option<&str>, home: Option<&str>| {
        let mut raw = raw(pairs);
        raw.working_directory = working.map(PathBuf::from);
        raw.home_directory = home.map(PathBuf::from);
        let settings = validate(&raw, &MapSources::default());
        (settings.server.files_root, settings.problems.len())
    };
    let some = |path: &str| Some(Path::new(path).to_owned());
    let home = Some("/home/me");
    const SET: (&str, &str) = ("ATLASSIAN_FILES_ROOT", "/data");
    const RELATIVE: (&str, &str) = ("ATLASSIAN_FILES_ROOT", "attachments");
    for (pairs, working, expected) in [
        (vec![], Some("/home/me/project"), (some("/home/me/project"), 0)),
        (vec![], Some("/home/me"), (None, 0)),
        (vec![], Some("/home/me/"), (None, 0)),
        (vec![], Some("/home"), (None, 0)),
        (vec![], Some("/"), (None, 0)),
        (vec![], None, (None, 0)),
        (vec![SET], Some("/"), (some("/data"), 0)),
        (vec![RELATIVE], Some("/srv"), (some("/srv/attachments"), 0)),
        (vec![RELATIVE], None, (None, 1)),
        (vec![HTTP], Some("/home/me/project"), (None, 0)),
        (vec![HTTP, SET], Some("/home/me/project"), (None, 1)),
    ] {
        assert_eq!(root(&pairs, working, home), expected, "{pairs:?} in {working:?}");
    }
    assert_eq!(root(&[], Some("/srv/x"), None), (some("/srv/x"), 0));
}

/// Primary and `staging` Jira, skipped `broken`, Confluence `docs`.
fn many(more: &[(&str, &str)]) -> atlassian_settings::Settings {
    let base = [
        ("JIRA_URL", "https://one.corp.example"),
        ("JIRA_PERSONAL_TOKEN", "t"),
        ("JIRA_2_URL", "https://two.corp.example"),
        ("JIRA_2_PERSONAL_TOKEN", "t"),
        ("JIRA_2_INSTANCE_NAME", "staging"),
        ("JIRA_3_URL", "https://three.corp.example"),
        ("JIRA_3_INSTANCE_NAME", "broken"),
        ("CONFLUENCE_2_URL", "https://wiki.corp.example"),
        ("CONFLUENCE_2_PERSONAL_TOKEN", "t"),
        ("CONFLUENCE_2_INSTANCE_NAME", "docs"),
    ];
    settings(&[base.as_slice(), more].concat())
}

/// Warnings of these settings, without the one about `broken`.
fn warnings(settings: &atlassian_settings::Settings) -> usize {
    let warned = settings.problems.iter().filter(|p| p.severity == Severity::Warning);
    warned.filter(|p| !p.message.starts_with("JIRA_3 ")).count()
}

#[test]
fn shown_instances() {
    const ALIAS: (&str, &str) = ("ATLASSIAN_INSTANCE_ALIASES", "stg=staging");
    const GROUP: (&str, &str) = ("ATLASSIAN_INSTANCE_GROUPS", "eu=docs+stg");
    for (list, shown, warned) in [
        ("", None, 0),
        (" , ", None, 0),
        ("all", None, 0),
        ("staging", Some(vec!["staging"]), 0),
        ("Primary, STAGING", Some(vec!["primary", "staging"]), 0),
        ("stg", Some(vec!["staging"]), 0),
        ("eu,broken", Some(vec!["broken", "docs", "staging"]), 0),
        ("nowhere", Some(vec![]), 1),
        ("nowhere,docs", Some(vec!["docs"]), 1),
    ] {
        let settings = many(&[ALIAS, GROUP, ("ATLASSIAN_INSTANCES", list)]);
        let expected = shown.map(|names| names.into_iter().map(str::to_owned).collect());
        assert_eq!(settings.server.instances, expected, "{list}");
        assert_eq!(warnings(&settings), warned, "{list}: {:?}", settings.problems);
    }
}

#[test]
fn aliases_and_groups() {
    let settings = many(&[
        (
            "ATLASSIAN_INSTANCE_ALIASES",
            "stg=staging, Prod = \
             primary,stg=docs,docs=staging,all=docs,x=nowhere,a-b=docs,odd,b=broken",
        ),
        (
            "ATLASSIAN_INSTANCE_GROUPS",
            "every=primary+stg+docs+docs,none=,some=docs+nowhere,stg=docs,every=docs,jira=docs",
        ),
    ]);
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        settings.server.aliases,
        [pair("stg", "staging"), pair("prod", "primary"), pair("b", "broken")]
    );
    let group = |name: &str, members: &[&str]| {
        (name.to_owned(), members.iter().map(|m| (*m).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        settings.server.groups,
        [group("every", &["primary", "staging", "docs"]), group("some", &["docs"])]
    );
    assert_eq!(warnings(&settings), 6 + 5, "{:#?}", settings.problems);
}

#[test]
fn the_oauth_proxy_gets_its_variables_as_given() {
    const APP: (&str, &str) = ("ATLASSIAN_OAUTH_CLIENT_SECRET", "s");
    const CONSENT: (&str, &str) = ("ATLASSIAN_OAUTH_REQUIRE_CONSENT", "no");
    assert!(server(&[HTTP, APP, CONSENT]).oauth_proxy.is_empty());
    let proxy = server(&[
        HTTP,
        APP,
        CONSENT,
        ("ATLASSIAN_OAUTH_PROXY_ENABLE", "on"),
        ("ATLASSIAN_OAUTH_ALLOWED_CLIENT_REDIRECT_URIS", ""),
    ])
    .oauth_proxy;
    let given: Vec<_> = proxy.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
    assert_eq!(
        given,
        [
            ("ATLASSIAN_OAUTH_PROXY_ENABLE", "on"),
            ("ATLASSIAN_OAUTH_ALLOWED_CLIENT_REDIRECT_URIS", ""),
            CONSENT,
            APP,
        ]
    );
    let odd = settings(&[HTTP, ("PUBLIC_BASE_URL", "mcp.example")]);
    assert!(told(&odd)[0].1.starts_with("PUBLIC_BASE_URL is not"));
}
