//! Plain text and people of a body.
use serde_json::Value;

use crate::model::UserId;

/// The text of an ADF body without any markup, for excerpts.
#[must_use]
pub fn plain_text(body: &Value) -> String {
    body.as_str().unwrap_or_default().to_owned()
}

/// The people mentioned in an ADF body, each once.
#[must_use]
pub fn users_in_adf(_: &Value) -> Vec<UserId> {
    Vec::new()
}

/// The people mentioned in a storage body, each once.
#[must_use]
pub fn users_in_storage(_: &str) -> Vec<UserId> {
    Vec::new()
}

/// The people mentioned in a wiki body, each once.
#[must_use]
pub fn users_in_wiki(_: &str) -> Vec<UserId> {
    Vec::new()
}
