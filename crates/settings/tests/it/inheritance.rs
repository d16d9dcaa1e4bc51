//! What a numbered instance takes over and what never reaches it (server spec section 11.3).

use crate::given::{listing, settings, told, usable};
use atlassian_settings::{
    Credential, InstanceConfig, OAuthCredential, Service, Settings, Severity,
};
use std::time::Duration;

/// A usable second Jira on Data Center, next to these variables.
fn second(variables: &[(&str, &str)]) -> Settings {
    let base =
        [("JIRA_2_URL", "https://two.corp.example"), ("JIRA_2_PERSONAL_TOKEN", "second-token")];
    settings(&[base.as_slice(), variables].concat())
}

fn jira_2(settings: &Settings) -> &InstanceConfig {
    usable(settings, Service::Jira, 2)
}

#[test]
fn nothing_made_for_the_primary_host_reaches_another() {
    let settings = second(&[
        ("JIRA_URL", "https://one.corp.example"),
        ("JIRA_USERNAME", "canary"),
        ("JIRA_API_TOKEN", "canary"),
        ("JIRA_PERSONAL_TOKEN", "canary"),
        ("JIRA_CLIENT_CERT", "/canary.pem"),
        ("JIRA_CLIENT_KEY", "/canary.key"),
        ("JIRA_CLIENT_KEY_PASSWORD", "canary"),
        ("JIRA_CUSTOM_HEADERS", "X-Canary=canary"),
        ("JIRA_PASSTHROUGH_HEADERS", "x-canary"),
        ("JIRA_OAUTH_ACCESS_TOKEN", "canary"),
        ("ATLASSIAN_OAUTH_ACCESS_TOKEN", "canary"),
        ("ATLASSIAN_OAUTH_CLOUD_ID", "canary"),
        ("JIRA_OAUTH_CLIENT_ID", "canary"),
        ("JIRA_OAUTH_CLIENT_SECRET", "canary"),
        ("JIRA_SSL_VERIFY", "false"),
        ("JIRA_DEPLOYMENT", "cloud"),
        ("JIRA_ALLOW_CRED_FALLBACK", "true"),
        ("JIRA_ACCEPT_AUTHORIZATION", "true"),
        ("JIRA_PROJECTS", "CANARY"),
        ("JIRA_TOOLSETS", "jira_fields"),
        ("JIRA_ENABLED_TOOLS", "jira_canary"),
        ("JIRA_DISABLED_TOOLS", "jira_canary"),
        ("JIRA_READ_ONLY_MODE", "true"),
        ("JIRA_OAUTH_ENABLE", "true"),
        ("JIRA_EXTERNAL_AUTH_ENABLE", "true"),
    ]);
    let alone = second(&[]);
    let (mut two, alone) = (jira_2(&settings).clone(), jira_2(&alone));
    assert!(!format!("{two:?}").to_lowercase().contains("canary"));
    let Credential::Pat(token) = &two.credential else { panic!("{:?}", two.credential) };
    assert_eq!(token.expose(), "second-token");
    two.limits = alone.limits.clone();
    assert_eq!(format!("{two:?}"), format!("{alone:?}"));
    let one = usable(&settings, Service::Jira, 1);
    assert!(!one.network.verify_tls && one.exposure.read_only);
    assert_eq!(one.exposure.owns, ["CANARY"]);
    assert!(!one.exposure.accept_authorization, "for numbered ones only");
}

#[test]
fn a_second_one_without_credentials_does_not_borrow_any() {
    let settings = settings(&[
        ("JIRA_2_URL", "https://two.atlassian.net"),
        ("JIRA_URL", "https://one.atlassian.net"),
        ("JIRA_USERNAME", "me"),
        ("JIRA_API_TOKEN", "t"),
        ("ATLASSIAN_OAUTH_ACCESS_TOKEN", "t"),
        ("ATLASSIAN_OAUTH_CLOUD_ID", "id"),
        ("ATLASSIAN_OAUTH_CLIENT_ID", "id"),
        ("ATLASSIAN_OAUTH_CLIENT_SECRET", "s"),
        ("ATLASSIAN_OAUTH_REDIRECT_URI", "http://localhost:8080/callback"),
        ("ATLASSIAN_OAUTH_SCOPE", "read:jira-work"),
        ("ATLASSIAN_EXTERNAL_AUTH_ENABLE", "true"),
    ]);
    assert_eq!(
        listing(&settings)[..1],
        ["jira primary 1 oauth"],
        "the shared token serves the primary"
    );
    assert!(listing(&settings).contains(&"jira jira_2 2 skipped".to_owned()));
}

