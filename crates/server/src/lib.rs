//! The MCP face of the product, and the only crate that knows the protocol.
//!
//! Everything that can be asked, and by whom, is decided by the registry of the `instances` crate;
//! this crate carries messages to it and shapes what comes back:
//!
//! * `handler`: one MCP handler over the registry, for legacy clients (`initialize`, revisions
//!   2024-11-05 to 2025-11-25) and for 2026-07-28 clients at once. `tool` and `result` translate
//!   entries and outcomes, `progress` and `notices` are what a call says before it ends.
//! * [`stdio`]: newline-delimited JSON-RPC on two streams, with a transport of its own because every
//!   unreadable line must be answered.
//! * [`http`]: streamable HTTP with sessions for legacy clients and without for modern ones on the
//!   same URL, the legacy SSE transport, health routes, the Host and Origin fence, draining.
//! * `identity`: whose request it is. Headers become a [`Caller`](atlassian_instances::Caller)
//!   with credentials per instance; nothing usable is 401.
//! * `oauth`: callers that log in through this server, in front of Atlassian's own OAuth.
//! * [`Audit`], [`Metrics`]: what is written down and counted of every call.
//! * `store`: where state is kept that outlives a request, also for several replicas.
//! * `telemetry`: spans for an OpenTelemetry collector (feature `otlp`).
//! * [`serve`]: the transport that the settings name.
//!
//! Rules of the crate: nothing but JSON-RPC goes to stdout; handlers are thin, because list and call
//! must walk the same pipeline from every transport; a request that is refused never allocates a
//! session; a message, header or body is never logged; unknown and hidden tools are told apart by
//! nobody.

mod audit;
mod error;
#[cfg(feature = "conformance")]
mod fixtures;
mod handler;
pub mod http;
mod identity;
mod metrics;
mod notices;
mod oauth;
mod progress;
mod result;
mod run;
pub mod stdio;
mod store;
#[cfg(feature = "otlp")]
mod telemetry;
mod tool;
mod wire;

pub use audit::{Audit, AuditError};
pub use error::ServeError;
pub use http::Http;
pub use metrics::Metrics;
pub use run::serve;
#[cfg(feature = "otlp")]
pub use telemetry::Telemetry;
