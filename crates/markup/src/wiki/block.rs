//! Wiki markup's blocks: macros, headings, lists, tables, paragraphs.

use super::inline;
use super::macros::{self, Macro};
use crate::markdown::directive::can_hold;
use crate::model::{
    Attrs, Block, BlockKind, Cell, CodeBlock, Document, Inline, Item, ListKind, MAX_DEPTH, Panel,
    PanelKind, Reuse, Row, Span, Table,
};
use crate::scan::{blanks, byte, cut, is_blank, run, tail};

/// Reads a wiki text.
pub(super) fn read(text: &str) -> Document {
    let macros = macros::find(text);
    let reader = Reader { text, macros: &macros, line: Default::default() };
    Document { blocks: reader.region(0, text.len(), 0) }
}

/// Background colours of the panel kinds, as Jira renders ADF panels (spec section 3.2).
pub(super) const PANEL_COLORS: &[(&str, PanelKind)] = &[
    ("#deebff", PanelKind::Info),
    ("#eae6ff", PanelKind::Note),
    ("#e3fcef", PanelKind::Success),
    ("#fffae6", PanelKind::Warning),
    ("#ffebe6", PanelKind::Error),
];

struct Reader<'a> {
    text: &'a str,
    macros: &'a [Macro],
    /// The line that was looked at last: asking for its end again costs nothing.
    line: std::cell::Cell<(usize, usize)>,
}

/// A list under construction: the signs of its levels, and the items of each.
#[derive(Default)]
struct Lists {
    chain: Vec<u8>,
    /// Items of the open list of each level; the outermost first.
    levels: Vec<Vec<Item>>,
}

/// What was read so far of a region.
struct Out {
    blocks: Vec<Block>,
    lead: usize,
    /// Start and end of the open paragraph.
    paragraph: Option<(usize, usize)>,
    lists: Lists,
    list_start: usize,
    /// The end of what belongs to the open list.
    list_end: usize,
}

