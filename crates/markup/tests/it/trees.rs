//! Whole documents grown from bytes: each byte is a choice. Fuzzers reach the depths of the
//! writers with these, which random JSON and XML do not.

use serde_json::{Map, Value, json};

/// The choices that a row of bytes makes.
pub struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
    /// How many nodes may still be made.
    left: u32,
}

const WORDS: &[&str] = &[
    "a",
    "word",
    " ",
    "two words",
    "*",
    "**",
    "_",
    "`",
    "~",
    "^",
    "==",
    "[",
    "](",
    ")",
    "<b>",
    "&amp;",
    "|",
    "\\",
    "$",
    "$x$",
    ":smile:",
    ":status[x]",
    "[~bob]",
    "@[a](accountid:1)",
    "https://x.example/a_b",
    "www.x.example",
    "{code}",
    "{",
    "}",
    "!a.png!",
    "# ",
    "- ",
    "1. ",
    "> ",
    ":::",
    "::toc",
    "---",
    "|a|",
    "h1. ",
    "bq. ",
    "é",
    "日本",
    "\u{a0}",
    "\u{1F389}",
    "[ ] ",
    "[x] ",
    "snake_case",
    "2*3*4",
    "a-b",
    "OPS-7",
    "\n",
    "\t",
    "==x==",
    "<!--",
    "-->",
    "]]>",
    "{{x}}",
    "++",
    "??",
    "(y)",
    "[^1]",
    "...",
    "!",
    "\"",
];

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter(), left: 200 }
    }

    fn next(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or(0)
    }

    fn of<'t, T: ?Sized>(&mut self, list: &[&'t T]) -> &'t T {
        list[usize::from(self.next()) % list.len()]
    }

    fn spend(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0 && self.bytes.len() > 0
    }

    fn text(&mut self) -> String {
        let mut out = String::new();
        for _ in 0..=self.next() % 4 {
            out.push_str(self.of(WORDS));
        }
        out
    }
}

fn node(kind: &str, attrs: Value, content: Vec<Value>) -> Value {
    let mut map = Map::new();
    map.insert("type".to_owned(), kind.into());
    if attrs.as_object().is_some_and(|attrs| !attrs.is_empty()) {
        map.insert("attrs".to_owned(), attrs);
    }
    if !content.is_empty() {
        map.insert("content".to_owned(), content.into());
    }
    Value::Object(map)
}

/// An ADF document; mostly, not always, one that the schema allows.
pub fn adf(choices: &mut Choices<'_>) -> Value {
    let mut content = Vec::new();
    while choices.spend() && content.len() < 6 {
        content.push(adf_block(choices, 0));
    }
    json!({"type": "doc", "version": 1, "content": content})
}

fn adf_blocks(choices: &mut Choices<'_>, depth: u32) -> Vec<Value> {
    let count = 1 + choices.next() % 3;
    (0..count).map(|_| adf_block(choices, depth + 1)).collect()
}

