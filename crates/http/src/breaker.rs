//! Stops asking an instance that keeps refusing (server spec section 2.4).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Opens after a number of consecutive 429 or 503 answers; after the cooldown one request is let
/// through, whose answer closes it or opens it again.
#[derive(Debug)]
pub(crate) struct Breaker {
    threshold: u32,
    cooldown: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    refusals: u32,
    opened: Option<Instant>,
    probing: bool,
}

/// Permission for one request; dropping it without an answer frees the place of the probe.
#[derive(Debug)]
pub(crate) struct Admission<'a> {
    breaker: Option<&'a Breaker>,
    probe: bool,
}

impl Breaker {
    pub(crate) fn new(threshold: u32, cooldown: Duration) -> Self {
        Self { threshold, cooldown, state: Mutex::default() }
    }

    /// What is left of the pause when no request may pass now.
    pub(crate) fn pause(&self) -> Option<Duration> {
        self.pause_of(&self.lock())
    }

    /// Lets a request pass, or tells what is left of the pause.
    pub(crate) fn admit(&self) -> Result<Admission<'_>, Duration> {
        let mut state = self.lock();
        if let Some(pause) = self.pause_of(&state) {
            return Err(pause);
        }
        let probe = state.opened.is_some();
        state.probing = probe;
        Ok(Admission { breaker: Some(self), probe })
    }

    fn pause_of(&self, state: &State) -> Option<Duration> {
        let until = state.opened? + self.cooldown;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() && !state.probing { None } else { Some(left) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission<'_> {
    /// A pass where there is no breaker.
    pub(crate) fn free() -> Self {
        Self { breaker: None, probe: false }
    }

    /// Notes the answer of the request: whether it was a refusal.
    pub(crate) fn answered(self, refused: bool) {
        let Some(breaker) = self.breaker else { return };
        let mut state = breaker.lock();
        if refused {
            state.refusals = state.refusals.saturating_add(1);
            if self.probe || state.refusals >= breaker.threshold {
                state.opened = Some(Instant::now());
            }
        } else if self.probe || state.opened.is_none() {
            state.refusals = 0;
            state.opened = None;
        }
    }

    /// Notes that no connection could be made: after a probe the pause starts again.
    pub(crate) fn unanswered(self) {
        if let (Some(breaker), true) = (self.breaker, self.probe) {
            breaker.lock().opened = Some(Instant::now());
        }
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if let (Some(breaker), true) = (self.breaker, self.probe) {
            breaker.lock().probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Breaker;
    use std::time::Duration;

    const COOLDOWN: Duration = Duration::from_secs(30);

    fn open(threshold: u32) -> Breaker {
        let breaker = Breaker::new(threshold, COOLDOWN);
        for _ in 0..threshold {
            breaker.admit().unwrap().answered(true);
        }
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn opens_after_consecutive_refusals_only() {
        let breaker = Breaker::new(2, COOLDOWN);
        breaker.admit().unwrap().answered(true);
        breaker.admit().unwrap().answered(false);
        breaker.admit().unwrap().answered(true);
        assert!(breaker.pause().is_none());
        breaker.admit().unwrap().answered(true);
        assert_eq!(breaker.admit().unwrap_err(), COOLDOWN);
    }

    #[tokio::test(start_paused = true)]
    async fn one_probe_after_the_cooldown_decides() {
        let breaker = open(3);
        tokio::time::advance(COOLDOWN).await;
        let probe = breaker.admit().unwrap();
        assert!(breaker.admit().is_err(), "a second request must wait for the probe");
        probe.answered(true);
        assert_eq!(breaker.admit().unwrap_err(), COOLDOWN);
        tokio::time::advance(COOLDOWN).await;
        breaker.admit().unwrap().answered(false);
        breaker.admit().unwrap().answered(true);
        assert!(breaker.pause().is_none(), "the count starts again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_probe_leaves_its_place() {
        let breaker = open(1);
        tokio::time::advance(COOLDOWN).await;
        drop(breaker.admit().unwrap());
        breaker.admit().unwrap().unanswered();
        assert_eq!(breaker.admit().unwrap_err(), COOLDOWN);
    }

    #[tokio::test(start_paused = true)]
    async fn answers_of_requests_sent_before_it_opened_do_not_close_it() {
        let breaker = Breaker::new(1, COOLDOWN);
        let early = breaker.admit().unwrap();
        breaker.admit().unwrap().answered(true);
        early.answered(false);
        assert!(breaker.pause().is_some());
    }
}
