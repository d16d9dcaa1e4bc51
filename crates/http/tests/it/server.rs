//! A scripted HTTP/1.1 server: one request per connection, answers down to the byte.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Request target as sent: path with query, or an absolute URL at a proxy.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    pub(crate) fn raw(&self) -> String {
        format!("{self:?} {}", String::from_utf8_lossy(&self.body))
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A complete answer.
    Answer { status: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    /// An answer whose length promises more than comes.
    Truncated,
    /// A TCP reset instead of an answer.
    Reset,
    /// The connection is closed without an answer.
    Close,
    /// No answer; the connection stays open until the client leaves.
    Hang,
    /// A complete answer once the test lets one pass.
    Held,
}

impl Reply {
    pub(crate) fn json(body: &str) -> Self {
        Self::status(200).body(body)
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Answer { status, headers: Vec::new(), body: b"{}".to_vec() }
            .header("content-type", "application/json")
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.retain(|(n, _)| n != name);
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn body(mut self, new: impl Into<Vec<u8>>) -> Self {
        if let Self::Answer { body, .. } = &mut self {
            *body = new.into();
        }
        self
    }

    pub(crate) fn redirect(status: u16, to: &str) -> Self {
        Self::status(status).header("location", to)
    }
}

type Script = Arc<dyn Fn(&Seen, usize) -> Reply + Send + Sync>;

/// A running server; dropping it stops it.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    script: Script,
    state: watch::Sender<State>,
    log: Mutex<Vec<Seen>>,
    passes: tokio::sync::Semaphore,
}

/// Counters that tests wait for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct State {
    pub(crate) seen: usize,
    pub(crate) in_flight: usize,
    pub(crate) max_in_flight: usize,
    /// Hanging connections that the client has left.
    pub(crate) left: usize,
}

impl Server {
    /// Starts a server whose answer depends on the request and on how many came before it.
    pub(crate) async fn start(
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(script, None).await
    }

    /// The same behind TLS.
    pub(crate) async fn start_with(
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
        tls: Option<tokio_rustls::TlsAcceptor>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            script: Arc::new(script),
            state: watch::Sender::new(State::default()),
            log: Mutex::default(),
            passes: tokio::sync::Semaphore::new(0),
        });
        let serving = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &shared).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &shared).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, shared, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn log(&self) -> Vec<Seen> {
        self.shared.log.lock().unwrap().clone()
    }

    /// Lets held requests be answered.
    pub(crate) fn pass(&self, number: usize) {
        self.shared.passes.add_permits(number);
    }

    pub(crate) fn state(&self) -> State {
        *self.shared.state.borrow()
    }

    /// Waits until the counters are as asked for.
    pub(crate) async fn until(&self, condition: impl FnMut(&State) -> bool) {
        let mut state = self.shared.state.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(60), state.wait_for(condition));
        waited.await.expect("the server never saw what the test waits for").unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

trait Resettable {
    fn reset(self);
}

impl Resettable for TcpStream {
    fn reset(self) {
        self.set_zero_linger().unwrap();
    }
}

impl Resettable for tokio_rustls::server::TlsStream<TcpStream> {
    fn reset(self) {
        self.into_inner().0.reset();
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Resettable>(mut stream: S, shared: &Shared) {
    let Some(seen) = read_request(&mut stream).await else {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.shutdown().await;
        return;
    };
    let number = {
        let mut log = shared.log.lock().unwrap();
        log.push(seen.clone());
        log.len() - 1
    };
    shared.state.send_modify(|state| {
        state.seen += 1;
        state.in_flight += 1;
        state.max_in_flight = state.max_in_flight.max(state.in_flight);
    });
    let mut reply = (shared.script)(&seen, number);
    if matches!(reply, Reply::Held) {
        shared.passes.acquire().await.unwrap().forget();
        reply = Reply::json("{}");
    }
    if matches!(reply, Reply::Hang) {
        let _ = stream.read(&mut [0; 1]).await;
        shared.state.send_modify(|state| {
            state.in_flight -= 1;
            state.left += 1;
        });
        return;
    }
    shared.state.send_modify(|state| state.in_flight -= 1);
    match reply {
        Reply::Answer { status, headers, body } => {
            let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
            let _ = stream.write_all(head.as_bytes()).await;
            if seen.method != "HEAD" {
                let _ = stream.write_all(&body).await;
            }
            let _ = stream.shutdown().await;
        }
        Reply::Truncated => {
            let _ = stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{\"a\":").await;
            let _ = stream.shutdown().await;
        }
        Reply::Reset => stream.reset(),
        Reply::Close | Reply::Hang | Reply::Held => {}
    }
}

/// First byte of a TLS connection.
const TLS_HANDSHAKE: u8 = 0x16;

pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Seen> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
        if head.starts_with(&[TLS_HANDSHAKE]) {
            return None;
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let find = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    let mut body = Vec::new();
    if let Some(length) = find("content-length").and_then(|v| v.parse().ok()) {
        body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
    } else if find("transfer-encoding").is_some() {
        while !body.ends_with(b"0\r\n\r\n") {
            body.push(stream.read_u8().await.ok()?);
        }
    }
    Some(Seen { method, target, headers, body })
}
