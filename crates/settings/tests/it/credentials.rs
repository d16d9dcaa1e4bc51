//! The table of auth selection (server spec sections 3.1 to 3.4 and 10.14).

use crate::given::{listing, raw, settings, told, usable};
use atlassian_settings::{
    Credential, Deployment, MapSources, OAuthCredential, Service, Severity, TokenFolder, validate,
};

const CLOUD: &str = "https://acme.atlassian.net";
const DATA_CENTER: &str = "https://jira.corp.example";

const BASIC: &[(&str, &str)] = &[("JIRA_USERNAME", "me"), ("JIRA_API_TOKEN", "t")];
const PAT: &[(&str, &str)] = &[("JIRA_PERSONAL_TOKEN", "t")];
const TOKEN: &[(&str, &str)] = &[("ATLASSIAN_OAUTH_ACCESS_TOKEN", "t")];
const OWN_TOKEN: &[(&str, &str)] = &[("JIRA_OAUTH_ACCESS_TOKEN", "t")];
const SITE: &[(&str, &str)] = &[("ATLASSIAN_OAUTH_CLOUD_ID", "0a1b-2c")];
const APP: &[(&str, &str)] =
    &[("ATLASSIAN_OAUTH_CLIENT_ID", "id"), ("ATLASSIAN_OAUTH_CLIENT_SECRET", "s")];
const OWN_APP: &[(&str, &str)] =
    &[("JIRA_OAUTH_CLIENT_ID", "own"), ("JIRA_OAUTH_CLIENT_SECRET", "s")];
const RETURN: &[(&str, &str)] = &[
    ("ATLASSIAN_OAUTH_REDIRECT_URI", "http://localhost:8080/callback"),
    ("ATLASSIAN_OAUTH_SCOPE", "read:jira-work"),
];
const CERT: &[(&str, &str)] = &[("JIRA_CLIENT_CERT", "/etc/cert.pem")];
const MINIMAL: &[(&str, &str)] = &[("ATLASSIAN_OAUTH_ENABLE", "true")];
const EXTERNAL: &[(&str, &str)] = &[("ATLASSIAN_EXTERNAL_AUTH_ENABLE", "true")];
const HTTP: &[(&str, &str)] = &[("TRANSPORT", "streamable-http")];
const FALLBACK: &[(&str, &str)] = &[("ALLOW_GLOBAL_CRED_FALLBACK", "true")];

/// Groups of variables, and what is chosen among them.
type Row<'a> = (&'a [&'a [(&'a str, &'a str)]], &'a str);

/// What Jira authenticates with: the word of the credential, with the way of OAuth; `-` when it is
/// skipped.
fn chosen(url: &str, parts: &[&[(&str, &str)]]) -> String {
    let settings = settings(&[&[("JIRA_URL", url)], parts.concat().as_slice()].concat());
    let jira = settings.instances.usable.iter().find(|i| i.service() == Service::Jira);
    let Some(jira) = jira else { return "-".to_owned() };
    match &jira.credential {
        Credential::OAuth(OAuthCredential::Given { .. }) => "given".to_owned(),
        Credential::OAuth(OAuthCredential::App(app)) => format!("app {}", app.client_id),
        Credential::OAuth(OAuthCredential::Minimal) => "minimal".to_owned(),
        other => other.word().to_owned(),
    }
}

#[test]
fn on_cloud() {
    let rows: &[Row] = &[
        (&[], "-"),
        (&[BASIC], "basic"),
        (&[&[("JIRA_USERNAME", "me")]], "-"),
        (&[&[("JIRA_API_TOKEN", "t")]], "-"),
        (&[PAT], "-"),
        (&[PAT, BASIC], "basic"),
        (&[CERT], "-"),
        (&[TOKEN], "given"),
        (&[TOKEN, SITE], "given"),
        (&[OWN_TOKEN, SITE], "given"),
        (&[TOKEN, BASIC], "basic"),
        (&[TOKEN, APP, RETURN], "given"),
        (&[TOKEN, SITE, BASIC], "given"),
        (&[APP], "-"),
        (&[APP, SITE], "-"),
        (&[APP, RETURN], "app id"),
        (&[APP, RETURN, SITE], "app id"),
        (&[OWN_APP, APP, RETURN, SITE], "app own"),
        (&[APP, RETURN, BASIC], "basic"),
        (&[APP, RETURN, SITE, BASIC], "app id"),
        (&[APP, SITE, BASIC], "basic"),
        (&[TOKEN, APP, RETURN, SITE], "given"),
        (&[MINIMAL], "minimal"),
        (&[MINIMAL, BASIC], "basic"),
        (&[MINIMAL, BASIC, HTTP], "minimal"),
        (&[MINIMAL, BASIC, HTTP, FALLBACK], "basic"),
        (&[MINIMAL, TOKEN, SITE, HTTP], "given"),
        (&[EXTERNAL], "external"),
        (&[EXTERNAL, PAT], "external"),
        (&[EXTERNAL, BASIC], "basic"),
        (&[EXTERNAL, MINIMAL], "minimal"),
        (&[EXTERNAL, TOKEN, SITE], "given"),
        (&[EXTERNAL, CERT], "external"),
    ];
    for (parts, expected) in rows {
        assert_eq!(chosen(CLOUD, parts), *expected, "{parts:?}");
    }
}

