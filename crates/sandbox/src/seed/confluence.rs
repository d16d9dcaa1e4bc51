//! Confluence's data from its seed file; the bodies of pages stand in a file of their own.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use crate::confluence::model::*;
use crate::confluence::{Confluence, storage};
use crate::people::{Clock, People, START_MILLIS};
use crate::site::{Addresses, Flavour};

use super::{broken, first_id, list, read, text, texts};

const CLOUD: (&str, &str) = (
    include_str!("../../data/cloud/confluence.json"),
    include_str!("../../data/cloud/bodies.xhtml"),
);
const DATA_CENTER: (&str, &str) =
    (include_str!("../../data/dc/confluence.json"), include_str!("../../data/dc/bodies.xhtml"));

/// Builds the Confluence of a site.
pub(crate) fn load(
    flavour: Flavour,
    site: &str,
    index: usize,
    addresses: &Addresses,
    people: &Arc<People>,
    clock: &Clock,
) -> io::Result<Confluence> {
    let (source, bodies) = match flavour {
        Flavour::Cloud => CLOUD,
        Flavour::DataCenter => DATA_CENTER,
    };
    let seed = read(source, site, addresses, people)?;
    // The bodies pass through the same placeholders, as a JSON text.
    let filled = read(&Value::from(bodies).to_string(), site, addresses, people)?;
    let bodies = split(filled.as_str().unwrap_or_default());
    let mut wiki = Confluence {
        flavour,
        site: site.to_owned(),
        url: addresses.confluence.clone(),
        media: addresses.media.clone(),
        people: Arc::clone(people),
        clock: clock.clone(),
        spaces: Vec::new(),
        contents: BTreeMap::new(),
        templates: Vec::new(),
        groups: Vec::new(),
        // Far from Jira's ids, so that a mixed-up one is noticed.
        next: first_id(index) + 650_000,
    };
    for group in list(&seed, "groups") {
        wiki.groups.push(Group {
            id: format!("{:08x}-9d8c-4b7a-8695-a4b3c2d1e0f0", index * 16 + wiki.groups.len() + 1),
            name: text(group, "name").to_owned(),
            members: match texts(group, "members") {
                members if members.is_empty() => {
                    people.all.iter().map(|p| p.name.clone()).collect()
                }
                members => members,
            },
        });
    }
    for space in list(&seed, "spaces") {
        let id = wiki.fresh_id();
        wiki.spaces.push(Space {
            id,
            key: text(space, "key").to_owned(),
            name: text(space, "name").to_owned(),
            description: text(space, "description").to_owned(),
            personal: space.get("personal").is_some(),
            homepage: None,
            author: text(space, "by").to_owned(),
            created: start()? - (24 * 300).hours(),
            members: texts(space, "members"),
        });
    }
    let pages = list(&seed, "pages");
    for (place, page) in (0_i64..).zip(pages) {
        let age = (i64::try_from(pages.len()).unwrap_or(0) - place) * 41 + 90;
        add_page(&mut wiki, page, start()? - age.hours(), &bodies)?;
    }
    for template in list(&seed, "templates") {
        let id = wiki.fresh_id().to_string();
        wiki.templates.push(Template {
            id,
            name: text(template, "name").to_owned(),
            description: text(template, "description").to_owned(),
            space: template.get("space").and_then(Value::as_str).map(str::to_owned),
            body: body(&bodies, text(template, "body"))?,
        });
    }
    Ok(wiki)
}

fn start() -> io::Result<Timestamp> {
    Timestamp::from_millisecond(START_MILLIS).map_err(|error| broken(&error.to_string()))
}

/// Sections of the bodies file: `=== name` starts one.
fn split(text: &str) -> BTreeMap<String, String> {
    let mut sections = BTreeMap::new();
    for section in text.split("\n=== ").flat_map(|s| s.strip_prefix("=== ").or(Some(s))) {
        if let Some((name, body)) = section.split_once('\n') {
            sections.insert(name.trim().to_owned(), body.trim_end().to_owned());
        }
    }
    sections
}

/// A body by its section, or the text itself when it starts with a tag.
fn body(bodies: &BTreeMap<String, String>, name: &str) -> io::Result<String> {
    let found = if name.is_empty() || name.starts_with('<') {
        name.to_owned()
    } else {
        bodies.get(name).cloned().ok_or_else(|| broken(&format!("no body named {name}")))?
    };
    storage::check(&found).map_err(|why| broken(&format!("body {name}: {why}")))?;
    Ok(found)
}

pub(super) fn blank(
    wiki: &mut Confluence,
    kind: Kind,
    space: &str,
    at: Timestamp,
    author: &str,
) -> Content {
    Content::blank(wiki.fresh_id(), kind, space, at, author)
}

fn edition(number: u64, at: Timestamp, by: &str, title: &str, body: &str) -> Edition {
    Edition { number, ..Edition::first(at, by, title, body) }
}

