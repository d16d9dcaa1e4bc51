//! Markdown: CommonMark, GFM and the directive grammar (content conversion spec section 8.3).

mod autolink;
mod block;
mod delimiters;
mod destination;
pub(crate) mod directive;
mod escape;
pub(crate) mod flank;
mod html_block;
mod inline;
mod inline_html;
mod line;
mod normal;
mod reference;
pub(crate) mod special;
pub(crate) mod start;
mod table;
pub(crate) mod target;
mod tree;
mod write;
mod write_html;
mod write_inline;

use std::cell::RefCell;

use block::{Kind, Parser, Tree};
use inline::Scope;

use crate::Profile;
use crate::model::{
    Attrs, Block, BlockKind, CardLook, CodeBlock, Column, Document, Inline, Item, Keep, ListKind,
    Panel, PanelKind, Row, Table, Task,
};
use crate::outcome::Warning;
use crate::scan::{byte, tail};

pub(crate) use autolink::{bare_len, is_email, linkify, next_bare};
pub(crate) use inline_html::style_marks;
pub(crate) use special::{card_text as card_text_of, status_color, user_id};
pub use write::write;
pub(crate) use write::{is_silent, write_block};

/// Reads Markdown. It never fails: what it can not understand is text.
#[must_use]
pub fn read(text: &str, profile: Profile) -> Document {
    read_with_warnings(text, profile).0
}

pub(crate) fn read_with_warnings(text: &str, profile: Profile) -> (Document, Vec<Warning>) {
    let text = crate::scan::normalize(text);
    let tree = Parser::parse(&text, profile);
    let warnings = RefCell::new(Vec::new());
    let scope =
        Scope { profile, refs: &tree.refs, footnotes: &tree.footnotes, warnings: &warnings };
    let mut document = Document::default();
    let reader = Reader { tree: &tree, scope: &scope };
    reader.children(0, &mut document.blocks);
    (document, warnings.into_inner())
}

/// Labels are compared without case and with blanks folded.
pub(crate) fn fold_label(label: &str) -> String {
    crate::scan::fold_blanks(label.trim()).to_lowercase()
}

/// `[ ] ` or `[x] ` at the start: whether it is ticked, and how long the marker is.
pub(crate) fn task_marker(text: &str) -> Option<(bool, usize)> {
    let done = match text.as_bytes().get(..3)? {
        b"[ ]" => false,
        b"[x]" | b"[X]" => true,
        _ => return None,
    };
    match byte(text, 3) {
        b' ' | b'\t' | b'\n' => Some((done, 4)),
        0 if text.len() == 3 => Some((done, 3)),
        _ => None,
    }
}

/// A list of items, each with its task marker if it has one: check boxes when all have.
pub(crate) fn list_from_items(kind: ListKind, items: Vec<(Option<bool>, Item)>) -> Block {
    let tasks = kind == ListKind::Bullet
        && !items.is_empty()
        && items.iter().all(|(marker, _)| marker.is_some());
    if tasks {
        let tasks =
            items.into_iter().map(|(marker, item)| task(marker == Some(true), item)).collect();
        return BlockKind::Tasks(tasks).into();
    }
    let items = items
        .into_iter()
        .map(|(marker, mut item)| {
            if let Some(done) = marker {
                unmark(done, &mut item.blocks);
            }
            item
        })
        .collect();
    BlockKind::List { kind, items }.into()
}

fn task(done: bool, item: Item) -> Task {
    let mut task = Task { done, source: item.source, ..Task::default() };
    let mut blocks = item.blocks.into_iter().peekable();
    if let Some(Block { kind: BlockKind::Paragraph(_), .. }) = blocks.peek()
        && let Some(Block { kind: BlockKind::Paragraph(first), .. }) = blocks.next()
    {
        task.inlines = first.inlines;
    }
    for block in blocks {
        match block.kind {
            BlockKind::Tasks(mut children) => task.children.append(&mut children),
            kind => task.extra.push(kind.into()),
        }
    }
    task
}

