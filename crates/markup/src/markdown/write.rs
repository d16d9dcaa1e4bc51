//! Writes a document as canonical Markdown (content conversion spec section 8.3, writer style).

use super::escape::Place;
use super::write_inline::{paragraph, single_line};
use super::{directive, target, write_html};
use crate::Profile;
use crate::model::{
    Align, Attrs, Block, BlockKind, CardLook, CodeBlock, Column, Document, Inline, Item, ListKind,
    PanelKind, Table, Task,
};
use crate::scan::run;

/// Writes a document.
#[must_use]
pub fn write(document: &Document, profile: Profile) -> String {
    let mut writer = Writer { out: String::new(), prefix: String::new(), pending: false, profile };
    writer.blocks(&document.blocks, Gap::Blank);
    // The reader takes a byte order mark off: one that is text is written as a reference.
    match writer.out.strip_prefix('\u{feff}') {
        Some(rest) => format!("&#65279;{rest}"),
        None => writer.out,
    }
}

/// Writes one block by itself.
pub(crate) fn write_block(block: &Block, profile: Profile) -> String {
    let mut writer = Writer { out: String::new(), prefix: String::new(), pending: false, profile };
    writer.blocks(std::slice::from_ref(block), Gap::Blank);
    writer.out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// An empty line between blocks.
    Blank,
    /// None, as in a tight list item.
    None,
}

struct Writer {
    out: String,
    /// What every line starts with.
    prefix: String,
    /// The line has its marker already; the next text goes right behind it.
    pending: bool,
    profile: Profile,
}

