//! Metadata kept between calls: per instance and identity, bounded, never across them.

use atlassian_settings::Identity;
use moka::future::Cache;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Most identities whose metadata is kept per instance.
pub const MAX_IDENTITIES: u64 = 256;
/// Most user names kept per instance.
pub const MAX_USERS: u64 = 10_000;
/// Most pages whose served version is remembered per instance.
pub const MAX_SERVED_PAGES: u64 = 10_000;

/// The caches of one instance. A caller only ever sees what the same identity stored.
#[derive(Clone, Debug)]
pub struct Caches {
    /// Jira's field catalogue, ten minutes.
    pub fields: Cache<Identity, Arc<Vec<Value>>>,
    /// Further metadata documents by name (statuses, issue types, link types), ten minutes.
    pub documents: Cache<(Identity, String), Arc<Value>>,
    /// Display names by user id, ten minutes.
    pub users: Cache<(Identity, String), Arc<str>>,
    /// Highest version of a page that was served to an identity, one hour: a write that rests on an
    /// older one is refused (design section 5).
    pub served_pages: Cache<(Identity, String), u64>,
}

impl Default for Caches {
    fn default() -> Self {
        let ten_minutes = Duration::from_secs(600);
        Self {
            fields: Cache::builder().max_capacity(MAX_IDENTITIES).time_to_live(ten_minutes).build(),
            documents: Cache::builder()
                .max_capacity(16 * MAX_IDENTITIES)
                .time_to_live(ten_minutes)
                .build(),
            users: Cache::builder().max_capacity(MAX_USERS).time_to_live(ten_minutes).build(),
            served_pages: Cache::builder()
                .max_capacity(MAX_SERVED_PAGES)
                .time_to_live(Duration::from_secs(3600))
                .build(),
        }
    }
}
