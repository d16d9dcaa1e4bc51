//! A strict check of ADF against the rules of Atlassian's schema (`@atlaskit/adf-schema` 57.7.22,
//! `dist/json-schema/v1/full.json`; content conversion spec section 2).

use serde_json::{Map, Value};

use super::read::is_deeper;
use super::schema::{Attr, DOC, ID, Kind, LAYOUTS, MAX, allowed_marks, mark_attrs, rule_of};
use crate::scan::byte;

/// At most this many findings are told.
const MAX_FINDINGS: usize = 20;

/// Documents that nest deeper than this many JSON levels are refused.
const MAX_DEPTH: usize = 500;

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
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// Checks an ADF document against Atlassian's schema.
///
/// # Errors
/// Everything found, up to a bound.
pub fn check(body: &Value) -> Result<(), Vec<Finding>> {
    let mut checker = Checker { findings: Vec::new(), path: String::new() };
    if is_deeper(body, MAX_DEPTH) {
        checker.find("the document nests too deeply");
    } else {
        checker.document(body);
    }
    if checker.findings.is_empty() { Ok(()) } else { Err(checker.findings) }
}

struct Checker {
    findings: Vec<Finding>,
    path: String,
}

impl Checker {
    fn find(&mut self, message: impl Into<String>) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { path: self.path.clone(), message: message.into() });
        }
    }

    fn document(&mut self, body: &Value) {
        let Value::Object(map) = body else { return self.find("not an object") };
        if map.get("type").and_then(Value::as_str) != Some("doc") {
            self.find("the type is not \"doc\"");
        }
        if map.get("version").and_then(Value::as_f64) != Some(1.0) {
            self.find("the version is not 1");
        }
        self.keys(map, &["type", "version", "content"]);
        match map.get("content") {
            Some(Value::Array(nodes)) => self.children("doc", nodes, DOC),
            _ => self.find("content is missing or not a list"),
        }
    }

    fn keys(&mut self, map: &Map<String, Value>, known: &[&str]) {
        for key in map.keys() {
            if !known.contains(&key.as_str()) {
                self.find(format!("unknown property \"{key}\""));
            }
        }
    }

    fn children(&mut self, parent: &str, nodes: &[Value], allowed: &[&str]) {
        for (at, node) in nodes.iter().enumerate() {
            let len = self.path.len();
            if !self.path.is_empty() {
                self.path.push('.');
            }
            self.path.push_str(&format!("content[{at}]"));
            let kind = super::read::kind(node);
            if allowed.contains(&kind) {
                self.node(kind, node, parent);
            } else if kind.is_empty() {
                self.find("a node without a type");
            } else {
                self.find(format!("\"{kind}\" is not allowed in \"{parent}\""));
            }
            self.path.truncate(len);
            if self.findings.len() >= MAX_FINDINGS {
                return;
            }
        }
        if parent == "mediaSingle" {
            let kinds: Vec<&str> = nodes.iter().map(super::read::kind).collect();
            if kinds.first() != Some(&"media") || kinds.get(1).is_some_and(|k| *k != "caption") {
                self.find("a media and at most a caption belong here");
            }
        }
    }

    fn node(&mut self, kind: &str, node: &Value, parent: &str) {
        let Value::Object(map) = node else { return self.find("not an object") };
        let is_code = map
            .get("marks")
            .and_then(Value::as_array)
            .is_some_and(|marks| marks.iter().any(|mark| super::read::kind(mark) == "code"));
        self.marks(map, allowed_marks(kind, parent, is_code));
        match kind {
            "text" => {
                self.keys(map, &["type", "text", "marks"]);
                match map.get("text") {
                    Some(Value::String(text)) if !text.is_empty() => {}
                    _ => self.find("the text of a text node is missing or empty"),
                }
                return;
            }
            "media" => return self.media(map),
            "blockCard" | "inlineCard" => return self.card(kind, map),
            _ => {}
        }
        let Some(rule) = rule_of(kind) else {
            return self.find(format!("unknown node \"{kind}\""));
        };
        self.keys(map, &["type", "attrs", "content", "marks"]);
        match map.get("attrs") {
            Some(_) if rule.attrs.is_empty() => self.find(format!("\"{kind}\" has no attrs")),
            Some(Value::Object(attrs)) => self.attrs(attrs, rule.attrs),
            Some(_) => self.find("attrs is not an object"),
            None if rule.needs_attrs => self.find(format!("\"{kind}\" needs attrs")),
            None => {}
        }
        match (rule.children, map.get("content")) {
            (Some(allowed), Some(Value::Array(nodes))) => {
                if nodes.len() < rule.least || nodes.len() > rule.most {
                    self.find(format!(
                        "\"{kind}\" holds {} nodes, which is not allowed",
                        nodes.len()
                    ));
                }
                self.children(kind, nodes, allowed);
            }
            (Some(_), None) if rule.least > 0 || kind == "tableRow" => {
                self.find(format!("\"{kind}\" needs content"));
            }
            (_, None) => {}
            (Some(_), Some(_)) => self.find("content is not a list"),
            (None, Some(_)) => self.find(format!("\"{kind}\" holds no content")),
        }
    }

    fn marks(&mut self, map: &Map<String, Value>, allowed: &[&str]) {
        let Some(marks) = map.get("marks") else { return };
        let Value::Array(marks) = marks else { return self.find("marks is not a list") };
        let has = |name: &str| marks.iter().any(|mark| super::read::kind(mark) == name);
        if has("alignment") && has("indentation") {
            self.find("\"alignment\" and \"indentation\" do not go together");
        }
        for mark in marks {
            let kind = super::read::kind(mark);
            let Some(rules) = mark_attrs(kind).filter(|_| allowed.contains(&kind)) else {
                self.find(format!("the mark \"{kind}\" is not allowed here"));
                continue;
            };
            let Value::Object(map) = mark else { continue };
            if rules.is_empty() {
                self.keys(map, &["type"]);
                continue;
            }
            self.keys(map, &["type", "attrs"]);
            match map.get("attrs") {
                Some(Value::Object(attrs)) => self.attrs(attrs, rules),
                Some(_) => self.find("the attrs of a mark are not an object"),
                None => self.find(format!("the mark \"{kind}\" needs attrs")),
            }
        }
    }

    fn attrs(&mut self, attrs: &Map<String, Value>, rules: &[Attr]) {
        for (key, value) in attrs {
            match rules.iter().find(|(name, ..)| name == key) {
                Some((_, kind, _)) if fits(value, *kind) => {}
                Some(_) => self.find(format!("the attribute \"{key}\" can not be {value}")),
                None => self.find(format!("unknown attribute \"{key}\"")),
            }
        }
        for (name, _, required) in rules {
            if *required && !attrs.contains_key(*name) {
                self.find(format!("the attribute \"{name}\" is missing"));
            }
        }
    }

    fn media(&mut self, map: &Map<String, Value>) {
        const FILE: &[Attr] = &[
            ("type", Kind::OneOf(&["file", "link"]), true),
            ("id", Kind::Filled, true),
            ("collection", Kind::Text, true),
            ("alt", Kind::Text, false),
            ("width", Kind::Number(-MAX, MAX), false),
            ("height", Kind::Number(-MAX, MAX), false),
            ("occurrenceKey", Kind::Filled, false),
            ID,
        ];
        const EXTERNAL: &[Attr] = &[
            ("type", Kind::OneOf(&["external"]), true),
            ("url", Kind::Text, true),
            ("alt", Kind::Text, false),
            ("width", Kind::Number(-MAX, MAX), false),
            ("height", Kind::Number(-MAX, MAX), false),
            ID,
        ];
        self.keys(map, &["type", "attrs", "marks"]);
        match map.get("attrs") {
            Some(Value::Object(attrs)) => {
                let external = attrs.get("type").and_then(Value::as_str) == Some("external");
                self.attrs(attrs, if external { EXTERNAL } else { FILE });
            }
            _ => self.find("\"media\" needs attrs"),
        }
    }

    fn card(&mut self, kind: &str, map: &Map<String, Value>) {
        self.keys(map, &["type", "attrs"]);
        let Some(Value::Object(attrs)) = map.get("attrs") else {
            return self.find(format!("\"{kind}\" needs attrs"));
        };
        if kind == "blockCard" && attrs.contains_key("datasource") {
            const DATASOURCE: &[Attr] = &[
                ("datasource", Kind::Any, true),
                ("url", Kind::Text, false),
                ("width", Kind::Number(-MAX, MAX), false),
                ("layout", Kind::OneOf(LAYOUTS), false),
                ID,
            ];
            return self.attrs(attrs, DATASOURCE);
        }
        if attrs.contains_key("data") {
            return self.attrs(attrs, &[("data", Kind::Any, true), ID]);
        }
        self.attrs(attrs, &[("url", Kind::Text, true), ID]);
    }
}

