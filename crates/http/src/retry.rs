//! When a failed request is repeated, and after which wait (server spec section 8.3).

use crate::{ApiError, ApiErrorKind, Phase};
use atlassian_settings::RetryPolicy;
use http::{HeaderMap, header};
use jiff::Timestamp;
use std::time::Duration;
use tokio::time::Instant;

/// Longest growing wait.
const MAX_BACKOFF: Duration = Duration::from_secs(120);
/// No attempt starts later than this after the first one.
const BUDGET: Duration = Duration::from_secs(60);

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: ApiError,
    /// Repeating cannot help.
    pub(crate) permanent: bool,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self { error, permanent: false }
    }
}

/// Runs attempts, numbered from 1, until one succeeds or the policy ends it.
///
/// A wait that would pass the deadline is not begun: the failure is reported instead.
pub(crate) async fn run<T, F: Future<Output = Result<T, Failure>>>(
    policy: &RetryPolicy,
    reads: bool,
    deadline: Instant,
    mut attempt: impl FnMut(u32) -> F,
) -> Result<T, ApiError> {
    let start = Instant::now();
    let mut left_machine = false;
    let mut number = 1;
    loop {
        let failure = match attempt(number).await {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        let mut error = failure.error;
        // A later attempt that never left must not hide that an earlier one may have worked.
        if error.write && error.phase == Phase::NotSent && left_machine {
            error.phase = Phase::Sent;
        }
        left_machine |= error.may_have_happened();
        let latest = deadline.min(start + BUDGET);
        let wait = if failure.permanent || number > policy.attempts {
            None
        } else {
            wait_for(policy, reads, &error, number)
        };
        match wait {
            Some(wait) if Instant::now() + wait < latest => tokio::time::sleep(wait).await,
            _ => return Err(error),
        }
        number += 1;
    }
}

/// How long to wait before the next attempt; `None` when there is none.
fn wait_for(policy: &RetryPolicy, reads: bool, error: &ApiError, failed: u32) -> Option<Duration> {
    let repeatable = match error.kind {
        ApiErrorKind::Connect if error.phase == Phase::NotSent => true,
        ApiErrorKind::Connect | ApiErrorKind::Interrupted => reads || policy.include_writes,
        ApiErrorKind::RateLimited | ApiErrorKind::Server => {
            (reads || policy.include_writes)
                && error.status.is_some_and(|s| matches!(s.as_u16(), 429 | 502 | 503 | 504))
        }
        _ => false,
    };
    if !repeatable {
        return None;
    }
    match error.retry_after {
        Some(asked) if !policy.ignore_retry_after => {
            (asked <= policy.max_retry_after).then(|| asked + asked.mul_f64(fastrand::f64() / 10.0))
        }
        _ => Some(backoff(policy.backoff, failed)),
    }
}

/// Doubles with every failure; between half and all of it, so that callers spread out.
fn backoff(base: Duration, failed: u32) -> Duration {
    let factor = 2_u32.saturating_pow(failed.saturating_sub(1));
    let full = base.saturating_mul(factor).min(MAX_BACKOFF);
    full / 2 + (full / 2).mul_f64(fastrand::f64())
}

/// `Retry-After` in seconds or as an HTTP date (RFC 9110 section 10.2.3). A date is read against
/// the server's own clock when the answer tells it. A date in the past is zero.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Some(seconds) = text.parse::<f64>().ok().filter(|seconds| !seconds.is_nan()) {
        return Duration::try_from_secs_f64(seconds.max(0.0)).ok();
    }
    let at = date(text)?;
    let now = headers
        .get(header::DATE)
        .and_then(|value| value.to_str().ok())
        .and_then(date)
        .unwrap_or(now);
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

