//! The house and the whole binary.

mod arrows;
mod commands;
mod documents;
mod isolation;
mod lifecycle;
mod process;
mod sites;
