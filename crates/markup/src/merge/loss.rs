//! What an update drops, by name: kept content, layouts, attached media, inline comments
//! (content conversion spec sections 8.8 and 10.2).
//!
//! Words are not told: who takes words out of a text knows it. Told is what a text only refers to
//! or does not show: macros, the columns around text, attached files that were shown, comments.
//! Both bodies are read again, so it makes no difference how the new one came about.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{comments, originals};
use crate::model::{Block, BlockKind, Document, Format, ImageSource, Inline, Keep};
use crate::outcome::{Warning, WarningKind};
use crate::storage::xml::{self, Tree};

/// What the storage body `new` lacks of `old`, which it replaces. Empty when nothing is lost.
///
/// For updates that give the body as storage; a merge tells by itself. Every warning
/// [is a loss](WarningKind::is_loss), its label is the name of what is gone.
#[must_use]
pub fn dropped_from_storage(old: &str, new: &str) -> Vec<Warning> {
    let Ok(old) = xml::parse(old) else { return vec![unreadable()] };
    let Ok(new) = xml::parse(new) else { return vec![unreadable()] };
    storage(&old, &crate::storage::read_tree(&old), &new)
}

/// What the storage body `old` holds and a body in wiki markup, which Confluence turns into
/// storage, can not hold or does not name.
#[must_use]
pub fn dropped_by_wiki(old: &str, wiki: &str) -> Vec<Warning> {
    let Ok(old) = xml::parse(old) else { return vec![unreadable()] };
    let lower = wiki.to_lowercase();
    let held = inventory(&crate::storage::read_tree(&old)).into_iter().filter(|held| {
        let named =
            |before: &str, name: &str| lower.contains(&format!("{before}{}", name.to_lowercase()));
        match held.class {
            Class::Layout => true,
            Class::Image => !named("!", &held.id) && !named("^", &held.id),
            Class::Macro => !named("{", &held.kind),
        }
    });
    let mut warnings: Vec<Warning> = held.map(|held| held.warning()).collect();
    warnings.extend(comments::all_in_storage(&old).iter().map(detached));
    warnings
}

/// What the ADF body `new` lacks of `old`, which it replaces. Empty when nothing is lost.
#[must_use]
pub fn dropped_from_adf(old: &Value, new: &Value) -> Vec<Warning> {
    adf(&crate::adf::read(old), old, new)
}

/// What the Jira wiki text `new` lacks of `old`, which it replaces. Empty when nothing is lost.
#[must_use]
pub fn dropped_from_wiki(old: &str, new: &str) -> Vec<Warning> {
    wiki(&crate::wiki::read(old), new)
}

pub(super) fn storage(old_tree: &Tree<'_>, old: &Document, new: &Tree<'_>) -> Vec<Warning> {
    let (held, marked) = (inventory(old), comments::all_in_storage(old_tree));
    if held.is_empty() && marked.is_empty() {
        return Vec::new();
    }
    let have = inventory(&crate::storage::read_tree(new));
    let mut warnings = missing(&held, &have);
    warnings.extend(lost_comments(&marked, &comments::all_in_storage(new)));
    warnings
}

pub(super) fn adf(old: &Document, old_body: &Value, new: &Value) -> Vec<Warning> {
    let (held, marked) = (inventory(old), comments::all_in_adf(old_body));
    if held.is_empty() && marked.is_empty() {
        return Vec::new();
    }
    let mut warnings = missing(&held, &inventory(&crate::adf::read(new)));
    warnings.extend(lost_comments(&marked, &comments::all_in_adf(new)));
    warnings
}

pub(super) fn wiki(old: &Document, new: &str) -> Vec<Warning> {
    let held = inventory(old);
    if held.is_empty() {
        return Vec::new();
    }
    missing(&held, &inventory(&crate::wiki::read(new)))
}

fn unreadable() -> Warning {
    Warning::new(
        WarningKind::KeptContentDropped,
        "the stored and the new body could not be compared because one is not well-formed; what \
         was stored may be gone",
        "",
    )
}

fn detached(comment: &comments::Comment) -> Warning {
    Warning::new(
        WarningKind::CommentDetached,
        "an inline comment could not be put back, its words are gone or not unique",
        comment.text.as_str(),
    )
}

fn lost_comments(old: &[comments::Comment], new: &[comments::Comment]) -> Vec<Warning> {
    let have: HashSet<&str> = new.iter().map(|comment| comment.reference.as_str()).collect();
    old.iter().filter(|comment| !have.contains(comment.reference.as_str())).map(detached).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A macro, an extension, or anything else that Markdown has no word for.
    Macro,
    /// Columns.
    Layout,
    /// An attached file that is shown.
    Image,
}

/// Something that is more than words.
#[derive(Debug)]
struct Held {
    class: Class,
    /// The name of the macro or the kind of node.
    kind: String,
    /// What tells it from all others, where it has such: a macro's id, a file's name.
    id: String,
    /// The same for the same source.
    reference: String,
    label: String,
}

