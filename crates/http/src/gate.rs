//! What a request must pass before it leaves: breaker, places in flight, rate.

use crate::breaker::{Admission, Breaker};
use atlassian_settings::Limits;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

type Rate = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>;

/// The bounds of one instance with their state.
#[derive(Debug)]
pub(crate) struct Gate {
    places: Semaphore,
    rate: Option<Rate>,
    clock: TokioClock,
    breaker: Option<Breaker>,
}

/// A place in flight with the breaker's permission.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    pub(crate) admission: Admission<'a>,
    _place: SemaphorePermit<'a>,
    _process: Option<SemaphorePermit<'a>>,
}

impl Gate {
    pub(crate) fn new(limits: &Limits) -> Self {
        let places = limits.max_concurrent_requests.unwrap_or(Limits::DEFAULT_CONCURRENCY).max(1);
        let clock = TokioClock { start: Instant::now() };
        let rate = limits
            .requests_per_second
            .and_then(quota)
            .map(|quota| RateLimiter::direct_with_clock(quota, clock.clone()));
        let breaker = limits
            .breaker_threshold
            .filter(|threshold| *threshold > 0)
            .map(|threshold| Breaker::new(threshold, limits.breaker_cooldown));
        let places = usize::try_from(places).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self { places: Semaphore::new(places), rate, clock, breaker }
    }

    /// Waits for a place and for the rate; fails at once with the rest of the pause while the
    /// breaker is open.
    pub(crate) async fn enter<'a>(
        &'a self,
        process: Option<&'a Semaphore>,
    ) -> Result<Pass<'a>, Duration> {
        if let Some(pause) = self.breaker.as_ref().and_then(Breaker::pause) {
            return Err(pause);
        }
        let place = acquire(&self.places).await;
        let process = match process {
            Some(process) => Some(acquire(process).await),
            None => None,
        };
        self.wait_for_rate().await;
        let admission = match &self.breaker {
            Some(breaker) => breaker.admit()?,
            None => Admission::free(),
        };
        Ok(Pass { admission, _place: place, _process: process })
    }

    async fn wait_for_rate(&self) {
        let Some(rate) = &self.rate else { return };
        while let Err(not_yet) = rate.check() {
            tokio::time::sleep(not_yet.wait_time_from(self.clock.now())).await;
        }
    }
}

async fn acquire(places: &Semaphore) -> SemaphorePermit<'_> {
    match places.acquire().await {
        Ok(permit) => permit,
        // The semaphores are never closed; a closed one would mean that nothing may run.
        Err(_) => std::future::pending().await,
    }
}

/// One token per request, as many at once as fall into a second, at least one.
fn quota(per_second: f64) -> Option<Quota> {
    if !(per_second.is_finite() && per_second > 0.0) {
        return None;
    }
    let period = Duration::try_from_secs_f64(1.0 / per_second).ok()?;
    let period = period.clamp(Duration::from_nanos(1), Duration::from_secs(86_400));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 1..=1_000_000 before the cast"
    )]
    let burst = per_second.clamp(1.0, 1_000_000.0) as u32;
    Some(Quota::with_period(period)?.allow_burst(NonZeroU32::new(burst)?))
}

/// The runtime's clock, so that tests can move it.
#[derive(Clone, Debug)]
struct TokioClock {
    start: Instant,
}

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;
    use atlassian_settings::Limits;
    use std::time::Duration;
    use tokio::sync::Semaphore;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn requests_leave_at_the_configured_rate() {
        for (rate, requests, seconds) in [(2.0, 6, 2), (0.5, 3, 4), (10.0, 10, 0)] {
            let gate = Gate::new(&Limits { requests_per_second: Some(rate), ..Limits::default() });
            let start = Instant::now();
            for _ in 0..requests {
                drop(gate.enter(None).await.unwrap());
            }
            let took = start.elapsed();
            let expected = Duration::from_secs(seconds);
            assert!(
                took >= expected && took < expected + Duration::from_millis(50),
                "{rate}: {took:?}"
            );
        }
    }

    #[tokio::test]
    async fn places_are_per_instance_and_per_process() {
        let limits = Limits { max_concurrent_requests: Some(2), ..Limits::default() };
        let gate = Gate::new(&limits);
        let process = Semaphore::new(1);
        let first = gate.enter(Some(&process)).await.unwrap();
        let mut second = Box::pin(gate.enter(Some(&process)));
        assert!(futures::poll!(&mut second).is_pending());
        drop(first);
        let second = second.await.unwrap();
        let _free = gate.enter(None).await.unwrap();
        assert!(futures::poll!(Box::pin(gate.enter(None))).is_pending());
        drop(second);
        assert!(futures::poll!(Box::pin(gate.enter(None))).is_ready());
    }

    #[test]
    fn odd_rates_switch_the_limiter_off_instead_of_blocking() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(super::quota(rate).is_none(), "{rate}");
        }
    }
}
