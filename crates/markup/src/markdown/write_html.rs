//! Tables that GFM can not say, as HTML: one line a row (content conversion spec section 8.3).

use super::escape::{self, Place};
use super::write_inline::single_line;
use super::{directive, write::is_silent};
use crate::Profile;
use crate::model::{
    Align, Attrs, Block, BlockKind, CardLook, Inline, ListKind, PanelKind, Table, Task,
};

const PLACE: Place = Place { table: false, html: true, link: false, strict: false };

/// Writes a table.
pub(crate) fn table(table: &Table, profile: Profile) -> String {
    let mut writer = Writer { out: String::new(), profile };
    writer.table(table, "\n");
    writer.out
}

struct Writer {
    out: String,
    profile: Profile,
}

impl Writer {
    fn table(&mut self, table: &Table, line_end: &str) {
        self.out.push_str("<table>");
        self.out.push_str(line_end);
        for row in &table.rows {
            self.out.push_str("<tr>");
            for cell in &row.cells {
                let name = if cell.header { "th" } else { "td" };
                self.out.push('<');
                self.out.push_str(name);
                if cell.colspan > 1 {
                    self.out.push_str(&format!(" colspan=\"{}\"", cell.colspan));
                }
                if cell.rowspan > 1 {
                    self.out.push_str(&format!(" rowspan=\"{}\"", cell.rowspan));
                }
                match cell.align {
                    Align::Default => {}
                    Align::Left => self.out.push_str(" align=\"left\""),
                    Align::Center => self.out.push_str(" align=\"center\""),
                    Align::Right => self.out.push_str(" align=\"right\""),
                }
                self.out.push('>');
                self.blocks(&cell.blocks);
                self.out.push_str("</");
                self.out.push_str(name);
                self.out.push('>');
            }
            self.out.push_str("</tr>");
            self.out.push_str(line_end);
        }
        self.out.push_str("</table>");
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        self.out.push_str(&single_line(inlines, self.profile, PLACE));
    }

    /// The single paragraph of a cell or item is not wrapped.
    fn blocks(&mut self, blocks: &[Block]) {
        self.blocks_after(blocks, false);
    }

    /// Blocks that follow running text: without tags, their text would join it.
    fn blocks_after(&mut self, blocks: &[Block], text: bool) {
        let paragraphs = blocks
            .iter()
            .filter(|block| {
                !is_silent(block)
                    && matches!(
                        block.kind,
                        BlockKind::Paragraph(_)
                            | BlockKind::Image(_)
                            | BlockKind::Card { .. }
                            | BlockKind::Keep(_)
                            | BlockKind::Leaf { .. }
                    )
            })
            .count();
        for block in blocks.iter().filter(|block| !is_silent(block)) {
            self.block(block, text || paragraphs > 1);
        }
    }

    fn wrapped(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
        write(self);
        self.out.push_str("</");
        self.out.push_str(name.split(' ').next().unwrap_or(name));
        self.out.push('>');
    }

    fn paragraph(&mut self, wrap: bool, write: impl FnOnce(&mut Self)) {
        if wrap {
            self.wrapped("p", write);
        } else {
            write(self);
        }
    }

    fn leaf(&mut self, name: &str, label: &str, attrs: &Attrs) {
        let mut text = format!("::{name}");
        directive::write_label(&mut text, label);
        directive::write_attrs(&mut text, attrs);
        self.out.push_str(&text.replace('<', "&lt;"));
    }

