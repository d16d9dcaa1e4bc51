//! Reads ADF into the document model (content conversion spec sections 2 and 8.6).

use serde_json::Value;

use crate::keep;
use crate::markdown::target;
use crate::marks::{self, Piece, Wrap};
use crate::model::{
    Align, Attrs, Block, BlockKind, CardLook, Cell, CodeBlock, Column, Document, Format, Image,
    ImageSource, Inline, Item, Keep, ListKind, MAX_DEPTH, Mark, Panel, PanelKind, Paragraph, Reuse,
    Row, Span, Table, Task, UserId, UserIdKind,
};
use crate::outcome::{Warning, WarningKind};

/// JSON nests at most this deep in what is kept: two levels a node.
const MAX_JSON_DEPTH: usize = 4 * MAX_DEPTH;

/// A document and the nodes its blocks came from, by number.
#[derive(Debug, Default)]
pub(crate) struct Read<'a> {
    pub(crate) document: Document,
    pub(crate) nodes: Vec<&'a Value>,
    pub(crate) warnings: Vec<Warning>,
}

/// Reads a document, or a JSON string as plain text.
pub(crate) fn read(body: &Value) -> Read<'_> {
    let mut read = Read::default();
    match body {
        Value::String(text) => {
            let text = crate::scan::normalize(text);
            for part in text.split("\n\n").filter(|part| !part.trim().is_empty()) {
                let mut inlines = Vec::new();
                for (at, line) in part.trim_matches('\n').split('\n').enumerate() {
                    if at > 0 {
                        inlines.push(Inline::Break);
                    }
                    crate::model::push_inline(&mut inlines, Inline::Text(line.to_owned()));
                }
                read.document.blocks.push(Block::paragraph(inlines));
            }
        }
        Value::Object(_) => {
            let mut reader = Reader { read: &mut read };
            let blocks = if kind(body) == "doc" {
                reader.blocks(content(body), 0)
            } else {
                reader.blocks(std::slice::from_ref(body), 0)
            };
            read.document.blocks = blocks;
        }
        Value::Array(nodes) => {
            let blocks = Reader { read: &mut read }.blocks(nodes, 0);
            read.document.blocks = blocks;
        }
        _ => {}
    }
    read
}

pub(crate) fn kind(node: &Value) -> &str {
    node.get("type").and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn content(node: &Value) -> &[Value] {
    node.get("content").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn attr<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    node.get("attrs").and_then(|attrs| attrs.get(name))
}

fn text_attr<'a>(node: &'a Value, name: &str) -> &'a str {
    attr(node, name).and_then(Value::as_str).unwrap_or_default()
}

fn number_attr(node: &Value, name: &str) -> Option<u64> {
    let value = attr(node, name)?;
    value.as_u64().or_else(|| value.as_f64().filter(|n| *n >= 0.0).map(|n| n as u64))
}

/// A JSON scalar as attribute text.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a tree nests deeper than `limit`, found without recursion.
pub(crate) fn is_deeper(value: &Value, limit: usize) -> bool {
    let mut stack = vec![(value, 1)];
    while let Some((value, depth)) = stack.pop() {
        if depth > limit {
            return true;
        }
        match value {
            Value::Array(items) => stack.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(map) => stack.extend(map.values().map(|item| (item, depth + 1))),
            _ => {}
        }
    }
    false
}

