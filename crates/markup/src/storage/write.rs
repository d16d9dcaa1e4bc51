//! Writes a document as storage (content conversion spec sections 4 and 8.6).

use super::stored::Stored;
use super::write_inline::attr;
use crate::model::{Align, Block, BlockKind, CardLook, Format, Item, Keep, ListKind, Span, Task};
use crate::outcome::Warning;
use crate::{Context, WriteError};

/// Writes blocks; `stored` is the body that spans point into.
pub(super) fn write(
    blocks: &[Block],
    stored: Option<&Stored<'_>>,
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<String, WriteError> {
    let mut writer = Writer { out: String::new(), stored, context, warnings };
    writer.top(blocks)?;
    Ok(writer.out)
}

pub(super) struct Writer<'a, 'w> {
    pub(super) out: String,
    pub(super) stored: Option<&'a Stored<'a>>,
    pub(super) context: &'a Context<'a>,
    pub(super) warnings: &'w mut Vec<Warning>,
}

/// What stands around a task's state and text.
struct TaskShell<'a> {
    open: &'a str,
    middle: &'a str,
    after: &'a str,
    close: &'a str,
}

/// Where a table cell's paragraph takes its alignment from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    Flow,
    Cell,
}

impl Writer<'_, '_> {
    pub(super) fn lead(&mut self, source: Option<Span>) {
        if let Some(stored) = self.stored {
            self.out.push_str(stored.lead(source));
        }
    }

    pub(super) fn whole(&mut self, source: Option<Span>) -> bool {
        match self.stored.and_then(|stored| stored.whole(source)) {
            Some(slice) => {
                self.out.push_str(slice);
                true
            }
            None => false,
        }
    }

    /// Layout sections stand in `ac:layout`, and only at the top.
    fn top(&mut self, blocks: &[Block]) -> Result<(), WriteError> {
        let mut in_layout = false;
        for (at, block) in blocks.iter().enumerate() {
            let is_layout = matches!(block.kind, BlockKind::Layout { .. });
            if is_layout && !in_layout {
                let before = at.checked_sub(1).and_then(|at| blocks.get(at));
                let open = self.layout_open(block.source, before.and_then(|b| b.source));
                self.out.push_str(&open);
            }
            if in_layout && !is_layout {
                self.layout_close(blocks.get(at.wrapping_sub(1)).and_then(|b| b.source));
            }
            in_layout = is_layout;
            self.lead(block.source);
            self.block(block, Inside::Flow)?;
            self.page_end(block, blocks.get(at + 1), is_layout);
        }
        if in_layout {
            self.layout_close(blocks.last().and_then(|block| block.source));
        }
        Ok(())
    }

    /// What Markdown does not show at the end of the stored body follows its last block.
    fn page_end(&mut self, block: &Block, next: Option<&Block>, in_layout: bool) {
        let reused =
            |block: &Block| block.source.filter(|span| span.reuse != crate::model::Reuse::Nothing);
        if let Some((stored, span)) = self.stored.zip(reused(block))
            && !in_layout
            && next.and_then(reused).is_none()
            && stored.is_last(span)
        {
            self.out.push_str(stored.cut(span.end, stored.tree().source.len()));
        }
    }

    /// The opening tag of the stored layout, and what lies between it and the block before it.
    fn layout_open(&self, source: Option<Span>, previous: Option<Span>) -> String {
        let stored = self.stored.zip(source).and_then(|(stored, span)| {
            let before = stored.cut(0, span.lead);
            let at = before.rfind("<ac:layout")?;
            let open = before.get(at..)?;
            let whole = open.ends_with('>') && !open.starts_with("<ac:layout-");
            let from = match previous.filter(|span| span.reuse != crate::model::Reuse::Nothing) {
                Some(previous) if stored.is_silent(previous.end, at) => previous.end,
                _ => before.get(..at)?.trim_end().len(),
            };
            whole.then(|| before.get(from..).unwrap_or_default().to_owned())
        });
        stored.unwrap_or_else(|| "<ac:layout>".to_owned())
    }

