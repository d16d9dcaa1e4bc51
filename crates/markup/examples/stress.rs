//! Prints how much processor time hostile inputs of a megabyte take in every direction.
//!
//! `cargo run --release -p atlassian-markup --example stress -- [BYTES [PART]]`: of another size, of
//! one piece alone.
#![expect(clippy::print_stdout, reason = "a benchmark talks to a terminal")]

use std::hint::black_box;
use std::time::Instant;

use atlassian_markup::{
    Context, Profile, adf, adf_to_markdown, markdown_to_adf, markdown_to_storage, markdown_to_wiki,
    merge, section, storage_to_markdown, wiki_to_markdown,
};
use serde_json::json;

/// Time that this thread was on a processor, where the system tells it: other load does not count.
fn clock(start: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| start.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

fn time(name: &str, direction: &str, act: impl FnOnce()) {
    let start = Instant::now();
    let before = clock(start);
    act();
    let seconds = clock(start) - before;
    let mark = if seconds > 1.0 { " OVER A SECOND" } else { "" };
    println!("{seconds:>7.3} s  {direction:<16} {name}{mark}");
}

fn main() {
    let context = Context::default();
    let size: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let only = std::env::args().nth(2);
    for part in [
        "[a|",
        "*",
        "* ",
        "*a ",
        "*a*",
        "_",
        "**a ",
        "`",
        "``",
        "`a",
        "[",
        "]",
        "![",
        "[a](",
        "[a](<",
        "<",
        "<a ",
        "<!--",
        "<b>",
        "</b>",
        "<b></b>",
        "<code>",
        "<table>\n",
        "<table><tr><td>",
        "<details>\n",
        "<details><summary>",
        ">",
        "> ",
        "> a\n",
        "- ",
        "- a\n",
        "  - a\n",
        "1. ",
        "# a\n",
        "#",
        "|",
        "| a ",
        "| a |\n",
        "a|b\n-|-\n",
        "|a|\n|-|\n",
        ":::info\n",
        ":::",
        "::::",
        ":status[",
        ":status[a]",
        ":a:",
        ":",
        "{",
        "{quote}",
        "{quote}\n",
        "{code}",
        "{panel:a}",
        "{panel}",
        "{color:red}",
        "{color:red}a",
        "{{",
        "{{a",
        "{*}",
        "{*}a",
        "!",
        "!a.b",
        "!a.b!",
        "||",
        "||a",
        "* a\n",
        "** a\n",
        "*** a\n",
        "h1. a\n",
        "~",
        "~a",
        "~a~",
        "^a^",
        "==a",
        "$",
        "$a",
        "$$a$$",
        "&",
        "&amp;",
        "&#1",
        "\\",
        "\\\n",
        "\n",
        "a\n",
        "a\n\n",
        "    a\n",
        "\t",
        "@[",
        "@[a](",
        "[~",
        "[~a]",
        "[^",
        "[^a]: ",
        "[a]: b\n",
        "https://",
        "https://a ",
        "www.",
        "www.a.b ",
        "a@b ",
        "<ac:",
        "<ac:a>",
        "<p>",
        "<p></p>",
        "<p><b>",
        "]]>",
        "```\n",
        "~~~\n",
        "{expand}",
        "{expand:a}\n",
        "!!! note\n",
        "$x",
        "é",
        "\u{1F600}",
        "a*b_",
        "*_",
        "**a*b",
        "[a][b]",
        "[a]",
        "(",
        "\"",
        "{}",
        "{a=\"",
        "[^a]",
        "- [ ] a\n",
        "> - a\n",
        "1) a\n\n",
        "- a\n\n  - b\n\n",
        "||a||\n",
        "{expand:a}b{expand}",
        "{panel}\n* a\n{panel}\n",
        ":::a[b]{c=\"d\"}\n",
        "::a[b]\n",
        "| `a|b` |\n",
        "|a|b|c|d|\n",
        "<td>",
        "<tr><td>a",
        "<li>",
        "<ul><li>a</li></ul>",
        "<u>",
        "<span style=\"color:red\">",
        "<ac:structured-macro ac:name=\"a\">",
        "<ac:link>",
        "<![CDATA[",
        "&nbsp;",
        "a@b.c ",
        "[TOC]\n",
        "= ",
        "OPS-1 ",
        "<h1>a</h1>",
    ] {
        if only.as_deref().is_some_and(|only| only != part) {
            continue;
        }
        let text = part.repeat(size / part.len());
        let name = format!("{part:?}");
        let mut adf = serde_json::Value::Null;
        time(&name, "md->adf", || adf = markdown_to_adf(&text, Profile::Jira, &context).output);
        time(&name, "md->adf->md", || {
            black_box(adf_to_markdown(&adf, Profile::Jira, &context));
        });
        let mut storage = String::new();
        time(&name, "md->storage", || {
            storage =
                markdown_to_storage(&text, &context).map(|got| got.output).unwrap_or_default();
        });
        time(&name, "md->storage->md", || {
            let _ = black_box(storage_to_markdown(&storage, &context));
        });
        time(&name, "storage->md", || {
            let _ = black_box(storage_to_markdown(&text, &context));
        });
        time(&name, "md->wiki", || {
            black_box(markdown_to_wiki(&text, &context));
        });
        time(&name, "wiki->md", || {
            black_box(wiki_to_markdown(&text, &context));
        });
        time(&name, "section list", || {
            let _ = black_box(section::list(&storage));
        });
        let other = format!("{}\n\nlast", text.get(text.len() / 4..).unwrap_or(""));
        if storage.len() < 3 * size {
            time(&name, "merge adf", || {
                let _ = black_box(merge::adf(&adf, &other, Profile::Jira, &context));
            });
            time(&name, "merge wiki", || {
                let _ = black_box(merge::wiki(&text, &other, &context));
            });
            time(&name, "merge storage", || {
                let _ = black_box(merge::storage(&storage, text.get(1..).unwrap_or(""), &context));
            });
        }
    }
    trees(size, &context);
}

/// ADF that is deep, and ADF that is wide.
fn trees(size: usize, context: &Context<'_>) {
    for kind in ["blockquote", "bulletList", "expand", "panel", "table", "taskList", "future"] {
        let mut deep = json!({"type": "paragraph", "content": [{"type": "text", "text": "core"}]});
        // As deep as a JSON parser lets through.
        for _ in 0..60 {
            deep = json!({"type": kind, "content": [deep]});
        }
        let count = size / deep.to_string().len();
        let body = json!({"type": "doc", "version": 1, "content": vec![deep; count]});
        let mut text = String::new();
        time(kind, "deep adf->md", || {
            text = adf_to_markdown(&body, Profile::Jira, context).output;
        });
        time(kind, "deep adf->md->adf", || {
            black_box(markdown_to_adf(&text, Profile::Jira, context));
        });
        time(kind, "deep merge adf", || {
            let text = format!("{text}\n\nlast");
            let _ = black_box(merge::adf(&body, &text, Profile::Jira, context));
        });
        time(kind, "deep check", || {
            let _ = black_box(adf::check(&body));
        });
    }
}
