//! Laws that hold for every tool of the table, proven on the sandbox. A tool without a fixture
//! fails.

use crate::instances::{names, with_server};
use atlassian_instances::{CallRequest, Caller, Registry};
use atlassian_sandbox::{Fault, Flavour, Sandbox, Site};
use atlassian_settings::{
    Behaviour, Credential, Deployment, Exposure, Filter, InstanceConfig, InstanceId, InstanceName,
    Limits, Network, RetryPolicy, Secret, ServerSettings, Service, SiteUrl,
};
use atlassian_tools::{Definition, table};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// A call that works on both flavours once the words in angle brackets are replaced.
const FIXTURES: &[(&str, &str)] = &[
    ("jira_get_issue", r#"{"issue_key": "<issue>"}"#),
    ("jira_search", r#"{"jql": "project = <project> ORDER BY created", "limit": 3}"#),
    (
        "jira_create_issue",
        r#"{"project_key": "<project>", "summary": "From a test", "issue_type": "Task"}"#,
    ),
    (
        "jira_update_issue",
        r#"{"issue_key": "<issue>", "fields": "{\"summary\": \"Changed by a test\"}"}"#,
    ),
    ("jira_add_comment", r#"{"issue_key": "<issue>", "body": "A *word*."}"#),
    ("jira_get_transitions", r#"{"issue_key": "<issue>"}"#),
    ("jira_transition_issue", r#"{"issue_key": "<issue>", "transition_id": "<transition>"}"#),
    ("confluence_search", r#"{"query": "type = page and space = <space>", "limit": 3}"#),
    ("confluence_get_page", r#"{"page_id": "<page>"}"#),
    (
        "confluence_create_page",
        r##"{"space_key": "<space>", "title": "From a test", "content": "# One\n\nTwo."}"##,
    ),
    (
        "confluence_update_page",
        r##"{"page_id": "<page>", "title": "<title>", "content": "# One\n\nTwo."}"##,
    ),
    ("confluence_add_comment", r#"{"page_id": "<page>", "body": "A *word*."}"#),
];

/// Tools that compose their query with the filter instead of naming what they touch.
const QUERIES: &[&str] = &["jira_search", "confluence_search"];

/// The words of a flavour: issue, project, space, title of a page, a foreign project and space.
fn words(site: &Site) -> [(&'static str, String); 5] {
    let (issue, project, space, title) = match site.flavour() {
        Flavour::Cloud => ("PAY-7", "PAY", "ENG", "Wallet payments"),
        Flavour::DataCenter => ("DEPOT-5", "DEPOT", "HALL", "Rail gate"),
    };
    let page =
        site.page_id(space, title).unwrap_or_else(|| panic!("{} has no page {title}", site.name()));
    [
        ("<issue>", issue.to_owned()),
        ("<project>", project.to_owned()),
        ("<space>", space.to_owned()),
        ("<title>", title.to_owned()),
        ("<page>", page),
    ]
}

fn config(site: &Site, service: Service) -> InstanceConfig {
    let (url, of) = match service {
        Service::Jira => (site.jira_url(), atlassian_sandbox::Service::Jira),
        Service::Confluence => (site.confluence_url(), atlassian_sandbox::Service::Confluence),
    };
    let (deployment, credential) = match site.flavour() {
        Flavour::Cloud => {
            let secret = Secret::new(site.api_token(of));
            (Deployment::Cloud, Credential::Basic { username: site.username(), secret })
        }
        Flavour::DataCenter => (Deployment::DataCenter, Credential::Pat(Secret::new(site.pat(of)))),
    };
    InstanceConfig {
        id: InstanceId {
            service,
            name: InstanceName::parse("canary_name", service, 2).expect("a name"),
        },
        number: 2,
        label: None,
        site: SiteUrl::parse(&url, service, Some(deployment)).expect("an address"),
        deployment,
        credential,
        cloud_id: None,
        network: Network { timeout: Duration::from_secs(20), ..Network::default() },
        limits: Limits {
            retry: RetryPolicy { attempts: 0, ..RetryPolicy::default() },
            ..Limits::default()
        },
        exposure: Exposure::default(),
        behaviour: Behaviour::default(),
    }
}

fn registry(site: &Site, change: impl Fn(&mut InstanceConfig)) -> Arc<Registry> {
    let configs = Service::ALL
        .map(|service| {
            let mut config = config(site, service);
            change(&mut config);
            config
        })
        .to_vec();
    Arc::new(with_server(configs, &ServerSettings::default()))
}

fn registered(definition: &Definition) -> String {
    let service = definition.service.expect("a tool of one product").word();
    format!("{service}_canary_name_{}", definition.base_name())
}

async fn arguments(site: &Site, definition: &Definition) -> Map<String, Value> {
    let (_, text) = FIXTURES
        .iter()
        .find(|(name, _)| *name == definition.name)
        .unwrap_or_else(|| panic!("{} has no fixture", definition.name));
    let mut text = (*text).to_owned();
    for (word, value) in words(site) {
        text = text.replace(word, &value);
    }
    if text.contains("<transition>") {
        let issue = &words(site)[0].1;
        let given = Map::from_iter([("issue_key".to_owned(), Value::from(issue.as_str()))]);
        let request = CallRequest::new("jira_canary_name_get_transitions", given);
        let outcome = registry(site, |_| {}).call(request, &Caller::operator()).await;
        let answer: Value = serde_json::from_str(&outcome.text()).expect("transitions");
        let id =
            answer[0]["id"].as_str().map_or_else(|| answer[0]["id"].to_string(), str::to_owned);
        text = text.replace("<transition>", &id);
    }
    serde_json::from_str(&text).expect("a fixture is JSON")
}

fn of_products() -> impl Iterator<Item = &'static Definition> {
    table::definitions().filter(|definition| definition.service.is_some())
}

async fn sites() -> Sandbox {
    Sandbox::demo().await.expect("the sandbox starts")
}

fn sandbox_service(definition: &Definition) -> atlassian_sandbox::Service {
    match definition.service {
        Some(Service::Confluence) => atlassian_sandbox::Service::Confluence,
        _ => atlassian_sandbox::Service::Jira,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tool_works_on_both_flavours() {
    let sandbox = sites().await;
    for site in sandbox.sites() {
        let registry = registry(site, |_| {});
        for definition in
            of_products().filter(|d| d.deployments.include(config(site, Service::Jira).deployment))
        {
            site.reset().expect("fresh data");
            let given = arguments(site, definition).await;
            let outcome = registry
                .call(CallRequest::new(registered(definition), given), &Caller::operator())
                .await;
            assert!(
                !outcome.is_error(),
                "{} on {}: {}",
                definition.name,
                site.name(),
                outcome.text()
            );
            assert_eq!(outcome.instance.map(|id| id.service), definition.service);
        }
    }
}

type MakeFault = fn(Fault) -> Fault;

/// Faults of every request, and a word that the error must hold beside the instance's name.
const FAULTS: &[(&str, MakeFault, &str)] = &[
    (
        "400",
        |f| {
            f.status(400)
                .body(r#"{"errorMessages":["canary words"],"errors":{"field_x":"is odd"}}"#)
        },
        "canary words",
    ),
    ("401", |f| f.status(401).body(r#"{"message":"canary words"}"#), "401"),
    ("403", |f| f.status(403).body(r#"{"message":"canary words"}"#), "403"),
    ("404", |f| f.status(404).body(r#"{"errorMessages":["canary words"],"errors":{}}"#), "404"),
    ("409", |f| f.status(409).body(r#"{"message":"canary words"}"#), "409"),
    ("429", |f| f.status(429).retry_after("7").body(r#"{"message":"canary words"}"#), "429"),
    ("500", |f| f.status(500).body(r#"{"message":"canary words"}"#), "500"),
    ("503 without JSON", |f| f.status(503).body("upstream connect error"), "503"),
    ("login page", Fault::html_login, ""),
    ("truncated", |f| f.truncate(20), ""),
    ("reset", Fault::reset, ""),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_is_an_error_that_says_what_and_where() {
    let sandbox = sites().await;
    for site in sandbox.sites() {
        let registry = registry(site, |_| {});
        for definition in of_products() {
            site.reset().expect("fresh data");
            let given = arguments(site, definition).await;
            for (name, make, word) in FAULTS {
                site.clear_faults();
                site.fault(make(Fault::on(sandbox_service(definition), ".*", ".*")));
                let request = CallRequest::new(registered(definition), given.clone());
                let outcome = registry.call(request, &Caller::operator()).await;
                let text = outcome.text();
                let place = format!("{} on {} with {name}: {text}", definition.name, site.name());
                assert!(outcome.is_error(), "{place}");
                assert!(text.contains(word), "{place}");
                assert!(text.contains("canary_name"), "the instance is named: {place}");
                assert!(text.len() < 4000, "{place}");
                for secret in [
                    site.api_token(sandbox_service(definition)),
                    site.pat(sandbox_service(definition)),
                ] {
                    assert!(!text.contains(&secret), "{place}");
                }
            }
            site.clear_faults();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_an_error_within_the_timeout() {
    let sandbox = sites().await;
    for site in sandbox.sites() {
        let registry = registry(site, |config| config.network.timeout = Duration::from_millis(150));
        for definition in of_products() {
            site.reset().expect("fresh data");
            let given = arguments(site, definition).await;
            site.fault(Fault::on(sandbox_service(definition), ".*", ".*").hang());
            let outcome = registry
                .call(CallRequest::new(registered(definition), given), &Caller::operator())
                .await;
            assert!(
                outcome.is_error() && outcome.text().contains("canary_name"),
                "{}",
                outcome.text()
            );
            site.clear_faults();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_outside_the_filter_is_asked_for_shown_or_changed() {
    let sandbox = sites().await;
    for site in sandbox.sites() {
        let registry = registry(site, |config| config.exposure.filter = Filter::parse("ELSEWHERE"));
        for definition in of_products() {
            site.reset().expect("fresh data");
            let given = arguments(site, definition).await;
            site.clear_log();
            let outcome = registry
                .call(CallRequest::new(registered(definition), given), &Caller::operator())
                .await;
            let place = format!("{} on {}: {}", definition.name, site.name(), outcome.text());
            let log = site.log();
            let asked: Vec<String> =
                log.iter().map(|r| format!("{} {}", r.method, r.path)).collect();
            if QUERIES.contains(&definition.name) {
                assert!(
                    log.iter().all(|r| format!("{:?}{:?}", r.query, r.body).contains("ELSEWHERE")),
                    "{place} {asked:?}"
                );
                continue;
            }
            assert!(outcome.is_error(), "{place}");
            assert!(outcome.text().contains("restricted by configuration"), "{place}");
            let keyed = definition
                .arguments
                .iter()
                .any(|a| matches!(a.name, "issue_key" | "project_key" | "space_key"));
            if keyed {
                assert!(log.is_empty(), "{place} {asked:?}");
            } else {
                assert!(
                    log.iter().all(|r| r.method == "GET") && log.len() <= 2,
                    "{place} {asked:?}"
                );
            }
            for hidden in ["Rail gate", "Wallet payments"] {
                assert!(!outcome.text().contains(hidden), "{place}");
            }
        }
    }
}

/// An issue that moved to a project outside still answers to its old key inside.
#[tokio::test(flavor = "multi_thread")]
async fn a_moved_issue_does_not_open_the_fence() {
    let sandbox = sites().await;
    let site = sandbox.site("acme");
    let registry = registry(&site, |config| config.exposure.filter = Filter::parse("LAB"));
    for definition in of_products().filter(|d| d.arguments.iter().any(|a| a.name == "issue_key")) {
        site.reset().expect("fresh data");
        let mut given = arguments(&site, definition).await;
        given.insert("issue_key".to_owned(), Value::from("LAB-2"));
        let before = site.issue("LAB-2");
        let outcome = registry
            .call(CallRequest::new(registered(definition), given), &Caller::operator())
            .await;
        let place = format!("{}: {}", definition.name, outcome.text());
        assert!(outcome.is_error(), "{place}");
        assert!(outcome.text().contains("restricted by configuration"), "{place}");
        assert_eq!(site.issue("LAB-2"), before, "{place}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_argument_or_a_wrong_type_never_reaches_the_instance() {
    let sandbox = sites().await;
    for site in sandbox.sites() {
        let registry = registry(site, |_| {});
        for name in names(&registry).iter().filter(|name| !name.starts_with("atlassian_")) {
            let entry = registry.get(name, &Caller::operator()).expect("listed");
            let mut given = arguments(site, entry.definition).await;
            given.insert("no_such_argument".to_owned(), Value::from(1));
            site.clear_log();
            let outcome = registry
                .call(CallRequest::new(name.as_str(), given.clone()), &Caller::operator())
                .await;
            assert!(
                outcome.is_error() && outcome.text().contains("no_such_argument"),
                "{}",
                outcome.text()
            );
            given.remove("no_such_argument");
            let first = entry.definition.arguments.first().expect("an argument").name;
            given.insert(first.to_owned(), serde_json::json!({"wrong": ["type"]}));
            let outcome =
                registry.call(CallRequest::new(name.as_str(), given), &Caller::operator()).await;
            assert!(outcome.is_error() && outcome.text().contains(first), "{}", outcome.text());
            assert!(site.log().is_empty(), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_call_lets_go_of_its_request() {
    let sandbox = sites().await;
    let site = sandbox.site("acme");
    let registry = registry(&site, |_| {});
    site.fault(Fault::on(atlassian_sandbox::Service::Jira, ".*", ".*").hang());
    let definition = of_products().find(|d| d.name == "jira_get_issue").expect("a tool");
    let request = CallRequest::new(registered(definition), arguments(&site, definition).await);
    let cancel = request.cancel.clone();
    let running = tokio::spawn({
        let registry = Arc::clone(&registry);
        async move { registry.call(request, &Caller::operator()).await }
    });
    while site.log().is_empty() {
        tokio::task::yield_now().await;
    }
    cancel.cancel();
    let outcome = running.await.expect("the call ends");
    assert!(outcome.is_error() && outcome.text().contains("cancelled"), "{}", outcome.text());
}
