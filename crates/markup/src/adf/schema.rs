//! What Atlassian's schema says, as tables (`@atlaskit/adf-schema` 57.7.22,
//! `dist/json-schema/v1/full.json`; content conversion spec section 2).

/// Kinds of attribute values.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Filled,
    Number(f64, f64),
    Numbers,
    Flag,
    OneOf(&'static [&'static str]),
    Any,
    Hex,
    /// As [`Kind::Hex`], or with two more digits.
    HexAlpha,
    StatusColor,
    Texts,
}

/// An attribute: its name, what it holds, whether it must be there.
pub(super) type Attr = (&'static str, Kind, bool);

pub(super) const MAX: f64 = f64::MAX;
pub(super) const ID: Attr = ("localId", Kind::Text, false);
pub(super) const FILLED_ID: Attr = ("localId", Kind::Filled, false);
pub(super) const LAYOUTS: &[&str] =
    &["wide", "full-width", "center", "wrap-right", "wrap-left", "align-end", "align-start"];
pub(super) const EXTENSION_LAYOUTS: &[&str] = &["wide", "full-width", "default"];

pub(super) const INLINE: &[&str] = &[
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
pub(super) const CAPTION: &[&str] =
    &["text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "placeholder"];
pub(super) const DOC: &[&str] = &[
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
pub(super) const COLUMN: &[&str] = &[
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
pub(super) const SYNCED: &[&str] = &[
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
pub(super) const BOX: &[&str] = &[
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
pub(super) const EXPAND: &[&str] = &[
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
pub(super) const NESTED: &[&str] = &[
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
pub(super) const PANEL: &[&str] = &[
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
pub(super) const QUOTE: &[&str] = &[
    "paragraph",
    "orderedList",
    "bulletList",
    "codeBlock",
    "mediaSingle",
    "mediaGroup",
    "extension",
];
pub(super) const ITEM: &[&str] = &[
    "paragraph",
    "bulletList",
    "orderedList",
    "taskList",
    "mediaSingle",
    "codeBlock",
    "extension",
];
pub(super) const CELL: &[&str] = &[
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
pub(super) struct Rule {
    pub(super) attrs: &'static [Attr],
    pub(super) needs_attrs: bool,
    pub(super) children: Option<&'static [&'static str]>,
    pub(super) least: usize,
    pub(super) most: usize,
}

pub(super) const fn rule(
    attrs: &'static [Attr],
    needs_attrs: bool,
    children: Option<&'static [&'static str]>,
    least: usize,
) -> Rule {
    Rule { attrs, needs_attrs, children, least, most: usize::MAX }
}

pub(super) fn rule_of(kind: &str) -> Option<Rule> {
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

pub(super) fn mark_attrs(kind: &str) -> Option<&'static [Attr]> {
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
        "border" => &[("size", Kind::Number(1.0, 3.0), true), ("color", Kind::HexAlpha, true)],
        "fragment" => &[("localId", Kind::Filled, true), ("name", Kind::Text, false)],
        "dataConsumer" => &[("sources", Kind::Texts, true)],
        _ => return None,
    })
}

/// The marks that a node may carry in a parent.
pub(super) fn allowed_marks(kind: &str, parent: &str, is_code: bool) -> &'static [&'static str] {
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