/// Puts a task marker back as text.
fn unmark(done: bool, blocks: &mut Vec<Block>) {
    let marker = if done { "[x]" } else { "[ ]" };
    if let Some(Block { kind: BlockKind::Paragraph(first), .. }) = blocks.first_mut() {
        let old = std::mem::take(&mut first.inlines);
        crate::model::push_inline(&mut first.inlines, Inline::Text(format!("{marker} ")));
        for inline in old {
            crate::model::push_inline(&mut first.inlines, inline);
        }
    } else {
        blocks.insert(0, Block::text(marker));
    }
}

/// The block that a paragraph of `inlines` is: an image or card alone is a block of its own.
pub(crate) fn paragraph_block(mut inlines: Vec<Inline>) -> Block {
    if let [Inline::Image(image)] = inlines.as_slice() {
        return BlockKind::Image(image.clone()).into();
    }
    if let [Inline::Link { target, title, content }] = inlines.as_slice() {
        let look = match title.as_str() {
            "smart-link-block" => Some(CardLook::Block),
            "smart-link-embed" => Some(CardLook::Embed),
            _ => None,
        };
        if let (Some(look), crate::model::Target::Url(url)) = (look, target) {
            let text = card_text(content, url);
            return BlockKind::Card { url: url.clone(), look, text }.into();
        }
    }
    inline_cards(&mut inlines);
    Block::paragraph(inlines)
}

fn card_text(content: &[Inline], url: &str) -> String {
    let text = crate::model::inline_text(content);
    if text == url || text == special::card_text(url) { String::new() } else { text }
}

/// Block and embed cards inside running text are inline cards.
fn inline_cards(inlines: &mut [Inline]) {
    for inline in inlines {
        match inline {
            Inline::Link { target: crate::model::Target::Url(url), title, content }
                if matches!(title.as_str(), "smart-link-block" | "smart-link-embed") =>
            {
                let text = card_text(content, url);
                *inline = Inline::Card { url: std::mem::take(url), text };
            }
            Inline::Mark(_, content) => inline_cards(content),
            _ => {}
        }
    }
}

/// The block that a leaf directive is.
pub(crate) fn leaf_block(name: &str, label: &str, attrs: Attrs) -> Block {
    let mut attrs = attrs;
    if name == "keep"
        && let Some(reference) = attrs.take("ref")
    {
        return BlockKind::Keep(Keep { reference, label: label.to_owned(), raw: None }).into();
    }
    BlockKind::Leaf { name: name.to_owned(), label: label.to_owned(), attrs }.into()
}

/// The panel that a GitHub alert's first line names.
pub(crate) fn alert(head: &str, profile: Profile) -> Option<PanelKind> {
    let jira = profile == Profile::Jira;
    Some(match head.trim().to_ascii_uppercase().as_str() {
        "[!NOTE]" => PanelKind::Info,
        "[!TIP]" if jira => PanelKind::Success,
        "[!TIP]" => PanelKind::Tip,
        "[!IMPORTANT]" => PanelKind::Note,
        "[!WARNING]" => PanelKind::Warning,
        "[!CAUTION]" => PanelKind::Error,
        _ => return None,
    })
}

struct Reader<'a> {
    tree: &'a Tree,
    scope: &'a Scope<'a>,
}

