//! What the MCP service says in plain text, as JSON-RPC.

use super::sessions::{FULL, MOVING};
use crate::wire;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

/// Longest plain text of the service that is read.
const LONGEST_TEXT: usize = 4096;

/// An error of the transport as a JSON-RPC error without id.
pub(crate) fn response(status: StatusCode, code: i32, message: &str) -> Response {
    with(status, &wire::error(&Value::Null, code, message))
}

fn with(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

/// The reply to a body that is no MCP message.
pub(crate) fn unreadable(body: &[u8]) -> Response {
    let malformed = "Invalid request: the notification is malformed";
    let objection = wire::objection(body)
        .unwrap_or_else(|| wire::error(&Value::Null, wire::INVALID_REQUEST, malformed));
    with(StatusCode::BAD_REQUEST, &objection)
}

/// Turns a plain-text error of the service into a JSON-RPC error with the same status; a body that
/// could not be read is 400. Everything else passes. `body` is what the client had sent.
pub(crate) async fn translated(response: Response, body: &[u8]) -> Response {
    let status = response.status();
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if status.is_success() || is_json {
        return response;
    }
    let (parts, text) = response.into_parts();
    let text = axum::body::to_bytes(text, LONGEST_TEXT).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let mut translated = if text.starts_with("fail to deserialize") {
        unreadable(body)
    } else if let Some(passing) = [FULL, MOVING].into_iter().find(|words| text.contains(words)) {
        self::response(StatusCode::SERVICE_UNAVAILABLE, wire::INTERNAL_ERROR, passing)
    } else if status.is_server_error() {
        // The text may carry internals; the log has it.
        self::response(status, wire::INTERNAL_ERROR, "Internal error")
    } else {
        let message = text.split_once(": ").map_or(&*text, |(_, message)| message);
        self::response(status, wire::INVALID_REQUEST, message)
    };
    if let Some(allow) = parts.headers.get(header::ALLOW) {
        translated.headers_mut().insert(header::ALLOW, allow.clone());
    }
    translated
}

#[cfg(test)]
mod tests {
    use super::translated;
    use axum::body::{Body, to_bytes};
    use axum::response::Response;
    use http::StatusCode;
    use serde_json::{Value, json};

    async fn shown(status: u16, text: &str, sent: &str) -> (u16, Value) {
        let mut response = Response::new(Body::from(text.to_owned()));
        *response.status_mut() = StatusCode::from_u16(status).expect("status");
        let response = translated(response, sent.as_bytes()).await;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 9999).await.expect("body");
        (status, serde_json::from_slice(&body).expect("json"))
    }

    #[tokio::test]
    async fn every_plain_text_becomes_json_rpc() {
        let (status, body) = shown(415, "fail to deserialize request body x", "{").await;
        assert_eq!((status, &body["error"]["code"]), (400, &json!(-32700)));
        let (status, body) = shown(404, "Not Found: Session not found", "{}").await;
        assert_eq!((status, &body["error"]["message"]), (404, &json!("Session not found")));
        assert_eq!(body["id"], Value::Null);
        let (status, body) = shown(500, "Encounter an error when x: /etc/secret", "{}").await;
        assert_eq!((status, &body["error"]["message"]), (500, &json!("Internal error")));
        assert_eq!(shown(500, &format!("when: {}", super::FULL), "{}").await.0, 503);
    }
}
