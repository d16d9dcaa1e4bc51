//! Two Jira and two Confluence sites with different credentials: each tool reaches only its own.

use crate::process::{HttpServer, StdioSession};
use crate::sites::Sites;
use serde_json::{Value, json};

/// A read on each instance.
const READS: &[(&str, &str, &str)] = &[
    ("jira_get_issue", "acme", r#"{"issue_key": "PAY-1"}"#),
    ("jira_search", "acme", r#"{"jql": "project = PAY", "limit": 3}"#),
    ("confluence_search", "acme", r#"{"query": "type = page", "limit": 3}"#),
    ("jira_staging_get_issue", "staging", r#"{"issue_key": "DEPOT-1"}"#),
    ("jira_staging_search", "staging", r#"{"jql": "project = DEPOT", "limit": 3}"#),
    ("confluence_staging_search", "staging", r#"{"query": "type = page", "limit": 3}"#),
];

/// What one site must never hear or say: the other's addresses and credentials.
fn foreign_marks(sites: &Sites, own: &str) -> Vec<String> {
    use atlassian_sandbox::Service::{Confluence, Jira};
    let mut marks = Vec::new();
    for site in sites.sandbox.sites().iter().filter(|site| site.name() != own) {
        marks.extend([site.jira_url(), site.confluence_url()]);
        for service in [Jira, Confluence] {
            marks.extend([site.api_token(service), site.pat(service), site.oauth_token(service)]);
        }
    }
    marks
}

fn reached(sites: &Sites, own: &str) -> bool {
    sites.sandbox.sites().iter().all(|site| (site.name() == own) != site.log().is_empty())
}

#[tokio::test(flavor = "multi_thread")]
async fn over_stdio_each_tool_reaches_only_its_own_site_with_its_own_credential() {
    let sites = Sites::start().await;
    let mut session = StdioSession::start(&sites.variables(), &["-vv"]);
    for (tool, own, arguments) in READS {
        sites.sandbox.sites().iter().for_each(atlassian_sandbox::Site::clear_log);
        let arguments: Value = serde_json::from_str(arguments).expect("JSON");
        let (failed, text) = session.call(tool, arguments);
        assert!(!failed, "{tool}: {text}");
        assert!(reached(&sites, own), "{tool} must reach {own} and nothing else");
        for mark in foreign_marks(&sites, own) {
            assert!(!text.contains(&mark), "{tool} says {mark}");
            let heard = sites
                .sandbox
                .site(own)
                .log()
                .iter()
                .any(|request| format!("{request:?}").contains(&mark));
            assert!(!heard, "{own} heard {mark} from {tool}");
        }
    }
    let secrets = sites.secrets();
    let (code, out, errors) = session.finish();
    assert_eq!(code, Some(0));
    for secret in secrets {
        assert!(!out.contains(&secret) && !errors.contains(&secret), "a secret was printed");
    }
}

/// Over HTTP the operator's credentials are lent only when that is switched on.
#[tokio::test(flavor = "multi_thread")]
async fn over_http_each_tool_reaches_only_its_own_site_with_its_own_credential() {
    let sites = Sites::start().await;
    let mut variables = sites.variables();
    variables.push(("ALLOW_GLOBAL_CRED_FALLBACK".to_owned(), "true".to_owned()));
    let mut server = HttpServer::start(&variables, &["-vv"]);
    for (tool, own, arguments) in READS {
        sites.sandbox.sites().iter().for_each(atlassian_sandbox::Site::clear_log);
        let arguments: Value = serde_json::from_str(arguments).expect("JSON");
        let (status, failed, text) = server.call(&[], tool, arguments).await;
        assert!(status == 200 && !failed, "{tool}: {status} {text}");
        assert!(reached(&sites, own), "{tool} must reach {own} and nothing else");
        for mark in foreign_marks(&sites, own) {
            assert!(!text.contains(&mark), "{tool} says {mark}");
            let heard = sites
                .sandbox
                .site(own)
                .log()
                .iter()
                .any(|request| format!("{request:?}").contains(&mark));
            assert!(!heard, "{own} heard {mark} from {tool}");
        }
    }
    let (secrets, out) = (sites.secrets(), server.transcript.clone());
    let errors = server.finish();
    for secret in secrets {
        assert!(!out.contains(&secret) && !errors.contains(&secret), "a secret was printed");
    }
}

/// A caller's credential goes to the instance it was given for and nowhere else; a stranger gets
/// nothing.
#[tokio::test(flavor = "multi_thread")]
async fn over_http_a_callers_credential_goes_to_its_own_instance_only() {
    use atlassian_sandbox::Service::Jira;
    let sites = Sites::start().await;
    let mut server = HttpServer::start(&sites.variables(), &["-v"]);
    let read = || json!({"issue_key": "DEPOT-1"});
    let (status, _, text) = server.call(&[], "jira_staging_get_issue", read()).await;
    assert_eq!(status, 401, "{text}");
    let token = sites.dc().pat(Jira);
    let header = [("X-Atlassian-Jira-Staging-Personal-Token", token.as_str())];
    let (_, failed, text) = server.call(&header, "jira_staging_get_issue", read()).await;
    assert!(!failed, "{text}");
    let (_, failed, text) =
        server.call(&header, "jira_get_issue", json!({"issue_key": "PAY-1"})).await;
    assert!(failed && text.contains("no credentials"), "{text}");
    let bearer = format!("Bearer {token}");
    let (_, failed, text) =
        server.call(&[("Authorization", bearer.as_str())], "jira_staging_get_issue", read()).await;
    assert!(
        failed && text.starts_with("Unknown tool"),
        "a plain credential is the primary's: {text}"
    );
    assert!(sites.cloud().log().is_empty(), "production heard nothing");
    server.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_on_staging_never_reaches_production() {
    let sites = Sites::start().await;
    let mut session = StdioSession::start(&sites.variables(), &[]);
    let arguments =
        json!({"project_key": "DEPOT", "summary": "Only on staging", "issue_type": "Task"});
    let (failed, text) = session.call("jira_staging_create_issue", arguments);
    assert!(!failed, "{text}");
    assert!(sites.cloud().log().is_empty());
    let key = serde_json::from_str::<Value>(&text).expect("JSON")["issue"]["key"]
        .as_str()
        .expect("a key")
        .to_owned();
    assert!(sites.dc().issue(&key).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_instance_costs_the_others_nothing() {
    let sites = Sites::start().await;
    let mut variables = sites.variables();
    let free =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    for (name, value) in [
        ("JIRA_3_INSTANCE_NAME", "lost".to_owned()),
        ("JIRA_3_URL", format!("http://{free}")),
        ("JIRA_3_DEPLOYMENT", "datacenter".to_owned()),
        ("JIRA_3_PERSONAL_TOKEN", "canary-lost".to_owned()),
    ] {
        variables.push((name.to_owned(), value));
    }
    let mut session = StdioSession::start(&variables, &[]);
    let (failed, text) = session.call("jira_lost_get_issue", json!({"issue_key": "PAY-1"}));
    assert!(failed && text.contains("Could not connect") && text.contains("lost"), "{text}");
    let (failed, text) = session.call("jira_get_issue", json!({"issue_key": "PAY-1"}));
    assert!(!failed, "{text}");
}
