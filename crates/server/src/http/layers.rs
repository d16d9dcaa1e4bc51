//! What every request passes before its route: its id, the body limit, the fence.

use super::fence::Fence;
use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;
use std::sync::Arc;
use tokio::time::Instant;
use tracing::Instrument as _;

/// Carries the id under which a request is logged; a well-formed one of the client's is kept.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest request id that is taken from a client.
const LONGEST_ID: usize = 64;

/// Puts the layers around the routes, outermost first: id, body limit, fence.
pub(crate) fn around(routes: Router, fence: Arc<Fence>, longest_body: usize) -> Router {
    routes
        .fallback(async || not_found())
        .layer(middleware::from_fn_with_state(fence, admit))
        .layer(middleware::from_fn_with_state(longest_body, bound))
        .layer(middleware::from_fn(identify))
}

/// The answer for a path that leads nowhere.
pub(crate) fn not_found() -> Response {
    refusal(StatusCode::NOT_FOUND, "Not found")
}

/// A refusal outside the protocol.
pub(crate) fn refusal(status: StatusCode, text: &str) -> Response {
    (status, axum::Json(json!({ "error": text }))).into_response()
}

async fn identify(request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(REQUEST_ID)
        .filter(|id| id.len() <= LONGEST_ID && id.as_bytes().iter().all(u8::is_ascii_graphic))
        .cloned()
        .or_else(|| HeaderValue::from_str(&uuid::Uuid::new_v4().simple().to_string()).ok());
    let shown = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let span = tracing::info_span!(target: "atlassian_mcp::http", "request", id = shown);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    span.in_scope(|| {
        let (status, ms) = (response.status().as_u16(), started.elapsed().as_millis());
        tracing::debug!(target: "atlassian_mcp::http", status, ms, "{method} {path}");
    });
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn bound(State(longest): State<usize>, request: Request, next: Next) -> Response {
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<u64>().ok())
        .unwrap_or_else(|| request.body().size_hint().lower());
    if usize::try_from(declared).is_ok_and(|declared| declared <= longest) {
        next.run(request).await
    } else {
        refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            &format!("The request body is longer than {longest} bytes"),
        )
    }
}

async fn admit(State(fence): State<Arc<Fence>>, request: Request, next: Next) -> Response {
    match fence.admit(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => {
            tracing::warn!(target: "atlassian_mcp::http", "refused a request: {refused}");
            refusal(StatusCode::FORBIDDEN, &refused.to_string())
        }
    }
}
