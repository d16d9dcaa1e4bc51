//! Each instance is reached under its own name, with its own credential, and nothing of it is seen
//! anywhere else.

use crate::stage::{Stage, sandbox_service};
use crate::wire::{Pipe, Served, call, initialize, request, text};
use atlassian_sandbox::Fault;
use atlassian_settings::Service;
use serde_json::{Value, json};
use std::io;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// A log that a test can read.
#[derive(Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<u8>>>);

impl Journal {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("log")).into_owned()
    }
}

impl io::Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Journal {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything of ours down to the last level, everything of others as the command line sets it.
pub(crate) fn listen(journal: &Journal) -> tracing::subscriber::DefaultGuard {
    use tracing_subscriber::layer::SubscriberExt as _;
    let filter = tracing_subscriber::filter::Targets::new()
        .with_default(tracing::Level::WARN)
        .with_target("atlassian", tracing::Level::TRACE);
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(journal.clone());
    let subscriber = tracing_subscriber::registry().with(filter).with(lines);
    tracing::subscriber::set_default(subscriber)
}

fn calls() -> [(&'static str, &'static str, Service, Value); 4] {
    let words = json!({ "query": "plan" });
    let jql = json!({ "jql": "project = PAY" });
    [
        ("jira_search", "acme", Service::Jira, jql.clone()),
        ("confluence_search", "acme", Service::Confluence, words.clone()),
        ("jira_staging_search", "corp", Service::Jira, jql),
        ("confluence_staging_search", "corp", Service::Confluence, words),
    ]
}

/// Asserts that a call reached its site only, with its credential only.
fn reached(stage: &Stage, tool: &str, site: &str, service: Service) {
    for other in stage.sandbox.sites() {
        let log = other.log();
        assert_eq!(!log.is_empty(), other.name() == site, "{tool} at {}", other.name());
        for sent in &log {
            assert_eq!(sent.service, sandbox_service(service), "{tool}");
            let own = match site {
                "acme" => other.api_token(sent.service),
                _ => other.pat(sent.service),
            };
            let header = sent.header("authorization").expect("credential");
            let expected = match site {
                "acme" => {
                    use base64::Engine as _;
                    let pair = format!("{}:{own}", other.username());
                    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
                }
                _ => format!("Bearer {own}"),
            };
            assert_eq!(header, expected, "{tool}");
        }
        other.clear_log();
    }
}

#[tokio::test]
async fn over_stdio() {
    let journal = Journal::default();
    let _listening = listen(&journal);
    let stage = Stage::pair().await;
    let mut pipe = Pipe::open(&stage);
    let opened = pipe.ask(initialize("2025-11-25")).await;
    let instructions = opened["result"]["instructions"].as_str().expect("instructions").to_owned();
    assert!(instructions.contains("jira_staging_") && instructions.len() < 1500, "{instructions}");
    let mut heard = opened.to_string();
    heard += &pipe.ask(request(1, "tools/list", json!({}))).await.to_string();
    for (tool, site, service, arguments) in calls() {
        let reply = pipe.ask(call(2, tool, arguments)).await;
        let name = if tool.contains("_staging_") { "staging" } else { "primary" };
        assert_eq!(reply["result"]["_meta"], json!({ "io.github.atlassian-mcp/instance": name }));
        reached(&stage, tool, site, service);
        heard += &reply.to_string();
    }
    no_canaries(&heard);
    let log = journal.text();
    for (tool, ..) in calls() {
        assert_eq!(
            log.matches(&format!("call {tool} on ")).count(),
            1,
            "one record of {tool}: {log}"
        );
    }
    no_canaries(&log);
}

#[tokio::test]
async fn over_http_with_the_operators_credentials() {
    let journal = Journal::default();
    let _listening = listen(&journal);
    let stage = Stage::pair().await.open();
    let served = Served::start(&stage).await;
    let session = served.session(&[]).await;
    let mut heard = String::new();
    for (tool, site, service, arguments) in calls() {
        let params = json!({ "name": tool, "arguments": arguments });
        let modern = served.modern(&[], "tools/call", params).await;
        reached(&stage, tool, site, service);
        let legacy = served.post(&[("mcp-session-id", &session)], &call(1, tool, arguments)).await;
        reached(&stage, tool, site, service);
        assert_eq!(text(&modern.json), text(&legacy.json), "one way of a call");
        heard += &modern.text;
        heard += &legacy.text;
    }
    no_canaries(&heard);
    no_canaries(&journal.text());
}

#[tokio::test]
async fn errors_of_one_site_name_no_other() {
    let journal = Journal::default();
    let _listening = listen(&journal);
    let stage = Stage::pair().await;
    let (acme, corp) = (stage.site("acme"), stage.site("corp"));
    for service in Service::ALL.map(sandbox_service) {
        for site in [&acme, &corp] {
            site.fault(
                Fault::on(service, "*", "/").status(403).body("{\"message\":\"not for you\"}"),
            );
        }
    }
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-11-25")).await;
    for (tool, site, _, arguments) in calls() {
        let reply = pipe.ask(call(1, tool, arguments)).await;
        assert_eq!(reply["result"]["isError"], json!(true), "{reply}");
        let other = if site == "acme" { &corp } else { &acme };
        for address in [other.jira_url(), other.confluence_url()] {
            let host = address.split("://").nth(1).expect("host").split('/').next().expect("host");
            assert!(!reply.to_string().contains(host), "{tool}: {reply}");
        }
        no_canaries(&reply.to_string());
    }
    no_canaries(&journal.text());
}

#[tokio::test]
async fn a_dead_instance_costs_the_others_nothing() {
    let stage = Stage::pair().await;
    let corp = stage.site("corp");
    corp.fault(Fault::on(atlassian_sandbox::Service::Confluence, "*", "/").hang());
    let mut pipe = Pipe::open(&stage);
    pipe.ask(initialize("2025-11-25")).await;
    for id in 0..40 {
        pipe.say(&call(id, "confluence_staging_search", json!({ "query": "x" })).to_string()).await;
    }
    let reply = pipe.ask(call("mine", "confluence_search", json!({ "query": "x" }))).await;
    assert_eq!(reply["id"], json!("mine"));
}

fn no_canaries(text: &str) {
    assert!(!text.contains("canary-"), "a secret got out: {text}");
}
