//! Reading answers by path: they vary with version, permission and apps.

use atlassian_http::ApiError;
use serde_json::Value;

/// The text at a path.
pub(super) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The id at a path as text: v1 writes some as numbers.
pub(super) fn id(value: &Value, path: &str) -> Option<String> {
    match value.pointer(path) {
        Some(Value::String(id)) if !id.is_empty() => Some(id.clone()),
        Some(Value::Number(id)) => Some(id.to_string()),
        _ => None,
    }
}

/// The number at a path.
pub(super) fn number(value: &Value, path: &str) -> Option<u64> {
    value.pointer(path).and_then(Value::as_u64)
}

/// Whether a 404 of Data Center is about content that is not there or not visible, and not about
/// an address that this version of the server does not have ("null for uri: ...").
pub(super) fn names_content(error: &ApiError) -> bool {
    error.messages.iter().any(|message| message.text.to_lowercase().contains("o content "))
}

/// The items of the array at a path; nothing when there is none.
pub(super) fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
