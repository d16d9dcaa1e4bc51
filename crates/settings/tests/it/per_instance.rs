//! Single settings of an instance: network, behaviour, exposure.

use crate::given::{settings, skipped, told, usable};
use atlassian_settings::{InstanceConfig, Service, Settings, Severity};
use std::time::Duration;

/// The primary Jira with this variable.
fn with(name: &str, value: &str) -> Settings {
    settings(&[
        ("JIRA_URL", "https://jira.corp.example"),
        ("JIRA_PERSONAL_TOKEN", "t"),
        (name, value),
    ])
}

fn jira(settings: &Settings) -> &InstanceConfig {
    usable(settings, Service::Jira, 1)
}

/// A wrong value is told as a warning that names the variable, and the default is in force.
fn falls_back(name: &str, value: &str) {
    let settings = with(name, value);
    let plain = with("UNRELATED", "");
    let warned = told(&settings).iter().any(|(severity, message)| {
        let repeated = value.len() > 2 && message.contains(value);
        *severity == Severity::Warning && message.contains(name) && !repeated
    });
    assert!(warned, "{name}={value}: {:?}", settings.problems);
    assert_eq!(format!("{:?}", jira(&settings)), format!("{:?}", jira(&plain)));
    assert_eq!(format!("{:?}", settings.server), format!("{:?}", plain.server));
}

#[test]
fn wrong_numbers_patterns_and_times_fall_back_to_the_default() {
    for (name, value) in [
        ("JIRA_TIMEOUT", "soon"),
        ("JIRA_TIMEOUT", "0"),
        ("JIRA_TIMEOUT", "-5"),
        ("JIRA_TIMEOUT", "99999"),
        ("JIRA_FETCHER_MAX_WORKERS", "many"),
        ("JIRA_FETCHER_MAX_WORKERS", "0"),
        ("ATLASSIAN_RETRY_TOTAL", "11"),
        ("ATLASSIAN_RETRY_BACKOFF", "x"),
        ("ATLASSIAN_REQUESTS_PER_SECOND", "fast"),
        ("ATLASSIAN_CALL_TIMEOUT", "0"),
        ("ATLASSIAN_MAX_RESPONSE_BYTES", "5MB"),
        ("MCP_MAX_SESSIONS", "0"),
        ("MCP_ATLASSIAN_VALIDATION_CACHE_TTL", "abc"),
        ("PORT", "80a"),
        ("PORT", "65536"),
        ("JIRA_ISSUE_KEY_PATTERN", "("),
        ("JIRA_PROJECT_KEY_PATTERN", "[a-"),
        ("JIRA_SLA_METRICS", "happiness"),
        ("JIRA_SLA_WORKING_DAYS", "1,8"),
        ("JIRA_SLA_WORKING_DAYS", "monday"),
        ("JIRA_SLA_WORKING_HOURS_START", "24:00"),
        ("JIRA_SLA_TIMEZONE", "Mars Base"),
    ] {
        falls_back(name, value);
    }
    let empty = with("JIRA_SLA_WORKING_HOURS_START", "17:00");
    assert_eq!(told(&empty)[0].0, Severity::Warning);
    assert_eq!(jira(&empty).behaviour.sla_working_hours_start, 9 * 60);
}

#[test]
fn certificates_are_checked_unless_plainly_told_not_to() {
    for (value, verify, warned) in [
        ("true", true, false),
        ("false", false, false),
        ("0", false, false),
        ("NO", false, false),
        ("off", false, false),
        ("fasle", true, true),
        ("disabled", true, true),
        ("", true, false),
    ] {
        let settings = with("JIRA_SSL_VERIFY", value);
        assert_eq!(jira(&settings).network.verify_tls, verify, "{value}");
        let warnings: Vec<_> = told(&settings);
        assert_eq!(!warnings.is_empty(), warned, "{value}: {warnings:?}");
        assert!(warnings.iter().all(|(severity, _)| *severity == Severity::Warning));
    }
}

