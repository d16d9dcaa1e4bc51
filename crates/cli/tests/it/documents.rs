//! The hand-written documents say what is true: links lead somewhere, variables, flags, commands and
//! files exist, quoted code is the code, quoted errors are those of the program. The files in
//! `packaging/` are held to the same.

use crate::process::run;
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
const OTHER_NAMES: &[&str] = &[
    "UPDATE_GOLDEN",
    "INSTANCE_NAME",
    "LICENSE",
    // A user's own, in examples.
    "INES_TOKEN",
    "INES_USER",
    // Those of systemd.
    "AF_INET",
    "AF_INET6",
    "AF_UNIX",
];

/// Flags of other programs, and those that belong to one subcommand or to the parser.
const OTHER_FLAGS: &[&str] = &[
    "all",
    "all-targets",
    "build",
    "check",
    "detach",
    "from",
    "header",
    "help",
    "instance",
    "interval",
    "json",
    "locked",
    "once",
    "path",
    "release",
    "rm",
    "start-period",
    "stdio",
    "timeout",
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

/// The files that others take as they are, with their content.
fn packaging() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("packaging")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root()).expect("below the root").display().to_string();
                files.push((name, fs::read_to_string(&path).expect("text")));
            }
        }
    }
    assert!(files.len() > 4, "{files:?}");
    files
}

/// The anchors of a page, made from its headings as mdBook and GitHub make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut fenced = false;
    let mut anchors = BTreeSet::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if let Some(heading) = line.strip_prefix('#').filter(|_| !fenced) {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
            anchors.insert(heading.chars().filter(kept).collect::<String>().replace(' ', "-"));
        }
    }
    anchors
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for (name, text) in pages() {
        let folder = root().join(&name).parent().expect("a folder").to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            if file.contains("://") {
                continue;
            }
            // The book holds its own pages only; a link out of it would be dead there.
            let outside = name.starts_with("docs/src/") && file.contains("..");
            let other = match file {
                "" => Some(text.clone()),
                _ => fs::read_to_string(folder.join(file)).ok(),
            };
            let there =
                other.is_some_and(|page| anchor.is_empty() || anchors(&page).contains(anchor));
            if !there || outside {
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
    let written = pages().into_iter().filter(|(name, _)| !is_generated(name));
    for (name, text) in written.chain(packaging()) {
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

/// What stands in code spans and fenced blocks, a line each.
fn code(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut code = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            code.push(line.to_owned());
        } else {
            code.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    code
}

#[test]
fn commands_in_the_documents_exist() {
    let help = run(&[], &["--help"]);
    let help = String::from_utf8(help.stdout).expect("text");
    let listed = help.split("Commands:").nth(1).expect("commands");
    let known: BTreeSet<&str> = listed
        .lines()
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(known.contains("healthcheck") && known.contains("demo"), "{known:?}");
    let (mut unknown, mut seen) = (BTreeSet::new(), 0);
    for (name, text) in pages() {
        for line in code(&text) {
            for rest in line.split("atlassian-mcp ").skip(1) {
                let word = rest.split_whitespace().next().unwrap_or_default();
                if word.bytes().all(|b| b.is_ascii_lowercase()) && !word.is_empty() {
                    seen += 1;
                    if !known.contains(word) {
                        unknown.insert(format!("{name}: atlassian-mcp {word}"));
                    }
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
    assert!(seen > 10, "only {seen} commands were found");
}

#[test]
fn files_that_the_documents_name_exist() {
    let (mut missing, mut seen) = (BTreeSet::new(), 0);
    for (name, text) in pages() {
        for word in code(&text).iter().flat_map(|line| line.split_whitespace()) {
            let word = word.trim_matches(|c: char| matches!(c, ',' | ';' | ':' | '"'));
            let ours =
                ["packaging/", ".ci/", "docs/", "benches/"].iter().any(|p| word.starts_with(p));
            let pattern = word.contains(['*', '<', '{']);
            if ours && !pattern {
                seen += 1;
                if !root().join(word).exists() {
                    missing.insert(format!("{name}: {word}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(seen > 5, "only {seen} files were found");
}

/// The sources of all crates without line breaks inside of texts, and without backticks.
fn sources() -> String {
    let mut all = String::new();
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("crates"))
        .expect("crates")
        .map(|entry| entry.expect("a crate").path().join("src"))
        .collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let mut broken = false;
                for line in fs::read_to_string(&path).expect("text").lines() {
                    let line = if broken { line.trim_start() } else { line };
                    broken = line.ends_with('\\');
                    all.push_str(line.strip_suffix('\\').unwrap_or(line));
                    if !broken {
                        all.push('\n');
                    }
                }
            }
        }
    }
    all.replace(['`', '\\'], "")
}

/// In the tables that go from what somebody reads to what it means, the first column quotes the
/// program; `...` stands for what differs.
#[test]
fn quoted_errors_are_those_of_the_program() {
    let sources = sources();
    let (mut unsaid, mut seen) = (BTreeSet::new(), 0);
    for page in ["troubleshooting.md", "callers.md", "oauth.md"] {
        let text = fs::read_to_string(root().join("docs/src").join(page)).expect("a page");
        let mut quoting = false;
        for line in text.lines() {
            let Some(row) = line.strip_prefix("| ") else {
                quoting = false;
                continue;
            };
            let first = row.split(" | ").next().unwrap_or_default();
            if ["What it says", "Reason", "The error says", "Status", "text", "Message"]
                .contains(&first)
            {
                quoting = true;
                continue;
            }
            if !quoting || first.starts_with("---") {
                continue;
            }
            for quote in first.split('`').skip(1).step_by(2) {
                for piece in quote.split("...").map(str::trim).filter(|piece| piece.len() > 5) {
                    seen += 1;
                    if !sources.contains(piece) {
                        unsaid.insert(format!("{page}: {piece}"));
                    }
                }
            }
        }
    }
    assert!(unsaid.is_empty(), "{unsaid:#?}");
    assert!(seen > 30, "only {seen} quotes were found");
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
    let written = pages().into_iter().filter(|(name, _)| !is_generated(name));
    for (name, text) in written.chain(packaging()) {
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
