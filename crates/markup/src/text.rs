//! Plain text and people of a body.

use serde_json::Value;

use crate::Context;
use crate::model::{Block, BlockKind, Document, Inline, Task, UserId, inline_text};

/// The text of a document without any markup, one line a block, for excerpts.
#[must_use]
pub fn plain_text(document: &Document) -> String {
    let mut out = String::new();
    push_blocks(&document.blocks, &mut out);
    out
}

fn push_line(out: &mut String, text: &str) {
    let text = crate::scan::fold_blanks(text.trim());
    if text.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&text);
}

fn push_blocks(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match &block.kind {
            BlockKind::Paragraph(p) => push_line(out, &inline_text(&p.inlines)),
            BlockKind::Heading { inlines, .. } => push_line(out, &inline_text(inlines)),
            BlockKind::List { items, .. } => {
                items.iter().for_each(|item| push_blocks(&item.blocks, out));
            }
            BlockKind::Tasks(tasks) | BlockKind::Decisions(tasks) => push_tasks(tasks, out),
            BlockKind::Code(code) => {
                if !out.is_empty() {
                    out.push('\n');
                }
                out.push_str(&code.text);
            }
            BlockKind::Quote(blocks)
            | BlockKind::MacroBox { blocks, .. }
            | BlockKind::Footnote { blocks, .. } => push_blocks(blocks, out),
            BlockKind::Panel(panel) => {
                push_line(out, &panel.title);
                push_blocks(&panel.blocks, out);
            }
            BlockKind::Expand { title, blocks } => {
                push_line(out, title);
                push_blocks(blocks, out);
            }
            BlockKind::Table(table) => {
                for row in &table.rows {
                    let mut line = String::new();
                    for cell in &row.cells {
                        let mut text = String::new();
                        push_blocks(&cell.blocks, &mut text);
                        line.push_str(&text);
                        line.push(' ');
                    }
                    push_line(out, &line);
                }
            }
            BlockKind::Image(image) => push_line(out, &image.alt),
            BlockKind::Card { url, text, .. } => {
                push_line(out, if text.is_empty() { url } else { text });
            }
            BlockKind::Layout { columns, .. } => {
                columns.iter().for_each(|column| push_blocks(&column.blocks, out));
            }
            BlockKind::Keep(keep) => push_line(out, &keep.label),
            BlockKind::RawStorage(_) | BlockKind::Rule | BlockKind::Leaf { .. } => {}
        }
    }
}

fn push_tasks(tasks: &[Task], out: &mut String) {
    for task in tasks {
        push_line(out, &inline_text(&task.inlines));
        push_blocks(&task.extra, out);
        push_tasks(&task.children, out);
    }
}

/// The people mentioned in an ADF body, each once.
#[must_use]
pub fn users_in_adf(body: &Value) -> Vec<UserId> {
    users_in(crate::adf::read(body))
}

/// The people mentioned in a storage body, each once; none when it is not well-formed.
#[must_use]
pub fn users_in_storage(body: &str) -> Vec<UserId> {
    crate::storage::read(body).map(users_in).unwrap_or_default()
}

/// The people mentioned in a wiki body, each once.
#[must_use]
pub fn users_in_wiki(body: &str) -> Vec<UserId> {
    users_in(crate::wiki::read(body))
}

fn users_in(mut document: Document) -> Vec<UserId> {
    let mut users = Vec::new();
    let mut seen = std::collections::HashSet::new();
    each_inline(&mut document.blocks, &mut |inline| {
        if let Inline::Mention { id, .. } = inline
            && seen.insert(id.clone())
        {
            users.push(id.clone());
        }
    });
    users
}

/// Fills in the names of people that the context knows.
pub(crate) fn name_users(blocks: &mut [Block], context: &Context<'_>) {
    each_inline(blocks, &mut |inline| {
        if let Inline::Mention { id, name } = inline
            && let Some(known) = context.users.display_name(id)
        {
            *name = known;
        }
    });
}

/// Calls `visit` for every piece of running text in `blocks`.
pub(crate) fn each_inline(blocks: &mut [Block], visit: &mut dyn FnMut(&mut Inline)) {
    each_run(blocks, &mut |run| each_in(run, visit));
}

/// Calls `visit` for every run of text in `blocks`.
pub(crate) fn each_run(blocks: &mut [Block], visit: &mut dyn FnMut(&mut Vec<Inline>)) {
    for block in blocks {
        match &mut block.kind {
            BlockKind::Paragraph(p) => visit(&mut p.inlines),
            BlockKind::Heading { inlines, .. } => visit(inlines),
            BlockKind::Tasks(tasks) | BlockKind::Decisions(tasks) => each_task(tasks, visit),
            kind => kind.for_each_run(&mut |run| each_run(run, visit)),
        }
    }
}

fn each_task(tasks: &mut [Task], visit: &mut dyn FnMut(&mut Vec<Inline>)) {
    for task in tasks {
        visit(&mut task.inlines);
        each_task(&mut task.children, visit);
        each_run(&mut task.extra, visit);
    }
}

fn each_in(inlines: &mut [Inline], visit: &mut dyn FnMut(&mut Inline)) {
    for inline in inlines {
        visit(inline);
        match inline {
            Inline::Mark(_, content)
            | Inline::Link { content, .. }
            | Inline::Comment { content, .. } => each_in(content, visit),
            _ => {}
        }
    }
}
