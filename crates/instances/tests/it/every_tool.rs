//! Laws that hold for every tool of the table, proven on the sandbox. A tool without a fixture
//! fails.

use crate::fixtures::Fenced::{Free, Keyed, List, Query};
use crate::fixtures::{FIXTURES, FOUND, Fenced, REFUSED_ON_DATA_CENTER, WITHOUT_BODY};
use crate::instances::on_platform;
use atlassian_instances::{CallRequest, Caller, Platform, Registry};
use atlassian_sandbox::{Fault, Flavour, Sandbox, Site};
use atlassian_settings::{
    Behaviour, Credential, Deployment, Exposure, Filter, InstanceConfig, InstanceId, InstanceName,
    Limits, Network, RetryPolicy, Secret, ServerSettings, Service, SiteUrl,
};
use atlassian_tools::{Definition, table};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The words of a flavour.
fn words(site: &Site) -> Vec<(&'static str, String)> {
    let (fixed, space, title, other) = match site.flavour() {
        Flavour::Cloud => (
            [
                ("<issue>", "PAY-7"),
                ("<project>", "PAY"),
                ("<board>", "1"),
                ("<sprint>", "42"),
                ("<desk>", "4"),
                ("<desk project>", "OPS"),
                ("<request>", "OPS-1"),
                ("<form>", "7c1d2e3f-4a5b-4c6d-8e7f-901a2b3c4d5e"),
                ("<heading>", "Flow"),
                ("<selection>", "their phones"),
                ("<person>", "Ada"),
                ("<person id>", "5b10ac8d82e05b22cc7d0002"),
            ],
            "ENG",
            "Wallet payments",
            "Onboarding",
        ),
        Flavour::DataCenter => (
            [
                ("<issue>", "DEPOT-5"),
                ("<project>", "DEPOT"),
                ("<board>", "101"),
                ("<sprint>", "142"),
                ("<desk>", "4"),
                ("<desk project>", "HELP"),
                ("<request>", "HELP-1"),
                ("<form>", "there are none"),
                ("<heading>", "Tracks"),
                ("<selection>", "night only"),
                ("<person>", "Mira"),
                ("<person id>", "mvoss"),
            ],
            "HALL",
            "Rail gate",
            "Halls Home",
        ),
    };
    let id = |title: &str| {
        site.page_id(space, title).unwrap_or_else(|| panic!("{} has no page {title}", site.name()))
    };
    let mut words: Vec<(&str, String)> =
        fixed.map(|(word, value)| (word, value.to_owned())).to_vec();
    words.push(("<space>", space.to_owned()));
    words.push(("<title>", title.to_owned()));
    words.push(("<page>", id(title)));
    words.push(("<other page>", id(other)));
    let (talk, linked, other_project) = match site.flavour() {
        Flavour::Cloud => ("PAY-6", "PAY-6", "WEB"),
        Flavour::DataCenter => ("DEPOT-1", "DEPOT-5", "FLEET"),
    };
    let comments = site.comments(talk);
    let link = site.issue(linked).expect("an issue")["fields"]["issuelinks"][0].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    words.push(("<talk>", talk.to_owned()));
    words.push(("<other project>", other_project.to_owned()));
    words.push(("<issue comment>", text(&comments[0]["id"])));
    words.push(("<issue link>", text(&link["id"])));
    let page = site.page(&id(title)).expect("a page");
    words.push(("<space id>", page["spaceId"].as_str().unwrap_or_default().to_owned()));
    words
}

pub(crate) fn config(site: &Site, service: Service) -> InstanceConfig {
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

/// An instance of each product on a site.
pub(crate) fn on_site(site: &Site, change: impl Fn(&mut InstanceConfig)) -> Arc<Registry> {
    let configs = Service::ALL
        .map(|service| {
            let mut config = config(site, service);
            change(&mut config);
            config
        })
        .to_vec();
    let server = ServerSettings { files_root: Some(files()), ..ServerSettings::default() };
    let media = site.media_url().and_then(|url| url.parse().ok());
    Arc::new(on_platform(
        configs,
        &server,
        &Platform { media, gateway: site.gateway_url(), ..Platform::default() },
    ))
}

/// The root of local files: the test data of this crate, which holds `note.txt`.
fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/files")
        .canonicalize()
        .expect("the folder exists")
}

