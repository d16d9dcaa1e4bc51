//! Writes a fitted document as ADF (content conversion spec section 8.6).

use serde_json::{Map, Value, json};

use super::fit::Place;
use crate::Context;
use crate::model::{
    Align, Block, BlockKind, CardLook, Cell, Column, Image, ImageSource, Item, Keep, ListKind,
    Panel, PanelKind, Paragraph, Reuse, Row, Span, Task, inline_text,
};
use crate::outcome::Warning;

/// Writes blocks that `fit` has gone over. `stored` are the nodes that spans number.
pub(crate) fn write(
    blocks: &[Block],
    stored: &[&Value],
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Value {
    let mut writer = Writer { stored, context, warnings, ids: 0 };
    let mut content = writer.blocks(blocks, Place::Doc);
    if content.is_empty() {
        content.push(json!({"type": "paragraph"}));
    }
    let mut document = Map::new();
    document.insert("type".to_owned(), "doc".into());
    document.insert("version".to_owned(), 1.into());
    // `json!` would serialize the nodes once more; they are moved in.
    document.insert("content".to_owned(), content.into());
    Value::Object(document)
}

pub(super) struct Writer<'a, 'w> {
    stored: &'a [&'a Value],
    pub(super) context: &'a Context<'a>,
    pub(super) warnings: &'w mut Vec<Warning>,
    ids: u64,
}

pub(super) fn node(kind: &str, attrs: Map<String, Value>, content: Vec<Value>) -> Value {
    let mut map = Map::new();
    map.insert("type".to_owned(), kind.into());
    if !attrs.is_empty() {
        map.insert("attrs".to_owned(), attrs.into());
    }
    if !content.is_empty() {
        map.insert("content".to_owned(), content.into());
    }
    Value::Object(map)
}

pub(super) fn attrs<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

impl Writer<'_, '_> {
    /// The stored node when all of it is taken over.
    fn whole(&self, source: Option<Span>) -> Option<Value> {
        let span = source.filter(|span| span.reuse == Reuse::Whole)?;
        self.stored.get(span.start).map(|node| (*node).clone())
    }

    /// `built` in the shell of the stored node: its attributes and marks stay.
    fn in_shell(&self, source: Option<Span>, built: Value) -> Value {
        let stored = source
            .filter(|span| span.reuse == Reuse::Shell)
            .and_then(|span| self.stored.get(span.start));
        let Some(Value::Object(shell)) = stored else { return built };
        let Value::Object(mut built) = built else { return built };
        if shell.get("type") != built.get("type") {
            return Value::Object(built);
        }
        let mut shell: Map<String, Value> = shell
            .iter()
            .filter(|(key, _)| *key != "content")
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        if let Some(Value::Object(new)) = built.remove("attrs") {
            let slot = shell.entry("attrs").or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(old) = slot {
                for (key, value) in new {
                    if key != "localId" || !old.contains_key("localId") {
                        old.insert(key, value);
                    }
                }
            }
        }
        if let Some(content) = built.remove("content") {
            shell.insert("content".to_owned(), content);
        }
        Value::Object(shell)
    }

    /// An id that is unique in the document and the same for the same document.
    fn local_id(&mut self, seed: &str) -> Value {
        self.ids += 1;
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ self.ids;
        for byte in seed.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let (a, b) = (hash >> 32, (hash >> 16) & 0xffff);
        let c = hash & 0xfff;
        format!("{a:08x}-{b:04x}-4{c:03x}-8000-{:012x}", self.ids).into()
    }

    fn blocks(&mut self, blocks: &[Block], place: Place) -> Vec<Value> {
        let mut out = Vec::with_capacity(blocks.len());
        for block in blocks {
            if let Some(whole) = self.whole(block.source) {
                out.push(whole);
            } else if let Some(value) = self.block(block, place) {
                out.push(self.in_shell(block.source, value));
            }
        }
        out
    }

    /// Blocks, at least one.
    fn body(&mut self, blocks: &[Block], place: Place) -> Vec<Value> {
        let mut out = self.blocks(blocks, place);
        if out.is_empty() {
            out.push(json!({"type": "paragraph"}));
        }
        out
    }

