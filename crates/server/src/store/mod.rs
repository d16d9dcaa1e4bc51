//! Where state is kept: bounded, ending, and never readable where it lies.
//!
//! What a store holds has been sealed before (see `seal`), and its keys are digests, so that neither
//! a memory dump of a store nor its files nor its network traffic show a token.
//!
//! * `memory`: for one process.
//! * `redis`: for replicas, behind the feature `redis`.
//!
//! The OAuth proxy's files are its own (`oauth::disk`).

mod memory;
#[cfg(feature = "redis")]
mod redis;
pub(crate) mod seal;

pub(crate) use memory::Memory;

use crate::ServeError;
use atlassian_settings::RedisSettings;
use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Registered clients.
    Client,
    /// Requests before consent.
    Request,
    /// Requests that are with Atlassian.
    Pending,
    /// Codes that wait for their exchange.
    Code,
    /// Codes and refresh tokens that have been used.
    Spent,
    /// Grants with Atlassian's tokens.
    Grant,
    /// Access tokens of ours.
    Access,
    /// Refresh tokens of ours.
    Refresh,
    /// Sessions of streamable HTTP that replicas share.
    Session,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 9] = [
        Self::Client,
        Self::Request,
        Self::Pending,
        Self::Code,
        Self::Spent,
        Self::Grant,
        Self::Access,
        Self::Refresh,
        Self::Session,
    ];

    /// The word in names of keys and files.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Request => "request",
            Self::Pending => "pending",
            Self::Code => "code",
            Self::Spent => "spent",
            Self::Grant => "grant",
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Session => "session",
        }
    }

    /// Whether it is worth keeping beyond the life of the process.
    pub(crate) const fn lasts(self) -> bool {
        matches!(self, Self::Client | Self::Grant | Self::Access | Self::Refresh | Self::Spent)
    }

    /// Most entries of this kind in one process.
    pub(crate) const fn most(self) -> usize {
        match self {
            Self::Client => 2_000,
            Self::Request | Self::Pending | Self::Code => 5_000,
            Self::Spent | Self::Grant | Self::Access | Self::Refresh | Self::Session => 20_000,
        }
    }
}

/// A store that cannot be asked. The text holds no key and no value.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct StoreError(pub(crate) String);

/// What a store answers.
pub(crate) type Stored<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A place for state. Entries end by themselves.
pub(crate) trait Store: Debug + Send + Sync {
    /// The value of a key.
    fn get<'a>(&'a self, kind: Kind, key: &'a str) -> Stored<'a, Option<Vec<u8>>>;

    /// Stores or replaces a value for this long.
    fn put<'a>(
        &'a self,
        kind: Kind,
        key: &'a str,
        value: Vec<u8>,
        life: Duration,
    ) -> Stored<'a, ()>;

    /// Removes a value and hands it to one caller only, whoever else asks at the same time.
    fn take<'a>(&'a self, kind: Kind, key: &'a str) -> Stored<'a, Option<Vec<u8>>>;

    /// The value of a key, which from now on lives this long.
    fn touch<'a>(
        &'a self,
        kind: Kind,
        key: &'a str,
        life: Duration,
    ) -> Stored<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let found = self.get(kind, key).await?;
            if let Some(value) = &found {
                self.put(kind, key, value.clone(), life).await?;
            }
            Ok(found)
        })
    }
}

/// The store that replicas share, if the operator names one. Nothing is connected to yet.
///
/// # Errors
/// [`ServeError::Unsupported`] where this build cannot use it: state that was meant to be shared and
/// is not would end logins at every second request.
pub(crate) fn shared(
    settings: Option<&RedisSettings>,
) -> Result<Option<Arc<dyn Store>>, ServeError> {
    let Some(settings) = settings else { return Ok(None) };
    #[cfg(feature = "redis")]
    {
        Ok(Some(Arc::new(redis::Redis::new(settings)?)))
    }
    #[cfg(not(feature = "redis"))]
    {
        let _ = settings;
        Err(ServeError::Unsupported(
            "MCP_REDIS_URL is set, but this build of atlassian-mcp knows no Redis. Use a build with the cargo feature \
             `redis`, or unset it and run one replica."
                .to_owned(),
        ))
    }
}
