//! Generators of documents for the laws.

use proptest::prelude::*;
use serde_json::{Value, json};

/// Letters, signs and the blanks between them; no address, no blank at an edge.
pub fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => "[a-zA-Z]{1,6}",
        2 => "[a-z]{1,3}_[a-z]{1,3}",
        1 => "[0-9]{1,4}[.)]?",
        3 => "[-*_`~^=\\[\\](){}<>#+!|:;&@$%\\\\/.,'\"?]{1,3}",
        1 => Just("é日本".to_owned()),
        1 => Just(":smile:".to_owned()),
        1 => Just(":status[x]".to_owned()),
        1 => Just("&amp;".to_owned()),
        1 => Just("<b>".to_owned()),
        1 => Just("[~bob]".to_owned()),
        1 => Just("@[a](accountid:1)".to_owned()),
        1 => Just("[ ]".to_owned()),
        1 => Just("{expand}".to_owned()),
        1 => Just(":::".to_owned()),
        1 => Just("$a_b$".to_owned()),
        1 => Just("---".to_owned()),
        1 => Just("{code}".to_owned()),
        1 => Just("h1.".to_owned()),
    ];
    (prop::collection::vec((word, prop_oneof![4 => Just(" "), 1 => Just("")]), 1..6)).prop_map(
        |words| {
            let mut out = String::new();
            for (word, gap) in words {
                out.push_str(&word);
                out.push_str(gap);
            }
            let out = out.trim().replace("://", ": //").replace("www.", "ww.");
            if out.is_empty() { "x".to_owned() } else { out }
        },
    )
}

fn marks() -> impl Strategy<Value = Vec<Value>> {
    let link = json!({"type": "link", "attrs": {"href": "https://x.example/a_(b)?c=1&d=2"}});
    let titled = json!({"type": "link", "attrs": {"href": "#top", "title": "Say \"hi\""}});
    prop_oneof![
        6 => Just(vec![]),
        1 => Just(vec![json!({"type": "code"})]),
        1 => Just(vec![json!({"type": "code"}), link.clone()]),
        4 => (
            prop::sample::subsequence(
                vec![
                    json!({"type": "strong"}),
                    json!({"type": "em"}),
                    json!({"type": "strike"}),
                    json!({"type": "underline"}),
                    json!({"type": "subsup", "attrs": {"type": "sub"}}),
                    json!({"type": "textColor", "attrs": {"color": "#ff5630"}}),
                    json!({"type": "backgroundColor", "attrs": {"color": "#fedec8"}}),
                ],
                0..4,
            ),
            prop::option::of(prop_oneof![Just(link), Just(titled)]),
        )
            .prop_map(|(mut marks, link)| {
                marks.extend(link);
                marks
            }),
    ]
}

fn run() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => (text(), marks()).prop_map(|(text, marks)| {
            if marks.is_empty() {
                json!({"type": "text", "text": text})
            } else {
                json!({"type": "text", "text": text, "marks": marks})
            }
        }),
        1 => Just(json!({"type": "mention", "attrs": {"id": "557058:f00", "text": "@Ann [Bo]"}})),
        1 => Just(json!({"type": "mention", "attrs": {"id": "5b1"}})),
        1 => Just(json!({"type": "emoji", "attrs": {"shortName": ":tada:", "id": "1f389", "text": "🎉"}})),
        1 => Just(json!({"type": "emoji", "attrs": {"shortName": ":blobby:", "id": "b-7"}})),
        1 => ("[A-Z\\]\\[ ]{1,8}", prop::sample::select(vec!["neutral", "red", "#00ff00"])).prop_map(
            |(text, color)| json!({"type": "status", "attrs": {"text": text, "color": color}})
        ),
        1 => prop::sample::select(vec!["1709251200000", "1709251200001", "-86400000"])
            .prop_map(|stamp| json!({"type": "date", "attrs": {"timestamp": stamp}})),
        1 => Just(json!({"type": "inlineCard", "attrs": {"url": "https://x.example/p?q=1#z"}})),
        1 => Just(json!({"type": "inlineCard", "attrs": {"url": "https://a.example/browse/OPS-4"}})),
    ]
}

