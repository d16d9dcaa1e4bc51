//! The case files: the project's own, and the specification's when it lies beside the checkout.

use std::path::{Path, PathBuf};

use super::cases;

fn run(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let file = serde_json::from_str(&text).unwrap();
    let outcome = cases::run(&file);
    assert!(outcome.passed > 0, "no cases in {}", path.display());
    let failed: Vec<String> = outcome
        .failures
        .iter()
        .map(|f| format!("{}\n  expected {}\n  got      {}", f.id, f.expected, f.got))
        .collect();
    assert!(failed.is_empty(), "{:?}\n{}", outcome.by_direction, failed.join("\n"));
}

fn manifest() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn our_own_cases_pass() {
    run(&manifest().join("tests/cases/own.json"));
}

#[test]
fn the_cases_of_the_specification_pass_when_they_are_there() {
    let path = manifest().join("../../../shared/spec/conversion-cases.json");
    if path.exists() {
        run(&path);
    }
}
