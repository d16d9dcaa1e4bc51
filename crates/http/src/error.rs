//! What can go wrong between us and an instance.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::fmt;
use std::time::Duration;

/// A failed exchange with an instance.
///
/// `Display` is the sentence for people: what was being done, on which instance, the status,
/// Atlassian's own words and, where one is known, the next step. It never holds a credential or a
/// query string.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// What went wrong.
    pub kind: ApiErrorKind,
    /// What was being done: `read issue PAY-1`.
    pub action: String,
    /// The instance, as shown to people (`Jira staging`).
    pub instance: String,
    /// HTTP status, when an answer came.
    pub status: Option<StatusCode>,
    /// Atlassian's own messages, field names kept.
    pub messages: Vec<FieldMessage>,
    /// `Retry-After` of the answer.
    pub retry_after: Option<Duration>,
    /// How far the request had got.
    pub phase: Phase,
    /// The JSON body of the answer, when it was JSON, for tools that look further.
    pub body: Option<serde_json::Value>,
}

/// One message of an error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMessage {
    /// The field it is about.
    pub field: Option<String>,
    /// Atlassian's words.
    pub text: String,
}

/// Kinds of failure, each with a text of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiErrorKind {
    /// 400 or 422: the request was understood and refused.
    Invalid,
    /// 401: the credential is missing, wrong or expired.
    Unauthorized,
    /// 403: the credential is good, the permission is missing.
    Forbidden,
    /// 404.
    NotFound,
    /// 409: somebody else was first.
    Conflict,
    /// 410: the operation no longer exists.
    Gone,
    /// 413.
    TooLarge,
    /// 429.
    RateLimited,
    /// 5xx.
    Server,
    /// Another status of 4xx.
    Other,
    /// A success status with a body that is not what the operation answers (HTML, truncated JSON).
    UnexpectedBody,
    /// A redirect that was refused.
    Redirect,
    /// No connection could be made.
    Connect,
    /// The connection broke after the request was sent.
    Interrupted,
    /// The request's own timeout ran out.
    Timeout,
    /// The deadline of the call ran out.
    Deadline,
    /// The caller cancelled.
    Cancelled,
    /// The breaker is open after repeated refusals.
    BreakerOpen,
    /// The client could not be built (certificate file missing, bad proxy address).
    Setup,
}

/// How far a request had got when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing left this machine.
    NotSent,
    /// It may have been carried out.
    Sent,
    /// The server answered.
    Answered,
}

impl ApiError {
    pub(crate) fn unexpected_body(
        instance: &str,
        action: &str,
        status: StatusCode,
        _headers: &HeaderMap,
        _body: &Bytes,
        error: &serde_json::Error,
    ) -> Self {
        Self {
            kind: ApiErrorKind::UnexpectedBody,
            action: action.to_owned(),
            instance: instance.to_owned(),
            status: Some(status),
            messages: vec![FieldMessage { field: None, text: error.to_string() }],
            retry_after: None,
            phase: Phase::Answered,
            body: None,
        }
    }

    /// Whether the status was this one.
    #[must_use]
    pub fn is_status(&self, status: u16) -> bool {
        self.status.is_some_and(|s| s.as_u16() == status)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {} on {}", self.action, self.instance)
    }
}

impl std::error::Error for ApiError {}
