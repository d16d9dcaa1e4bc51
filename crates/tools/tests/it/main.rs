//! Tools against the sandbox, through real HTTP.

mod confluence;
mod harness;
mod jira;
