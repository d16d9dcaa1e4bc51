//! Numbered instances (server spec sections 11.1 to 11.4).

use crate::given::{listing, settings, skipped, told, usable};
use atlassian_settings::{Service, Severity};

const PRIMARY: [(&str, &str); 3] = [
    ("JIRA_URL", "https://acme.atlassian.net"),
    ("JIRA_USERNAME", "me@acme.example"),
    ("JIRA_API_TOKEN", "primary-token"),
];

#[test]
fn nothing_configured_is_nothing_to_tell() {
    let settings = settings(&[]);
    assert!(listing(&settings).is_empty());
    assert!(told(&settings).is_empty());
}

#[test]
fn a_primary_and_a_numbered_one_stand_side_by_side() {
    let settings = settings(
        &[
            PRIMARY.as_slice(),
            &[
                ("JIRA_2_URL", "https://jira.corp.example/jira/"),
                ("JIRA_2_PERSONAL_TOKEN", "second-token"),
                ("JIRA_2_INSTANCE_NAME", "Staging"),
            ],
        ]
        .concat(),
    );
    assert_eq!(listing(&settings), ["jira primary 1 basic", "jira staging 2 pat"]);
    assert!(told(&settings).is_empty(), "{:?}", settings.problems);
    assert_eq!(usable(&settings, Service::Jira, 2).site.as_str(), "https://jira.corp.example/jira");
}

#[test]
fn an_address_without_credentials_is_skipped_with_the_list_of_what_would_do() {
    let settings = settings(&[
        ("JIRA_2_URL", "https://jira.corp.example"),
        ("JIRA_2_INSTANCE_NAME", "staging"),
    ]);
    assert_eq!(
        told(&settings),
        [(
            Severity::Warning,
            "JIRA_2 (staging): skipped: needs JIRA_2_PERSONAL_TOKEN, or JIRA_2_USERNAME and \
             JIRA_2_API_TOKEN, or JIRA_2_OAUTH_ACCESS_TOKEN, or JIRA_2_OAUTH_CLIENT_ID and \
             JIRA_2_OAUTH_CLIENT_SECRET, or JIRA_2_CLIENT_CERT."
        )]
    );
    let skipped = skipped(&settings, Service::Jira, 2);
    assert_eq!(skipped.host.as_deref(), Some("jira.corp.example"));
    assert_eq!(skipped.problems, settings.problems);
}
