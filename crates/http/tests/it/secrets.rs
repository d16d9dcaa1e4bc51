//! No secret in any error, debug output or log line.

use crate::fixture::{basic, client, instance, oauth, pat, read, remote_of, write};
use crate::server::{Reply, Server};
use atlassian_settings::Credential;
use std::io;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

const BASIC_ENCODED: &str = "YW5uQGFjbWUuZXhhbXBsZTpjYW5hcnktYmFzaWMtdG9rZW4=";

#[tokio::test]
async fn canaries_never_come_out() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(lines.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let echoing: [fn(&crate::server::Seen) -> Reply; 6] = [
        |seen| {
            let echo: serde_json::Map<_, _> =
                seen.headers.iter().map(|(n, v)| (n.clone(), v.clone().into())).collect();
            Reply::status(400).body(serde_json::json!({"errors": echo}).to_string())
        },
        |seen| Reply::status(401).header("content-type", "text/plain").body(seen.raw()),
        |seen| {
            let page = format!("<html><title>{}</title></html>", seen.raw());
            Reply::status(500).header("content-type", "text/html").body(page)
        },
        |_| Reply::json("{\"ok\":true}"),
        |_| Reply::Reset,
        |_| Reply::redirect(302, "https://evil.example/?q=canary-query"),
    ];
    let mut shown = String::new();
    for reply in echoing {
        let server = Server::start(move |seen, _| reply(seen)).await;
        let mut config = instance(&server.url());
        config.network.custom_headers = vec![("x-gate".into(), "canary-custom-header".into())];
        for credential in [basic(), pat(), oauth(), Credential::External] {
            let remote = remote_of(client(config.clone()), credential)
                .with_passthrough(vec![("x-user".into(), "canary-passed-header".into())]);
            for request in [read(), write()] {
                let request = request.query("jql", "text ~ canary-query");
                let result = remote.send(&request).await;
                if let Err(error) = &result {
                    shown.push_str(&format!("{error}\n"));
                }
                shown.push_str(&format!("{result:?}\n{remote:?}\n"));
            }
        }
    }
    drop(guard);
    let log = lines.text();
    let ours: Vec<&str> = log.lines().filter(|line| line.contains("atlassian_http")).collect();
    assert!(ours.len() >= 48, "one line for each attempt: {}", ours.len());
    for field in ["instance=Jira", "method=GET", "path=\"/rest/api/2/issue/PAY-1\"", "attempt=1"] {
        assert!(ours.iter().any(|line| line.contains(field)), "{field}: {:?}", ours.first());
    }
    for secret in [
        "canary-basic-token",
        BASIC_ENCODED,
        "canary-personal-token",
        "canary-oauth-token",
        "canary-custom-header",
        "canary-passed-header",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
        assert!(!log.contains(secret), "{secret} in the log");
    }
    for line in ours {
        assert!(!line.contains("canary"), "{line}");
    }
    for text in shown.lines().filter(|line| line.contains("could not")) {
        assert!(!text.starts_with("could not") || !text.contains("evil.example/?"), "{text}");
    }
}