impl Reader<'_> {
    /// Where the line that `at` stands in ends, at most `to`.
    fn line_end(&self, at: usize, to: usize) -> usize {
        let (start, end) = self.line.get();
        if start <= at && at <= end && end > start {
            return end.min(to);
        }
        let end = tail(self.text, at).find('\n').map_or(self.text.len(), |len| at + len);
        self.line.set((at, end));
        end.min(to)
    }

    /// The first macro that starts in `[from, to)` and ends before `to`.
    fn macro_in(&self, from: usize, to: usize) -> Option<&Macro> {
        let first = self.macros.partition_point(|item| item.start < from);
        self.macros
            .get(first..)
            .unwrap_or(&[])
            .iter()
            .take_while(|item| item.start < to)
            .find(|item| item.end <= to)
    }

    fn region(&self, from: usize, to: usize, depth: usize) -> Vec<Block> {
        if depth >= MAX_DEPTH {
            let text = cut(self.text, from, to).trim();
            return if text.is_empty() {
                Vec::new()
            } else {
                vec![Block::text(text.replace('\n', " "))]
            };
        }
        let mut out = Out {
            blocks: Vec::new(),
            lead: from,
            paragraph: None,
            lists: Lists::default(),
            list_start: from,
            list_end: from,
        };
        let mut at = from;
        while at < to {
            let end = self.line_end(at, to);
            at = self.line(at, end, to, depth, &mut out);
        }
        self.end_paragraph(&mut out);
        self.end_list(&mut out);
        out.blocks
    }

    /// Reads the line (or what starts in it); answers where to go on.
    fn line(&self, at: usize, end: usize, to: usize, depth: usize, out: &mut Out) -> usize {
        let line = cut(self.text, at, end);
        if is_blank(line) {
            self.end_paragraph(out);
            self.end_list(out);
            return end + 1;
        }
        let indent = blanks(line, 0);
        let body = tail(line, indent);
        if byte(body, 0) == b'|' {
            let (table, next) = self.table(at + indent, to, depth);
            if let Some(table) = table {
                self.end_paragraph(out);
                self.end_list(out);
                self.push(out, table, at, next.saturating_sub(1).min(to));
                return next;
            }
        }
        // A macro in the line: text before it, the macro, then the rest as a line of its own.
        if let Some(item) = self.macro_in(at, to).filter(|item| item.start < end) {
            let item = item.clone();
            if !is_blank(cut(self.text, at, item.start)) {
                self.text_line(at, item.start, out, depth);
            }
            self.macro_block(&item, depth, out);
            let mut next = item.end;
            let rest = next + blanks(self.text, next);
            if rest >= to || byte(self.text, rest) == b'\n' {
                next = rest.min(to) + 1;
            }
            return next;
        }
        self.text_line(at, end, out, depth);
        end + 1
    }

    fn push(&self, out: &mut Out, kind: BlockKind, start: usize, end: usize) {
        let source = Some(Span { start, end, lead: out.lead, reuse: Reuse::Nothing });
        out.lead = end;
        out.blocks.push(Block { kind, source });
    }

    fn text_line(&self, at: usize, end: usize, out: &mut Out, depth: usize) {
        let line = cut(self.text, at, end);
        let indent = blanks(line, 0);
        let body = tail(line, indent);
        if let Some((level, text)) = heading(body) {
            self.end_paragraph(out);
            self.end_list(out);
            let inlines = inline::parse(text.trim());
            let kind = BlockKind::Heading { level, inlines, align: Default::default() };
            return self.push(out, kind, at, end);
        }
        if let Some(text) = body.strip_prefix("bq.").filter(|text| text.starts_with([' ', '\t'])) {
            self.end_paragraph(out);
            self.end_list(out);
            let inner = Block::paragraph(inline::parse(text.trim()));
            return self.push(out, BlockKind::Quote(vec![inner]), at, end);
        }
        let trimmed = body.trim_end();
        if trimmed.len() >= 4 && run(trimmed, 0, b'-') == trimmed.len() {
            self.end_paragraph(out);
            self.end_list(out);
            return self.push(out, BlockKind::Rule, at, end);
        }
        if let Some(chain) = item_chain(body, !out.lists.levels.is_empty()) {
            self.end_paragraph(out);
            let text = tail(body, chain.len()).trim();
            if out.lists.levels.is_empty() {
                out.list_start = at;
            } else if out.lists.chain.first() != chain.as_bytes().first() {
                self.end_list(out);
                out.list_start = at;
            }
            out.lists.open(chain.as_bytes(), out.list_end);
            let inlines = inline::parse(text);
            let start = at + indent;
            // Its end is known when the next one starts, or the list ends.
            let source = Some(Span { start, end: start, lead: start, reuse: Reuse::Nothing });
            let mut item = Item { blocks: Vec::new(), source };
            if !inlines.is_empty() {
                item.blocks.push(paragraph(inlines));
            }
            if let Some(items) = out.lists.levels.last_mut() {
                items.push(item);
            }
            out.list_end = end;
            return;
        }
        let _ = depth;
        if !out.lists.levels.is_empty() {
            // A line without a sign belongs to the item before it.
            let inlines = inline::parse(body.trim_end());
            if let Some(item) = out.lists.last_item() {
                match item.blocks.last_mut().map(|block| &mut block.kind) {
                    Some(BlockKind::Paragraph(p)) => {
                        p.inlines.push(Inline::Break);
                        for inline in inlines {
                            crate::model::push_inline(&mut p.inlines, inline);
                        }
                    }
                    _ => item.blocks.push(paragraph(inlines)),
                }
            }
            out.list_end = end;
            return;
        }
        out.paragraph = Some(match out.paragraph {
            Some((start, _)) => (start, end),
            None => (at, end),
        });
    }

    fn end_paragraph(&self, out: &mut Out) {
        let Some((start, end)) = out.paragraph.take() else { return };
        let lines: Vec<&str> = cut(self.text, start, end).split('\n').map(str::trim).collect();
        let inlines = inline::parse(&lines.join("\n"));
        if !inlines.is_empty() {
            let block = paragraph(inlines);
            self.push(out, block.kind, start, end);
        }
    }

    fn end_list(&self, out: &mut Out) {
        if out.lists.levels.is_empty() {
            return;
        }
        if let Some(kind) = std::mem::take(&mut out.lists).finish(out.list_end) {
            let (start, end) = (out.list_start, out.list_end);
            self.push(out, kind, start, end);
        }
    }

    fn macro_block(&self, item: &Macro, depth: usize, out: &mut Out) {
        self.end_paragraph(out);
        let kinds = self.macro_kinds(item, depth);
        if !out.lists.levels.is_empty() {
            // A block macro after an item belongs to it.
            if let Some(last) = out.lists.last_item() {
                last.blocks.extend(kinds.into_iter().map(Block::from));
            }
            out.list_end = item.end;
            return;
        }
        for kind in kinds {
            self.push(out, kind, item.start, item.end);
        }
    }

    fn macro_kinds(&self, item: &Macro, depth: usize) -> Vec<BlockKind> {
        let (first, mut attrs) = macros::params(&item.params);
        let inner = cut(self.text, item.inner.0, item.inner.1);
        let blocks = || self.region(item.inner.0, item.inner.1, depth + 1);
        let kind = match item.name.as_str() {
            "code" => {
                let lang = attrs.take("language").unwrap_or(first).to_ascii_lowercase();
                let lang = if lang == "none" { String::new() } else { lang };
                BlockKind::Code(CodeBlock { lang, text: verbatim(inner), attrs: shown(&attrs) })
            }
            "noformat" => BlockKind::Code(CodeBlock {
                lang: String::new(),
                text: verbatim(inner),
                attrs: shown(&attrs),
            }),
            "adf" => match serde_json::from_str::<serde_json::Value>(inner.trim()) {
                Ok(node) => {
                    let mut document = crate::adf::read(&node);
                    crate::model::forget_sources(&mut document.blocks);
                    return document.blocks.into_iter().map(|block| block.kind).collect();
                }
                Err(_) => BlockKind::Code(CodeBlock {
                    lang: "json".to_owned(),
                    text: verbatim(inner),
                    attrs: Attrs::default(),
                }),
            },
            "quote" => BlockKind::Quote(blocks()),
            "expand" => {
                let title = attrs.take("title").unwrap_or(first);
                BlockKind::Expand { title, blocks: blocks() }
            }
            name => {
                let title = attrs.take("title").unwrap_or_default();
                let mut kind = PanelKind::from_name(name).unwrap_or(PanelKind::Plain);
                if let [(key, color)] = attrs.0.as_slice()
                    && kind == PanelKind::Plain
                    && key == "bgColor"
                    && let Some((_, known)) =
                        PANEL_COLORS.iter().find(|(known, _)| color.eq_ignore_ascii_case(known))
                {
                    kind = *known;
                    attrs = Attrs::default();
                }
                BlockKind::Panel(Panel { kind, title, attrs, blocks: blocks() })
            }
        };
        vec![kind]
    }

    /// A table that starts at `at`, and where the next line starts.
    fn table(&self, at: usize, to: usize, depth: usize) -> (Option<BlockKind>, usize) {
        let mut table = Table::default();
        let mut at = at;
        while at < to {
            let start = at + blanks(self.text, at);
            if byte(self.text, start) != b'|' || start >= to {
                break;
            }
            let end = self.row_end(start, to);
            let mut row = self.row(start, end, depth);
            if row.cells.is_empty() {
                break;
            }
            row.source = Some(Span { start, end, lead: start, reuse: Reuse::Nothing });
            table.rows.push(row);
            at = end + 1;
        }
        let found = !table.rows.is_empty();
        (found.then_some(BlockKind::Table(table)), at)
    }

    /// A row ends with its line, unless a macro or a cell goes on.
    fn row_end(&self, start: usize, to: usize) -> usize {
        let mut at = start;
        loop {
            let end = self.line_end(at, to);
            if let Some(item) = self.macro_in(at, to).filter(|item| item.start < end) {
                at = item.end;
                continue;
            }
            let ended = cut(self.text, start, end).trim_end().ends_with('|');
            let next = end + 1;
            let next_end = self.line_end(next, to);
            let next_line = cut(self.text, next, next_end.max(next));
            if ended || end >= to || is_blank(next_line) || next_line.trim_start().starts_with('|')
            {
                return end;
            }
            at = next;
        }
    }

    fn row(&self, start: usize, end: usize, depth: usize) -> Row {
        let mut row = Row::default();
        let mut at = start;
        while at < end {
            if byte(self.text, at) != b'|' {
                break;
            }
            // `||` heads a cell; a third bar would be the next cell's.
            let header = at + 1 < end && byte(self.text, at + 1) == b'|';
            let from = at + 1 + usize::from(header);
            if is_blank(cut(self.text, from, end)) {
                break;
            }
            let to = self.cell_end(from, end);
            let blocks = self.cell(from, to, depth);
            row.cells.push(Cell { header, blocks, ..Cell::default() });
            at = to;
        }
        row
    }

    /// The bar that ends a cell: not one in a link, an image, a macro or monospace text.
    fn cell_end(&self, from: usize, end: usize) -> usize {
        let mut at = from;
        while at < end {
            if let Some(item) = self.macro_in(at, end).filter(|item| item.start == at) {
                at = item.end;
                continue;
            }
            match byte(self.text, at) {
                b'\\' => at += 2,
                b'|' => return at,
                b'[' => {
                    at = inline::link_end(self.text, at).filter(|to| *to <= end).unwrap_or(at + 1);
                }
                b'!' => {
                    at = inline::image_end(self.text, at).filter(|to| *to <= end).unwrap_or(at + 1);
                }
                b'{' if byte(self.text, at + 1) == b'{' => {
                    at = inline::mono_end(self.text, at).filter(|to| *to <= end).unwrap_or(at + 2);
                }
                _ => at += 1,
            }
        }
        end
    }

    fn cell(&self, from: usize, to: usize, depth: usize) -> Vec<Block> {
        let text = cut(self.text, from, to);
        if text.contains('\n') || self.macro_in(from, to).is_some() {
            return self.region(from, to, depth + 1);
        }
        let inlines = inline::parse(text.trim());
        if inlines.is_empty() { Vec::new() } else { vec![paragraph(inlines)] }
    }
}