/// All text below a node, found without recursion.
pub(crate) fn text_of(node: &Value, limit: usize) -> String {
    let mut out = String::new();
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        if out.len() > limit {
            break;
        }
        let own = match kind(node) {
            "text" => node.get("text").and_then(Value::as_str),
            "hardBreak" => Some(" "),
            "mention" | "status" | "placeholder" => attr(node, "text").and_then(Value::as_str),
            "emoji" => {
                attr(node, "text").or_else(|| attr(node, "shortName")).and_then(Value::as_str)
            }
            _ => None,
        };
        if let Some(own) = own {
            out.push_str(own);
            continue;
        }
        let children = content(node);
        let is_block = children.iter().any(|child| !content(child).is_empty());
        for child in children.iter().rev() {
            stack.push(child);
        }
        if is_block && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

struct Reader<'a, 'r> {
    read: &'r mut Read<'a>,
}

impl<'a> Reader<'a, '_> {
    fn span(&mut self, node: &'a Value) -> Option<Span> {
        let start = self.read.nodes.len();
        self.read.nodes.push(node);
        Some(Span { start, end: start + 1, lead: start, reuse: Reuse::Nothing })
    }

    fn blocks(&mut self, nodes: &'a [Value], depth: usize) -> Vec<Block> {
        let mut out = Vec::with_capacity(nodes.len());
        let mut run: Vec<&'a Value> = Vec::new();
        for node in nodes {
            // Running text where blocks belong: seen in hand-made documents.
            if is_inline(kind(node)) {
                run.push(node);
                continue;
            }
            if !run.is_empty() {
                let inlines = self.inlines_of(std::mem::take(&mut run));
                out.push(Block::paragraph(inlines));
            }
            let source = self.span(node);
            let kind = if depth >= MAX_DEPTH { self.flat(node) } else { self.block(node, depth) };
            out.push(Block { kind, source });
        }
        if !run.is_empty() {
            let inlines = self.inlines_of(run);
            out.push(Block::paragraph(inlines));
        }
        out
    }

    fn flat(&mut self, node: &'a Value) -> BlockKind {
        if self.read.warnings.is_empty() {
            self.read.warnings.push(Warning::new(
                WarningKind::TooDeep,
                "the document nests too deeply; what lies deeper is shown as plain text",
                "",
            ));
        }
        Block::text(text_of(node, usize::MAX)).kind
    }

    fn block(&mut self, node: &'a Value, depth: usize) -> BlockKind {
        let inner = content(node);
        match kind(node) {
            "paragraph" => {
                let mut paragraph =
                    Paragraph { inlines: self.inlines(inner), ..Paragraph::default() };
                for mark in node.get("marks").and_then(Value::as_array).into_iter().flatten() {
                    match kind(mark) {
                        "alignment" => paragraph.align = align(mark),
                        "indentation" => {
                            let level = number_attr(mark, "level").unwrap_or(0).min(6);
                            paragraph.indent = u8::try_from(level).unwrap_or(0);
                        }
                        "fontSize" => paragraph.small = true,
                        _ => {}
                    }
                }
                BlockKind::Paragraph(paragraph)
            }
            "heading" => {
                let level = number_attr(node, "level").unwrap_or(1).clamp(1, 6);
                let marks = node.get("marks").and_then(Value::as_array);
                let align = marks.into_iter().flatten().map(align).next().unwrap_or_default();
                BlockKind::Heading {
                    level: u8::try_from(level).unwrap_or(1),
                    inlines: self.inlines(inner),
                    align,
                }
            }
            "bulletList" => self.list(ListKind::Bullet, inner, depth),
            "orderedList" => {
                let start = number_attr(node, "order").unwrap_or(1);
                self.list(ListKind::Ordered(start), inner, depth)
            }
            "taskList" => BlockKind::Tasks(self.tasks(inner, depth)),
            "decisionList" => BlockKind::Decisions(self.tasks(inner, depth)),
            "blockquote" => BlockKind::Quote(self.blocks(inner, depth + 1)),
            "panel" => self.panel(node, depth),
            "expand" | "nestedExpand" => BlockKind::Expand {
                title: text_attr(node, "title").to_owned(),
                blocks: self.blocks(inner, depth + 1),
            },
            "codeBlock" => {
                let text: String = inner
                    .iter()
                    .map(|node| node.get("text").and_then(Value::as_str).unwrap_or_default())
                    .collect();
                let lang = text_attr(node, "language").to_owned();
                BlockKind::Code(CodeBlock { lang, text, attrs: Attrs::default() })
            }
            "rule" => BlockKind::Rule,
            "table" => self.table(inner, depth),
            "mediaSingle" => external_image(node).unwrap_or_else(|| self.keep_block(node)),
            "blockCard" if attr(node, "datasource").is_none() => {
                card(node, CardLook::Block).unwrap_or_else(|| self.keep_block(node))
            }
            "embedCard" => card(node, CardLook::Embed).unwrap_or_else(|| self.keep_block(node)),
            "layoutSection" => {
                let columns = inner
                    .iter()
                    .map(|column| {
                        let source = self.span(column);
                        Column {
                            width: attr(column, "width").map(scalar),
                            blocks: self.blocks(content(column), depth + 2),
                            source,
                        }
                    })
                    .collect();
                BlockKind::Layout { attrs: Attrs::default(), columns }
            }
            "bodiedExtension" if !is_deeper(node, MAX_JSON_DEPTH) => {
                let name = text_attr(node, "extensionKey");
                let raw = keep::canonical_json(node);
                let name = keep::label(name, "");
                let keep = keep::keep(Format::Adf, raw, &name, text_attr(node, "text"));
                BlockKind::MacroBox { name, keep, blocks: self.blocks(inner, depth + 1) }
            }
            _ => self.keep_block(node),
        }
    }

    fn keep_block(&mut self, node: &'a Value) -> BlockKind {
        match self.keep(node) {
            Some(keep) => BlockKind::Keep(keep),
            None => self.flat(node),
        }
    }

    fn keep(&self, node: &Value) -> Option<Keep> {
        if is_deeper(node, MAX_JSON_DEPTH) {
            return None;
        }
        let (kind, text) = describe(node);
        Some(keep::keep(Format::Adf, keep::canonical_json(node), &kind, &text))
    }

    fn list(&mut self, kind: ListKind, nodes: &'a [Value], depth: usize) -> BlockKind {
        let items = nodes
            .iter()
            .map(|node| {
                let source = self.span(node);
                Item { blocks: self.blocks(content(node), depth + 2), source }
            })
            .collect();
        BlockKind::List { kind, items }
    }

    fn tasks(&mut self, nodes: &'a [Value], depth: usize) -> Vec<Task> {
        let mut tasks: Vec<Task> = Vec::new();
        for node in nodes {
            match kind(node) {
                "taskList" => {
                    let children = if depth >= MAX_DEPTH {
                        vec![Task {
                            inlines: vec![Inline::Text(text_of(node, usize::MAX))],
                            ..Task::default()
                        }]
                    } else {
                        self.tasks(content(node), depth + 1)
                    };
                    match tasks.last_mut() {
                        Some(last) => last.children.extend(children),
                        None => tasks.extend(children),
                    }
                }
                name => {
                    let source = self.span(node);
                    let state = text_attr(node, "state");
                    let mut task = Task {
                        done: matches!(state, "DONE" | "DECIDED"),
                        source,
                        ..Task::default()
                    };
                    if name == "blockTaskItem" {
                        let mut blocks = self.blocks(content(node), depth + 1).into_iter();
                        match blocks.next() {
                            Some(Block { kind: BlockKind::Paragraph(first), .. }) => {
                                task.inlines = first.inlines;
                            }
                            Some(other) => task.extra.push(other),
                            None => {}
                        }
                        task.extra.extend(blocks);
                    } else {
                        task.inlines = self.inlines(content(node));
                    }
                    tasks.push(task);
                }
            }
        }
        tasks
    }

    fn panel(&mut self, node: &'a Value, depth: usize) -> BlockKind {
        let kind = PanelKind::from_name(text_attr(node, "panelType")).unwrap_or(PanelKind::Info);
        let kind = if kind == PanelKind::Plain { PanelKind::Info } else { kind };
        let mut attrs = Attrs::default();
        if kind == PanelKind::Custom {
            let mut keys = ["panelColor", "panelIcon", "panelIconId", "panelIconText"];
            keys.sort_unstable();
            for key in keys {
                let value = text_attr(node, key);
                if !value.is_empty() {
                    attrs.set(key, value);
                }
            }
        }
        let blocks = self.blocks(content(node), depth + 1);
        BlockKind::Panel(Panel { kind, title: String::new(), attrs, blocks })
    }

    fn table(&mut self, rows: &'a [Value], depth: usize) -> BlockKind {
        let mut table = Table::default();
        for row in rows {
            let source = self.span(row);
            let mut cells = Vec::new();
            for node in content(row) {
                let source = self.span(node);
                let span = |name| {
                    let count = number_attr(node, name).unwrap_or(1).clamp(1, 1000);
                    u32::try_from(count).unwrap_or(1)
                };
                let mut cell = Cell {
                    header: kind(node) == "tableHeader",
                    colspan: span("colspan"),
                    rowspan: span("rowspan"),
                    source,
                    blocks: self.blocks(content(node), depth + 3),
                    ..Cell::default()
                };
                // One alignment for the whole cell is the cell's own.
                let mut aligns = cell.blocks.iter().map(|block| match &block.kind {
                    BlockKind::Paragraph(p) => Some(p.align),
                    _ => None,
                });
                if let Some(Some(first)) = aligns.next()
                    && aligns.all(|align| align == Some(first))
                {
                    cell.align = first;
                }
                cells.push(cell);
            }
            table.rows.push(Row { cells, source });
        }
        BlockKind::Table(table)
    }

    fn inlines(&mut self, nodes: &'a [Value]) -> Vec<Inline> {
        self.inlines_of(nodes.iter().collect())
    }

    fn inlines_of(&mut self, nodes: Vec<&'a Value>) -> Vec<Inline> {
        if let [node] = nodes.as_slice()
            && kind(node) == "text"
            && node.get("marks").is_none()
        {
            let text = node.get("text").and_then(Value::as_str).unwrap_or_default();
            let text = clean(text);
            return if text.is_empty() { Vec::new() } else { vec![Inline::Text(text)] };
        }
        let mut pieces: Vec<Piece> = Vec::with_capacity(nodes.len());
        for node in nodes {
            let leaf = self.inline(node);
            let mut wraps = Vec::new();
            let mut leaf = leaf;
            for mark in node.get("marks").and_then(Value::as_array).into_iter().flatten() {
                if kind(mark) == "code" {
                    if let Inline::Text(text) = leaf {
                        leaf = Inline::Code(text);
                    }
                } else if let Some(wrap) = wrap(mark)
                    && !wraps.contains(&wrap)
                {
                    wraps.push(wrap);
                }
            }
            let joins = matches!(
                (pieces.last(), &leaf),
                (Some(Piece { leaf: Inline::Text(_), wraps: last }), Inline::Text(_))
                | (Some(Piece { leaf: Inline::Code(_), wraps: last }), Inline::Code(_))
                    if marks::same_set(last, &wraps)
            );
            if joins
                && let Some(Piece { leaf: Inline::Text(have) | Inline::Code(have), .. }) =
                    pieces.last_mut()
                && let Inline::Text(text) | Inline::Code(text) = &leaf
            {
                have.push_str(text);
                continue;
            }
            if !matches!(&leaf, Inline::Text(text) if text.is_empty()) {
                pieces.push(Piece { wraps, leaf });
            }
        }
        marks::build(pieces)
    }

    fn inline(&mut self, node: &'a Value) -> Inline {
        let own = |name| text_attr(node, name).to_owned();
        match kind(node) {
            "text" => {
                Inline::Text(clean(node.get("text").and_then(Value::as_str).unwrap_or_default()))
            }
            "hardBreak" => Inline::Break,
            "mention" => {
                let name = own("text");
                Inline::Mention {
                    id: UserId { kind: UserIdKind::AccountId, value: own("id") },
                    name: name.strip_prefix('@').unwrap_or(&name).to_owned(),
                }
            }
            "emoji" => Inline::Emoji { short: own("shortName"), id: own("id"), text: own("text") },
            "date" => date(node),
            "status" => {
                let color = own("color");
                let mut attrs = Attrs::default();
                let style = own("style");
                if !style.is_empty() {
                    attrs.set("style", style);
                }
                Inline::Status { text: own("text"), color, attrs }
            }
            "inlineCard" if attr(node, "url").is_some() => {
                Inline::Card { url: own("url"), text: String::new() }
            }
            "placeholder" => Inline::Placeholder(own("text")),
            _ => match self.keep(node) {
                Some(keep) => Inline::Keep(keep),
                None => Inline::Text(text_of(node, usize::MAX)),
            },
        }
    }
}

