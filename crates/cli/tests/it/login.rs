//! Logging in with OAuth through the real binary, with a plain HTTP client as the browser.

use crate::process::{command, run};
use atlassian_sandbox::{Sandbox, Service, Site, SiteSpec};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use tempfile::TempDir;

/// A Data Center site, a home directory, and the variables of an OAuth app.
struct Stage {
    _sandbox: Sandbox,
    site: Site,
    home: TempDir,
    redirect: String,
}

impl Stage {
    async fn start() -> Self {
        let corp = SiteSpec::data_center("corp").jira_context("/jira");
        let sandbox = Sandbox::builder().site(corp).start().await.unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self {
            site: sandbox.site("corp"),
            _sandbox: sandbox,
            home: tempfile::tempdir().unwrap(),
            redirect: format!("http://127.0.0.1:{port}/callback"),
        }
    }

    fn variables(&self) -> Vec<(String, String)> {
        let (id, secret) = self.site.oauth_client(Service::Jira);
        [
            ("HOME", self.home.path().to_str().unwrap().to_owned()),
            ("JIRA_URL", self.site.jira_url()),
            ("JIRA_DEPLOYMENT", "datacenter".to_owned()),
            ("JIRA_OAUTH_CLIENT_ID", id),
            ("JIRA_OAUTH_CLIENT_SECRET", secret),
            ("JIRA_OAUTH_REDIRECT_URI", self.redirect.clone()),
            ("MCP_VERY_VERBOSE", "true".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join(".mcp-atlassian")
    }

    fn token_files(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.folder()) else { return Vec::new() };
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|end| end == "json"));
        files.sort();
        files
    }

    /// Puts a file of the product before in place, whose access token has ended.
    fn log_in_as_before(&self, refresh: &str) -> PathBuf {
        let (id, _) = self.site.oauth_client(Service::Jira);
        let path = self.folder().join(format!("oauth-{id}.json"));
        std::fs::create_dir_all(self.folder()).unwrap();
        let content = json!({
            "refresh_token": refresh, "access_token": "canary-ended", "expires_at": 1000.5,
            "cloud_id": null, "base_url": self.site.jira_url(),
        });
        std::fs::write(&path, content.to_string()).unwrap();
        path
    }

    fn exchanges(&self) -> usize {
        let log = self.site.log();
        log.iter().filter(|request| request.product_path.ends_with("/oauth2/latest/token")).count()
    }
}

/// A login that waits for its browser.
struct Waiting {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    consent: String,
}

