//! A secret of every kind that the binary can hold, in every place where the binary writes: none
//! comes out, and none reaches another instance.
//!
//! Every tool of every instance is called once, over stdio and over HTTP, at every level and in
//! both formats of the log; then again while the instances answer with errors that repeat the
//! secrets that they were sent.

use crate::process::{HttpServer, StdioSession, run};
use crate::sites::Sites;
use atlassian_sandbox::{Fault, Recorded, Service, Site};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A secret, and where alone it may be heard.
struct Canary {
    kind: &'static str,
    text: String,
    /// Site and product; `None` for what no instance is ever told.
    home: Option<(String, Service)>,
    /// Whether its instance is told it with every request, and may repeat it.
    echoed: bool,
}

struct Scene {
    sites: Sites,
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
    canaries: Vec<Canary>,
}

const CLIENT: &str = "canary-app-id";

impl Scene {
    async fn start() -> Self {
        let sites = Sites::start().await;
        sites.sandbox.sites().iter().for_each(Site::unrecorded);
        let folder = tempfile::tempdir().expect("a folder");
        let mut scene = Self { sites, folder, variables: Vec::new(), canaries: Vec::new() };
        let (cloud, dc) = (scene.sites.cloud(), scene.sites.dc());
        let (jira, wiki) = (Service::Jira, Service::Confluence);
        // A user name with a token, from a file.
        scene.set("JIRA_URL", &cloud.jira_url());
        scene.set("JIRA_DEPLOYMENT", "cloud");
        scene.set("JIRA_USERNAME", &cloud.username());
        let file = scene.file("token", &cloud.api_token(jira));
        scene.set("JIRA_API_TOKEN_FILE", &file);
        scene.canary("API token from a file", &cloud.api_token(jira), Some((&cloud, jira)));
        scene.canary("Basic pair", &pair(&cloud, jira), Some((&cloud, jira)));
        // The same from a variable, with a header of the operator's.
        scene.set("CONFLUENCE_URL", &cloud.confluence_url());
        scene.set("CONFLUENCE_DEPLOYMENT", "cloud");
        scene.set("CONFLUENCE_USERNAME", &cloud.username());
        scene.set("CONFLUENCE_API_TOKEN", &cloud.api_token(wiki));
        scene.set("CONFLUENCE_CUSTOM_HEADERS", "X-Gate=canary-custom-header-of-confluence");
        scene.canary("API token", &cloud.api_token(wiki), Some((&cloud, wiki)));
        scene.canary("Basic pair", &pair(&cloud, wiki), Some((&cloud, wiki)));
        let gate = "canary-custom-header-of-confluence";
        scene.canary("custom header", gate, Some((&cloud, wiki)));
        // A personal token and another header.
        scene.instance("JIRA_2", "staging", &dc.jira_url());
        scene.set("JIRA_2_PERSONAL_TOKEN", &dc.pat(jira));
        scene.set("JIRA_2_CUSTOM_HEADERS", "X-Gate=canary-custom-header-of-staging");
        scene.canary("personal token", &dc.pat(jira), Some((&dc, jira)));
        let gate = "canary-custom-header-of-staging";
        scene.canary("custom header", gate, Some((&dc, jira)));
        // A given OAuth token.
        scene.instance("CONFLUENCE_2", "staging", &dc.confluence_url());
        scene.set("CONFLUENCE_2_OAUTH_ACCESS_TOKEN", &dc.oauth_token(wiki));
        scene.canary("OAuth access token", &dc.oauth_token(wiki), Some((&dc, wiki)));
        // An OAuth app whose tokens are stored.
        scene.instance("JIRA_3", "app", &dc.jira_url());
        scene.set("JIRA_3_OAUTH_ENABLE", "true");
        scene.set("JIRA_3_OAUTH_CLIENT_ID", CLIENT);
        scene.set("JIRA_3_OAUTH_CLIENT_SECRET", "canary-client-secret");
        scene.canary("OAuth client secret", "canary-client-secret", Some((&dc, jira)));
        let tokens = scene.folder.path().join("tokens");
        std::fs::create_dir(&tokens).expect("a folder");
        scene.set("ATLASSIAN_OAUTH_DIR", &tokens.display().to_string());
        let stored = json!({
            "access_token": "canary-stored-access-token", "expires_at": 4_102_444_800_u64,
            "refresh_token": "canary-refresh-token", "base_url": dc.jira_url(),
        });
        let name = tokens.join(format!("oauth-{CLIENT}.json"));
        std::fs::write(name, stored.to_string()).expect("written");
        scene.canary("stored access token", "canary-stored-access-token", Some((&dc, jira)));
        scene.canary("stored refresh token", "canary-refresh-token", Some((&dc, jira)));
        // Waiting between attempts at what does not answer would only take time.
        scene.set("ATLASSIAN_RETRY_TOTAL", "0");
        // Passwords of a proxy and of a client key, both of no use.
        let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
        let closed = closed.expect("a port");
        scene.instance("JIRA_4", "proxied", "http://jira.corp.example");
        scene.set("JIRA_4_PERSONAL_TOKEN", "canary-token-behind-a-proxy");
        scene.set("JIRA_4_HTTP_PROXY", &format!("http://user:canary-proxy-password@{closed}"));
        scene.canary("proxied token", "canary-token-behind-a-proxy", None);
        scene.canary("proxy password", "canary-proxy-password", None);
        let pem =
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";
        let key = scene.file("key.pem", pem);
        scene.instance("JIRA_5", "certified", "https://jira.corp.example");
        scene.set("JIRA_5_CLIENT_CERT", &key);
        scene.set("JIRA_5_CLIENT_KEY_PASSWORD", "canary-key-password");
        scene.canary("client key password", "canary-key-password", None);
        // Written where they do not belong.
        scene.instance("JIRA_6", "muddled", "https://jira.corp.example");
        scene.set("JIRA_6_PERSONAL_TOKEN_FILE", "canary-token-in-place-of-a-path");
        scene.set("JIRA_7_URL", "https://user:canary-password-in-url@jira.corp.example");
        scene.set("JIRA_7_PERSONAL_TOKEN", "canary-of-a-skipped-one");
        scene.canary("token in place of a path", "canary-token-in-place-of-a-path", None);
        scene.canary("password in a URL", "canary-password-in-url", None);
        scene.canary("token of a skipped instance", "canary-of-a-skipped-one", None);
        scene
    }

    fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    fn instance(&mut self, prefix: &str, name: &str, url: &str) {
        self.set(&format!("{prefix}_INSTANCE_NAME"), name);
        self.set(&format!("{prefix}_URL"), url);
        self.set(&format!("{prefix}_DEPLOYMENT"), "datacenter");
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        path.display().to_string()
    }

    fn canary(&mut self, kind: &'static str, text: &str, home: Option<(&Site, Service)>) {
        let home = home.map(|(site, service)| (site.name().to_owned(), service));
        let echoed = !kind.contains("OAuth client") && !kind.contains("stored");
        self.canaries.push(Canary { kind, text: text.to_owned(), home, echoed });
    }

    /// Plants errors that repeat everything that a site is sent by the operator, or by callers.
    fn echo(&self, by_callers: bool) {
        for site in self.sites.sandbox.sites() {
            site.clear_faults();
            for service in [Service::Jira, Service::Confluence] {
                let heard: Vec<&str> = self
                    .canaries
                    .iter()
                    .filter(|c| c.home == Some((site.name().to_owned(), service)) && c.echoed)
                    .filter(|c| c.kind.starts_with("caller's") == by_callers)
                    .map(|canary| canary.text.as_str())
                    .collect();
                let body = json!({ "errorMessages": heard, "message": heard.join(" ") });
                site.fault(Fault::on(service, "*", "/").status(400).body(body.to_string()));
            }
        }
    }

    /// Asserts that no secret is in a text of ours.
    fn silent(&self, what: &str, text: &str) {
        assert!(!text.is_empty(), "{what} is empty");
        for Canary { kind, text: secret, .. } in &self.canaries {
            if let Some(at) = text.find(secret.as_str()) {
                let around: String = text.chars().skip(at.saturating_sub(200)).take(500).collect();
                panic!("the {kind} is in {what}: {around}");
            }
        }
    }

