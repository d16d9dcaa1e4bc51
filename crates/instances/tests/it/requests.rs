//! How many requests each Jira tool makes, with nothing cached and with everything cached, beside
//! the number of the Python server.
//!
//! `tests/requests/jira-peer.txt` holds the peer's numbers by row; a row may ask for more requests
//! only with a reason that cites where it is decided. `tests/requests/jira.txt` is the golden file
//! of ours, written anew with `UPDATE_GOLDEN=1`.

use crate::every_tool::{arguments, of_products, on_site, registered, replaced};
use atlassian_instances::{CallRequest, Caller, Registry};
use atlassian_sandbox::{Flavour, Sandbox, Site, SiteSpec};
use atlassian_settings::Service;
use atlassian_tools::{Definition, table};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Further calls of tools whose arguments change how much they ask for: name of the row, tool,
/// arguments.
const MORE: &[(&str, &str, &str)] = &[
    ("by display name", "jira_get_user_profile", r#"{"user_identifier": "<person name>"}"#),
    ("with all sections", "jira_get_issue", r#"{"issue_key": "<talk>", "include": "all"}"#),
    (
        "all fields by display name",
        "jira_get_issue",
        r#"{"issue_key": "<talk>", "fields": "*all", "use_display_names": true}"#,
    ),
    ("of 200 issues", "jira_search", r#"{"jql": "project = BULK", "limit": 200}"#),
    ("of 1,000 issues", "jira_search", r#"{"jql": "project = BULK", "limit": 1000}"#),
    (
        "with names of fields",
        "jira_create_issue",
        r#"{"project_key": "<project>", "summary": "By name", "issue_type": "Task",
            "additional_fields": {"Labels": ["x"]}}"#,
    ),
    (
        "an epic",
        "jira_create_issue",
        r#"{"project_key": "<project>", "summary": "Large", "issue_type": "Epic",
            "additional_fields": {"epic_name": "Large"}}"#,
    ),
    (
        "to a person by name",
        "jira_assign_issue",
        r#"{"issue_key": "<issue>", "assignee": "<person name>"}"#,
    ),
    ("to nobody", "jira_assign_issue", r#"{"issue_key": "<issue>", "assignee": ""}"#),
    (
        "with a description",
        "jira_update_issue",
        r#"{"issue_key": "<issue>", "fields": {"description": "New **words**."}}"#,
    ),
    (
        "with a comment",
        "jira_transition_issue",
        r#"{"issue_key": "<issue>", "transition_id": "<transition>", "comment": "Done."}"#,
    ),
    ("of 500 issues", "jira_batch_get_changelogs", r#"{"issue_ids_or_keys": "<many>"}"#),
    (
        "of two",
        "jira_batch_create_issues",
        r#"{"issues": [{"project_key": "<project>", "summary": "a", "issue_type": "Task"},
                       {"project_key": "<project>", "summary": "b", "issue_type": "Task"}]}"#,
    ),
];

/// The peer's number of a row on Cloud and Data Center, `None` where it refuses or lacks the tool,
/// and why ours may be larger.
#[derive(Debug)]
struct Peer {
    cloud: Option<usize>,
    center: Option<usize>,
    reason: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/requests")
}

/// `row | Cloud | Data Center | where the number is from | [citation] reason`, the last optional.
fn peers() -> BTreeMap<String, Peer> {
    let text = std::fs::read_to_string(folder().join("jira-peer.txt")).expect("the peer's numbers");
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let number = |text: &str| match text {
                "-" => None,
                text => Some(text.parse().unwrap_or_else(|_| panic!("no number: {line}"))),
            };
            assert!(parts.len() >= 4 && !parts[3].is_empty(), "no source: {line}");
            let reason = parts.get(4).map(|reason| {
                assert!(reason.starts_with('[') && reason.contains(']'), "no citation: {line}");
                (*reason).to_owned()
            });
            let peer = Peer { cloud: number(parts[1]), center: number(parts[2]), reason };
            (parts[0].to_owned(), peer)
        })
        .collect()
}