impl Writer {
    /// Starts a line.
    fn start(&mut self) {
        if self.pending {
            self.pending = false;
            return;
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.push_str(&self.prefix);
    }

    fn line(&mut self, text: &str) {
        self.start();
        if text.is_empty() {
            let len = self.out.trim_end_matches(' ').len();
            self.out.truncate(len);
        }
        self.out.push_str(text);
    }

    fn lines(&mut self, text: &str) {
        for line in text.split('\n') {
            self.line(line);
        }
    }

    fn blank(&mut self) {
        self.line("");
    }

    fn indented(&mut self, prefix: &str, write: impl FnOnce(&mut Self)) {
        let len = self.prefix.len();
        self.prefix.push_str(prefix);
        write(self);
        self.prefix.truncate(len);
    }

    fn blocks(&mut self, blocks: &[Block], gap: Gap) {
        let mut before: Option<&Block> = None;
        for block in blocks {
            if is_silent(block) {
                continue;
            }
            if let Some(before) = before {
                if gap == Gap::Blank {
                    self.blank();
                }
                if same_marker(before, block) {
                    self.line("<!-- -->");
                    self.blank();
                }
            }
            self.block(block);
            before = Some(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match &block.kind {
            BlockKind::Paragraph(p) => {
                let text = paragraph(&p.inlines, self.profile);
                self.lines(&text);
            }
            BlockKind::Heading { level, inlines, .. } => self.heading(*level, inlines),
            BlockKind::List { kind, items } => self.list(*kind, items),
            BlockKind::Tasks(tasks) => self.tasks(tasks),
            BlockKind::Decisions(tasks) => {
                self.directive(3, "decisions", "", &Attrs::default(), |w| w.tasks(tasks));
            }
            BlockKind::Code(code) => self.code(code),
            BlockKind::Quote(blocks) => self.quote(blocks),
            BlockKind::Panel(panel) => {
                let mut attrs = Attrs::default();
                if panel.kind == PanelKind::Custom {
                    attrs.set("type", "custom");
                }
                attrs.0.extend(panel.attrs.0.iter().cloned());
                let colons = colons(&panel.blocks);
                self.directive(colons, panel.kind.name(), &panel.title, &attrs, |w| {
                    w.blocks(&panel.blocks, Gap::Blank);
                });
            }
            BlockKind::Expand { title, blocks } => {
                self.directive(colons(blocks), "expand", title, &Attrs::default(), |w| {
                    w.blocks(blocks, Gap::Blank);
                });
            }
            BlockKind::Table(table) => self.table(table),
            BlockKind::Rule => {
                // Behind the dash of an item, dashes would make all of the line a rule.
                let line = self.out.rsplit('\n').next().unwrap_or_default();
                let in_item = self.pending && line.trim_start_matches(['>', ' ']).starts_with('-');
                self.line(if in_item { "***" } else { "---" });
            }
            BlockKind::Image(image) => {
                let text = paragraph(&[Inline::Image(image.clone())], self.profile);
                self.lines(&text);
            }
            BlockKind::Card { url, look, text } => {
                let title = match look {
                    CardLook::Block => "smart-link-block",
                    CardLook::Embed => "smart-link-embed",
                };
                let text = if text.is_empty() { super::special::card_text(url) } else { text };
                let link = Inline::Link {
                    target: target::parse(url),
                    title: title.to_owned(),
                    content: vec![Inline::Text(text.to_owned())],
                };
                let text = single_line(&[link], self.profile, Place::default());
                self.line(&text);
            }
            BlockKind::Layout { attrs, columns } => self.layout(attrs, columns),
            BlockKind::Leaf { name, label, attrs } => self.leaf(name, label, attrs),
            BlockKind::MacroBox { name, keep, blocks } => {
                let mut attrs = Attrs::default();
                attrs.set("ref", keep.reference.as_str());
                self.directive(colons(blocks), "macro", name, &attrs, |w| {
                    w.blocks(blocks, Gap::Blank);
                });
            }
            BlockKind::Keep(keep) => {
                let mut attrs = Attrs::default();
                attrs.set("ref", keep.reference.as_str());
                self.leaf("keep", &keep.label, &attrs);
            }
            BlockKind::RawStorage(text) => self.fence("csf", "", text),
            BlockKind::Footnote { label, blocks } => {
                self.start();
                self.out.push_str(&format!("[^{label}]: "));
                self.pending = true;
                self.indented("    ", |w| w.blocks(blocks, Gap::Blank));
                self.pending = false;
            }
        }
    }

    fn heading(&mut self, level: u8, inlines: &[Inline]) {
        let mut text = single_line(inlines, self.profile, Place::default());
        // A run of # at the end would be taken for a closing sequence.
        let stripped = text.trim_end_matches('#').len();
        if stripped < text.len()
            && (stripped == 0 || text.get(..stripped).is_some_and(|t| t.ends_with(' ')))
        {
            text.insert(text.len() - 1, '\\');
        }
        let signs: String = std::iter::repeat_n('#', usize::from(level.clamp(1, 6))).collect();
        self.line(format!("{signs} {text}").trim_end());
    }

    fn leaf(&mut self, name: &str, label: &str, attrs: &Attrs) {
        let mut text = format!("::{name}");
        directive::write_label(&mut text, label);
        directive::write_attrs(&mut text, attrs);
        self.line(&text);
    }

    fn directive(
        &mut self,
        colons: usize,
        name: &str,
        label: &str,
        attrs: &Attrs,
        write: impl FnOnce(&mut Self),
    ) {
        let fence: String = std::iter::repeat_n(':', colons).collect();
        let mut head = format!("{fence}{name}");
        directive::write_label(&mut head, label);
        directive::write_attrs(&mut head, attrs);
        self.line(&head);
        write(self);
        self.line(&fence);
    }

    fn layout(&mut self, attrs: &Attrs, columns: &[Column]) {
        let inner = columns.iter().map(|column| colons(&column.blocks)).max().unwrap_or(3);
        self.directive(inner + 1, "layout", "", attrs, |w| {
            for column in columns {
                let mut attrs = Attrs::default();
                if let Some(width) = &column.width {
                    attrs.set("width", width.as_str());
                }
                w.directive(colons(&column.blocks), "column", "", &attrs, |w| {
                    w.blocks(&column.blocks, Gap::Blank);
                });
            }
        });
    }

    fn quote(&mut self, blocks: &[Block]) {
        self.start();
        self.out.push_str("> ");
        self.pending = true;
        let from = self.out.len();
        self.indented("> ", |w| w.blocks(blocks, Gap::Blank));
        self.pending = false;
        // Text that looks like an alert is not one.
        let head = self.out.get(from..).and_then(|text| text.lines().next()).unwrap_or_default();
        if super::alert(head, self.profile).is_some() {
            self.out.insert(from, '\\');
        }
        let len = self.out.trim_end_matches(' ').len();
        self.out.truncate(len);
    }

    fn list(&mut self, kind: ListKind, items: &[Item]) {
        let loose = items.iter().any(|item| is_loose(&item.blocks));
        for (number, item) in items.iter().enumerate() {
            if number > 0 && loose {
                self.blank();
            }
            let marker = match kind {
                ListKind::Bullet => "- ".to_owned(),
                ListKind::Ordered(start) => {
                    format!("{}. ", start.saturating_add(number as u64).min(999_999_999))
                }
            };
            self.item(&marker, &item.blocks, if loose { Gap::Blank } else { Gap::None });
        }
    }

    fn item(&mut self, marker: &str, blocks: &[Block], gap: Gap) {
        self.start();
        self.out.push_str(marker);
        self.pending = true;
        let from = self.out.len();
        let indent: String = std::iter::repeat_n(' ', marker.len()).collect();
        self.indented(&indent, |w| w.blocks(blocks, gap));
        self.pending = false;
        // Text that looks like a check box is not one.
        let text = self.out.get(from..).unwrap_or_default();
        if super::task_marker(text).is_some() && marker == "- " {
            self.out.insert(from, '\\');
        }
        if self.out.len() == from {
            let len = self.out.trim_end_matches(' ').len();
            self.out.truncate(len);
            // Markers of empty items in a row would be a rule.
            let line = self.out.rsplit('\n').next().unwrap_or_default();
            if super::start::is_rule(line.trim_start_matches(['>', ' '])) {
                self.out.push_str(" <!-- -->");
            }
        }
    }

    fn tasks(&mut self, tasks: &[Task]) {
        for (number, task) in tasks.iter().enumerate() {
            if number > 0 && tasks.iter().any(|task| !task.extra.is_empty()) {
                self.blank();
            }
            self.start();
            self.out.push_str(if task.done { "- [x] " } else { "- [ ] " });
            self.pending = true;
            let from = self.out.len();
            self.indented("  ", |w| {
                let text = paragraph(&task.inlines, w.profile);
                w.lines(&text);
                w.pending = false;
                if !task.extra.is_empty() {
                    w.blank();
                    w.blocks(&task.extra, Gap::Blank);
                    if !task.children.is_empty() {
                        w.blank();
                    }
                }
                w.tasks(&task.children);
            });
            self.pending = false;
            if self.out.len() == from {
                let len = self.out.trim_end_matches(' ').len();
                self.out.truncate(len);
            }
        }
    }

    fn code(&mut self, code: &CodeBlock) {
        let mut attrs = String::new();
        directive::write_attrs(&mut attrs, &code.attrs);
        let lang: String = code
            .lang
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '`' | '{' | '}' | '\\' | '&'))
            .collect();
        self.fence(&lang, &attrs, &code.text);
    }

    fn fence(&mut self, lang: &str, attrs: &str, text: &str) {
        let mut longest = 2;
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| rest.find("```")) {
            at += found;
            let len = run(text, at, b'`');
            longest = longest.max(len);
            at += len;
        }
        // Backticks in the attributes would end the opening line's right to be one.
        let sign = if attrs.contains('`') { '~' } else { '`' };
        if sign == '~' {
            longest = 2;
            let mut at = 0;
            while let Some(found) = text.get(at..).and_then(|rest| rest.find("~~~")) {
                at += found;
                let len = run(text, at, b'~');
                longest = longest.max(len);
                at += len;
            }
        }
        let fence: String = std::iter::repeat_n(sign, longest + 1).collect();
        let gap = if attrs.is_empty() { "" } else { " " };
        self.line(&format!("{fence}{lang}{gap}{attrs}"));
        if !text.is_empty() {
            for line in text.split('\n') {
                self.start();
                if line.is_empty() {
                    let len = self.out.trim_end_matches(' ').len();
                    self.out.truncate(len);
                }
                self.out.push_str(line);
            }
        }
        self.line(&fence);
    }

