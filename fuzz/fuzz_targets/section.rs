//! The check `section`; see `fuzz/run`.
#![no_main]

#[path = "../../crates/markup/tests/it/checks.rs"]
mod checks;
#[path = "../../crates/markup/tests/it/schema.rs"]
mod schema;
#[path = "../../crates/markup/tests/it/trees.rs"]
mod trees;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    debug_assert!(checks::NAMES.contains(&"section"));
    checks::run("section", bytes);
});