/// Running text: no blank at its edges, breaks only between text.
pub fn inlines() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec((run(), prop::bool::weighted(0.2)), 1..5).prop_map(|runs| {
        let mut out: Vec<Value> = Vec::new();
        for (run, broken) in runs {
            let joins = out.last().is_some_and(|last| {
                last["type"] == "text"
                    && run["type"] == "text"
                    && last.get("marks") == run.get("marks")
            });
            if broken && !out.is_empty() {
                out.push(json!({"type": "hardBreak"}));
            } else if joins {
                continue;
            }
            out.push(run);
        }
        out
    })
}

fn paragraph() -> impl Strategy<Value = Value> {
    inlines().prop_map(|content| json!({"type": "paragraph", "content": content}))
}

fn code() -> impl Strategy<Value = Value> {
    ("[a-z `~:\\n|*]{1,20}", prop::option::of("[a-z]{1,6}")).prop_map(|(text, language)| {
        let text = json!([{"type": "text", "text": text}]);
        match language {
            Some(language) => {
                json!({"type": "codeBlock", "attrs": {"language": language}, "content": text})
            }
            None => json!({"type": "codeBlock", "content": text}),
        }
    })
}

fn heading() -> impl Strategy<Value = Value> {
    (1u8..=6, inlines()).prop_map(|(level, content)| {
        json!({"type": "heading", "attrs": {"level": level}, "content": content})
    })
}

fn tasks() -> impl Strategy<Value = Value> {
    prop::collection::vec((any::<bool>(), inlines()), 1..3).prop_map(|items| {
        let items: Vec<Value> = items
            .into_iter()
            .map(|(done, content)| {
                let state = if done { "DONE" } else { "TODO" };
                json!({"type": "taskItem", "attrs": {"localId": "i", "state": state}, "content": content})
            })
            .collect();
        json!({"type": "taskList", "attrs": {"localId": "l"}, "content": items})
    })
}

fn decisions() -> impl Strategy<Value = Value> {
    inlines().prop_map(|content| {
        json!({"type": "decisionList", "attrs": {"localId": "l"}, "content": [
            {"type": "decisionItem", "attrs": {"localId": "i", "state": "DECIDED"}, "content": content}]})
    })
}

fn image() -> impl Strategy<Value = Value> {
    text().prop_map(|alt| {
        json!({"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [
            {"type": "media", "attrs": {"type": "external", "url": "https://x.example/c.png", "alt": alt}}]})
    })
}

fn list(depth: u32) -> BoxedStrategy<Value> {
    let more = if depth == 0 {
        Just(vec![]).boxed()
    } else {
        prop_oneof![
            3 => Just(vec![]),
            1 => list(depth - 1).prop_map(|inner| vec![inner]),
            1 => code().prop_map(|inner| vec![inner]),
            1 => paragraph().prop_map(|inner| vec![inner]),
            1 => tasks().prop_map(|inner| vec![inner]),
        ]
        .boxed()
    };
    let item = (paragraph(), more).prop_map(|(first, more)| {
        let mut content = vec![first];
        content.extend(more);
        json!({"type": "listItem", "content": content})
    });
    (prop::option::of(2u8..20), any::<bool>(), prop::collection::vec(item, 1..4))
        .prop_map(|(order, ordered, items)| match (ordered, order) {
            (false, _) => json!({"type": "bulletList", "content": items}),
            (true, None) => json!({"type": "orderedList", "content": items}),
            (true, Some(order)) => {
                json!({"type": "orderedList", "attrs": {"order": order}, "content": items})
            }
        })
        .boxed()
}

fn panel() -> impl Strategy<Value = Value> {
    let inner = prop_oneof![
        4 => paragraph(), 1 => heading(), 2 => list(1), 1 => code(),
        1 => Just(json!({"type": "rule"})), 1 => tasks(), 1 => decisions(), 1 => image(),
        1 => Just(json!({"type": "blockCard", "attrs": {"url": "https://x.example/1"}})),
    ];
    let kinds = vec!["info", "note", "tip", "warning", "error", "success"];
    (prop::sample::select(kinds), apart(inner, 1..3))
        .prop_map(|(kind, content)| {
            json!({"type": "panel", "attrs": {"panelType": kind}, "content": content})
        })
}

