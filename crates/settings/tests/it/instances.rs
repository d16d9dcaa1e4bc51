//! Numbered instances (server spec sections 11.1, 11.2 and 11.4).

use crate::given::{listing, settings, settings_with_files, skipped, told, usable};
use atlassian_settings::{Deployment, InstanceSet, Service, Settings, Severity};
use proptest::prelude::*;
use std::collections::BTreeSet;

const PRIMARY: [(&str, &str); 3] = [
    ("JIRA_URL", "https://acme.atlassian.net"),
    ("JIRA_USERNAME", "me@acme.example"),
    ("JIRA_API_TOKEN", "primary-token"),
];

/// Variables of a usable instance on Data Center.
fn numbered(service: &str, number: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let word = format!("{service}_{number}");
    let host = word.to_lowercase().replace('_', "-");
    let mut variables = vec![
        (format!("{word}_URL"), format!("https://{host}.corp.example")),
        (format!("{word}_PERSONAL_TOKEN"), "token".to_owned()),
    ];
    variables.extend(more.iter().map(|(name, v)| (format!("{word}_{name}"), (*v).to_owned())));
    variables
}

fn of(variables: &[Vec<(String, String)>]) -> Settings {
    let flat: Vec<(&str, &str)> =
        variables.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    settings(&flat)
}

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

#[test]
fn only_a_third_one() {
    let settings = of(&[numbered("JIRA", "3", &[])]);
    assert_eq!(listing(&settings), ["jira jira_3 3 pat"]);
    let instance = usable(&settings, Service::Jira, 3);
    assert_eq!(instance.id.tool_prefix(), "jira_3_");
    assert!(told(&settings).is_empty(), "{:?}", settings.problems);
}

#[test]
fn gaps_and_both_services_in_order() {
    let settings = of(&[
        numbered("CONFLUENCE", "99", &[]),
        numbered("JIRA", "57", &[("INSTANCE_NAME", "eu")]),
        numbered("JIRA", "99", &[]),
        numbered("CONFLUENCE", "2", &[]),
        numbered("JIRA", "2", &[]),
        vec![
            ("CONFLUENCE_URL".to_owned(), "https://wiki.corp.example".to_owned()),
            ("CONFLUENCE_PERSONAL_TOKEN".to_owned(), "t".to_owned()),
        ],
    ]);
    assert_eq!(
        listing(&settings),
        [
            "confluence primary 1 pat",
            "jira jira_2 2 pat",
            "jira eu 57 pat",
            "jira jira_99 99 pat",
            "confluence confluence_2 2 pat",
            "confluence confluence_99 99 pat",
        ]
    );
    assert!(told(&settings).is_empty(), "{:?}", settings.problems);
}

#[test]
fn odd_numbers_are_ignored_with_the_right_name_to_use() {
    for (name, hint) in [
        (
            "JIRA_1_URL",
            "JIRA_1_URL: ignored; the first instance is configured with JIRA_URL, without a \
             number.",
        ),
        ("JIRA_02_URL", "JIRA_02_URL: ignored; numbers have no leading zeros, write JIRA_2_URL."),
        (
            "JIRA_0_URL",
            "JIRA_0_URL: ignored; numbers go from 2 to 99, and the first instance has none \
             (JIRA_URL).",
        ),
        (
            "JIRA_01_URL",
            "JIRA_01_URL: ignored; numbers go from 2 to 99, and the first instance has none \
             (JIRA_URL).",
        ),
        ("JIRA_100_URL", "JIRA_100_URL: ignored; numbers of instances go from 2 to 99."),
        (
            "CONFLUENCE_99999999999999999999_URL",
            "CONFLUENCE_9999999999_URL: ignored; numbers of instances go from 2 to 99.",
        ),
    ] {
        let settings = settings(&[(name, "https://jira.corp.example")]);
        assert_eq!(told(&settings), [(Severity::Warning, hint)]);
        assert!(listing(&settings).is_empty(), "{name}");
    }
}

#[test]
fn a_first_instance_with_a_number_is_told_once_with_all_its_names() {
    let settings = of(&[numbered("JIRA", "1", &[])]);
    assert_eq!(
        told(&settings),
        [(
            Severity::Warning,
            "JIRA_1_PERSONAL_TOKEN, JIRA_1_URL: ignored; the first instance is configured with \
             JIRA_PERSONAL_TOKEN, JIRA_URL, without a number."
        )]
    );
}

