//! Proxies with credentials and bypass lists, per instance.

use crate::fixture::{instance, read, remote};
use crate::server::{Reply, Server, read_request};
use atlassian_http::ApiErrorKind;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
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

/// A SOCKS5 proxy (RFC 1928, RFC 1929) that connects to one place whatever was asked for.
struct Socks {
    address: std::net::SocketAddr,
    /// What was asked for, and the user name and password that were given.
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Socks {
    async fn to(target: std::net::SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let seen = Self::greet(&mut stream).await.unwrap();
                log.lock().unwrap().push(seen);
                let mut upstream = TcpStream::connect(target).await.unwrap();
                stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 1]).await.unwrap();
                tokio::spawn(async move {
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut upstream).await;
                });
            }
        });
        Self { address, asked }
    }

    async fn greet(stream: &mut TcpStream) -> std::io::Result<Asked> {
        let mut head = [0; 2];
        stream.read_exact(&mut head).await?;
        let mut methods = vec![0; head[1].into()];
        stream.read_exact(&mut methods).await?;
        let mut user = None;
        if methods.contains(&2) {
            stream.write_all(&[5, 2]).await?;
            stream.read_exact(&mut head).await?;
            let mut name = vec![0; head[1].into()];
            stream.read_exact(&mut name).await?;
            let mut password = vec![0; stream.read_u8().await?.into()];
            stream.read_exact(&mut password).await?;
            stream.write_all(&[1, 0]).await?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            user = Some(format!("{}:{}", text(&name), text(&password)));
        } else {
            stream.write_all(&[5, 0]).await?;
        }
        let mut request = [0; 4];
        stream.read_exact(&mut request).await?;
        let host = if request[3] == 3 {
            let mut name = vec![0; stream.read_u8().await?.into()];
            stream.read_exact(&mut name).await?;
            String::from_utf8_lossy(&name).into_owned()
        } else {
            let mut octets = [0; 4];
            stream.read_exact(&mut octets).await?;
            std::net::Ipv4Addr::from(octets).to_string()
        };
        let port = stream.read_u16().await?;
        Ok((format!("{host}:{port}"), user))
    }
}

#[tokio::test]
async fn a_socks_proxy_carries_plain_and_secure_requests() {
    let plain = Server::start(|_, _| Reply::json("{}")).await;
    let socks = Socks::to(plain.address).await;
    let mut config = instance("http://jira.corp.invalid:8080");
    // The proxy looks the name up, with credentials of its own.
    config.network.proxies.socks = Some(format!("socks5h://su:s%40w@{}", socks.address).into());
    remote(config.clone()).send(&read()).await.unwrap();
    assert_eq!(
        socks.asked.lock().unwrap().clone(),
        [("jira.corp.invalid:8080".to_owned(), Some("su:s@w".to_owned()))]
    );
    let seen = plain.log().remove(0);
    assert_eq!(seen.target, "/rest/api/2/issue/PAY-1");
    assert_eq!(seen.header("authorization"), Some("Bearer canary-personal-token"));
    assert_eq!(seen.header("proxy-authorization"), None);

    // Here the name is looked up, and the proxy sees an address.
    let mut config = instance(&format!("http://localhost:{}", plain.address.port()));
    config.network.proxies.socks = Some(format!("socks5://{}", socks.address).into());
    remote(config.clone()).send(&read()).await.unwrap();
    let last = socks.asked.lock().unwrap().last().cloned().unwrap();
    assert!(!last.0.contains("localhost") && last.1.is_none(), "{last:?}");
    config.network.proxies.bypass = Some("localhost".to_owned());
    let before = socks.asked.lock().unwrap().len();
    remote(config).send(&read()).await.unwrap();
    assert_eq!(socks.asked.lock().unwrap().len(), before, "the bypass list holds for SOCKS too");

    let authority = crate::tls::Authority::new();
    let acceptor = authority.acceptor("jira.corp.invalid");
    let secure = Server::start_with(|_, _| Reply::json("{}"), Some(acceptor)).await;
    let socks = Socks::to(secure.address).await;
    let bundle = authority.file();
    let mut config = instance("https://jira.corp.invalid");
    config.network.ca_bundle = Some(bundle.path().to_owned());
    config.network.proxies.socks = Some(format!("socks5h://{}", socks.address).into());
    remote(config).send(&read()).await.unwrap();
    assert_eq!(secure.log().len(), 1);
    assert_eq!(socks.asked.lock().unwrap()[0].0, "jira.corp.invalid:443");
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

#[cfg(not(feature = "pac"))]
#[tokio::test]
async fn without_the_feature_automatic_configuration_is_an_error_and_not_a_direct_connection() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let mut config = instance(&server.url());
    config.network.proxies.pac_url = Some("http://wpad/wpad.dat".to_owned());
    let error = remote(config.clone()).send(&read()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Setup);
    assert!(error.to_string().contains("feature `pac`"), "{error}");
    assert!(server.log().is_empty());
    // A proxy that is configured goes before automatic configuration.
    config.network.proxies.http = Some(server.url().into());
    remote(config).send(&read()).await.unwrap();
}

#[cfg(feature = "pac")]
#[tokio::test]
async fn a_pac_file_is_fetched_once_and_chooses_the_proxy() {
    let proxy = Server::start(|_, _| Reply::json("{}")).await;
    let direct = Server::start(|_, _| Reply::json("{}")).await;
    let script = format!(
        "function FindProxyForURL(url, host) {{
           if (dnsDomainIs(host, '.corp.invalid')) return 'PROXY {}; DIRECT';
           return 'DIRECT';
         }}",
        proxy.address
    );
    let wpad = Server::start(move |_, _| Reply::status(200).body(script.clone())).await;
    let pac = Some(format!("{}/proxy.pac", wpad.url()));
    let mut config = instance("http://jira.corp.invalid:8080");
    config.network.proxies.pac_url.clone_from(&pac);
    let remote_site = remote(config);
    for _ in 0..2 {
        remote_site.send(&read()).await.unwrap();
    }
    assert_eq!((wpad.log().len(), proxy.log().len()), (1, 2));
    assert_eq!(wpad.log()[0].header("authorization"), None);
    assert!(proxy.log()[0].target.starts_with("http://jira.corp.invalid:8080/"));
    let mut config = instance(&direct.url());
    config.network.proxies.pac_url = pac;
    remote(config).send(&read()).await.unwrap();
    assert_eq!((direct.log().len(), proxy.log().len()), (1, 2));
}

#[cfg(feature = "pac")]
#[tokio::test]
async fn a_pac_file_that_cannot_be_used_never_means_a_direct_connection() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    for reply in [
        Reply::status(404),
        Reply::redirect(302, "http://169.254.169.254/"),
        Reply::status(200).body("function FindProxyForURL() { while (true) {} }"),
        Reply::status(200).body("function FindProxyForURL() { return 'QUIC x:1'; }"),
        Reply::status(200).body("<html>"),
    ] {
        let wpad = Server::start(move |_, _| reply.clone()).await;
        let mut config = instance(&server.url());
        config.network.proxies.pac_url = Some(wpad.url());
        let error = remote(config).send(&read()).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Setup, "{error}");
        assert!(error.to_string().contains("proxy configuration"), "{error}");
    }
    assert!(server.log().is_empty());
}
