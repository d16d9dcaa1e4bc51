//! Metadata kept between calls: per instance and identity, bounded, never across them.

use atlassian_settings::Identity;
use moka::future::Cache;
use serde_json::Value;
use std::hash::Hash;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// Most identities whose metadata is kept per instance.
pub const MAX_IDENTITIES: u64 = 256;
/// Most user names kept per instance.
pub const MAX_USERS: u64 = 10_000;
/// Most pages whose served version is remembered per instance.
pub const MAX_SERVED_PAGES: u64 = 10_000;

const TEN_MINUTES: Duration = Duration::from_secs(600);
const ONE_HOUR: Duration = Duration::from_secs(3600);

/// One kind of metadata, kept from its first use on: an empty cache would cost every instance about
/// twenty kilobytes from the start, and most instances of a long list are never asked.
type Kept<K, V> = LazyLock<Cache<K, V>>;

/// The caches of one instance. A caller only ever sees what the same identity stored.
#[derive(Debug)]
pub struct Caches {
    /// Jira's field catalogue, ten minutes.
    pub fields: Kept<Identity, Arc<Vec<Value>>>,
    /// Further metadata documents by name (statuses, issue types, link types), ten minutes.
    pub documents: Kept<(Identity, String), Arc<Value>>,
    /// Display names by user id, ten minutes.
    pub users: Kept<(Identity, String), Arc<str>>,
    /// Highest version of a page that was served to an identity, one hour: a write that rests on an
    /// older one is refused (design section 5).
    pub served_pages: Kept<(Identity, String), u64>,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            fields: LazyLock::new(|| cache(MAX_IDENTITIES, TEN_MINUTES)),
            documents: LazyLock::new(|| cache(16 * MAX_IDENTITIES, TEN_MINUTES)),
            users: LazyLock::new(|| cache(MAX_USERS, TEN_MINUTES)),
            served_pages: LazyLock::new(|| cache(MAX_SERVED_PAGES, ONE_HOUR)),
        }
    }
}

fn cache<K, V>(entries: u64, time: Duration) -> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(entries).time_to_live(time).build()
}
