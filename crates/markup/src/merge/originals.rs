//! Kept content by reference, and putting it back where placeholders stand.

use std::collections::HashMap;

use serde_json::Value;

use crate::WriteError;
use crate::model::{Block, BlockKind, Document, Format, Inline, Keep, Reuse, Task};
use crate::storage::xml::Tree;

/// The kept content of a stored body.
#[derive(Debug, Default)]
pub(crate) struct Originals {
    keeps: Vec<Keep>,
    by_reference: HashMap<String, usize>,
}

impl Originals {
    fn add(&mut self, keep: &Keep) {
        self.by_reference.entry(keep.reference.clone()).or_insert(self.keeps.len());
        self.keeps.push(keep.clone());
    }

    /// All of it in order.
    pub(crate) fn list(&self) -> &[Keep] {
        &self.keeps
    }

    /// Whether a reference is known.
    pub(crate) fn knows(&self, reference: &str) -> bool {
        self.by_reference.contains_key(reference)
    }

    fn find(&self, reference: &str) -> Option<&Keep> {
        self.by_reference.get(reference).and_then(|&at| self.keeps.get(at))
    }

    fn available(&self) -> Vec<String> {
        let mut seen = std::collections::HashSet::new();
        self.keeps
            .iter()
            .filter(|keep| seen.insert(keep.reference.as_str()))
            .map(|keep| format!("{} ({})", keep.reference, keep.label))
            .collect()
    }
}

/// The kept content of a storage body.
pub(crate) fn storage_originals(tree: &Tree<'_>) -> Originals {
    of(&crate::storage::read_tree(tree))
}

/// The kept content of an ADF body.
pub(crate) fn adf_originals(body: &Value) -> Originals {
    of(&crate::adf::read(body))
}

/// The kept content of a document.
pub(crate) fn of(document: &Document) -> Originals {
    let mut found = Originals::default();
    let mut blocks = document.blocks.clone();
    each_keep(&mut blocks, &mut |keep| found.add(keep));
    found
}

/// Calls `visit` for every placeholder.
pub(crate) fn each_keep(blocks: &mut [Block], visit: &mut dyn FnMut(&mut Keep)) {
    for block in blocks {
        match &mut block.kind {
            BlockKind::Keep(keep) => visit(keep),
            BlockKind::MacroBox { keep, blocks, .. } => {
                visit(keep);
                each_keep(blocks, visit);
            }
            BlockKind::Paragraph(p) => each_in(&mut p.inlines, visit),
            BlockKind::Heading { inlines, .. } => each_in(inlines, visit),
            BlockKind::Tasks(tasks) | BlockKind::Decisions(tasks) => each_in_tasks(tasks, visit),
            kind => kind.for_each_run(&mut |run| each_keep(run, visit)),
        }
    }
}

fn each_in_tasks(tasks: &mut [Task], visit: &mut dyn FnMut(&mut Keep)) {
    for task in tasks {
        each_in(&mut task.inlines, visit);
        each_in_tasks(&mut task.children, visit);
        each_keep(&mut task.extra, visit);
    }
}

fn each_in(inlines: &mut [Inline], visit: &mut dyn FnMut(&mut Keep)) {
    for inline in inlines {
        match inline {
            Inline::Keep(keep) => visit(keep),
            Inline::Mark(_, content)
            | Inline::Link { content, .. }
            | Inline::Comment { content, .. } => each_in(content, visit),
            _ => {}
        }
    }
}

/// Puts the originals where placeholders stand.
pub(crate) fn restore(blocks: &mut [Block], originals: &Originals) -> Result<(), WriteError> {
    let mut missing = None;
    each_keep(blocks, &mut |keep| {
        if keep.raw.is_some() || keep.reference.is_empty() || missing.is_some() {
            return;
        }
        match originals.find(&keep.reference) {
            Some(found) => {
                keep.raw.clone_from(&found.raw);
                keep.label.clone_from(&found.label);
            }
            None => missing = Some(keep.reference.clone()),
        }
    });
    match missing {
        Some(reference) => {
            Err(WriteError::UnknownReference { reference, available: originals.available() })
        }
        None => Ok(()),
    }
}

/// Takes the ids off all but the first use of a stored macro: ids are unique on a page.
pub(crate) fn without_copies(blocks: &mut [Block]) {
    let mut used: HashMap<String, usize> = HashMap::new();
    let mut whole = blocks.to_vec();
    whole.retain(|block| block.source.is_some_and(|span| span.reuse == Reuse::Whole));
    each_keep(&mut whole, &mut |keep| *used.entry(keep.reference.clone()).or_default() += 1);
    for block in blocks.iter_mut() {
        if block.source.is_some_and(|span| span.reuse == Reuse::Whole) {
            continue;
        }
        each_keep(std::slice::from_mut(block), &mut |keep| {
            let count = used.entry(keep.reference.clone()).or_default();
            *count += 1;
            if let Some(raw) = keep.raw.as_mut().filter(|raw| raw.format == Format::Storage)
                && *count > 1
            {
                raw.text = without_id(&raw.text);
            }
        });
    }
}

fn without_id(raw: &str) -> String {
    let mut text = raw.to_owned();
    for name in [" ac:macro-id=\"", " ac:local-id=\""] {
        let head = text.find('>').unwrap_or(text.len());
        if let Some(at) = text.find(name).filter(|at| *at < head) {
            let value = at + name.len();
            if let Some(len) = text.get(value..).and_then(|rest| rest.find('"')) {
                text.replace_range(at..=value + len, "");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_lose_their_ids() {
        let raw = "<ac:structured-macro ac:name=\"x\" ac:macro-id=\"1\"><p ac:local-id=\"2\"/>";
        assert_eq!(without_id(raw), "<ac:structured-macro ac:name=\"x\"><p ac:local-id=\"2\"/>");
    }
}
