//! The client against real HTTP on loopback: a small scripted server, faults down to the byte.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what cannot happen in a fixture fails the test that stands on it"
)]

mod bodies;
mod fixture;
mod limits;
mod links;
mod oauth;
mod proxies;
mod redirects;
mod retries;
mod scoped;
mod secrets;
mod server;
mod tls;
mod tls_files;
mod token_store;
mod wire;
