//! The MCP route of streamable HTTP.

use super::gate::Gate;
use super::sessions::{Admitted, Sessions};
use super::shared::{ARRIVING, Arriving, Restoring, Shared};
use super::{Drain, errors};
use crate::handler::{Handler, Served};
use crate::store::StoreError;
use crate::wire;
use atlassian_settings::HttpSettings;
use atlassian_settings::Identity;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::{HeaderMap, Method, StatusCode};
use http_body::Frame;
use rmcp::model::InitializeRequestParams;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Header that carries the id of a legacy session.
const SESSION: &str = "mcp-session-id";

/// Everything the MCP route needs.
pub(crate) struct Endpoint {
    gate: Gate,
    service: StreamableHttpService<Served, Sessions>,
    sessions: Arc<Sessions>,
    longest_body: usize,
    drain: Drain,
}

impl Endpoint {
    /// The endpoint of a listener: sessions for legacy clients unless the settings say stateless,
    /// none for modern ones; simple answers are plain JSON wherever there is no session.
    pub(crate) fn new(
        gate: Gate,
        handler: Handler,
        settings: &HttpSettings,
        drain: Drain,
        shared: Option<Shared>,
    ) -> Self {
        let sessions = Arc::new(Sessions::new(settings.max_sessions, shared));
        // Host and Origin have been checked by the fence, which knows more rules.
        let mut config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(!settings.stateless)
            .with_json_response(true)
            .with_cancellation_token(drain.close.clone())
            .with_max_request_body_bytes(settings.max_body_bytes)
            .disable_allowed_hosts()
            .disable_allowed_origins();
        if sessions.are_shared() {
            config.session_store = Some(Arc::new(Restoring));
        }
        let handler = handler.served();
        let service = StreamableHttpService::new(
            move || Ok(handler.for_session()),
            Arc::clone(&sessions),
            config,
        );
        Self { gate, service, sessions, longest_body: settings.max_body_bytes, drain }
    }

    /// How many sessions are open.
    pub(crate) fn open_sessions(&self) -> usize {
        self.sessions.open()
    }

    /// Lets a request pass that names no session or one of its caller's, which may have to come
    /// from another replica.
    ///
    /// # Errors
    /// The refusal to answer with.
    async fn session(
        &self,
        headers: &HeaderMap,
        caller: Identity,
    ) -> Result<Option<Box<Arriving>>, Response> {
        let unknown = || {
            let (status, code) = (StatusCode::NOT_FOUND, wire::INVALID_REQUEST);
            errors::response(status, code, "Session not found")
        };
        let mut named = headers.get_all(SESSION).iter();
        let Some(id) = named.next() else { return Ok(None) };
        // Of two sessions it would not be clear which one the request is for.
        let id = id.to_str().ok().filter(|_| named.next().is_none()).ok_or_else(unknown)?;
        match self.sessions.admits(id, caller).await {
            Ok(Admitted::Here) => Ok(None),
            Ok(Admitted::Arriving(arriving)) => Ok(Some(arriving)),
            Ok(Admitted::No) => Err(unknown()),
            Err(error) => Err(unshared(&error)),
        }
    }
}

/// The refusal when replicas cannot be asked about a session: it may have been ended, or be another
/// caller's.
fn unshared(error: &StoreError) -> Response {
    tracing::error!(target: "atlassian_mcp::http", "the sessions that replicas share cannot be used: {error}");
    let text = "The server cannot look up sessions; try again later";
    errors::response(StatusCode::SERVICE_UNAVAILABLE, wire::INTERNAL_ERROR, text)
}

/// What the client said in the `initialize` of a body.
fn initialize_of(body: &[u8]) -> Option<InitializeRequestParams> {
    #[derive(serde::Deserialize)]
    struct Initialize {
        params: InitializeRequestParams,
    }
    serde_json::from_slice(body).ok().map(|Initialize { params }| params)
}

/// Serves one request: every method is authenticated, and nothing is allocated for a request that is
/// refused.
pub(crate) async fn serve(State(endpoint): State<Arc<Endpoint>>, mut request: Request) -> Response {
    let identified = match endpoint.gate.admit(request.headers_mut()).await {
        Ok(identified) => identified,
        Err(refused) => return refused,
    };
    let arriving = match endpoint.session(request.headers(), identified.session).await {
        Ok(arriving) => arriving,
        Err(refused) => return refused,
    };
    if request.method() == Method::DELETE
        && let Some(id) = request.headers().get(SESSION).and_then(|id| id.to_str().ok())
        && let Err(error) = endpoint.sessions.end(id).await
    {
        return unshared(&error);
    }
    // A stream that only waits for news must not hold up the end of the server.
    let flight = (request.method() == Method::POST).then(|| endpoint.drain.in_flight.token());
    let (mut parts, body) = request.into_parts();
    let body = match read(body, endpoint.longest_body).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    parts.extensions.insert(Arc::clone(&identified.caller));
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let handled = endpoint.service.handle(request);
    let response = match arriving {
        Some(arriving) => ARRIVING.scope(*arriving, handled).await,
        None => handled.await,
    };
    let response = response.map(Body::new);
    if let Some(id) = response.headers().get(SESSION).and_then(|id| id.to_str().ok())
        && let Err(error) =
            endpoint.sessions.bind(id, identified.session, || initialize_of(&body)).await
    {
        return unshared(&error);
    }
    let response = errors::translated(response, &body).await;
    match flight {
        Some(flight) => response.map(|body| Body::new(Flying { body, _flight: flight })),
        None => response,
    }
}

/// Reads a body to its end, or refuses one that is longer than it may be.
pub(crate) async fn read(body: Body, longest: usize) -> Result<Bytes, Response> {
    let mut stream = body.into_data_stream();
    let mut whole = BytesMut::new();
    let mut first = None;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| {
            let (status, code) = (StatusCode::BAD_REQUEST, wire::INVALID_REQUEST);
            errors::response(status, code, "The request body could not be read to its end")
        })?;
        if whole.len() + first.as_ref().map_or(0, Bytes::len) + chunk.len() > longest {
            let message = format!("The request body is longer than {longest} bytes");
            let (status, code) = (StatusCode::PAYLOAD_TOO_LARGE, wire::INVALID_REQUEST);
            return Err(errors::response(status, code, &message));
        }
        // Most bodies come in one piece, which needs no copy.
        if first.is_none() && whole.is_empty() {
            first = Some(chunk);
            continue;
        }
        if let Some(first) = first.take() {
            whole.extend_from_slice(&first);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(first.unwrap_or_else(|| whole.freeze()))
}

/// A response body that counts as in flight until it has been written or dropped.
struct Flying {
    body: Body,
    _flight: TaskTrackerToken,
}

impl HttpBody for Flying {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
