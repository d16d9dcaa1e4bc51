//! Walks over the model: child runs of blocks, the text of running text.

use super::{Block, BlockKind, Inline, Task};

impl BlockKind {
    /// Calls `visit` for every run of blocks right below this one.
    pub(crate) fn for_each_run(&mut self, visit: &mut dyn FnMut(&mut Vec<Block>)) {
        match self {
            Self::Quote(blocks)
            | Self::Expand { blocks, .. }
            | Self::MacroBox { blocks, .. }
            | Self::Footnote { blocks, .. } => visit(blocks),
            Self::Panel(panel) => visit(&mut panel.blocks),
            Self::List { items, .. } => items.iter_mut().for_each(|item| visit(&mut item.blocks)),
            Self::Table(table) => {
                for cell in table.rows.iter_mut().flat_map(|row| row.cells.iter_mut()) {
                    visit(&mut cell.blocks);
                }
            }
            Self::Layout { columns, .. } => {
                columns.iter_mut().for_each(|column| visit(&mut column.blocks));
            }
            Self::Tasks(tasks) | Self::Decisions(tasks) => {
                for task in tasks {
                    task.for_each_run(visit);
                }
            }
            Self::Paragraph(_)
            | Self::Heading { .. }
            | Self::Code(_)
            | Self::Rule
            | Self::Image(_)
            | Self::Card { .. }
            | Self::Leaf { .. }
            | Self::Keep(_)
            | Self::RawStorage(_) => {}
        }
    }
}

/// Takes off where blocks and their parts stood: they go into a text of another format.
pub(crate) fn forget_sources(blocks: &mut [Block]) {
    for block in blocks {
        block.source = None;
        match &mut block.kind {
            BlockKind::List { items, .. } => items.iter_mut().for_each(|item| item.source = None),
            BlockKind::Layout { columns, .. } => {
                columns.iter_mut().for_each(|column| column.source = None);
            }
            BlockKind::Table(table) => {
                for row in &mut table.rows {
                    row.source = None;
                    row.cells.iter_mut().for_each(|cell| cell.source = None);
                }
            }
            BlockKind::Tasks(tasks) | BlockKind::Decisions(tasks) => {
                tasks.iter_mut().for_each(Task::forget_source);
            }
            _ => {}
        }
        block.kind.for_each_run(&mut |run| forget_sources(run));
    }
}

impl Task {
    fn forget_source(&mut self) {
        self.source = None;
        self.children.iter_mut().for_each(Self::forget_source);
    }

    fn for_each_run(&mut self, visit: &mut dyn FnMut(&mut Vec<Block>)) {
        visit(&mut self.extra);
        for child in &mut self.children {
            child.for_each_run(visit);
        }
    }
}

/// Appends `inline`, joining neighbouring text.
pub(crate) fn push_inline(list: &mut Vec<Inline>, inline: Inline) {
    if let Inline::Text(text) = &inline {
        if text.is_empty() {
            return;
        }
        if let Some(Inline::Text(last)) = list.last_mut() {
            last.push_str(text);
            return;
        }
    }
    list.push(inline);
}

/// The text of `inlines` without marks.
pub(crate) fn inline_text(inlines: &[Inline]) -> String {
    let mut out = String::new();
    collect_text(inlines, &mut out);
    out
}

fn collect_text(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Break => out.push(' '),
            Inline::Mark(_, content)
            | Inline::Link { content, .. }
            | Inline::Comment { content, .. } => collect_text(content, out),
            Inline::Card { url, text } => out.push_str(if text.is_empty() { url } else { text }),
            Inline::Image(image) => out.push_str(&image.alt),
            Inline::Mention { id, name } => {
                out.push('@');
                out.push_str(if name.is_empty() { &id.value } else { name });
            }
            Inline::Emoji { short, text, .. } => {
                out.push_str(if text.is_empty() { short } else { text });
            }
            Inline::Emoticon(name) => {
                out.push('(');
                out.push_str(name);
                out.push(')');
            }
            Inline::Status { text, .. } | Inline::Placeholder(text) => out.push_str(text),
            Inline::Date { day, .. } => out.push_str(day),
            Inline::JiraIssue { key, .. } => out.push_str(key),
            Inline::Anchor(_) => {}
            Inline::FootnoteRef(label) => {
                out.push('[');
                out.push_str(label);
                out.push(']');
            }
            Inline::Keep(keep) => out.push_str(&keep.label),
        }
    }
}
