//! No secret is ever printed: canaries in every variable that may hold one.

use crate::given::{settings, settings_with_files};
use atlassian_settings::variables::{Kind, Scope};
use atlassian_settings::{Service, Settings, VARIABLES, Variable};

/// The names a variable has for the unnumbered instances and for number 2.
fn names(variable: &Variable) -> Vec<String> {
    let Some(setting) = variable.setting() else { return vec![variable.name.to_owned()] };
    Service::ALL
        .into_iter()
        .filter(|service| variable.applies_to(*service))
        .flat_map(|service| {
            let word = service.variable_word();
            [format!("{word}_{setting}"), format!("{word}_2_{setting}")]
        })
        .collect()
}

/// Everything that can be printed of validated settings.
fn printed(settings: &Settings) -> String {
    let problems: Vec<String> = settings.problems.iter().map(ToString::to_string).collect();
    format!("{settings:?} {settings:#?} {}", problems.join("\n"))
}

const ADDRESSES: [(&str, &str); 4] = [
    ("JIRA_URL", "https://jira.corp.example"),
    ("JIRA_2_URL", "https://acme.atlassian.net"),
    ("CONFLUENCE_URL", "https://acme.atlassian.net/wiki"),
    ("CONFLUENCE_2_URL", "https://wiki.corp.example"),
];

/// Values that are right, wrong and broken for the various secrets, each with a canary.
const VALUES: [&str; 7] = [
    "canary-7f3a",
    "http://canary-7f3a:canary-7f3a@proxy.example:3128",
    "X-Key=canary-7f3a,canary-7f3a",
    "line\nbreak-canary-7f3a",
    "://canary-7f3a",
    "ftp://canary-7f3a@proxy",
    "canary-7f3a, canary-7f3a=canary-7f3a",
];

#[test]
fn one_secret_at_a_time_and_all_together() {
    let secrets: Vec<&Variable> = VARIABLES.iter().filter(|variable| variable.secret).collect();
    assert!(secrets.len() > 12, "the table lost its secrets");
    for value in VALUES {
        let mut all: Vec<(String, String)> = ADDRESSES.map(|(n, v)| (n.into(), v.into())).to_vec();
        for name in secrets.iter().flat_map(|variable| names(variable)) {
            let one = settings(&[ADDRESSES.as_slice(), &[(&name, value)]].concat());
            assert!(!printed(&one).contains("canary-7f3a"), "{name}={value:?}");
            all.push((name, value.to_owned()));
        }
        for more in ["JIRA_USERNAME", "JIRA_2_USERNAME", "CONFLUENCE_USERNAME"] {
            all.push((more.to_owned(), "me".to_owned()));
        }
        all.push(("ATLASSIAN_OAUTH_PROXY_ENABLE".to_owned(), "true".to_owned()));
        let all: Vec<(&str, &str)> =
            all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert!(!printed(&settings(&all)).contains("canary-7f3a"), "all with {value:?}");
    }
}

#[test]
fn a_secret_put_where_its_file_belongs() {
    for variable in VARIABLES.iter().filter(|variable| variable.secret) {
        for name in names(variable) {
            let file_form = format!("{name}_FILE");
            let absent = settings(&[ADDRESSES.as_slice(), &[(&file_form, "canary-7f3a")]].concat());
            assert!(!printed(&absent).contains("canary-7f3a"), "{file_form}");
            let read = settings_with_files(
                &[ADDRESSES.as_slice(), &[(&file_form, "/secret")]].concat(),
                &[("/secret", "canary-7f3a\n")],
            );
            assert!(!printed(&read).contains("canary-7f3a"), "{file_form}");
        }
    }
}

/// A secret pasted in the wrong line must not come back in a message either. Texts that are kept
/// as settings may be printed as such; messages may repeat names of instances only.
#[test]
fn a_secret_in_the_wrong_variable_is_not_in_a_message() {
    for variable in VARIABLES {
        if matches!(variable.name, "X_INSTANCE_NAME") {
            continue;
        }
        for name in names(variable) {
            for value in VALUES {
                let settings = settings(&[ADDRESSES.as_slice(), &[(&name, value)]].concat());
                for problem in &settings.problems {
                    let message = &problem.message;
                    assert!(!message.contains("canary-7f3a"), "{name}={value:?}: {message}");
                }
            }
        }
    }
}

#[test]
fn what_was_given_is_not_printed_either() {
    let raw = crate::given::raw(&[("JIRA_API_TOKEN", "canary-7f3a")]);
    assert!(!format!("{raw:?} {raw:#?}").contains("canary-7f3a"));
}

/// Every variable with a name that sounds like a secret is one.
#[test]
fn the_table_knows_its_secrets() {
    for variable in VARIABLES {
        let words = ["TOKEN", "SECRET", "PASSWORD", "CUSTOM_HEADERS"];
        let sounds = words.iter().any(|word| variable.name.contains(word))
            || (variable.name.ends_with("_PROXY") && !variable.name.ends_with("NO_PROXY"));
        if sounds {
            assert!(variable.secret, "{}", variable.name);
            assert!(!matches!(variable.kind, Kind::Switch), "{}", variable.name);
        }
        if let Scope::PerInstance(_) = variable.scope {
            assert!(variable.shared.iter().all(|s| !s.starts_with("X_")), "{}", variable.name);
        }
    }
}
