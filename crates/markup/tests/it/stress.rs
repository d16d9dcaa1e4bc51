//! Hostile input: deep, long, broken. Every direction answers, without a deep stack, with ADF that
//! is valid and storage that is well-formed (content conversion spec section 8.9, G9). How long it
//! takes is shown by `examples/stress.rs`; here only that the work is bounded.

use atlassian_markup::{
    Context, Profile, adf, adf_to_markdown, markdown_to_adf, markdown_to_storage, markdown_to_wiki,
    merge, section, storage, storage_to_markdown, users_in_adf, users_in_storage, users_in_wiki,
    wiki_to_markdown,
};
use serde_json::{Value, json};

use super::schema;

/// Runs every direction over `text`.
fn survive(text: &str) {
    let context = Context::default();
    let body = markdown_to_adf(text, Profile::Jira, &context).output;
    assert_eq!(schema::check(&body), Ok(()), "{text:.60}");
    let _ = adf_to_markdown(&body, Profile::Jira, &context);
    if let Ok(got) = markdown_to_storage(text, &context) {
        assert_eq!(storage::check(&got.output), Ok(()));
        storage_to_markdown(&got.output, &context).unwrap();
        let _ = merge::storage(&got.output, "other", &context);
    }
    let _ = storage_to_markdown(text, &context);
    let _ = section::list(text);
    let _ = users_in_storage(text);
    let _ = markdown_to_wiki(text, &context);
    let from_wiki = wiki_to_markdown(text, &context).output;
    let _ = users_in_wiki(text);
    let body = markdown_to_adf(&from_wiki, Profile::Jira, &context).output;
    assert_eq!(schema::check(&body), Ok(()), "{text:.60}");
}

#[test]
fn repeated_signs_are_survived() {
    for part in [
        "[a|",
        "[",
        "![",
        "[a](",
        "*",
        "*a ",
        "**a ",
        "_a*",
        "`",
        "`a",
        "<",
        "<b>",
        "<a ",
        "<!--",
        "<table><tr><td>",
        "<details>\n",
        "<details><summary>",
        "> ",
        ">",
        "- ",
        "  - a\n",
        "1. ",
        "|",
        "| a ",
        "a|b\n-|-\n",
        ":::info\n",
        ":::",
        ":status[",
        ":",
        "{quote}",
        "{quote}\n",
        "{code}",
        "{panel:a}",
        "{color:red}a",
        "{{",
        "{*}a",
        "!a.b",
        "||a",
        "*** a\n",
        "~",
        "^a",
        "$",
        "$a",
        "&",
        "\\",
        "@[",
        "[~",
        "[^",
        "[^a]: ",
        "[a]: b\n",
        "https://",
        "www.",
        "<ac:a>",
        "<p>",
        "<ul><li>",
        "<blockquote>",
        "]]>",
        "```\n",
        "{expand}",
        "{expand:a}\n",
        "!!! note\n",
    ] {
        survive(&part.repeat(4000));
        survive(&format!("{}x", part.repeat(300)));
    }
}

#[test]
fn deep_lists_quotes_and_panels_are_flattened() {
    let mut deep = String::new();
    for level in 0..400 {
        deep.push_str(&format!("{}- level {level}\n", "  ".repeat(level)));
    }
    survive(&deep);
    let mut panels = String::new();
    for level in (3..400).rev() {
        panels.push_str(&format!("{}expand[{level}]\n", ":".repeat(level)));
    }
    survive(&panels);
    let text = markdown_to_storage(&deep, &Context::default()).unwrap().output;
    assert!(text.contains("level 399"));
}

fn nested(kind: &str, depth: usize) -> Value {
    let mut node = json!({"type": "paragraph", "content": [{"type": "text", "text": "core"}]});
    for _ in 0..depth {
        node = Value::Object(
            [("type".to_owned(), kind.into()), ("content".to_owned(), Value::Array(vec![node]))]
                .into_iter()
                .collect(),
        );
    }
    node
}

#[test]
fn ten_thousand_levels_of_adf_are_read() {
    // The tree itself takes a deep stack to build and drop; reading it must not.
    let work = || {
        for kind in ["blockquote", "bulletList", "expand", "futureNode", "taskList", "table"] {
            let body = json!({"type": "doc", "version": 1, "content": []});
            let mut body = body;
            body["content"] = Value::Array(vec![nested(kind, 10_000)]);
            let got = adf_to_markdown(&body, Profile::Jira, &Context::default());
            assert!(got.output.contains("core"), "{kind}: {}", got.output);
            assert!(users_in_adf(&body).is_empty());
            assert!(adf::check(&body).is_err());
            let again = markdown_to_adf(&got.output, Profile::Jira, &Context::default()).output;
            assert_eq!(schema::check(&again), Ok(()));
        }
    };
    let stack = 64 << 20;
    std::thread::Builder::new().stack_size(stack).spawn(work).unwrap().join().unwrap();
}

#[test]
fn deep_storage_is_read() {
    for (open, close) in [
        ("<div>", "</div>"),
        ("<ul><li>", "</li></ul>"),
        ("<strong>", "</strong>"),
        ("<blockquote>", "</blockquote>"),
        ("<table><tbody><tr><td>", "</td></tr></tbody></table>"),
        (
            "<ac:structured-macro ac:name=\"panel\"><ac:rich-text-body>",
            "</ac:rich-text-body></ac:structured-macro>",
        ),
        ("<ac:task-list><ac:task><ac:task-body>", "</ac:task-body></ac:task></ac:task-list>"),
    ] {
        let body = format!("{}core{}", open.repeat(3000), close.repeat(3000));
        let got = storage_to_markdown(&body, &Context::default()).unwrap().output;
        assert!(got.contains("core"), "{open}");
        let merged = merge::storage(&body, "new words", &Context::default()).unwrap();
        assert!(merged.output.contains("new words"));
    }
}
