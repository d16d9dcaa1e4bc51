//! Atlassian's own words: what an error answer says, whatever its shape.
//!
//! Shapes that occur: Jira `errorMessages` and `errors` (object or list), Confluence v1 `message`
//! with `data.errors`, Confluence v2 `errors[{status, code, title, detail}]`, service desk
//! `errorMessage`, the gateway's `{code, message}` and `{error, message}`, a JSON string, plain
//! text, XML, and HTML from a login page or a proxy (server spec section 6.3).

use crate::FieldMessage;
use serde_json::{Map, Value};

/// Most messages taken from one answer.
const MAX_MESSAGES: usize = 20;
/// Longest text of one message, in characters.
const MAX_TEXT: usize = 600;
/// Longest title of an HTML page, in characters.
const MAX_TITLE: usize = 120;

/// What an error answer says.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) messages: Vec<FieldMessage>,
    /// Our own words on a body that is not Atlassian's.
    pub(crate) reason: Option<String>,
    pub(crate) body: Option<Value>,
}

/// Reads the body of an error answer.
pub(crate) fn read(body: &[u8], media_type: Option<&str>) -> Words {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Words::default();
    }
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        let mut found = Found::default();
        found.value(&value);
        return Words { messages: found.messages, reason: None, body: Some(value) };
    }
    if let Some(page) = html(text, media_type) {
        return Words { reason: Some(page), ..Words::default() };
    }
    let mut found = Found::default();
    if text.starts_with('<') {
        if let Some(message) = element(text, "message") {
            found.push(None, &message);
        }
    } else if !text.starts_with(['{', '[']) {
        found.push(None, text);
    }
    Words { messages: found.messages, reason: None, body: None }
}

/// Our sentence about an HTML page; `None` when the body is something else.
pub(crate) fn html(text: &str, media_type: Option<&str>) -> Option<String> {
    let start: String = text.trim_start().chars().take(200).collect::<String>().to_lowercase();
    let looks = start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || (start.starts_with('<')
            && media_type.is_some_and(|m| m.to_ascii_lowercase().contains("html")));
    if !looks {
        return None;
    }
    let titled = match element(text, "title") {
        Some(title) => format!("an HTML page titled `{}`", clip(&title, MAX_TITLE)),
        None => "an HTML page".to_owned(),
    };
    Some(format!("the answer is {titled} and not data, which looks like a login page or a proxy"))
}

#[derive(Default)]
struct Found {
    messages: Vec<FieldMessage>,
}

impl Found {
    fn push(&mut self, field: Option<&str>, text: &str) {
        let text = clip(text, MAX_TEXT);
        let field = field.map(|f| clip(f, MAX_TITLE)).filter(|f| !f.is_empty());
        if text.is_empty() || self.messages.len() >= MAX_MESSAGES {
            return;
        }
        if self.messages.iter().any(|m| m.text == text && (field.is_none() || m.field == field)) {
            return;
        }
        self.messages.push(FieldMessage { field, text });
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.push(None, text),
            Value::Array(items) => items.iter().take(MAX_MESSAGES).for_each(|i| self.item(i)),
            Value::Object(map) => self.object(map),
            _ => {}
        }
    }

    fn object(&mut self, map: &Map<String, Value>) {
        for name in ["errorMessages", "errorMessage"] {
            if let Some(value) = map.get(name) {
                self.value(value);
            }
        }
        match map.get("errors") {
            Some(Value::Object(fields)) => {
                for (field, value) in fields.iter().take(MAX_MESSAGES) {
                    self.field(field, value);
                }
            }
            Some(value) => self.value(value),
            None => {}
        }
        self.item(&Value::Object(map.clone()));
        if let Some(errors) = map.get("data").and_then(|data| data.get("errors")) {
            self.value(errors);
        }
        if let Some(warnings) = map.get("warningMessages") {
            self.value(warnings);
        }
    }

    fn field(&mut self, field: &str, value: &Value) {
        match value {
            Value::String(text) => self.push(Some(field), text),
            Value::Array(items) => {
                items.iter().take(MAX_MESSAGES).for_each(|item| self.field(field, item));
            }
            Value::Object(map) => {
                if let Some(text) = message_of(map) {
                    self.push(Some(field), &text);
                }
            }
            Value::Number(_) | Value::Bool(_) => self.push(Some(field), &value.to_string()),
            Value::Null => {}
        }
    }

    fn item(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.push(None, text),
            Value::Object(map) => {
                if let Some(text) = message_of(map) {
                    let field = ["field", "fieldName", "parameter"]
                        .iter()
                        .find_map(|name| map.get(*name).and_then(Value::as_str));
                    self.push(field, &text);
                }
            }
            _ => {}
        }
    }
}

