//! Serving with a certificate of one's own.

use crate::isolation::{Journal, listen};
use crate::stage::Stage;
use crate::wire::{Served, initialize, soon};
use atlassian_server::Http;
use atlassian_settings::HttpSettings;
use rcgen::{CertifiedKey, KeyPair};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Writes a fresh pair for `localhost` and 127.0.0.1, and tells its certificate.
fn write_pair(folder: &Path) -> String {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(names).expect("certificate");
    std::fs::write(folder.join("cert.pem"), cert.pem()).expect("write");
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).expect("write");
    cert.pem()
}

fn trusting(pem: &str) -> reqwest::Client {
    let root = reqwest::Certificate::from_pem(pem.as_bytes()).expect("certificate");
    reqwest::Client::builder().tls_certs_only([root]).build().expect("client")
}

async fn secured(folder: &Path) -> Stage {
    let mut stage = Stage::single().await.open();
    stage.server.http.tls_cert = Some(folder.join("cert.pem"));
    stage.server.http.tls_key = Some(folder.join("key.pem"));
    stage
}

#[tokio::test]
async fn sessions_work_over_tls_and_clear_text_does_not() {
    let folder = tempfile::tempdir().expect("folder");
    let pem = write_pair(folder.path());
    let mut served = Served::start(&secured(folder.path()).await).await;
    let clear = served.http.post(served.url()).send();
    assert!(soon(clear).await.is_err(), "no clear text on a TLS port");
    served.base = served.base.replace("http://", "https://");
    served.http = trusting(&pem);
    let reply = served.post(&[], &initialize("2025-06-18")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.headers.contains_key("mcp-session-id"));
    let ready = served.send(served.http.get(format!("{}/readyz", served.base))).await;
    assert!(ready.json["instances"].is_array(), "this machine is known over TLS, too: {ready:?}");
    served.shutdown.cancel();
    served.ended().await.expect("a clean end");
}

#[tokio::test]
async fn a_client_that_never_shakes_hands_holds_up_nobody() {
    let folder = tempfile::tempdir().expect("folder");
    let pem = write_pair(folder.path());
    let mut served = Served::start(&secured(folder.path()).await).await;
    let address = served.base.strip_prefix("http://").expect("scheme").to_owned();
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(soon(tokio::net::TcpStream::connect(&address)).await.expect("connect"));
    }
    served.base = served.base.replace("http://", "https://");
    served.http = trusting(&pem);
    let reply = served.send(served.http.get(format!("{}/healthz", served.base))).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_changed_pair_is_taken_up_and_a_broken_one_is_not() {
    let journal = Journal::default();
    let _listening = listen(&journal);
    let folder = tempfile::tempdir().expect("folder");
    let first = write_pair(folder.path());
    let served = Served::start(&secured(folder.path()).await).await;
    let url = served.base.replace("http://", "https://") + "/healthz";
    let asked = async |pem: &str| {
        soon(trusting(pem).get(&url).send()).await.map(|reply| reply.status().as_u16()).ok()
    };
    assert_eq!(asked(&first).await, Some(200));

    let second = write_pair(folder.path());
    let look = async || {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(11)).await;
        tokio::time::resume();
    };
    soon(async {
        while asked(&second).await.is_none() {
            look().await;
        }
    })
    .await;
    assert_eq!(asked(&first).await, None, "the old one is gone");

    let foreign = KeyPair::generate().expect("key").serialize_pem();
    std::fs::write(folder.path().join("key.pem"), foreign).expect("write");
    for _ in 0..3 {
        look().await;
        assert_eq!(asked(&second).await, Some(200), "the pair in force stays");
    }
    let log = journal.text();
    assert_eq!(log.matches("the TLS certificate was read again").count(), 1, "{log}");
    let told =
        "the changed TLS certificate cannot be used, the one before stays in force: MCP_TLS_KEY";
    assert_eq!(log.matches(told).count(), 1, "told once: {log}");
    assert!(!log.contains("PRIVATE KEY"), "{log}");
}

#[tokio::test]
async fn what_cannot_be_used_prevents_the_start() {
    let folder = tempfile::tempdir().expect("folder");
    write_pair(folder.path());
    let stage = secured(folder.path()).await;
    let with = |cert: Option<PathBuf>, key: Option<PathBuf>| HttpSettings {
        tls_cert: cert,
        tls_key: key,
        ..stage.server.http.clone()
    };
    let path = |name: &str| Some(folder.path().join(name));
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("write");
    write("empty.pem", "");
    write("other.pem", &KeyPair::generate().expect("key").serialize_pem());
    write(
        "locked.pem",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    write(
        "old.pem",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
    );
    for (cert, key, words) in [
        (path("cert.pem"), None, &["MCP_TLS_CERT", "together"][..]),
        (path("none.pem"), path("key.pem"), &["MCP_TLS_CERT", "none.pem"]),
        (path("empty.pem"), path("key.pem"), &["MCP_TLS_CERT", "no certificate"]),
        (path("cert.pem"), path("empty.pem"), &["MCP_TLS_KEY", "no private key"]),
        (path("cert.pem"), path("other.pem"), &["MCP_TLS_KEY", "does not belong"]),
        (path("cert.pem"), path("locked.pem"), &["encrypted", "openssl pkey"]),
        (path("cert.pem"), path("old.pem"), &["encrypted", "openssl pkey"]),
    ] {
        let error = Http::bind(stage.registry(), &with(cert, key)).await.expect_err("no start");
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}: {words:?}");
    }
}
