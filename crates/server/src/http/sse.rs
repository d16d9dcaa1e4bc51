//! The legacy HTTP+SSE transport of revision 2024-11-05 (mcp-and-stack spec section 3.7).
//!
//! `GET /sse` opens a session and streams what the server says, beginning with the path for what the
//! client says; a `POST` there is answered 202 and its answer comes on the stream. The session lives
//! as long as the stream, and only its caller can speak in it.

use super::gate::Gate;
use super::sessions::FULL;
use super::{Drain, endpoint, errors};
use crate::handler::{Handler, Served};
use crate::wire;
use atlassian_settings::{HttpSettings, Identity};
use axum::extract::{Query, Request, State};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse as _, Response};
use futures::channel::mpsc;
use futures::{SinkExt as _, StreamExt as _, stream};
use http::StatusCode;
use rmcp::RoleServer;
use rmcp::model::{ClientJsonRpcMessage, GetExtensions as _, ServerJsonRpcMessage};
use rmcp::service::serve_directly_with_ct;
use rmcp::transport::sink_stream::TransportAdapterSinkStream;
use serde::Deserialize;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// Messages that may wait in one direction of a session.
const WAITING_MESSAGES: usize = 16;

/// A session as the message route sees it.
#[derive(Debug)]
struct Session {
    owner: Identity,
    to_server: mpsc::Sender<ClientJsonRpcMessage>,
}

/// The sessions of the transport and what they need.
#[derive(Debug)]
pub(crate) struct Sse {
    gate: Gate,
    handler: Served,
    most: usize,
    longest_body: usize,
    drain: Drain,
    sessions: Mutex<HashMap<String, Session>>,
}

impl Sse {
    /// The transport of a listener.
    pub(crate) fn new(gate: Gate, handler: Handler, settings: &HttpSettings, drain: Drain) -> Self {
        Self {
            gate,
            handler: handler.counting(drain.in_flight.clone()).served(),
            most: settings.max_sessions,
            longest_body: settings.max_body_bytes,
            drain,
            sessions: Mutex::default(),
        }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many sessions are open.
    pub(crate) fn open_sessions(&self) -> usize {
        self.sessions().len()
    }
}

/// Ends a session when its stream is dropped.
struct Open {
    sse: Arc<Sse>,
    id: String,
    stop: CancellationToken,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.sse.sessions().remove(&self.id);
        self.stop.cancel();
    }
}

/// `GET /sse`.
pub(crate) async fn open(State(sse): State<Arc<Sse>>, mut request: Request) -> Response {
    let identified = match sse.gate.admit(request.headers_mut()).await {
        Ok(identified) => identified,
        Err(refused) => return refused,
    };
    let id = uuid::Uuid::new_v4().simple().to_string();
    let (to_server, from_client) = mpsc::channel(WAITING_MESSAGES);
    {
        let mut sessions = sse.sessions();
        if sessions.len() >= sse.most {
            let (status, code) = (StatusCode::SERVICE_UNAVAILABLE, wire::INTERNAL_ERROR);
            return errors::response(status, code, FULL);
        }
        sessions.insert(id.clone(), Session { owner: identified.session, to_server });
    }
    // The service ends before its stream does, so that what it still had to say is sent.
    let stop = sse.drain.close.child_token();
    let open = Open { sse: Arc::clone(&sse), id: id.clone(), stop: stop.clone() };
    let (to_client, from_server) = mpsc::channel::<ServerJsonRpcMessage>(WAITING_MESSAGES);
    let service = serve_directly_with_ct::<RoleServer, _, _, _, TransportAdapterSinkStream>(
        sse.handler.for_session(),
        (to_client, from_client),
        None,
        stop,
    );
    tokio::spawn(async move {
        // How a session ended is nothing to act on: its stream has ended with it.
        let _ = service.waiting().await;
    });
    let first = Event::default().event("endpoint").data(format!("/messages/?session_id={id}"));
    let events =
        stream::iter([Ok::<_, Infallible>(first)]).chain(from_server.filter_map(move |message| {
            let _open = &open;
            let event = serde_json::to_string(&message)
                .ok()
                .map(|text| Ok(Event::default().event("message").data(text)));
            async move { event }
        }));
    axum::response::Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// The query of the message route.
#[derive(Debug, Deserialize)]
pub(crate) struct Where {
    #[serde(default)]
    session_id: String,
}

/// `POST /messages/?session_id=`.
pub(crate) async fn message(
    State(sse): State<Arc<Sse>>,
    Query(Where { session_id }): Query<Where>,
    mut request: Request,
) -> Response {
    let identified = match sse.gate.admit(request.headers_mut()).await {
        Ok(identified) => identified,
        Err(refused) => return refused,
    };
    let own = sse
        .sessions()
        .get(&session_id)
        .filter(|session| session.owner == identified.session)
        .map(|session| session.to_server.clone());
    let Some(mut to_server) = own else {
        let (status, code) = (StatusCode::NOT_FOUND, wire::INVALID_REQUEST);
        return errors::response(status, code, "Session not found");
    };
    let (mut parts, body) = request.into_parts();
    let body = match endpoint::read(body, sse.longest_body).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let Ok(mut message) = serde_json::from_slice::<ClientJsonRpcMessage>(wire::without_bom(&body))
    else {
        return errors::unreadable(&body);
    };
    parts.extensions.insert(identified.caller);
    match &mut message {
        ClientJsonRpcMessage::Request(request) => {
            request.request.extensions_mut().insert(parts);
        }
        ClientJsonRpcMessage::Notification(notification) => {
            notification.notification.extensions_mut().insert(parts);
        }
        ClientJsonRpcMessage::Response(_) | ClientJsonRpcMessage::Error(_) => {}
    }
    if to_server.send(message).await.is_err() {
        let (status, code) = (StatusCode::NOT_FOUND, wire::INVALID_REQUEST);
        return errors::response(status, code, "Session not found");
    }
    (StatusCode::ACCEPTED, "Accepted").into_response()
}
