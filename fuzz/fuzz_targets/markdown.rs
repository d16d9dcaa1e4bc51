//! `cargo +nightly fuzz run --features libfuzzer markdown`
#![no_main]

#[path = "../../crates/markup/tests/it/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| checks::run("markdown", text));