#[test]
fn a_switch_that_is_neither_yes_nor_no_prevents_the_start() {
    let mut seen = 0;
    for variable in atlassian_settings::VARIABLES {
        if variable.kind != atlassian_settings::variables::Kind::Switch {
            continue;
        }
        let names = match variable.setting() {
            None => vec![variable.name.to_owned()],
            Some(setting) => Service::ALL
                .into_iter()
                .filter(|service| variable.applies_to(*service))
                .map(|service| format!("{}_{setting}", service.variable_word()))
                .collect(),
        };
        for name in names {
            let settings = settings(&[
                ("JIRA_URL", "https://jira.corp.example"),
                ("JIRA_PERSONAL_TOKEN", "t"),
                ("CONFLUENCE_URL", "https://wiki.corp.example"),
                ("CONFLUENCE_PERSONAL_TOKEN", "t"),
                (&name, "canary"),
            ]);
            let fatal: Vec<_> = settings.fatal().collect();
            assert_eq!(fatal.len(), 1, "{name}: {:?}", settings.problems);
            assert!(fatal[0].message.starts_with(&format!("{name} is neither yes nor no")));
            assert!(!fatal[0].message.contains("canary"));
            assert_eq!(settings.exit_code(), Some(2));
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn headers_are_parsed_and_wrong_ones_are_told_by_their_place_only() {
    let settings = with(
        "JIRA_CUSTOM_HEADERS",
        " X-One = 1=one , canary, =canary, X One=canary, x-two=2,, X-ONE=again, Content-Length=9",
    );
    let headers = &jira(&settings).network.custom_headers;
    let shown: Vec<_> = headers.iter().map(|(name, v)| (name.as_str(), v.expose())).collect();
    assert_eq!(shown, [("x-two", "2"), ("X-ONE", "again")]);
    let told = told(&settings);
    let places: Vec<_> = ["entry 2 ", "entry 3 ", "entry 4 ", "entry 8 "].to_vec();
    assert_eq!(told.len(), places.len());
    for ((severity, message), place) in told.iter().zip(places) {
        assert_eq!(*severity, Severity::Warning);
        assert!(message.contains(place) && !message.contains("canary"), "{message}");
    }

    let settings = with("JIRA_PASSTHROUGH_HEADERS", "X-User, x-user ,Host, bad name,Cookie");
    assert_eq!(jira(&settings).network.passthrough_headers, ["x-user", "cookie"]);
    assert_eq!(crate::given::told(&settings).len(), 2);
}

#[test]
fn a_proxy_that_cannot_be_read_skips_and_never_means_direct() {
    for value in
        ["ftp://proxy:1", "http://", "http://canary@proxy:99999", "http://proxy/canary", "proxy:x"]
    {
        for name in ["JIRA_HTTPS_PROXY", "JIRA_HTTP_PROXY", "JIRA_SOCKS_PROXY", "HTTPS_PROXY"] {
            let settings = with(name, value);
            let problem = &skipped(&settings, Service::Jira, 1).problems[0];
            assert_eq!(problem.severity, Severity::Error);
            assert!(problem.message.contains(&format!("{name} is not the address of a proxy")));
            assert!(!problem.message.contains("canary"));
        }
    }
    let proxies = |name, value| jira(&with(name, value)).network.proxies.clone();
    let socks = proxies("SOCKS_PROXY", "user:pw@proxy:1080").socks;
    assert_eq!(socks.unwrap().expose(), "socks5://user:pw@proxy:1080");
    let http = proxies("HTTP_PROXY", " http://proxy:3128 ").http;
    assert_eq!(http.unwrap().expose(), "http://proxy:3128");
}

#[test]
fn automatic_proxies_give_way_to_set_ones() {
    let pac = |variables: &[(&str, &str)]| {
        let base = [("JIRA_URL", "https://j.corp.example"), ("JIRA_PERSONAL_TOKEN", "t")];
        let settings = settings(&[base.as_slice(), variables].concat());
        jira(&settings).network.proxies.pac_url.clone()
    };
    const ON: (&str, &str) = ("ATLASSIAN_PROXY_WPAD_ENABLE", "true");
    assert_eq!(pac(&[]), None);
    assert_eq!(pac(&[ON]).as_deref(), Some("http://wpad/wpad.dat"));
    let own = ("JIRA_PROXY_WPAD_URL", "https://pac.example/p.pac");
    assert_eq!(pac(&[ON, own]).as_deref(), Some("https://pac.example/p.pac"));
    assert_eq!(pac(&[own]), None);
    assert_eq!(pac(&[ON, ("JIRA_PROXY_WPAD_ENABLE", "false")]), None);
    assert_eq!(pac(&[ON, ("JIRA_PROXY_WPAD_ENABLE", "")]), None);
    assert_eq!(pac(&[ON, ("HTTPS_PROXY", "http://proxy:1")]), None);
    let secret = with("ATLASSIAN_PROXY_WPAD_URL", "http://canary:canary@wpad/x");
    assert!(!skipped(&secret, Service::Jira, 1).problems[0].message.contains("canary"));
}

#[test]
fn a_boundary_that_names_nothing_shuts_the_instance_and_does_not_open_it() {
    for (name, value) in [
        ("JIRA_PROJECTS_FILTER", ","),
        ("JIRA_PROJECTS_FILTER", "\u{200b},\u{feff}"),
        ("JIRA_INTERNAL_ONLY_PROJECTS", ",,"),
    ] {
        let settings = with(name, value);
        let problem = &skipped(&settings, Service::Jira, 1).problems[0];
        assert!(problem.message.contains(&format!("{name} is set but names no")), "{problem}");
        assert_eq!(problem.severity, Severity::Error);
    }
    assert!(jira(&with("JIRA_PROJECTS_FILTER", "  ")).exposure.filter.is_none());
}

#[test]
fn lists_of_behaviour() {
    let settings =
        with("HIERARCHY_LINK_PHRASES", "Parent: Is Owner Of ,child:part of,odd,other:x,child:");
    assert_eq!(
        jira(&settings).behaviour.hierarchy_link_phrases,
        [(true, "is owner of".to_owned()), (false, "part of".to_owned())]
    );
    assert_eq!(told(&settings).len(), 3);

    let settings = with("JIRA_INTERNAL_ONLY_PROJECTS", "sd, \u{200b}HELP ,sd, 1x");
    assert_eq!(jira(&settings).behaviour.internal_only_projects, ["SD", "HELP", "1X"]);
    assert_eq!(told(&settings).len(), 1);

    let settings = with("JIRA_SLA_WORKING_DAYS", "7, 1,1");
    assert_eq!(jira(&settings).behaviour.sla_working_days, [1, 7]);
    let settings = with("JIRA_SLA_METRICS", "Lead_Time , resolution_time");
    assert_eq!(jira(&settings).behaviour.sla_metrics, ["lead_time", "resolution_time"]);
    let settings = with("JIRA_SLA_WORKING_HOURS_START", "7:30");
    assert_eq!(jira(&settings).behaviour.sla_working_hours_start, 7 * 60 + 30);
    let settings = with("JIRA_SLA_WORKING_HOURS_END", "24:00");
    assert!(told(&settings).is_empty());
    assert_eq!(jira(&settings).behaviour.sla_working_hours_end, 24 * 60);
    let night = with("JIRA_SLA_WORKING_HOURS_START", "22:00");
    assert!(told(&night).is_empty(), "until 17:00 of the next day");
    assert_eq!(jira(&night).behaviour.sla_working_hours_start, 22 * 60);
    assert_eq!(jira(&night).behaviour.sla_timezone, None);
    let set = with("JIRA_SLA_TIMEZONE", "UTC");
    assert_eq!(jira(&set).behaviour.sla_timezone.as_deref(), Some("UTC"), "set is set");
    assert_eq!(jira(&set).behaviour.display_timezone, None);
    let berlin = with("TZ", ":Europe/Berlin");
    assert_eq!(jira(&berlin).behaviour.display_timezone.as_deref(), Some("Europe/Berlin"));
}

#[test]
fn blank_lists_of_tools_are_no_lists() {
    for value in ["", " ", ",", " , "] {
        for name in ["TOOLSETS", "ENABLED_TOOLS", "DISABLED_TOOLS", "JIRA_TOOLSETS"] {
            let settings = with(name, value);
            let exposure = &jira(&settings).exposure;
            assert!(exposure.toolsets.is_none() && exposure.enabled_tools.is_none(), "{name}");
            assert!(exposure.disabled_tools.is_empty());
        }
    }
}

#[test]
fn attachment_route_is_automatic_unless_said() {
    let route = |value: &str| {
        let settings = settings(&[
            ("CONFLUENCE_URL", "https://wiki.corp.example"),
            ("CONFLUENCE_PERSONAL_TOKEN", "t"),
            ("CONFLUENCE_ATTACHMENT_DOWNLOAD_USE_V1", value),
        ]);
        usable(&settings, Service::Confluence, 1).behaviour.attachment_download_use_v1
    };
    assert_eq!([route(""), route("yes"), route("no")], [None, Some(true), Some(false)]);
}

#[test]
fn a_password_keeps_its_blanks_and_a_token_does_not() {
    let settings = settings(&[
        ("JIRA_URL", "https://jira.corp.example"),
        ("JIRA_USERNAME", " me "),
        ("JIRA_API_TOKEN", " pass word \n"),
        ("CONFLUENCE_URL", "https://wiki.corp.example"),
        ("CONFLUENCE_PERSONAL_TOKEN", " token \r\n"),
    ]);
    let atlassian_settings::Credential::Basic { username, secret } = &jira(&settings).credential
    else {
        panic!("{:?}", settings.problems);
    };
    assert_eq!((username.as_str(), secret.expose()), ("me", " pass word "));
    let wiki = usable(&settings, Service::Confluence, 1);
    let atlassian_settings::Credential::Pat(token) = &wiki.credential else {
        panic!("{:?}", wiki.credential);
    };
    assert_eq!(token.expose(), "token");
}

#[test]
fn a_lonely_key_is_told_and_a_whole_pair_is_kept() {
    let lonely = with("JIRA_CLIENT_KEY", "/key.pem");
    assert!(told(&lonely)[0].1.contains("JIRA_CLIENT_KEY is not used: JIRA_CLIENT_CERT"));
    let pair = settings(&[
        ("JIRA_URL", "https://jira.corp.example"),
        ("JIRA_CLIENT_CERT", "/cert.pem"),
        ("JIRA_CLIENT_KEY", "/key.pem"),
        ("JIRA_CLIENT_KEY_PASSWORD", "pw"),
        ("JIRA_TIMEOUT", "30"),
    ]);
    let network = &jira(&pair).network;
    assert_eq!(jira(&pair).credential.word(), "cert");
    assert!(network.client_cert.is_some() && network.client_key.is_some());
    assert_eq!(network.client_key_password.as_ref().unwrap().expose(), "pw");
    assert_eq!(network.timeout, Duration::from_secs(30));
}

#[test]
fn what_nobody_can_see_makes_no_other_name() {
    for invisible in
        ["\u{200b}", "\u{feff}", "\u{ad}", "\u{2060}", "\u{fe0f}", "\u{e0041}", "\u{3164}"]
    {
        let list = format!("jira_{invisible}search, {invisible}jira_get_issue{invisible}");
        let settings = with("DISABLED_TOOLS", &list);
        let names: Vec<&str> =
            jira(&settings).exposure.disabled_tools.iter().map(String::as_str).collect();
        assert_eq!(names, ["jira_get_issue", "jira_search"], "{invisible:?}");
        let settings = with("TOOLSETS", &format!("jira_{invisible}issues"));
        let toolsets = jira(&settings).exposure.toolsets.clone().expect("a list");
        assert!(toolsets.contains("jira_issues"), "{invisible:?}");
        let settings = with("JIRA_PROJECTS_FILTER", &format!("PA{invisible}Y"));
        let filter = jira(&settings).exposure.filter.clone().expect("a filter");
        assert!(filter.allows("PAY") && !filter.allows(&format!("PAY{invisible}")));
    }
}
