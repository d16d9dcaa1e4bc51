//! Integration tests of the converter: the case files, the laws, hostile input, whole pages.
#![expect(unreachable_pub, reason = "the case runner is shared with an example")]

mod cases;
mod corpus;
mod files;
mod generate;
mod laws;
mod pages;
mod stress;
