//! Schema fitting: moves or rewrites what ADF does not allow in a place
//! (content conversion spec section 8.5).

use serde_json::Value;

use crate::Context;
use crate::model::{
    Block, BlockKind, CardLook, CodeBlock, Column, Format, ImageSource, Inline, Item, Keep,
    ListKind, Mark, PanelKind, Paragraph, Reuse, Task,
};
use crate::outcome::{Warning, WarningKind};

/// Where a block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Doc,
    Item,
    Quote,
    Panel,
    Expand,
    /// In an expand that is itself in an expand or a table cell.
    Nested,
    Cell,
    Column,
    /// The body of an extension.
    Box,
}

/// A block that stays, or one that has to leave its container.
enum Piece {
    Stay(Block),
    Hoist(Block),
}

/// Fits `blocks` to a document.
pub(crate) fn fit(
    blocks: Vec<Block>,
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Vec<Block> {
    let mut fitter = Fitter { context, warnings };
    fitter.run_in(blocks, Place::Doc)
}

struct Fitter<'a, 'w> {
    context: &'a Context<'a>,
    warnings: &'w mut Vec<Warning>,
}

fn strong(inlines: Vec<Inline>) -> Block {
    if inlines.is_empty() {
        return Block::paragraph(inlines);
    }
    Block::paragraph(vec![Inline::Mark(Mark::Strong, inlines)])
}

/// A title as a paragraph; an address in it is a link, as it is in any other text.
fn strong_text(title: String) -> Block {
    match linked(title).kind {
        BlockKind::Paragraph(p) => strong(p.inlines),
        kind => kind.into(),
    }
}

/// Plain text as a paragraph with its addresses linked.
fn linked(text: String) -> Block {
    let mut inlines = vec![Inline::Text(text)];
    crate::markdown::linkify(&mut inlines);
    Block::paragraph(inlines)
}

fn is_whole(block: &Block) -> bool {
    block.source.is_some_and(|span| span.reuse == Reuse::Whole)
}

impl Fitter<'_, '_> {
    fn warn(&mut self, kind: WarningKind, text: &str, label: &str) {
        self.warnings.push(Warning::new(kind, text, label));
    }

    fn run(&mut self, blocks: Vec<Block>, place: Place) -> Vec<Piece> {
        let mut out = Vec::with_capacity(blocks.len());
        for block in blocks {
            self.block(block, place, &mut out);
        }
        out
    }

    /// A run in a place that nothing has to leave: the document, a cell.
    fn run_in(&mut self, blocks: Vec<Block>, place: Place) -> Vec<Block> {
        self.run(blocks, place)
            .into_iter()
            .map(|piece| match piece {
                Piece::Stay(block) | Piece::Hoist(block) => block,
            })
            .collect()
    }

    /// Puts what stays into shells and what leaves between them.
    fn shell(
        &mut self,
        blocks: Vec<Block>,
        inner: Place,
        outer: Place,
        out: &mut Vec<Piece>,
        wrap: &dyn Fn(Vec<Block>) -> Block,
    ) {
        let pieces = self.run(blocks, inner);
        if pieces.is_empty() {
            out.push(Piece::Stay(wrap(vec![Block::paragraph(Vec::new())])));
            return;
        }
        let mut stay = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Stay(block) => stay.push(block),
                Piece::Hoist(block) => {
                    if !stay.is_empty() {
                        out.push(Piece::Stay(wrap(std::mem::take(&mut stay))));
                    }
                    self.block(block, outer, out);
                }
            }
        }
        if !stay.is_empty() {
            out.push(Piece::Stay(wrap(stay)));
        }
    }

    fn block(&mut self, block: Block, place: Place, out: &mut Vec<Piece>) {
        use Place::{Box, Cell, Column, Doc, Expand, Item, Nested, Panel, Quote};
        if is_whole(&block) {
            out.push(Piece::Stay(block));
            return;
        }
        let Block { kind, source } = block;
        let stay = |kind: BlockKind| Piece::Stay(Block { kind, source });
        match kind {
            BlockKind::Paragraph(mut p) => {
                if !matches!(place, Doc | Cell | Column) {
                    p.align = Default::default();
                }
                if !matches!(place, Doc | Column) {
                    p.indent = 0;
                }
                out.push(stay(BlockKind::Paragraph(p)));
            }
            BlockKind::Heading { inlines, .. } if matches!(place, Item | Quote) => {
                out.push(Piece::Stay(strong(inlines)));
            }
            BlockKind::List { kind, items } => self.list(kind, items, source, place, out),
            BlockKind::Tasks(tasks) | BlockKind::Decisions(tasks) if place == Quote => {
                out.push(Piece::Stay(literal_tasks(tasks)));
            }
            BlockKind::Decisions(tasks) if place == Item => {
                out.push(Piece::Stay(literal_tasks(tasks)));
            }
            BlockKind::Tasks(tasks) => self.tasks(tasks, source, false, place, out),
            BlockKind::Decisions(tasks) => self.tasks(tasks, source, true, place, out),
            BlockKind::Quote(blocks) => match place {
                Item | Quote => out.append(&mut self.run(blocks, place)),
                Panel => out.push(Piece::Hoist(BlockKind::Quote(blocks).into())),
                _ => self.shell(blocks, Quote, place, out, &|blocks| Block {
                    kind: BlockKind::Quote(blocks),
                    source,
                }),
            },
            BlockKind::Panel(panel) if matches!(place, Item | Quote | Panel) => {
                out.push(Piece::Hoist(Block { kind: BlockKind::Panel(panel), source }));
            }
            BlockKind::Panel(mut panel) => {
                let mut blocks = std::mem::take(&mut panel.blocks);
                if !panel.title.is_empty() {
                    let title = std::mem::take(&mut panel.title);
                    blocks.insert(0, strong_text(title));
                }
                if panel.kind == PanelKind::Plain {
                    self.plain_panel(&mut panel);
                }
                self.shell(blocks, Panel, place, out, &|blocks| Block {
                    kind: BlockKind::Panel(crate::model::Panel { blocks, ..panel.clone() }),
                    source,
                });
            }
            BlockKind::Expand { title, blocks } => match place {
                Doc | Column | Expand | Cell => {
                    let inner = if matches!(place, Doc | Column) { Expand } else { Nested };
                    self.shell(blocks, inner, place, out, &|blocks| Block {
                        kind: BlockKind::Expand { title: title.clone(), blocks },
                        source,
                    });
                }
                Nested | Box => {
                    if !title.is_empty() {
                        out.push(Piece::Stay(strong_text(title)));
                    }
                    out.append(&mut self.run(blocks, place));
                }
                Item | Quote | Panel => {
                    out.push(Piece::Hoist(Block {
                        kind: BlockKind::Expand { title, blocks },
                        source,
                    }));
                }
            },
            BlockKind::Table(table) => match place {
                Item | Quote | Panel | Nested => {
                    out.push(Piece::Hoist(Block { kind: BlockKind::Table(table), source }));
                }
                Cell => {
                    self.warn(
                        WarningKind::Approximated,
                        "a table inside a table was flattened",
                        "",
                    );
                    for row in table.rows {
                        let blocks: Vec<Block> =
                            row.cells.into_iter().flat_map(|cell| cell.blocks).collect();
                        out.append(&mut self.run(blocks, place));
                    }
                }
                _ => {
                    let mut table = table;
                    for cell in table.rows.iter_mut().flat_map(|row| row.cells.iter_mut()) {
                        if cell.source.is_none_or(|span| span.reuse != Reuse::Whole) {
                            let blocks = std::mem::take(&mut cell.blocks);
                            cell.blocks = self.run_in(blocks, Cell);
                        }
                    }
                    out.push(stay(BlockKind::Table(table)));
                }
            },
            BlockKind::Rule if matches!(place, Item | Quote) => {
                out.push(Piece::Hoist(BlockKind::Rule.into()));
            }
            BlockKind::Image(image) => {
                let unknown = match &image.source {
                    ImageSource::Attachment { file, .. } => {
                        self.context.attachments.media(file).is_none().then(|| file.clone())
                    }
                    ImageSource::Url(_) => None,
                };
                match unknown {
                    Some(file) => {
                        self.warn(
                            WarningKind::UnknownAttachment,
                            "the image is not an attachment that is known, its text was written",
                            &file,
                        );
                        out.push(Piece::Stay(linked(literal_image(&image))));
                    }
                    None => out.push(stay(BlockKind::Image(image))),
                }
            }
            BlockKind::Card { url, look, text } => match place {
                Item | Quote | Nested => {
                    out.push(Piece::Stay(Block::paragraph(vec![Inline::Card { url, text }])));
                }
                Panel => {
                    let look = CardLook::Block;
                    out.push(stay(BlockKind::Card { url, look, text }));
                }
                _ => out.push(stay(BlockKind::Card { url, look, text })),
            },
            BlockKind::Layout { attrs, mut columns } => {
                if place == Doc && matches!(columns.len(), 2 | 3) {
                    for column in &mut columns {
                        self.column(column);
                    }
                    out.push(stay(BlockKind::Layout { attrs, columns }));
                } else {
                    for column in columns {
                        out.append(&mut self.run(column.blocks, place));
                    }
                }
            }
            BlockKind::Leaf { name, label, attrs } => {
                self.warn(
                    WarningKind::Approximated,
                    "ADF has no such macro, its text was written",
                    &name,
                );
                let mut text = format!("::{name}");
                crate::markdown::directive::write_label(&mut text, &label);
                crate::markdown::directive::write_attrs(&mut text, &attrs);
                out.push(Piece::Stay(Block::text(text)));
            }
            BlockKind::MacroBox { name, keep, blocks } => {
                let known = keep.raw.as_ref().is_some_and(|raw| raw.format == Format::Adf);
                match place {
                    Doc | Column if known => {
                        let blocks = self.box_body(blocks);
                        out.push(stay(BlockKind::MacroBox { name, keep, blocks }));
                    }
                    Item | Quote | Panel | Expand | Nested if known => {
                        out.push(Piece::Hoist(Block {
                            kind: BlockKind::MacroBox { name, keep, blocks },
                            source,
                        }));
                    }
                    _ => {
                        self.warn(
                            WarningKind::Approximated,
                            "the shell of a macro could not be written, its content was",
                            &name,
                        );
                        out.append(&mut self.run(blocks, place));
                    }
                }
            }
            BlockKind::Keep(keep) => self.keep(keep, source, place, out),
            BlockKind::RawStorage(text) => {
                let lang = "xml".to_owned();
                out.push(Piece::Stay(
                    BlockKind::Code(CodeBlock { lang, text, ..CodeBlock::default() }).into(),
                ));
            }
            BlockKind::Footnote { blocks, .. } => out.append(&mut self.run(blocks, place)),
            kind @ (BlockKind::Heading { .. } | BlockKind::Code(_) | BlockKind::Rule) => {
                out.push(stay(kind));
            }
        }
    }

    /// The titled box has no panel type of its own: a custom panel of its colour.
    fn plain_panel(&mut self, panel: &mut crate::model::Panel) {
        panel.kind = PanelKind::Custom;
        let color = panel.attrs.get("bgColor").and_then(crate::color::hex);
        let color = color.unwrap_or_else(|| "#f4f5f7".to_owned());
        panel.attrs = crate::model::Attrs(vec![("panelColor".to_owned(), color)]);
    }

    fn column(&mut self, column: &mut Column) {
        if column.source.is_some_and(|span| span.reuse == Reuse::Whole) {
            return;
        }
        let blocks = std::mem::take(&mut column.blocks);
        column.blocks = self.run_in(blocks, Place::Column);
        if column.blocks.is_empty() {
            column.blocks.push(Block::paragraph(Vec::new()));
        }
    }

    fn box_body(&mut self, blocks: Vec<Block>) -> Vec<Block> {
        let mut blocks = self.run_in(blocks, Place::Box);
        if blocks.is_empty() {
            blocks.push(Block::paragraph(Vec::new()));
        }
        blocks
    }

    fn keep(
        &mut self,
        keep: Keep,
        source: Option<crate::model::Span>,
        place: Place,
        out: &mut Vec<Piece>,
    ) {
        let kind = keep
            .raw
            .as_ref()
            .filter(|raw| raw.format == Format::Adf)
            .and_then(|raw| serde_json::from_str::<Value>(&raw.text).ok())
            .and_then(|node| node.get("type").and_then(Value::as_str).map(str::to_owned));
        let Some(kind) = kind else {
            self.warn(
                WarningKind::KeptContentDropped,
                "a placeholder stands for nothing here, its label was written",
                &keep.label,
            );
            out.push(Piece::Stay(Block::text(keep.label)));
            return;
        };
        let block = Block { kind: BlockKind::Keep(keep), source };
        match kind.as_str() {
            "mediaInline" | "inlineExtension" | "text" => {
                let BlockKind::Keep(keep) = block.kind else { return };
                out.push(Piece::Stay(Block::paragraph(vec![Inline::Keep(keep)])));
            }
            "mediaGroup" if place == Place::Item => out.push(Piece::Hoist(block)),
            "syncBlock" | "bodiedSyncBlock" | "bodiedExtension" => match place {
                Place::Doc => out.push(Piece::Stay(block)),
                Place::Column if kind == "bodiedExtension" => out.push(Piece::Stay(block)),
                Place::Cell | Place::Column | Place::Box => {
                    let BlockKind::Keep(keep) = block.kind else { return };
                    out.push(Piece::Stay(Block::text(keep.label)));
                }
                _ => out.push(Piece::Hoist(block)),
            },
            "blockCard" if matches!(place, Place::Item | Place::Quote | Place::Nested) => {
                out.push(Piece::Hoist(block));
            }
            _ => out.push(Piece::Stay(block)),
        }
    }

    fn list(
        &mut self,
        kind: ListKind,
        items: Vec<Item>,
        source: Option<crate::model::Span>,
        place: Place,
        out: &mut Vec<Piece>,
    ) {
        let start = match kind {
            ListKind::Ordered(start) => start,
            ListKind::Bullet => 0,
        };
        let mut number = start;
        let mut first = start;
        let mut kept: Vec<Item> = Vec::new();
        let close = |kept: &mut Vec<Item>, first: u64, out: &mut Vec<Piece>| {
            if kept.is_empty() {
                return;
            }
            let kind = match kind {
                ListKind::Ordered(_) => ListKind::Ordered(first),
                ListKind::Bullet => kind,
            };
            let items = std::mem::take(kept);
            out.push(Piece::Stay(Block { kind: BlockKind::List { kind, items }, source }));
        };
        for item in items {
            if item.source.is_some_and(|span| span.reuse == Reuse::Whole) {
                kept.push(item);
                number += 1;
                continue;
            }
            let item_source = item.source;
            let pieces = self.run(item.blocks, Place::Item);
            let mut blocks = Vec::new();
            let empty = pieces.is_empty();
            for piece in pieces {
                match piece {
                    Piece::Stay(block) => blocks.push(block),
                    Piece::Hoist(block) => {
                        if !blocks.is_empty() {
                            let blocks = std::mem::take(&mut blocks);
                            kept.push(Item { blocks, source: item_source });
                        }
                        close(&mut kept, first, out);
                        first = number;
                        self.block(block, place, out);
                    }
                }
            }
            if empty {
                blocks.push(Block::paragraph(Vec::new()));
            }
            if !blocks.is_empty() {
                kept.push(Item { blocks, source: item_source });
            } else if kept.is_empty() {
                first = number + 1;
            }
            number += 1;
        }
        close(&mut kept, first, out);
    }

    fn tasks(
        &mut self,
        tasks: Vec<Task>,
        source: Option<crate::model::Span>,
        decisions: bool,
        place: Place,
        out: &mut Vec<Piece>,
    ) {
        let mut kept = Vec::new();
        for segment in segments(tasks, decisions) {
            match segment {
                Segment::Task(task) => kept.push(task),
                Segment::Blocks(blocks) => {
                    if !kept.is_empty() {
                        let tasks = std::mem::take(&mut kept);
                        out.push(Piece::Stay(task_block(tasks, decisions, source)));
                    }
                    out.append(&mut self.run(blocks, place));
                }
            }
        }
        if !kept.is_empty() {
            out.push(Piece::Stay(task_block(kept, decisions, source)));
        }
    }
}

