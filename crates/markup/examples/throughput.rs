//! Prints how fast each direction is, in MB of input a second of processor time, beside a plain copy.
//!
//! `cargo run --release -p atlassian-markup --example throughput`
#![expect(clippy::print_stdout, reason = "a benchmark talks to a terminal")]

use std::hint::black_box;
use std::time::Instant;

use atlassian_markup::{
    Context, Profile, adf_to_markdown, markdown_to_adf, markdown_to_storage, markdown_to_wiki,
    merge, storage_to_markdown, wiki_to_markdown,
};

const WORDS: &[&str] = &[
    "payment", "service", "the", "deploy", "was", "rolled", "back", "after", "error", "budget",
    "for", "checkout", "ran", "out", "and", "team", "agreed", "to", "add", "alerts", "on",
    "latency",
];

fn plain_page(bytes: usize) -> String {
    let mut out = String::with_capacity(bytes + 100);
    let mut seed = 7usize;
    while out.len() < bytes {
        out.push('T');
        for _ in 0..60 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            out.push_str(WORDS.get((seed >> 33) % WORDS.len()).unwrap_or(&""));
            out.push(' ');
        }
        out.pop();
        out.push_str(".\n\n");
    }
    out
}

fn rich_page(bytes: usize) -> String {
    let part = "## Rollout *plan*\n\nThe **payment** service moves to `v2`, see \
                [the guide](https://x.example/guide_(v2)) and @[Ann Bo](accountid:557:a).\n\n\
                - first step with snake_case_name\n  - nested step, 2 * 3 * 4\n- second step :tada:\n\n\
                | Name | State |\n| --- | --- |\n| api | :status[DONE]{color=\"green\"} |\n\
                | `a\\|b` | x |\n\n:::info\nMind the gap.\n:::\n\n```sh\nls -l\n```\n\n\
                - [ ] open\n- [x] done\n\n> quoted words\n\n";
    part.repeat(bytes / part.len() + 1)
}

/// Time that this thread was on a processor, where the system tells it: other load does not count.
fn clock(start: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| start.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

fn measure(name: &str, bytes: usize, mut act: impl FnMut() -> usize) {
    let mut best = f64::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        let before = clock(start);
        black_box(act());
        best = best.min(clock(start) - before);
    }
    println!("{name:<28} {:>8.1} MB/s  {:>8.2} ms", bytes as f64 / 1e6 / best, best * 1e3);
}

fn run(kind: &str, md: &str) {
    let context = Context::default();
    println!("-- {kind}, {:.1} MB of Markdown", md.len() as f64 / 1e6);
    let adf = markdown_to_adf(md, Profile::Jira, &context).output;
    let adf_bytes = adf.to_string().len();
    let storage = markdown_to_storage(md, &context).map(|got| got.output).unwrap_or_default();
    let wiki = markdown_to_wiki(md, &context).output;
    // Many times: the system tells processor time in steps that are longer than one copy.
    measure("plain copy", 200 * md.len(), || {
        (0..200).map(|_| black_box(black_box(md).to_owned()).len()).sum()
    });
    measure("md -> adf", md.len(), || {
        usize::from(markdown_to_adf(md, Profile::Jira, &context).output.is_object())
    });
    measure("adf -> md", adf_bytes, || adf_to_markdown(&adf, Profile::Jira, &context).output.len());
    measure("md -> storage", md.len(), || {
        markdown_to_storage(md, &context).map_or(0, |got| got.output.len())
    });
    measure("storage -> md", storage.len(), || {
        storage_to_markdown(&storage, &context).map_or(0, |got| got.output.len())
    });
    measure("md -> wiki", md.len(), || markdown_to_wiki(md, &context).output.len());
    measure("wiki -> md", wiki.len(), || wiki_to_markdown(&wiki, &context).output.len());
    measure("merge storage, unchanged", storage.len(), || {
        let text =
            storage_to_markdown(&storage, &context).map(|got| got.output).unwrap_or_default();
        merge::storage(&storage, &text, &context).map_or(0, |got| got.output.len())
    });
}

fn main() {
    run("plain text", &plain_page(4_000_000));
    run("rich text", &rich_page(2_000_000));
}
