//! Names, prefixes and filter lists.

use atlassian_settings::{Filter, InstanceId, InstanceName, MAX_NAME_LENGTH, NameError, Service};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn names_are_refused_with_the_rule_and_a_spelling_that_works() {
    for (text, told) in [
        (
            "prod-internal",
            "may only hold letters a-z, digits and single inner underscores; try `prod_internal`",
        ),
        ("_prod_", "; try `prod`"),
        ("prod__eu", "; try `prod_eu`"),
        ("my prod!", "; try `my_prod`"),
        ("größe", "; try `gr_e`"),
        ("日本", "single inner underscores"),
        (
            "a_name_that_is_far_too_long",
            "has 27 characters, at most 20 are allowed; try `a_name_that_is_far_t`",
        ),
        ("exactly_nineteen_ab_x", "; try `exactly_nineteen_ab`"),
        ("jira", "is reserved"),
        ("CONFLUENCE", "is reserved"),
        ("Primary", "is reserved"),
        ("default", "is reserved"),
        ("all", "is reserved"),
        ("7", "is reserved"),
        ("jira_7", "is reserved"),
        ("02", "is reserved"),
        ("\u{212a}", "single inner underscores"),
        ("   ", "is empty"),
    ] {
        let error = InstanceName::parse(text, Service::Jira, 2).expect_err(text).to_string();
        assert!(error.ends_with(told), "{text}: {error}");
    }
    for (text, name) in [
        (" Staging ", "staging"),
        ("prod_eu", "prod_eu"),
        ("2", "2"),
        ("jira_2", "jira_2"),
        ("jira_staging", "jira_staging"),
        ("confluence_7", "confluence_7"),
        ("twenty_characters_ab", "twenty_characters_ab"),
        ("3com", "3com"),
    ] {
        assert_eq!(InstanceName::parse(text, Service::Jira, 2).unwrap().as_str(), name);
    }
}

#[test]
fn a_prefix_says_the_service_once() {
    for (service, number, name, prefix) in [
        (Service::Jira, 2, "jira_2", "jira_2_"),
        (Service::Jira, 2, "2", "jira_2_"),
        (Service::Jira, 2, "staging", "jira_staging_"),
        (Service::Jira, 2, "jira_staging", "jira_staging_"),
        (Service::Jira, 2, "jirafix", "jira_jirafix_"),
        (Service::Confluence, 2, "docs", "confluence_docs_"),
        (Service::Confluence, 2, "jira_docs", "confluence_jira_docs_"),
        (Service::Confluence, 9, "confluence_9", "confluence_9_"),
    ] {
        let name = InstanceName::parse(name, service, number).unwrap();
        assert_eq!(InstanceId { service, name }.tool_prefix(), prefix);
    }
    assert_eq!(InstanceId::primary(Service::Jira).tool_prefix(), "jira_");
    assert_eq!(InstanceName::numbered(Service::Confluence, 17).as_str(), "confluence_17");
}

fn service() -> impl Strategy<Value = Service> {
    prop_oneof![Just(Service::Jira), Just(Service::Confluence)]
}

proptest! {
    #[test]
    fn every_accepted_name_obeys_the_rules(text in "\\PC{0,30}", service in service(), number in 2u8..=99) {
        if let Ok(name) = InstanceName::parse(&text, service, number) {
            let name = name.as_str();
            let pattern = regex::Regex::new("^[a-z0-9](_?[a-z0-9])*$").unwrap();
            prop_assert!(pattern.is_match(name));
            prop_assert!(name.len() <= MAX_NAME_LENGTH);
            prop_assert!(!["jira", "confluence", "primary", "default", "all"].contains(&name));
            let again = InstanceName::parse(name, service, number).unwrap();
            prop_assert_eq!(again.as_str(), name);
        }
    }

    #[test]
    fn every_proposed_spelling_is_accepted(text in "[a-zA-Z0-9_ .-]{1,30}", number in 2u8..=99) {
        if let Err(NameError::Characters { proposal: Some(proposal), .. }) =
            InstanceName::parse(&text, Service::Jira, number)
        {
            prop_assert!(InstanceName::parse(&proposal, Service::Jira, number).is_ok());
        }
    }

    #[test]
    fn prefixes_are_well_formed_and_met_only_by_the_two_spellings_of_one_name(
        texts in proptest::collection::vec("[a-z0-9]{1,4}(_[a-z0-9]{1,4}){0,2}", 1..12),
        service in service(),
        number in 2u8..=99,
    ) {
        let mut by_prefix: BTreeMap<String, String> = BTreeMap::new();
        for text in texts {
            let Ok(name) = InstanceName::parse(&text, service, number) else { continue };
            let prefix = InstanceId { service, name }.tool_prefix();
            prop_assert!(prefix.starts_with(service.word()) && prefix.ends_with('_'));
            prop_assert!(!prefix.contains("__"));
            prop_assert!(prefix != InstanceId::primary(service).tool_prefix());
            let word = format!("{}_", service.word());
            let bare = text.strip_prefix(&word).unwrap_or(&text).to_owned();
            let known = by_prefix.entry(prefix).or_insert_with(|| bare.clone());
            prop_assert_eq!(&*known, &bare);
        }
    }

    #[test]
    fn a_filter_allows_its_keys_in_any_case_and_nothing_else(
        keys in proptest::collection::btree_set("[A-Z][A-Z0-9_]{0,6}", 1..6),
        other in "[A-Z][A-Z0-9_]{0,6}",
        padding in "[ \u{200b}\u{feff}\t]{0,3}",
    ) {
        let list: Vec<String> = keys.iter().map(|key| format!("{padding}{key}{padding}")).collect();
        let filter = Filter::parse(&list.join(",")).unwrap();
        prop_assert_eq!(filter.keys(), keys.iter().cloned().collect::<Vec<_>>());
        for key in &keys {
            prop_assert!(filter.allows(key));
            prop_assert!(filter.allows(&key.to_lowercase()));
            let disguised = format!("{key}\u{200b}");
            prop_assert!(!filter.allows(&disguised));
        }
        prop_assert_eq!(filter.allows(&other), keys.contains(&other));
    }

    #[test]
    fn a_list_without_a_key_is_no_filter(list in "[ ,\u{200b}\u{feff}]{0,8}") {
        prop_assert!(Filter::parse(&list).is_none());
    }
}
