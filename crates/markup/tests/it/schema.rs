//! Atlassian's own JSON schema of ADF, the judge of every document that a test writes. Shared with
//! the fuzz targets and `examples/convert.rs`.

use std::sync::LazyLock;

use atlassian_markup::adf;
use jsonschema::Validator;
use serde_json::Value;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let text = include_str!("../schema/adf-57.7.22.json");
    jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
});

/// What is wrong with an ADF document: by our own check, and by Atlassian's schema.
///
/// # Panics
/// When our check passes what the schema refuses: then the product would send it.
pub fn check(body: &Value) -> Result<(), String> {
    match adf::check(body) {
        Ok(()) => {
            assert!(allows(body), "the schema refuses {body}: {:#?}", findings(body));
            Ok(())
        }
        Err(findings) => {
            let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
            Err(findings.join("; "))
        }
    }
}

/// Whether the schema alone allows it.
pub fn allows(body: &Value) -> bool {
    SCHEMA.is_valid(body)
}

fn findings(body: &Value) -> Vec<String> {
    SCHEMA
        .iter_errors(body)
        .map(|error| format!("{}: {error:.300}", error.instance_path()))
        .collect()
}