/// A newline in a text node is a blank (content conversion spec section 2.4).
fn clean(text: &str) -> String {
    crate::scan::normalize(text).replace('\n', " ")
}

fn is_inline(kind: &str) -> bool {
    matches!(
        kind,
        "text"
            | "hardBreak"
            | "mention"
            | "emoji"
            | "date"
            | "status"
            | "inlineCard"
            | "placeholder"
            | "mediaInline"
            | "inlineExtension"
    )
}

fn align(mark: &Value) -> Align {
    match text_attr(mark, "align") {
        "center" => Align::Center,
        "end" => Align::Right,
        _ => Align::Default,
    }
}

fn wrap(mark: &Value) -> Option<Wrap> {
    let own = |name| text_attr(mark, name).to_owned();
    Some(match kind(mark) {
        "strong" => Wrap::Mark(Mark::Strong),
        "em" => Wrap::Mark(Mark::Em),
        "strike" => Wrap::Mark(Mark::Strike),
        "underline" => Wrap::Mark(Mark::Underline),
        "subsup" if text_attr(mark, "type") == "sub" => Wrap::Mark(Mark::Sub),
        "subsup" => Wrap::Mark(Mark::Sup),
        "textColor" => Wrap::Mark(Mark::Color(crate::color::canonical(&own("color")))),
        "backgroundColor" => Wrap::Mark(Mark::Highlight(crate::color::canonical(&own("color")))),
        "link" => Wrap::Link { target: target::parse(&own("href")), title: own("title") },
        _ => return None,
    })
}

