//! The listener's certificate: read at start, read again when its files change.

use crate::ServeError;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

/// How often the files are looked at.
pub(crate) const RELOAD: Duration = Duration::from_secs(10);

/// Largest file that is read.
const LARGEST: u64 = 1024 * 1024;

/// The certificate of a listener and where it comes from.
#[derive(Debug)]
pub(crate) struct Certificate {
    cert: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: RwLock<Current>,
}

#[derive(Debug)]
struct Current {
    pair: Arc<CertifiedKey>,
    /// The files' bytes as last looked at, good or not, so that a bad pair is told once.
    seen: Files,
}

#[derive(PartialEq, Eq)]
struct Files {
    cert: Vec<u8>,
    key: Vec<u8>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Files(****)")
    }
}

impl Certificate {
    /// Reads a certificate chain and its key.
    ///
    /// # Errors
    /// [`ServeError::Tls`] when a file cannot be read, holds nothing usable or an encrypted key, or
    /// when the two do not belong together.
    pub(crate) fn read(cert: &Path, key: &Path) -> Result<Arc<Self>, ServeError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let files = Files::read(cert, key)?;
        let pair = Arc::new(files.pair(cert, key, &provider)?);
        Ok(Arc::new(Self {
            cert: cert.to_owned(),
            key: key.to_owned(),
            provider,
            current: RwLock::new(Current { pair, seen: files }),
        }))
    }

    /// What a handshake needs; it always takes the certificate of the moment.
    pub(crate) fn config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, ServeError> {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(self) as _;
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| ServeError::Tls(error.to_string()))?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// Looks at the files for as long as it is polled. A pair that cannot be used is told once, and
    /// the one in force stays.
    pub(crate) async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(RELOAD).await;
            let own = Arc::clone(&self);
            // A panic in there would be one of the file system's making; the next look may do.
            match tokio::task::spawn_blocking(move || own.look()).await {
                Ok(Some(Ok(()))) => {
                    tracing::info!(target: "atlassian_mcp::http", "the TLS certificate was read again");
                }
                Ok(Some(Err(error))) => {
                    tracing::warn!(
                        target: "atlassian_mcp::http",
                        "the changed TLS certificate cannot be used, the one before stays in force: {error}"
                    );
                }
                Ok(None) | Err(_) => {}
            }
        }
    }

    /// Takes up a changed pair; `None` when there is nothing new.
    fn look(&self) -> Option<Result<(), ServeError>> {
        // Half a rotation: the next look finds the rest, and a start would say what is wrong.
        let files = Files::read(&self.cert, &self.key).ok()?;
        if self.current.read().unwrap_or_else(PoisonError::into_inner).seen == files {
            return None;
        }
        let made = files.pair(&self.cert, &self.key, &self.provider);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.seen = files;
        Some(made.map(|pair| current.pair = Arc::new(pair)))
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).pair))
    }
}

impl Files {
    fn read(cert: &Path, key: &Path) -> Result<Self, ServeError> {
        Ok(Self { cert: bytes(cert, "MCP_TLS_CERT")?, key: bytes(key, "MCP_TLS_KEY")? })
    }

    fn pair(
        &self,
        cert: &Path,
        key: &Path,
        provider: &CryptoProvider,
    ) -> Result<CertifiedKey, ServeError> {
        let wrong = |variable: &str, path: &Path, what: &str| {
            ServeError::Tls(format!("{variable}: `{}` {what}", path.display()))
        };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&self.cert)
            .collect::<Result<_, _>>()
            .map_err(|_| wrong("MCP_TLS_CERT", cert, "is not a PEM file"))?;
        if chain.is_empty() {
            return Err(wrong("MCP_TLS_CERT", cert, "holds no certificate in PEM form"));
        }
        let text = String::from_utf8_lossy(&self.key);
        if text.contains("ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
            let advice = "holds an encrypted key, and there is nobody to ask for its password; decrypt it to a file that \
                          only this user can read: `openssl pkey -in KEY -out PLAIN`";
            return Err(wrong("MCP_TLS_KEY", key, advice));
        }
        drop(text);
        let private = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| wrong("MCP_TLS_KEY", key, "holds no private key in PEM form"))?;
        CertifiedKey::from_der(chain, private, provider).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                wrong("MCP_TLS_KEY", key, "does not belong to the certificate of MCP_TLS_CERT")
            }
            error => wrong("MCP_TLS_KEY", key, &format!("cannot be used: {error}")),
        })
    }
}

fn bytes(path: &Path, variable: &str) -> Result<Vec<u8>, ServeError> {
    let wrong = |what: String| ServeError::Tls(format!("{variable}: `{}` {what}", path.display()));
    let found =
        std::fs::metadata(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    if !found.is_file() || found.len() > LARGEST {
        return Err(wrong("is no file of a usual size".to_owned()));
    }
    std::fs::read(path).map_err(|error| wrong(format!("cannot be read: {error}")))
}
