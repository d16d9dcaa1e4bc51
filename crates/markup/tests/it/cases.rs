//! Runs case files of the shape of `conversion-cases.json` (content conversion spec section 9).
//! Shared by the integration tests and `examples/convert.rs`.

use std::collections::{BTreeMap, HashMap};

use atlassian_markup::{
    Context, Profile, TableLayout, adf_to_markdown, markdown, markdown_to_adf, markdown_to_storage,
    markdown_to_wiki, merge, storage, storage_to_markdown, wiki_to_markdown,
};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use super::schema;

/// A case that did not come out as expected.
pub struct Failure {
    pub id: String,
    pub expected: String,
    pub got: String,
}

/// What came of a case file.
pub struct Outcome {
    pub passed: usize,
    pub failures: Vec<Failure>,
    /// Direction to passed and failed.
    pub by_direction: BTreeMap<String, (usize, usize)>,
}

/// Runs all cases of a file.
pub fn run(file: &Value) -> Outcome {
    let mut outcome = Outcome { passed: 0, failures: Vec::new(), by_direction: BTreeMap::new() };
    for case in file["cases"].as_array().into_iter().flatten() {
        let direction = case["direction"].as_str().unwrap_or_default();
        let slot = outcome.by_direction.entry(direction.to_owned()).or_default();
        match run_case(case, direction) {
            Ok(()) => {
                slot.0 += 1;
                outcome.passed += 1;
            }
            Err(got) => {
                slot.1 += 1;
                outcome.failures.push(Failure {
                    id: case["id"].as_str().unwrap_or_default().to_owned(),
                    expected: show(&case["expected"]),
                    got,
                });
            }
        }
    }
    outcome
}

