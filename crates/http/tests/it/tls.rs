//! Whom a TLS connection trusts, and how a client certificate is shown.

use crate::fixture::{basic, client, instance, of, read, remote, remote_of, write};
use crate::server::{Reply, Server};
use atlassian_http::{ApiErrorKind, Phase};
use atlassian_settings::{Deployment, Service};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::io::Write as _;
use std::process::Command;
use std::sync::Arc;
use tempfile::NamedTempFile;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate authority made for one test.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Certificate and key for a name, as PEM.
    pub(crate) fn issue(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    pub(crate) fn acceptor(&self, name: &str) -> TlsAcceptor {
        let (certificate, key) = self.issue(name);
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    pub(crate) fn file(&self) -> NamedTempFile {
        file(&self.0.pem())
    }
}

pub(crate) fn file(content: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file
}

async fn secure(authority: &Authority) -> (Server, String) {
    let server =
        Server::start_with(|_, _| Reply::json("{}"), Some(authority.acceptor("localhost"))).await;
    let url = format!("https://localhost:{}", server.address.port());
    (server, url)
}

#[tokio::test]
async fn an_unknown_authority_is_refused_once_and_explained() {
    let (server, url) = secure(&Authority::new()).await;
    let error = remote(instance(&url)).send(&read()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Connect);
    let text = error.to_string();
    assert!(text.contains("TLS: ") && text.contains("CA bundle"), "{text}");
    assert!(server.log().is_empty());
}

#[tokio::test]
async fn a_bundle_is_added_or_stands_alone() {
    let authority = Authority::new();
    let (_server, url) = secure(&authority).await;
    let bundle = authority.file();
    let foreign = Authority::new().file();
    let mut config = instance(&url);
    config.limits.retry.attempts = 0;
    for (path, system, trusted) in [
        (Some(bundle.path()), true, true),
        (Some(bundle.path()), false, true),
        (Some(foreign.path()), true, false),
        (Some(foreign.path()), false, false),
        (None, false, false),
    ] {
        config.network.ca_bundle = path.map(Into::into);
        config.network.system_trust_store = system;
        let result = remote(config.clone()).send(&read()).await;
        assert_eq!(result.is_ok(), trusted, "{path:?} {system} {result:?}");
    }
}

#[tokio::test]
async fn a_store_of_the_settings_takes_the_systems_place() {
    let authority = Authority::new();
    let (_server, url) = secure(&authority).await;
    let (own, foreign) = (authority.file(), Authority::new().file());
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(own.path(), folder.path().join("own.pem")).unwrap();
    std::fs::write(folder.path().join("readme.txt"), "no certificate").unwrap();
    let mut config = instance(&url);
    config.network.trust_file = Some(own.path().to_owned());
    remote(config.clone()).send(&read()).await.unwrap();
    config.network.trust_file = Some(foreign.path().to_owned());
    assert!(remote(config.clone()).send(&read()).await.is_err());
    config.network.ca_bundle = Some(own.path().to_owned());
    remote(config.clone()).send(&read()).await.unwrap();
    config.network.ca_bundle = None;
    config.network.trust_folder = Some(folder.path().to_owned());
    remote(config.clone()).send(&read()).await.unwrap();
    let missing = std::path::Path::new("/nonexistent/certs");
    let joined = std::env::join_paths([missing, folder.path()]).unwrap();
    config.network.trust_folder = Some(joined.into());
    remote(config.clone()).send(&read()).await.unwrap();
    config.network.trust_folder = Some(missing.to_owned());
    let error = remote(config).send(&read()).await.unwrap_err();
    assert!(error.to_string().contains("`/nonexistent/certs`"), "{error}");
}

#[tokio::test]
async fn verification_is_switched_off_for_one_instance_only() {
    let (_server, url) = secure(&Authority::new()).await;
    let mut trusting = instance(&url);
    trusting.network.verify_tls = false;
    remote(trusting).send(&read()).await.unwrap();
    assert!(remote(instance(&url)).send(&read()).await.is_err());
}

#[tokio::test]
async fn a_port_without_tls_and_a_pinned_name_are_understood() {
    let plain = Server::start(|_, _| Reply::json("{}")).await;
    let error =
        remote(instance(&format!("https://{}", plain.address))).send(&read()).await.unwrap_err();
    assert!(error.to_string().contains("does not speak TLS"), "{error}");

    let authority = Authority::new();
    let acceptor = authority.acceptor("acme.atlassian.net");
    let server = Server::start_with(|_, _| Reply::json("{}"), Some(acceptor)).await;
    let bundle = authority.file();
    let url = format!("https://acme.atlassian.net:{}", server.address.port());
    let mut config = of(Service::Jira, Deployment::Cloud, &url);
    config.network.ca_bundle = Some(bundle.path().to_owned());
    let client = client(config).with_pinned("acme.atlassian.net", &[server.address]);
    remote_of(client, basic()).send(&read()).await.unwrap();
    assert_eq!(server.log().len(), 1);
}

#[tokio::test]
async fn a_handshake_that_stalls_sends_nothing() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = instance(&format!("https://{}", silent.local_addr().unwrap()));
    config.limits.retry.attempts = 0;
    config.network.timeout = std::time::Duration::from_millis(400);
    let error = remote(config).send(&write()).await.unwrap_err();
    assert_eq!((error.kind, error.phase), (ApiErrorKind::Connect, Phase::NotSent));
    assert!(error.to_string().contains("no connection within 0.4 seconds"), "{error}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let server =
        Server::start_with(|_, _| Reply::json("{}"), Some(authority.acceptor("other.example")))
            .await;
    let bundle = authority.file();
    let mut config = instance(&format!("https://localhost:{}", server.address.port()));
    config.network.ca_bundle = Some(bundle.path().to_owned());
    assert_eq!(remote(config).send(&read()).await.unwrap_err().kind, ApiErrorKind::Connect);
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named_and_read_only_when_needed() {
    let (_server, url) = secure(&Authority::new()).await;
    let empty = file("no certificate in here");
    let encrypted =
        file("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    let mut config = instance(&url);
    config.network.ca_bundle = Some("/nonexistent/ca.pem".into());
    let missing = remote(config.clone()).send(&read()).await.unwrap_err();
    assert_eq!(missing.kind, ApiErrorKind::Setup);
    assert!(missing.to_string().contains("`/nonexistent/ca.pem`"), "{missing}");
    config.network.ca_bundle = Some(empty.path().to_owned());
    let error = remote(config.clone()).send(&read()).await.unwrap_err();
    assert!(error.to_string().contains("no PEM certificate"), "{error}");
    config.network.ca_bundle = None;
    for (path, words) in [
        ("/nonexistent/client.pem", "cannot be read"),
        (empty.path().to_str().unwrap(), "needs a PEM certificate"),
        (encrypted.path().to_str().unwrap(), "is encrypted"),
    ] {
        config.network.client_cert = Some(path.into());
        let error = remote(config.clone()).send(&read()).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Setup);
        assert!(error.to_string().contains(words), "{error}");
    }
}

/// A server that serves only whoever shows a certificate of this authority.
async fn knowing(authority: &Authority) -> (Server, String) {
    knowing_whom(authority, authority.0.pem().as_bytes()).await
}

/// A server of one authority that serves only whoever shows a certificate of another one.
pub(crate) async fn knowing_whom(authority: &Authority, clients: &[u8]) -> (Server, String) {
    use tokio_rustls::rustls::RootCertStore;
    use tokio_rustls::rustls::server::WebPkiClientVerifier;
    let (certificate, key) = authority.issue("localhost");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(clients).unwrap()).unwrap();
    let config = ServerConfig::builder()
        .with_client_cert_verifier(WebPkiClientVerifier::builder(roots.into()).build().unwrap())
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let server = Server::start_with(|_, _| Reply::json("{}"), Some(acceptor)).await;
    let url = format!("https://localhost:{}", server.address.port());
    (server, url)
}

#[tokio::test]
async fn a_client_certificate_is_shown() {
    let authority = Authority::new();
    let (server, url) = knowing(&authority).await;
    let bundle = authority.file();
    let (mine, my_key) = authority.issue("client.example");
    let (mine, my_key) = (file(&mine), file(&my_key));
    let mut config = instance(&url);
    config.network.ca_bundle = Some(bundle.path().to_owned());
    assert!(remote(config.clone()).send(&read()).await.is_err());
    config.network.client_cert = Some(mine.path().to_owned());
    config.network.client_key = Some(my_key.path().to_owned());
    remote(config).send(&read()).await.unwrap();
    assert_eq!(server.log().len(), 1);
}

/// A key as PKCS#8 that a password opens.
pub(crate) fn locked(key: &str, password: &str) -> String {
    use pkcs8::pkcs5::pbes2::Parameters;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let parameters =
        Parameters::generate_pbkdf2_sha256_aes256cbc(1000, b"salt and pepper.", [7; 16]);
    let info = pkcs8::PrivateKeyInfoRef::try_from(key.secret_der()).unwrap();
    let encrypted = info.encrypt_with_params(parameters.unwrap(), password).unwrap();
    let pem = encrypted.to_pem("ENCRYPTED PRIVATE KEY", pkcs8::LineEnding::LF).unwrap();
    pem.to_string()
}

#[tokio::test]
async fn an_encrypted_client_key_is_opened_with_the_password_of_its_instance() {
    let authority = Authority::new();
    let (server, url) = knowing(&authority).await;
    let bundle = authority.file();
    let (mine, my_key) = authority.issue("client.example");
    let my_key = locked(&my_key, "canary-open-sesame");
    let (apart, key) = (file(&mine), file(&my_key));
    let together = file(&format!("{mine}{my_key}"));
    let mut config = instance(&url);
    config.limits.retry.attempts = 0;
    config.network.ca_bundle = Some(bundle.path().to_owned());
    for (certificate, key) in [(&apart, Some(&key)), (&together, None)] {
        config.network.client_cert = Some(certificate.path().to_owned());
        config.network.client_key = key.map(|key| key.path().to_owned());
        config.network.client_key_password = Some("canary-open-sesame".into());
        remote(config.clone()).send(&read()).await.unwrap();
        for (password, said) in
            [(None, "CLIENT_KEY_PASSWORD"), (Some("canary-wrong"), "cannot be decrypted")]
        {
            config.network.client_key_password = password.map(Into::into);
            let error = remote(config.clone()).send(&read()).await.unwrap_err();
            assert_eq!(error.kind, ApiErrorKind::Setup);
            let text = format!("{error} {error:?}");
            assert!(text.contains(said) && !text.contains("canary"), "{text}");
        }
    }
    assert_eq!(server.log().len(), 2);
}

/// `SSL_CERT_FILE` belongs to the process, so the test runs itself again with it set.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_platform_store_can_be_named_by_the_environment() {
    if let Ok(url) = std::env::var("HTTP_TEST_SECURE_URL") {
        remote(instance(&url)).send(&read()).await.unwrap();
        return;
    }
    let authority = Authority::new();
    let (server, url) = secure(&authority).await;
    let store = authority.file();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "tls::the_platform_store_can_be_named_by_the_environment"])
        .env("SSL_CERT_FILE", store.path())
        .env("HTTP_TEST_SECURE_URL", url);
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(server.log().len(), 1);
}