    fn table(&mut self, table: &Table) {
        let Some((headless, aligns)) = gfm_shape(table) else {
            let text = write_html::table(table, self.profile);
            self.lines(&text);
            return;
        };
        let place = Place { table: true, ..Place::default() };
        if headless {
            let empty: String = aligns.iter().map(|_| "  |").collect();
            self.line(&format!("|{empty}"));
        }
        for (number, row) in table.rows.iter().enumerate() {
            if number == usize::from(!headless) {
                self.delimiter_row(&aligns);
            }
            let mut text = String::from("|");
            for cell in &row.cells {
                text.push(' ');
                match cell.blocks.iter().find(|block| !is_silent(block)).map(|block| &block.kind) {
                    Some(BlockKind::Paragraph(p)) => {
                        text.push_str(&single_line(&p.inlines, self.profile, place));
                    }
                    Some(BlockKind::Image(image)) => {
                        let inline = Inline::Image(image.clone());
                        text.push_str(&single_line(&[inline], self.profile, place));
                    }
                    _ => {}
                }
                text.push_str(" |");
            }
            self.line(&text);
        }
        if table.rows.len() == 1 && !headless {
            self.delimiter_row(&aligns);
        }
    }

    fn delimiter_row(&mut self, aligns: &[Align]) {
        let mut text = String::from("|");
        for align in aligns {
            text.push_str(match align {
                Align::Default => " --- |",
                Align::Left => " :--- |",
                Align::Center => " :---: |",
                Align::Right => " ---: |",
            });
        }
        self.line(&text);
    }
}