#[test]
fn on_data_center() {
    let rows: &[Row] = &[
        (&[], "-"),
        (&[BASIC], "basic"),
        (&[PAT], "pat"),
        (&[PAT, BASIC], "pat"),
        (&[PAT, TOKEN], "pat"),
        (&[PAT, APP], "pat"),
        (&[PAT, EXTERNAL], "pat"),
        (&[TOKEN], "given"),
        (&[TOKEN, SITE], "given"),
        (&[TOKEN, BASIC], "given"),
        (&[APP], "app id"),
        (&[OWN_APP, APP], "app own"),
        (&[APP, BASIC], "app id"),
        (&[APP, TOKEN], "given"),
        (&[CERT], "cert"),
        (&[CERT, BASIC], "basic"),
        (&[CERT, PAT], "pat"),
        (&[CERT, EXTERNAL], "external"),
        (&[MINIMAL], "minimal"),
        (&[MINIMAL, BASIC], "basic"),
        (&[MINIMAL, BASIC, HTTP], "minimal"),
        (&[MINIMAL, PAT, HTTP], "pat"),
        (&[EXTERNAL], "external"),
        (&[EXTERNAL, BASIC], "basic"),
    ];
    for (parts, expected) in rows {
        assert_eq!(chosen(DATA_CENTER, parts), *expected, "{parts:?}");
    }
}

#[test]
fn a_data_center_app_has_the_defaults_of_its_kind() {
    let settings = settings(&[&[("JIRA_URL", DATA_CENTER)], APP].concat());
    let jira = usable(&settings, Service::Jira, 1);
    let Credential::OAuth(OAuthCredential::App(app)) = &jira.credential else {
        panic!("{:?}", jira.credential);
    };
    assert_eq!(app.redirect_uri, "http://localhost:8080/callback");
    assert_eq!(app.scope, "WRITE");
}

#[test]
fn token_files_are_at_home_unless_a_folder_is_named() {
    let folder = |home: Option<&str>, more: &[(&str, &str)]| {
        let mut raw = raw(&[&[("JIRA_URL", DATA_CENTER)], APP, more].concat());
        raw.home_directory = home.map(Into::into);
        let settings = validate(&raw, &MapSources::default());
        match &usable(&settings, Service::Jira, 1).credential {
            Credential::OAuth(OAuthCredential::App(app)) => app.token_folder.clone(),
            other => panic!("{other:?}"),
        }
    };
    const NAMED: &[(&str, &str)] = &[("ATLASSIAN_OAUTH_DIR", "/data/tokens")];
    assert_eq!(folder(None, &[]), None);
    let home = TokenFolder::Home("/home/ann/.mcp-atlassian".into());
    assert_eq!(folder(Some("/home/ann"), &[]), Some(home));
    let named = TokenFolder::Named("/data/tokens".into());
    assert_eq!(folder(Some("/home/ann"), NAMED), Some(named.clone()));
    assert_eq!(folder(None, NAMED), Some(named));
}

#[test]
fn the_two_switches_offer_both_services_without_an_address() {
    for (switch, word) in [(MINIMAL, "oauth"), (EXTERNAL, "external")] {
        let settings = settings(switch);
        let expected = [format!("jira primary 1 {word}"), format!("confluence primary 1 {word}")];
        assert_eq!(listing(&settings), expected);
        assert!(told(&settings).is_empty(), "{:?}", settings.problems);
        for instance in &settings.instances.usable {
            assert!(instance.site.is_from_request());
            assert_eq!(instance.deployment, Deployment::Cloud);
            assert!(instance.site.host().ends_with(".invalid"));
        }
    }
    let numbered = settings(&[("JIRA_2_EXTERNAL_AUTH_ENABLE", "true")]);
    assert_eq!(listing(&numbered), ["jira jira_2 2 skipped"]);
}

