//! State in Redis, for replicas (feature `redis`).
//!
//! Needs Redis 6.2 or newer for `GETDEL`, which hands a value to one replica only, and `GETEX`. What
//! goes there is sealed and its keys are digests (see the module above), so the Redis learns neither
//! tokens nor who is logged in. When it cannot be asked nobody passes: there is no copy in memory to
//! fall back to, because a copy would not know what another replica has ended.

use super::{Kind, Store, StoreError, Stored};
use crate::ServeError;
use atlassian_settings::RedisSettings;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, FromRedisValue, RedisError, TlsCertificates};
use std::fmt::Debug;
use std::path::Path;
use std::time::Duration;

/// Longest wait for a connection and for an answer: a caller waits for both.
const CONNECT: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_secs(2);
/// Attempts to connect, and the pauses between them.
const ATTEMPTS: usize = 2;
const PAUSE: Duration = Duration::from_millis(50);
/// Longest words of Redis that are repeated, in characters.
const LONGEST_WORDS: usize = 200;

/// A Redis. One connection carries the requests of all callers and is made anew when it breaks.
pub(crate) struct Redis {
    connection: ConnectionManager,
    /// Host and port, for messages.
    address: String,
    prefix: String,
}

impl Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Redis {
    /// Reads the settings. Nothing is connected to before the first request.
    ///
    /// # Errors
    /// [`ServeError::Unsupported`] for an address or trust file that cannot be used.
    pub(crate) fn new(settings: &RedisSettings) -> Result<Self, ServeError> {
        // The words of the library may hold the address, and with it a password.
        let wrong = |what: String| ServeError::Unsupported(format!("MCP_REDIS_URL: {what}."));
        let url = settings.url.expose();
        let client = if url.starts_with("rediss:") {
            let root_cert = settings.trust_file.as_deref().map(read).transpose().map_err(wrong)?;
            let trust = TlsCertificates { client_tls: None, root_cert };
            Client::build_with_tls(url, trust)
        } else {
            Client::open(url)
        };
        let client = client.map_err(|_| wrong("it is not an address Redis is known by".into()))?;
        let address = client.get_connection_info().addr().to_string();
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(ANSWER))
            .set_number_of_retries(ATTEMPTS)
            .set_min_delay(PAUSE)
            .set_max_delay(PAUSE);
        let connection = ConnectionManager::new_lazy_with_config(client, config)
            .map_err(|_| wrong("a connection cannot be prepared".into()))?;
        Ok(Self { connection, address, prefix: settings.prefix.clone() })
    }

    fn key(&self, kind: Kind, key: &str) -> String {
        format!("{}:{}:{key}", self.prefix, kind.word())
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        let mut connection = self.connection.clone();
        let asked = command.query_async(&mut connection).await;
        // A connection that was closed while nobody used it shows only when it is used. The manager
        // has made another one by then. A value that was taken and never arrived stays taken.
        let asked = match asked {
            Err(error) if error.is_connection_dropped() => {
                command.query_async(&mut connection).await
            }
            asked => asked,
        };
        asked.map_err(|error| StoreError(format!("Redis at {}: {}", self.address, words(&error))))
    }
}

/// What went wrong, bounded and on one line.
fn words(error: &RedisError) -> String {
    error.to_string().chars().filter(|c| !c.is_control()).take(LONGEST_WORDS).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path)
        .map_err(|error| format!("SSL_CERT_FILE `{}` cannot be read: {error}", path.display()))
}

/// Redis refuses a life of nothing; what ends at once is kept for a moment.
fn milliseconds(life: Duration) -> u64 {
    u64::try_from(life.as_millis()).unwrap_or(u64::MAX).clamp(1, i64::MAX.unsigned_abs() / 2)
}

impl Store for Redis {
    fn get<'a>(&'a self, kind: Kind, key: &'a str) -> Stored<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let mut command = redis::cmd("GET");
            command.arg(self.key(kind, key));
            self.ask(&command).await
        })
    }

    fn put<'a>(
        &'a self,
        kind: Kind,
        key: &'a str,
        value: Vec<u8>,
        life: Duration,
    ) -> Stored<'a, ()> {
        Box::pin(async move {
            let mut command = redis::cmd("SET");
            command.arg(self.key(kind, key)).arg(value).arg("PX").arg(milliseconds(life));
            self.ask(&command).await
        })
    }

    fn take<'a>(&'a self, kind: Kind, key: &'a str) -> Stored<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let mut command = redis::cmd("GETDEL");
            command.arg(self.key(kind, key));
            self.ask(&command).await
        })
    }

    fn touch<'a>(
        &'a self,
        kind: Kind,
        key: &'a str,
        life: Duration,
    ) -> Stored<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let mut command = redis::cmd("GETEX");
            command.arg(self.key(kind, key)).arg("PX").arg(milliseconds(life));
            self.ask(&command).await
        })
    }
}
