//! What is listed and what may be called: the same answer from the same function.

use crate::instances::{config, names, registry, with_server};
use atlassian_instances::{CallRequest, Caller, Narrowing};
use atlassian_settings::{Deployment, Exposure, ServerSettings, Service};
use atlassian_tools::{Toolset, table};
use serde_json::Map;
use std::collections::BTreeSet;
use std::sync::Arc;

fn set(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

/// Every name of the table that is not listed answers like a name nobody ever heard of.
async fn hidden_tools_are_unknown(registry: atlassian_instances::Registry, caller: &Caller) {
    let registry = Arc::new(registry);
    let listed: BTreeSet<String> =
        registry.list(caller).map(|entry| entry.name.to_string()).collect();
    for definition in table::definitions().filter(|d| d.service == Some(Service::Jira)) {
        if listed.contains(definition.name) {
            continue;
        }
        let outcome = registry.call(CallRequest::new(definition.name, Map::new()), caller).await;
        assert_eq!(outcome.text(), format!("Unknown tool: {}", definition.name));
        assert!(outcome.is_error());
    }
}

#[tokio::test]
async fn read_only_hides_every_write_and_nothing_else() {
    let mut jira = config(Service::Jira, 1, "");
    jira.exposure.read_only = true;
    let registry = registry(vec![jira]);
    let writes =
        table::definitions().filter(|d| d.service == Some(Service::Jira) && d.access.writes());
    for definition in writes {
        assert!(
            registry.get(definition.name, &Caller::operator()).is_none(),
            "{}",
            definition.name
        );
    }
    assert!(registry.get("jira_get_issue", &Caller::operator()).is_some());
    hidden_tools_are_unknown(registry, &Caller::operator()).await;
}

#[tokio::test]
async fn lists_name_plain_or_prefixed_tools() {
    let exposure = Exposure {
        enabled_tools: Some(set(&["jira_get_issue", "jira_staging_search"])),
        disabled_tools: set(&["jira_other_get_issue"]),
        ..Exposure::default()
    };
    let configs = [(1, ""), (2, "staging"), (3, "other")]
        .map(|(number, name)| {
            let mut config = config(Service::Jira, number, name);
            config.exposure = exposure.clone();
            config
        })
        .to_vec();
    let server = ServerSettings { exposure: exposure.clone(), ..ServerSettings::default() };
    let registry = with_server(configs, &server);
    assert_eq!(
        names(&registry),
        ["jira_get_issue", "jira_staging_get_issue", "jira_staging_search"]
    );
    hidden_tools_are_unknown(registry, &Caller::operator()).await;
}

#[tokio::test]
async fn unknown_toolsets_leave_nothing_and_are_told() {
    let mut jira = config(Service::Jira, 1, "");
    jira.exposure.toolsets = Some(set(&["Jira_Issues"]));
    let registry = registry(vec![jira]);
    assert!(names(&registry).is_empty());
    assert!(registry.problems().iter().any(|problem| problem.message.contains("Jira_Issues")));
    hidden_tools_are_unknown(registry, &Caller::operator()).await;
}

#[test]
fn an_entry_that_matches_nothing_is_told() {
    let mut jira = config(Service::Jira, 1, "");
    jira.exposure.enabled_tools = Some(set(&["jira_get_isue"]));
    let registry = registry(vec![jira]);
    assert!(registry.problems().iter().any(|problem| problem.message.contains("jira_get_isue")));
}

#[test]
fn only_the_named_instances_are_offered() {
    let configs = vec![
        config(Service::Jira, 1, ""),
        config(Service::Jira, 2, "staging"),
        config(Service::Confluence, 2, "docs"),
    ];
    let server = ServerSettings {
        instances: Some(set(&["staging", "nowhere"])),
        ..ServerSettings::default()
    };
    let registry = with_server(configs, &server);
    assert!(
        names(&registry)
            .iter()
            .filter(|name| !name.starts_with("atlassian_"))
            .all(|name| name.starts_with("jira_staging_"))
    );
    assert!(registry.problems().iter().any(|problem| problem.message.contains("`nowhere`")));
    assert_eq!(registry.listing(&Caller::operator()).len(), 1);
}

#[test]
fn a_request_can_only_narrow() {
    let mut staging = config(Service::Jira, 2, "staging");
    staging.exposure.read_only = true;
    let registry = registry(vec![config(Service::Jira, 1, ""), staging]);
    let narrow = |narrowing: Narrowing| Caller { narrowing, ..Caller::operator() };
    let only_staging =
        narrow(Narrowing { instances: Some(set(&["staging", "other"])), ..Narrowing::default() });
    assert!(registry.get("jira_get_issue", &only_staging).is_none());
    assert!(registry.get("jira_staging_get_issue", &only_staging).is_some());
    assert!(
        registry.get("jira_staging_create_issue", &only_staging).is_none(),
        "read-only is never lifted"
    );
    let comments = narrow(Narrowing {
        toolsets: Some([Toolset::JiraComments].into()),
        ..Narrowing::default()
    });
    assert!(registry.get("jira_get_issue", &comments).is_none());
    assert!(registry.get("jira_add_comment", &comments).is_some());
    let careful = narrow(Narrowing { read_only: true, ..Narrowing::default() });
    assert!(registry.get("jira_add_comment", &careful).is_none());
}

#[test]
fn tools_of_the_cloud_are_listed_on_the_cloud_only() {
    let mut dc = config(Service::Jira, 2, "dc");
    dc.deployment = Deployment::DataCenter;
    let registry = registry(vec![config(Service::Jira, 1, ""), dc]);
    for definition in table::definitions().filter(|d| d.service == Some(Service::Jira)) {
        let on_cloud = registry.get(definition.name, &Caller::operator()).is_some();
        let on_dc = registry
            .get(&format!("jira_dc_{}", definition.base_name()), &Caller::operator())
            .is_some();
        assert!(on_cloud);
        assert_eq!(
            on_dc,
            definition.deployments.include(Deployment::DataCenter),
            "{}",
            definition.name
        );
    }
}

#[tokio::test]
async fn a_caller_without_credentials_gets_nothing_of_the_operators() {
    let registry =
        Arc::new(registry(vec![config(Service::Jira, 1, ""), config(Service::Jira, 2, "staging")]));
    let stranger = Caller::remote(atlassian_settings::Identity::of(&["stranger"]));
    assert_eq!(registry.list(&stranger).filter(|entry| entry.instance.is_some()).count(), 0);
    let outcome = registry.call(CallRequest::new("jira_get_issue", Map::new()), &stranger).await;
    assert!(outcome.text().contains("carries no credentials"), "{}", outcome.text());
    let outcome =
        registry.call(CallRequest::new("jira_staging_get_issue", Map::new()), &stranger).await;
    assert_eq!(outcome.text(), "Unknown tool: jira_staging_get_issue");
}

#[tokio::test]
async fn a_product_that_is_not_configured_says_what_is_missing() {
    let registry = Arc::new(registry(vec![config(Service::Jira, 2, "staging")]));
    let outcome =
        registry.call(CallRequest::new("jira_get_issue", Map::new()), &Caller::operator()).await;
    assert!(outcome.text().contains("Jira client not available: JIRA_URL"), "{}", outcome.text());
    assert!(outcome.text().contains("`jira_staging_*`"));
    let outcome = registry
        .call(CallRequest::new("confluence_get_page", Map::new()), &Caller::operator())
        .await;
    assert!(outcome.text().contains("CONFLUENCE_URL"), "{}", outcome.text());
}

#[test]
fn instructions_name_the_instances_and_no_secret() {
    let mut readonly = config(Service::Jira, 2, "staging");
    readonly.exposure.read_only = true;
    let one = registry(vec![config(Service::Jira, 1, "")]);
    assert_eq!(one.instructions(&Caller::operator()), None);
    let several = registry(vec![config(Service::Jira, 1, ""), readonly]);
    let text = several.instructions(&Caller::operator()).expect("several instances");
    assert!(
        text.contains("jira_staging_*")
            && text.contains("read-only")
            && text.contains("site1.atlassian.net")
    );
    assert!(!text.contains("canary") && !text.contains("someone"));
    let many = (2..=20).map(|number| config(Service::Jira, number, "")).collect();
    assert!(registry(many).instructions(&Caller::operator()).expect("several").len() <= 1500);
}

/// One way of hiding tools: how the operator's rules and the request differ from "everything".
type Hiding = (&'static str, fn(&mut Exposure), fn(&mut Narrowing));

const HIDING: &[Hiding] = &[
    ("read-only", |e| e.read_only = true, |_| {}),
    ("toolsets", |e| e.toolsets = Some(set(&["jira_comments"])), |_| {}),
    ("wrong toolset", |e| e.toolsets = Some(set(&["jira_coments"])), |_| {}),
    ("allow-list", |e| e.enabled_tools = Some(set(&["jira_search"])), |_| {}),
    ("deny-list", |e| e.disabled_tools = set(&["jira_search"]), |_| {}),
    (
        "deny-list before allow-list",
        |e| {
            e.enabled_tools = Some(set(&["jira_search", "jira_get_issue"]));
            e.disabled_tools = set(&["jira_search"]);
        },
        |_| {},
    ),
    ("request: read-only", |_| {}, |n| n.read_only = true),
    ("request: toolsets", |_| {}, |n| n.toolsets = Some([Toolset::JiraComments].into())),
    ("request: no toolset", |_| {}, |n| n.toolsets = Some(BTreeSet::new())),
    ("request: allow-list", |_| {}, |n| n.enabled_tools = Some(set(&["jira_search"]))),
    ("request: deny-list", |_| {}, |n| n.disabled_tools = set(&["jira_search"])),
    ("request: instances", |_| {}, |n| n.instances = Some(set(&["staging"]))),
    (
        "a request lifts nothing",
        |e| {
            e.read_only = true;
            e.enabled_tools = Some(set(&["jira_search", "jira_add_comment"]));
        },
        |n| n.enabled_tools = Some(set(&["jira_get_issue", "jira_add_comment", "jira_search"])),
    ),
];

#[tokio::test]
async fn a_hidden_tool_is_unknown_when_it_is_called_by_its_name_in_every_mode() {
    let everything = names(&registry(vec![config(Service::Jira, 1, "")]));
    for (mode, operator, request) in HIDING {
        let mut jira = config(Service::Jira, 1, "");
        operator(&mut jira.exposure);
        let mut caller = Caller::operator();
        request(&mut caller.narrowing);
        let registry = registry(vec![jira]);
        let listed: Vec<String> =
            registry.list(&caller).map(|entry| entry.name.to_string()).collect();
        assert!(listed.len() < everything.len(), "{mode} hides something");
        assert!(listed.iter().all(|name| everything.contains(name)), "{mode} adds nothing");
        hidden_tools_are_unknown(registry, &caller).await;
    }
}

/// The numbers of server spec sections 5 and 12, line 3.
#[test]
fn as_many_tools_are_listed_as_before() {
    let data_center = |service| {
        let mut config = config(service, 1, "");
        config.deployment = Deployment::DataCenter;
        config
    };
    let count = |configs, change: fn(&mut Exposure)| {
        let mut configs: Vec<atlassian_settings::InstanceConfig> = configs;
        let mut exposure = Exposure::default();
        change(&mut exposure);
        for config in &mut configs {
            config.exposure = exposure.clone();
        }
        let server = ServerSettings { exposure, ..ServerSettings::default() };
        names(&with_server(configs, &server)).len()
    };
    let both = || Service::ALL.map(|service| config(service, 1, "")).to_vec();
    assert_eq!(count(vec![data_center(Service::Jira)], |_| {}), 61, "63 without the Cloud's own");
    assert_eq!(count(vec![config(Service::Jira, 1, "")], |_| {}), 63);
    assert_eq!(count(both(), |_| {}), 98);
    assert_eq!(count(both(), |e| e.toolsets = Some(set(&["default"]))), 35);
    assert_eq!(count(vec![config(Service::Jira, 1, "")], |e| e.read_only = true), 38);
    assert_eq!(count(both(), |e| e.toolsets = Some(set(&["Jira_Issues"]))), 0);
    let both_lists = |e: &mut Exposure| {
        e.toolsets = Some(set(&["jira_issues"]));
        e.enabled_tools = Some(set(&["jira_get_issue", "jira_add_comment"]));
    };
    assert_eq!(count(both(), both_lists), 1, "lists intersect");
}