pub(crate) fn registered(definition: &Definition) -> String {
    let service = definition.service.expect("a tool of one product").word();
    format!("{service}_canary_name_{}", definition.base_name())
}

fn fixture(definition: &Definition) -> (Fenced, &'static str) {
    FIXTURES
        .iter()
        .find(|(name, ..)| *name == definition.name)
        .map(|(_, fenced, text)| (*fenced, *text))
        .unwrap_or_else(|| panic!("{} has no fixture", definition.name))
}

pub(crate) fn replaced(site: &Site, text: &str) -> String {
    words(site).iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
}

pub(crate) async fn arguments(site: &Site, definition: &Definition) -> Map<String, Value> {
    let mut text = replaced(site, fixture(definition).1);
    for (word, tool, given) in
        FOUND.iter().filter(|(word, ..)| fixture(definition).1.contains(word))
    {
        let finder = table::definitions().find(|d| d.name == *tool).expect("a tool");
        let given = serde_json::from_str(&replaced(site, given)).expect("arguments");
        let outcome = on_site(site, |_| {})
            .call(CallRequest::new(registered(finder), given), &Caller::operator())
            .await;
        let answer: Value = serde_json::from_str(&outcome.text()).expect("a result");
        let id = first_id(&answer)
            .unwrap_or_else(|| panic!("{tool} on {} finds nothing: {answer}", site.name()));
        text = text.replace(word, &id);
    }
    serde_json::from_str(&text).expect("a fixture is JSON")
}

/// Whether a request only finds out what an id is and where it belongs.
fn resolves(request: &atlassian_sandbox::Recorded) -> bool {
    request.method == "GET" || request.path.ends_with("/content/convert-ids-to-types")
}

/// The first id in a document, depth first.
fn first_id(value: &Value) -> Option<String> {
    match value {
        Value::Object(map) => match map.get("id").or_else(|| map.get("templateId")) {
            Some(Value::String(id)) => Some(id.clone()),
            Some(Value::Number(id)) => Some(id.to_string()),
            _ => map.values().find_map(first_id),
        },
        Value::Array(items) => items.iter().find_map(first_id),
        _ => None,
    }
}

