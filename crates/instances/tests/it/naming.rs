//! Names, prefixes, order, collisions and lengths.

use crate::instances::{config, names, registry};
use atlassian_instances::Caller;
use atlassian_settings::{InstanceId, InstanceName, Service};
use atlassian_tools::table;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn a_single_instance_has_plain_names_and_texts() {
    let registry = registry(vec![config(Service::Jira, 1, ""), config(Service::Confluence, 1, "")]);
    for entry in registry.list(&Caller::operator()) {
        assert_eq!(&*entry.name, entry.definition.name);
        assert_eq!(&*entry.title, entry.definition.title);
        assert_eq!(&*entry.description, entry.definition.description);
    }
    assert!(!names(&registry).contains(&"atlassian_list_instances".to_owned()));
    assert_eq!(registry.instructions(&Caller::operator()), None);
}

#[test]
fn numbered_instances_are_named_in_tool_title_and_description() {
    let registry = registry(vec![
        config(Service::Jira, 1, ""),
        config(Service::Confluence, 1, ""),
        config(Service::Jira, 2, "staging"),
        config(Service::Jira, 5, ""),
        config(Service::Confluence, 2, "confluence_docs"),
    ]);
    let caller = Caller::operator();
    let entry = registry.get("jira_staging_get_issue", &caller).expect("prefixed tool");
    assert!(entry.title.ends_with("(staging)"));
    assert!(entry.description.starts_with("[staging · site2.atlassian.net] "));
    assert!(registry.get("jira_5_get_issue", &caller).is_some());
    assert!(
        registry.get("jira_jira_5_get_issue", &caller).is_some(),
        "the doubled default form is understood"
    );
    assert!(registry.get("confluence_docs_get_page", &caller).is_some());
    let primary = registry.get("jira_get_issue", &caller).expect("primary tool");
    assert!(primary.description.starts_with("[primary · site1.atlassian.net] "));
    let listed = names(&registry);
    assert!(!listed.iter().any(|name| name.starts_with("jira_jira")));
    let position = |name: &str| listed.iter().position(|listed| listed == name).expect(name);
    assert!(position("jira_get_issue") < position("confluence_get_page"));
    assert!(position("confluence_get_page") < position("jira_staging_get_issue"));
    assert!(position("jira_staging_get_issue") < position("jira_5_get_issue"));
    assert!(position("jira_5_get_issue") < position("confluence_docs_get_page"));
    assert_eq!(listed.last().map(String::as_str), Some("atlassian_list_instances"));
}

#[test]
fn a_collision_skips_the_later_instance_and_says_why() {
    let registry = registry(vec![
        config(Service::Jira, 2, "staging"),
        config(Service::Jira, 3, "jira_staging"),
    ]);
    let listing = registry.listing(&Caller::operator());
    assert_eq!(listing.len(), 2);
    assert!(listing[1].reasons[0].contains("same name"), "{listing:?}");
    assert!(names(&registry).iter().all(|name| name.starts_with("jira_staging_")));
}

/// No base name ends in `_` + another base name, so no valid instance name can make two tools meet
/// (server spec section 11.2).
#[test]
fn no_base_name_ends_in_another() {
    let bases: Vec<_> = table::definitions()
        .filter(|d| d.service.is_some())
        .map(|d| (d.service, d.base_name()))
        .collect();
    for (service, base) in &bases {
        for (other_service, other) in &bases {
            assert!(
                service != other_service || !base.ends_with(&format!("_{other}")),
                "`{base}` ends in `_{other}`"
            );
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-z0-9](_?[a-z0-9]){0,9}").expect("pattern")
}

proptest! {
    #[test]
    fn every_valid_set_of_names_gives_distinct_well_formed_tools(given in proptest::collection::btree_set(name(), 1..6)) {
        let configs: Vec<_> = given
            .iter()
            .zip(2..)
            .filter(|(name, number)| InstanceName::parse(name, Service::Jira, *number).is_ok())
            .map(|(name, number)| config(Service::Jira, number, name))
            .chain([config(Service::Jira, 1, "")])
            .collect();
        let registry = registry(configs);
        let listed = names(&registry);
        let distinct: BTreeSet<&String> = listed.iter().collect();
        prop_assert_eq!(distinct.len(), listed.len());
        for name in &listed {
            prop_assert!(name.len() <= 64, "{}", name);
            prop_assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
        }
        let primary = InstanceId::primary(Service::Jira);
        for entry in registry.list(&Caller::operator()) {
            let plain = &*entry.name == entry.definition.name;
            prop_assert_eq!(plain, entry.instance.is_none() || entry.instance == Some(primary.clone()), "{}", entry.name);
        }
    }
}