#[test]
fn a_skipped_instance_names_what_is_missing() {
    for (variables, sentence) in [
        (
            vec![("JIRA_URL", CLOUD), ("JIRA_USERNAME", "me"), ("JIRA_PERSONAL_TOKEN", "t")],
            "JIRA (primary): skipped: needs JIRA_USERNAME and JIRA_API_TOKEN, or \
             ATLASSIAN_OAUTH_ACCESS_TOKEN, or ATLASSIAN_OAUTH_CLIENT_ID, ATLASSIAN_OAUTH_CLIENT_SECRET, \
             ATLASSIAN_OAUTH_REDIRECT_URI and ATLASSIAN_OAUTH_SCOPE; JIRA_USERNAME is set, \
             JIRA_API_TOKEN is not; JIRA_PERSONAL_TOKEN is set, but personal access tokens are \
             for Data Center.",
        ),
        (
            vec![("CONFLUENCE_3_URL", CLOUD), ("CONFLUENCE_3_OAUTH_CLIENT_ID", "id")],
            "CONFLUENCE_3 (confluence_3): skipped: needs CONFLUENCE_3_USERNAME and \
             CONFLUENCE_3_API_TOKEN, or CONFLUENCE_3_OAUTH_ACCESS_TOKEN, or \
             CONFLUENCE_3_OAUTH_CLIENT_ID, CONFLUENCE_3_OAUTH_CLIENT_SECRET, \
             CONFLUENCE_3_OAUTH_REDIRECT_URI and CONFLUENCE_3_OAUTH_SCOPE; \
             CONFLUENCE_3_OAUTH_CLIENT_ID is set, CONFLUENCE_3_OAUTH_CLIENT_SECRET is not.",
        ),
        (vec![("JIRA_API_TOKEN", "t")], "JIRA (primary): skipped: needs JIRA_URL."),
        (vec![("JIRA_2_USERNAME", "me")], "JIRA_2 (jira_2): skipped: needs JIRA_2_URL."),
        (vec![("JIRA_2_INSTANCE_NAME", "staging")], "JIRA_2 (staging): skipped: needs JIRA_2_URL."),
    ] {
        assert_eq!(told(&settings(&variables)), [(Severity::Warning, sentence)]);
    }
}

#[test]
fn what_is_given_and_not_used_is_told() {
    let both = settings(&[&[("JIRA_URL", DATA_CENTER)], PAT, APP].concat());
    assert_eq!(
        told(&both),
        [(
            Severity::Warning,
            "JIRA (primary): JIRA_PERSONAL_TOKEN is used and the OAuth settings are not."
        )]
    );
    let cloud = settings(&[&[("JIRA_URL", CLOUD)], PAT, BASIC].concat());
    let (severity, message) = told(&cloud)[0];
    assert_eq!(severity, Severity::Info);
    assert!(message.contains("JIRA_PERSONAL_TOKEN is not used"), "{message}");
    let half = settings(&[&[("JIRA_URL", CLOUD), ("JIRA_USERNAME", "me")], MINIMAL].concat());
    assert!(told(&half).contains(&(
        Severity::Warning,
        "JIRA (primary): JIRA_USERNAME is not used: JIRA_API_TOKEN is not set."
    )));
}

#[test]
fn a_site_id_is_kept_on_cloud_only() {
    let cloud = settings(&[&[("JIRA_URL", CLOUD)], BASIC, SITE].concat());
    assert_eq!(usable(&cloud, Service::Jira, 1).cloud_id.as_deref(), Some("0a1b-2c"));
    let shared = settings(&[&[("JIRA_URL", DATA_CENTER)], PAT, SITE].concat());
    assert_eq!(usable(&shared, Service::Jira, 1).cloud_id, None);
    assert!(told(&shared).is_empty());
    let own = settings(&[
        ("JIRA_2_URL", DATA_CENTER),
        ("JIRA_2_PERSONAL_TOKEN", "t"),
        ("JIRA_2_OAUTH_CLOUD_ID", "0a1b-2c"),
    ]);
    assert!(told(&own)[0].1.contains("set JIRA_2_DEPLOYMENT=cloud"), "{:?}", own.problems);
    let path = settings(&[
        ("JIRA_2_URL", CLOUD),
        ("JIRA_2_OAUTH_ACCESS_TOKEN", "t"),
        ("JIRA_2_OAUTH_CLOUD_ID", "../other"),
    ]);
    assert_eq!(told(&path)[0].0, Severity::Error);
    assert!(told(&path)[0].1.contains("JIRA_2_OAUTH_CLOUD_ID is not a site id"));
}
