//! The Atlassian Document Format: what Jira Cloud accepts, and plain views of it.
//!
//! Source of the rules: Atlassian's page "Atlassian Document Format" and the published JSON
//! schema (`@atlaskit/adf-schema`, full). Only what a client can get wrong is checked: node
//! names, children, required attributes, marks, empty texts.

use serde_json::{Value, json};

const INLINE: &str =
    "text hardBreak mention emoji date status inlineCard inlineExtension placeholder mediaInline";
const BLOCKS: &str = "paragraph heading codeBlock blockquote panel rule mediaSingle mediaGroup table expand extension bodiedExtension bulletList orderedList taskList decisionList blockCard embedCard";
const NESTED: &str = "paragraph heading codeBlock blockquote panel rule mediaSingle mediaGroup extension bulletList orderedList taskList decisionList blockCard embedCard nestedExpand";

/// Node, its possible children, its required attributes, whether it must have a child.
const NODES: &[(&str, &[&str], &str, bool)] = &[
    ("doc", &[BLOCKS, "layoutSection"], "", false),
    ("paragraph", &[INLINE], "", false),
    ("heading", &[INLINE], "level", false),
    ("codeBlock", &["text"], "", false),
    (
        "blockquote",
        &["paragraph bulletList orderedList codeBlock mediaSingle mediaGroup extension"],
        "",
        true,
    ),
    (
        "panel",
        &[
            "paragraph heading bulletList orderedList blockCard mediaGroup mediaSingle codeBlock taskList rule decisionList extension",
        ],
        "panelType",
        true,
    ),
    ("rule", &[], "", false),
    ("bulletList", &["listItem"], "", true),
    ("orderedList", &["listItem"], "", true),
    (
        "listItem",
        &["paragraph bulletList orderedList taskList codeBlock mediaSingle extension"],
        "",
        true,
    ),
    ("taskList", &["taskItem blockTaskItem taskList"], "localId", true),
    ("taskItem", &[INLINE], "localId state", false),
    ("blockTaskItem", &["paragraph extension"], "localId state", true),
    ("decisionList", &["decisionItem"], "localId", true),
    ("decisionItem", &[INLINE], "localId state", false),
    ("table", &["tableRow"], "", true),
    ("tableRow", &["tableCell tableHeader"], "", false),
    ("tableCell", &[NESTED], "", true),
    ("tableHeader", &[NESTED], "", true),
    ("mediaSingle", &["media caption"], "", true),
    ("mediaGroup", &["media"], "", true),
    ("media", &[], "type", false),
    ("caption", &[INLINE], "", false),
    ("expand", &[BLOCKS, "nestedExpand"], "", true),
    (
        "nestedExpand",
        &[
            "paragraph heading mediaGroup mediaSingle codeBlock bulletList orderedList taskList decisionList rule panel blockquote extension",
        ],
        "",
        true,
    ),
    ("layoutSection", &["layoutColumn"], "", true),
    ("layoutColumn", &[BLOCKS], "width", true),
    ("extension", &[], "extensionType extensionKey", false),
    ("bodiedExtension", &[BLOCKS], "extensionType extensionKey", true),
    ("inlineExtension", &[], "extensionType extensionKey", false),
    ("blockCard", &[], "", false),
    ("embedCard", &[], "url layout", false),
    ("inlineCard", &[], "", false),
    ("text", &[], "", false),
    ("hardBreak", &[], "", false),
    ("mention", &[], "id", false),
    ("emoji", &[], "shortName", false),
    ("date", &[], "timestamp", false),
    ("status", &[], "text color", false),
    ("placeholder", &[], "text", false),
    ("mediaInline", &[], "", false),
];

const MARKS: &str = "strong em code strike underline link subsup textColor backgroundColor alignment indentation breakout annotation border fragment dataConsumer";
const PANELS: &str = "info note tip warning error success custom";
const COLOURS: &str = "neutral purple blue red yellow green";

/// Checks a document; the error says which node is wrong.
pub(crate) fn check(document: &Value) -> Result<(), String> {
    let Some(object) = document.as_object() else { return Err("not an object".to_owned()) };
    if object.get("type").and_then(Value::as_str) != Some("doc") {
        return Err("the root is not of type doc".to_owned());
    }
    if object.get("version") != Some(&json!(1)) {
        return Err("the version is not 1".to_owned());
    }
    if !object.get("content").is_some_and(Value::is_array) {
        return Err("the document has no content".to_owned());
    }
    node(document, "doc")
}

