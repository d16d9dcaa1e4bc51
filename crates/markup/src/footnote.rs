//! Footnotes: none of the targets has them, so they become a numbered list at the end
//! (content conversion spec section 8.5).

use std::collections::HashMap;

use crate::model::{Block, BlockKind, Document, Inline, Item, ListKind, Mark, Task};

/// Turns references into superscript `[n]` and appends the notes behind a rule.
pub(crate) fn resolve(document: &mut Document) {
    let mut notes = Notes::default();
    notes.take(&mut document.blocks);
    if notes.found.is_empty() {
        return;
    }
    notes.refer(&mut document.blocks);
    let mut items: Vec<Item> = Vec::new();
    let mut at = 0;
    // A note may refer to further notes, and notes that nothing refers to are not lost.
    loop {
        while let Some(label) = notes.order.get(at).cloned() {
            let mut blocks = notes.found.remove(&label).unwrap_or_default();
            notes.refer(&mut blocks);
            items.push(Item { blocks, source: None });
            at += 1;
        }
        let Some(rest) = notes.labels.iter().find(|label| !notes.order.contains(label)).cloned()
        else {
            break;
        };
        notes.order.push(rest);
    }
    document.blocks.push(BlockKind::Rule.into());
    document.blocks.push(BlockKind::List { kind: ListKind::Ordered(1), items }.into());
}

#[derive(Default)]
struct Notes {
    found: HashMap<String, Vec<Block>>,
    /// Labels as the notes stand in the text.
    labels: Vec<String>,
    /// Labels in the order of their first references.
    order: Vec<String>,
}

impl Notes {
    fn take(&mut self, blocks: &mut Vec<Block>) {
        if blocks.iter().any(|block| matches!(block.kind, BlockKind::Footnote { .. })) {
            let old = std::mem::take(blocks);
            for block in old {
                match block.kind {
                    BlockKind::Footnote { label, blocks } => {
                        if !self.found.contains_key(&label) {
                            self.labels.push(label.clone());
                        }
                        self.found.entry(label).or_default().extend(blocks);
                    }
                    _ => blocks.push(block),
                }
            }
        }
        for block in blocks {
            block.kind.for_each_run(&mut |run| self.take(run));
        }
    }

    fn refer(&mut self, blocks: &mut [Block]) {
        for block in blocks {
            match &mut block.kind {
                BlockKind::Paragraph(p) => self.inlines(&mut p.inlines),
                BlockKind::Heading { inlines, .. } => self.inlines(inlines),
                BlockKind::Tasks(tasks) | BlockKind::Decisions(tasks) => self.tasks(tasks),
                _ => {}
            }
            block.kind.for_each_run(&mut |run| self.refer(run));
        }
    }

    fn tasks(&mut self, tasks: &mut [Task]) {
        for task in tasks {
            self.inlines(&mut task.inlines);
            self.tasks(&mut task.children);
        }
    }

    fn inlines(&mut self, inlines: &mut [Inline]) {
        for inline in inlines {
            match inline {
                Inline::FootnoteRef(label) => {
                    let at = self.order.iter().position(|known| known == label);
                    let number = at.unwrap_or_else(|| {
                        self.order.push(label.clone());
                        self.order.len() - 1
                    });
                    let text = Inline::Text(format!("[{}]", number + 1));
                    *inline = Inline::Mark(Mark::Sup, vec![text]);
                }
                Inline::Mark(_, content) | Inline::Link { content, .. } => self.inlines(content),
                _ => {}
            }
        }
    }
}