    fn layout_close(&mut self, last: Option<Span>) {
        if let Some((stored, span)) = self.stored.zip(last)
            && span.reuse != crate::model::Reuse::Nothing
        {
            let rest = stored.cut(span.end, stored.tree().source.len());
            let blank = rest.len() - rest.trim_start().len();
            if rest.trim_start().starts_with("</ac:layout>") {
                self.out.push_str(rest.get(..blank).unwrap_or_default());
            }
        }
        self.out.push_str("</ac:layout>");
    }

    pub(super) fn blocks(&mut self, blocks: &[Block], inside: Inside) -> Result<(), WriteError> {
        for block in blocks {
            self.lead(block.source);
            self.block(block, inside)?;
        }
        Ok(())
    }

    /// The content of a stored element and what follows its last child in it.
    fn shell_body(
        &mut self,
        blocks: &[Block],
        end: usize,
        inside: Inside,
    ) -> Result<(), WriteError> {
        let last = blocks.iter().rposition(|block| {
            block.source.is_some_and(|span| span.reuse != crate::model::Reuse::Nothing)
        });
        let split = last.map_or(0, |last| last + 1);
        self.blocks(blocks.get(..split).unwrap_or(&[]), inside)?;
        self.tail(last.and_then(|last| blocks.get(last)).and_then(|block| block.source), end);
        self.blocks(blocks.get(split..).unwrap_or(&[]), inside)
    }

    /// What lies between the last child of a stored element and the end of its content.
    pub(super) fn tail(&mut self, last: Option<Span>, end: usize) {
        if let Some((stored, span)) = self.stored.zip(last)
            && span.reuse != crate::model::Reuse::Nothing
        {
            let gap = stored.cut(span.end, end);
            // Another child of the stored element may follow: only blanks are taken over then.
            let blank = gap.len() - gap.trim_start().len();
            let keep = if stored.is_silent(span.end, end) { gap.len() } else { blank };
            self.out.push_str(gap.get(..keep).unwrap_or_default());
        }
    }

    /// Writes `blocks` in the shell of the stored element; answers whether there is one.
    pub(super) fn in_shell(
        &mut self,
        source: Option<Span>,
        inner: &[&str],
        blocks: &[Block],
        inside: Inside,
    ) -> Result<bool, WriteError> {
        let shell = self.stored.and_then(|stored| {
            let outer = stored.shell_element(source)?;
            let mut id = outer;
            for name in inner {
                id = stored.tree().child(id, name)?;
            }
            stored.shell(outer, id)
        });
        let Some(shell) = shell else { return Ok(false) };
        self.out.push_str(shell.open);
        self.shell_body(blocks, shell.end, inside)?;
        self.out.push_str(shell.close);
        Ok(true)
    }