/// The rows of a site: name, tool, arguments.
async fn rows(site: &Site) -> Vec<(String, &'static Definition, Map<String, Value>)> {
    let mut rows = Vec::new();
    for definition in of_products(site).filter(|d| d.service == Some(Service::Jira)) {
        rows.push((definition.name.to_owned(), definition, arguments(site, definition).await));
        for (name, tool, text) in MORE.iter().filter(|(_, tool, _)| *tool == definition.name) {
            let person = match site.flavour() {
                Flavour::Cloud => "Ada Okafor",
                Flavour::DataCenter => "Mira Voss",
            };
            let many: Vec<String> = (1..=500).map(|n| format!("BULK-{n}")).collect();
            let text = text.replace("<person name>", person).replace("<many>", &many.join(","));
            let transition = arguments(site, transition()).await["transition_id"].clone();
            let text = text.replace("<transition>", transition.as_str().unwrap_or_default());
            let given = serde_json::from_str(&replaced(site, &text)).expect("arguments");
            rows.push((format!("{tool} {name}"), definition, given));
        }
    }
    rows
}

fn transition() -> &'static Definition {
    table::definitions().find(|d| d.name == "jira_transition_issue").expect("a tool")
}

/// Makes a call on fresh data and counts.
async fn counted(
    registry: &Arc<Registry>,
    site: &Site,
    definition: &Definition,
    given: &Map<String, Value>,
) -> usize {
    site.reset().expect("fresh data");
    let request = CallRequest::new(registered(definition), given.clone());
    let outcome = registry.call(request, &Caller::operator()).await;
    assert!(!outcome.is_error(), "{} {given:?}: {}", definition.name, outcome.text());
    site.log().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_jira_tool_asks_for_more_than_the_peer_without_a_reason() {
    let sandbox = Sandbox::builder()
        .site(SiteSpec::cloud("acme").bulk(1_000))
        .site(SiteSpec::data_center("staging").bulk(1_000))
        .start()
        .await
        .expect("the sandbox starts");
    let peers = peers();
    let (mut out, mut problems, mut needed) = (String::new(), Vec::new(), Vec::new());
    for site in sandbox.sites() {
        let cloud = site.flavour() == Flavour::Cloud;
        let title = if cloud { "Cloud" } else { "Data Center" };
        let _ = writeln!(out, "{title:<62}  cold  warm  peer");
        for (row, definition, given) in rows(site).await {
            let registry = on_site(site, |_| {});
            let cold = counted(&registry, site, definition, &given).await;
            let warm = counted(&registry, site, definition, &given).await;
            let Some(peer) = peers.get(&row) else {
                problems.push(format!("{row}: the peer's number is missing"));
                continue;
            };
            let number = if cloud { peer.cloud } else { peer.center };
            let shown = number.map_or("-".to_owned(), |number| number.to_string());
            let _ = writeln!(out, "{row:<62}  {cold:>4}  {warm:>4}  {shown:>4}");
            if number.is_some_and(|number| cold.max(warm) > number) {
                needed.push(row.clone());
                if peer.reason.is_none() {
                    problems.push(format!("{row} on {title}: {cold} and {warm}, the peer {shown}"));
                }
            }
        }
        out.push('\n');
    }
    for (row, peer) in &peers {
        if peer.reason.is_some() && !needed.contains(row) {
            problems.push(format!("{row}: no reason is needed any more"));
        }
    }
    let golden = folder().join("jira.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &out).expect("the golden file can be written");
    }
    assert!(problems.is_empty(), "{problems:#?}\n{out}");
    let kept = std::fs::read_to_string(&golden).expect("run with UPDATE_GOLDEN=1");
    assert_eq!(kept, out, "run with UPDATE_GOLDEN=1");
}