/// The text of one error object.
fn message_of(map: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| {
        map.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    };
    match map.get("message") {
        Some(Value::Object(inner)) => {
            let inner_text = |name: &str| inner.get(name).and_then(Value::as_str);
            return inner_text("translation")
                .or_else(|| inner_text("message"))
                .or_else(|| inner_text("key"))
                .map(str::to_owned);
        }
        Some(Value::String(message)) if !message.trim().is_empty() => {
            return Some(message.clone());
        }
        _ => {}
    }
    let described = match (text("title"), text("detail")) {
        (Some(title), Some(detail)) if title != detail => Some(format!("{title}: {detail}")),
        (title, detail) => detail.or(title).map(str::to_owned),
    };
    described
        .or_else(|| match (text("error"), text("error_description")) {
            (Some(error), Some(more)) => Some(format!("{error}: {more}")),
            (error, more) => more.or(error).map(str::to_owned),
        })
        .or_else(|| map.get("error").and_then(Value::as_object).and_then(message_of))
        .or_else(|| text("translation").or_else(|| text("reason")).map(str::to_owned))
        .or_else(|| {
            let i18n = map.get("i18nErrorMessage").and_then(Value::as_object)?;
            i18n.get("i18nKey").and_then(Value::as_str).map(str::to_owned)
        })
        .or_else(|| text("messageKey").or_else(|| text("code")).map(str::to_owned))
}

/// One line, at most `max` characters, without control characters.
pub(crate) fn clip(text: &str, max: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
            count += 1;
        }
        for c in word.chars() {
            if count >= max {
                out.push('…');
                return out;
            }
            out.push(c);
            count += 1;
        }
    }
    out
}