fn fits(value: &Value, kind: Kind) -> bool {
    let text = value.as_str();
    match kind {
        Kind::Any => true,
        Kind::Text => text.is_some(),
        Kind::Filled => text.is_some_and(|text| !text.is_empty()),
        Kind::Number(least, most) => value.as_f64().is_some_and(|n| n >= least && n <= most),
        Kind::Numbers => value.as_array().is_some_and(|items| items.iter().all(Value::is_number)),
        Kind::Texts => value
            .as_array()
            .is_some_and(|items| !items.is_empty() && items.iter().all(Value::is_string)),
        Kind::Flag => value.is_boolean(),
        Kind::OneOf(names) => text.is_some_and(|text| names.contains(&text)),
        Kind::Hex => text.is_some_and(|text| is_hex(text, 6)),
        Kind::HexAlpha => text.is_some_and(|text| is_hex(text, 6) || is_hex(text, 8)),
        Kind::StatusColor => text.is_some_and(|text| {
            matches!(text, "neutral" | "purple" | "blue" | "red" | "yellow" | "green")
                || is_hex(text, 6)
        }),
    }
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits + 1
        && byte(text, 0) == b'#'
        && text.bytes().skip(1).all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn doc(content: &Value) -> Value {
        json!({"type": "doc", "version": 1, "content": content})
    }

    #[test]
    fn good_documents_pass() {
        let good = doc(&json!([
            {"type": "paragraph"},
            {"type": "panel", "attrs": {"panelType": "info"}, "content": [{"type": "paragraph"}]},
            {"type": "paragraph", "content": [{"type": "text", "text": "x", "marks": [
                {"type": "code"}, {"type": "link", "attrs": {"href": "u"}}]}]},
        ]));
        assert_eq!(check(&good), Ok(()));
    }

    #[test]
    fn what_jira_refuses_is_found() {
        for (content, part) in [
            (json!([{"type": "paragraph", "content": [{"type": "text", "text": ""}]}]), "empty"),
            (json!([{"type": "bulletList"}]), "needs content"),
            (
                json!([{"type": "bulletList", "content": [{"type": "listItem", "content": [
                {"type": "heading", "attrs": {"level": 1}}]}]}]),
                "not allowed in",
            ),
            (
                json!([{"type": "paragraph", "content": [{"type": "text", "text": "x", "marks": [
                {"type": "code"}, {"type": "strong"}]}]}]),
                "mark",
            ),
            (json!([{"type": "taskList", "content": []}]), "attrs"),
            (json!([{"type": "paragraph", "foo": 1}]), "unknown property"),
            (json!([{"type": "rule", "attrs": {"color": "red"}}]), "unknown attribute"),
            (json!([{"type": "futureNode"}]), "not allowed in"),
        ] {
            let findings = check(&doc(&content)).unwrap_err();
            assert!(findings.iter().any(|f| f.message.contains(part)), "{content}: {findings:?}");
        }
    }
}
