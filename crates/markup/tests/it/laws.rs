//! The laws of content conversion spec section 8.9, each as a property over generated documents.

use atlassian_markup::{
    Context, Profile, adf_to_markdown, markdown, markdown_to_adf, markdown_to_storage,
    markdown_to_wiki, merge, storage, storage_to_markdown, wiki, wiki_to_markdown,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::cases::normal_adf;
use super::generate;
use super::schema;

pub(super) fn config() -> ProptestConfig {
    let cases = std::env::var("LAW_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn context() -> Context<'static> {
    Context::default()
}

fn to_md(body: &Value) -> String {
    adf_to_markdown(body, Profile::Jira, &context()).output
}

fn to_adf(text: &str) -> Value {
    let got = markdown_to_adf(text, Profile::Jira, &context()).output;
    if let Err(findings) = schema::check(&got) {
        panic!("invalid ADF from {text:?}: {findings}\n{got}");
    }
    got
}

fn to_storage(text: &str) -> String {
    let got = markdown_to_storage(text, &context());
    got.map(|got| got.output).unwrap_or_else(|e| panic!("no storage from {text:?}: {e}"))
}

fn from_storage(body: &str) -> String {
    storage_to_markdown(body, &context()).unwrap().output
}

fn canonical(text: &str, profile: Profile) -> String {
    markdown::write(&markdown::read(text, profile), profile)
}

/// Letters and digits.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether the letters of `small` occur in order in `large`.
fn in_order(small: &str, large: &str) -> bool {
    let mut rest = large.chars();
    letters(small).chars().all(|c| rest.any(|d| c == d))
}

fn text_of(node: &Value) -> String {
    let mut out = String::new();
    if let Some(text) = node["text"].as_str() {
        out.push_str(text);
    }
    for child in node["content"].as_array().into_iter().flatten() {
        out.push_str(&text_of(child));
    }
    out
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn g1_adf_survives_markdown(body in generate::document()) {
        prop_assert_eq!(schema::check(&body), Ok(()));
        let text = to_md(&body);
        let back = to_adf(&text);
        prop_assert!(normal_adf(&back) == normal_adf(&body), "through\n{}\nfrom {}\nto   {}", text, normal_adf(&body), normal_adf(&back));
    }

    #[test]
    fn g2_adf_survives_an_update_that_changes_nothing(body in generate::wild_document()) {
        let text = to_md(&body);
        let back = merge::adf(&body, &text, Profile::Jira, &context()).unwrap();
        prop_assert!(back.output == body, "through\n{}\nfrom {}\nto   {}", text, body, back.output);
        prop_assert_eq!(back.warnings, vec![]);
    }

    #[test]
    fn g3_storage_survives_an_update_that_changes_nothing(
        blocks in prop::collection::vec(generate::storage_block(), 0..6)
    ) {
        let body = blocks.concat();
        let text = from_storage(&body);
        let back = merge::storage(&body, &text, &context()).unwrap();
        prop_assert_eq!(back.output, body, "through {}", text);
    }

    #[test]
    fn g4_markdown_survives_adf(text in generate::soup()) {
        let once = to_md(&to_adf(&text));
        let twice = to_md(&to_adf(&once));
        prop_assert_eq!(twice, once, "from {}", text);
    }

    #[test]
    fn g4_markdown_survives_storage(text in generate::soup()) {
        let once = from_storage(&to_storage(&text));
        let twice = from_storage(&to_storage(&once));
        prop_assert_eq!(twice, once, "from {}", text);
    }

    #[test]
    fn g5_canonical_markdown_is_canonical(text in generate::soup()) {
        for profile in [Profile::Jira, Profile::Confluence] {
            let once = canonical(&text, profile);
            let twice = canonical(&once, profile);
            prop_assert_eq!(twice, once, "from {}", text.clone());
        }
    }

    #[test]
    fn g7_storage_is_well_formed(text in generate::soup()) {
        prop_assert_eq!(storage::check(&to_storage(&text)), Ok(()));
    }

    #[test]
    fn g8_text_of_adf_is_in_the_markdown(body in generate::document()) {
        let text = to_md(&body);
        prop_assert!(in_order(&text_of(&body), &text), "{} lacks text of {}", text, body);
    }

    #[test]
    fn g8_text_survives_every_direction(words in prop::collection::vec("[a-z]{1,8}", 1..12), seed in generate::soup()) {
        // Words between pieces of markup: they must come out in order.
        let mut text = String::new();
        let mut pieces = seed.lines();
        let mut told = String::new();
        for word in &words {
            let word = format!("q{word}q");
            text.push_str(&format!("{word}\n\n"));
            told.push_str(&word);
            if let Some(piece) = pieces.next()
                && !piece.contains(['<', '[', '{']) && !piece.starts_with(['`', '~', ':'])
            {
                text.push_str(&format!("{piece}\n\n"));
            }
        }
        for (name, output) in [
            ("adf", text_of(&to_adf(&text))),
            ("storage", to_storage(&text)),
            ("wiki", markdown_to_wiki(&text, &context()).output),
            ("canonical", canonical(&text, Profile::Jira)),
            ("wiki to markdown", wiki_to_markdown(&text, &context()).output),
        ] {
            prop_assert!(in_order(&told, &output), "{} of {:?} lacks words: {}", name, text, output);
        }
    }

    #[test]
    fn wiki_is_stable(text in generate::wiki_soup()) {
        let once = wiki_to_markdown(&text, &context()).output;
        prop_assert_eq!(canonical(&once, Profile::Jira), once.clone(), "from {}", text);
        to_adf(&once);
    }

    #[test]
    fn wiki_keeps_plain_text(text in generate::text()) {
        let document = markdown::read(&canonical_text(&text), Profile::Jira);
        let wiki = wiki::write(&document, &context()).output;
        let back = wiki_to_markdown(&wiki, &context()).output;
        let document = markdown::read(&back, Profile::Jira);
        prop_assert_eq!(
            atlassian_markup::plain_text(&document),
            text.split_whitespace().collect::<Vec<_>>().join(" "),
            "through {}", wiki
        );
    }

    #[test]
    fn g10_an_edit_leaves_other_blocks_alone(
        blocks in prop::collection::vec(generate::storage_block(), 1..6),
        at in any::<prop::sample::Index>(),
    ) {
        // Every block but one must be found byte for byte after a new paragraph is put between.
        let body = blocks.concat();
        let text = from_storage(&body);
        prop_assume!(!text.is_empty());
        let document = markdown::read(&text, Profile::Confluence);
        let mut parts: Vec<String> = document
            .blocks
            .iter()
            .map(|block| {
                let document = atlassian_markup::Document { blocks: vec![block.clone()] };
                markdown::write(&document, Profile::Confluence)
            })
            .collect();
        let at = at.index(parts.len() + 1);
        parts.insert(at, "zebra words".to_owned());
        let edited = parts.join("\n\n<!-- -->\n\n");
        let got = merge::storage(&body, &edited, &context()).unwrap().output;
        prop_assert_eq!(got.matches("<p>zebra words</p>").count(), 1);
        prop_assert_eq!(got.replacen("<p>zebra words</p>", "", 1), body, "edited {}", edited);
    }

    /// G2 and G3 by the merge proper: the shortcut for text that did not change at all is no help.
    #[test]
    fn g3_storage_survives_an_update_that_adds(
        blocks in prop::collection::vec(generate::storage_block(), 0..6)
    ) {
        let body = blocks.concat();
        // A page of nothing but empty paragraphs is empty.
        prop_assume!(!from_storage(&body).is_empty());
        let text = format!("{}\n\n# zebra words", from_storage(&body));
        let got = merge::storage(&body, &text, &context()).unwrap();
        prop_assert_eq!(got.output, format!("{body}<h1>zebra words</h1>"), "through {}", text);
        prop_assert_eq!(got.warnings, vec![]);
    }

    #[test]
    fn g10_an_edit_leaves_other_nodes_alone(
        body in generate::wild_document(),
        at in any::<prop::sample::Index>(),
    ) {
        let nodes = body["content"].as_array().unwrap();
        let at = at.index(nodes.len() + 1);
        // The new paragraph goes between two nodes, wherever their Markdown ends.
        let mut parts: Vec<String> = nodes
            .iter()
            .map(|node| to_md(&json!({"type": "doc", "version": 1, "content": [node]})))
            .collect();
        // A text of nothing but empty paragraphs is empty.
        prop_assume!(parts.is_empty() || parts.iter().any(|part| !part.is_empty()));
        parts.insert(at, "zebra words".to_owned());
        parts.retain(|part| !part.is_empty());
        let edited = parts.join("\n\n<!-- -->\n\n");
        let got = merge::adf(&body, &edited, Profile::Jira, &context()).unwrap().output;
        schema_or_foreign(&body, &got);
        let zebra = json!({"type": "paragraph", "content": [{"type": "text", "text": "zebra words"}]});
        let mut rest = got["content"].as_array().unwrap().clone();
        let before = rest.len();
        rest.retain(|node| *node != zebra);
        prop_assert_eq!(before, rest.len() + 1, "in {}", got);
        prop_assert!(rest == *nodes, "edited {}\nfrom {}\nto   {}", edited, body, got);
    }

    #[test]
    fn g10_an_edit_leaves_other_wiki_blocks_alone(
        lines in prop::collection::vec(generate::wiki_block(), 1..6),
        at in any::<prop::sample::Index>(),
    ) {
        let body = lines.join("\n\n");
        let at = at.index(lines.len());
        let text = wiki_to_markdown(&body, &context()).output;
        let edited = format!("{text}\n\nzebra words");
        let got = merge::wiki(&body, &edited, &context()).unwrap().output;
        prop_assert!(got.starts_with(&body), "{:?} became {:?}", body, got);
        prop_assert!(got.trim_end().ends_with("\n\nzebra words"), "{}", got);
        // And one that is gone leaves the others.
        let gone = [&lines[..at], &lines[at + 1..]].concat().join("\n\n");
        let text = wiki_to_markdown(&gone, &context()).output;
        let got = merge::wiki(&body, &text, &context()).unwrap().output;
        for line in gone.split("\n\n").filter(|line| !line.is_empty()) {
            prop_assert!(got.contains(line), "{:?} of {:?} is not in {:?}", line, body, got);
        }
    }

    #[test]
    fn g4_markdown_survives_wiki(text in generate::wiki_markdown()) {
        let once = canonical(&text, Profile::Jira);
        let wiki = wiki::write(&markdown::read(&once, Profile::Jira), &context()).output;
        let back = wiki_to_markdown(&wiki, &context()).output;
        prop_assert_eq!(back, once, "through {}", wiki);
    }

    #[test]
    fn g8_text_of_storage_is_in_the_markdown(
        blocks in prop::collection::vec(generate::storage_block(), 1..6)
    ) {
        let body = blocks.concat();
        let text = from_storage(&body);
        let told = text_of_storage(&body);
        prop_assert!(in_order(&told, &text), "{} lacks text of {}", text, body);
    }

    #[test]
    fn g8_text_of_wiki_is_in_the_markdown(words in prop::collection::vec((0usize..8, "[a-z]{1,8}"), 1..9)) {
        const FRAMES: [(&str, &str); 8] = [
            ("", "\n\n"), ("h2. ", "\n"), ("* ", "\n"), ("#* ", "\n"), ("||", "||\n|x|\n"),
            ("{quote}\n", "\n{quote}\n"), ("{panel}\n", "\n{panel}\n"), ("*_", "_* +x+\n"),
        ];
        let (mut body, mut told) = (String::new(), String::new());
        for (frame, word) in words {
            let (open, close) = FRAMES[frame];
            body.push_str(&format!("{open}q{word}q{close}"));
            told.push_str(&format!("q{word}q"));
        }
        let text = wiki_to_markdown(&body, &context()).output;
        prop_assert!(in_order(&told, &text), "{} lacks text of {}", text, body);
    }

    #[test]
    fn g10_an_edited_cell_leaves_the_table_alone(
        rows in prop::collection::vec(prop::collection::vec("[a-z]{1,5}", 3), 2..5),
        row in any::<prop::sample::Index>(),
        column in 0usize..3,
    ) {
        let mut body = String::from("<table ac:local-id=\"t\"><colgroup><col/><col/><col/></colgroup><tbody>\n");
        for (r, cells) in rows.iter().enumerate() {
            let name = if r == 0 { "th" } else { "td" };
            body.push_str("<tr>");
            for (c, cell) in cells.iter().enumerate() {
                body.push_str(&format!("<{name} data-highlight-colour=\"#f{r}f{c}ff\"><p>{cell}{r}{c}</p></{name}>\n"));
            }
            body.push_str("</tr>\n");
        }
        body.push_str("</tbody></table>");
        let row = row.index(rows.len());
        let old = format!("{}{row}{column}", rows[row][column]);
        let text = from_storage(&body).replacen(&format!("| {old} |"), "| zebra |", 1);
        let got = merge::storage(&body, &text, &context()).unwrap().output;
        prop_assert_eq!(got, body.replacen(&format!("<p>{old}</p>"), "<p>zebra</p>", 1));
    }
}

/// Markdown that says exactly `text`.
fn canonical_text(text: &str) -> String {
    let body = json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": text}]}]});
    to_md(&body)
}

/// A body that is valid stays so; one with nodes from the future is not judged.
fn schema_or_foreign(before: &Value, after: &Value) {
    if schema::allows(before) {
        assert_eq!(schema::check(after), Ok(()), "from {before}");
    }
}

/// The words of a storage body that a reader of the page sees: no tags, parameters or ids.
fn text_of_storage(body: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let skipped = [
            ("<ac:parameter", "</ac:parameter>"),
            ("<ac:task-id", "</ac:task-status>"),
            ("<!--", "-->"),
        ]
        .iter()
        .find(|(open, _)| rest.starts_with(open));
        if rest.starts_with("<![CDATA[") {
            let end = rest.find("]]>").unwrap();
            out.push_str(&rest["<![CDATA[".len()..end]);
            rest = &rest[end + 3..];
            continue;
        }
        let close = skipped.map_or(">", |(_, close)| close);
        rest = &rest[rest.find(close).unwrap() + close.len()..];
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