#[test]
fn unknown_settings_are_named_with_their_neighbour() {
    for (name, message) in [
        (
            "JIRA_2_URLL",
            "JIRA_2_URLL is not a known setting and is ignored; did you mean JIRA_2_URL?",
        ),
        (
            "JIRA_2_Url",
            "JIRA_2_Url is not a known setting and is ignored; did you mean JIRA_2_URL?",
        ),
        (
            "JIRA_2_SPACES_FILTER",
            "JIRA_2_SPACES_FILTER is not a known setting and is ignored; it is a setting of \
             Confluence.",
        ),
        (
            "JIRA_2_FROBNICATION_LEVEL",
            "JIRA_2_FROBNICATION_LEVEL is not a known setting and is ignored.",
        ),
        (
            "CONFLUENCE_9_URL_FILE",
            "CONFLUENCE_9_URL_FILE is not a known setting and is ignored; only secrets can be \
             read from a file.",
        ),
    ] {
        let settings = settings(&[(name, "x")]);
        assert_eq!(told(&settings), [(Severity::Warning, message)]);
        assert!(listing(&settings).is_empty(), "{name}");
    }
    assert!(
        told(&settings(&[("JIRA_2_URLL", " "), ("JIRA_HOME", "/x"), ("JIRA_2", "x")])).is_empty()
    );
}

#[test]
fn every_known_setting_of_a_numbered_instance_is_silent_about_its_name() {
    for service in Service::ALL {
        for variable in atlassian_settings::VARIABLES {
            let Some(setting) = variable.setting().filter(|_| variable.applies_to(service)) else {
                continue;
            };
            let name = format!("{}_2_{setting}", service.variable_word());
            let settings = settings(&[(&name, "1")]);
            let unknown = settings.problems.iter().any(|p| p.message.contains("not a known"));
            assert!(!unknown, "{name}");
            assert_eq!(settings.instances.skipped.len(), 1, "{name}");
        }
    }
}

#[test]
fn bad_names_skip_their_instance_and_no_other() {
    for (name, told_end) in [
        (
            "prod-internal",
            "JIRA_2: skipped: JIRA_2_INSTANCE_NAME: the name `prod-internal` may only hold \
             letters a-z, digits and single inner underscores; try `prod_internal`.",
        ),
        (
            "a_name_that_is_far_too_long",
            "JIRA_2: skipped: JIRA_2_INSTANCE_NAME: the name `a_name_that_is_far_too_long` has \
             27 characters, at most 20 are allowed; try `a_name_that_is_far_t`.",
        ),
        (
            "default",
            "JIRA_2: skipped: JIRA_2_INSTANCE_NAME: the name `default` is reserved; try \
             `default_2`.",
        ),
        ("5", "JIRA_2: skipped: JIRA_2_INSTANCE_NAME: the name `5` is reserved; try `2`."),
        (
            "größe",
            "JIRA_2: skipped: JIRA_2_INSTANCE_NAME: the name `größe` may only hold letters a-z, \
             digits and single inner underscores; try `gr_e`.",
        ),
    ] {
        let settings = of(&[
            numbered("JIRA", "2", &[("INSTANCE_NAME", name)]),
            numbered("JIRA", "3", &[("INSTANCE_NAME", "other")]),
        ]);
        assert_eq!(listing(&settings), ["jira other 3 pat", "jira - 2 skipped"]);
        assert_eq!(told(&settings), [(Severity::Error, told_end)]);
        assert_eq!(settings.exit_code(), None);
    }
}

#[test]
fn of_two_equal_names_the_lower_number_wins() {
    for (second, third) in [
        ("staging", "Staging"),
        ("staging", "jira_staging"),
        ("jira_3", "3"),
        ("staging", "STAGING "),
    ] {
        let settings = of(&[
            numbered("JIRA", "3", &[("INSTANCE_NAME", third)]),
            numbered("JIRA", "2", &[("INSTANCE_NAME", second)]),
            numbered("CONFLUENCE", "2", &[("INSTANCE_NAME", "staging")]),
        ]);
        if second == "jira_3" {
            assert_eq!(skipped(&settings, Service::Jira, 2).problems[0].severity, Severity::Error);
            continue;
        }
        usable(&settings, Service::Jira, 2);
        usable(&settings, Service::Confluence, 2);
        let problem = &skipped(&settings, Service::Jira, 3).problems[0];
        assert_eq!(problem.severity, Severity::Error);
        assert!(problem.message.contains("JIRA_2 already has the name"), "{problem}");
    }
}

#[test]
fn a_skipped_instance_keeps_its_name() {
    let settings = of(&[
        vec![
            ("JIRA_2_URL".to_owned(), "https://jira.corp.example".to_owned()),
            ("JIRA_2_INSTANCE_NAME".to_owned(), "prod".to_owned()),
        ],
        numbered("JIRA", "3", &[("INSTANCE_NAME", "prod")]),
    ]);
    assert!(settings.instances.usable.is_empty());
    assert_eq!(listing(&settings), ["jira prod 2 skipped", "jira prod 3 skipped"]);
}

