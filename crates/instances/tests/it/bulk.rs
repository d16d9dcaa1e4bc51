//! Much at once: requests fly together, never more of them than the instance allows; answers are
//! bounded; a cancelled call ends and tells what was written.

use crate::every_tool::on_site;
use atlassian_instances::{CallRequest, Caller, Outcome, Registry};
use atlassian_sandbox::{Fault, Sandbox, Service, Site, SiteSpec};
use atlassian_settings::{Filter, Limits};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Requests that must be seen in flight at the same time.
const AT_LEAST: usize = 6;
/// The latency of the site in these tests, and what is tried next on a machine that is too busy to
/// send so many requests within it.
const LATENCIES: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(500), Duration::from_secs(3)];
/// Requests that may be in flight in the tests of cancellation.
const PLACES: u32 = 6;

/// A Cloud site with `count` issues more, and an instance on it that may have `places` requests in
/// flight.
async fn world(count: usize, places: u32) -> (Sandbox, Site, Arc<Registry>) {
    let sandbox = Sandbox::builder().site(SiteSpec::cloud("acme").bulk(count)).start().await;
    let sandbox = sandbox.expect("the sandbox starts");
    let site = sandbox.site("acme");
    let registry = on_site(&site, |config| {
        config.limits = Limits { max_concurrent_requests: Some(places), ..config.limits.clone() };
    });
    (sandbox, site, registry)
}

fn request(tool: &str, arguments: Value) -> CallRequest {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    CallRequest::new(format!("jira_canary_name_{tool}"), arguments)
}

async fn call(registry: &Arc<Registry>, tool: &str, arguments: Value) -> Value {
    let outcome = registry.call(request(tool, arguments), &Caller::operator()).await;
    assert!(!outcome.is_error(), "{}", outcome.text());
    answer(&outcome)
}

fn answer(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.text()).expect("a result is JSON")
}

fn slow(site: &Site, latency: Duration) {
    site.clear_faults();
    site.clear_log();
    site.reset_max_in_flight();
    site.fault(Fault::on(Service::Jira, "*", ".*").delay(latency));
}

fn keys(count: usize) -> String {
    (1..=count).map(|number| format!("BULK-{number}")).collect::<Vec<_>>().join(",")
}

fn entries(project: &str, count: usize) -> Value {
    let entry = |number| json!({"project_key": project, "summary": format!("New {number}"), "issue_type": "Task"});
    Value::Array((1..=count).map(entry).collect())
}

