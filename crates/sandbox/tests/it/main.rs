//! The sandbox, asked over HTTP as a client asks it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets something unexpected must stop there; clippy exempts only the test functions themselves"
)]

mod agile;
mod ask;
mod desk;
mod doors;
mod faults;
mod jira;
mod pages;
mod search;
mod work;
