//! What a tool returns.

use serde_json::{Map, Value};

/// The result of a tool that did what it was asked to, or said so in its own JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The result document: text content as compact JSON, and `structuredContent`.
    pub json: Value,
    /// Further content after the text: images and files.
    pub content: Vec<Content>,
    /// Whether `structuredContent` is left out, as for the tools that return files.
    pub content_only: bool,
    /// Whether the document reports a total failure: the same JSON with `isError` set.
    pub failed: bool,
}

/// Content beside the result document.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// An image.
    Image {
        /// Base64 of the bytes.
        base64: String,
        /// Media type.
        media_type: String,
    },
    /// A file as an embedded resource.
    File {
        /// Address of the resource, such as `attachment:///PAY-1/log.txt`.
        uri: String,
        /// Base64 of the bytes.
        base64: String,
        /// Media type.
        media_type: String,
    },
    /// Further text.
    Text(String),
}

impl Answer {
    /// A successful result.
    #[must_use]
    pub fn json(json: impl Into<Value>) -> Self {
        Self { json: json.into(), content: Vec::new(), content_only: false, failed: false }
    }

    /// A result document that reports a total failure.
    #[must_use]
    pub fn failure(json: impl Into<Value>) -> Self {
        Self { failed: true, ..Self::json(json) }
    }

    /// Adds the converter's remarks as `conversion_warnings`, when there are any and the document
    /// is an object.
    #[must_use]
    pub fn with_warnings(mut self, warnings: impl IntoIterator<Item = String>) -> Self {
        let warnings: Vec<Value> = warnings.into_iter().map(Value::from).collect();
        if !warnings.is_empty()
            && let Value::Object(map) = &mut self.json
        {
            match map.get_mut("conversion_warnings") {
                Some(Value::Array(existing)) => existing.extend(warnings),
                _ => {
                    map.insert("conversion_warnings".to_owned(), Value::Array(warnings));
                }
            }
        }
        self
    }

    /// The result as `structuredContent`: an object as it is, anything else under `result`
    /// (design section 5).
    #[must_use]
    pub fn structured(&self) -> Option<Map<String, Value>> {
        if self.content_only {
            return None;
        }
        Some(match &self.json {
            Value::Object(map) => map.clone(),
            other => Map::from_iter([("result".to_owned(), other.clone())]),
        })
    }
}
