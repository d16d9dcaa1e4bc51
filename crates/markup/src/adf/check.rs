//! A strict check of ADF against the rules of Atlassian's schema (`@atlaskit/adf-schema` 57.7.22,
//! `dist/json-schema/v1/full.json`; content conversion spec section 2).

use serde_json::{Map, Value};

use super::read::is_deeper;
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

/// Kinds of attribute values.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Filled,
    Number(f64, f64),
    Numbers,
    Flag,
    OneOf(&'static [&'static str]),
    Any,
    Hex,
    StatusColor,
    Texts,
}

/// An attribute: its name, what it holds, whether it must be there.
type Attr = (&'static str, Kind, bool);

const MAX: f64 = f64::MAX;
const ID: Attr = ("localId", Kind::Text, false);
const FILLED_ID: Attr = ("localId", Kind::Filled, false);
const LAYOUTS: &[&str] =
    &["wide", "full-width", "center", "wrap-right", "wrap-left", "align-end", "align-start"];
const EXTENSION_LAYOUTS: &[&str] = &["wide", "full-width", "default"];

const INLINE: &[&str] = &[
    "text",
    "hardBreak",
    "mention",
    "emoji",
    "date",
    "status",
    "inlineCard",
    "placeholder",
    "mediaInline",
    "inlineExtension",
];
const CAPTION: &[&str] =
    &["text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "placeholder"];
const DOC: &[&str] = &[
    "blockCard",
    "codeBlock",
    "mediaSingle",
    "paragraph",
    "taskList",
    "orderedList",
    "bulletList",
    "blockquote",
    "decisionList",
    "embedCard",
    "extension",
    "heading",
    "mediaGroup",
    "rule",
    "panel",
    "table",
    "bodiedExtension",
    "expand",
    "layoutSection",
    "syncBlock",
    "bodiedSyncBlock",
];
const COLUMN: &[&str] = &[
    "blockCard",
    "paragraph",
    "mediaSingle",
    "codeBlock",
    "taskList",
    "bulletList",
    "orderedList",
    "heading",
    "mediaGroup",
    "decisionList",
    "rule",
    "panel",
    "blockquote",
    "extension",
    "embedCard",
    "table",
    "expand",
    "bodiedExtension",
];
const SYNCED: &[&str] = &[
    "paragraph",
    "blockCard",
    "blockquote",
    "bulletList",
    "codeBlock",
    "decisionList",
    "embedCard",
    "expand",
    "heading",
    "layoutSection",
    "mediaGroup",
    "mediaSingle",
    "orderedList",
    "panel",
    "rule",
    "table",
    "taskList",
];
const BOX: &[&str] = &[
    "paragraph",
    "panel",
    "blockquote",
    "orderedList",
    "bulletList",
    "rule",
    "heading",
    "codeBlock",
    "mediaGroup",
    "mediaSingle",
    "decisionList",
    "taskList",
    "table",
    "blockCard",
    "embedCard",
    "extension",
];
const EXPAND: &[&str] = &[
    "paragraph",
    "panel",
    "blockquote",
    "orderedList",
    "bulletList",
    "rule",
    "heading",
    "codeBlock",
    "mediaGroup",
    "mediaSingle",
    "decisionList",
    "taskList",
    "table",
    "blockCard",
    "embedCard",
    "extension",
    "nestedExpand",
];
const NESTED: &[&str] = &[
    "paragraph",
    "heading",
    "mediaSingle",
    "mediaGroup",
    "codeBlock",
    "bulletList",
    "orderedList",
    "taskList",
    "decisionList",
    "rule",
    "panel",
    "blockquote",
    "extension",
];
const PANEL: &[&str] = &[
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "blockCard",
    "mediaGroup",
    "mediaSingle",
    "codeBlock",
    "taskList",
    "rule",
    "decisionList",
    "extension",
];
const QUOTE: &[&str] = &[
    "paragraph",
    "orderedList",
    "bulletList",
    "codeBlock",
    "mediaSingle",
    "mediaGroup",
    "extension",
];
const ITEM: &[&str] = &[
    "paragraph",
    "bulletList",
    "orderedList",
    "taskList",
    "mediaSingle",
    "codeBlock",
    "extension",
];
const CELL: &[&str] = &[
    "paragraph",
    "panel",
    "blockquote",
    "orderedList",
    "bulletList",
    "rule",
    "heading",
    "codeBlock",
    "mediaSingle",
    "mediaGroup",
    "decisionList",
    "taskList",
    "blockCard",
    "embedCard",
    "extension",
    "nestedExpand",
];

/// What the schema says about a node: attributes, whether `attrs` must be there, children, how
/// many of them.
struct Rule {
    attrs: &'static [Attr],
    needs_attrs: bool,
    children: Option<&'static [&'static str]>,
    least: usize,
    most: usize,
}

const fn rule(
    attrs: &'static [Attr],
    needs_attrs: bool,
    children: Option<&'static [&'static str]>,
    least: usize,
) -> Rule {
    Rule { attrs, needs_attrs, children, least, most: usize::MAX }
}

