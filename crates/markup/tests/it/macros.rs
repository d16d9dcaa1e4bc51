//! Every macro of content conversion spec section 4.3, each between two sentences, in a panel, in a
//! table cell and in a layout: one sentence changes, nothing else does.

use atlassian_markup::{Context, merge, storage, storage_to_markdown};

/// How a macro holds its content.
#[derive(Clone, Copy, PartialEq)]
enum Body {
    None,
    Inline,
    Plain,
    Rich,
}

/// A name, how it holds its content, its parameters.
type Macro = (&'static str, Body, &'static [(&'static str, &'static str)]);

/// The macros that section 4.3 names, with their parameters there, and some that nobody knows.
const MACROS: &[Macro] = &[
    (
        "code",
        Body::Plain,
        &[
            ("language", "py"),
            ("title", "a.py"),
            ("linenumbers", "true"),
            ("firstline", "5"),
            ("collapse", "true"),
            ("theme", "Midnight"),
            ("breakoutMode", "wide"),
            ("breakoutWidth", "760"),
        ],
    ),
    ("code", Body::Plain, &[]),
    ("noformat", Body::Plain, &[("title", "raw"), ("nopanel", "true")]),
    ("info", Body::Rich, &[("title", "T"), ("icon", "false")]),
    ("note", Body::Rich, &[("title", "T")]),
    ("tip", Body::Rich, &[]),
    ("warning", Body::Rich, &[("icon", "true")]),
    (
        "panel",
        Body::Rich,
        &[
            ("title", "T"),
            ("bgColor", "#eee"),
            ("titleBGColor", "#ddd"),
            ("borderColor", "red"),
            ("borderStyle", "dashed"),
            ("panelIcon", ":rainbow:"),
            ("panelIconId", "1f308"),
            ("panelIconText", "x"),
        ],
    ),
    ("expand", Body::Rich, &[("title", "More"), ("breakoutWidth", "760")]),
    (
        "toc",
        Body::None,
        &[
            ("minLevel", "2"),
            ("maxLevel", "3"),
            ("style", "none"),
            ("outline", "true"),
            ("type", "flat"),
            ("include", "a.*"),
            ("exclude", "b|c"),
            ("printable", "false"),
            ("separator", "pipe"),
            ("indent", "2px"),
            ("class", "k"),
        ],
    ),
    ("status", Body::Inline, &[("title", "IN QA"), ("colour", "Yellow"), ("subtle", "true")]),
    ("status", Body::Inline, &[("title", "DONE")]),
    (
        "jira",
        Body::Inline,
        &[("server", "S"), ("serverId", "s-1"), ("key", "OPS-7"), ("showSummary", "false")],
    ),
    (
        "jira",
        Body::None,
        &[
            ("jqlQuery", "project = OPS AND text ~ \"x|y\""),
            ("columns", "key,summary"),
            ("columnIds", "issuekey,summary"),
            ("maximumIssues", "20"),
            ("count", "true"),
        ],
    ),
    (
        "children",
        Body::None,
        &[("all", "true"), ("depth", "2"), ("sort", "title"), ("excerptType", "rich content")],
    ),
    ("anchor", Body::Inline, &[("", "here now")]),
    ("excerpt", Body::Rich, &[("hidden", "true")]),
    ("excerpt-include", Body::None, &[("", "Other page")]),
    ("include", Body::None, &[("", "Other page")]),
    ("details", Body::Rich, &[("id", "d")]),
    ("detailssummary", Body::None, &[("cql", "label = \"x\"")]),
    ("drawio", Body::None, &[("diagramName", "Net"), ("width", "400")]),
    ("gliffy", Body::None, &[("name", "Flow")]),
    (
        "view-file",
        Body::None,
        &[("name", "<ri:attachment ri:filename=\"a b.docx\"/>"), ("height", "250")],
    ),
    ("attachments", Body::None, &[("patterns", ".*png")]),
    ("gallery", Body::None, &[]),
    ("profile", Body::None, &[("user", "<ri:user ri:account-id=\"557:a\"/>")]),
    ("recently-updated", Body::None, &[("spaces", "ENG")]),
    ("contentbylabel", Body::None, &[("labels", "a,b")]),
    ("roadmap", Body::None, &[("source", "%7B%22title%22%3A%22x%22%7D")]),
    ("widget", Body::None, &[("url", "<ri:url ri:value=\"https://x.example/?v=1&amp;t=2\"/>")]),
    ("section", Body::Rich, &[("border", "true")]),
    ("column", Body::Rich, &[("width", "50%")]),
    ("future-box", Body::Rich, &[("a b", "c=\"d\"")]),
    ("future-text", Body::Plain, &[("k", "v")]),
    ("future", Body::None, &[]),
];

fn write(name: &str, body: Body, parameters: &[(&str, &str)], id: usize, inner: &str) -> String {
    let mut out = format!(
        "<ac:structured-macro ac:name=\"{name}\" ac:schema-version=\"1\" ac:macro-id=\"m-{id}\">"
    );
    for (key, value) in parameters {
        let value = if value.starts_with("<ri:") {
            (*value).to_owned()
        } else {
            value.replace('&', "&amp;").replace('"', "&quot;")
        };
        out.push_str(&format!(
            "<ac:parameter ac:name=\"{}\">{value}</ac:parameter>",
            key.replace('"', "&quot;")
        ));
    }
    match body {
        Body::None | Body::Inline => {}
        Body::Plain => out.push_str(&format!(
            "<ac:plain-text-body><![CDATA[if a < b:\n\n  ```x``` {inner}]]></ac:plain-text-body>"
        )),
        Body::Rich => out.push_str(&format!(
            "<ac:rich-text-body>\n<p>{inner}</p><ul><li>point {id}</li></ul>\n</ac:rich-text-body>"
        )),
    }
    out.push_str("</ac:structured-macro>");
    out
}