#[test]
fn the_twenty_first_is_skipped() {
    let mut variables: Vec<_> = (2..=22).map(|n| numbered("JIRA", &n.to_string(), &[])).collect();
    variables.push(PRIMARY.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect());
    variables.push(numbered("CONFLUENCE", "50", &[]));
    let settings = of(&variables);
    let jira = settings.instances.usable.iter().filter(|i| i.service() == Service::Jira);
    assert_eq!(jira.count(), InstanceSet::MAX_PER_SERVICE);
    usable(&settings, Service::Jira, 20);
    usable(&settings, Service::Confluence, 50);
    let problem = &skipped(&settings, Service::Jira, 21).problems[0];
    assert_eq!(
        problem.message,
        "JIRA_21 (jira_21): skipped: at most 20 instances of Jira are allowed, and those with \
         lower numbers come first."
    );
    assert_eq!(problem.severity, Severity::Error);
    skipped(&settings, Service::Jira, 22);
}

#[test]
fn bad_addresses_skip_with_an_error_that_repeats_no_credentials() {
    for (url, reason) in [
        ("jira.corp.example", "is not a URL with scheme and host"),
        ("https://", "is not a URL with scheme and host"),
        ("ftp://jira.corp.example", "has the scheme `ftp`"),
        ("https://me:canary@jira.corp.example", "must not contain credentials"),
        ("https://canary@jira.corp.example", "must not contain credentials"),
        ("https://jira.corp.example?token=canary", "must not contain a query"),
        ("https://jira.corp.example\\@canary.example", "contains a backslash"),
        ("https://jira corp.example", "contains a backslash, blank"),
    ] {
        let settings = settings(
            &[PRIMARY.as_slice(), &[("JIRA_2_URL", url), ("JIRA_2_PERSONAL_TOKEN", "t")]].concat(),
        );
        usable(&settings, Service::Jira, 1);
        let [problem] = settings.problems.as_slice() else { panic!("{:?}", settings.problems) };
        assert_eq!(problem.severity, Severity::Error);
        let start = format!("JIRA_2 (jira_2): skipped: JIRA_2_URL {reason}");
        assert!(problem.message.starts_with(&start), "{url}: {problem}");
        assert!(!problem.message.contains("canary"), "{problem}");
        assert_eq!(settings.exit_code(), None);
    }
}

#[test]
fn everything_wrong_with_an_instance_is_told_at_once() {
    let settings = settings(&[
        ("JIRA_2_URL", "jira.corp.example"),
        ("JIRA_2_INSTANCE_NAME", "my-prod"),
        ("JIRA_2_DEPLOYMENT", "moon"),
        ("JIRA_2_HTTPS_PROXY", "://"),
        ("JIRA_2_PROJECTS_FILTER", ","),
        ("JIRA_2_API_TOKEN", "a\nb"),
        ("JIRA_2_USERNAME", "me:canary"),
    ]);
    let problems = &skipped(&settings, Service::Jira, 2).problems;
    assert_eq!(problems, &settings.problems);
    for part in [
        "JIRA_2_INSTANCE_NAME: the name",
        "JIRA_2_DEPLOYMENT is none of cloud, datacenter, dc, server",
        "JIRA_2_URL is not a URL",
        "JIRA_2_HTTPS_PROXY is not the address of a proxy",
        "JIRA_2_PROJECTS_FILTER is set but names no key",
        "JIRA_2_API_TOKEN holds a line break",
        "JIRA_2_USERNAME holds a colon",
    ] {
        let found = problems.iter().find(|p| p.message.contains(part));
        let found = found.unwrap_or_else(|| panic!("{part}: {problems:?}"));
        assert_eq!(found.severity, Severity::Error);
        assert!(!found.message.contains("canary"));
    }
    assert_eq!(problems.len(), 7);
}

#[test]
fn a_deployment_can_be_said() {
    for (word, deployment) in [
        ("cloud", Deployment::Cloud),
        (" Cloud ", Deployment::Cloud),
        ("datacenter", Deployment::DataCenter),
        ("DC", Deployment::DataCenter),
        ("server", Deployment::DataCenter),
    ] {
        let settings = settings(&[
            ("CONFLUENCE_URL", "https://wiki.acme.example"),
            ("CONFLUENCE_USERNAME", "me"),
            ("CONFLUENCE_API_TOKEN", "t"),
            ("CONFLUENCE_DEPLOYMENT", word),
        ]);
        let instance = usable(&settings, Service::Confluence, 1);
        assert_eq!(instance.deployment, deployment, "{word}");
        let wiki = instance.site.as_str().ends_with("/wiki");
        assert_eq!(wiki, deployment.is_cloud(), "{}", instance.site);
    }
}

