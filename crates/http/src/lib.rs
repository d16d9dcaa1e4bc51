//! How we talk to Atlassian: one [`Client`] per instance, credentials per request.
//!
//! The crate knows authentication, TLS, proxies, retries, limits, deadlines and the same-origin
//! guard; it knows no endpoint. The `jira` and `confluence` crates build [`ApiRequest`] values
//! purely, a tool sends them through the [`Remote`] of its call:
//!
//! * [`path`]: [`ApiPath`], the only thing a client can be asked for.
//! * [`origins`]: the addresses of an instance, fixed at start; an absolute URL from an answer
//!   becomes an `ApiPath` only when it stays on them. That is how "a credential never leaves its
//!   instance" is a fact of the types.
//! * [`fence`]: which hosts may be connected to, checked on the addresses that are connected to.
//! * [`request`]: method, path, query, body and whether repeating is safe.
//! * [`client`]: one call from its queue to its end. Inside: `wire` (what goes out), `auth` (the
//!   credential's header), `exchange` (one attempt with its redirects), `retry`, `gate` (places in
//!   flight and rate) with `breaker`, `transport` (TLS, timeouts) with `proxy`,
//!   `scoped` (API tokens that the gateway takes where the site does not).
//! * [`tls_files`]: certificate authorities and client certificates, PEM (`client_key`) and
//!   `pkcs12`, checked at start.
//! * [`remote`]: one instance as one call sees it: client, credential, deadline, cancellation.
//! * [`oauth`]: tokens of OAuth apps: login, store, renewal, and the site that they are for.
//! * [`download`](mod@download): files.
//! * [`traffic`]: what one call exchanged, for its record.
//! * [`error`]: what went wrong, with status and Atlassian's own words (read by `words`).
//!
//! Rules of the crate: nothing is sent before the first call (the TLS store is loaded lazily); no
//! cookies; a redirect or link to another origin carries no credential and no custom header; every
//! body is bounded; cancellation and the deadline reach the socket.

mod auth;
mod breaker;
pub mod client;
mod client_key;
pub mod download;
pub mod error;
mod exchange;
pub mod fence;
mod gate;
pub mod oauth;
pub mod origins;
#[cfg(feature = "pac")]
mod pac;
pub mod path;
mod pkcs12;
mod proxy;
pub mod remote;
pub mod request;
mod retry;
mod scoped;
pub mod tls_files;
pub mod traffic;
mod transport;
mod wire;
mod words;

pub use client::{BuildError, Client};
pub use download::Download;
pub use error::{ApiError, ApiErrorKind, FieldMessage, Phase};
pub use fence::{AllowList, Blocked, Fence, Resolve, Trust};
pub use origins::{LinkError, Origins};
pub use path::{ApiPath, Base};
pub use remote::{CallControl, Remote};
pub use request::{ApiRequest, Body, Part, Response};
pub use traffic::Traffic;
