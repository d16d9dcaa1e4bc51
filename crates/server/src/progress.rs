//! Progress of a call on its way to the client.

use atlassian_tools::Progress;
use atlassian_tools::context::ProgressSink;
use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::RequestContext;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Reports that may wait for a slow client; further ones are left out, the next one catches up.
const WAITING_REPORTS: usize = 32;

/// One report of a call.
struct Report {
    done: u64,
    total: Option<u64>,
    message: String,
}

/// The end a tool holds.
struct Sink {
    reports: mpsc::Sender<Report>,
    last: Mutex<Option<u64>>,
}

impl ProgressSink for Sink {
    fn report(&self, done: u64, total: Option<u64>, message: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // The protocol asks for strictly increasing values, whatever order concurrent parts end in.
        if last.is_some_and(|last| done <= last) {
            return;
        }
        if self.reports.try_send(Report { done, total, message: message.to_owned() }).is_ok() {
            *last = Some(done);
        }
    }
}

/// Runs a call with its progress passed on; everything reported leaves before the result does, and
/// nothing after a cancellation.
pub(crate) async fn alongside<T, F>(
    context: &RequestContext<RoleServer>,
    call: impl FnOnce(Progress) -> F,
) -> T
where
    F: Future<Output = T>,
{
    let Some(token) = context.meta.get_progress_token() else {
        return call(Progress::default()).await;
    };
    let (reports, waiting) = mpsc::channel(WAITING_REPORTS);
    let progress = Progress::to(Arc::new(Sink { reports, last: Mutex::default() }));
    let ended = CancellationToken::new();
    let calling = async {
        let _ended = ended.clone().drop_guard();
        call(progress).await
    };
    let (result, ()) = tokio::join!(calling, forward(context, token, waiting, &ended));
    result
}

async fn forward(
    context: &RequestContext<RoleServer>,
    token: ProgressToken,
    mut waiting: mpsc::Receiver<Report>,
    ended: &CancellationToken,
) {
    loop {
        let report = tokio::select! {
            biased;
            report = waiting.recv() => report,
            () = ended.cancelled() => waiting.try_recv().ok(),
        };
        let Some(report) = report else { return };
        if context.ct.is_cancelled() {
            continue;
        }
        // Progress is counted in issues, pages and bytes, far below the 2^53 that a float holds.
        let mut param = ProgressNotificationParam::new(token.clone(), report.done as f64);
        if let Some(total) = report.total {
            param = param.with_total(total as f64);
        }
        if !report.message.is_empty() {
            param = param.with_message(report.message);
        }
        // A client that is gone needs no progress; the call itself learns it from its token.
        let _ = context.peer.notify_progress(param).await;
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, Sink};
    use atlassian_tools::context::ProgressSink as _;
    use std::sync::Mutex;
    use tokio::sync::mpsc;

    #[test]
    fn values_only_grow_and_a_full_queue_loses_nothing_but_steps() {
        let (reports, mut waiting) = mpsc::channel::<Report>(2);
        let sink = Sink { reports, last: Mutex::default() };
        for done in [0, 0, 5, 3, 7] {
            sink.report(done, Some(9), "");
        }
        let mut seen = Vec::new();
        while let Ok(report) = waiting.try_recv() {
            seen.push(report.done);
        }
        assert_eq!(seen, [0, 5], "the queue holds two");
        sink.report(7, None, "");
        assert_eq!(waiting.try_recv().map(|report| report.done).ok(), Some(7));
    }
}
