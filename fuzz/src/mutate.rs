//! Fuzzing without a special compiler: mutates the corpus and runs every check.
//!
//! `cargo run --release --bin mutate -- SECONDS [CHECK] [SEED]`. An input that breaks a check, or takes
//! longer than two seconds, is written to `corpus/<check>/` and told.

#[path = "../../crates/markup/tests/it/checks.rs"]
mod checks;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Pieces that mean something in one of the formats.
const PIECES: &[&str] = &[
    "*", "**", "_", "~~", "~", "^", "==", "`", "``", "```\n", "[", "](", ")", "![", "<", ">", "</",
    "/>", "&", "&amp;", "|", "||", "\n", "\n\n", "- ", "  ", "    ", "\t", "1. ", "# ", "> ", "---",
    ":::info\n", ":::", "::toc", ":status[x]", "{a=\"b\"}", "{", "}", "{code}", "{quote}", "{panel:",
    "{color:red}", "{{", "}}", "{*}", "h1. ", "bq. ", "* ", "# ", "!a.png!", "[~a]", "@[a](accountid:1)",
    ":smile:", "$a$", "\\", "\\\\", "https://x.y/z", "www.x.y", "<b>", "</b>", "<br>", "<table>", "<tr>",
    "<td>", "</td>", "</tr>", "</table>", "<p>", "</p>", "<ul>", "<li>", "</li>", "</ul>", "<details>",
    "<summary>", "</summary>", "</details>", "<ac:structured-macro ac:name=\"info\">", "<ac:rich-text-body>",
    "</ac:rich-text-body>", "</ac:structured-macro>", "<ac:link>", "<ri:page ri:content-title=\"x\"/>",
    "</ac:link>", "<![CDATA[", "]]>", "{\"type\":\"doc\",\"version\":1,\"content\":[", "]}",
    "{\"type\":\"paragraph\",\"content\":[", "{\"type\":\"text\",\"text\":\"a\"}", "é", "日", "🎉", "[ ] ", "[x] ",
    "[^1]", "[^1]: ", "[a]: ", "<!-- -->", "{expand}", "{expand:x}", "!!! note", "|-|", "| a |\n|-|\n", "<u>",
    "<span style=\"color:red\">", "</span>", "<code>", "</code>", "<pre>", "</pre>", "a", " ", "0", "\u{a0}",
];

fn mutate(rng: &mut fastrand::Rng, corpus: &[String]) -> String {
    let mut text = corpus[rng.usize(..corpus.len())].clone();
    for _ in 0..rng.usize(1..8) {
        let cut = |rng: &mut fastrand::Rng, text: &str| {
            let mut at = rng.usize(..=text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let at = cut(rng, &text);
        match rng.u8(..6) {
            0..=2 => text.insert_str(at, PIECES[rng.usize(..PIECES.len())]),
            3 => {
                let to = cut(rng, &text);
                text.replace_range(at.min(to)..at.max(to), "");
            }
            4 => {
                let to = cut(rng, &text);
                let part = text[at.min(to)..at.max(to)].to_owned();
                let into = cut(rng, &text);
                text.insert_str(into, &part);
            }
            _ => {
                let other = &corpus[rng.usize(..corpus.len())];
                let (from, to) = (cut(rng, other), cut(rng, other));
                text.insert_str(at, &other[from.min(to)..from.max(to)]);
            }
        }
        if text.len() > 4000 {
            let mut end = 2000;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
    }
    text
}

fn main() {
    let mut args = std::env::args().skip(1);
    let seconds: u64 = args.next().and_then(|n| n.parse().ok()).unwrap_or(60);
    let only = args.next();
    let seed: u64 = args.next().and_then(|n| n.parse().ok()).unwrap_or(7);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut corpora: Vec<(&str, Vec<String>)> = Vec::new();
    for name in checks::NAMES {
        let mut texts: Vec<String> = PIECES.iter().map(|piece| (*piece).to_owned()).collect();
        for file in std::fs::read_dir(root.join(name)).into_iter().flatten().flatten() {
            if let Ok(bytes) = std::fs::read(file.path()) {
                texts.push(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        if only.as_deref().is_none_or(|only| only == *name) {
            corpora.push((*name, texts));
        }
    }
    std::panic::set_hook(Box::new(|info| println!("{info:.600}")));
    let (start, mut runs, mut found) = (Instant::now(), 0u64, 0u64);
    while start.elapsed() < Duration::from_secs(seconds) {
        for (name, corpus) in &mut corpora {
            let text = mutate(&mut rng, corpus);
            let began = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| checks::run(name, text.as_str())));
            let slow = began.elapsed() > Duration::from_secs(2);
            if outcome.is_err() || slow {
                found += 1;
                let hash = text.bytes().fold(7u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
                let folder = root.join(*name);
                let _ = std::fs::create_dir_all(&folder);
                let _ = std::fs::write(folder.join(format!("{hash:016x}")), text.as_bytes());
                println!("{name} {hash:016x} slow={slow} {text:?}");
                if found > 20 {
                    return;
                }
            } else if corpus.len() < 4000 && rng.u8(..) < 24 {
                corpus.push(text);
            }
            runs += 1;
        }
    }
    println!("{runs} runs, {found} findings");
}