    fn block(&mut self, block: &Block, wrap: bool) {
        match &block.kind {
            BlockKind::Paragraph(p) => self.paragraph(wrap, |w| w.inlines(&p.inlines)),
            BlockKind::Image(image) => {
                self.paragraph(wrap, |w| w.inlines(&[Inline::Image(image.clone())]));
            }
            BlockKind::Heading { level, inlines, .. } => {
                self.wrapped(&format!("h{level}"), |w| w.inlines(inlines));
            }
            BlockKind::List { kind, items } => {
                let name = match kind {
                    ListKind::Bullet => "ul".to_owned(),
                    ListKind::Ordered(1) => "ol".to_owned(),
                    ListKind::Ordered(start) => format!("ol start=\"{start}\""),
                };
                self.wrapped(&name, |w| {
                    for item in items {
                        w.wrapped("li", |w| {
                            let from = w.out.len();
                            w.blocks(&item.blocks);
                            // Text that looks like a check box is not one.
                            let text = w.out.get(from..).unwrap_or_default();
                            if super::task_marker(text).is_some() {
                                w.out.insert(from, '\\');
                            }
                        });
                    }
                });
            }
            BlockKind::Tasks(tasks) => self.wrapped("ul", |w| w.tasks(tasks)),
            BlockKind::Decisions(tasks) => self.wrapped("decisions", |w| w.tasks(tasks)),
            BlockKind::Code(code) => self.wrapped("pre", |w| {
                if code.lang.is_empty() {
                    escape::html(&mut w.out, &code.text);
                } else {
                    w.out.push_str("<code class=\"language-");
                    escape::html(&mut w.out, &code.lang);
                    w.out.push_str("\">");
                    escape::html(&mut w.out, &code.text);
                    w.out.push_str("</code>");
                }
            }),
            BlockKind::Quote(blocks) => self.wrapped("blockquote", |w| w.blocks(blocks)),
            BlockKind::Panel(panel) => {
                let mut head = String::from("panel type=\"");
                head.push_str(match panel.kind {
                    PanelKind::Custom => "custom",
                    kind => kind.name(),
                });
                for (key, value) in std::iter::once(&("title".to_owned(), panel.title.clone()))
                    .chain(&panel.attrs.0)
                {
                    if value.is_empty() && key == "title" {
                        continue;
                    }
                    head.push_str("\" ");
                    head.push_str(key);
                    head.push_str("=\"");
                    escape::html(&mut head, value);
                }
                head.push('"');
                self.wrapped(&head, |w| w.blocks(&panel.blocks));
            }
            BlockKind::Expand { title, blocks } => self.wrapped("details", |w| {
                w.wrapped("summary", |w| escape::html(&mut w.out, title));
                w.blocks(blocks);
            }),
            BlockKind::Table(table) => self.table(table, ""),
            BlockKind::Rule => self.out.push_str("<hr>"),
            BlockKind::Card { url, look, text } => {
                let title = match look {
                    CardLook::Block => "smart-link-block",
                    CardLook::Embed => "smart-link-embed",
                };
                let text = if text.is_empty() { super::special::card_text(url) } else { text };
                let link = Inline::Link {
                    target: super::target::parse(url),
                    title: title.to_owned(),
                    content: vec![Inline::Text(text.to_owned())],
                };
                self.paragraph(wrap, |w| w.inlines(&[link]));
            }
            BlockKind::Layout { columns, .. } => {
                for column in columns {
                    self.blocks(&column.blocks);
                }
            }
            BlockKind::Leaf { name, label, attrs } => {
                self.paragraph(wrap, |w| w.leaf(name, label, attrs));
            }
            BlockKind::Keep(keep) => {
                let mut attrs = Attrs::default();
                attrs.set("ref", keep.reference.as_str());
                self.paragraph(wrap, |w| w.leaf("keep", &keep.label, &attrs));
            }
            BlockKind::MacroBox { keep, .. } => {
                let mut attrs = Attrs::default();
                attrs.set("ref", keep.reference.as_str());
                self.paragraph(wrap, |w| w.leaf("keep", &keep.label, &attrs));
            }
            BlockKind::RawStorage(text) => self.wrapped("pre", |w| escape::html(&mut w.out, text)),
            BlockKind::Footnote { blocks, .. } => self.blocks(blocks),
        }
    }

    fn tasks(&mut self, tasks: &[Task]) {
        for task in tasks {
            self.wrapped("li", |w| {
                w.out.push_str(if task.done { "[x] " } else { "[ ] " });
                w.inlines(&task.inlines);
                w.blocks_after(&task.extra, !task.inlines.is_empty());
                if !task.children.is_empty() {
                    w.wrapped("ul", |w| w.tasks(&task.children));
                }
            });
        }
    }
}
