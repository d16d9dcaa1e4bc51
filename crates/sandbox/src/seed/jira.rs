//! Jira's data from its seed file.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use crate::jira::Jira;
use crate::jira::fields::{Choice, Field, Kind, SYSTEM};
use crate::jira::model::*;
use crate::people::{Clock, People};
use crate::site::{Addresses, Flavour};

use super::issues::{fill_issue, place_issue};
use super::{broken, first_id, list, read, text, texts};

const CLOUD: &str = include_str!("../../data/cloud/jira.json");
const DATA_CENTER: &str = include_str!("../../data/dc/jira.json");

/// Builds the Jira of a site.
pub(crate) fn load(
    flavour: Flavour,
    site: &str,
    index: usize,
    addresses: &Addresses,
    people: &Arc<People>,
    clock: &Clock,
) -> io::Result<Jira> {
    let source = match flavour {
        Flavour::Cloud => CLOUD,
        Flavour::DataCenter => DATA_CENTER,
    };
    let seed = read(source, site, addresses, people)?;
    let mut jira = Jira {
        flavour,
        site: site.to_owned(),
        url: addresses.jira.clone(),
        people: Arc::clone(people),
        clock: clock.clone(),
        fields: SYSTEM.iter().map(|(id, name, ..)| Field::system(id, name)).collect(),
        types: list(&seed, "types").iter().map(issue_type).collect(),
        statuses: list(&seed, "statuses").iter().map(status).collect(),
        priorities: named(&seed, "priorities"),
        resolutions: named(&seed, "resolutions"),
        link_types: list(&seed, "linkTypes").iter().map(link_type).collect(),
        projects: Vec::new(),
        issues: BTreeMap::new(),
        keys: HashMap::new(),
        links: Vec::new(),
        boards: Vec::new(),
        sprints: Vec::new(),
        tasks: IndexMap::new(),
        temporary: IndexMap::new(),
        media: addresses.media.clone(),
        next: first_id(index),
    };
    custom_fields(&mut jira, &seed, index)?;
    projects(&mut jira, &seed)?;
    boards(&mut jira, &seed, index);
    let issues = list(&seed, "issues");
    for (place, entry) in issues.iter().enumerate() {
        place_issue(&mut jira, entry, place, issues.len())?;
    }
    for entry in issues {
        fill_issue(&mut jira, entry)?;
    }
    for entry in list(&seed, "links") {
        let parts: Vec<&str> =
            entry.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let [kind, from, to] = parts.as_slice() else {
            return Err(broken("a link is [type, from, to]"));
        };
        let kind = jira.link_types.iter().find(|k| k.name == *kind).map(|k| k.id.clone());
        let (Some(kind), Some(from), Some(to)) = (kind, jira.find(from), jira.find(to)) else {
            return Err(broken(&format!("a link names something unknown: {entry}")));
        };
        let id = jira.fresh_id().to_string();
        jira.links.push(Link { id, kind, from, to });
    }
    Ok(jira)
}

fn issue_type(entry: &Value) -> IssueType {
    let level =
        entry.get("level").and_then(Value::as_i64).and_then(|l| i8::try_from(l).ok()).unwrap_or(0);
    IssueType {
        id: text(entry, "id").to_owned(),
        name: text(entry, "name").to_owned(),
        description: text(entry, "description").to_owned(),
        subtask: level < 0,
        level,
    }
}

fn status(entry: &Value) -> Status {
    Status {
        id: text(entry, "id").to_owned(),
        name: text(entry, "name").to_owned(),
        category: match text(entry, "category") {
            "done" => "done",
            "indeterminate" => "indeterminate",
            _ => "new",
        },
    }
}

fn named(seed: &Value, key: &str) -> Vec<Named> {
    list(seed, key)
        .iter()
        .map(|entry| Named {
            id: text(entry, "id").to_owned(),
            name: text(entry, "name").to_owned(),
            description: text(entry, "description").to_owned(),
        })
        .collect()
}

fn link_type(entry: &Value) -> LinkType {
    LinkType {
        id: text(entry, "id").to_owned(),
        name: text(entry, "name").to_owned(),
        inward: text(entry, "inward").to_owned(),
        outward: text(entry, "outward").to_owned(),
    }
}

/// Numbers of custom fields differ from site to site, as they do in life.
fn custom_fields(jira: &mut Jira, seed: &Value, index: usize) -> io::Result<()> {
    let base = 10_010 + 37 * index;
    for (place, entry) in list(seed, "fields").iter().enumerate() {
        let kind = Kind::read(text(entry, "kind"))
            .ok_or_else(|| broken(&format!("unknown kind of field: {entry}")))?;
        let mut choices = Vec::new();
        for option in list(entry, "options") {
            choices.push(choice(jira, option));
        }
        let number = base + place * 3;
        jira.fields.push(Field {
            id: format!("customfield_{number}"),
            name: text(entry, "name").to_owned(),
            kind,
            choices,
            projects: texts(entry, "projects"),
            types: texts(entry, "types"),
            required: entry.get("required") == Some(&Value::Bool(true)),
            context: (number + 200).to_string(),
            description: text(entry, "description").to_owned(),
        });
    }
    Ok(())
}