    fn block(&mut self, block: &Block, place: Place) -> Option<Value> {
        let value = match &block.kind {
            BlockKind::Paragraph(p) => self.paragraph(p),
            BlockKind::Heading { level, inlines, align } => {
                let content = self.inlines(inlines);
                let mut value = node("heading", attrs([("level", (*level).into())]), content);
                if matches!(place, Place::Doc | Place::Cell | Place::Column) {
                    mark(&mut value, align_mark(*align));
                }
                value
            }
            BlockKind::List { kind, items } => {
                let content: Vec<Value> = items.iter().map(|item| self.item(item)).collect();
                if content.is_empty() {
                    return None;
                }
                match kind {
                    ListKind::Bullet => node("bulletList", Map::new(), content),
                    ListKind::Ordered(1) => node("orderedList", Map::new(), content),
                    ListKind::Ordered(start) => {
                        node("orderedList", attrs([("order", (*start).into())]), content)
                    }
                }
            }
            BlockKind::Tasks(tasks) => self.tasks(tasks),
            BlockKind::Decisions(tasks) => {
                let seed: String = tasks.iter().map(|task| inline_text(&task.inlines)).collect();
                let id = self.local_id(&seed);
                let content = tasks.iter().map(|task| self.task(task, true)).collect();
                node("decisionList", attrs([("localId", id)]), content)
            }
            BlockKind::Code(code) => {
                let mut map = Map::new();
                if !code.lang.is_empty() {
                    map.insert("language".to_owned(), code.lang.clone().into());
                }
                let content = match code.text.is_empty() {
                    true => Vec::new(),
                    false => vec![json!({"type": "text", "text": code.text})],
                };
                node("codeBlock", map, content)
            }
            BlockKind::Quote(blocks) => {
                let content = self.body(blocks, Place::Quote);
                node("blockquote", Map::new(), content)
            }
            BlockKind::Panel(panel) => self.panel(panel),
            BlockKind::Expand { title, blocks } => {
                let (name, inner) = match place {
                    Place::Doc | Place::Column => ("expand", Place::Expand),
                    _ => ("nestedExpand", Place::Nested),
                };
                let mut map = Map::new();
                if !title.is_empty() {
                    map.insert("title".to_owned(), title.clone().into());
                }
                let content = self.body(blocks, inner);
                let mut value = node(name, map, content);
                if let Value::Object(object) = &mut value
                    && name == "nestedExpand"
                    && title.is_empty()
                {
                    object.insert("attrs".to_owned(), Value::Object(Map::new()));
                }
                value
            }
            BlockKind::Table(table) => {
                let rows: Vec<Value> = table
                    .rows
                    .iter()
                    .filter(|row| !row.cells.is_empty())
                    .map(|row| self.row(row))
                    .collect();
                if rows.is_empty() {
                    return None;
                }
                node("table", Map::new(), rows)
            }
            BlockKind::Rule => json!({"type": "rule"}),
            BlockKind::Image(image) => self.image(image),
            BlockKind::Card { url, look: CardLook::Block, .. } => {
                node("blockCard", attrs([("url", url.clone().into())]), Vec::new())
            }
            BlockKind::Card { url, .. } => {
                let map = attrs([("url", url.clone().into()), ("layout", "center".into())]);
                node("embedCard", map, Vec::new())
            }
            BlockKind::Layout { columns, .. } => self.layout(columns),
            BlockKind::MacroBox { keep, blocks, .. } => {
                let content = self.body(blocks, Place::Box);
                let mut value = raw_node(keep)?;
                if let Value::Object(map) = &mut value {
                    map.insert("content".to_owned(), content.into());
                }
                value
            }
            BlockKind::Keep(keep) => raw_node(keep)?,
            BlockKind::Leaf { .. } | BlockKind::RawStorage(_) | BlockKind::Footnote { .. } => {
                return None;
            }
        };
        Some(value)
    }

    fn paragraph(&mut self, p: &Paragraph) -> Value {
        let mut value = node("paragraph", Map::new(), self.inlines(&p.inlines));
        if p.small {
            mark(&mut value, Some(json!({"type": "fontSize", "attrs": {"fontSize": "small"}})));
        } else if p.indent > 0 {
            let attrs = json!({"level": p.indent.min(6)});
            mark(&mut value, Some(json!({"type": "indentation", "attrs": attrs})));
        } else {
            mark(&mut value, align_mark(p.align));
        }
        value
    }

    fn item(&mut self, item: &Item) -> Value {
        if let Some(whole) = self.whole(item.source) {
            return whole;
        }
        let content = self.body(&item.blocks, Place::Item);
        self.in_shell(item.source, node("listItem", Map::new(), content))
    }

    fn tasks(&mut self, tasks: &[Task]) -> Value {
        let seed: String = tasks.iter().map(|task| inline_text(&task.inlines)).collect();
        let id = self.local_id(&seed);
        let mut content = Vec::new();
        for task in tasks {
            content.push(self.task(task, false));
            if !task.children.is_empty() {
                content.push(self.tasks(&task.children));
            }
        }
        node("taskList", attrs([("localId", id)]), content)
    }

    fn task(&mut self, task: &Task, decision: bool) -> Value {
        if let Some(whole) = self.whole(task.source) {
            return whole;
        }
        let id = self.local_id(&inline_text(&task.inlines));
        let (kind, state) = match (decision, task.done) {
            (true, true) => ("decisionItem", "DECIDED"),
            (true, false) => ("decisionItem", "UNDECIDED"),
            (false, true) => ("taskItem", "DONE"),
            (false, false) => ("taskItem", "TODO"),
        };
        let content = self.inlines(&task.inlines);
        let value = node(kind, attrs([("localId", id), ("state", state.into())]), content);
        self.in_shell(task.source, value)
    }

