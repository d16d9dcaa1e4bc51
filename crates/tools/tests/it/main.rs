//! Tools against the sandbox, through real HTTP.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::panic,
    reason = "what cannot happen in a fixture fails the test that stands on it"
)]

mod confluence;
mod harness;
mod jira;
mod surface;