fn choice(jira: &mut Jira, option: &Value) -> Choice {
    let id = jira.fresh_id().to_string();
    let plain = |value: &str, disabled, children| Choice {
        id: id.clone(),
        value: value.to_owned(),
        disabled,
        children,
    };
    match option {
        Value::Array(parts) => {
            let value = parts.first().and_then(Value::as_str).unwrap_or_default().to_owned();
            let children: Vec<Value> =
                parts.get(1).and_then(Value::as_array).cloned().unwrap_or_default();
            let children = children.iter().map(|child| choice(jira, child)).collect();
            Choice { id, value, disabled: false, children }
        }
        Value::String(value) => match value.strip_prefix('-') {
            Some(value) => plain(value, true, Vec::new()),
            None => plain(value, false, Vec::new()),
        },
        _ => plain("", true, Vec::new()),
    }
}

fn projects(jira: &mut Jira, seed: &Value) -> io::Result<()> {
    for entry in list(seed, "projects") {
        let status_id = |name: &str| {
            jira.statuses
                .iter()
                .find(|s| s.name == name)
                .map(|s| s.id.clone())
                .ok_or_else(|| broken(&format!("unknown status {name}")))
        };
        let workflow = list(seed, "workflows")
            .iter()
            .find(|w| text(w, "name") == text(entry, "workflow"))
            .ok_or_else(|| broken(&format!("no workflow for {entry}")))?;
        let mut transitions = Vec::new();
        for step in list(workflow, "transitions") {
            transitions.push(Transition {
                id: text(step, "id").to_owned(),
                name: text(step, "name").to_owned(),
                from: texts(step, "from").iter().map(|s| status_id(s)).collect::<Result<_, _>>()?,
                to: status_id(text(step, "to"))?,
                screen: texts(step, "screen")
                    .into_iter()
                    .map(|field| match field.strip_suffix('!') {
                        Some(field) => (field.to_owned(), true),
                        None => (field, false),
                    })
                    .collect(),
            });
        }
        let initial = status_id(text(workflow, "initial"))?;
        let types = texts(entry, "types");
        if let Some(strange) = types.iter().find(|id| jira.issue_type(id).is_none()) {
            return Err(broken(&format!("unknown issue type {strange}")));
        }
        let id = jira.fresh_id().to_string();
        let mut components = Vec::new();
        for component in list(entry, "components") {
            components.push(Component {
                id: jira.fresh_id().to_string(),
                name: text(component, "name").to_owned(),
                description: text(component, "description").to_owned(),
                lead: component.get("lead").and_then(Value::as_str).map(str::to_owned),
            });
        }
        let mut versions = Vec::new();
        for version in list(entry, "versions") {
            let some = |key: &str| version.get(key).and_then(Value::as_str).map(str::to_owned);
            let flag = |key: &str| version.get(key) == Some(&Value::Bool(true));
            versions.push(Version {
                id: jira.fresh_id().to_string(),
                name: text(version, "name").to_owned(),
                description: some("description"),
                released: flag("released"),
                archived: flag("archived"),
                start_date: some("start"),
                release_date: some("release"),
            });
        }
        let category = entry.get("category").map(|category| Named {
            id: jira.fresh_id().to_string(),
            name: text(category, "name").to_owned(),
            description: text(category, "description").to_owned(),
        });
        jira.projects.push(Project {
            id,
            key: text(entry, "key").to_owned(),
            name: text(entry, "name").to_owned(),
            description: text(entry, "description").to_owned(),
            style: match text(entry, "style") {
                "next-gen" => Style::NextGen,
                "service" => Style::Service,
                _ => Style::Classic,
            },
            lead: text(entry, "lead").to_owned(),
            category,
            types,
            components,
            versions,
            last_number: 0,
            transitions,
            initial,
            members: texts(entry, "members"),
        });
    }
    Ok(())
}

fn boards(jira: &mut Jira, seed: &Value, index: usize) {
    let base = u64::try_from(index).unwrap_or_default() * 100;
    for (place, entry) in (1_u64..).zip(list(seed, "boards")) {
        let id = base + place;
        jira.boards.push(Board {
            id,
            name: text(entry, "name").to_owned(),
            kind: text(entry, "kind").to_owned(),
            project: text(entry, "project").to_owned(),
        });
        for sprint in list(entry, "sprints") {
            let some = |key: &str| sprint.get(key).and_then(Value::as_str).map(str::to_owned);
            let number = base + 40 + u64::try_from(jira.sprints.len()).unwrap_or_default();
            jira.sprints.push(Sprint {
                id: number,
                board: id,
                name: text(sprint, "name").to_owned(),
                state: text(sprint, "state").to_owned(),
                goal: text(sprint, "goal").to_owned(),
                start: some("start"),
                end: some("end"),
                complete: some("complete"),
            });
        }
    }
}