/// The text of the first element with this name, with the common entities undone.
fn element(text: &str, name: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let open = lower.find(&format!("<{name}"))?;
    let start = open + lower.get(open..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find(&format!("</{name}"))?;
    let content = text
        .get(start..end)?
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    let content = clip(&content, MAX_TEXT);
    (!content.is_empty()).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::{MAX_MESSAGES, MAX_TEXT, clip, read};
    use proptest::prelude::*;

    fn said(body: &str) -> Vec<String> {
        read(body.as_bytes(), Some("application/json"))
            .messages
            .into_iter()
            .map(|m| match m.field {
                Some(field) => format!("{field}: {}", m.text),
                None => m.text,
            })
            .collect()
    }

    #[test]
    fn every_shape_gives_its_words() {
        let cases: [(&str, &[&str]); 21] = [
            (
                r#"{"errorMessages":["No such thing."],"errors":{"summary":"is required"}}"#,
                &["No such thing.", "summary: is required"],
            ),
            (r#"{"errorMessages":[],"errors":{}}"#, &[]),
            (r#"{"errorMessages":"One text"}"#, &["One text"]),
            (r#"{"errors":{"labels":["a","b"]}}"#, &["labels: a", "labels: b"]),
            (r#"{"errors":[{"message":"first"},{"message":"second"}]}"#, &["first", "second"]),
            (r#"{"errors":["plain"]}"#, &["plain"]),
            (
                r#"{"statusCode":400,"data":{"authorized":true,"errors":[{"message":{"key":"k","args":[],"translation":"Title taken"}}]},"message":"BadRequest"}"#,
                &["BadRequest", "Title taken"],
            ),
            (
                r#"{"statusCode":404,"message":"No content found","reason":"Not Found"}"#,
                &["No content found"],
            ),
            (
                r#"{"errors":[{"status":404,"code":"NOT_FOUND","title":"Not Found","detail":"Page 7"}]}"#,
                &["Not Found: Page 7"],
            ),
            (
                r#"{"errors":[{"status":404,"code":"NOT_FOUND","title":"Not Found","detail":null}]}"#,
                &["Not Found"],
            ),
            (r#"{"code":401,"message":"Unauthorized"}"#, &["Unauthorized"]),
            (
                r#"{"error":"Forbidden","message":"scope does not match"}"#,
                &["scope does not match"],
            ),
            (
                r#"{"error":"invalid_grant","error_description":"expired"}"#,
                &["invalid_grant: expired"],
            ),
            (r#"{"error":{"message":"inner"}}"#, &["inner"]),
            (
                r#"{"errorMessage":"No desk","i18nErrorMessage":{"i18nKey":"k.e.y","parameters":[]}}"#,
                &["No desk", "k.e.y"],
            ),
            (r#"{"i18nErrorMessage":{"i18nKey":"k.e.y"}}"#, &["k.e.y"]),
            (r#"[{"message":"in a list"}]"#, &["in a list"]),
            (r#""just a string""#, &["just a string"]),
            ("XSRF check failed", &["XSRF check failed"]),
            (
                "<?xml version=\"1.0\"?><status><message>null for uri</message></status>",
                &["null for uri"],
            ),
            (r#"{"errorMessages":["cut off"#, &[]),
        ];
        for (body, expected) in cases {
            if body.contains("No desk") {
                assert_eq!(said(body).first().map(String::as_str), Some("No desk"));
            } else {
                assert_eq!(said(body), expected, "{body}");
            }
        }
        assert!(read(b" \n", None).messages.is_empty());
    }

    #[test]
    fn of_a_page_only_the_title_is_shown() {
        let page = "<!DOCTYPE html>\n<html><head><title>\n Log in &amp; go </title></head>\
                    <body>internal detail</body></html>";
        let words = read(page.as_bytes(), Some("text/html"));
        let reason = words.reason.unwrap();
        assert!(reason.contains("`Log in & go`") && reason.contains("login page"), "{reason}");
        assert!(!reason.contains("internal detail") && words.messages.is_empty());
    }

    proptest! {
        /// Whatever a server or a proxy answers, it is read without failing and stays short.
        #[test]
        fn any_answer_is_read_and_bounded(body in hostile(), media_type in "(text/html|x)?") {
            let words = read(&body, Some(&media_type));
            prop_assert!(words.messages.len() <= MAX_MESSAGES);
            for message in &words.messages {
                prop_assert!(message.text.chars().count() <= MAX_TEXT + 1);
                prop_assert!(!message.text.contains(char::is_control));
            }
            prop_assert!(words.reason.is_none_or(|reason| reason.chars().count() < 300));
        }
    }

    fn hostile() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            "[ -~]{0,5}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..6),
            prop::sample::select(vec![
                "{",
                "}",
                "[",
                "]",
                "\"errorMessages\":",
                "\"errors\":",
                "\"message\":",
                "\"x\"",
                ",",
                "<html>",
                "<title",
                ">",
                "</title>",
                "<message>",
                "&amp;",
                "null",
                "\u{130}",
                "\n",
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    #[test]
    fn lengths_and_numbers_are_bounded() {
        let long = "x".repeat(10_000);
        assert_eq!(clip(&long, MAX_TEXT).chars().count(), MAX_TEXT + 1);
        let many: Vec<String> = (0..500).map(|i| format!("\"m{i}\"")).collect();
        let body = format!("{{\"errorMessages\":[{}]}}", many.join(","));
        assert_eq!(said(&body).len(), MAX_MESSAGES);
        assert_eq!(clip("a\u{0}b\r\n\tc", 10), "a b c");
    }
}