    /// Asserts that every secret was heard at its home only; returns how many were heard there.
    fn at_home(&self) -> usize {
        let mut heard = 0;
        for site in self.sites.sandbox.sites() {
            for sent in site.log() {
                let whole = whole(&sent);
                for Canary { kind, text, home, .. } in &self.canaries {
                    if !whole.contains(text.as_str()) {
                        continue;
                    }
                    let here = Some((site.name().to_owned(), sent.service));
                    assert_eq!(*home, here, "the {kind} was sent with {}", sent.line());
                    heard += 1;
                }
            }
            site.clear_log();
        }
        heard
    }
}

fn pair(site: &Site, service: Service) -> String {
    STANDARD.encode(format!("{}:{}", site.username(), site.api_token(service)))
}

fn whole(sent: &Recorded) -> String {
    let body = String::from_utf8_lossy(&sent.body);
    format!("{} {:?} {:?} {body}", sent.path, sent.query, sent.headers)
}

/// Arguments that a schema asks for, good enough to be sent.
fn arguments(tool: &Value) -> Value {
    let mut given = Map::new();
    let properties = &tool["inputSchema"]["properties"];
    for name in tool["inputSchema"]["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        let value = match (name, properties[name]["type"].as_str().unwrap_or_default()) {
            ("jql", _) => json!("project is not EMPTY"),
            ("query", _) => json!("plan"),
            (name, _) if name.ends_with("issue_key") || name == "issue_keys" => json!("PAY-7"),
            (name, _) if name.ends_with("project_key") => json!("PAY"),
            (name, _) if name.ends_with("space_key") => json!("ENG"),
            ("fields" | "issues" | "versions" | "answers", _) => json!("[]"),
            (_, "integer" | "number") => json!(1),
            (_, "boolean") => json!(true),
            (_, "array") => json!(["x"]),
            (_, "object") => json!({}),
            _ => json!("1"),
        };
        given.insert(name.to_owned(), value);
    }
    Value::Object(given)
}