fn add_page(
    wiki: &mut Confluence,
    seed: &Value,
    at: Timestamp,
    bodies: &BTreeMap<String, String>,
) -> io::Result<()> {
    let (title, space, by) = (text(seed, "title"), text(seed, "space"), text(seed, "by"));
    if wiki.space(space).is_none() || wiki.people.get(by).is_none() {
        return Err(broken(&format!("page {title}: unknown space or user")));
    }
    let kind = match text(seed, "type") {
        "blogpost" => Kind::Blog,
        "folder" => Kind::Folder,
        _ => Kind::Page,
    };
    let mut page = blank(wiki, kind, space, at, by);
    if let Some(parent) = seed.get("parent").and_then(Value::as_str) {
        let found =
            wiki.contents.values().find(|c| c.space == space && c.title() == parent).map(|c| c.id);
        page.parent =
            Some(found.ok_or_else(|| broken(&format!("page {title}: no parent {parent}")))?);
        page.position = wiki.last_position(page.parent);
    }
    // Older versions first: [user, body, message].
    let mut number = 0;
    for old in list(seed, "before") {
        let parts: Vec<&str> =
            old.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let [by, words, message] = parts.as_slice() else {
            return Err(broken(&format!("page {title}: before")));
        };
        number += 1;
        let hours = i64::try_from(number).unwrap_or(0) * 3;
        let mut old = edition(number, at + hours.hours(), by, title, &body(bodies, words)?);
        old.message = (*message).to_owned();
        page.editions.push(old);
    }
    let words = body(bodies, text(seed, "body"))?;
    let hours = i64::try_from(number + 1).unwrap_or(1) * 3;
    let mut latest = edition(number + 1, at + hours.hours(), by, title, &words);
    latest.message = text(seed, "message").to_owned();
    page.editions.push(latest);
    page.subtype = seed.get("subtype").and_then(Value::as_str).map(str::to_owned);
    page.views = seed.get("views").and_then(Value::as_u64).unwrap_or(7);
    if let Some(status) = seed.get("status").and_then(Value::as_str) {
        page.status = status.to_owned();
    }
    for name in texts(seed, "labels") {
        let known =
            wiki.contents.values().flat_map(|c| &c.labels).find(|l| l.name == name).map(|l| l.id);
        let id = match known {
            Some(id) => id,
            None => wiki.fresh_id(),
        };
        page.labels.push(Label { id, prefix: "global".to_owned(), name });
    }
    for (key, value) in seed.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let id = wiki.fresh_id();
        page.properties.insert(
            key.clone(),
            Property { id, value: value.clone(), version: 1, at, by: by.to_owned() },
        );
    }
    if let Some(restricted) = seed.get("restricted") {
        for operation in ["read", "update"] {
            if let Some(subjects) = restricted.get(operation) {
                page.restrictions.insert(
                    operation,
                    Subjects { users: texts(subjects, "users"), groups: texts(subjects, "groups") },
                );
            }
        }
    }
    let id = page.id;
    if seed.get("home").is_some()
        && let Some(stored) = wiki.spaces.iter_mut().find(|s| s.key == space)
    {
        stored.homepage = Some(id);
    }
    wiki.contents.insert(id, page);
    add_files(wiki, seed, id, at);
    let comments = list(seed, "comments");
    let cycle = seed
        .get("commentCycle")
        .and_then(Value::as_u64)
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(comments.len());
    for (place, comment) in comments.iter().cycle().take(cycle).enumerate() {
        let count = (cycle > comments.len()).then_some((place + 1, cycle));
        add_comment(wiki, comment, id, None, at, count)?;
    }
    Ok(())
}

fn add_files(wiki: &mut Confluence, seed: &Value, holder: u64, at: Timestamp) {
    let Some(space) = wiki.contents.get(&holder).map(|c| c.space.clone()) else { return };
    for file in list(seed, "files") {
        let mut stored = blank(wiki, Kind::Attachment, &space, at + 4.hours(), text(file, "by"));
        let mut first = edition(1, at + 4.hours(), text(file, "by"), text(file, "name"), "");
        first.data = Bytes::from(super::file_bytes(text(file, "data")));
        first.message = text(file, "comment").to_owned();
        stored.editions.push(first);
        stored.container = Some(holder);
        stored.media_type = text(file, "type").to_owned();
        wiki.contents.insert(stored.id, stored);
    }
}

/// A comment `{by, body, on?, resolution?, answers?}`; `on` makes it an inline one.
fn add_comment(
    wiki: &mut Confluence,
    seed: &Value,
    holder: u64,
    above: Option<u64>,
    at: Timestamp,
    count: Option<(usize, usize)>,
) -> io::Result<()> {
    let Some((space, title)) =
        wiki.contents.get(&holder).map(|c| (c.space.clone(), c.title().to_owned()))
    else {
        return Err(broken("a comment without a page"));
    };
    let by = text(seed, "by");
    let words = match count {
        Some((number, of)) => {
            format!("<p>{} ({number} of {of})</p>", storage::escape(text(seed, "body")))
        }
        None if text(seed, "body").starts_with('<') => text(seed, "body").to_owned(),
        None => format!("<p>{}</p>", storage::escape(text(seed, "body"))),
    };
    let when = at + (10 + i64::try_from(count.map_or(0, |(n, _)| n)).unwrap_or(0)).hours();
    let mut comment = blank(wiki, Kind::Comment, &space, when, by);
    comment.editions.push(edition(1, when, by, &format!("Re: {title}"), &words));
    comment.container = Some(holder);
    comment.parent = above;
    let inherited = above.and_then(|id| wiki.contents.get(&id)).and_then(|c| c.inline.clone());
    comment.inline = seed.get("on").and_then(Value::as_str).map_or(inherited, |selection| {
        let resolution = match text(seed, "resolution") {
            "" => "open",
            other => other,
        };
        Some(Inline {
            selection: selection.to_owned(),
            marker: text(seed, "marker").to_owned(),
            resolution: resolution.to_owned(),
        })
    });
    let id = comment.id;
    wiki.contents.insert(id, comment);
    for answer in list(seed, "answers") {
        add_comment(wiki, answer, holder, Some(id), when, None)?;
    }
    Ok(())
}
