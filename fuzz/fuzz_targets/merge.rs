//! `cargo +nightly fuzz run --features libfuzzer merge`
#![no_main]

#[path = "../../crates/markup/tests/it/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| checks::run("merge", text));