#[test]
fn the_shared_app_serves_an_instance_that_asks_for_it() {
    const APP: [(&str, &str); 4] = [
        ("ATLASSIAN_OAUTH_CLIENT_ID", "shared"),
        ("ATLASSIAN_OAUTH_CLIENT_SECRET", "shared-secret"),
        ("ATLASSIAN_OAUTH_REDIRECT_URI", "http://localhost:8080/callback"),
        ("ATLASSIAN_OAUTH_SCOPE", "read:jira-work"),
    ];
    let with = |url, more: &[(&'static str, &'static str)]| {
        settings(&[&[("JIRA_2_URL", url)], APP.as_slice(), more].concat())
    };
    let client = |settings: &Settings| match &jira_2(settings).credential {
        Credential::OAuth(OAuthCredential::App(app)) => {
            format!("{} {} {}", app.client_id, app.client_secret.expose(), app.scope)
        }
        other => other.word().to_owned(),
    };
    let cloud = "https://two.atlassian.net";
    let shared = "shared shared-secret read:jira-work";
    assert_eq!(client(&with(cloud, &[("JIRA_2_OAUTH_CLOUD_ID", "id")])), shared);
    assert_eq!(client(&with(cloud, &[("JIRA_2_OAUTH_ENABLE", "true")])), shared);
    assert_eq!(
        client(&with("https://two.corp.example", &[("JIRA_2_OAUTH_ENABLE", "yes")])),
        shared
    );
    let own = [
        ("JIRA_2_OAUTH_CLOUD_ID", "id"),
        ("JIRA_2_OAUTH_CLIENT_ID", "own"),
        ("JIRA_2_OAUTH_CLIENT_SECRET", "own-secret"),
        ("JIRA_2_OAUTH_SCOPE", "own-scope"),
    ];
    assert_eq!(client(&with(cloud, &own)), "own own-secret own-scope");
    let half = with(cloud, &[own[0], own[1]]);
    assert_eq!(listing(&half), ["jira jira_2 2 skipped"], "an id never meets a foreign secret");
    let shared_switch = with(cloud, &[("ATLASSIAN_OAUTH_ENABLE", "true")]);
    assert!(matches!(
        jira_2(&shared_switch).credential,
        Credential::OAuth(OAuthCredential::Minimal)
    ));
    let lifted =
        with(cloud, &[("ATLASSIAN_OAUTH_ENABLE", "true"), ("JIRA_2_OAUTH_ENABLE", "false")]);
    assert!(listing(&lifted).contains(&"jira jira_2 2 skipped".to_owned()));
}

#[test]
fn proxies_come_from_the_nearest_level_and_nothing_is_a_value() {
    const GLOBAL: (&str, &str) = ("HTTPS_PROXY", "http://global:1");
    const UNNUMBERED: (&str, &str) = ("JIRA_HTTPS_PROXY", "jira:2");
    let https = |variables: &[(&'static str, &'static str)]| {
        let settings = second(variables);
        jira_2(&settings).network.proxies.https.as_ref().map(|proxy| proxy.expose().to_owned())
    };
    assert_eq!(https(&[]), None);
    assert_eq!(https(&[GLOBAL]).as_deref(), Some("http://global:1"));
    assert_eq!(https(&[GLOBAL, UNNUMBERED]).as_deref(), Some("http://jira:2"));
    let own = ("JIRA_2_HTTPS_PROXY", "socks5h://own:3");
    assert_eq!(https(&[GLOBAL, UNNUMBERED, own]).as_deref(), Some("socks5h://own:3"));
    assert_eq!(https(&[GLOBAL, UNNUMBERED, ("JIRA_2_HTTPS_PROXY", "")]), None);
    assert_eq!(https(&[GLOBAL, ("JIRA_HTTPS_PROXY", "")]), None);

    let bypass = |variables: &[(&'static str, &'static str)]| {
        jira_2(&second(variables)).network.proxies.bypass.clone()
    };
    let lower = ("no_proxy", "lower");
    assert_eq!(bypass(&[lower]).as_deref(), Some("lower"));
    assert_eq!(bypass(&[lower, ("NO_PROXY", "upper")]).as_deref(), Some("upper"));
    assert_eq!(bypass(&[lower, ("JIRA_2_NO_PROXY", "")]), None);
}