/// Whether a GFM table can say the table; if so, whether it has no header row, and its alignments.
fn gfm_shape(table: &Table) -> Option<(bool, Vec<Align>)> {
    let first = table.rows.first()?;
    let width = first.cells.len();
    let headless = first.cells.iter().all(|cell| !cell.header);
    let full_header = first.cells.iter().all(|cell| cell.header);
    let empty_header = full_header && first.cells.iter().all(|cell| is_empty_cell(&cell.blocks));
    if width == 0 || !(headless || full_header) || (empty_header && table.rows.len() > 1) {
        return None;
    }
    let aligns: Vec<Align> = first.cells.iter().map(|cell| cell.align).collect();
    for (number, row) in table.rows.iter().enumerate() {
        if row.cells.len() != width {
            return None;
        }
        for (cell, align) in row.cells.iter().zip(&aligns) {
            let simple = cell.colspan == 1
                && cell.rowspan == 1
                && cell.align == *align
                && cell.header == (number == 0 && !headless)
                && is_simple_cell(&cell.blocks);
            if !simple {
                return None;
            }
        }
    }
    Some((headless, aligns))
}

fn is_empty_cell(blocks: &[Block]) -> bool {
    blocks.iter().all(is_silent)
}

fn is_simple_cell(blocks: &[Block]) -> bool {
    let mut blocks = blocks.iter().filter(|block| !is_silent(block));
    let first = blocks.next();
    let simple = first
        .is_none_or(|block| matches!(&block.kind, BlockKind::Paragraph(_) | BlockKind::Image(_)));
    simple && blocks.next().is_none()
}

/// Whether a block has no Markdown form: an empty paragraph, an empty list.
pub(crate) fn is_silent(block: &Block) -> bool {
    match &block.kind {
        BlockKind::Paragraph(p) => super::normal::normalize(&p.inlines).is_empty(),
        BlockKind::List { items, .. } => items.is_empty(),
        BlockKind::Tasks(tasks) | BlockKind::Decisions(tasks) => tasks.is_empty(),
        BlockKind::Table(table) => table.rows.iter().all(|row| row.cells.is_empty()),
        BlockKind::Layout { columns, .. } => columns.is_empty(),
        _ => false,
    }
}

/// Two lists in a row that would run together.
fn same_marker(before: &Block, after: &Block) -> bool {
    let marker = |block: &Block| match &block.kind {
        BlockKind::List { kind: ListKind::Bullet, .. } | BlockKind::Tasks(_) => Some('-'),
        BlockKind::List { .. } => Some('1'),
        _ => None,
    };
    marker(before).is_some() && marker(before) == marker(after)
}

/// A list is loose when any item has more than one paragraph or any block besides nested lists.
fn is_loose(blocks: &[Block]) -> bool {
    let mut blocks = blocks.iter().filter(|block| !is_silent(block)).peekable();
    if matches!(
        blocks.peek().map(|block| &block.kind),
        Some(BlockKind::Paragraph(_) | BlockKind::Image(_))
    ) {
        blocks.next();
    }
    let mut before: Option<&Block> = None;
    for block in blocks {
        // A numbered list that does not start at 1 can not interrupt a paragraph, nor can an
        // empty item: its dash would underline a heading.
        let list = match &block.kind {
            BlockKind::List { kind, items } => {
                let starts = !matches!(kind, ListKind::Ordered(start) if *start != 1);
                starts && !items.first().is_some_and(|item| item.blocks.iter().all(is_silent))
            }
            BlockKind::Tasks(_) => true,
            _ => false,
        };
        if !list || before.is_some_and(|before| same_marker(before, block)) {
            return true;
        }
        before = Some(block);
    }
    false
}

/// One colon more than the longest fence inside, at least three.
fn colons(blocks: &[Block]) -> usize {
    blocks.iter().map(fence_len).max().unwrap_or(2).max(2) + 1
}

fn fence_len(block: &Block) -> usize {
    match &block.kind {
        BlockKind::Panel(panel) => colons(&panel.blocks),
        BlockKind::Expand { blocks, .. } | BlockKind::MacroBox { blocks, .. } => colons(blocks),
        BlockKind::Layout { columns, .. } => {
            columns.iter().map(|column| colons(&column.blocks)).max().unwrap_or(3) + 1
        }
        BlockKind::Decisions(_) => 3,
        BlockKind::Quote(blocks) | BlockKind::Footnote { blocks, .. } => {
            blocks.iter().map(fence_len).max().unwrap_or(0)
        }
        BlockKind::List { items, .. } => {
            items.iter().flat_map(|item| item.blocks.iter()).map(fence_len).max().unwrap_or(0)
        }
        BlockKind::Tasks(tasks) => {
            tasks.iter().flat_map(|task| task.extra.iter()).map(fence_len).max().unwrap_or(0)
        }
        _ => 0,
    }
}