impl Held {
    fn warning(&self) -> Warning {
        Warning::new(
            WarningKind::KeptContentDropped,
            "content that was stored is not in the new text and is gone",
            self.label.as_str(),
        )
    }
}

/// Which of `old` have no counterpart in `new`: found by id, then by source, then by name. Another
/// macro of the same kind counts as the old one edited, unless it is a copy of a third.
fn missing(old: &[Held], new: &[Held]) -> Vec<Warning> {
    let known: HashSet<&str> = old.iter().map(|held| held.reference.as_str()).collect();
    let fresh: Vec<bool> =
        new.iter().map(|held| !known.contains(held.reference.as_str())).collect();
    let mut free = vec![true; new.len()];
    let mut gone: Vec<&Held> = old.iter().collect();
    let keys: [fn(&Held) -> Option<String>; 4] = [
        |held| (!held.id.is_empty()).then(|| held.id.clone()),
        |held| Some(held.reference.clone()),
        |held| Some(held.label.clone()),
        |held| (held.class != Class::Image && held.kind != "media").then(|| held.kind.clone()),
    ];
    for (pass, key) in keys.into_iter().enumerate() {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, held) in new.iter().enumerate().rev() {
            let usable = free.get(at) == Some(&true) && (pass < 2 || fresh.get(at) == Some(&true));
            if let Some(key) = key(held).filter(|_| usable) {
                places.entry(key).or_default().push(at);
            }
        }
        gone.retain(|held| {
            let Some(at) = key(held).and_then(|key| places.get_mut(&key)?.pop()) else {
                return true;
            };
            if let Some(slot) = free.get_mut(at) {
                *slot = false;
            }
            false
        });
    }
    gone.into_iter().map(Held::warning).collect()
}

/// Everything in a document that is more than words.
fn inventory(document: &Document) -> Vec<Held> {
    let mut held = Vec::new();
    let mut blocks = document.blocks.clone();
    originals::each_keep(&mut blocks, &mut |keep| held.push(kept(keep)));
    collect(&mut blocks, &mut held);
    crate::text::each_inline(&mut blocks, &mut |inline| match inline {
        Inline::Image(image) => held.extend(image_of(&image.source)),
        Inline::Anchor(name) => held.push(named(Class::Macro, "anchor", name)),
        _ => {}
    });
    held
}

fn collect(blocks: &mut [Block], held: &mut Vec<Held>) {
    for block in blocks {
        match &block.kind {
            BlockKind::Layout { attrs, columns } if columns.len() > 1 => {
                let kind = attrs
                    .get("type")
                    .map_or_else(|| format!("{} columns", columns.len()), str::to_owned);
                held.push(named(Class::Layout, "layout", &kind));
            }
            BlockKind::Leaf { name, label, attrs } => {
                let detail = ["jqlQuery", "key", "page"].iter().find_map(|key| attrs.get(key));
                let detail = if label.is_empty() { detail.unwrap_or_default() } else { label };
                held.push(named(Class::Macro, name, detail));
            }
            BlockKind::Image(image) => held.extend(image_of(&image.source)),
            _ => {}
        }
        block.kind.for_each_run(&mut |run| collect(run, held));
    }
}

fn named(class: Class, kind: &str, detail: &str) -> Held {
    let label = crate::keep::label(kind, detail);
    let id = String::new();
    Held { class, kind: kind.to_owned(), id, reference: format!("{kind} {detail}"), label }
}

fn image_of(source: &ImageSource) -> Option<Held> {
    let ImageSource::Attachment { file, .. } = source else { return None };
    let mut held = named(Class::Image, "image", file);
    held.id.clone_from(file);
    Some(held)
}

fn kept(keep: &Keep) -> Held {
    let kind = keep.label.split(": ").next().unwrap_or_default();
    let id = keep.raw.as_ref().map(|raw| match raw.format {
        Format::Storage => storage_id(&raw.text),
        Format::Adf => media_ids(&raw.text),
        Format::Wiki => String::new(),
    });
    Held {
        class: Class::Macro,
        kind: kind.to_owned(),
        id: id.unwrap_or_default(),
        reference: keep.reference.clone(),
        label: keep.label.clone(),
    }
}

/// The id in the start tag of a macro.
fn storage_id(raw: &str) -> String {
    let head = raw.split('>').next().unwrap_or_default();
    head.split_once(" ac:macro-id=\"")
        .and_then(|(_, rest)| rest.split('"').next())
        .unwrap_or_default()
        .to_owned()
}

/// The ids of the files in a kept node, one after the other.
fn media_ids(raw: &str) -> String {
    let Ok(node) = serde_json::from_str::<Value>(raw) else { return String::new() };
    let mut ids = Vec::new();
    let mut stack = vec![&node];
    while let Some(node) = stack.pop() {
        if matches!(crate::adf::read::kind(node), "media" | "mediaInline") {
            let id = node.get("attrs").and_then(|attrs| attrs.get("id")).and_then(Value::as_str);
            ids.extend(id);
        }
        stack.extend(crate::adf::read::content(node));
    }
    ids.join(" ")
}
