//! Hostile values in every argument of every tool: an id stays an id, and no file is read.

use crate::every_tool::{arguments, of_products, on_site, registered};
use crate::instances::on_platform;
use atlassian_instances::{CallRequest, Caller, Platform, Registry};
use atlassian_sandbox::{Recorded, Sandbox, Site};
use atlassian_settings::{Identity, ServerSettings};
use atlassian_tools::Definition;
use atlassian_tools::argument::Kind;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Values that would add a segment, a query, a header, or words to JQL or CQL where they are put
/// together carelessly. Each holds the mark.
const VALUES: &[&str] = &[
    "PAY-7/../../smuggled",
    "..%2f..%2fsmuggled",
    "..\\..\\smuggled",
    "%2e%2e/smuggled",
    "1;/../smuggled",
    "1?smuggled=1&smuggled",
    "1#smuggled",
    "1%3Fsmuggled%3D1",
    "1\r\nX-Smuggled: smuggled\r\n\r\nGET /smuggled",
    "PAY\" OR project = smuggled OR \"x",
    "PAY' OR project = smuggled OR 'x",
    "PAY) OR (project = smuggled",
    "PAY\\\" OR project = smuggled OR \\\"x",
    "1 OR project = smuggled",
    "1 ORDER BY smuggled",
    "PAY\u{0}smuggled",
    "//evil.example/smuggled",
    "http://evil.example/smuggled",
];

/// Each argument tries one of so many parts of the values, and the next one another.
const PARTS: usize = 4;

const MARK: &str = "smuggled";

/// Arguments that are queries themselves; their fences have tests of their own.
const QUERIES: &[(&str, &str)] = &[
    ("jira_search", "jql"),
    ("jira_get_board_issues", "jql"),
    ("confluence_search", "query"),
    ("confluence_search_user", "query"),
];

fn takes_text(kind: Kind) -> bool {
    !matches!(kind, Kind::Integer { .. } | Kind::Boolean | Kind::Objects | Kind::Json)
}

/// What is left of a query without its quoted parts.
fn unquoted(query: &str) -> String {
    let (mut rest, mut quote) = (String::new(), None);
    let mut letters = query.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (_, '\\') => drop(letters.next()),
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, other) => rest.push(other),
        }
    }
    rest
}

