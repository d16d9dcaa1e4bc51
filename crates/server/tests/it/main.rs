//! The server as its clients meet it: over streams and over HTTP, in front of a simulated Atlassian.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what cannot happen in a fixture fails the test that stands on it"
)]

mod attacks;
mod audit;
mod calls;
mod eras;
mod fence;
mod http;
mod identity;
mod isolation;
mod listing;
mod load;
mod metrics;
mod oauth;
mod recording;
#[cfg(feature = "redis")]
mod replicas;
#[cfg(feature = "redis")]
mod resp;
mod routing;
mod sessions;
mod sse;
mod stage;
mod stdio;
#[cfg(feature = "otlp")]
mod telemetry;
mod tls;
mod wire;