#[test]
fn behaviour_and_network_are_own_then_unnumbered_then_default() {
    let settings = second(&[
        ("JIRA_TIMEOUT", "10"),
        ("JIRA_CA_BUNDLE", "/ca.pem"),
        ("JIRA_ISSUE_KEY_PATTERN", "^[a-z]+-1$"),
        ("JIRA_SLA_TIMEZONE", "Europe/Berlin"),
        ("HIERARCHY_LINK_PHRASES", "parent:owns"),
        ("DISABLE_JIRA_MARKUP_TRANSLATION", "true"),
    ]);
    let two = jira_2(&settings);
    assert_eq!(two.network.timeout, Duration::from_secs(10));
    assert_eq!(two.network.ca_bundle.as_deref(), Some("/ca.pem".as_ref()));
    assert_eq!(two.behaviour.issue_key_pattern, "^[a-z]+-1$");
    assert_eq!(two.behaviour.sla_timezone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(two.behaviour.hierarchy_link_phrases, [(true, "owns".to_owned())]);
    assert!(!two.behaviour.markup_translation);

    let settings = second(&[
        ("JIRA_TIMEOUT", "10"),
        ("JIRA_2_TIMEOUT", "20.5"),
        ("HIERARCHY_LINK_PHRASES", "parent:owns"),
        ("JIRA_HIERARCHY_LINK_PHRASES", "child:of"),
        ("DISABLE_JIRA_MARKUP_TRANSLATION", "true"),
        ("JIRA_2_MARKUP_TRANSLATION", "on"),
        ("REQUESTS_CA_BUNDLE", "/python.pem"),
    ]);
    let two = jira_2(&settings);
    assert_eq!(two.network.timeout, Duration::from_millis(20_500));
    assert_eq!(two.network.ca_bundle.as_deref(), Some("/python.pem".as_ref()));
    assert_eq!(two.behaviour.hierarchy_link_phrases, [(false, "of".to_owned())]);
    assert!(two.behaviour.markup_translation);
}

#[test]
fn read_only_is_on_if_either_says_so() {
    for (global, own, expected) in [
        ("", "", false),
        ("true", "", true),
        ("", "true", true),
        ("true", "false", true),
        ("false", "true", true),
        ("false", "false", false),
    ] {
        let settings = second(&[("READ_ONLY_MODE", global), ("JIRA_2_READ_ONLY_MODE", own)]);
        assert_eq!(jira_2(&settings).exposure.read_only, expected, "{global} {own}");
        assert_eq!(settings.server.exposure.read_only, global == "true");
    }
}

#[test]
fn lists_of_tools_are_replaced_as_a_whole() {
    let settings = second(&[
        ("TOOLSETS", "Default, jira_agile"),
        ("ENABLED_TOOLS", "jira_search,"),
        ("DISABLED_TOOLS", "jira_delete_issue"),
    ]);
    let two = &jira_2(&settings).exposure;
    let words = |set: &std::collections::BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
    assert_eq!(two.toolsets.as_ref().map(words).unwrap(), ["default", "jira_agile"]);
    assert_eq!(two.enabled_tools.as_ref().map(words).unwrap(), ["jira_search"]);
    assert_eq!(words(&two.disabled_tools), ["jira_delete_issue"]);
    assert_eq!(settings.server.exposure.toolsets, two.toolsets);
    assert_eq!(settings.server.exposure.enabled_tools, two.enabled_tools);
    assert_eq!(settings.server.exposure.disabled_tools, two.disabled_tools);

    let settings = second(&[
        ("TOOLSETS", "jira_agile"),
        ("ENABLED_TOOLS", "jira_search"),
        ("DISABLED_TOOLS", "jira_delete_issue"),
        ("JIRA_2_TOOLSETS", "jira_links,ALL"),
        ("JIRA_2_ENABLED_TOOLS", "jira_2_get_issue"),
        ("JIRA_2_DISABLED_TOOLS", "jira_search"),
    ]);
    let two = &jira_2(&settings).exposure;
    assert_eq!(two.toolsets, None, "`all` lifts the shared list");
    assert_eq!(two.enabled_tools.as_ref().map(words).unwrap(), ["jira_2_get_issue"]);
    assert_eq!(words(&two.disabled_tools), ["jira_search"]);
}

#[test]
fn a_boundary_of_the_primary_is_missed_loudly() {
    let variables = [("JIRA_PROJECTS_FILTER", "A"), ("JIRA_INTERNAL_ONLY_PROJECTS", "SD")];
    let settings = second(&variables);
    assert!(jira_2(&settings).exposure.filter.is_none());
    assert!(jira_2(&settings).behaviour.internal_only_projects.is_empty());
    assert_eq!(
        told(&settings),
        [
            (
                Severity::Warning,
                "JIRA_2 (jira_2): JIRA_PROJECTS_FILTER does not apply here; set \
                 JIRA_2_PROJECTS_FILTER to restrict it too."
            ),
            (
                Severity::Warning,
                "JIRA_2 (jira_2): JIRA_INTERNAL_ONLY_PROJECTS does not apply here; set \
                 JIRA_2_INTERNAL_ONLY_PROJECTS to restrict it too."
            ),
        ]
    );
    let own = [("JIRA_2_PROJECTS_FILTER", "b, C"), ("JIRA_2_INTERNAL_ONLY_PROJECTS", "x")];
    let settings = second(&[variables.as_slice(), own.as_slice()].concat());
    assert_eq!(jira_2(&settings).exposure.filter.as_ref().unwrap().keys(), ["b", "C"]);
    assert_eq!(jira_2(&settings).behaviour.internal_only_projects, ["X"]);
    assert!(told(&settings).is_empty());
}

#[test]
fn credential_fallback_is_global_or_own() {
    for (variable, two, one) in [
        ("ALLOW_GLOBAL_CRED_FALLBACK", true, true),
        ("JIRA_2_ALLOW_CRED_FALLBACK", true, false),
        ("JIRA_ALLOW_CRED_FALLBACK", false, true),
    ] {
        let settings = second(&[
            (variable, "true"),
            ("JIRA_URL", "https://one.corp.example"),
            ("JIRA_PERSONAL_TOKEN", "t"),
        ]);
        assert_eq!(jira_2(&settings).exposure.allow_credential_fallback, two, "{variable}");
        let primary = usable(&settings, Service::Jira, 1);
        assert_eq!(primary.exposure.allow_credential_fallback, one, "{variable}");
    }
}

#[test]
fn limits_are_the_same_for_every_instance_and_the_process() {
    let settings = second(&[
        ("ATLASSIAN_RETRY_TOTAL", "0"),
        ("ATLASSIAN_MAX_CONCURRENT_REQUESTS", "4"),
        ("ATLASSIAN_REQUESTS_PER_SECOND", "2.5"),
        ("ATLASSIAN_CIRCUIT_BREAKER_THRESHOLD", "3"),
        ("ATLASSIAN_MAX_PAGINATION_LIMIT", "50"),
    ]);
    let limits = &jira_2(&settings).limits;
    assert_eq!(limits.retry.attempts, 0);
    assert_eq!(limits.max_concurrent_requests, Some(4));
    assert_eq!(limits.requests_per_second, Some(2.5));
    assert_eq!(limits.breaker_threshold, Some(3));
    assert_eq!(limits.max_pagination_limit, Some(50));
    assert_eq!(settings.server.max_concurrent_requests, Some(4));
    let default = second(&[]);
    assert_eq!(jira_2(&default).limits.max_concurrent_requests, None);
    assert_eq!(jira_2(&default).limits.retry.attempts, 2);
}
