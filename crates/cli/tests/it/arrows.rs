//! The shape of the workspace: which crate may know which, how long a file may be, and that every
//! crate says what it is for.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The arrows of `ARCHITECTURE.md`: each crate and which of ours it may depend on. Development
/// dependencies on the sandbox are free for all.
const ARROWS: &[(&str, &[&str])] = &[
    ("atlassian-settings", &[]),
    ("atlassian-markup", &[]),
    ("atlassian-sandbox", &[]),
    ("atlassian-http", &["atlassian-settings"]),
    ("atlassian-jira", &["atlassian-http", "atlassian-settings"]),
    ("atlassian-confluence", &["atlassian-http", "atlassian-settings"]),
    (
        "atlassian-tools",
        &[
            "atlassian-confluence",
            "atlassian-http",
            "atlassian-jira",
            "atlassian-markup",
            "atlassian-settings",
        ],
    ),
    ("atlassian-instances", &["atlassian-http", "atlassian-settings", "atlassian-tools"]),
    (
        "atlassian-server",
        &["atlassian-http", "atlassian-instances", "atlassian-settings", "atlassian-tools"],
    ),
    (
        "atlassian-mcp",
        &[
            "atlassian-confluence",
            "atlassian-http",
            "atlassian-instances",
            "atlassian-jira",
            "atlassian-markup",
            "atlassian-sandbox",
            "atlassian-server",
            "atlassian-settings",
            "atlassian-tools",
        ],
    ),
];

/// Packages that are tools for the people who work here; they may use what they need, and nothing
/// may depend on them.
const TOOLS_OF_THE_HOUSE: &[&str] = &["atlassian-benches", "xtask"];

/// The only package that knows the protocol library.
const KNOWS_RMCP: &str = "atlassian-server";

/// Packages without input and output: neither a runtime nor a client among what they use.
const WITHOUT_IO: &[&str] = &["atlassian-settings", "atlassian-markup"];
const IO_LIBRARIES: &[&str] = &["tokio", "reqwest", "hyper", "axum"];

/// Longest hand-written source file, in lines.
const MAX_LINES: usize = 600;

/// Source files that are tables, one row after the other, and may be longer.
const TABLES: &[&str] = &["crates/markup/src/entity.rs", "crates/settings/src/variables/table.rs"];

/// Shortest comment at the head of a crate, in lines.
const MIN_CRATE_COMMENT: usize = 10;

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below the root").to_owned()
}

/// What `cargo metadata` says about one of our packages.
struct Package {
    name: String,
    /// Names of normal and build dependencies, optional ones included.
    uses: BTreeSet<String>,
    /// Names of development dependencies.
    tested_with: BTreeSet<String>,
    /// Root file of the library, if there is one.
    library: Option<PathBuf>,
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages.iter().map(package).collect()
}

fn package(metadata: &Value) -> Package {
    let mut uses = BTreeSet::new();
    let mut tested_with = BTreeSet::new();
    for dependency in metadata["dependencies"].as_array().expect("dependencies") {
        let name = text(&dependency["name"]);
        match dependency["kind"].as_str() {
            Some("dev") => tested_with.insert(name),
            _ => uses.insert(name),
        };
    }
    let library = metadata["targets"]
        .as_array()
        .expect("targets")
        .iter()
        .find(|target| target["kind"].as_array().is_some_and(|k| k.contains(&"lib".into())))
        .map(|target| PathBuf::from(text(&target["src_path"])));
    Package { name: text(&metadata["name"]), uses, tested_with, library }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn crates_know_only_those_below_them() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let listed: BTreeSet<&str> =
        arrows.keys().copied().chain(TOOLS_OF_THE_HOUSE.iter().copied()).collect();
    assert_eq!(ours, listed, "a package was added or removed: give it its arrows here");

    let mut wrong = Vec::new();
    for package in &packages {
        let Some(allowed) = arrows.get(package.name.as_str()) else { continue };
        for used in package.uses.iter().filter(|name| ours.contains(name.as_str())) {
            if !allowed.contains(&used.as_str()) {
                wrong.push(format!("{} -> {used}", package.name));
            }
        }
        for used in package.tested_with.iter().filter(|name| ours.contains(name.as_str())) {
            if !allowed.contains(&used.as_str()) && used != "atlassian-sandbox" {
                wrong.push(format!("{} -> {used} (in tests)", package.name));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that ARCHITECTURE.md does not have: {wrong:#?}");
}

#[test]
fn the_arrows_have_no_circle() {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for (name, uses) in ARROWS {
        for used in *uses {
            assert!(known.contains(used), "{name} -> {used} points upwards");
        }
        known.insert(name);
    }
}

#[test]
fn one_crate_knows_the_protocol_library() {
    for package in packages() {
        if package.uses.contains("rmcp") {
            assert_eq!(package.name, KNOWS_RMCP, "rmcp is the server crate's business");
        }
    }
}

#[test]
fn settings_and_markup_do_no_input_or_output() {
    for package in packages().iter().filter(|p| WITHOUT_IO.contains(&p.name.as_str())) {
        for library in IO_LIBRARIES {
            assert!(!package.uses.contains(*library), "{} -> {library}", package.name);
        }
    }
}

/// Every Rust source file of the repository, relative to its root.
fn sources() -> Vec<PathBuf> {
    let root = root();
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["crates", "benches", "xtask", "fuzz"].iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path.strip_prefix(&root).expect("below the root").to_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn files_stay_short_enough_to_be_read() {
    let root = root();
    let sources = sources();
    assert!(sources.len() > 50, "the sources were not found below {}", root.display());
    let mut long = Vec::new();
    for path in &sources {
        let name = path.to_string_lossy().replace('\\', "/");
        let lines = fs::read_to_string(root.join(path)).expect("a source file").lines().count();
        if lines > MAX_LINES && !TABLES.contains(&name.as_str()) {
            long.push(format!("{name}: {lines} lines"));
        }
    }
    assert!(long.is_empty(), "longer than {MAX_LINES} lines; split them by subject: {long:#?}");
}

#[test]
fn the_list_of_tables_is_true() {
    for table in TABLES {
        assert!(root().join(table).is_file(), "{table} is gone: take it off the list");
    }
}

#[test]
fn every_crate_says_what_it_is_for() {
    let libraries: Vec<Package> =
        packages().into_iter().filter(|package| package.library.is_some()).collect();
    assert_eq!(libraries.len(), ARROWS.len() - 1, "every crate but the binary has a library");
    for package in libraries {
        let path = package.library.expect("a library");
        let source = fs::read_to_string(&path).expect("lib.rs");
        let comment = source.lines().take_while(|line| line.starts_with("//!")).count();
        assert!(
            comment >= MIN_CRATE_COMMENT,
            "{}: {} opens with {comment} lines of comment, at least {MIN_CRATE_COMMENT} tell a \
             reader what the crate is for, its map and its rules",
            package.name,
            path.display()
        );
    }
}