/// A page with these macros, and the sentences on it.
fn page(macros: &[Macro]) -> (String, Vec<String>) {
    let mut page = String::new();
    let mut sentences = Vec::new();
    let mut sentence = |name: &str, place: &str| {
        let text = format!("Sentence {} {place} {name}.", sentences.len());
        sentences.push(text.clone());
        text
    };
    for (id, (name, body, parameters)) in macros.iter().enumerate() {
        let before = sentence(name, "before");
        let inner = match body {
            Body::Plain | Body::Rich => sentence(name, "inside"),
            Body::None | Body::Inline => String::new(),
        };
        let text = write(name, *body, parameters, id, &inner);
        if *body == Body::Inline {
            page.push_str(&format!(
                "<p ac:local-id=\"p{id}\">{before}</p>\n<p>{text} and on.</p>\n"
            ));
        } else {
            page.push_str(&format!("<p ac:local-id=\"p{id}\">{before}</p>\n{text}\n"));
        }
        // The same in a panel, in a cell with merged neighbours, and in a layout.
        if matches!(body, Body::Plain) {
            continue;
        }
        let (panel, cell, column) =
            (sentence(name, "panel"), sentence(name, "cell"), sentence(name, "column"));
        let held = |at: usize| write(name, *body, parameters, id * 10 + at, "held words");
        let held =
            |at| if *body == Body::Inline { format!("<p>{}</p>", held(at)) } else { held(at) };
        page.push_str(&format!(
            "<ac:structured-macro ac:name=\"info\" ac:macro-id=\"i{id}\"><ac:rich-text-body><p>{panel}</p>{}\
             </ac:rich-text-body></ac:structured-macro>\n\
             <table data-layout=\"wide\" ac:local-id=\"t{id}\"><colgroup><col style=\"width: 10.0px;\"/><col/></colgroup><tbody>\n\
             <tr><th colspan=\"2\"><p>{cell}</p></th></tr>\n<tr><td rowspan=\"2\">{}</td><td>x</td></tr>\n<tr><td data-highlight-colour=\"#fff\"><p /></td></tr></tbody></table>\n\
             <ac:layout><ac:layout-section ac:type=\"two_equal\" ac:breakout-mode=\"wide\"><ac:layout-cell><p>{column}</p></ac:layout-cell>\
             <ac:layout-cell>{}</ac:layout-cell></ac:layout-section></ac:layout>\n",
            held(1),
            held(2),
            held(3),
        ));
    }
    let old =
        "<ac:macro ac:name=\"gallery\"><ac:default-parameter>x</ac:default-parameter></ac:macro>";
    page.push_str(&format!("<p>{}</p>{old}\n", sentence("old", "before")));
    (page, sentences)
}

#[test]
fn an_edited_sentence_changes_nothing_beside_any_macro() {
    // Only the text of a macro that nobody knows can not be edited: it is kept whole.
    assert_eq!(MACROS.chunks(3).map(edit_each).sum::<usize>(), 1);
}

/// Edits each sentence of a page of its own; answers how many are not in its Markdown.
fn edit_each(macros: &[Macro]) -> usize {
    let (page, sentences) = page(macros);
    assert_eq!(storage::check(&page), Ok(()));
    let context = Context::default();
    let text = storage_to_markdown(&page, &context).unwrap().output;
    let mut kept = 0;
    for old in &sentences {
        let new = old.replace("Sentence", "Phrase");
        assert_eq!(page.matches(old.as_str()).count(), 1, "{old}");
        if text.matches(old.as_str()).count() != 1 {
            // What is kept whole shows its name alone: nothing of it can be edited, or lost.
            assert!(old.contains("inside"), "{old} is not in the Markdown");
            kept += 1;
            continue;
        }
        let got = merge::storage(&page, &text.replace(old.as_str(), &new), &context).unwrap();
        let want = page.replace(old.as_str(), &new);
        assert_eq!(got.warnings, vec![], "{old}");
        assert!(got.output == want, "{old}:\n{}", differing(&got.output, &want));
    }
    kept
}

/// Where two pages part.
fn differing(got: &str, want: &str) -> String {
    let at = got.bytes().zip(want.bytes()).take_while(|(a, b)| a == b).count();
    let part = |text: &str| {
        let bytes = &text.as_bytes()[at.saturating_sub(80)..(at + 300).min(text.len())];
        String::from_utf8_lossy(bytes).into_owned()
    };
    format!("got  {}\nwant {}", part(got), part(want))
}

#[test]
fn every_macro_that_is_dropped_is_told() {
    for (id, (name, body, parameters)) in MACROS.iter().enumerate() {
        // These are words in Markdown: their text goes with the sentence that holds it.
        let words =
            ["code", "noformat", "info", "note", "tip", "warning", "panel", "expand", "status"];
        if words.contains(name) || (*name == "jira" && *body == Body::Inline) {
            continue;
        }
        let page = format!("<p>a</p>{}<p>b</p>", write(name, *body, parameters, id, "words"));
        let got = merge::storage(&page, "a\n\nb", &Context::default()).unwrap();
        assert!(got.warnings.iter().any(|warning| warning.kind.is_loss()), "{name} is gone untold");
    }
}