impl Lists {
    /// Opens the levels of an item; a different sign at a depth starts a new list there.
    fn open(&mut self, chain: &[u8], end: usize) {
        let common = self.chain.iter().zip(chain).take_while(|(a, b)| a == b).count();
        while self.levels.len() > common.max(1) {
            self.close_level(end);
        }
        if self.levels.len() >= chain.len() {
            self.end_item(end);
        }
        while self.levels.len() < chain.len().min(MAX_DEPTH / 2) {
            self.levels.push(Vec::new());
        }
        self.chain.truncate(common);
        self.chain
            .extend(chain.iter().skip(common).take(MAX_DEPTH / 2 - common.min(MAX_DEPTH / 2)));
        self.chain.truncate(self.levels.len());
    }

    /// The last item of the innermost level ends at `end`.
    fn end_item(&mut self, end: usize) {
        if let Some(source) = self.last_item().and_then(|item| item.source.as_mut()) {
            source.end = end;
        }
    }

    fn close_level(&mut self, end: usize) {
        self.end_item(end);
        let level = self.levels.len();
        let Some(items) = self.levels.pop() else { return };
        let sign = level.checked_sub(1).and_then(|at| self.chain.get(at)).copied();
        self.chain.truncate(level.saturating_sub(1));
        if items.is_empty() {
            return;
        }
        let start = items.first().and_then(|item| item.source).map_or(end, |source| source.start);
        let source = Some(Span { start, end, lead: start, reuse: Reuse::Nothing });
        let block = Block { kind: BlockKind::List { kind: list_kind(sign), items }, source };
        if let Some(parent) = self.levels.last_mut() {
            match parent.last_mut() {
                Some(item) => item.blocks.push(block),
                None => parent.push(Item { blocks: vec![block], source: None }),
            }
        }
    }