fn node(value: &Value, at: &str) -> Result<(), String> {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    let Some((_, children, required, must_have)) = NODES.iter().find(|(name, ..)| *name == kind)
    else {
        return Err(format!("{at}: unknown node {kind:?}"));
    };
    let at = if at == kind { at.to_owned() } else { format!("{at} > {kind}") };
    for name in required.split_whitespace() {
        if value.get("attrs").and_then(|attrs| attrs.get(name)).is_none() {
            return Err(format!("{at}: attribute {name} is missing"));
        }
    }
    for key in value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()) {
        let known = matches!(key, "type" | "attrs" | "content" | "marks" | "text")
            || (kind == "doc" && key == "version");
        if !known {
            return Err(format!("{at}: unknown property {key}"));
        }
    }
    special(value, kind, &at)?;
    marks(value, kind, &at)?;
    let content = match value.get("content") {
        None => &[][..],
        Some(Value::Array(content)) => content.as_slice(),
        Some(_) => return Err(format!("{at}: content is no list")),
    };
    if *must_have && content.is_empty() {
        return Err(format!("{at}: must not be empty"));
    }
    for child in content {
        let child_kind = child.get("type").and_then(Value::as_str).unwrap_or_default();
        let allowed = children.iter().any(|group| group.split(' ').any(|name| name == child_kind));
        if !allowed {
            return Err(format!("{at}: {child_kind:?} is not allowed here"));
        }
        node(child, &at)?;
    }
    Ok(())
}

fn special(value: &Value, kind: &str, at: &str) -> Result<(), String> {
    let attr = |name: &str| value.get("attrs").and_then(|attrs| attrs.get(name));
    let one_of = |name: &str, allowed: &str| match attr(name).and_then(Value::as_str) {
        Some(given) if allowed.split(' ').any(|known| known == given) => Ok(()),
        _ => Err(format!("{at}: {name} is not one of {allowed}")),
    };
    match kind {
        "text" => match value.get("text").and_then(Value::as_str) {
            Some("") => Err(format!("{at}: empty text")),
            Some(_) => Ok(()),
            None => Err(format!("{at}: text is missing")),
        },
        "heading" => match attr("level").and_then(Value::as_u64) {
            Some(1..=6) => Ok(()),
            _ => Err(format!("{at}: level is not 1 to 6")),
        },
        "panel" => one_of("panelType", PANELS),
        "status" => one_of("color", COLOURS),
        "taskItem" | "blockTaskItem" => one_of("state", "TODO DONE"),
        "date" if !attr("timestamp").is_some_and(Value::is_string) => {
            Err(format!("{at}: timestamp is no string"))
        }
        "inlineCard" | "blockCard" if attr("url").is_none() && attr("data").is_none() => {
            Err(format!("{at}: neither url nor data"))
        }
        "media" => match attr("type").and_then(Value::as_str) {
            Some("external") if attr("url").is_some() => Ok(()),
            Some("file" | "link") if attr("id").is_some() && attr("collection").is_some() => Ok(()),
            _ => Err(format!("{at}: media needs url, or id and collection")),
        },
        _ => Ok(()),
    }
}

fn marks(value: &Value, kind: &str, at: &str) -> Result<(), String> {
    let names: Vec<&str> = match value.get("marks") {
        None => return Ok(()),
        Some(Value::Array(marks)) => marks
            .iter()
            .map(|mark| mark.get("type").and_then(Value::as_str).unwrap_or_default())
            .collect(),
        Some(_) => return Err(format!("{at}: marks is no list")),
    };
    if let Some(strange) = names.iter().find(|name| !MARKS.split(' ').any(|known| known == **name))
    {
        return Err(format!("{at}: unknown mark {strange:?}"));
    }
    let has = |name: &str| names.contains(&name);
    if kind == "text"
        && has("code")
        && names.iter().any(|n| !matches!(*n, "code" | "link" | "annotation"))
    {
        return Err(format!("{at}: code does not combine with other marks"));
    }
    let href = value
        .get("marks")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|mark| mark.get("type").and_then(Value::as_str) == Some("link"))
        .all(|mark| mark.get("attrs").and_then(|a| a.get("href")).is_some_and(Value::is_string));
    if href { Ok(()) } else { Err(format!("{at}: a link without href")) }
}

