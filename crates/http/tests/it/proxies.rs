//! Proxies with credentials and bypass lists, per instance.

use crate::fixture::{instance, read, remote};
use crate::server::{Reply, Server, read_request};
use atlassian_http::ApiErrorKind;
use std::sync::{Arc, Mutex};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

/// What was asked of a proxy, with its `Proxy-Authorization`.
type Asked = (String, Option<String>);

/// A proxy that tunnels `CONNECT` to one place whatever was asked for, and keeps the requests.
struct Tunnel {
    address: std::net::SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Tunnel {
    async fn to(target: std::net::SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(seen) = read_request(&mut stream).await else { continue };
                let user = seen.header("proxy-authorization").map(str::to_owned);
                log.lock().unwrap().push((format!("{} {}", seen.method, seen.target), user));
                let mut upstream = TcpStream::connect(target).await.unwrap();
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                tokio::spawn(async move {
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut upstream).await;
                });
            }
        });
        Self { address, asked }
    }
}

#[tokio::test]
async fn plain_requests_go_to_the_proxy_with_its_credentials() {
    let proxy = Server::start(|_, _| Reply::json("{}")).await;
    let mut config = instance("http://jira.corp.invalid:8080/jira");
    config.network.proxies.http = Some(format!("http://pu:p%40w@{}", proxy.address).into());
    remote(config).send(&read()).await.unwrap();
    let seen = proxy.log().remove(0);
    assert_eq!(seen.target, "http://jira.corp.invalid:8080/jira/rest/api/2/issue/PAY-1");
    assert_eq!(seen.header("proxy-authorization"), Some("Basic cHU6cEB3"));
    assert_eq!(seen.header("authorization"), Some("Bearer canary-personal-token"));
}

#[tokio::test]
async fn secure_requests_are_tunnelled_and_the_proxy_sees_no_credential_of_ours() {
    let authority = crate::tls::Authority::new();
    let server =
        Server::start_with(|_, _| Reply::json("{}"), Some(authority.acceptor("jira.corp.invalid")))
            .await;
    let tunnel = Tunnel::to(server.address).await;
    let bundle = authority.file();
    let mut config = instance("https://jira.corp.invalid");
    config.network.ca_bundle = Some(bundle.path().to_owned());
    config.network.proxies.https = Some(format!("http://pu:pw@{}", tunnel.address).into());
    config.network.proxies.http = Some("http://127.0.0.1:1".into());
    remote(config).send(&read()).await.unwrap();
    let asked = tunnel.asked.lock().unwrap().clone();
    let expected = ("CONNECT jira.corp.invalid:443".to_owned(), Some("Basic cHU6cHc=".to_owned()));
    assert_eq!(asked, [expected]);
    assert_eq!(server.log().len(), 1);
}

#[tokio::test]
async fn the_bypass_list_leads_past_the_proxy() {
    let proxy = Server::start(|_, _| Reply::json("{}")).await;
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let mut config = instance(&server.url());
    config.network.proxies.http = Some(proxy.url().into());
    for bypass in ["127.0.0.1", "127.0.0.0/8", "*"] {
        config.network.proxies.bypass = Some(bypass.to_owned());
        remote(config.clone()).send(&read()).await.unwrap();
    }
    assert_eq!((server.log().len(), proxy.log().len()), (3, 0));
    config.network.proxies.bypass = Some("127.0.0.1:1".to_owned());
    remote(config).send(&read()).await.unwrap();
    assert_eq!((server.log().len(), proxy.log().len()), (3, 1));
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_never_means_a_direct_connection() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    for (address, kind) in [
        ("ftp://pu:canary@127.0.0.1:1", ApiErrorKind::Setup),
        ("http://pu:canary@127.0.0.1:1", ApiErrorKind::Connect),
        ("socks5://pu:canary@127.0.0.1:1", ApiErrorKind::Connect),
    ] {
        let mut config = instance(&server.url());
        config.limits.retry.attempts = 0;
        config.network.proxies.http = Some(address.into());
        let error = remote(config).send(&read()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{address}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
    assert!(server.log().is_empty());
}

#[tokio::test]
async fn a_proxy_that_wants_credentials_is_named() {
    let proxy = Server::start(|_, _| Reply::status(407).body("")).await;
    let mut config = instance("http://jira.corp.invalid");
    config.network.proxies.http = Some(proxy.url().into());
    let error = remote(config).send(&read()).await.unwrap_err();
    assert!(error.to_string().contains("proxy asks for credentials"), "{error}");
    let mut config = instance("https://jira.corp.invalid");
    config.network.proxies.https = Some(proxy.url().into());
    let error = remote(config).send(&read()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Connect);
    assert!(error.to_string().contains("proxy"), "{error}");
}