fn quote() -> impl Strategy<Value = Value> {
    let inner = prop_oneof![4 => paragraph(), 1 => list(1), 1 => code()];
    apart(inner, 1..3).prop_map(|content| json!({"type": "blockquote", "content": content}))
}

/// A table of one header row or none, cells of one paragraph or, rarely, more.
fn table() -> impl Strategy<Value = Value> {
    let cell = prop_oneof![
        1 => Just(vec![json!({"type": "paragraph"})]),
        8 => paragraph().prop_map(|p| vec![p]),
        1 => (paragraph(), paragraph()).prop_map(|(a, b)| vec![a, b]),
        1 => list(1).prop_map(|list| vec![list]),
        1 => panel().prop_map(|panel| vec![panel]),
        1 => code().prop_map(|code| vec![code]),
        1 => tasks().prop_map(|tasks| vec![tasks]),
        1 => heading().prop_map(|heading| vec![heading]),
        1 => quote().prop_map(|quote| vec![quote]),
    ];
    (any::<bool>(), 1usize..4, 1usize..4).prop_flat_map(move |(header, width, height)| {
        prop::collection::vec(prop::collection::vec(cell.clone(), width), height).prop_map(
            move |rows| {
                let rows: Vec<Value> = rows
                    .into_iter()
                    .enumerate()
                    .map(|(at, cells)| {
                        let kind = if header && at == 0 { "tableHeader" } else { "tableCell" };
                        let cells: Vec<Value> = cells
                            .into_iter()
                            .map(|content| json!({"type": kind, "content": content}))
                            .collect();
                        json!({"type": "tableRow", "content": cells})
                    })
                    .collect();
                json!({"type": "table", "content": rows})
            },
        )
    })
}

fn expand() -> impl Strategy<Value = Value> {
    let inner =
        prop_oneof![4 => paragraph(), 1 => table(), 1 => panel(), 1 => quote(), 1 => list(1)];
    let nested = prop::option::of((text(), paragraph()));
    (prop::option::of(text()), apart(inner, 1..3), nested).prop_map(
        |(title, mut content, nested)| {
            if let Some((title, inner)) = nested {
                content.push(
                    json!({"type": "nestedExpand", "attrs": {"title": title}, "content": [inner]}),
                );
            }
            match title {
                Some(title) => {
                    json!({"type": "expand", "attrs": {"title": title}, "content": content})
                }
                None => json!({"type": "expand", "content": content}),
            }
        },
    )
}

fn layout() -> impl Strategy<Value = Value> {
    (paragraph(), panel()).prop_map(|(left, right)| {
        json!({"type": "layoutSection", "content": [
            {"type": "layoutColumn", "attrs": {"width": 33.33}, "content": [left]},
            {"type": "layoutColumn", "attrs": {"width": 66}, "content": [right]}]})
    })
}

/// Blocks in a row.
fn apart(
    inner: impl Strategy<Value = Value> + 'static,
    count: std::ops::Range<usize>,
) -> BoxedStrategy<Vec<Value>> {
    prop::collection::vec(inner, count).boxed()
}

/// A block of the subset that Markdown can say in full (content conversion spec section 8.9).
pub fn block() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => paragraph(), 2 => heading(), 3 => list(2), 2 => tasks(), 1 => decisions(),
        2 => quote(), 2 => panel(), 2 => expand(), 2 => code(), 1 => Just(json!({"type": "rule"})),
        3 => table(), 1 => image(), 1 => layout(),
        1 => Just(json!({"type": "embedCard", "attrs": {"url": "https://x.example/2", "layout": "center"}})),
        1 => Just(json!({"type": "blockCard", "attrs": {"url": "https://x.example/browse/A-1"}})),
    ]
}

/// A document of that subset.
pub fn document() -> impl Strategy<Value = Value> {
    prop::collection::vec(block(), 1..5)
        .prop_map(|content| json!({"type": "doc", "version": 1, "content": content}))
}