/// Whether something of a value stands outside of quotes, and is not the whole of it as one word.
fn leaves_its_quotes(query: &str, value: &str) -> bool {
    let visible: String = value.chars().filter(|c| !c.is_control()).collect();
    let rest = unquoted(query);
    let mut words = rest.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word.contains(MARK) && word != visible)
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(value) = hex.filter(|_| *byte == b'%') {
            out.push(value);
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What is wrong with a request that a value went into.
fn fault(sent: &Recorded, value: &str) -> Option<String> {
    for segment in sent.path.split('/') {
        // What holds the mark holds the whole value: nothing of it became a segment of its own.
        let whole = decoded(segment);
        let twice = decoded(&whole);
        if whole.contains(MARK) && !whole.contains(value.trim()) && !twice.contains(value.trim()) {
            return Some(format!("the path {}", sent.path));
        }
        if [segment, whole.as_str()].iter().any(|part| matches!(*part, "." | "..")) {
            return Some(format!("the climbing path {}", sent.path));
        }
    }
    for (name, text) in &sent.query {
        if name.contains(MARK) {
            return Some(format!("the parameter {name}"));
        }
        if matches!(name.as_str(), "jql" | "cql") && leaves_its_quotes(text, value) {
            return Some(format!("the query {text}"));
        }
    }
    if let Some(jql) = sent.json()["jql"].as_str().filter(|jql| leaves_its_quotes(jql, value)) {
        return Some(format!("the query {jql}"));
    }
    sent.headers
        .iter()
        .find(|(name, text)| name.contains(MARK) || text.contains(MARK))
        .map(|(name, _)| format!("the header {name}"))
}

/// The demo's sites, for requests that tell nothing about how the product is used.
async fn ground() -> Sandbox {
    let sandbox = Sandbox::demo().await.expect("the sandbox starts");
    sandbox.sites().iter().for_each(Site::unrecorded);
    sandbox
}

async fn call(
    registry: &Arc<Registry>,
    definition: &Definition,
    given: Map<String, Value>,
    caller: &Caller,
) -> String {
    registry.call(CallRequest::new(registered(definition), given), caller).await.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_value_of_an_argument_becomes_more_than_a_value() {
    let sandbox = ground().await;
    let (mut problems, mut reached, mut turn) = (Vec::new(), 0, 0);
    for site in sandbox.sites() {
        let registry = on_site(site, |_| {});
        for definition in of_products(site) {
            site.reset().expect("fresh data");
            let good = arguments(site, definition).await;
            for argument in definition.arguments.iter().filter(|a| takes_text(a.kind)) {
                if QUERIES.contains(&(definition.name, argument.name)) {
                    continue;
                }
                turn += 1;
                for value in VALUES.iter().skip(turn % PARTS).step_by(PARTS) {
                    site.clear_log();
                    let mut given = good.clone();
                    given.insert(argument.name.to_owned(), Value::from(*value));
                    call(&registry, definition, given, &Caller::operator()).await;
                    for sent in site.log() {
                        reached += usize::from(format!("{sent:?}").contains(MARK));
                        if let Some(fault) = fault(&sent, value) {
                            problems.push(format!(
                                "{} {}={value:?}: {} {fault}",
                                definition.name,
                                argument.name,
                                sent.line()
                            ));
                        }
                    }
                }
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(reached > 300, "the values did reach the sites: {reached}");
}

/// A registry whose files root holds a secret, and the texts by which a call could name it.
fn with_secret(site: &Site, folder: &tempfile::TempDir) -> (Arc<Registry>, Vec<String>) {
    let root = folder.path().canonicalize().expect("it exists");
    let file = root.join("secret.txt");
    std::fs::write(&file, "canary-of-a-file").expect("written");
    let configs = on_site(site, |_| {}).instances().map(|config| (**config).clone()).collect();
    let server = ServerSettings { files_root: Some(root), ..ServerSettings::default() };
    let media = site.media_url().and_then(|url| url.parse().ok());
    let platform = Platform { media, gateway: site.gateway_url(), ..Platform::default() };
    let registry = Arc::new(on_platform(configs, &server, &platform));
    let path = file.display();
    let names = vec![
        "secret.txt".to_owned(),
        path.to_string(),
        format!("file://{path}"),
        format!("@{path}"),
        format!("[\"{path}\"]"),
        format!("{{\"file\": \"{path}\", \"attachments\": [\"{path}\"]}}"),
        format!("![x]({path}) [[include:{path}]] <ac:link><ri:url ri:value=\"file://{path}\"/>"),
    ];
    (registry, names)
}

/// Whoever calls over HTTP, with credentials of their own or with the operator's.
#[tokio::test(flavor = "multi_thread")]
async fn no_argument_of_any_tool_reads_a_file_for_a_caller_over_http() {
    let sandbox = ground().await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut turn = 0;
    let lent = Caller { operator_fallback: true, ..Caller::remote(Identity::of(&["ann"])) };
    for site in sandbox.sites() {
        let (registry, names) = with_secret(site, &folder);
        for definition in of_products(site) {
            site.reset().expect("fresh data");
            let good = arguments(site, definition).await;
            for argument in definition.arguments.iter().filter(|a| !matches!(a.kind, Kind::Boolean))
            {
                turn += 1;
                for name in names.iter().skip(turn % 3).step_by(3) {
                    site.clear_log();
                    let mut given = good.clone();
                    if matches!(argument.name, "file_path" | "content_file") {
                        given.remove("content_base64");
                        given.remove("content");
                    }
                    given.insert(argument.name.to_owned(), Value::from(name.as_str()));
                    let said = call(&registry, definition, given, &lent).await;
                    let place = format!("{} {}={name}: {said}", definition.name, argument.name);
                    assert!(!said.contains("canary-of"), "{place}");
                    for sent in site.log() {
                        let body = String::from_utf8_lossy(&sent.body);
                        assert!(!body.contains("canary-of"), "{place}");
                    }
                }
            }
        }
    }
    // The operator at this machine may read it, so that the others were refused for a reason.
    let site = sandbox.site("acme");
    let (registry, _) = with_secret(&site, &folder);
    let upload = of_products(&site).find(|d| d.name == "confluence_upload_attachments");
    let upload = upload.expect("a tool");
    let mut given = arguments(&site, upload).await;
    given.insert("file_paths".to_owned(), Value::from("secret.txt"));
    site.clear_log();
    call(&registry, upload, given, &Caller::operator()).await;
    let sent = site.log();
    assert!(sent.iter().any(|sent| String::from_utf8_lossy(&sent.body).contains("canary-of")));
}
