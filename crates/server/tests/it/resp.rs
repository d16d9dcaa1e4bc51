//! A Redis as far as the server asks one: strings that end, over TCP, for one password.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite,
    AsyncWriteExt as _, BufReader,
};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

pub(crate) const PASSWORD: &str = "canary-redis-password";

#[derive(Default)]
struct Kept {
    values: HashMap<Vec<u8>, (Vec<u8>, Instant)>,
    /// Lives as they were asked for.
    lives: Vec<(String, Duration)>,
    commands: Vec<String>,
}

pub(crate) struct Redis {
    port: u16,
    kept: Arc<Mutex<Kept>>,
    serving: Option<JoinHandle<()>>,
    tls: Option<TlsAcceptor>,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        Self::with(None).await
    }

    /// The same over TLS.
    pub(crate) async fn secure(tls: TlsAcceptor) -> Self {
        Self::with(Some(tls)).await
    }

    async fn with(tls: Option<TlsAcceptor>) -> Self {
        let mut redis = Self { port: 0, kept: Arc::default(), serving: None, tls };
        redis.resume().await;
        redis
    }

    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "rediss" } else { "redis" };
        format!("{scheme}://:{PASSWORD}@localhost:{}/0", self.port)
    }

    /// Closes the port and every connection; what is kept stays.
    pub(crate) async fn stop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            let _ = serving.await;
        }
    }

    /// Listens again at the port it had.
    pub(crate) async fn resume(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.expect("port");
        self.port = listener.local_addr().expect("address").port();
        let (kept, tls) = (Arc::clone(&self.kept), self.tls.clone());
        self.serving = Some(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.expect("accept");
                let (kept, tls) = (Arc::clone(&kept), tls.clone());
                connections.spawn(async move {
                    match tls {
                        None => serve(stream, kept).await,
                        // A client that does not trust us ends the handshake.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, kept).await;
                            }
                        }
                    }
                });
            }
        }));
    }

    /// Everything that is kept, as text.
    pub(crate) fn content(&self) -> String {
        let kept = self.kept.lock().expect("lock");
        let pairs = kept.values.iter().map(|(key, (value, _))| {
            format!("{}={}\n", String::from_utf8_lossy(key), String::from_utf8_lossy(value))
        });
        pairs.collect()
    }

    /// Keys of a kind.
    pub(crate) fn keys(&self, kind: &str) -> Vec<Vec<u8>> {
        let kept = self.kept.lock().expect("lock");
        let of = |key: &&Vec<u8>| String::from_utf8_lossy(key).contains(&format!(":{kind}:"));
        kept.values.keys().filter(of).cloned().collect()
    }

    /// Puts the value of one key under another.
    pub(crate) fn copy(&self, from: &[u8], to: &[u8]) {
        let mut kept = self.kept.lock().expect("lock");
        let value = kept.values[from].clone();
        kept.values.insert(to.to_vec(), value);
    }

    /// The life that was asked for last for a key of this kind.
    pub(crate) fn life(&self, kind: &str) -> Duration {
        let kept = self.kept.lock().expect("lock");
        let of = |(key, _): &&(String, Duration)| key.contains(&format!(":{kind}:"));
        kept.lives.iter().rev().find(of).expect("a key of this kind").1
    }

    /// How often a command came.
    pub(crate) fn count(&self, command: &str) -> usize {
        self.kept.lock().expect("lock").commands.iter().filter(|name| *name == command).count()
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite, kept: Arc<Mutex<Kept>>) {
    let (read, mut write) = tokio::io::split(stream);
    let mut read = BufReader::new(read);
    let mut known = false;
    while let Some(command) = command(&mut read).await {
        let name = String::from_utf8_lossy(&command[0]).to_ascii_uppercase();
        let answer = match name.as_str() {
            "AUTH" => {
                known = command.last().is_some_and(|word| word == PASSWORD.as_bytes());
                if known { ok() } else { b"-WRONGPASS invalid password\r\n".to_vec() }
            }
            _ if !known => b"-NOAUTH Authentication required.\r\n".to_vec(),
            "SELECT" | "CLIENT" => ok(),
            _ => kept.lock().expect("lock").answer(&name, &command[1..]),
        };
        if write.write_all(&answer).await.is_err() {
            return;
        }
    }
}

impl Kept {
    fn answer(&mut self, name: &str, arguments: &[Vec<u8>]) -> Vec<u8> {
        self.commands.push(name.to_owned());
        let now = Instant::now();
        self.values.retain(|_, (_, ends)| *ends > now);
        let key = arguments[0].clone();
        let mut life = |at: usize| {
            assert_eq!(arguments[at - 1], b"PX");
            let ms = String::from_utf8_lossy(&arguments[at]).parse().expect("milliseconds");
            let life = Duration::from_millis(ms);
            self.lives.push((String::from_utf8_lossy(&arguments[0]).into_owned(), life));
            now + life
        };
        match name {
            "SET" => {
                let ends = life(3);
                self.values.insert(key, (arguments[1].clone(), ends));
                ok()
            }
            "GET" => bulk(self.values.get(&key).map(|(value, _)| value.clone())),
            "GETDEL" => bulk(self.values.remove(&key).map(|(value, _)| value)),
            "GETEX" => {
                let ends = life(2);
                let found = self.values.get_mut(&key);
                bulk(found.map(|entry| {
                    entry.1 = ends;
                    entry.0.clone()
                }))
            }
            other => panic!("the server asks for {other}"),
        }
    }
}

fn ok() -> Vec<u8> {
    b"+OK\r\n".to_vec()
}

fn bulk(value: Option<Vec<u8>>) -> Vec<u8> {
    let Some(value) = value else { return b"$-1\r\n".to_vec() };
    let mut answer = format!("${}\r\n", value.len()).into_bytes();
    answer.extend(value);
    answer.extend(b"\r\n");
    answer
}

/// One command: an array of bulk strings.
async fn command(read: &mut (impl AsyncBufRead + Unpin)) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    for _ in 0..number(read, '*').await? {
        let mut word = vec![0; number(read, '$').await?];
        read.read_exact(&mut word).await.ok()?;
        read.read_exact(&mut [0; 2]).await.ok()?;
        words.push(word);
    }
    Some(words)
}

async fn number(read: &mut (impl AsyncBufRead + Unpin), mark: char) -> Option<usize> {
    let mut line = String::new();
    read.read_line(&mut line).await.ok()?;
    line.strip_prefix(mark)?.trim_end().parse().ok()
}