/// A document with nodes that Markdown has no word for.
pub fn wild_document() -> impl Strategy<Value = Value> {
    let wild = prop_oneof![
        Just(json!({"type": "paragraph"})),
        Just(
            json!({"type": "extension", "attrs": {"extensionType": "a.b", "extensionKey": "gantt", "parameters": {"z": [1, {"a": null}]}}})
        ),
        Just(
            json!({"type": "paragraph", "content": [{"type": "text", "text": "see https://x.example/a_b_c?d=1 and www.x.example."}]})
        ),
        Just(json!({"type": "futureNode", "attrs": {"k": 1}, "content": [{"type": "paragraph"}]})),
        Just(
            json!({"type": "mediaGroup", "content": [{"type": "media", "attrs": {"type": "file", "id": "1", "collection": ""}}]})
        ),
        Just(
            json!({"type": "mediaSingle", "attrs": {"layout": "wide", "width": 50}, "content": [{"type": "media", "attrs": {"type": "file", "id": "7", "collection": "c", "alt": "x.png"}}]})
        ),
        Just(
            json!({"type": "bodiedExtension", "attrs": {"extensionType": "a.b", "extensionKey": "box"}, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "in"}]}]})
        ),
        Just(
            json!({"type": "paragraph", "marks": [{"type": "alignment", "attrs": {"align": "center"}}], "content": [{"type": "text", "text": "mid", "marks": [{"type": "annotation", "attrs": {"id": "a1", "annotationType": "inlineComment"}}]}, {"type": "mediaInline", "attrs": {"id": "9", "collection": ""}}]})
        ),
        Just(
            json!({"type": "table", "attrs": {"layout": "wide", "localId": "t"}, "content": [{"type": "tableRow", "content": [{"type": "tableCell", "attrs": {"colspan": 2, "background": "#ffebe6"}, "content": [{"type": "paragraph"}]}]}]})
        ),
    ];
    prop::collection::vec(prop_oneof![block(), wild], 0..6)
        .prop_map(|content| json!({"type": "doc", "version": 1, "content": content}))
}

/// Pieces of Markdown, well-formed and not, each line of its own.
pub fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => text(),
        2 => text().prop_map(|t| format!("# {t}")),
        2 => text().prop_map(|t| format!("- {t}")),
        1 => text().prop_map(|t| format!("  - {t}")),
        1 => text().prop_map(|t| format!("    {t}")),
        1 => text().prop_map(|t| format!("3. {t}")),
        1 => text().prop_map(|t| format!("   1) {t}")),
        1 => text().prop_map(|t| format!("- [ ] {t}")),
        1 => text().prop_map(|t| format!("  - [x] {t}")),
        2 => text().prop_map(|t| format!("> {t}")),
        1 => text().prop_map(|t| format!("> - {t}")),
        1 => Just("> [!NOTE]".to_owned()),
        2 => Just(String::new()),
        1 => prop::sample::select(vec![
            "```", "```py {title=\"a\"}", "~~~", "````", ":::info", ":::", "::::expand[T]", "::::",
            ":::note[A \\[b\\]]{x=\"1\"}", "{expand:L}", "{expand}", "<details><summary>S</summary>",
            "</details>", "---", "***", "===", "| a | b |", "|---|:-:|", "| 1 | `x|y` |", "a | b",
            "--|--", "<table><tr><td>x<ul><li>y</li></ul></td></tr></table>", "<table>", "<hr>",
            "<!-- c -->", "[a]: https://x.example", "[^1]: note", "::toc{maxLevel=\"3\"}", "[TOC]",
            "!!! note \"T\"", ":::decisions", ":::layout", ":::column{width=\"50\"}", "\\", "\t x",
        ])
        .prop_map(str::to_owned),
        2 => (text(), text()).prop_map(|(a, b)| format!("**{a}** *{b}* ~~{a}~~")),
        1 => (text(), text()).prop_map(|(a, b)| format!("[{a}](https://x.example \"{b}\") [^1] [a]")),
        1 => text().prop_map(|t| format!("`{t}` <u>{t}</u> <span style=\"color:red\">{t}</span>")),
        1 => text().prop_map(|t| format!("![{t}](a.png){{width=\"3\"}} https://x.example/a_b *")),
    ];
    prop::collection::vec(piece, 1..9).prop_map(|lines| lines.join("\n"))
}