fn adf_block(choices: &mut Choices<'_>, depth: u32) -> Value {
    let choice = if depth > 4 || !choices.spend() { 0 } else { choices.next() % 22 };
    match choice {
        0..=3 => {
            let mut paragraph = node("paragraph", json!({}), adf_inlines(choices));
            if choice == 3 {
                let align = choices.of(&["center", "end"]);
                paragraph["marks"] = json!([{"type": "alignment", "attrs": {"align": align}}]);
            }
            paragraph
        }
        4 => node("heading", json!({"level": 1 + choices.next() % 6}), adf_inlines(choices)),
        5 | 6 => {
            let items = (0..1 + choices.next() % 3)
                .map(|_| node("listItem", json!({}), adf_blocks(choices, depth)))
                .collect();
            if choice == 5 {
                node("bulletList", json!({}), items)
            } else {
                node("orderedList", json!({"order": choices.next() % 12}), items)
            }
        }
        7 => {
            let items = (0..1 + choices.next() % 3)
                .map(|_| {
                    let state = choices.of(&["TODO", "DONE"]);
                    node("taskItem", json!({"localId": "i", "state": state}), adf_inlines(choices))
                })
                .collect();
            node("taskList", json!({"localId": "t"}), items)
        }
        8 => node(
            "decisionList",
            json!({"localId": "d"}),
            vec![node(
                "decisionItem",
                json!({"localId": "x", "state": "DECIDED"}),
                adf_inlines(choices),
            )],
        ),
        9 => node("blockquote", json!({}), adf_blocks(choices, depth)),
        10 => {
            let kind =
                choices.of(&["info", "note", "tip", "warning", "error", "success", "custom"]);
            node("panel", json!({"panelType": kind}), adf_blocks(choices, depth))
        }
        11 => {
            let kind = choices.of(&["expand", "nestedExpand"]);
            node(kind, json!({"title": choices.text()}), adf_blocks(choices, depth))
        }
        12 => {
            let text = choices.text();
            let lang = choices.of(&["", "python", "c++", "x y"]);
            node(
                "codeBlock",
                json!({"language": lang}),
                vec![json!({"type": "text", "text": text})],
            )
        }
        13 => node("rule", json!({}), vec![]),
        14 | 15 => adf_table(choices, depth),
        16 => node(
            "mediaSingle",
            json!({"layout": choices.of(&["center", "wide"])}),
            vec![node(
                "media",
                json!({"type": "external", "url": choices.of(WORDS), "alt": choices.text()}),
                vec![],
            )],
        ),
        17 => node(
            "mediaGroup",
            json!({}),
            vec![node(
                "media",
                json!({"type": "file", "id": choices.of(WORDS), "collection": ""}),
                vec![],
            )],
        ),
        18 => node("blockCard", json!({"url": "https://x.example/browse/A-1"}), vec![]),
        19 => node(
            "extension",
            json!({"extensionType": "a.b", "extensionKey": choices.of(WORDS), "text": choices.text()}),
            vec![],
        ),
        20 => node(
            "layoutSection",
            json!({}),
            (0..2)
                .map(|_| node("layoutColumn", json!({"width": 50}), adf_blocks(choices, depth)))
                .collect(),
        ),
        _ => node("futureNode", json!({"k": choices.text()}), adf_blocks(choices, depth)),
    }
}

fn adf_table(choices: &mut Choices<'_>, depth: u32) -> Value {
    let (width, height) = (1 + choices.next() % 3, 1 + choices.next() % 3);
    let rows = (0..height)
        .map(|_| {
            let cells = (0..width)
                .map(|_| {
                    let kind = choices.of(&["tableCell", "tableHeader"]);
                    let attrs = match choices.next() % 8 {
                        0 => json!({"colspan": 2}),
                        1 => json!({"background": "#ffebe6"}),
                        _ => json!({}),
                    };
                    let content = if choices.next().is_multiple_of(3) {
                        adf_blocks(choices, depth + 1)
                    } else {
                        vec![node("paragraph", json!({}), adf_inlines(choices))]
                    };
                    node(kind, attrs, content)
                })
                .collect();
            node("tableRow", json!({}), cells)
        })
        .collect();
    node("table", json!({}), rows)
}

fn adf_inlines(choices: &mut Choices<'_>) -> Vec<Value> {
    (0..choices.next() % 5).map(|_| adf_inline(choices)).collect()
}