fn show(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

enum Got {
    Json(Value),
    Text(String),
}

fn run_case(case: &Value, direction: &str) -> Result<(), String> {
    let options = &case["options"];
    let users: HashMap<String, String> = options["users"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(id, name)| (id.clone(), name.as_str().unwrap_or_default().to_owned()))
        .collect();
    let context = Context {
        jira_base_url: options["jira_base_url"].as_str(),
        base_url: options["base_url"].as_str(),
        users: &users,
        table_layout: options["table_layout"].as_str().and_then(TableLayout::parse),
        ..Context::default()
    };
    let mut warnings = Vec::new();
    let got = convert(case, direction, &context, &mut warnings);
    let got = match (got, options["error_contains"].as_str()) {
        (Err(error), Some(part)) if error.contains(part) => return Ok(()),
        (Err(error), _) => return Err(format!("error: {error}")),
        (Ok(_), Some(part)) => return Err(format!("no error that contains {part:?}")),
        (Ok(got), None) => got,
    };
    for part in options["warnings_contain"].as_array().into_iter().flatten() {
        let part = part.as_str().unwrap_or_default();
        if !warnings.iter().any(|warning| warning.contains(part)) {
            return Err(format!("no warning contains {part:?}: {warnings:?}"));
        }
    }
    if let Got::Json(value) = &got
        && !has_tag(case, "schema-exempt")
        && let Err(findings) = schema::check(value)
    {
        return Err(format!("not valid ADF: {findings} in {value}"));
    }
    if direction.ends_with("storage")
        && let Got::Text(text) = &got
        && let Err(error) = storage::check(text)
    {
        return Err(format!("not well-formed: {error} in {text}"));
    }
    let wanted =
        std::iter::once(&case["expected"]).chain(case["any_of"].as_array().into_iter().flatten());
    for wanted in wanted {
        if fits(case, direction, wanted, &got) {
            return Ok(());
        }
    }
    Err(match got {
        Got::Json(value) => value.to_string(),
        Got::Text(text) => format!("{text:?}"),
    })
}

fn has_tag(case: &Value, tag: &str) -> bool {
    case["tags"].as_array().is_some_and(|tags| tags.iter().any(|t| t == tag))
}

fn convert(
    case: &Value,
    direction: &str,
    context: &Context<'_>,
    warnings: &mut Vec<String>,
) -> Result<Got, String> {
    let input = &case["input"];
    let text = input.as_str().unwrap_or_default();
    let mut note = |list: Vec<atlassian_markup::Warning>| {
        warnings.extend(list.iter().map(ToString::to_string));
    };
    let got = match direction {
        "md->adf" => {
            let got = markdown_to_adf(text, Profile::Jira, context);
            note(got.warnings);
            Got::Json(got.output)
        }
        "adf->md" => {
            let got = adf_to_markdown(input, Profile::Jira, context);
            note(got.warnings);
            Got::Text(got.output)
        }
        "md->wiki" => Got::Text(markdown_to_wiki(text, context).output),
        "wiki->md" => Got::Text(wiki_to_markdown(text, context).output),
        "md->storage" => {
            let got = markdown_to_storage(text, context).map_err(|e| e.to_string())?;
            note(got.warnings);
            Got::Text(got.output)
        }
        "storage->md" => {
            Got::Text(storage_to_markdown(text, context).map_err(|e| e.to_string())?.output)
        }
        "roundtrip-storage" => {
            let md = storage_to_markdown(text, context).map_err(|e| e.to_string())?.output;
            let got = merge::storage(text, &md, context).map_err(|e| e.to_string())?;
            Got::Text(got.output)
        }
        "merge-storage" => {
            let current = input["current"].as_str().unwrap_or_default();
            let markdown = input["markdown"].as_str().unwrap_or_default();
            let got = merge::storage(current, markdown, context).map_err(|e| e.to_string())?;
            note(got.warnings);
            Got::Text(got.output)
        }
        "merge-adf" => {
            let markdown = input["markdown"].as_str().unwrap_or_default();
            let got = merge::adf(&input["current"], markdown, Profile::Jira, context)
                .map_err(|e| e.to_string())?;
            note(got.warnings);
            Got::Json(got.output)
        }
        "roundtrip-adf" => {
            let md = adf_to_markdown(input, Profile::Jira, context).output;
            if case["options"]["originals"] == false {
                Got::Json(markdown_to_adf(&md, Profile::Jira, context).output)
            } else {
                let got = merge::adf(input, &md, Profile::Jira, context);
                Got::Json(got.map_err(|e| e.to_string())?.output)
            }
        }
        "roundtrip-md-adf" => {
            let adf = markdown_to_adf(text, Profile::Jira, context).output;
            Got::Text(adf_to_markdown(&adf, Profile::Jira, context).output)
        }
        "roundtrip-md-storage" => {
            let xml = markdown_to_storage(text, context).map_err(|e| e.to_string())?.output;
            Got::Text(storage_to_markdown(&xml, context).map_err(|e| e.to_string())?.output)
        }
        "roundtrip-md-wiki" => {
            let wiki = markdown_to_wiki(text, context).output;
            Got::Text(wiki_to_markdown(&wiki, context).output)
        }
        other => return Err(format!("unknown direction {other}")),
    };
    Ok(got)
}

fn fits(case: &Value, direction: &str, wanted: &Value, got: &Got) -> bool {
    match (case["compare"].as_str().unwrap_or_default(), got) {
        ("adf", Got::Json(got)) => normal_adf(wanted) == normal_adf(got),
        ("storage", Got::Text(got)) => {
            let ids = case["options"]["compare_ids"] == true;
            let wanted = normal_xml(wanted.as_str().unwrap_or_default(), ids);
            wanted.is_ok() && wanted == normal_xml(got, ids)
        }
        ("text", Got::Text(got)) => {
            let wanted = wanted.as_str().unwrap_or_default();
            if normal_text(wanted) == normal_text(got) {
                return true;
            }
            has_tag(case, "escapes") && same_document(direction, wanted, got)
        }
        _ => false,
    }
}

fn same_document(direction: &str, wanted: &str, got: &str) -> bool {
    if direction.ends_with("md") {
        markdown::read(wanted, Profile::Jira) == markdown::read(got, Profile::Jira)
    } else {
        let context = Context::default();
        wiki_to_markdown(wanted, &context) == wiki_to_markdown(got, &context)
    }
}

fn normal_text(text: &str) -> String {
    let lines: Vec<&str> =
        text.split('\n').map(|line| line.trim_end_matches([' ', '\t'])).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// JSON without localIds and empty parts, marks sorted, neighbouring text merged.
pub fn normal_adf(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(normal_adf).collect()),
        Value::Object(map) => {
            let mut out = Map::new();
            for (key, value) in map {
                let value = normal_adf(value);
                let value = match (key.as_str(), value) {
                    ("attrs", Value::Object(mut attrs)) => {
                        attrs.remove("localId");
                        Value::Object(attrs)
                    }
                    ("marks", Value::Array(mut marks)) => {
                        marks.sort_by_key(ToString::to_string);
                        Value::Array(marks)
                    }
                    ("content", Value::Array(nodes)) => Value::Array(merge_text(nodes)),
                    (_, value) => value,
                };
                let empty = value.as_array().is_some_and(Vec::is_empty)
                    || value.as_object().is_some_and(Map::is_empty);
                if !(empty && matches!(key.as_str(), "attrs" | "marks" | "content")) {
                    out.insert(key.clone(), value);
                }
            }
            out.sort_keys();
            Value::Object(out)
        }
        other => other.clone(),
    }
}