/// Pieces of wiki markup.
pub fn wiki_soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => text(),
        2 => text().prop_map(|t| format!("h2. {t}")),
        2 => text().prop_map(|t| format!("* {t}")),
        1 => text().prop_map(|t| format!("*# {t}")),
        1 => text().prop_map(|t| format!("## {t}")),
        1 => text().prop_map(|t| format!("bq. {t}")),
        1 => (text(), text()).prop_map(|(a, b)| format!("||{a}||{b}||")),
        1 => (text(), text()).prop_map(|(a, b)| format!("|{a}|{b}|")),
        1 => (text(), text()).prop_map(|(a, b)| format!("*{a}* _{b}_ -{a}- +{b}+ {{{{{a}}}}}")),
        1 => text().prop_map(|t| format!("[{t}|https://x.example] !a.png|width=3! [~jdoe]")),
        1 => prop::sample::select(vec![
            "{code:java}", "{code}", "{quote}", "{panel:title=x}", "{panel}", "{noformat}", "----",
            "", "{color:red}", "{color}", "{expand:t}", "{info}", "a\\\\b",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 1..9).prop_map(|lines| lines.join("\n"))
}

/// A block of wiki markup by itself, without an empty line in it.
pub fn wiki_block() -> impl Strategy<Value = String> {
    let words = "[a-z]{1,6}( [a-z]{1,6}){0,3}";
    prop_oneof![
        3 => words,
        1 => words.prop_map(|t| format!("h3.  {t}")),
        1 => words.prop_map(|t| format!("*{t}* and -{t}-")),
        1 => (words, words).prop_map(|(a, b)| format!("* {a}\n** {b}\n*  {a}")),
        1 => (words, words).prop_map(|(a, b)| format!("# {a}\n#* {b}")),
        1 => (words, words).prop_map(|(a, b)| format!("|| {a} ||{b}||\n|{b}| {a}|")),
        1 => words.prop_map(|t| format!("{{code:title=x|java}}\nint  {t};\n{{code}}")),
        1 => words.prop_map(|t| format!("{{quote}}{t}{{quote}}")),
        1 => words.prop_map(|t| format!("{{panel:title={t}|bgColor=#eee}}\n{t}\n{{panel}}")),
        1 => words.prop_map(|t| format!("!{}.png|thumbnail!", t.replace(' ', "_"))),
        1 => words.prop_map(|t| format!("bq. {t}")),
        1 => Just("----".to_owned()),
    ]
}

/// Markdown that wiki markup can say in full (the limits are in content conversion spec
/// section 8.9).
pub fn wiki_markdown() -> impl Strategy<Value = String> {
    let words = "[a-z]{1,6}( [a-z]{1,6}){0,3}";
    let line = prop_oneof![
        4 => words,
        1 => (words, prop::sample::select(vec![
            "`code` and `quote`", "2 * 3", "snake_case_name", "x^2", "{quote}", "C++", "a!b!", "h1. x", "a|b", "a-b-c",
            "{color:red}", "~5 and ~6", "+1 and +2", "bq. x", "||x||", "\\[x\\|y\\]", "a:b", "(y)",
        ]))
        .prop_map(|(a, b)| format!("{a} {b}")),
        1 => (words, words).prop_map(|(a, b)| format!("**{a}** *{b}* ~~{a}~~ <u>{b}</u> `{a}`")),
        1 => (words, words).prop_map(|(a, b)| format!("{a} [{b}](https://x.example/a_b?c=1) [~bob]")),
    ]
    .boxed();
    let block = prop_oneof![
        4 => line.clone(),
        1 => words.prop_map(|t| format!("## {t}")),
        2 => prop::collection::vec(line.clone(), 1..4).prop_map(|l| format!("- {}", l.join("\n- "))),
        1 => (words, line.clone()).prop_map(|(a, b)| format!("1. {a}\n   - {b}\n2. {a}")),
        1 => (words, words).prop_map(|(a, b)| format!("| {a} | {b} |\n| --- | --- |\n| {b} | {a} |")),
        1 => words.prop_map(|t| format!("```java\nint {t};\n\n  * x\n```")),
        1 => line.prop_map(|t| format!("> {t}")),
        1 => words.prop_map(|t| format!(":::info\n{t}\n:::")),
        1 => Just("---".to_owned()),
    ];
    prop::collection::vec(block, 1..5).prop_map(|blocks| blocks.join("\n\n"))
}

