//! Our check of ADF and Atlassian's schema say the same, about sound documents and broken ones.

use atlassian_markup::adf;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::generate;
use super::laws::config;
use super::schema;
use super::trees::{self, Choices};

const TYPES: &[&str] = &[
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "listItem",
    "taskList",
    "taskItem",
    "blockTaskItem",
    "decisionList",
    "decisionItem",
    "blockquote",
    "panel",
    "expand",
    "nestedExpand",
    "codeBlock",
    "rule",
    "table",
    "tableRow",
    "tableHeader",
    "tableCell",
    "mediaSingle",
    "mediaGroup",
    "media",
    "caption",
    "blockCard",
    "embedCard",
    "extension",
    "bodiedExtension",
    "layoutSection",
    "layoutColumn",
    "syncBlock",
    "bodiedSyncBlock",
    "text",
    "hardBreak",
    "mention",
    "emoji",
    "date",
    "status",
    "inlineCard",
    "mediaInline",
    "placeholder",
    "inlineExtension",
    "doc",
    "futureNode",
];

const ATTRS: &[&str] = &[
    "localId",
    "level",
    "order",
    "state",
    "panelType",
    "panelColor",
    "panelIcon",
    "title",
    "language",
    "wrap",
    "hideLineNumbers",
    "uniqueId",
    "layout",
    "width",
    "widthType",
    "displayMode",
    "isNumberColumnEnabled",
    "colspan",
    "rowspan",
    "colwidth",
    "background",
    "valign",
    "type",
    "id",
    "collection",
    "alt",
    "height",
    "occurrenceKey",
    "url",
    "data",
    "datasource",
    "originalWidth",
    "originalHeight",
    "extensionType",
    "extensionKey",
    "parameters",
    "text",
    "resourceId",
    "accessLevel",
    "userType",
    "shortName",
    "timestamp",
    "color",
    "style",
    "other",
];

fn values() -> Vec<Value> {
    vec![
        json!("x"),
        json!(""),
        json!(0),
        json!(1),
        json!(2.5),
        json!(-1),
        json!(7),
        json!(101),
        json!(true),
        json!(null),
        json!([1, 2]),
        json!([]),
        json!(["a"]),
        json!({}),
        json!({"id": "d", "parameters": {}, "views": [{"type": "table"}]}),
        json!({"id": "d", "parameters": 1, "views": []}),
        json!("wide"),
        json!("full-width"),
        json!("center"),
        json!("default"),
        json!("pixel"),
        json!("percentage"),
        json!("fixed"),
        json!("top"),
        json!("TODO"),
        json!("file"),
        json!("external"),
        json!("image"),
        json!("SPECIAL"),
        json!("#ff00AA"),
        json!("#ff00A"),
        json!("red"),
        json!("custom"),
        json!("\n"),
        json!("wrap-left"),
        json!("align-end"),
    ]
}

fn marks() -> Vec<Value> {
    vec![
        json!({"type": "strong"}),
        json!({"type": "em", "attrs": {}}),
        json!({"type": "strike"}),
        json!({"type": "underline"}),
        json!({"type": "code"}),
        json!({"type": "link", "attrs": {"href": "u"}}),
        json!({"type": "link", "attrs": {"title": "u"}}),
        json!({"type": "link"}),
        json!({"type": "subsup", "attrs": {"type": "sub"}}),
        json!({"type": "subsup", "attrs": {"type": "x"}}),
        json!({"type": "textColor", "attrs": {"color": "#ff0000"}}),
        json!({"type": "textColor", "attrs": {"color": "red"}}),
        json!({"type": "backgroundColor", "attrs": {"color": "#fedec8"}}),
        json!({"type": "annotation", "attrs": {"id": "c", "annotationType": "inlineComment"}}),
        json!({"type": "alignment", "attrs": {"align": "center"}}),
        json!({"type": "alignment", "attrs": {"align": "left"}}),
        json!({"type": "indentation", "attrs": {"level": 1}}),
        json!({"type": "indentation", "attrs": {"level": 7}}),
        json!({"type": "fontSize", "attrs": {"fontSize": "small"}}),
        json!({"type": "breakout", "attrs": {"mode": "wide"}}),
        json!({"type": "breakout", "attrs": {"mode": "wide", "width": 9}}),
        json!({"type": "border", "attrs": {"size": 1, "color": "#000000"}}),
        json!({"type": "border", "attrs": {"size": 4, "color": "#000000"}}),
        json!({"type": "border", "attrs": {"size": 1, "color": "red"}}),
        json!({"type": "fragment", "attrs": {"localId": "f"}}),
        json!({"type": "fragment", "attrs": {"localId": ""}}),
        json!({"type": "dataConsumer", "attrs": {"sources": ["a"]}}),
        json!({"type": "dataConsumer", "attrs": {"sources": []}}),
        json!({"type": "future"}),
    ]
}

