//! Converts between the formats, or runs a case file.
//!
//! `convert --from md --to adf --profile jira < in > out`; formats: `md`, `adf`, `storage`,
//! `wiki`. `convert --cases FILE.json` prints a line per failing case and a sum.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "an example that talks to a terminal and shares its case runner with the tests"
)]

#[path = "../tests/it/cases.rs"]
mod cases;
#[path = "../tests/it/schema.rs"]
mod schema;

use std::io::Read;
use std::process::ExitCode;

use atlassian_markup::{
    Context, Profile, adf_to_markdown, markdown_to_adf, markdown_to_storage, markdown_to_wiki,
    storage_to_markdown, wiki_to_markdown,
};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(message) => {
            eprintln!("convert: {message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, String> {
    let (mut from, mut to, mut profile, mut file) = (String::new(), String::new(), None, None);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--from" => from = value()?,
            "--to" => to = value()?,
            "--profile" => profile = Some(value()?),
            "--cases" => file = Some(value()?),
            _ => return Err(format!("unknown argument {arg}")),
        }
    }
    if let Some(file) = file {
        return run_cases(&file);
    }
    let profile = match profile.as_deref() {
        Some("jira") => Profile::Jira,
        Some("confluence") => Profile::Confluence,
        None if from == "storage" || to == "storage" => Profile::Confluence,
        None => Profile::Jira,
        Some(other) => return Err(format!("unknown profile {other}")),
    };
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).map_err(|e| e.to_string())?;
    let context = Context::default();
    let (markdown, mut warnings) = match from.as_str() {
        "md" => (input, Vec::new()),
        "adf" => {
            let body = serde_json::from_str(&input).map_err(|e| e.to_string())?;
            let got = adf_to_markdown(&body, profile, &context);
            (got.output, got.warnings)
        }
        "storage" => {
            let got = storage_to_markdown(&input, &context).map_err(|e| e.to_string())?;
            (got.output, got.warnings)
        }
        "wiki" => {
            let got = wiki_to_markdown(&input, &context);
            (got.output, got.warnings)
        }
        other => return Err(format!("unknown format {other:?}")),
    };
    let output = match to.as_str() {
        "md" => markdown,
        "adf" => {
            let got = markdown_to_adf(&markdown, profile, &context);
            warnings.extend(got.warnings);
            got.output.to_string()
        }
        "storage" => {
            let got = markdown_to_storage(&markdown, &context).map_err(|e| e.to_string())?;
            warnings.extend(got.warnings);
            got.output
        }
        "wiki" => {
            let got = markdown_to_wiki(&markdown, &context);
            warnings.extend(got.warnings);
            got.output
        }
        other => return Err(format!("unknown format {other:?}")),
    };
    println!("{output}");
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
    Ok(ExitCode::SUCCESS)
}

fn run_cases(file: &str) -> Result<ExitCode, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    let file = serde_json::from_str(&text).map_err(|e| format!("{file}: {e}"))?;
    let outcome = cases::run(&file);
    for failure in &outcome.failures {
        println!("{}: expected {} got {}", failure.id, failure.expected, failure.got);
    }
    for (direction, (passed, failed)) in &outcome.by_direction {
        println!("{direction}: {passed} passed, {failed} failed");
    }
    println!("{} passed, {} failed", outcome.passed, outcome.failures.len());
    Ok(if outcome.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