/// Pieces of storage, each well-formed.
pub fn storage_block() -> impl Strategy<Value = String> {
    let words =
        text().prop_map(|t| t.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    let words = words.boxed();
    let rich = (words.clone(), words.clone()).prop_map(|(a, b)| {
        format!("{a} <strong>{b}</strong> <ac:link><ri:user ri:account-id=\"5:a\"/></ac:link> <span style=\"color: rgb(255,0,0);\">{a}</span><br/>{b}")
    });
    let line = prop_oneof![3 => words.clone(), 1 => rich].boxed();
    prop_oneof![
        5 => line.clone().prop_map(|t| format!("<p>{t}</p>")),
        1 => line.clone().prop_map(|t| format!("<p ac:local-id=\"p\" style=\"text-align: center;\">{t}</p>\n")),
        1 => Just("<p></p>".to_owned()),
        1 => Just("<p><br/></p>\n".to_owned()),
        1 => Just("<!-- c -->\n".to_owned()),
        2 => line.clone().prop_map(|t| format!("<h2>{t}</h2>")),
        2 => (line.clone(), line.clone()).prop_map(|(a, b)| format!("<ul>\n<li>{a}<ol><li><p>{b}</p></li></ol></li>\n<li><p>{b}</p></li></ul>")),
        1 => (line.clone(), line.clone()).prop_map(|(a, b)| format!("<ac:task-list><ac:task><ac:task-id>4</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>{a}</ac:task-body></ac:task>\n<ac:task><ac:task-id>5</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body><span class=\"placeholder-inline-tasks\">{b}</span></ac:task-body></ac:task></ac:task-list>")),
        2 => (line.clone(), line.clone()).prop_map(|(a, b)| format!("<table data-layout=\"wide\"><colgroup><col/><col/></colgroup><tbody><tr><th>{a}</th><th><p>{b}</p></th></tr><tr><td data-highlight-colour=\"#fff\">{b}</td><td><p>{a}</p></td></tr></tbody></table>")),
        1 => (line.clone(), line.clone()).prop_map(|(a, b)| format!("<table><tbody><tr><td colspan=\"2\">{a}</td></tr><tr><td><ul><li>{b}</li></ul></td><td/></tr></tbody></table>")),
        1 => line.clone().prop_map(|t| format!("<ac:structured-macro ac:name=\"info\" ac:macro-id=\"1-2\"><ac:parameter ac:name=\"title\">T</ac:parameter><ac:rich-text-body>\n<p>{t}</p>\n</ac:rich-text-body></ac:structured-macro>")),
        1 => line.clone().prop_map(|t| format!("<ac:structured-macro ac:name=\"expand\"><ac:rich-text-body><p>{t}</p></ac:rich-text-body></ac:structured-macro>")),
        1 => line.clone().prop_map(|t| format!("<ac:structured-macro ac:name=\"excerpt\"><ac:parameter ac:name=\"name\">x</ac:parameter><ac:rich-text-body><p>{t}</p></ac:rich-text-body></ac:structured-macro>")),
        1 => words.clone().prop_map(|t| format!("<ac:structured-macro ac:name=\"drawio\"><ac:parameter ac:name=\"n\">{t}</ac:parameter></ac:structured-macro>")),
        1 => Just("<ac:structured-macro ac:name=\"code\"><ac:parameter ac:name=\"language\">py</ac:parameter><ac:plain-text-body><![CDATA[a\n\n```\n]]></ac:plain-text-body></ac:structured-macro>".to_owned()),
        1 => Just("<hr/>".to_owned()),
        1 => line.clone().prop_map(|t| format!("<blockquote><p>{t}</p></blockquote>")),
        1 => Just("<ac:image ac:width=\"300\" ac:original-width=\"900\"><ri:attachment ri:filename=\"a b.png\"/></ac:image>".to_owned()),
        1 => line.prop_map(|t| format!("<p>{t} <ac:inline-comment-marker ac:ref=\"r\">marked words</ac:inline-comment-marker></p>")),
    ]
}