fn rule_of(kind: &str) -> Option<Rule> {
    const EXTENSION: &[Attr] = &[
        ("extensionKey", Kind::Filled, true),
        ("extensionType", Kind::Filled, true),
        ("parameters", Kind::Any, false),
        ("text", Kind::Text, false),
        ("layout", Kind::OneOf(EXTENSION_LAYOUTS), false),
        FILLED_ID,
    ];
    const CELL_ATTRS: &[Attr] = &[
        ("colspan", Kind::Number(-MAX, MAX), false),
        ("rowspan", Kind::Number(-MAX, MAX), false),
        ("colwidth", Kind::Numbers, false),
        ("background", Kind::Text, false),
        ID,
        ("valign", Kind::OneOf(&["top", "middle", "bottom"]), false),
    ];
    const STATES: Kind = Kind::OneOf(&["TODO", "DONE"]);
    const NEED_ID: Attr = ("localId", Kind::Text, true);
    Some(match kind {
        "paragraph" => rule(&[ID], false, Some(INLINE), 0),
        "heading" => rule(&[("level", Kind::Number(1.0, 6.0), true), ID], true, Some(INLINE), 0),
        "bulletList" => rule(&[ID], false, Some(&["listItem"]), 1),
        "orderedList" => {
            rule(&[("order", Kind::Number(0.0, MAX), false), ID], false, Some(&["listItem"]), 1)
        }
        "listItem" => rule(&[ID], false, Some(ITEM), 1),
        "taskList" => rule(&[NEED_ID], true, Some(&["taskItem", "taskList", "blockTaskItem"]), 1),
        "taskItem" => rule(&[NEED_ID, ("state", STATES, true)], true, Some(INLINE), 0),
        "blockTaskItem" => {
            rule(&[NEED_ID, ("state", STATES, true)], true, Some(&["paragraph", "extension"]), 1)
        }
        "decisionList" => rule(&[NEED_ID], true, Some(&["decisionItem"]), 1),
        "decisionItem" => rule(&[NEED_ID, ("state", Kind::Text, true)], true, Some(INLINE), 0),
        "blockquote" => rule(&[ID], false, Some(QUOTE), 1),
        "panel" => {
            const KINDS: &[&str] =
                &["info", "note", "tip", "warning", "error", "success", "custom"];
            const ATTRS: &[Attr] = &[
                ("panelType", Kind::OneOf(KINDS), true),
                ("panelIcon", Kind::Text, false),
                ("panelIconId", Kind::Text, false),
                ("panelIconText", Kind::Text, false),
                ("panelColor", Kind::Text, false),
                ID,
            ];
            rule(ATTRS, true, Some(PANEL), 1)
        }
        "expand" => rule(&[("title", Kind::Text, false), ID], false, Some(EXPAND), 1),
        "nestedExpand" => rule(&[("title", Kind::Text, false), ID], true, Some(NESTED), 1),
        "codeBlock" => {
            const ATTRS: &[Attr] = &[
                ("language", Kind::Text, false),
                ("uniqueId", Kind::Text, false),
                ("wrap", Kind::Flag, false),
                ("hideLineNumbers", Kind::Flag, false),
                ID,
            ];
            rule(ATTRS, false, Some(&["text"]), 0)
        }
        "rule" => rule(&[ID], false, None, 0),
        "table" => {
            const MODES: &[&str] = &["default", "fixed"];
            const TABLE_LAYOUTS: &[&str] =
                &["wide", "full-width", "center", "align-end", "align-start", "default"];
            const ATTRS: &[Attr] = &[
                ("displayMode", Kind::OneOf(MODES), false),
                ("isNumberColumnEnabled", Kind::Flag, false),
                ("layout", Kind::OneOf(TABLE_LAYOUTS), false),
                FILLED_ID,
                ("width", Kind::Number(-MAX, MAX), false),
            ];
            rule(ATTRS, false, Some(&["tableRow"]), 1)
        }
        "tableRow" => {
            Rule { children: Some(&["tableCell", "tableHeader"]), ..rule(&[ID], false, None, 0) }
        }
        "tableCell" | "tableHeader" => rule(CELL_ATTRS, false, Some(CELL), 1),
        "mediaSingle" => {
            const ATTRS: &[Attr] = &[
                ("width", Kind::Number(0.0, MAX), false),
                ("layout", Kind::OneOf(LAYOUTS), true),
                ("widthType", Kind::OneOf(&["percentage", "pixel"]), false),
                ID,
            ];
            Rule { most: 2, ..rule(ATTRS, false, Some(&["media", "caption"]), 1) }
        }
        "mediaGroup" => rule(&[], false, Some(&["media"]), 1),
        "caption" => rule(&[ID], false, Some(CAPTION), 0),
        "embedCard" => {
            const ATTRS: &[Attr] = &[
                ("url", Kind::Text, true),
                ("layout", Kind::OneOf(LAYOUTS), true),
                ("width", Kind::Number(0.0, 100.0), false),
                ("originalHeight", Kind::Number(-MAX, MAX), false),
                ("originalWidth", Kind::Number(-MAX, MAX), false),
                ID,
            ];
            rule(ATTRS, true, None, 0)
        }
        "extension" => rule(EXTENSION, true, None, 0),
        "inlineExtension" => {
            const ATTRS: &[Attr] = &[
                ("extensionKey", Kind::Filled, true),
                ("extensionType", Kind::Filled, true),
                ("parameters", Kind::Any, false),
                ("text", Kind::Text, false),
                FILLED_ID,
            ];
            rule(ATTRS, true, None, 0)
        }
        "bodiedExtension" => rule(EXTENSION, true, Some(BOX), 1),
        "layoutSection" => Rule { most: 3, ..rule(&[ID], false, Some(&["layoutColumn"]), 2) },
        "layoutColumn" => {
            const ATTRS: &[Attr] = &[
                ("width", Kind::Number(0.0, 100.0), true),
                ID,
                ("valign", Kind::OneOf(&["top", "middle", "bottom"]), false),
            ];
            rule(ATTRS, true, Some(COLUMN), 1)
        }
        "syncBlock" => rule(&[("resourceId", Kind::Text, true), NEED_ID], true, None, 0),
        "bodiedSyncBlock" => {
            rule(&[("resourceId", Kind::Text, true), NEED_ID], true, Some(SYNCED), 1)
        }
        "hardBreak" => rule(&[("text", Kind::OneOf(&["\n"]), false), ID], false, None, 0),
        "mention" => {
            const USERS: &[&str] = &["DEFAULT", "SPECIAL", "APP"];
            const ATTRS: &[Attr] = &[
                ("id", Kind::Text, true),
                ("text", Kind::Text, false),
                ("accessLevel", Kind::Text, false),
                ("userType", Kind::OneOf(USERS), false),
                ID,
            ];
            rule(ATTRS, true, None, 0)
        }
        "emoji" => {
            const ATTRS: &[Attr] = &[
                ("shortName", Kind::Text, true),
                ("id", Kind::Text, false),
                ("text", Kind::Text, false),
                ID,
            ];
            rule(ATTRS, true, None, 0)
        }
        "date" => rule(&[("timestamp", Kind::Filled, true), ID], true, None, 0),
        "status" => {
            const ATTRS: &[Attr] = &[
                ("text", Kind::Filled, true),
                ("color", Kind::StatusColor, true),
                ("style", Kind::Text, false),
                ID,
            ];
            rule(ATTRS, true, None, 0)
        }
        "placeholder" => rule(&[("text", Kind::Text, true), ID], true, None, 0),
        "mediaInline" => {
            const ATTRS: &[Attr] = &[
                ("type", Kind::OneOf(&["link", "file", "image"]), false),
                ("id", Kind::Filled, true),
                ("collection", Kind::Text, true),
                ("alt", Kind::Text, false),
                ("occurrenceKey", Kind::Filled, false),
                ("width", Kind::Number(-MAX, MAX), false),
                ("height", Kind::Number(-MAX, MAX), false),
                ("data", Kind::Any, false),
                ID,
            ];
            rule(ATTRS, true, None, 0)
        }
        _ => return None,
    })
}