fn adf_inline(choices: &mut Choices<'_>) -> Value {
    let mut inline = match choices.next() % 16 {
        0 => json!({"type": "hardBreak"}),
        1 => {
            json!({"type": "mention", "attrs": {"id": choices.of(&["5:a", "x y", "557058"]), "text": format!("@{}", choices.text())}})
        }
        2 => {
            let short = choices.of(&[":smile:", ":warning:", ":blobby:", ":a b:"]);
            match choices.next() % 3 {
                0 => json!({"type": "emoji", "attrs": {"shortName": short}}),
                1 => {
                    json!({"type": "emoji", "attrs": {"shortName": short, "text": choices.of(WORDS)}})
                }
                _ => {
                    json!({"type": "emoji", "attrs": {"shortName": short, "id": choices.of(&["1f604", "uuid"]), "text": short}})
                }
            }
        }
        3 => {
            json!({"type": "date", "attrs": {"timestamp": choices.of(&["1709251200000", "1", "-86400000"])}})
        }
        4 => {
            json!({"type": "status", "attrs": {"text": choices.text(), "color": choices.of(&["neutral", "red", "#ffffff"])}})
        }
        5 => {
            json!({"type": "inlineCard", "attrs": {"url": choices.of(&["https://x.example/browse/A-1", "https://x.example/(a b"])}})
        }
        6 => json!({"type": "mediaInline", "attrs": {"id": "m", "collection": ""}}),
        7 => json!({"type": "placeholder", "attrs": {"text": choices.text()}}),
        _ => json!({"type": "text", "text": choices.text()}),
    };
    let mut marks: Vec<Value> = Vec::new();
    for _ in 0..choices.next() % 4 {
        let mark = match choices.next() % 11 {
            0 => json!({"type": "strong"}),
            1 => json!({"type": "em"}),
            2 => json!({"type": "strike"}),
            3 => json!({"type": "underline"}),
            4 => json!({"type": "code"}),
            5 => json!({"type": "subsup", "attrs": {"type": choices.of(&["sub", "sup"])}}),
            6 => json!({"type": "textColor", "attrs": {"color": "#ff0000"}}),
            7 => json!({"type": "backgroundColor", "attrs": {"color": "#fedec8"}}),
            8 => {
                json!({"type": "annotation", "attrs": {"id": "c1", "annotationType": "inlineComment"}})
            }
            9 => {
                json!({"type": "link", "attrs": {"href": choices.of(&["https://x.example/a_(b)?c=1&d=2", "#top", "mailto:a@b.example", "x y", "attachment:a%20b"])}})
            }
            _ => {
                json!({"type": "link", "attrs": {"href": "https://x.example", "title": choices.text()}})
            }
        };
        if !marks.iter().any(|have| have["type"] == mark["type"]) {
            marks.push(mark);
        }
    }
    if !marks.is_empty() {
        inline["marks"] = marks.into();
    }
    inline
}