/// The calls of the issue: a thousand hits, five hundred histories, a hundred new issues.
fn calls() -> [(&'static str, Value, usize); 3] {
    let search = json!({"jql": "project = BULK ORDER BY key", "limit": 1000, "fields": "summary"});
    [
        ("search", search, 1_000),
        ("batch_get_changelogs", json!({"issue_ids_or_keys": keys(500)}), 500),
        ("batch_create_issues", json!({"issues": entries("BULK", 100)}), 100),
    ]
}

/// How many things an answer holds.
fn count(answer: &Value) -> usize {
    answer.as_array().or_else(|| answer["issues"].as_array()).expect("a list").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn much_is_asked_for_at_the_same_time_and_within_the_limit_of_the_instance() {
    for places in [32_u32, 3] {
        let (_sandbox, site, registry) = world(1_000, places).await;
        let wanted = AT_LEAST.min(places as usize);
        for (tool, arguments, expected) in calls() {
            let mut seen = 0;
            for latency in LATENCIES {
                slow(&site, latency);
                let found = call(&registry, tool, arguments.clone()).await;
                assert_eq!(count(&found), expected, "{tool}");
                seen = site.max_in_flight();
                assert!(seen <= places as usize, "{tool}: {seen} of {places}");
                if seen >= wanted {
                    break;
                }
            }
            assert!(seen >= wanted, "{tool}: only {seen} at the same time, {places} allowed");
        }
    }
}

/// What a call touches is asked for before it is made: several ids at the same time, each of them
/// once.
#[tokio::test(flavor = "multi_thread")]
async fn the_projects_of_many_issues_are_asked_for_at_the_same_time() {
    let sandbox = Sandbox::builder().site(SiteSpec::cloud("acme").bulk(40)).start().await;
    let sandbox = sandbox.expect("the sandbox starts");
    let site = sandbox.site("acme");
    let registry = on_site(&site, |config| {
        config.exposure.filter =
            Filter::parse("PAY,BULK").filter(|_| config.id.service.word() == "jira");
    });
    let twice = format!("{},BULK-1", keys(40));
    let mut seen = 0;
    for latency in LATENCIES {
        slow(&site, latency);
        call(&registry, "move_issues_to_backlog", json!({"issue_keys": twice})).await;
        let asked = site.log().iter().filter(|r| r.path.contains("/issue/BULK-")).count();
        assert_eq!(asked, 40, "{:?}", site.log());
        seen = site.max_in_flight();
        assert!(seen <= 8, "{seen}");
        if seen >= AT_LEAST {
            break;
        }
    }
    assert!(seen >= AT_LEAST, "only {seen} at the same time");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_issues_come_in_the_order_of_the_query_and_go_on() {
    let (_sandbox, site, registry) = world(620, 32).await;
    let ask = |limit: u64, more: Value| {
        let mut arguments = json!({"jql": "project = BULK ORDER BY key DESC", "limit": limit,
                                   "fields": "summary"});
        let more = more.as_object().cloned().expect("an object");
        arguments.as_object_mut().expect("an object").extend(more);
        arguments
    };
    let shown = |answer: &Value| -> Vec<String> {
        let issues = answer["issues"].as_array().expect("issues").iter();
        issues.map(|issue| issue["key"].as_str().unwrap_or_default().to_owned()).collect()
    };
    site.clear_log();
    let first = call(&registry, "search", ask(500, json!({}))).await;
    let expected: Vec<String> = (121..=620).rev().map(|n| format!("BULK-{n}")).collect();
    assert_eq!(shown(&first), expected);
    assert_eq!(site.log().len(), 6, "the ids and five groups");
    assert_eq!((&first["total"], &first["max_results"]), (&json!(-1), &json!(500)));
    let token = json!({"page_token": first["next_page_token"]});
    let rest = call(&registry, "search", ask(500, token)).await;
    assert_eq!(shown(&rest).len(), 120);
    assert_eq!(shown(&rest).last().map(String::as_str), Some("BULK-1"));
    assert!(rest.get("next_page_token").is_none());
    let whole = call(&registry, "search", ask(1_000, json!({}))).await;
    assert_eq!(whole["total"], 620);
    let named = call(&registry, "search", ask(300, json!({"use_display_names": true}))).await;
    assert_eq!(shown(&named).len(), 300);
    // An offset costs one request, however large.
    site.clear_log();
    let later = call(&registry, "search", ask(2, json!({"start_at": 600}))).await;
    assert_eq!(shown(&later), ["BULK-20", "BULK-19"]);
    assert_eq!(site.log().len(), 2);
}

/// The bounds of `gathering` and of the changelogs: an answer never holds more.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_bounded_and_says_where_it_goes_on() {
    let (_sandbox, site, registry) = world(5_050, 32).await;
    site.clear_log();
    let arguments = json!({"jql": "project = BULK", "limit": 1_000_000, "fields": "key"});
    let found = call(&registry, "search", arguments).await;
    assert_eq!(count(&found), 5_000, "never more in memory");
    assert_eq!(found["max_results"], 5_000);
    assert!(found["next_page_token"].is_string(), "and the rest can be had");
    let arguments = json!({"issues": entries("BULK", 1_001)});
    let outcome =
        registry.call(request("batch_create_issues", arguments), &Caller::operator()).await;
    assert!(outcome.is_error() && outcome.text().contains("at most 1000"), "{}", outcome.text());
    let posted = site.log().iter().any(|r| r.path.ends_with("/issue/bulk"));
    assert!(!posted, "refused before anything is written");
}

/// Lets a call start, cancels it once `ready` holds, and tells how it ended.
async fn cancelled(
    registry: &Arc<Registry>,
    site: &Site,
    (tool, arguments): (&str, Value),
    ready: impl Fn(&Site) -> bool,
) -> Outcome {
    let asked = request(tool, arguments);
    let cancel = asked.cancel.clone();
    let running = tokio::spawn({
        let registry = Arc::clone(registry);
        async move { registry.call(asked, &Caller::operator()).await }
    });
    while !ready(site) {
        tokio::task::yield_now().await;
    }
    cancel.cancel();
    running.await.expect("the call ends")
}

/// Waits until no request arrives any more but those made here, and tells how many others did:
/// what had left before may arrive late on a busy machine, and is never more than the instance's
/// places.
async fn late(registry: &Arc<Registry>, site: &Site) -> usize {
    let mut late = 0;
    loop {
        let before = site.log().len();
        for _ in 0..3 {
            call(registry, "get_link_types", json!({})).await;
        }
        let others =
            site.log()[before..].iter().filter(|r| !r.path.ends_with("/issueLinkType")).count();
        if others == 0 {
            return late;
        }
        late += others;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_read_sends_nothing_more() {
    let (_sandbox, site, registry) = world(1_000, PLACES).await;
    for (tool, arguments, _) in
        calls().into_iter().filter(|(tool, ..)| *tool != "batch_create_issues")
    {
        slow(&site, LATENCIES[0]);
        let outcome =
            cancelled(&registry, &site, (tool, arguments), |site| site.log().len() >= 2).await;
        assert!(outcome.is_error() && outcome.text().contains("cancelled"), "{}", outcome.text());
        let asked = site.log().len();
        site.clear_faults();
        let asked = asked + late(&registry, &site).await;
        assert!(asked <= 2 + PLACES as usize, "{tool}: {asked}");
    }
}

/// Two groups of fifty are created one after the other; the call is cancelled while the second is
/// on its way. The first is told as created, the second as unknown, and nothing is sent any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_write_tells_what_was_written() {
    let (_sandbox, site, registry) = world(0, PLACES).await;
    let posts = |site: &Site| site.log().iter().filter(|r| r.path.ends_with("/issue/bulk")).count();
    site.fault(Fault::on(Service::Jira, "POST", "/issue/bulk").after(1).hang());
    let arguments = json!({"issues": entries("PAY", 100)});
    let outcome =
        cancelled(&registry, &site, ("batch_create_issues", arguments), |site| posts(site) == 2)
            .await;
    let told = answer(&outcome);
    let created = told["issues"].as_array().expect("issues");
    assert_eq!(created.len(), 50, "{told}");
    for issue in created {
        let key = issue["key"].as_str().expect("every one with its key");
        assert!(site.issue(key).is_some(), "{key}");
    }
    let errors = told["errors"].as_array().expect("errors");
    assert_eq!(errors.len(), 50);
    assert_eq!(errors[0]["index"], 50);
    let why = errors[0]["error"].as_str().expect("a reason");
    assert!(why.contains("cancelled"), "{why}");
    site.clear_faults();
    assert_eq!(late(&registry, &site).await, 0, "the second group was the last request");
}

/// Cancelled while the new issues are read again: all of them are told by their keys.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_cancelled_after_its_writes_names_them() {
    let (_sandbox, site, registry) = world(0, PLACES).await;
    site.fault(Fault::on(Service::Jira, "GET", "/issue/").hang());
    let reads = |site: &Site| {
        site.log().iter().any(|r| r.method == "GET" && r.path.contains("/issue/PAY-"))
    };
    let arguments = json!({"issues": entries("PAY", 60)});
    let outcome = cancelled(&registry, &site, ("batch_create_issues", arguments), reads).await;
    let told = answer(&outcome);
    let created = told["issues"].as_array().expect("issues");
    assert_eq!(created.len(), 60);
    assert!(
        created.iter().all(|issue| issue["key"].as_str().is_some_and(|k| k.starts_with("PAY-")))
    );
    let warnings = told["warnings"].as_array().expect("warnings");
    assert_eq!(warnings.len(), 60, "each says that it was not read again");
}
