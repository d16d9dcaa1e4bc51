//! Requests and answers as values.

use crate::{ApiError, ApiErrorKind, ApiPath, Phase, words};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A request as built by the endpoint crates: pure data, sent by [`Remote`](crate::Remote).
#[derive(Clone, Debug)]
pub struct ApiRequest {
    /// Method.
    pub method: Method,
    /// Where to.
    pub path: ApiPath,
    /// Query pairs in order; encoded when sent.
    pub query: Vec<(String, String)>,
    /// Body.
    pub body: Body,
    /// Further headers of the endpoint (never credentials), lower-case names.
    pub headers: Vec<(&'static str, String)>,
    /// Whether the request only reads, whatever its method (a JQL search by POST reads). Only
    /// reads are repeated by default.
    pub reads: bool,
    /// Largest answer accepted, in bytes, after decompression.
    pub max_answer: usize,
    /// What is being done, for error texts: `read issue PAY-1`.
    pub action: String,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub enum Body {
    /// No body.
    Empty,
    /// A JSON document.
    Json(Value),
    /// A multipart form.
    Multipart(Vec<Part>),
}

/// One part of a multipart form.
#[derive(Clone, Debug)]
pub struct Part {
    /// Field name.
    pub name: &'static str,
    /// File name, for file parts.
    pub file_name: Option<String>,
    /// Media type.
    pub media_type: Option<String>,
    /// Content.
    pub content: Bytes,
}

impl ApiRequest {
    /// Largest JSON answer accepted: 32 MiB.
    pub const MAX_ANSWER: usize = 32 * 1024 * 1024;

    /// A request with this method; GET, HEAD and OPTIONS read, all others write.
    #[must_use]
    pub fn new(method: Method, path: ApiPath, action: impl Into<String>) -> Self {
        let reads = method.is_safe();
        Self {
            method,
            path,
            query: Vec::new(),
            body: Body::Empty,
            headers: Vec::new(),
            reads,
            max_answer: Self::MAX_ANSWER,
            action: action.into(),
        }
    }

    /// A GET.
    #[must_use]
    pub fn get(path: ApiPath, action: impl Into<String>) -> Self {
        Self::new(Method::GET, path, action)
    }

    /// A POST with a JSON body.
    #[must_use]
    pub fn post(path: ApiPath, body: Value, action: impl Into<String>) -> Self {
        Self { body: Body::Json(body), ..Self::new(Method::POST, path, action) }
    }

    /// A PUT with a JSON body.
    #[must_use]
    pub fn put(path: ApiPath, body: Value, action: impl Into<String>) -> Self {
        Self { body: Body::Json(body), ..Self::new(Method::PUT, path, action) }
    }

    /// A DELETE.
    #[must_use]
    pub fn delete(path: ApiPath, action: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path, action)
    }

    /// Adds a query pair.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass numbers and borrowed or owned strings alike"
    )]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a query pair when there is a value.
    #[must_use]
    pub fn query_opt(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a header of the endpoint.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Marks a request that reads although its method is POST.
    #[must_use]
    pub fn reading(mut self) -> Self {
        self.reads = true;
        self
    }
}

/// An answer with a success status.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Whole body, decompressed and bounded.
    pub body: Bytes,
    pub(crate) action: String,
    pub(crate) instance: String,
    pub(crate) write: bool,
}

impl Response {
    /// The body as a typed value. An empty body is read as JSON `null`.
    ///
    /// # Errors
    /// [`ApiError`] of kind `UnexpectedBody` when the body is HTML, truncated or of another shape;
    /// it names the place in the document.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let body = self.body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.body);
        let body = if body.iter().all(u8::is_ascii_whitespace) { b"null" } else { body };
        let mut reader = serde_json::Deserializer::from_slice(body);
        let value = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| self.unexpected(&error.to_string()))?;
        reader.end().map_err(|error| self.unexpected(&error.to_string()))?;
        Ok(value)
    }

    fn unexpected(&self, problem: &str) -> ApiError {
        let media_type = self.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let start: &[u8] = self.body.get(..HTML_START).unwrap_or(&self.body);
        let page = words::html(&String::from_utf8_lossy(start), media_type);
        let reason = match page {
            Some(page) => format!(
                "{page}; check the address and the credentials of this instance, and whether \
                 single sign-on stands before it"
            ),
            None => format!("the answer is not what was expected: {}", words::clip(problem, 300)),
        };
        ApiError {
            status: Some(self.status),
            phase: Phase::Answered,
            write: self.write,
            ..ApiError::new(ApiErrorKind::UnexpectedBody, &*self.action, &*self.instance)
        }
        .because(reason)
    }
}

/// What some proxies put before a JSON document.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// How much of a body is looked at for the title of an HTML page, in bytes.
const HTML_START: usize = 64 * 1024;
