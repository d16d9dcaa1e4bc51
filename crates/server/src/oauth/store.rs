//! Where state is kept: bounded, ending, and never readable where it lies.
//!
//! What a store holds has been sealed before (see `seal`), and its keys are digests, so that neither
//! a memory dump of a store nor its files nor its network traffic show a token.

use std::collections::HashMap;
use std::fmt::Debug;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

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
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Client,
        Self::Request,
        Self::Pending,
        Self::Code,
        Self::Spent,
        Self::Grant,
        Self::Access,
        Self::Refresh,
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
            Self::Spent | Self::Grant | Self::Access | Self::Refresh => 20_000,
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
}

/// State in memory. When a kind is full, the entry that would end first makes room.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<HashMap<Kind, HashMap<String, Entry>>>);

#[derive(Clone)]
struct Entry {
    value: Vec<u8>,
    ends: Instant,
}

impl Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entry(****)")
    }
}

impl Memory {
    pub(crate) fn insert(
        &self,
        kind: Kind,
        key: &str,
        value: Vec<u8>,
        life: Duration,
    ) -> Vec<String> {
        let now = Instant::now();
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = kinds.entry(kind).or_default();
        let mut gone = Vec::new();
        if entries.len() >= kind.most() && !entries.contains_key(key) {
            entries.retain(|key, entry| {
                let stays = entry.ends > now;
                if !stays {
                    gone.push(key.clone());
                }
                stays
            });
            if entries.len() >= kind.most()
                && let Some(first) =
                    entries.iter().min_by_key(|(_, entry)| entry.ends).map(|(key, _)| key.clone())
            {
                entries.remove(&first);
                gone.push(first);
            }
        }
        entries.insert(key.to_owned(), Entry { value, ends: now + life });
        gone
    }

    pub(crate) fn find(&self, kind: Kind, key: &str) -> Option<Vec<u8>> {
        let kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = kinds.get(&kind)?.get(key)?;
        (entry.ends > Instant::now()).then(|| entry.value.clone())
    }

    pub(crate) fn remove(&self, kind: Kind, key: &str) -> Option<Vec<u8>> {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = kinds.get_mut(&kind)?.remove(key)?;
        (entry.ends > Instant::now()).then_some(entry.value)
    }
}

impl Store for Memory {
    fn get<'a>(&'a self, kind: Kind, key: &'a str) -> Stored<'a, Option<Vec<u8>>> {
        Box::pin(std::future::ready(Ok(self.find(kind, key))))
    }

    fn put<'a>(
        &'a self,
        kind: Kind,
        key: &'a str,
        value: Vec<u8>,
        life: Duration,
    ) -> Stored<'a, ()> {
        self.insert(kind, key, value, life);
        Box::pin(std::future::ready(Ok(())))
    }

    fn take<'a>(&'a self, kind: Kind, key: &'a str) -> Stored<'a, Option<Vec<u8>>> {
        Box::pin(std::future::ready(Ok(self.remove(kind, key))))
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Memory, Store as _};
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn entries_end_and_are_taken_once() {
        let store = Memory::default();
        store.put(Kind::Code, "a", vec![1], Duration::from_secs(10)).await.expect("put");
        assert_eq!(store.get(Kind::Code, "a").await.expect("get"), Some(vec![1]));
        assert_eq!(store.get(Kind::Access, "a").await.expect("get"), None);
        assert_eq!(store.take(Kind::Code, "a").await.expect("take"), Some(vec![1]));
        assert_eq!(store.take(Kind::Code, "a").await.expect("take"), None);
        store.put(Kind::Code, "b", vec![2], Duration::from_secs(10)).await.expect("put");
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(store.get(Kind::Code, "b").await.expect("get"), None);
        assert_eq!(store.take(Kind::Code, "b").await.expect("take"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_kind_loses_what_ends_first() {
        let store = Memory::default();
        store.insert(Kind::Client, "used", vec![], Duration::from_secs(9_000));
        for number in 0..Kind::Client.most() + 50 {
            store.insert(Kind::Client, &number.to_string(), vec![], Duration::from_secs(100));
        }
        let held =
            store.0.lock().expect("lock").get(&Kind::Client).map(std::collections::HashMap::len);
        assert_eq!(held, Some(Kind::Client.most()));
        assert!(
            store.find(Kind::Client, "used").is_some(),
            "a flood drives out nobody who logged in"
        );
    }
}
