//! What one call exchanged with its instance, for its record.

use crate::ApiError;
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Most different statuses counted for one call; there are few, and a bound costs nothing.
const MOST_STATUSES: usize = 32;

/// Counts the requests of one call: how many, how each ended, how much came back.
///
/// A request that was repeated counts once, with the status it ended with.
#[derive(Debug, Default)]
pub struct Traffic(Mutex<Seen>);

/// What was counted so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Requests that ended, with or without an answer.
    pub requests: u32,
    /// Status of the last answer.
    pub last_status: Option<u16>,
    /// How often each status came.
    pub statuses: BTreeMap<u16, u32>,
    /// Bytes of the bodies of successful answers, after decompression.
    pub received: u64,
}

impl Traffic {
    pub(crate) fn answered(&self, status: StatusCode, bytes: usize) {
        self.count(Some(status), bytes);
    }

    pub(crate) fn failed(&self, error: &ApiError) {
        self.count(error.status, 0);
    }

    fn count(&self, status: Option<StatusCode>, bytes: usize) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.requests = seen.requests.saturating_add(1);
        seen.received = seen.received.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        let Some(status) = status.map(|status| status.as_u16()) else { return };
        seen.last_status = Some(status);
        if seen.statuses.contains_key(&status) || seen.statuses.len() < MOST_STATUSES {
            *seen.statuses.entry(status).or_insert(0) += 1;
        }
    }

    /// What was counted so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