fn merge_text(nodes: Vec<Value>) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    for node in nodes {
        if let Some(last) = out.last_mut()
            && last["type"] == "text"
            && node["type"] == "text"
            && last.get("marks") == node.get("marks")
        {
            let text = format!(
                "{}{}",
                last["text"].as_str().unwrap_or_default(),
                node["text"].as_str().unwrap_or_default()
            );
            last["text"] = text.into();
            continue;
        }
        out.push(node);
    }
    out
}

/// Storage as a row of events that compare equal when the documents do.
pub fn normal_xml(text: &str, ids: bool) -> Result<Vec<String>, String> {
    let wrapped = format!("<root>{text}</root>");
    let mut reader = Reader::from_str(&wrapped);
    let mut out: Vec<String> = Vec::new();
    let mut run = String::new();
    let mut skip = 0usize;
    let dropped =
        |start: &BytesStart<'_>| matches!(start.name().as_ref(), "ac:task-id" | "ac:task-uuid");
    loop {
        let event = reader.read_event().map_err(|e| e.to_string())?;
        match event {
            Event::Text(text) if skip == 0 => {
                run.push_str(&text);
            }
            Event::CData(data) if skip == 0 => {
                run.push_str(&data);
            }
            Event::GeneralRef(entity) if skip == 0 => {
                let name: &str = &entity;
                let decoded = atlassian_markup::storage::entity(name);
                run.push_str(&decoded.ok_or_else(|| format!("unknown entity {name}"))?);
            }
            Event::Start(start) => {
                if skip > 0 || dropped(&start) {
                    skip += 1;
                    continue;
                }
                flush(&mut run, &mut out);
                out.push(element(&start, ids)?);
            }
            Event::Empty(start) => {
                if skip > 0 || dropped(&start) {
                    continue;
                }
                flush(&mut run, &mut out);
                out.push(element(&start, ids)?);
                out.push(format!("/{}", start.name().as_ref()));
            }
            Event::End(end) => {
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                flush(&mut run, &mut out);
                out.push(format!("/{}", end.name().as_ref()));
            }
            Event::Eof => return Ok(out),
            _ => {}
        }
    }
}

fn flush(run: &mut String, out: &mut Vec<String>) {
    if !run.is_empty() {
        out.push(format!("text {}", std::mem::take(run)));
    }
}

fn element(start: &BytesStart<'_>, ids: bool) -> Result<String, String> {
    let mut attrs = Vec::new();
    for attr in start.attributes() {
        let attr = attr.map_err(|e| e.to_string())?;
        let key = attr.key.as_ref().to_owned();
        if key == "ac:schema-version"
            || (!ids && matches!(key.as_str(), "ac:macro-id" | "ac:local-id"))
        {
            continue;
        }
        let raw = attr.value.to_string();
        let mut value = String::new();
        let mut rest = raw.as_str();
        while let Some(at) = rest.find('&') {
            value.push_str(&rest[..at]);
            let end = rest[at..].find(';').ok_or("a bare ampersand")? + at;
            let name = &rest[at + 1..end];
            let decoded = atlassian_markup::storage::entity(name);
            value.push_str(&decoded.ok_or_else(|| format!("unknown entity {name}"))?);
            rest = &rest[end + 1..];
        }
        value.push_str(rest);
        attrs.push(format!("{key}={value}"));
    }
    attrs.sort();
    Ok(format!("{} {}", start.name().as_ref(), attrs.join(" ")))
}
