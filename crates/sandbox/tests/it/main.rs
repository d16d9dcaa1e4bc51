//! The sandbox, asked over HTTP as a client asks it.

mod ask;
mod doors;
mod faults;
mod jira;
mod pages;
mod search;