fn mark_attrs(kind: &str) -> Option<&'static [Attr]> {
    const LINK: &[Attr] = &[
        ("href", Kind::Text, true),
        ("title", Kind::Text, false),
        ("id", Kind::Text, false),
        ("collection", Kind::Text, false),
        ("occurrenceKey", Kind::Text, false),
    ];
    Some(match kind {
        "strong" | "em" | "strike" | "underline" | "code" => &[],
        "link" => LINK,
        "subsup" => &[("type", Kind::OneOf(&["sub", "sup"]), true)],
        "textColor" | "backgroundColor" => &[("color", Kind::Hex, true)],
        "annotation" => {
            &[("id", Kind::Text, true), ("annotationType", Kind::OneOf(&["inlineComment"]), true)]
        }
        "alignment" => &[("align", Kind::OneOf(&["center", "end"]), true)],
        "indentation" => &[("level", Kind::Number(1.0, 6.0), true)],
        "fontSize" => &[("fontSize", Kind::OneOf(&["small"]), true)],
        "breakout" => &[
            ("mode", Kind::OneOf(&["wide", "full-width"]), true),
            ("width", Kind::Number(-MAX, MAX), false),
        ],
        "border" => &[("size", Kind::Number(1.0, 3.0), true), ("color", Kind::Text, true)],
        "fragment" => &[("localId", Kind::Filled, true), ("name", Kind::Text, false)],
        "dataConsumer" => &[("sources", Kind::Texts, true)],
        _ => return None,
    })
}

