//! The registry over the real table of tools, and the pipeline against the sandbox.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what cannot happen in a fixture fails the test that stands on it"
)]

mod attacks;
mod bulk;
mod confluence_requests;
mod elsewhere;
mod every_tool;
mod exposure;
mod fixtures;
mod instances;
mod naming;
mod requests;