/// Small nodes that are sound somewhere.
fn nodes() -> Vec<Value> {
    vec![
        json!({"type": "paragraph"}),
        json!({"type": "rule"}),
        json!({"type": "text", "text": "t"}),
        json!({"type": "text", "text": ""}),
        json!({"type": "hardBreak", "attrs": {"text": "\n"}}),
        json!({"type": "caption", "content": [{"type": "text", "text": "c"}]}),
        json!({"type": "media", "attrs": {"type": "file", "id": "1", "collection": ""}}),
        json!({"type": "blockTaskItem", "attrs": {"localId": "i", "state": "TODO"}, "content": [{"type": "paragraph"}]}),
        json!({"type": "codeBlock", "content": [{"type": "text", "text": "c"}]}),
        json!({"type": "codeBlock", "content": []}),
        json!({"type": "blockCard", "attrs": {"data": {}}}),
        json!({"type": "blockCard", "attrs": {"datasource": {"id": "d", "parameters": {}, "views": [{"type": "table", "properties": {}}]}, "layout": "center"}}),
        json!({"type": "syncBlock", "attrs": {"resourceId": "r", "localId": "l"}}),
        json!({"type": "bodiedSyncBlock", "attrs": {"resourceId": "r", "localId": "l"}, "content": [{"type": "paragraph"}]}),
        json!({"type": "inlineExtension", "attrs": {"extensionType": "a", "extensionKey": "b"}}),
        json!({"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [{"type": "media", "attrs": {"type": "external", "url": ""}}]}),
        json!({"type": "nestedExpand", "attrs": {}, "content": [{"type": "paragraph"}]}),
        json!({"type": "expand", "content": [{"type": "nestedExpand", "attrs": {}, "content": [{"type": "paragraph"}]}]}),
        json!({"type": "panel", "attrs": {"panelType": "custom", "panelColor": "red"}, "content": [{"type": "paragraph"}]}),
        json!({"type": "blockquote", "content": [{"type": "paragraph"}]}),
        json!("not a node"),
        json!({}),
    ]
}

fn count(node: &Value) -> usize {
    1 + node["content"].as_array().map_or(0, |nodes| nodes.iter().map(count).sum())
}

/// Calls `act` with the node number `at` in reading order.
fn visit(node: &mut Value, at: &mut usize, act: &mut dyn FnMut(&mut Map<String, Value>)) {
    let Some(map) = node.as_object_mut() else { return };
    if *at == 0 {
        act(map);
    }
    *at = at.wrapping_sub(1);
    for child in map.get_mut("content").and_then(Value::as_array_mut).into_iter().flatten() {
        visit(child, at, act);
    }
}

fn pick<T>(list: &[T], number: u16) -> &T {
    &list[usize::from(number) % list.len()]
}

/// Breaks, or does not break, one node.
fn change(body: &mut Value, (at, what, first, second): (u16, u8, u16, u16)) {
    let mut at = usize::from(at) % count(body);
    visit(body, &mut at, &mut |map| match what % 10 {
        0 => {
            map.insert("type".to_owned(), (*pick(TYPES, first)).into());
        }
        1 | 2 => {
            let attrs = map.entry("attrs").or_insert_with(|| json!({}));
            if let Some(attrs) = attrs.as_object_mut() {
                attrs.insert((*pick(ATTRS, first)).to_owned(), pick(&values(), second).clone());
            }
        }
        3 => {
            if let Some(attrs) = map.get_mut("attrs").and_then(Value::as_object_mut) {
                let keys: Vec<String> = attrs.keys().cloned().collect();
                if !keys.is_empty() {
                    attrs.remove(pick(&keys, first));
                }
            }
        }
        4 => {
            map.remove(*pick(&["attrs", "content", "marks", "text", "version"], first));
        }
        5 | 6 => {
            let marks_of = map.entry("marks").or_insert_with(|| json!([]));
            if let Some(list) = marks_of.as_array_mut() {
                list.push(pick(&marks(), first).clone());
            }
        }
        7 => {
            let content = map.entry("content").or_insert_with(|| json!([]));
            if let Some(list) = content.as_array_mut() {
                let place = usize::from(second) % (list.len() + 1);
                list.insert(place, pick(&nodes(), first).clone());
            }
        }
        8 => {
            let list = map.get_mut("content").and_then(Value::as_array_mut);
            if let Some(list) = list.filter(|list| !list.is_empty()) {
                list.remove(usize::from(first) % list.len());
            }
        }
        _ => {
            let key = *pick(&["attrs", "content", "marks", "text", "more", "version"], first);
            map.insert(key.to_owned(), pick(&values(), second).clone());
        }
    });
}

fn agree(body: &Value) -> Result<(), TestCaseError> {
    let found = adf::check(body).err().unwrap_or_default();
    // The schema leaves some nodes open for properties that nobody knows; we do not.
    let sound = found.iter().all(|finding| finding.message.starts_with("unknown property"));
    let allowed = schema::allows(body);
    prop_assert!(allowed || !found.is_empty(), "only the schema refuses {}", body);
    prop_assert!(!allowed || sound, "only we refuse {}: {:?}", body, found);
    Ok(())
}

fn changes() -> impl Strategy<Value = Vec<(u16, u8, u16, u16)>> {
    prop::collection::vec(any::<(u16, u8, u16, u16)>(), 0..3)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn about_what_the_generators_make(body in generate::wild_document(), changes in changes()) {
        let mut body = body;
        for one in changes {
            change(&mut body, one);
        }
        agree(&body)?;
    }

    #[test]
    fn about_trees(bytes in prop::collection::vec(any::<u8>(), 0..200), changes in changes()) {
        let mut body = trees::adf(&mut Choices::new(&bytes));
        for one in changes {
            change(&mut body, one);
        }
        agree(&body)?;
    }
}
