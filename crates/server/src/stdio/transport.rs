//! Lines as messages.

use super::lines::{Line, LineReader, LineWriter};
use crate::wire;
use rmcp::RoleServer;
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, RequestId, ServerJsonRpcMessage};
use rmcp::transport::Transport;
use serde_json::Value;
use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A transport over two byte streams that answers every line it cannot read and goes on.
///
/// After an `initialize` nothing further is read until it has been answered, so that a client which
/// sends its first lines at once finds them served in the revision that was agreed on.
#[derive(Debug)]
pub(crate) struct LineTransport<R, W> {
    lines: LineReader<R>,
    out: LineWriter<W>,
    shared: Arc<Shared>,
    /// The reply to an unreadable line on its way out; a task of its own, because the future that
    /// reads may be dropped at any await and half a line must never be written.
    objecting: Option<JoinHandle<io::Result<()>>>,
}

#[derive(Debug, Default)]
struct Shared {
    opening: Mutex<HashSet<RequestId>>,
    opened: Notify,
    closed: CancellationToken,
}

impl Shared {
    fn is_opening(&self) -> bool {
        !self.opening.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn answered(&self, id: &RequestId) {
        self.opening.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.opened.notify_one();
    }
}

impl<R, W> LineTransport<R, W>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    /// Messages on lines of at most `longest` bytes.
    pub(crate) fn new(input: R, output: W, longest: usize) -> Self {
        Self {
            lines: LineReader::new(input, longest),
            out: LineWriter::new(output),
            shared: Arc::default(),
            objecting: None,
        }
    }

    /// Fires when nothing more will be read: the client closed its end, or ours cannot be written.
    pub(crate) fn closed(&self) -> CancellationToken {
        self.shared.closed.clone()
    }

    /// Reads until a message comes; `None` at the end.
    async fn next(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            while self.shared.is_opening() {
                self.shared.opened.notified().await;
            }
            if let Some(objecting) = &mut self.objecting {
                let written = objecting.await;
                self.objecting = None;
                written.ok()?.ok()?;
            }
            let line = match self.lines.next().await {
                Line::End => return None,
                Line::Whole(line) => line,
                Line::TooLong => {
                    self.object(&wire::error(
                        &Value::Null,
                        wire::INVALID_REQUEST,
                        "Invalid request: the line is longer than this server accepts",
                    ));
                    continue;
                }
            };
            let text = wire::without_bom(line.trim_ascii());
            if text.is_empty() {
                continue;
            }
            match serde_json::from_slice::<ClientJsonRpcMessage>(text) {
                Ok(message) => {
                    if let ClientJsonRpcMessage::Request(request) = &message
                        && matches!(request.request, ClientRequest::InitializeRequest(_))
                    {
                        let mut opening =
                            self.shared.opening.lock().unwrap_or_else(PoisonError::into_inner);
                        opening.insert(request.id.clone());
                    }
                    return Some(message);
                }
                Err(_) => {
                    if let Some(objection) = wire::objection(text) {
                        self.object(&objection);
                    }
                }
            }
        }
    }

    fn object(&mut self, reply: &Value) {
        let out = self.out.clone();
        let line = reply.to_string().into_bytes();
        self.objecting = Some(tokio::spawn(async move { out.write(line).await }));
    }
}

impl<R, W> Transport<RoleServer> for LineTransport<R, W>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    type Error = io::Error;

    fn send(
        &mut self,
        item: ServerJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let out = self.out.clone();
        let shared = Arc::clone(&self.shared);
        async move {
            let id = match &item {
                ServerJsonRpcMessage::Response(response) => Some(response.id.clone()),
                ServerJsonRpcMessage::Error(error) => error.id.clone(),
                _ => None,
            };
            let line = serde_json::to_vec(&item).map_err(io::Error::other)?;
            if out.write(line).await.is_err() {
                // The client is gone; that is its right and no failure of ours.
                shared.closed.cancel();
            }
            if let Some(id) = id {
                shared.answered(&id);
            }
            Ok(())
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        let shared = Arc::clone(&self.shared);
        let message = tokio::select! {
            biased;
            () = shared.closed.cancelled() => None,
            message = self.next() => message,
        };
        if message.is_none() {
            shared.closed.cancel();
        }
        message
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.out.close().await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::LineTransport;
    use futures::FutureExt as _;
    use rmcp::model::{ClientJsonRpcMessage, ErrorData, RequestId, ServerJsonRpcMessage};
    use rmcp::transport::Transport as _;

    #[tokio::test]
    async fn nothing_is_read_while_an_initialize_is_unanswered() {
        let initialize = "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"initialize\",\"params\":{\"protocolVersion\":\
                          \"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";
        let ping = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}";
        let input = format!("{initialize}\n{ping}\n");
        let mut transport =
            LineTransport::new(std::io::Cursor::new(input.into_bytes()), tokio::io::sink(), 9999);
        let first = transport.receive().await;
        let Some(ClientJsonRpcMessage::Request(first)) = first else { panic!("no request") };
        assert!(transport.receive().now_or_never().is_none(), "read on too early");
        let other = ServerJsonRpcMessage::error(
            ErrorData::internal_error("x", None),
            Some(RequestId::Number(2)),
        );
        transport.send(other).await.expect("sent");
        assert!(transport.receive().now_or_never().is_none(), "another answer is not this one");
        let answer =
            ServerJsonRpcMessage::error(ErrorData::internal_error("x", None), Some(first.id));
        transport.send(answer).await.expect("sent");
        assert!(matches!(transport.receive().await, Some(ClientJsonRpcMessage::Request(_))));
        assert!(transport.receive().await.is_none(), "the end");
    }
}