/// A storage body; always well-formed.
pub fn storage(choices: &mut Choices<'_>) -> String {
    let mut out = String::new();
    let mut count = 0;
    while choices.spend() && count < 6 {
        storage_block(choices, 0, &mut out);
        count += 1;
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn storage_blocks(choices: &mut Choices<'_>, depth: u32, out: &mut String) {
    for _ in 0..choices.next() % 3 {
        storage_block(choices, depth + 1, out);
    }
    if choices.next().is_multiple_of(4) {
        storage_inlines(choices, 0, out);
    }
}

fn wrap(name: &str, attrs: &str, out: &mut String, inner: impl FnOnce(&mut String)) {
    out.push_str(&format!("<{name}{attrs}>"));
    inner(out);
    out.push_str(&format!("</{name}>"));
}

fn storage_block(choices: &mut Choices<'_>, depth: u32, out: &mut String) {
    let choice = if depth > 4 || !choices.spend() { 0 } else { choices.next() % 26 };
    match choice {
        0..=3 => {
            let attrs =
                choices.of(&["", "", " ac:local-id=\"p\"", " style=\"text-align: center;\""]);
            wrap("p", attrs, out, |out| storage_inlines(choices, 0, out));
        }
        4 => {
            let name = choices.of(&["h1", "h2", "h3", "h6"]);
            wrap(name, "", out, |out| storage_inlines(choices, 0, out));
        }
        5 | 6 => {
            let (name, attrs) = if choice == 5 {
                ("ul", "")
            } else {
                ("ol", choices.of(&["", " start=\"3\"", " start=\"x\""]))
            };
            wrap(name, attrs, out, |out| {
                for _ in 0..1 + choices.next() % 3 {
                    wrap("li", choices.of(&["", " ac:local-id=\"l\""]), out, |out| {
                        storage_blocks(choices, depth, out);
                    });
                    out.push_str(choices.of(&["", "\n"]));
                }
            });
        }
        7 => wrap("ac:task-list", "", out, |out| {
            for _ in 0..1 + choices.next() % 2 {
                let status = choices.of(&["incomplete", "complete"]);
                wrap("ac:task", "", out, |out| {
                    out.push_str(&format!(
                        "<ac:task-id>1</ac:task-id><ac:task-status>{status}</ac:task-status>"
                    ));
                    wrap("ac:task-body", "", out, |out| {
                        if choices.next().is_multiple_of(2) {
                            wrap("span", " class=\"placeholder-inline-tasks\"", out, |out| {
                                storage_inlines(choices, 0, out);
                            });
                        } else {
                            storage_blocks(choices, depth, out);
                        }
                    });
                });
            }
        }),
        8 => wrap("blockquote", "", out, |out| storage_blocks(choices, depth, out)),
        9 => out.push_str("<hr/>"),
        10 => wrap("pre", "", out, |out| out.push_str(&escaped(&choices.text()))),
        11..=13 => storage_table(choices, depth, out),
        14 | 15 => {
            let name = choices
                .of(&["info", "note", "tip", "warning", "panel", "expand", "excerpt", "details"]);
            let attrs = format!(" ac:name=\"{name}\"{}", choices.of(&["", " ac:macro-id=\"m\""]));
            wrap("ac:structured-macro", &attrs, out, |out| {
                if choices.next().is_multiple_of(2) {
                    let key = choices.of(&["title", "bgColor", "icon", "x y"]);
                    let value = escaped(&choices.text());
                    out.push_str(&format!(
                        "<ac:parameter ac:name=\"{key}\">{value}</ac:parameter>"
                    ));
                }
                wrap("ac:rich-text-body", "", out, |out| storage_blocks(choices, depth, out));
            });
        }
        16 => {
            let name = choices.of(&["code", "noformat", "html"]);
            let lang = choices.of(&["", "py", "c++", "none"]);
            let text = choices.text().replace("]]>", "");
            out.push_str(&format!(
                "<ac:structured-macro ac:name=\"{name}\"><ac:parameter ac:name=\"language\">{lang}</ac:parameter>\
                 <ac:plain-text-body><![CDATA[{text}]]></ac:plain-text-body></ac:structured-macro>"
            ));
        }
        17 => {
            let name =
                choices.of(&["toc", "children", "jira", "drawio", "anchor", "include", "status"]);
            let key = choices.of(&["", "title", "key", "jqlQuery", "maxLevel"]);
            let value = escaped(&choices.text());
            out.push_str(&format!(
                "<ac:structured-macro ac:name=\"{name}\"><ac:parameter ac:name=\"{key}\">{value}</ac:parameter></ac:structured-macro>"
            ));
        }
        18 => wrap("ac:layout", "", out, |out| {
            wrap("ac:layout-section", " ac:type=\"two_equal\"", out, |out| {
                for _ in 0..2 {
                    wrap("ac:layout-cell", "", out, |out| storage_blocks(choices, depth, out));
                }
            });
        }),
        19 => wrap("div", "", out, |out| storage_blocks(choices, depth, out)),
        20 => {
            out.push_str(choices.of(&["<!-- c -->", "\n", " ", "<p/>", "<p><br/></p>", "<?x y?>"]));
        }
        21 => wrap("ac:adf-extension", "", out, |out| {
            let kind = choices.of(&["panel", "decision-list", "other"]);
            wrap("ac:adf-node", &format!(" type=\"{kind}\""), out, |out| {
                out.push_str("<ac:adf-attribute key=\"panel-type\">note</ac:adf-attribute>");
                wrap("ac:adf-content", "", out, |out| storage_blocks(choices, depth, out));
            });
        }),
        22 => out.push_str(choices.of(&[
            "<br/>",
            "text",
            "<ac:future x=\"1\"/>",
            "<ul/>",
            "<table/>",
            "<ac:layout/>",
        ])),
        _ => storage_inlines(choices, 0, out),
    }
    out.push_str(choices.of(&["", "", "", "\n"]));
}

fn storage_table(choices: &mut Choices<'_>, depth: u32, out: &mut String) {
    let attrs = choices.of(&["", " data-layout=\"wide\" ac:local-id=\"t\""]);
    wrap("table", attrs, out, |out| {
        out.push_str(choices.of(&["", "<colgroup><col/><col/></colgroup>"]));
        let group = choices.of(&["tbody", "tbody", "thead"]);
        wrap(group, "", out, |out| {
            let width = 1 + choices.next() % 3;
            for _ in 0..1 + choices.next() % 3 {
                wrap("tr", "", out, |out| {
                    for _ in 0..width {
                        let name = choices.of(&["td", "th"]);
                        let attrs = choices.of(&[
                            "",
                            "",
                            "",
                            " colspan=\"2\"",
                            " data-highlight-colour=\"#fff\"",
                            " style=\"text-align: right;\"",
                        ]);
                        wrap(name, attrs, out, |out| {
                            if choices.next().is_multiple_of(3) {
                                storage_blocks(choices, depth, out);
                            } else {
                                wrap("p", "", out, |out| storage_inlines(choices, 0, out));
                            }
                        });
                    }
                });
            }
        });
    });
}

fn storage_inlines(choices: &mut Choices<'_>, depth: u32, out: &mut String) {
    for _ in 0..choices.next() % 5 {
        storage_inline(choices, depth, out);
    }
}

fn storage_inline(choices: &mut Choices<'_>, depth: u32, out: &mut String) {
    let choice = if depth > 3 || !choices.spend() { 0 } else { choices.next() % 24 };
    match choice {
        8 => {
            let name = choices.of(&["strong", "em", "u", "s", "sub", "sup", "code", "b", "i", "del", "small"]);
            wrap(name, "", out, |out| storage_inlines(choices, depth + 1, out));
        }
        9 => {
            let style = choices.of(&["color: rgb(255,0,0);", "background-color: #fedec8;", "x: y"]);
            wrap("span", &format!(" style=\"{style}\""), out, |out| storage_inlines(choices, depth + 1, out));
        }
        10 => {
            let href = choices.of(&["https://x.example/a_(b)?c=1&amp;d=2", "#top", "mailto:a@b.example", "/wiki/x", "javascript:x"]);
            let card = choices.of(&["", " data-card-appearance=\"inline\"", " data-card-appearance=\"block\"", " title=\"t\""]);
            wrap("a", &format!(" href=\"{href}\"{card}"), out, |out| storage_inlines(choices, depth + 1, out));
        }
        11 => {
            let target = choices.of(&[
                "<ri:page ri:content-title=\"A b\" ri:space-key=\"E\"/>",
                "<ri:attachment ri:filename=\"a (1).pdf\"/>",
                "<ri:user ri:account-id=\"5:a\"/>",
                "<ri:user ri:userkey=\"8a\"/>",
                "<ri:space ri:space-key=\"E\"/>",
                "",
            ]);
            let anchor = choices.of(&["", " ac:anchor=\"x y\""]);
            wrap("ac:link", anchor, out, |out| {
                out.push_str(target);
                if choices.next().is_multiple_of(2) {
                    wrap("ac:link-body", "", out, |out| storage_inlines(choices, depth + 1, out));
                }
            });
        }
        12 => {
            let alt = escaped(&choices.text());
            let source = choices.of(&["<ri:attachment ri:filename=\"a b.png\"/>", "<ri:url ri:value=\"https://x.example/i.png\"/>", ""]);
            out.push_str(&format!("<ac:image ac:alt=\"{alt}\" ac:width=\"300\">{source}</ac:image>"));
        }
        13 => out.push_str(choices.of(&["<br/>", "<br />\n"])),
        14 => out.push_str(choices.of(&[
            "<ac:emoticon ac:name=\"tick\"/>",
            "<ac:emoticon ac:name=\"blue-star\" ac:emoji-shortname=\":tada:\" ac:emoji-id=\"1f389\" ac:emoji-fallback=\"x\"/>",
            "<ac:emoticon/>",
        ])),
        15 => out.push_str(choices.of(&["<time datetime=\"2024-03-01\"/>", "<time datetime=\"x\">t</time>"])),
        16 => {
            let text = escaped(&choices.text());
            out.push_str(&format!("<ac:structured-macro ac:name=\"status\"><ac:parameter ac:name=\"title\">{text}</ac:parameter></ac:structured-macro>"));
        }
        17 => wrap("ac:inline-comment-marker", " ac:ref=\"r\"", out, |out| storage_inlines(choices, depth + 1, out)),
        18 => {
            let text = escaped(&choices.text());
            out.push_str(&format!("<ac:placeholder>{text}</ac:placeholder>"));
        }
        19 => out.push_str(choices.of(&["&nbsp;", "&mdash;", "&unknown;", "&#x1F389;", "<![CDATA[a < b]]>", "<!-- c -->"])),
        20 => {
            let key = escaped(&choices.text());
            out.push_str(&format!("<ac:structured-macro ac:name=\"jira\"><ac:parameter ac:name=\"key\">{key}</ac:parameter></ac:structured-macro>"));
        }
        _ => out.push_str(&escaped(&choices.text())),
    }
}
