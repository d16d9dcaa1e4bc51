//! Accepting connections, with TLS where a certificate is configured.

use super::tls::Certificate;
use crate::ServeError;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;
use tokio_util::task::AbortOnDropHandle;

/// How long a client may take for its handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes that may be under way at once; further connections wait in the system's queue.
const HANDSHAKES: usize = 256;

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// A bound socket, with TLS or without.
#[derive(Debug)]
pub(crate) struct Door {
    tcp: TcpListener,
    tls: Option<Tls>,
}

struct Tls {
    acceptor: TlsAcceptor,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    done: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
    places: Arc<Semaphore>,
    _watch: AbortOnDropHandle<()>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Door {
    /// A door for this socket; the certificate is watched as long as the door exists.
    pub(crate) fn new(
        tcp: TcpListener,
        certificate: Option<Arc<Certificate>>,
    ) -> Result<Self, ServeError> {
        let tls = certificate.map(|certificate| -> Result<Tls, ServeError> {
            let (done, ready) = mpsc::channel(HANDSHAKES);
            Ok(Tls {
                acceptor: TlsAcceptor::from(certificate.config()?),
                ready,
                done,
                places: Arc::new(Semaphore::new(HANDSHAKES)),
                _watch: AbortOnDropHandle::new(tokio::spawn(certificate.watch())),
            })
        });
        Ok(Self { tcp, tls: tls.transpose()? })
    }

    /// `https` with a certificate, `http` without.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
}

impl Listener for Door {
    type Io = Either<TcpStream, TlsStream<TcpStream>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let Some(tls) = &mut self.tls else {
            let (stream, peer) = Listener::accept(&mut self.tcp).await;
            return (Either::Left(stream), peer);
        };
        loop {
            // A client that is slow with its handshake holds up nobody.
            let connection = async {
                let place = Arc::clone(&tls.places).acquire_owned().await;
                (place, Listener::accept(&mut self.tcp).await)
            };
            tokio::select! {
                Some((stream, peer)) = tls.ready.recv() => return (Either::Right(stream), peer),
                (place, (stream, peer)) = connection => {
                    let handshake = tls.acceptor.accept(stream);
                    let done = tls.done.clone();
                    tokio::spawn(async move {
                        let _place = place;
                        match tokio::time::timeout(HANDSHAKE, handshake).await {
                            // With the door gone there is nobody to serve it.
                            Ok(Ok(stream)) => drop(done.send((stream, peer)).await),
                            Ok(Err(error)) => tracing::debug!(target: "atlassian_mcp::http", %peer, "TLS handshake failed: {error}"),
                            Err(_) => tracing::debug!(target: "atlassian_mcp::http", %peer, "TLS handshake took too long"),
                        }
                    });
                }
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self(*stream.remote_addr())
    }
}
