//! The hand-written documents say what is true: links lead somewhere, variables and flags exist,
//! quoted code is the code.

use atlassian_settings::{FLAGS, Service, variables};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Pages at the root of the repository; those of the book are found.
const PAGES: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "DESIGN.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
];

/// Names in capitals that are no variables of the product.
const OTHER_NAMES: &[&str] = &["UPDATE_GOLDEN", "INSTANCE_NAME", "LICENSE"];

/// Flags of other programs, and those that belong to one subcommand or to the parser.
const OTHER_FLAGS: &[&str] = &[
    "all",
    "all-targets",
    "check",
    "header",
    "help",
    "instance",
    "json",
    "locked",
    "once",
    "path",
    "release",
    "stdio",
    "transport",
    "version",
    "workspace",
];

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below the root").to_owned()
}

/// Path relative to the root, and content, of each page.
fn pages() -> Vec<(String, String)> {
    let root = root();
    let mut names: Vec<String> = PAGES.iter().map(|name| (*name).to_owned()).collect();
    for entry in fs::read_dir(root.join("docs/src")).expect("the book") {
        let name = entry.expect("a readable folder").file_name().into_string().expect("Unicode");
        if name.ends_with(".md") {
            names.push(format!("docs/src/{name}"));
        }
    }
    names.sort();
    let read = |name: &String| fs::read_to_string(root.join(name)).expect("a page");
    names.iter().map(|name| (name.clone(), read(name))).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for (name, text) in pages() {
        let folder = root().join(&name).parent().expect("a folder").to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") && !folder.join(file).exists() {
                broken.push(format!("{name}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_readme_begins_with_the_demo_and_the_tests() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("cargo ")).collect();
    assert_eq!(commands, ["cargo run --release -- demo --once", "cargo test --workspace"]);
}

#[test]
fn every_chapter_is_in_the_summary() {
    let summary = fs::read_to_string(root().join("docs/src/SUMMARY.md")).expect("SUMMARY.md");
    for (name, _) in pages() {
        if let Some(chapter) = name.strip_prefix("docs/src/").filter(|c| *c != "SUMMARY.md") {
            assert!(summary.contains(&format!("({chapter})")), "{chapter} is not in the summary");
        }
    }
}

/// Words of capitals, digits and underscores, such as `JIRA_2_URL`.
fn capitals(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| {
        let letters = word.bytes().filter(u8::is_ascii_uppercase).count();
        letters > 1 && word.contains('_') && !word.bytes().any(|b| b.is_ascii_lowercase())
    })
}

/// Whether a word is a variable: global, per instance with or without number, or the bare setting
/// of one.
fn is_variable(word: &str) -> bool {
    let bare = word.strip_suffix("_FILE").unwrap_or(word);
    if variables::global(word).is_some() || variables::global(bare).is_some_and(|v| v.secret) {
        return true;
    }
    let known = |setting: &str| {
        Service::ALL.iter().any(|service| variables::is_known_setting(setting, *service))
    };
    let setting = ["JIRA_", "CONFLUENCE_", "X_"].iter().find_map(|p| word.strip_prefix(p));
    let Some(setting) = setting else { return known(word) };
    let unnumbered = setting.trim_start_matches(|c: char| c.is_ascii_digit());
    known(unnumbered.strip_prefix('_').unwrap_or(setting))
}

#[test]
fn variables_in_the_documents_exist() {
    let mut unknown = BTreeSet::new();
    for (name, text) in pages().into_iter().filter(|(name, _)| !is_generated(name)) {
        for word in capitals(&text) {
            // `SLA_*` and `JIRA_1_*` stand for many.
            let family = word.ends_with('_') || word == "_FILE";
            if !family && !OTHER_NAMES.contains(&word) && !is_variable(word) {
                unknown.insert(format!("{name}: {word}"));
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn flags_in_the_documents_exist() {
    let known: BTreeSet<&str> = FLAGS
        .iter()
        .flat_map(|flag| [Some(flag.long), flag.negation])
        .flatten()
        .chain(OTHER_FLAGS.iter().copied())
        .collect();
    let mut unknown = BTreeSet::new();
    for (name, text) in pages().into_iter().filter(|(name, _)| !is_generated(name)) {
        for rest in text.split(|c: char| c.is_whitespace() || matches!(c, '`' | '"' | '(' | '[')) {
            let Some(flag) = rest.strip_prefix("--") else { continue };
            let end = flag.find(|c: char| !(c.is_ascii_lowercase() || c == '-'));
            let flag = flag.get(..end.unwrap_or(flag.len())).unwrap_or_default();
            if !flag.trim_matches('-').is_empty() && !known.contains(flag) {
                unknown.insert(format!("{name}: --{flag}"));
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

fn is_generated(name: &str) -> bool {
    matches!(name, "docs/src/configuration.md" | "docs/src/tools.md")
}

#[test]
fn quoted_code_is_the_code() {
    let page = fs::read_to_string(root().join("docs/src/adding-a-tool.md")).expect("the guide");
    let mut file = None;
    let mut quoting = false;
    let mut quoted = 0;
    for line in page.lines() {
        // A line that begins with a file's path says what is quoted from there on.
        let path = line.strip_prefix("`crates/").and_then(|rest| rest.split_once('`'));
        if let Some((path, _)) = path.filter(|_| !quoting) {
            let name = format!("crates/{path}");
            let source = fs::read_to_string(root().join(&name)).expect("the file it names");
            file = Some((name, source));
        }
        match (quoting, line.trim()) {
            (false, "```rust") => quoting = true,
            (true, "```") => quoting = false,
            (true, code) if !code.is_empty() => {
                let (name, source) = file.as_ref().expect("a file is named before code is quoted");
                assert!(source.lines().any(|l| l.trim() == code), "{name} has no line `{code}`");
                quoted += 1;
            }
            _ => {}
        }
    }
    assert!(quoted > 20, "the guide quotes {quoted} lines");
}