/// Each tool that is called: all of them, or every so manieth. While sites repeat what they were
/// sent, the app is left out: it shares its site with an instance whose secrets it cannot know.
fn chosen(tools: &BTreeMap<String, Value>, step: usize, echoing: bool) -> Vec<(String, Value)> {
    tools
        .iter()
        .step_by(step)
        .filter(|(name, _)| !echoing || !name.starts_with("jira_app_"))
        .map(|(name, tool)| (name.clone(), arguments(tool)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_comes_out_over_stdio() {
    let scene = Scene::start().await;
    let mut heard = 0;
    for (format, level, step) in [
        ("text", &[][..], 13),
        ("text", &["-v"], 11),
        ("text", &["-vv"], 4),
        ("json", &[], 13),
        ("json", &["-v"], 11),
        ("json", &["-vv"], 1),
    ] {
        let audit = scene.folder.path().join(format!("audit-{format}{}.jsonl", level.concat()));
        let mut variables = scene.variables.clone();
        variables.push(("MCP_LOG_FORMAT".to_owned(), format.to_owned()));
        variables.push(("ATLASSIAN_AUDIT_FILE".to_owned(), audit.display().to_string()));
        let mut session = StdioSession::start(&variables, level);
        let tools = session.tools();
        assert!(tools.len() > 300, "{} tools", tools.len());
        for (tool, arguments) in chosen(&tools, step, false) {
            session.call(&tool, arguments);
        }
        heard += scene.at_home();
        scene.echo(false);
        for (tool, arguments) in chosen(&tools, step, true) {
            session.call(&tool, arguments);
        }
        heard += scene.at_home();
        scene.sites.sandbox.sites().iter().for_each(Site::clear_faults);
        let (code, out, errors) = session.finish();
        assert_eq!(code, Some(0));
        scene.silent("an answer", &out);
        scene.silent("the log", &errors);
        scene.silent("the audit file", &read(&audit));
    }
    assert!(heard > 300, "the secrets were in use: {heard}");
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file")
}

/// What callers bring, and what they are told of the others.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_comes_out_over_http() {
    let mut scene = Scene::start().await;
    let dc = scene.sites.dc();
    let (mine, theirs) = ("canary-of-one-caller", "canary-of-a-caller-for-staging");
    scene.canary("caller's token", mine, Some((&scene.sites.cloud(), Service::Jira)));
    scene.canary("caller's token for staging", theirs, Some((&dc, Service::Jira)));
    let audit = scene.folder.path().join("audit-http.jsonl");
    let mut variables = scene.variables.clone();
    for (name, value) in [
        ("MCP_LOG_FORMAT", "json"),
        ("MCP_METRICS", "true"),
        ("ALLOW_GLOBAL_CRED_FALLBACK", "true"),
        ("ATLASSIAN_AUDIT_FILE", &audit.display().to_string()),
    ] {
        variables.push((name.to_owned(), value.to_owned()));
    }
    let mut listing = StdioSession::start(&variables, &[]);
    let tools = listing.tools();
    drop(listing);
    let mut server = HttpServer::start(&variables, &["-vv"]);
    for echoing in [false, true] {
        if echoing {
            scene.echo(false);
        }
        for (tool, arguments) in chosen(&tools, 5, echoing) {
            server.call(&[], &tool, arguments).await;
        }
        if echoing {
            scene.echo(true);
        }
        let own = [
            ("X-Atlassian-Jira-Primary-Authorization", "Bearer canary-of-one-caller"),
            ("X-Atlassian-Jira-Staging-Personal-Token", theirs),
        ];
        for (tool, arguments) in chosen(&tools, 7, echoing) {
            server.call(&own, &tool, arguments).await;
        }
        for refused in [
            ("Authorization", mine),
            ("Authorization", "Digest canary-of-one-caller"),
            ("X-Atlassian-Jira-Nowhere-Personal-Token", mine),
            ("X-Atlassian-Jira-Url", "https://canary-of-one-caller@jira.corp.example"),
        ] {
            let (status, ..) = server.call(&[refused], "jira_search", json!({ "jql": "x" })).await;
            assert_eq!(status, 401, "{refused:?}");
        }
        assert!(scene.at_home() > 50, "the secrets were in use");
    }
    let page = format!("http://127.0.0.1:{}/metrics", server.port());
    let metrics = reqwest::get(&page).await.expect("it answers").text().await.expect("text");
    assert!(metrics.contains("atlassian_mcp_calls_total"), "{metrics}");
    scene.silent("the metrics", &metrics);
    let ready = page.replace("/metrics", "/readyz");
    let ready = reqwest::get(ready).await.expect("it answers").text().await.expect("text");
    scene.silent("the state of readiness", &ready);
    scene.silent("an answer", &server.transcript.clone());
    let errors = server.finish();
    scene.silent("the log", &errors);
    scene.silent("the audit file", &read(&audit));
}

/// What is printed for a person, and what refuses to start.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_comes_out_of_a_subcommand_or_a_refusal() {
    let scene = Scene::start().await;
    for arguments in [
        &["instances"][..],
        &["--list-instances"],
        &["tools"],
        &["tools", "--json"],
        &["auth", "status"],
        &["call", "jira_get_issue", "{\"issue_key\": \"PAY-7\"}"],
        &["call", "jira_proxied_get_issue", "{\"issue_key\": \"PAY-7\"}"],
        &["-vv", "call", "jira_app_get_issue", "{\"issue_key\": \"DEPOT-5\"}"],
    ] {
        let output = run(&scene.variables, arguments);
        let whole = [output.stdout, output.stderr].concat();
        scene.silent(&format!("{arguments:?}"), &String::from_utf8_lossy(&whole));
    }
    let redis = r#"{"url": "rediss://user:canary-redis-password@127.0.0.1:1/0"}"#;
    let mut variables = scene.variables.clone();
    for (name, value) in [
        ("TRANSPORT", "streamable-http"),
        ("PORT", "0"),
        ("ATLASSIAN_OAUTH_PROXY_ENABLE", "true"),
        ("ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE", "redis"),
        ("ATLASSIAN_OAUTH_CLIENT_STORAGE_CONFIG_JSON", redis),
        ("ATLASSIAN_OAUTH_CLIENT_SECRET", "canary-inbound-secret"),
    ] {
        variables.push((name.to_owned(), value.to_owned()));
    }
    let output = run(&variables, &["-vv"]);
    assert_ne!(output.status.code(), Some(0), "it cannot start");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("canary-inbound-secret"), "{said}");
    assert!(!said.contains("canary-redis-password"), "{said}");
    scene.silent("a refusal to start", &said);
}