    fn block(&mut self, block: &Block, inside: Inside) -> Result<(), WriteError> {
        if self.whole(block.source) {
            return Ok(());
        }
        let source = block.source;
        match &block.kind {
            BlockKind::Paragraph(p) => {
                let align = if inside == Inside::Cell { Align::Default } else { p.align };
                self.text_element("p", align, &p.inlines, source)?;
            }
            BlockKind::Heading { level, inlines, align } => {
                let name = match level {
                    1 => "h1",
                    2 => "h2",
                    3 => "h3",
                    4 => "h4",
                    5 => "h5",
                    _ => "h6",
                };
                let align = if inside == Inside::Cell { Align::Default } else { *align };
                self.text_element(name, align, inlines, source)?;
            }
            BlockKind::List { kind, items } => self.list(*kind, items, source)?,
            BlockKind::Tasks(tasks) => self.tasks(tasks, source)?,
            BlockKind::Decisions(tasks) => self.decisions(tasks)?,
            BlockKind::Code(code) => self.code(code, source),
            BlockKind::Quote(blocks) => {
                if !self.in_shell(source, &[], blocks, Inside::Flow)? {
                    self.out.push_str("<blockquote>");
                    self.blocks_or_empty(blocks)?;
                    self.out.push_str("</blockquote>");
                }
            }
            BlockKind::Panel(panel) => self.panel(panel, source)?,
            BlockKind::Expand { title, blocks } => {
                if !self.in_shell(source, &["ac:rich-text-body"], blocks, Inside::Flow)? {
                    self.macro_open("expand");
                    if !title.is_empty() {
                        self.parameter("title", title);
                    }
                    self.rich_body(blocks)?;
                    self.macro_close();
                }
            }
            BlockKind::Table(table) => self.table(table, source)?,
            BlockKind::Rule => self.out.push_str("<hr/>"),
            BlockKind::Image(image) => {
                self.out.push_str("<p>");
                self.image(image);
                self.out.push_str("</p>");
            }
            BlockKind::Card { url, look, text } => {
                let look = match look {
                    CardLook::Block => "block",
                    CardLook::Embed => "embed",
                };
                self.card(url, look, text);
            }
            BlockKind::Layout { attrs, columns } => self.layout(attrs, columns, source)?,
            BlockKind::Leaf { name, label, attrs } => {
                self.macro_open(name);
                if !label.is_empty() {
                    self.parameter("", label);
                }
                self.parameters(attrs);
                self.macro_close();
            }
            BlockKind::MacroBox { name, keep, blocks } => {
                if !self.in_shell(source, &["ac:rich-text-body"], blocks, Inside::Flow)? {
                    self.macro_box(name, keep, blocks)?;
                }
            }
            BlockKind::Keep(keep) => {
                let raw = self.raw(keep)?;
                self.out.push_str(&raw);
            }
            BlockKind::RawStorage(text) => self.out.push_str(text),
            BlockKind::Footnote { blocks, .. } => self.blocks(blocks, Inside::Flow)?,
        }
        Ok(())
    }

    fn text_element(
        &mut self,
        name: &str,
        align: Align,
        inlines: &[crate::model::Inline],
        source: Option<Span>,
    ) -> Result<(), WriteError> {
        let stored = self.stored.zip(source.filter(|s| s.reuse == crate::model::Reuse::Shell));
        if let Some((stored, span)) = stored {
            match stored.element(span).filter(|&id| stored.tree().name(id) == name) {
                Some(id) => {
                    if let Some(shell) = stored.shell(id, id) {
                        self.out.push_str(shell.open);
                        self.inlines(inlines)?;
                        self.out.push_str(shell.close);
                        return Ok(());
                    }
                }
                // Text that stood in no paragraph stays so.
                None if name == "p" => return self.inlines(inlines),
                None => {}
            }
        }
        self.out.push('<');
        self.out.push_str(name);
        self.style(align);
        self.out.push('>');
        self.inlines(inlines)?;
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        Ok(())
    }

    pub(super) fn style(&mut self, align: Align) {
        let value = match align {
            Align::Default => return,
            Align::Left => "text-align: left;",
            Align::Center => "text-align: center;",
            Align::Right => "text-align: right;",
        };
        attr(&mut self.out, "style", value);
    }

    /// Blocks, or an empty paragraph where something has to stand.
    pub(super) fn blocks_or_empty(&mut self, blocks: &[Block]) -> Result<(), WriteError> {
        if blocks.is_empty() {
            self.out.push_str("<p></p>");
            return Ok(());
        }
        self.blocks(blocks, Inside::Flow)
    }

