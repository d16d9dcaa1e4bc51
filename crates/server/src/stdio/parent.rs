//! Noticing that the program that started us is gone.

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Fires `orphaned` when the parent process changes, looking every five seconds
/// (server spec section 1.2). A client that crashes cannot always close our stdin.
#[cfg(unix)]
pub(crate) fn watch(orphaned: CancellationToken) -> Option<JoinHandle<()>> {
    use std::os::unix::process::parent_id;
    let first = parent_id();
    Some(tokio::spawn(watching(first, parent_id, orphaned)))
}

/// There is no such thing to watch.
#[cfg(not(unix))]
pub(crate) fn watch(_orphaned: CancellationToken) -> Option<JoinHandle<()>> {
    None
}

#[cfg(unix)]
async fn watching(first: u32, now: impl Fn() -> u32, orphaned: CancellationToken) {
    /// How often the parent is looked at.
    const EVERY: std::time::Duration = std::time::Duration::from_secs(5);
    loop {
        tokio::time::sleep(EVERY).await;
        if now() != first {
            tracing::info!("the parent process is gone; ending");
            orphaned.cancel();
            return;
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::watching;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio_util::sync::CancellationToken;

    #[tokio::test(start_paused = true)]
    async fn a_changed_parent_ends_serving() {
        let looks = AtomicU32::new(0);
        let orphaned = CancellationToken::new();
        let parent = || if looks.fetch_add(1, Ordering::SeqCst) < 2 { 7 } else { 1 };
        watching(7, parent, orphaned.clone()).await;
        assert!(orphaned.is_cancelled());
        assert_eq!(looks.load(Ordering::SeqCst), 3, "the same parent twice, then another");
    }
}