    fn panel(&mut self, panel: &Panel) -> Value {
        let name = match panel.kind {
            PanelKind::Custom | PanelKind::Plain => "custom",
            kind => kind.name(),
        };
        let mut map = attrs([("panelType", name.into())]);
        if name == "custom" {
            for key in ["panelColor", "panelIcon", "panelIconId", "panelIconText"] {
                if let Some(value) = panel.attrs.get(key) {
                    map.insert(key.to_owned(), value.into());
                }
            }
        }
        let content = self.body(&panel.blocks, Place::Panel);
        node("panel", map, content)
    }

    fn row(&mut self, row: &Row) -> Value {
        if let Some(whole) = self.whole(row.source) {
            return whole;
        }
        let cells = row.cells.iter().map(|cell| self.cell(cell)).collect();
        self.in_shell(row.source, node("tableRow", Map::new(), cells))
    }

    fn cell(&mut self, cell: &Cell) -> Value {
        if let Some(whole) = self.whole(cell.source) {
            return whole;
        }
        let mut map = Map::new();
        if cell.colspan > 1 {
            map.insert("colspan".to_owned(), cell.colspan.into());
        }
        if cell.rowspan > 1 {
            map.insert("rowspan".to_owned(), cell.rowspan.into());
        }
        let mut content = self.body(&cell.blocks, Place::Cell);
        for value in &mut content {
            if value.get("type").and_then(Value::as_str) == Some("paragraph")
                && value.get("marks").is_none()
            {
                mark(value, align_mark(cell.align));
            }
        }
        let name = if cell.header { "tableHeader" } else { "tableCell" };
        self.in_shell(cell.source, node(name, map, content))
    }

    fn image(&mut self, image: &Image) -> Value {
        let number = |name: &str| {
            image.attrs.get(name).and_then(|value| value.parse::<f64>().ok()).filter(|n| *n >= 0.0)
        };
        let as_number = |n: f64| {
            if n.fract() == 0.0 && n < 1e9 { Value::from(n as u64) } else { Value::from(n) }
        };
        let mut map = match &image.source {
            ImageSource::Url(url) => {
                attrs([("type", "external".into()), ("url", url.clone().into())])
            }
            ImageSource::Attachment { file, .. } => {
                let media = self.context.attachments.media(file).unwrap_or_default();
                let mut map = attrs([
                    ("type", "file".into()),
                    ("id", media.id.into()),
                    ("collection", media.collection.into()),
                ]);
                for (key, value) in [("width", media.width), ("height", media.height)] {
                    if let Some(value) = value {
                        map.insert(key.to_owned(), value.into());
                    }
                }
                map
            }
        };
        if !image.alt.is_empty() {
            map.insert("alt".to_owned(), image.alt.clone().into());
        }
        for name in ["width", "height"] {
            if let Some(value) = number(name) {
                map.insert(name.to_owned(), as_number(value));
            }
        }
        let media = node("media", map, Vec::new());
        node("mediaSingle", attrs([("layout", "center".into())]), vec![media])
    }

    fn layout(&mut self, columns: &[Column]) -> Value {
        let even = 100.0 / columns.len().max(1) as f64;
        let content = columns
            .iter()
            .map(|column| {
                if let Some(whole) = self.whole(column.source) {
                    return whole;
                }
                let width = column
                    .width
                    .as_deref()
                    .and_then(|width| width.trim_end_matches('%').parse::<f64>().ok())
                    .filter(|width| (0.0..=100.0).contains(width))
                    .unwrap_or(even);
                let width = if width.fract() == 0.0 {
                    Value::from(width as u64)
                } else {
                    Value::from((width * 100.0).round() / 100.0)
                };
                let content = self.body(&column.blocks, Place::Column);
                self.in_shell(
                    column.source,
                    node("layoutColumn", attrs([("width", width)]), content),
                )
            })
            .collect();
        node("layoutSection", Map::new(), content)
    }
}

pub(super) fn raw_node(keep: &Keep) -> Option<Value> {
    let raw = keep.raw.as_ref().filter(|raw| raw.format == crate::model::Format::Adf)?;
    serde_json::from_str(&raw.text).ok()
}

fn align_mark(align: Align) -> Option<Value> {
    let name = match align {
        Align::Center => "center",
        Align::Right => "end",
        Align::Default | Align::Left => return None,
    };
    Some(json!({"type": "alignment", "attrs": {"align": name}}))
}

fn mark(value: &mut Value, mark: Option<Value>) {
    if let (Value::Object(map), Some(mark)) = (value, mark) {
        map.insert("marks".to_owned(), vec![mark].into());
    }
}