    fn list(
        &mut self,
        kind: ListKind,
        items: &[Item],
        source: Option<Span>,
    ) -> Result<(), WriteError> {
        let shell = self
            .stored
            .and_then(|stored| stored.shell_element(source).and_then(|id| stored.shell(id, id)));
        let name = if kind == ListKind::Bullet { "ul" } else { "ol" };
        match shell {
            Some(shell) => self.out.push_str(shell.open),
            None => {
                self.out.push('<');
                self.out.push_str(name);
                if let ListKind::Ordered(start) = kind
                    && start != 1
                {
                    attr(&mut self.out, "start", &start.to_string());
                }
                self.out.push('>');
            }
        }
        for item in items {
            self.lead(item.source);
            if self.whole(item.source)
                || self.in_shell(item.source, &[], &item.blocks, Inside::Flow)?
            {
                continue;
            }
            self.out.push_str("<li>");
            self.blocks_or_empty(&item.blocks)?;
            self.out.push_str("</li>");
        }
        match shell {
            Some(shell) => {
                self.tail(items.last().and_then(|item| item.source), shell.end);
                self.out.push_str(shell.close);
            }
            None => {
                self.out.push_str("</");
                self.out.push_str(name);
                self.out.push('>');
            }
        }
        Ok(())
    }

    fn tasks(&mut self, tasks: &[Task], source: Option<Span>) -> Result<(), WriteError> {
        let shell = self
            .stored
            .and_then(|stored| stored.shell_element(source).and_then(|id| stored.shell(id, id)));
        self.out.push_str(shell.map_or("<ac:task-list>", |shell| shell.open));
        for task in tasks {
            self.lead(task.source);
            if !self.whole(task.source) {
                self.task(task)?;
            }
        }
        match shell {
            Some(shell) => {
                self.tail(tasks.last().and_then(|task| task.source), shell.end);
                self.out.push_str(shell.close);
            }
            None => self.out.push_str("</ac:task-list>"),
        }
        Ok(())
    }

    fn task(&mut self, task: &Task) -> Result<(), WriteError> {
        let status = if task.done { "complete" } else { "incomplete" };
        // The stored task's id stays: it carries the assignee's notifications.
        let parts = self.stored.and_then(|stored| {
            let id = stored.shell_element(task.source)?;
            let tree = stored.tree();
            let node = tree.node(id)?;
            let (from, to) = tree.inner(tree.child(id, "ac:task-status")?);
            let body = tree.child(id, "ac:task-body")?;
            let (start, end) = tree.inner(body);
            // The text stands in a span of its own in pages that the editor wrote.
            let span = tree
                .child(body, "span")
                .filter(|&span| tree.attr(span, "class") == Some("placeholder-inline-tasks"));
            let (text, after) = match span.and_then(|span| Some((tree.node(span)?, span))) {
                Some((outer, span)) => {
                    let (from, to) = tree.inner(span);
                    (from, stored.cut(to, outer.end))
                }
                None => (start, ""),
            };
            (from < to && to <= start).then(|| TaskShell {
                open: stored.cut(node.start, from),
                middle: stored.cut(to, text),
                after,
                close: stored.cut(end, node.end),
            })
        });
        let shell = parts.unwrap_or(TaskShell {
            open: "<ac:task><ac:task-status>",
            middle: "</ac:task-status><ac:task-body>",
            after: "",
            close: "</ac:task-body></ac:task>",
        });
        self.out.push_str(shell.open);
        self.out.push_str(status);
        self.out.push_str(shell.middle);
        self.inlines(&task.inlines)?;
        self.out.push_str(shell.after);
        self.blocks(&task.extra, Inside::Flow)?;
        if !task.children.is_empty() {
            self.tasks(&task.children, None)?;
        }
        self.out.push_str(shell.close);
        Ok(())
    }

    /// The source of kept content.
    pub(super) fn raw(&mut self, keep: &Keep) -> Result<String, WriteError> {
        match keep.raw.as_ref().filter(|raw| raw.format == Format::Storage) {
            Some(raw) => Ok(raw.text.clone()),
            None => Err(WriteError::UnknownReference {
                reference: keep.reference.clone(),
                available: Vec::new(),
            }),
        }
    }
}