fn date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::{backoff, retry_after, run};
    use crate::{ApiError, ApiErrorKind, Phase};
    use atlassian_settings::RetryPolicy;
    use http::{HeaderMap, HeaderValue, StatusCode};
    use std::future::ready;
    use std::time::Duration;
    use tokio::time::Instant;

    const SECOND: Duration = Duration::from_secs(1);

    fn failed(kind: ApiErrorKind, phase: Phase) -> ApiError {
        ApiError { phase, ..ApiError::new(kind, "do it", "Jira") }
    }

    fn status(code: u16, after: Option<u64>) -> ApiError {
        let status = StatusCode::from_u16(code).unwrap();
        ApiError {
            status: Some(status),
            retry_after: after.map(Duration::from_secs),
            ..failed(ApiErrorKind::of_status(status), Phase::Answered)
        }
    }

    /// Attempts made and virtual time taken when every attempt fails like this.
    async fn outcome(policy: &RetryPolicy, reads: bool, error: ApiError) -> (u32, Duration) {
        let start = Instant::now();
        let mut made = 0;
        let result: Result<(), ApiError> = run(policy, reads, start + 120 * SECOND, |number| {
            made = number;
            ready(Err(ApiError { write: !reads, ..error.clone() }.into()))
        })
        .await;
        assert!(result.is_err());
        (made, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn the_table_of_repetitions() {
        let policy = RetryPolicy::default();
        let all = RetryPolicy { include_writes: true, ..RetryPolicy::default() };
        let connect = failed(ApiErrorKind::Connect, Phase::NotSent);
        let broken = failed(ApiErrorKind::Interrupted, Phase::Sent);
        // error, reads, attempts by default, attempts with include_writes
        let table = [
            (status(429, None), true, 3, 3),
            (status(502, None), true, 3, 3),
            (status(503, None), true, 3, 3),
            (status(504, None), true, 3, 3),
            (status(500, None), true, 1, 1),
            (status(404, None), true, 1, 1),
            (status(413, Some(0)), true, 1, 1),
            (connect.clone(), true, 3, 3),
            (broken.clone(), true, 3, 3),
            (failed(ApiErrorKind::Timeout, Phase::Sent), true, 1, 1),
            (failed(ApiErrorKind::BreakerOpen, Phase::NotSent), true, 1, 1),
            (status(429, Some(0)), false, 1, 3),
            (status(503, None), false, 1, 3),
            (connect, false, 3, 3),
            (broken, false, 1, 3),
        ];
        for (error, reads, by_default, with_writes) in table {
            let text = format!("{error:?} reads={reads}");
            assert_eq!(outcome(&policy, reads, error.clone()).await.0, by_default, "{text}");
            assert_eq!(outcome(&all, reads, error).await.0, with_writes, "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_is_given_the_pause_it_asks_for() {
        let policy = RetryPolicy::default();
        let (made, took) = outcome(&policy, true, status(429, Some(7))).await;
        assert_eq!(made, 3);
        assert!(took >= 14 * SECOND && took <= 16 * SECOND, "{took:?}");
        assert_eq!(outcome(&policy, true, status(429, Some(0))).await, (3, Duration::ZERO));
        assert_eq!(outcome(&policy, true, status(429, Some(31))).await, (1, Duration::ZERO));
        let ignoring = RetryPolicy { ignore_retry_after: true, ..policy };
        let (made, took) = outcome(&ignoring, true, status(429, Some(3600))).await;
        assert!(made == 3 && took <= 3 * SECOND, "{made} {took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_wait_passes_the_deadline_or_the_budget() {
        let policy = RetryPolicy { attempts: 10, ..RetryPolicy::default() };
        let (made, took) = outcome(&policy, true, status(503, Some(25))).await;
        assert!(made == 3 && took < 60 * SECOND, "{made} {took:?}");
        let start = Instant::now();
        let result: Result<(), ApiError> =
            run(&policy, true, start + 3 * SECOND, |_| ready(Err(status(503, Some(5)).into())))
                .await;
        assert!(result.unwrap_err().is_status(503));
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_doubt_about_an_earlier_attempt_is_kept() {
        let policy = RetryPolicy { include_writes: true, ..RetryPolicy::default() };
        let result: Result<(), ApiError> =
            run(&policy, false, Instant::now() + 60 * SECOND, |number| {
                let error = if number == 1 {
                    failed(ApiErrorKind::Interrupted, Phase::Sent)
                } else {
                    failed(ApiErrorKind::Connect, Phase::NotSent)
                };
                ready(Err(ApiError { write: true, ..error }.into()))
            })
            .await;
        assert_eq!(result.unwrap_err().phase, Phase::Sent);
    }

    #[test]
    fn waits_grow_and_stay_bounded() {
        for (failed, full) in [(1, 1), (2, 2), (3, 4), (9, 120), (60, 120)] {
            for _ in 0..50 {
                let wait = backoff(SECOND, failed);
                let full = full * SECOND;
                assert!(wait >= full / 2 && wait <= full, "{failed}: {wait:?}");
            }
        }
        assert_eq!(backoff(Duration::ZERO, 5), Duration::ZERO);
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now: jiff::Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        let read = |value: &str, date: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", HeaderValue::from_str(value).unwrap());
            if let Some(date) = date {
                headers.insert("date", HeaderValue::from_str(date).unwrap());
            }
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(read("0", None), Some(0));
        assert_eq!(read(" 3600 ", None), Some(3600));
        assert_eq!(read("1.5", None), Some(1));
        assert_eq!(read("-4", None), Some(0));
        assert_eq!(read("Tue, 24 Nov 2026 10:00:09 GMT", None), Some(9));
        assert_eq!(read("Tue, 24 Nov 2026 09:00:00 GMT", None), Some(0));
        let skewed = Some("Tue, 24 Nov 2026 12:00:00 GMT");
        assert_eq!(read("Tue, 24 Nov 2026 12:00:05 GMT", skewed), Some(5));
        for nonsense in ["soon", "NaN", "1e400", ""] {
            assert_eq!(read(nonsense, None), None, "{nonsense}");
        }
    }
}
