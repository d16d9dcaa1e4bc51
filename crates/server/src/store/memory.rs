//! State in the memory of this process.

use super::{Kind, Store, Stored};
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

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