impl Waiting {
    fn start(variables: &[(String, String)], arguments: &[&str]) -> Self {
        let mut child = command(variables, arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut consent = String::new();
        while !consent.starts_with("http") {
            consent.clear();
            assert_ne!(output.read_line(&mut consent).unwrap(), 0, "ended before it asked");
        }
        Self { child, output, consent: consent.trim().to_owned() }
    }

    /// Exit code, and what was printed on stdout and stderr.
    fn end(mut self) -> (Option<i32>, String, String) {
        let (mut out, mut errors) = (String::new(), String::new());
        self.output.read_to_string(&mut out).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.child.wait().unwrap().code(), out, errors)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // A test that failed midway must not leave a process behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn browser() -> reqwest::Client {
    reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().unwrap()
}

/// Allows the app, and yields the address the browser is sent to.
async fn allow(consent: &str) -> String {
    let answer = browser().get(consent).send().await.unwrap();
    assert_eq!(answer.status(), 302, "{consent}");
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_kept_used_told_and_forgotten() {
    let stage = Stage::start().await;
    let variables = stage.variables();
    let before = run(&variables, &["auth", "status"]);
    assert_eq!(before.status.code(), Some(1));
    let told = String::from_utf8_lossy(&before.stdout).into_owned();
    assert!(
        told.contains("jira: not logged in; run `atlassian-mcp auth login --instance jira`"),
        "{told}"
    );
    let read = ["call", "jira_get_issue", r#"{"issue_key": "DEPOT-1"}"#];
    let without = run(&variables, &read);
    assert_eq!(without.status.code(), Some(1));
    let text = String::from_utf8_lossy(&without.stderr).into_owned();
    assert!(text.contains("atlassian-mcp auth login --instance jira"), "{text}");

    let login = Waiting::start(&variables, &["auth", "login", "--no-browser"]);
    assert!(login.consent.contains("code_challenge_method=S256"), "{}", login.consent);
    let back = allow(&login.consent).await;
    let page = browser().get(&back).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(page.text().await.unwrap().contains("Logged in"));
    let (code, out, errors) = login.end();
    assert_eq!(code, Some(0), "{out}{errors}");
    let files = stage.token_files();
    assert_eq!(files.len(), 2, "its own file and the one of the product before: {files:?}");
    #[cfg(unix)]
    {
        assert_eq!(mode(&stage.folder()), 0o700);
        assert!(files.iter().all(|file| mode(file) == 0o600));
    }
    let kept: Value = serde_json::from_slice(&std::fs::read(&files[0]).unwrap()).unwrap();
    assert_eq!(kept["refresh_token"], stage.site.refresh_token(Service::Jira).as_str());
    let answer = run(&variables, &read);
    assert_eq!(answer.status.code(), Some(0), "{}", String::from_utf8_lossy(&answer.stderr));
    let after = run(&variables, &["auth", "status"]);
    assert_eq!(after.status.code(), Some(0));
    let told = String::from_utf8_lossy(&after.stdout).into_owned();
    assert!(told.contains("is renewed when needed"), "{told}");
    for canary in ["access_token", "refresh_token"] {
        let canary = kept[canary].as_str().unwrap();
        for text in [&out, &errors, &told, &String::from_utf8_lossy(&answer.stderr).into_owned()] {
            assert!(!text.contains(canary), "{text}");
        }
    }
    let ended = run(&variables, &["auth", "logout"]);
    assert_eq!(ended.status.code(), Some(0));
    assert!(stage.token_files().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_answer_to_this_login_counts() {
    let stage = Stage::start().await;
    let login = Waiting::start(&stage.variables(), &["auth", "login", "--no-browser"]);
    let evil = "%3Cscript%3Ealert(1)%3C/script%3E";
    let refused = [
        format!("{}?code=stolen&state=other", stage.redirect),
        format!("{}?error={evil}&error_description={evil}&state=other", stage.redirect),
        format!("{}?code=stolen", stage.redirect),
    ];
    for url in refused {
        let page = browser().get(&url).send().await.unwrap();
        assert_eq!(page.status(), 400, "{url}");
        assert!(!page.text().await.unwrap().contains("<script"));
    }
    let elsewhere = browser().get(&stage.redirect).header("host", "evil.example").send().await;
    assert_eq!(elsewhere.unwrap().status(), 421);
    assert_eq!(stage.exchanges(), 0, "no code of another login was exchanged");
    let back = allow(&login.consent).await;
    // A refusal of this very login shows Atlassian's words as text.
    let state = back.split("state=").nth(1).unwrap();
    let refusal =
        format!("{}?state={state}&error=access_denied&error_description={evil}", stage.redirect);
    let page = browser().get(&refusal).send().await.unwrap();
    assert_eq!(page.status(), 400);
    let text = page.text().await.unwrap();
    assert!(text.contains("&lt;script&gt;") && !text.contains("<script"), "{text}");
    let (code, _, errors) = login.end();
    assert_eq!(code, Some(1));
    assert!(errors.contains("access_denied"), "{errors}");
    assert!(stage.token_files().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_waited_for_for_ever_and_a_taken_port_is_told() {
    let stage = Stage::start().await;
    let login =
        Waiting::start(&stage.variables(), &["auth", "login", "--no-browser", "--timeout", "1"]);
    let (code, _, errors) = login.end();
    assert_eq!(code, Some(1));
    assert!(errors.contains("within 1 seconds"), "{errors}");
    let address = stage.redirect.trim_start_matches("http://").trim_end_matches("/callback");
    let _taken = std::net::TcpListener::bind(address).unwrap();
    let output = run(&stage.variables(), &["auth", "login", "--no-browser"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&stage.redirect));
}

/// The peer's questions in the peer's order; the address of the site is configured.
#[tokio::test(flavor = "multi_thread")]
async fn the_setup_asks_logs_in_and_prints_the_settings_without_the_secret() {
    use std::io::Write as _;
    let stage = Stage::start().await;
    let (id, secret) = stage.site.oauth_client(Service::Jira);
    let mut variables = stage.variables();
    variables.retain(|(name, _)| !name.contains("OAUTH"));
    let mut child = command(&variables, &["--oauth-setup"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let answers = format!("{id}\n {secret} \n{}\nWRITE\n", stage.redirect);
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut consent = String::new();
    while !consent.starts_with("http") {
        consent.clear();
        assert_ne!(output.read_line(&mut consent).unwrap(), 0, "ended before it asked");
    }
    let back = allow(consent.trim()).await;
    assert_eq!(browser().get(&back).send().await.unwrap().status(), 200);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
    assert!(rest.contains(&format!("ATLASSIAN_OAUTH_CLIENT_ID={id}")), "{rest}");
    assert!(rest.contains("\"mcpServers\"") && !rest.contains(&secret), "{rest}");
    assert_eq!(stage.token_files().len(), 2);
    let nothing = run(&variables, &["--oauth-setup"]);
    assert_eq!(nothing.status.code(), Some(1));
}

/// Two processes whose token has ended at the same moment: one renews, the other takes what the
/// first one kept, because a refresh token is good once.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_processes_renew_a_login_of_the_product_before_once() {
    let stage = Stage::start().await;
    let file = stage.log_in_as_before(&stage.site.refresh_token(Service::Jira));
    let variables = stage.variables();
    let children: Vec<Child> = (0..4)
        .map(|_| {
            command(&variables, &["call", "jira_get_issue", r#"{"issue_key": "DEPOT-1"}"#])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{errors}");
        assert!(!errors.contains("canary-"), "{errors}");
    }
    assert_eq!(stage.exchanges(), 1);
    let kept: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(kept["refresh_token"], stage.site.refresh_token(Service::Jira).as_str());
    #[cfg(unix)]
    assert_eq!(mode(&file), 0o600, "the file was open to others and is closed now");
}
