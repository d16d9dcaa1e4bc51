//! References to content that Markdown has no word for (content conversion spec section 8.7).

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::model::{Format, Keep, Raw};

/// Labels are at most this long.
const MAX_LABEL: usize = 60;

/// The first eight hex digits of SHA-256 over the source.
pub(crate) fn reference(raw: &str) -> String {
    let digest = Sha256::digest(raw.as_bytes());
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// A placeholder for `raw`.
pub(crate) fn keep(format: Format, raw: String, kind: &str, text: &str) -> Keep {
    Keep {
        reference: reference(&raw),
        label: label(kind, text),
        raw: Some(Raw { format, text: raw }),
    }
}

/// `kind: text` on one line, without brackets, at most 60 characters.
pub(crate) fn label(kind: &str, text: &str) -> String {
    let clean = |text: &str| {
        let text: String = text
            .chars()
            .filter(|c| !matches!(c, '[' | ']' | '{' | '}' | '\\' | '`' | '|' | '<'))
            .map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c })
            .take(4 * MAX_LABEL)
            .collect();
        crate::scan::fold_blanks(text.trim())
    };
    let (kind, text) = (clean(kind), clean(text));
    let label = if text.is_empty() || text == kind { kind } else { format!("{kind}: {text}") };
    label.chars().take(MAX_LABEL).collect::<String>().trim_end().to_owned()
}

/// A node as compact JSON with sorted keys and unescaped UTF-8.
pub(crate) fn canonical_json(value: &Value) -> String {
    let mut out = String::new();
    write_json(value, &mut out, 0);
    out
}

fn write_json(value: &Value, out: &mut String, depth: usize) {
    match value {
        // Readers hand over nothing deeper; the bound keeps a caller's mistake from the stack.
        Value::Array(_) | Value::Object(_) if depth > 600 => out.push_str("null"),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(item, out, depth + 1);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (at, key) in keys.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                if let Some(value) = map.get(key) {
                    write_json(value, out, depth + 1);
                }
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short_and_plain() {
        assert_eq!(label("drawio", "Net"), "drawio: Net");
        assert_eq!(label("x", "a\n[b]"), "x: a b");
        assert_eq!(label("x", &"y".repeat(100)).len(), 60);
        assert_eq!(label("toc", ""), "toc");
    }

    #[test]
    fn keys_are_sorted() {
        let value = serde_json::json!({"b": 1, "a": ["é", {"d": null, "c": true}]});
        assert_eq!(canonical_json(&value), r#"{"a":["é",{"c":true,"d":null}],"b":1}"#);
    }
}