fn task_block(tasks: Vec<Task>, decisions: bool, source: Option<crate::model::Span>) -> Block {
    let kind = if decisions { BlockKind::Decisions(tasks) } else { BlockKind::Tasks(tasks) };
    Block { kind, source }
}

enum Segment {
    Task(Task),
    Blocks(Vec<Block>),
}

/// Tasks hold text and tasks only: other blocks stand between.
fn segments(tasks: Vec<Task>, flat: bool) -> Vec<Segment> {
    let mut out = Vec::new();
    for mut task in tasks {
        if task.source.is_some_and(|span| span.reuse == Reuse::Whole) {
            out.push(Segment::Task(task));
            continue;
        }
        let extra = std::mem::take(&mut task.extra);
        let mut children =
            segments(std::mem::take(&mut task.children), flat).into_iter().peekable();
        if !flat {
            while matches!(children.peek(), Some(Segment::Task(_))) && extra.is_empty() {
                if let Some(Segment::Task(child)) = children.next() {
                    task.children.push(child);
                }
            }
        }
        out.push(Segment::Task(task));
        if !extra.is_empty() {
            out.push(Segment::Blocks(extra));
        }
        out.extend(children);
    }
    out
}

fn literal_tasks(tasks: Vec<Task>) -> Block {
    let items = tasks
        .into_iter()
        .map(|task| {
            let marker = if task.done { "[x] " } else { "[ ] " };
            let mut inlines = vec![Inline::Text(marker.to_owned())];
            for inline in task.inlines {
                crate::model::push_inline(&mut inlines, inline);
            }
            let mut blocks = vec![Block::paragraph(inlines)];
            if !task.children.is_empty() {
                blocks.push(literal_tasks(task.children));
            }
            blocks.extend(task.extra);
            Item { blocks, source: None }
        })
        .collect();
    BlockKind::List { kind: ListKind::Bullet, items }.into()
}

/// An image as Markdown text.
pub(crate) fn literal_image(image: &crate::model::Image) -> String {
    let block = Block {
        kind: BlockKind::Paragraph(Paragraph {
            inlines: vec![Inline::Image(image.clone())],
            ..Paragraph::default()
        }),
        source: None,
    };
    crate::markdown::write_block(&block, crate::Profile::Jira)
}
