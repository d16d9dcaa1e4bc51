//! How we talk to Atlassian: one [`Client`] per instance, credentials per request.
//!
//! The crate knows authentication, TLS, proxies, retries, limits, deadlines and the same-origin
//! guard; it knows no endpoint. The `jira` and `confluence` crates build [`ApiRequest`] values
//! purely, a tool sends them through the [`Remote`] of its call:
//!
//! * [`path`]: [`ApiPath`], the only thing a client can be asked for. The origins of an instance are
//!   fixed at start ([`Origins`]); an absolute URL from an answer becomes an `ApiPath` only when it
//!   stays on them. That is how "a credential never leaves its instance" is a fact of the types.
//! * [`request`]: method, path, query, body and whether repeating is safe.
//! * [`client`]: the connection pool, limiter, breaker and retry loop of one instance.
//! * [`remote`]: one instance as one call sees it: client, credential, deadline, cancellation.
//! * [`error`]: what went wrong, with status and Atlassian's own words.
//!
//! Rules of the crate: nothing is sent before the first call (the TLS store is loaded lazily); no
//! cookies; a redirect or link to another origin carries no credential and no custom header; every
//! body is bounded; cancellation and the deadline reach the socket.

pub mod client;
pub mod error;
pub mod path;
pub mod remote;
pub mod request;

pub use client::{BuildError, Client};
pub use error::{ApiError, ApiErrorKind, FieldMessage, Phase};
pub use path::{ApiPath, Base, LinkError, Origins};
pub use remote::{CallControl, Remote};
pub use request::{ApiRequest, Body, Part, Response};