/// The marks that a node may carry in a parent.
fn allowed_marks(kind: &str, parent: &str, is_code: bool) -> &'static [&'static str] {
    match kind {
        "text" if parent == "codeBlock" => &[],
        "text" if is_code => &["code", "link", "annotation"],
        "text" => &[
            "link",
            "em",
            "strong",
            "strike",
            "subsup",
            "underline",
            "textColor",
            "annotation",
            "backgroundColor",
        ],
        "paragraph" => match parent {
            "doc" | "layoutColumn" | "bodiedSyncBlock" => &["alignment", "indentation", "fontSize"],
            "tableCell" | "tableHeader" => &["alignment", "fontSize"],
            "blockquote" => &[],
            _ => &["fontSize"],
        },
        "heading" => match parent {
            "doc" | "layoutColumn" | "tableCell" | "tableHeader" | "bodiedSyncBlock" => {
                &["alignment", "indentation"]
            }
            _ => &[],
        },
        "codeBlock" | "expand" if parent == "doc" => &["breakout"],
        "layoutSection" | "syncBlock" | "bodiedSyncBlock" => &["breakout"],
        "table" => &["fragment"],
        "mediaSingle" => &["link"],
        "media" | "mediaInline" => &["dataConsumer", "link", "annotation", "border"],
        "extension" | "bodiedExtension" | "inlineExtension" => &["dataConsumer", "fragment"],
        _ => &[],
    }
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
        for mark in marks {
            let kind = super::read::kind(mark);
            let Some(rules) = mark_attrs(kind).filter(|_| allowed.contains(&kind)) else {
                self.find(format!("the mark \"{kind}\" is not allowed here"));
                continue;
            };
            let Value::Object(map) = mark else { continue };
            self.keys(map, &["type", "attrs"]);
            match map.get("attrs") {
                Some(Value::Object(attrs)) => self.attrs(attrs, rules),
                Some(_) => self.find("the attrs of a mark are not an object"),
                None if rules.is_empty() => {}
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
        Kind::Hex => text.is_some_and(is_hex),
        Kind::StatusColor => text.is_some_and(|text| {
            matches!(text, "neutral" | "purple" | "blue" | "red" | "yellow" | "green")
                || is_hex(text)
        }),
    }
}

fn is_hex(text: &str) -> bool {
    text.len() == 7 && byte(text, 0) == b'#' && text.bytes().skip(1).all(|b| b.is_ascii_hexdigit())
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