impl Reader<'_> {
    fn children(&self, id: usize, out: &mut Vec<Block>) {
        let Some(node) = self.tree.nodes.get(id) else { return };
        for &child in &node.children {
            self.block(child, out);
        }
    }

    fn blocks(&self, id: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        self.children(id, &mut blocks);
        blocks
    }

    fn inlines(&self, text: &str) -> Vec<Inline> {
        inline::parse(text.trim_matches([' ', '\t', '\n']), self.scope)
    }

    fn block(&self, id: usize, out: &mut Vec<Block>) {
        let Some(node) = self.tree.nodes.get(id) else { return };
        let kind = match &node.kind {
            Kind::Document => return,
            Kind::Paragraph => {
                let inlines = self.inlines(&node.text);
                if !inlines.is_empty() {
                    out.push(paragraph_block(inlines));
                }
                return;
            }
            Kind::Heading { level } => {
                let mut inlines = self.inlines(&node.text);
                inline_cards(&mut inlines);
                BlockKind::Heading { level: *level, inlines, align: Default::default() }
            }
            Kind::Quote => self.quote(id),
            Kind::List { ordered, start, .. } => {
                let kind = if *ordered { ListKind::Ordered(*start) } else { ListKind::Bullet };
                self.list(id, kind)
            }
            Kind::Item { .. } => return self.children(id, out),
            Kind::Directive { name, label, attrs, .. } => {
                return self.directive(id, name, label, attrs, out);
            }
            Kind::Expand { title, .. } => {
                BlockKind::Expand { title: title.clone(), blocks: self.blocks(id) }
            }
            Kind::Indented { footnote: true, name, .. } => {
                BlockKind::Footnote { label: name.clone(), blocks: self.blocks(id) }
            }
            Kind::Indented { name, title, .. } => {
                let kind = match name.as_str() {
                    "note" | "important" => PanelKind::Note,
                    "tip" | "hint" => PanelKind::Tip,
                    "success" | "check" => PanelKind::Success,
                    "warning" | "caution" | "attention" => PanelKind::Warning,
                    "error" | "danger" | "failure" | "bug" => PanelKind::Error,
                    _ => PanelKind::Info,
                };
                self.panel(id, kind, title, Attrs::default())
            }
            Kind::Fenced { info, .. } => fenced(info, &node.text, self.scope.profile),
            Kind::IndentedCode => {
                BlockKind::Code(CodeBlock { text: node.text.clone(), ..CodeBlock::default() })
            }
            Kind::Html(state) => {
                // A comment says nothing but keeps its neighbours apart.
                if !state.is_comment() {
                    out.extend(html_block::read(&node.text, self.scope));
                }
                return;
            }
            Kind::Raw => BlockKind::RawStorage(node.text.clone()),
            Kind::Table { columns, head } => self.table(columns, head, &node.text),
            Kind::Rule => BlockKind::Rule,
            Kind::Leaf { name, label, attrs } => {
                out.push(leaf_block(name, label, attrs.clone()));
                return;
            }
        };
        out.push(kind.into());
    }

    /// A quote, or the panel that a GitHub alert is.
    fn quote(&self, id: usize) -> BlockKind {
        let first = self
            .tree
            .nodes
            .get(id)
            .and_then(|node| node.children.first())
            .and_then(|&child| self.tree.nodes.get(child).map(|node| (child, node)))
            .filter(|(_, node)| node.kind == Kind::Paragraph);
        let alert = first.and_then(|(child, node)| {
            let (head, rest) = node.text.split_once('\n').unwrap_or((&node.text, ""));
            let kind = alert(head, self.scope.profile)?;
            Some((child, kind, rest))
        });
        let Some((first, kind, rest)) = alert else {
            return BlockKind::Quote(self.blocks(id));
        };
        let mut blocks = Vec::new();
        let inlines = self.inlines(rest);
        if !inlines.is_empty() {
            blocks.push(paragraph_block(inlines));
        }
        for &child in self.tree.nodes.get(id).map(|node| node.children.as_slice()).unwrap_or(&[]) {
            if child != first {
                self.block(child, &mut blocks);
            }
        }
        BlockKind::Panel(Panel { kind, title: String::new(), attrs: Attrs::default(), blocks })
    }

    fn list(&self, id: usize, kind: ListKind) -> BlockKind {
        let mut items = Vec::new();
        for &child in self.tree.nodes.get(id).map(|node| node.children.as_slice()).unwrap_or(&[]) {
            items.push(self.item(child, kind));
        }
        list_from_items(kind, items).kind
    }

    fn item(&self, id: usize, kind: ListKind) -> (Option<bool>, Item) {
        let mut item = Item::default();
        let Some(node) = self.tree.nodes.get(id) else { return (None, item) };
        let first = node.children.first().and_then(|&first| self.tree.nodes.get(first));
        let marker = first
            .filter(|node| node.kind == Kind::Paragraph && kind == ListKind::Bullet)
            .and_then(|node| task_marker(&node.text).map(|marker| (node, marker)));
        let mut rest = node.children.as_slice();
        if let Some((node, (_, len))) = marker {
            item.blocks.push(Block::paragraph(self.inlines(tail(&node.text, len))));
            rest = rest.get(1..).unwrap_or(&[]);
        }
        for &child in rest {
            self.block(child, &mut item.blocks);
        }
        (marker.map(|(_, (done, _))| done), item)
    }

    fn panel(&self, id: usize, kind: PanelKind, title: &str, attrs: Attrs) -> BlockKind {
        BlockKind::Panel(Panel { kind, title: title.to_owned(), attrs, blocks: self.blocks(id) })
    }

    fn directive(&self, id: usize, name: &str, label: &str, attrs: &Attrs, out: &mut Vec<Block>) {
        let mut attrs = attrs.clone();
        let kind = match name {
            "expand" => {
                let title = attrs.take("title").filter(|_| label.is_empty());
                let title = title.unwrap_or_else(|| label.to_owned());
                BlockKind::Expand { title, blocks: self.blocks(id) }
            }
            "layout" => self.layout(id, attrs),
            "column" => return self.children(id, out),
            "decisions" => {
                let mut blocks = self.blocks(id);
                if let [Block { kind: BlockKind::Tasks(tasks), .. }] = blocks.as_mut_slice() {
                    BlockKind::Decisions(std::mem::take(tasks))
                } else {
                    out.append(&mut blocks);
                    return;
                }
            }
            "macro" => BlockKind::MacroBox {
                name: label.to_owned(),
                keep: Keep {
                    reference: attrs.take("ref").unwrap_or_default(),
                    label: label.to_owned(),
                    raw: None,
                },
                blocks: self.blocks(id),
            },
            name => {
                let kind = match (name, attrs.get("type")) {
                    ("panel", Some(wanted)) => {
                        let kind = PanelKind::from_name(wanted);
                        if kind.is_some() {
                            attrs.take("type");
                        }
                        kind.unwrap_or(PanelKind::Plain)
                    }
                    _ => PanelKind::from_name(name).unwrap_or(PanelKind::Plain),
                };
                let title = attrs.take("title").filter(|_| label.is_empty());
                self.panel(id, kind, &title.unwrap_or_else(|| label.to_owned()), attrs)
            }
        };
        out.push(kind.into());
    }

    fn layout(&self, id: usize, attrs: Attrs) -> BlockKind {
        let mut columns: Vec<Column> = Vec::new();
        for &child in self.tree.nodes.get(id).map(|node| node.children.as_slice()).unwrap_or(&[]) {
            match self.tree.nodes.get(child).map(|node| &node.kind) {
                Some(Kind::Directive { name, attrs, .. }) if name == "column" => {
                    columns.push(Column {
                        width: attrs.get("width").map(str::to_owned),
                        blocks: self.blocks(child),
                        source: None,
                    });
                }
                _ => {
                    if columns.is_empty() {
                        columns.push(Column::default());
                    }
                    if let Some(column) = columns.last_mut() {
                        self.block(child, &mut column.blocks);
                    }
                }
            }
        }
        BlockKind::Layout { attrs, columns }
    }

    fn table(&self, columns: &[crate::model::Align], head: &str, body: &str) -> BlockKind {
        let row = |text: &str, header: bool| Row {
            cells: table::cells(text, columns.len())
                .iter()
                .zip(columns)
                .map(|(cell, &align)| {
                    let inlines = self.inlines(cell);
                    let blocks = match inlines.is_empty() {
                        true => Vec::new(),
                        false => vec![paragraph_block(inlines)],
                    };
                    crate::model::Cell { header, align, blocks, ..Default::default() }
                })
                .collect(),
            source: None,
        };
        let mut table = Table::default();
        let head = row(head, true);
        // An empty header row means that there is none.
        if head.cells.iter().any(|cell| !cell.blocks.is_empty()) || body.is_empty() {
            table.rows.push(head);
        }
        table
            .rows
            .extend(body.lines().filter(|line| !line.is_empty()).map(|line| row(line, false)));
        BlockKind::Table(table)
    }
}

/// A fenced block: the first word is the language, attributes may follow in braces.
fn fenced(info: &str, text: &str, profile: Profile) -> BlockKind {
    let text = text.strip_suffix('\n').unwrap_or(text).to_owned();
    let info = destination::unescape(info);
    let word = info.split([' ', '\t', '{']).next().unwrap_or_default();
    let rest = tail(&info, word.len()).trim();
    let attrs = directive::attrs_at(rest, 0).map(|(attrs, _)| attrs).unwrap_or_default();
    if word == "csf" && profile == Profile::Confluence {
        return BlockKind::RawStorage(text);
    }
    BlockKind::Code(CodeBlock { lang: word.to_owned(), text, attrs })
}