    fn last_item(&mut self) -> Option<&mut Item> {
        self.levels.last_mut().and_then(|items| items.last_mut())
    }

    fn finish(mut self, end: usize) -> Option<BlockKind> {
        while self.levels.len() > 1 {
            self.close_level(end);
        }
        self.end_item(end);
        let sign = self.chain.first().copied();
        let items = self.levels.pop()?;
        (!items.is_empty()).then(|| BlockKind::List { kind: list_kind(sign), items })
    }
}

fn list_kind(sign: Option<u8>) -> ListKind {
    if sign == Some(b'#') { ListKind::Ordered(1) } else { ListKind::Bullet }
}

fn paragraph(inlines: Vec<Inline>) -> Block {
    crate::markdown::paragraph_block(inlines)
}

fn heading(line: &str) -> Option<(u8, &str)> {
    let rest = line.strip_prefix('h')?;
    let level = byte(rest, 0);
    if !(b'1'..=b'6').contains(&level) || byte(rest, 1) != b'.' {
        return None;
    }
    let text = tail(rest, 2);
    (text.is_empty() || text.starts_with([' ', '\t'])).then(|| (level - b'0', text))
}

/// The signs of a list item at the start of a line.
pub(super) fn item_chain(line: &str, in_list: bool) -> Option<&str> {
    let len = line.bytes().take_while(|b| matches!(b, b'*' | b'#' | b'-')).count();
    let chain = cut(line, 0, len);
    let ends = matches!(byte(line, len), b' ' | b'\t') || (line.len() == len && len == 1);
    if len == 0 || !ends {
        return None;
    }
    // `--` and `---` between blanks are dashes, unless a list is going on.
    if chain.starts_with("--") && !in_list {
        return None;
    }
    (line.len() > len || !chain.starts_with('-')).then_some(chain)
}

/// The content of a verbatim macro without the line ends beside its tags.
fn verbatim(inner: &str) -> String {
    let inner = inner.strip_prefix('\n').unwrap_or(inner);
    inner.strip_suffix('\n').unwrap_or(inner).to_owned()
}

/// Parameters that say something; how a box is drawn does not.
fn shown(attrs: &Attrs) -> Attrs {
    let plain = |key: &str| {
        !matches!(
            key,
            "borderStyle"
                | "borderColor"
                | "borderWidth"
                | "bgColor"
                | "titleBGColor"
                | "titleColor"
        )
    };
    Attrs(
        attrs.0.iter().filter(|(key, value)| plain(key) && can_hold(key, value)).cloned().collect(),
    )
}
