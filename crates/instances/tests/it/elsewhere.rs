//! A pasted link of another configured instance is refused by name, whatever the tool; no request
//! leaves.

use crate::every_tool::{arguments, config};
use crate::instances::with_server;
use atlassian_instances::{CallRequest, Caller, Narrowing, Registry};
use atlassian_sandbox::{Sandbox, Site, SiteSpec};
use atlassian_settings::{
    Identity, InstanceConfig, InstanceId, InstanceName, ServerSettings, Service,
};
use atlassian_tools::{Definition, Kind, Pattern, table};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The unnumbered instances are `acme`, those called `staging` are another site.
struct World {
    _sandbox: Sandbox,
    acme: Site,
    other: Site,
    registry: Arc<Registry>,
}

async fn world() -> World {
    let sandbox = Sandbox::builder()
        .site(SiteSpec::cloud("acme"))
        .site(SiteSpec::cloud("acme2"))
        .start()
        .await
        .expect("the sandbox starts");
    let (acme, other) = (sandbox.site("acme"), sandbox.site("acme2"));
    let mut configs = Vec::new();
    for service in Service::ALL {
        configs.push(named(config(&acme, service), 1, ""));
        configs.push(named(config(&other, service), 2, "staging"));
    }
    let registry = Arc::new(with_server(configs, &ServerSettings::default()));
    World { _sandbox: sandbox, acme, other, registry }
}

fn named(mut config: InstanceConfig, number: u8, name: &str) -> InstanceConfig {
    let service = config.id.service;
    config.number = number;
    config.id = if name.is_empty() {
        InstanceId::primary(service)
    } else {
        InstanceId { service, name: InstanceName::parse(name, service, number).expect("a name") }
    };
    config
}

impl World {
    async fn told(&self, tool: &str, arguments: Value, caller: &Caller) -> (bool, String) {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let outcome = self.registry.call(CallRequest::new(tool, arguments), caller).await;
        (outcome.is_error(), outcome.text())
    }
}

/// A link to a thing of that kind on a site.
fn link(site: &Site, kind: Kind) -> Option<Value> {
    Some(match kind {
        Kind::Key(Pattern::IssueKey) | Kind::AnyKey(Pattern::IssueKey) => {
            json!(format!("{}/browse/PAY-1", site.jira_url()))
        }
        Kind::Key(Pattern::ProjectKey) | Kind::AnyKey(Pattern::ProjectKey) => {
            json!(format!("{}/projects/PAY", site.jira_url()))
        }
        Kind::Keys => json!(["PAY-2", format!("{}/browse/PAY-1", site.jira_url())]),
        Kind::ContentId | Kind::PageLink => {
            json!(format!("{}/spaces/ENG/pages/101/Title", site.confluence_url()))
        }
        _ => return None,
    })
}

fn linked() -> impl Iterator<Item = &'static Definition> {
    table::definitions().filter(|tool| tool.service.is_some())
}

#[tokio::test]
async fn every_argument_that_takes_a_link_refuses_those_of_another_instance() {
    let world = world().await;
    let mut seen = 0;
    for tool in linked() {
        let fixture = arguments(&world.acme, tool).await;
        for argument in tool.arguments {
            let Some(link) = link(&world.other, argument.kind) else { continue };
            seen += 1;
            let mut given = fixture.clone();
            given.insert(argument.name.to_owned(), link);
            world.acme.clear_log();
            world.other.clear_log();
            let (failed, text) =
                world.told(tool.name, Value::Object(given), &Caller::operator()).await;
            let service = tool.service.expect("of one product").word();
            let advice = format!("use {service}_staging_{}", tool.base_name());
            assert!(failed && text.contains(&advice), "{} {}: {text}", tool.name, argument.name);
            assert!(text.contains("instance staging") && text.contains(argument.name), "{text}");
            assert_eq!(world.acme.log().len() + world.other.log().len(), 0, "{}", tool.name);
        }
    }
    assert!(seen > 60, "{seen}");
}

#[tokio::test]
async fn links_of_the_called_instance_and_of_none_are_read() {
    let world = world().await;
    let caller = Caller::operator();
    let page = world.acme.page_id("ENG", "Wallet payments").expect("a page");
    for link in [
        format!("{}/spaces/ENG/pages/{page}/Title", world.acme.confluence_url()),
        format!("https://unknown.example/wiki/spaces/ENG/pages/{page}"),
    ] {
        let (failed, text) =
            world.told("confluence_get_page", json!({"page_id": link}), &caller).await;
        assert!(!failed && text.contains("Wallet payments"), "{text}");
    }
    for (tool, argument) in [
        ("jira_get_issue", "issue_key"),
        ("jira_get_issue_development_info", "issue_key"),
        ("jira_batch_get_changelogs", "issue_ids_or_keys"),
    ] {
        let link = format!("{}/browse/PAY-7", world.acme.jira_url());
        let mut given = json!({});
        given[argument] = json!(link);
        let (failed, text) = world.told(tool, given, &caller).await;
        assert!(!failed && !text.contains("://unknown"), "{tool}: {text}");
    }
    let staging = format!("{}/browse/PAY-7", world.other.jira_url());
    let (failed, text) =
        world.told("jira_staging_get_issue", json!({"issue_key": staging}), &caller).await;
    assert!(!failed && text.contains("PAY-7"), "{text}");
}

/// What a caller does not see is not named to them; a tool that is not theirs is not advised.
#[tokio::test]
async fn what_a_caller_does_not_see_is_not_named() {
    let world = world().await;
    let link = json!({"issue_key": format!("{}/browse/PAY-7", world.other.jira_url())});
    let instances = Some(BTreeSet::from(["primary".to_owned()]));
    let narrowing = Narrowing { instances, ..Narrowing::default() };
    let caller = Caller { narrowing, ..Caller::operator() };
    let (failed, text) = world.told("jira_get_issue", link.clone(), &caller).await;
    assert!(!failed && !text.contains("staging"), "{text}");
    let disabled_tools = BTreeSet::from(["jira_staging_get_issue".to_owned()]);
    let narrowing = Narrowing { disabled_tools, ..Narrowing::default() };
    let caller = Caller { narrowing, ..Caller::operator() };
    let (failed, text) = world.told("jira_get_issue", link, &caller).await;
    assert!(
        failed && text.contains("instance staging; where this tool is not available"),
        "{text}"
    );
    assert!(!text.contains("use jira_staging"), "{text}");
}

/// A request that brings the address of an instance is at home there, under the unprefixed tools.
#[tokio::test]
async fn a_site_that_a_request_brings_is_at_home() {
    let world = world().await;
    let id = InstanceId::primary(Service::Jira);
    let visit = world.registry.visit(Service::Jira, &world.other.jira_url(), None).await;
    let mut caller = Caller::remote(Identity::of(&["someone"]));
    caller.visits.insert(id.clone(), visit.expect("a configured origin"));
    let own = config(&world.other, Service::Jira).credential;
    caller.credentials.insert(id, Arc::new(own));
    let link = |site: &Site| json!({"issue_key": format!("{}/browse/PAY-7", site.jira_url())});
    let (failed, text) = world.told("jira_get_issue", link(&world.other), &caller).await;
    assert!(!failed && text.contains("PAY-7"), "{text}");
}