pub(crate) fn of_products(site: &Site) -> impl Iterator<Item = &'static Definition> {
    let deployment = config(site, Service::Jira).deployment;
    table::definitions().filter(move |d| {
        d.service.is_some()
            && d.deployments.include(deployment)
            && (deployment.is_cloud() || !REFUSED_ON_DATA_CENTER.contains(&d.name))
    })
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
        let registry = on_site(site, |_| {});
        for definition in of_products(site) {
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

/// Moving issues and reading changelogs in bulk is only listed where it exists.
#[tokio::test(flavor = "multi_thread")]
async fn all_tools_of_jira_are_listed_and_on_data_center_all_but_two() {
    let sandbox = sites().await;
    for site in sandbox.sites() {
        let registry = on_site(site, |_| {});
        let listed: Vec<String> = registry
            .list(&Caller::operator())
            .map(|entry| entry.name.to_string())
            .filter(|name| name.starts_with("jira_"))
            .collect();
        let cloud = site.flavour() == Flavour::Cloud;
        assert_eq!(listed.len(), if cloud { 63 } else { 61 }, "{}", site.name());
        for tool in ["move_issue", "batch_get_changelogs"] {
            let name = format!("jira_canary_name_{tool}");
            assert_eq!(listed.contains(&name), cloud, "{tool} on {}", site.name());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_data_center_lacks_is_refused_there_without_a_request() {
    let sandbox = sites().await;
    let site = sandbox.site("staging");
    let registry = on_site(&site, |_| {});
    for definition in table::definitions().filter(|d| REFUSED_ON_DATA_CENTER.contains(&d.name)) {
        let text = replaced(&site, fixture(definition).1).replace("<template>", "1");
        let given = serde_json::from_str(&text).expect("a fixture is JSON");
        site.clear_log();
        let request = CallRequest::new(registered(definition), given);
        let outcome = registry.call(request, &Caller::operator()).await;
        assert!(outcome.is_error() && outcome.text().contains("Cloud"), "{}", outcome.text());
        assert!(site.log().is_empty(), "{}", definition.name);
    }
}

type MakeFault = fn(Fault) -> Fault;

/// Faults of every request. The error holds the instance's name, the status that the fault is
/// called by, and Atlassian's words where there are any.
const FAULTS: &[(&str, MakeFault, &str)] = &[
    (
        "400",
        |f| {
            f.status(400)
                .body(r#"{"errorMessages":["canary words"],"errors":{"field_x":"is odd"}}"#)
        },
        "canary words",
    ),
    ("401", |f| f.status(401).body(r#"{"message":"canary words"}"#), "canary words"),
    ("403", |f| f.status(403).body(r#"{"message":"canary words"}"#), "canary words"),
    (
        "404",
        |f| f.status(404).body(r#"{"errorMessages":["canary words"],"errors":{}}"#),
        "canary words",
    ),
    ("409", |f| f.status(409).body(r#"{"message":"canary words"}"#), "canary words"),
    (
        "429",
        |f| f.status(429).retry_after("7").body(r#"{"message":"canary words"}"#),
        "canary words",
    ),
    ("500", |f| f.status(500).body(r#"{"message":"canary words"}"#), "canary words"),
    ("503 without JSON", |f| f.status(503).body("upstream connect error"), "503"),
    ("login page", Fault::html_login, ""),
    ("truncated", |f| f.truncate(20), ""),
    ("reset", Fault::reset, ""),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_is_an_error_that_says_what_and_where() {
    let sandbox = sites().await;
    for site in sandbox.sites() {
        let registry = on_site(site, |_| {});
        for definition in of_products(site) {
            site.reset().expect("fresh data");
            let given = arguments(site, definition).await;
            for (name, make, word) in FAULTS {
                if *name == "truncated" && WITHOUT_BODY.contains(&definition.name) {
                    continue;
                }
                site.clear_faults();
                site.fault(make(Fault::on(sandbox_service(definition), "*", ".*")));
                let request = CallRequest::new(registered(definition), given.clone());
                let outcome = registry.call(request, &Caller::operator()).await;
                let text = outcome.text();
                let place = format!("{} on {} with {name}: {text}", definition.name, site.name());
                assert!(outcome.is_error(), "{place}");
                assert!(text.contains(word), "{place}");
                if let Some(status) = name.get(..3).filter(|s| s.parse::<u16>().is_ok()) {
                    assert!(text.contains(status), "{place}");
                }
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
        let registry = on_site(site, |config| config.network.timeout = Duration::from_millis(150));
        for definition in of_products(site) {
            site.reset().expect("fresh data");
            let given = arguments(site, definition).await;
            site.fault(Fault::on(sandbox_service(definition), "*", ".*").hang());
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
        let registry = on_site(site, |config| config.exposure.filter = Filter::parse("ELSEWHERE"));
        for definition in of_products(site) {
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
            let fenced = fixture(definition).0;
            if fenced == Free {
                continue;
            }
            if fenced == List {
                assert!(!outcome.is_error() && outcome.text() == "[]", "{place}");
                continue;
            }
            if fenced == Query {
                let fence = |r: &atlassian_sandbox::Recorded| {
                    format!("{:?}{:?}", r.query, r.body).contains("ELSEWHERE")
                };
                assert!(log.iter().all(fence), "{place} {asked:?}");
                continue;
            }
            assert!(outcome.is_error(), "{place}");
            assert!(outcome.text().contains("restricted by configuration"), "{place}");
            if fenced == Keyed {
                assert!(log.is_empty(), "{place} {asked:?}");
            } else {
                assert!(log.iter().all(resolves) && log.len() <= 6, "{place} {asked:?}");
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
    let registry = on_site(&site, |config| config.exposure.filter = Filter::parse("LAB"));
    for definition in
        of_products(&site).filter(|d| d.arguments.iter().any(|a| a.name == "issue_key"))
    {
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
        let registry = on_site(site, |_| {});
        for definition in of_products(site) {
            let name = &registered(definition);
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
    let registry = on_site(&site, |_| {});
    site.fault(Fault::on(atlassian_sandbox::Service::Jira, "*", ".*").hang());
    let definition = of_products(&site).find(|d| d.name == "jira_get_issue").expect("a tool");
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