#[test]
fn secrets_come_from_files() {
    let files = [("/run/secrets/token", "  from-file \n"), ("/run/secrets/empty", " \n")];
    let base = [
        ("JIRA_2_URL", "https://jira.corp.example"),
        ("JIRA_2_PERSONAL_TOKEN_FILE", "/run/secrets/token"),
    ];
    let good = settings_with_files(&base, &files);
    let atlassian_settings::Credential::Pat(token) = &usable(&good, Service::Jira, 2).credential
    else {
        panic!("{:?}", good.problems);
    };
    assert_eq!(token.expose(), "from-file");

    for (more, reason) in [
        (
            ("JIRA_2_PERSONAL_TOKEN", "direct"),
            "JIRA_2_PERSONAL_TOKEN and JIRA_2_PERSONAL_TOKEN_FILE are both set, only one may be",
        ),
        (
            ("JIRA_2_API_TOKEN_FILE", "/run/secrets/empty"),
            "the file that JIRA_2_API_TOKEN_FILE names is empty",
        ),
        (
            ("JIRA_2_API_TOKEN_FILE", "canary"),
            "the file that JIRA_2_API_TOKEN_FILE names cannot be read: no such file",
        ),
    ] {
        let bad = settings_with_files(&[base.as_slice(), &[more]].concat(), &files);
        let told = told(&bad);
        assert_eq!(told, [(Severity::Error, &*format!("JIRA_2 (jira_2): skipped: {reason}."))]);
    }
}

#[test]
fn the_same_address_twice_is_worth_a_word() {
    let settings = of(&[
        vec![
            ("JIRA_2_URL".to_owned(), "https://JIRA-3.corp.example:443/".to_owned()),
            ("JIRA_2_PERSONAL_TOKEN".to_owned(), "other".to_owned()),
        ],
        numbered("JIRA", "3", &[("INSTANCE_NAME", "admin")]),
    ]);
    assert_eq!(
        told(&settings),
        [(Severity::Info, "JIRA_2 (jira_2) and JIRA_3 (admin) have the same address.")]
    );
}

#[test]
fn the_label_of_the_primary_changes_no_name() {
    let labelled = [PRIMARY.as_slice(), &[("JIRA_INSTANCE_NAME", "Head \u{200b}Office")]].concat();
    let settings = settings(&labelled);
    let primary = usable(&settings, Service::Jira, 1);
    assert_eq!(primary.display_name(), "Head Office");
    assert_eq!(primary.id.tool_prefix(), "jira_");

    let mut borrowed = numbered("JIRA", "2", &[("INSTANCE_NAME", "staging")]);
    borrowed.extend(PRIMARY.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    borrowed.push(("JIRA_INSTANCE_NAME".to_owned(), "Staging".to_owned()));
    let settings = of(&[borrowed]);
    assert!(told(&settings)[0].1.contains("is the name of another instance"));
}

proptest! {
    #[test]
    fn exactly_the_numbers_that_are_set_are_found(
        jira in proptest::collection::btree_set(2u8..=99, 0..8),
        confluence in proptest::collection::btree_set(2u8..=99, 0..8),
    ) {
        let mut variables: Vec<_> =
            jira.iter().map(|n| numbered("JIRA", &n.to_string(), &[])).collect();
        variables.extend(confluence.iter().map(|n| numbered("CONFLUENCE", &n.to_string(), &[])));
        let settings = of(&variables);
        let found = |service: Service| -> BTreeSet<u8> {
            let of_service = settings.instances.usable.iter().filter(|i| i.service() == service);
            of_service.map(|i| i.number).collect()
        };
        prop_assert_eq!(found(Service::Jira), jira);
        prop_assert_eq!(found(Service::Confluence), confluence);
        prop_assert!(settings.problems.is_empty());
        prop_assert!(settings.instances.skipped.is_empty());
    }

    #[test]
    fn no_name_in_the_environment_makes_an_instance_by_accident(
        name in "(JIRA|CONFLUENCE)_[0-9]{0,3}_?[A-Z_]{0,12}",
        value in "\\PC{1,12}",
    ) {
        let settings = settings(&[(&name, &value)]);
        prop_assert!(settings.instances.usable.is_empty());
        prop_assert!(settings.exit_code().is_none() || name.ends_with("ENABLE") || name.ends_with("MODE"));
    }
}
