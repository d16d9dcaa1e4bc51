//! Newline-delimited JSON-RPC on two streams (server spec section 1.2).
//!
//! * `lines`: reading bounded lines and writing whole ones.
//! * `transport`: lines as messages, every unreadable one answered.
//! * `parent`: noticing that the program that started us is gone.

mod lines;
mod parent;
mod transport;

use crate::handler::Handler;
use atlassian_instances::Registry;
use rmcp::service::serve_directly_with_ct;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use transport::LineTransport;

/// How long calls in flight may go on after the client closed its end; then they are cancelled and
/// answered. A client that closes and waits sees the process end within a second.
pub const CLOSED_GRACE: Duration = Duration::from_millis(700);

/// How long a connection may take to wind up after `shutdown` fired.
pub const SHUTDOWN_GRACE: Duration = Duration::from_millis(700);

/// Serves the process's own stdin and stdout until stdin ends, stdout is closed, the parent process
/// dies or `shutdown` fires. All of these are a clean end.
pub async fn serve(registry: Arc<Registry>, shutdown: CancellationToken) {
    let (input, output) = rmcp::transport::io::stdio_pipes();
    let watched = shutdown.child_token();
    let _watch = parent::watch(watched.clone()).map(tokio_util::task::AbortOnDropHandle::new);
    connection(registry, input, output, watched).await;
}

/// Serves one client on two streams: what [`serve`] does with stdin and stdout.
///
/// Legacy and modern requests may come in any mixture. Returns when the client closed its end and
/// everything was answered, when nothing can be written any more, or when `shutdown` fires.
pub async fn connection<R, W>(
    registry: Arc<Registry>,
    input: R,
    output: W,
    shutdown: CancellationToken,
) where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let longest = registry.server().http.max_body_bytes;
    let stop = CancellationToken::new();
    let transport = LineTransport::new(input, output, longest);
    let closed = transport.closed();
    let handler = Handler::local(registry).served();
    let service = serve_directly_with_ct(handler, transport, None, stop.clone());
    let mut running = std::pin::pin!(service.waiting());
    tokio::select! {
        _ = &mut running => return,
        () = closed.cancelled() => {
            tokio::select! {
                _ = &mut running => return,
                () = tokio::time::sleep(CLOSED_GRACE) => {}
                () = shutdown.cancelled() => {}
            }
        }
        () = shutdown.cancelled() => {}
    }
    // Calls in flight are cancelled by it, and answered.
    stop.cancel();
    // What is still running then holds no state of ours; its task ends with the runtime.
    let _ = tokio::time::timeout(SHUTDOWN_GRACE, running).await;
}
