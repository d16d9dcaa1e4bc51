//! The house and the whole binary.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    reason = "what cannot happen in a fixture fails the test that stands on it"
)]

mod acceptance;
mod arrows;
mod canaries;
mod commands;
mod documents;
mod healthcheck;
mod isolation;
mod lifecycle;
mod log_lines;
mod login;
mod process;
mod sites;