fn date(node: &Value) -> Inline {
    let stamp = attr(node, "timestamp").map(scalar).unwrap_or_default();
    let Ok(number) = stamp.parse::<i64>() else {
        return Inline::Text(stamp);
    };
    let days = number.div_euclid(86_400_000);
    if !(-719_468..=2_932_896).contains(&days) {
        return Inline::Text(stamp);
    }
    let exact = (number.rem_euclid(86_400_000) != 0 || stamp != (days * 86_400_000).to_string())
        .then_some(stamp);
    Inline::Date { day: crate::scan::day_from_number(days), stamp: exact }
}

fn card(node: &Value, look: CardLook) -> Option<BlockKind> {
    let url = attr(node, "url")?.as_str()?.to_owned();
    Some(BlockKind::Card { url, look, text: String::new() })
}

/// An image at an address, when Markdown can say all of it.
fn external_image(node: &Value) -> Option<BlockKind> {
    let [media] = content(node) else { return None };
    let plain = |node: &Value, known: &[&str]| {
        node.get("marks").is_none()
            && node
                .get("attrs")
                .and_then(Value::as_object)
                .is_none_or(|attrs| attrs.keys().all(|key| known.contains(&key.as_str())))
    };
    if text_attr(media, "type") != "external"
        || !plain(node, &["layout", "localId"])
        || text_attr(node, "layout") != "center"
        || !plain(media, &["type", "url", "alt", "width", "height", "localId"])
        || kind(media) != "media"
    {
        return None;
    }
    let mut attrs = Attrs::default();
    for name in ["width", "height"] {
        if let Some(value) = attr(media, name) {
            attrs.set(name, scalar(value));
        }
    }
    Some(BlockKind::Image(Image {
        source: ImageSource::Url(text_attr(media, "url").to_owned()),
        alt: text_attr(media, "alt").to_owned(),
        attrs,
        caption: Vec::new(),
    }))
}

/// What a kept node is called: its kind and the text that tells it from others.
fn describe(node: &Value) -> (String, String) {
    let own = |node: &Value| {
        ["text", "alt", "title", "url"]
            .iter()
            .map(|name| text_attr(node, name))
            .find(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let name = kind(node);
    match name {
        "mediaSingle" | "mediaGroup" | "media" | "mediaInline" => {
            let media = content(node).first().unwrap_or(node);
            ("media".to_owned(), own(media).unwrap_or_default())
        }
        "extension" | "inlineExtension" | "bodiedExtension" => {
            let key = text_attr(node, "extensionKey").to_owned();
            let key = if key.is_empty() { name.to_owned() } else { key };
            (key, own(node).unwrap_or_default())
        }
        _ => (name.to_owned(), own(node).unwrap_or_else(|| text_of(node, 200))),
    }
}
