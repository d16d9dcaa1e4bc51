//! An instance that redirects leads nobody to another place, and gives nothing away on the way.

use super::door::{Standing, ground};
use crate::stage::sandbox_service;
use atlassian_sandbox::Fault;
use atlassian_settings::Service;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A stranger that remembers everything it is told.
struct Stranger {
    address: std::net::SocketAddr,
    heard: std::sync::Arc<std::sync::Mutex<Vec<u8>>>,
}

impl Stranger {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let heard = std::sync::Arc::<std::sync::Mutex<Vec<u8>>>::default();
        let ear = std::sync::Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = [0; 4096];
                let read = stream.read(&mut buffer).await.unwrap_or_default();
                ear.lock().expect("ear").extend_from_slice(&buffer[..read]);
                ear.lock().expect("ear").push(b'\n');
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().expect("ear")).into_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_carries_no_credential_and_no_header_to_another_place() {
    let stranger = Stranger::start().await;
    let mut stage = ground().await;
    let port = stranger.address.port();
    for service in Service::ALL {
        for name in ["primary", "staging"] {
            let network = &mut stage.instance(service, name).network;
            network.custom_headers = vec![("x-gate".into(), "canary-gate".into())];
            network.passthrough_headers = vec!["x-sso-user".into()];
        }
        for (turn, standing) in Standing::all().into_iter().enumerate() {
            let site = standing.kind.site(&stage);
            let other = stage.site(if site.name() == "acme" { "corp" } else { "acme" });
            let theirs = sandbox_service(service);
            let own = match service {
                Service::Jira => site.jira_url(),
                Service::Confluence => site.confluence_url(),
            };
            let authority = own.split("://").nth(1).unwrap_or_default();
            let authority = authority.split('/').next().unwrap_or_default();
            let places = [
                format!("http://127.0.0.1:{port}/"),
                format!("//127.0.0.1:{port}/"),
                format!("http://localhost:{port}/"),
                format!("http://2130706433:{port}/"),
                format!("http://0177.0.0.1:{port}/"),
                format!("http://[::ffff:127.0.0.1]:{port}/"),
                format!("http://{authority}@127.0.0.1:{port}/"),
                format!("http://127.0.0.1:{port}\\@{authority}/"),
                format!("http:/\\127.0.0.1:{port}/"),
                "http://169.254.169.254/latest/meta-data/".to_owned(),
                "http://[fd00:ec2::254]/".to_owned(),
                "http://metadata.google.internal/".to_owned(),
                "file:///etc/passwd".to_owned(),
                "gopher://127.0.0.1/".to_owned(),
                other.jira_url(),
                other.confluence_url(),
            ];
            let mut door =
                standing.open_with(&mut stage, service, &[("x-sso-user", "canary-user")]).await;
            // Each standing tries every fifth place, and the next one others.
            let places = places.into_iter().enumerate();
            for (_, place) in places.filter(|(at, _)| (at + turn) % 5 == 0) {
                for status in [302, 307] {
                    site.clear_faults();
                    let fault = Fault::on(theirs, "*", "/").status(status);
                    site.fault(fault.header("location", &place));
                    other.clear_log();
                    let (tool, arguments) = match service {
                        Service::Jira => ("jira_search", json!({ "jql": "project is not EMPTY" })),
                        Service::Confluence => {
                            ("confluence_search", json!({ "query": "type = page" }))
                        }
                    };
                    let answer = door.call(&standing.kind.tool(tool), arguments).await;
                    let place = format!("{}, {status} {place}: {}", standing.place(), answer.whole);
                    assert!(answer.error && answer.text.contains("redirected"), "{place}");
                    assert!(other.log().is_empty(), "{place}");
                    assert_eq!(stranger.heard(), "", "{place}");
                    assert!(!answer.whole.contains("canary"), "{place}");
                }
            }
            site.clear_faults();
        }
    }
    // The stranger does listen, so that silence is no accident.
    let _ = reqwest::get(format!("http://127.0.0.1:{port}/heard")).await;
    assert!(stranger.heard().contains("GET /heard"));
}