/// Paragraphs of a plain text, separated by blank lines.
pub(crate) fn from_text(text: &str) -> Value {
    let content: Vec<Value> = text
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| {
            json!({"type": "paragraph", "content": [{"type": "text", "text": paragraph}]})
        })
        .collect();
    json!({"type": "doc", "version": 1, "content": content})
}

/// The words of a document, for search, history and version 2 of the API.
pub(crate) fn to_text(value: &Value) -> String {
    match value {
        Value::String(text) => return text.clone(),
        Value::Object(_) => {}
        _ => return String::new(),
    }
    let mut out = String::new();
    write_text(value, &mut out);
    out.trim().to_owned()
}

fn write_text(value: &Value, out: &mut String) {
    let attr = |name: &str| {
        value.get("attrs").and_then(|a| a.get(name)).and_then(Value::as_str).unwrap_or_default()
    };
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    match kind {
        "text" => out.push_str(value.get("text").and_then(Value::as_str).unwrap_or_default()),
        "hardBreak" => out.push('\n'),
        "mention" => {
            out.push_str("[~accountid:");
            out.push_str(attr("id"));
            out.push(']');
        }
        "emoji" => out.push_str(attr("shortName")),
        "status" => out.push_str(attr("text")),
        "inlineCard" | "blockCard" | "embedCard" => out.push_str(attr("url")),
        "expand" | "nestedExpand" => {
            out.push_str(attr("title"));
            out.push('\n');
        }
        _ => {}
    }
    for child in value.get("content").and_then(Value::as_array).into_iter().flatten() {
        write_text(child, out);
    }
    let block = INLINE.split(' ').all(|inline| inline != kind);
    if block && !out.ends_with('\n') {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(content: impl Into<Value>) -> Value {
        json!({"type": "doc", "version": 1, "content": content.into()})
    }

    #[test]
    fn sound_documents_pass() {
        let text = json!({"type": "text", "text": "x", "marks": [{"type": "strong"}]});
        let paragraph = json!({"type": "paragraph", "content": [text]});
        let list = json!({"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph]}]});
        let panel =
            json!({"type": "panel", "attrs": {"panelType": "info"}, "content": [paragraph]});
        assert_eq!(check(&doc(json!([paragraph, list, panel]))), Ok(()));
        assert_eq!(check(&doc(json!([]))), Ok(()));
        assert_eq!(check(&from_text("one\n\ntwo")), Ok(()));
    }

    #[test]
    fn broken_documents_are_refused_with_their_place() {
        let cases = [
            (json!("text"), "not an object"),
            (json!({"type": "doc", "content": []}), "version"),
            (doc(json!([{"type": "paragraf"}])), "not allowed"),
            (doc(json!([{"type": "text", "text": "loose"}])), "not allowed"),
            (
                doc(json!([{"type": "paragraph", "content": [{"type": "text", "text": ""}]}])),
                "empty text",
            ),
            (doc(json!([{"type": "heading", "attrs": {"level": 7}}])), "level"),
            (doc(json!([{"type": "bulletList", "content": []}])), "must not be empty"),
            (
                doc(
                    json!([{"type": "panel", "attrs": {"panelType": "blue"}, "content": [{"type": "paragraph"}]}]),
                ),
                "panelType",
            ),
            (
                doc(
                    json!([{"type": "paragraph", "content": [{"type": "text", "text": "x", "marks": [{"type": "bold"}]}]}]),
                ),
                "unknown mark",
            ),
            (
                doc(
                    json!([{"type": "paragraph", "content": [{"type": "text", "text": "x", "marks": [{"type": "code"}, {"type": "em"}]}]}]),
                ),
                "code does not combine",
            ),
            (
                doc(json!([{"type": "paragraph", "content": [{"type": "mention", "attrs": {}}]}])),
                "attribute id",
            ),
        ];
        for (document, expected) in cases {
            let error = check(&document).unwrap_err();
            assert!(error.contains(expected), "{document}: {error}");
        }
    }
}
