//! Reads storage into the document model (content conversion spec section 4).

use super::macros;
use super::xml::{Kind, Tree};
use crate::model::{
    Align, Attrs, Block, BlockKind, Cell, CodeBlock, Column, Document, Format, Image, Inline, Item,
    Keep, ListKind, MAX_DEPTH, Panel, PanelKind, Paragraph, Reuse, Row, Span, Table, Task,
};

/// Reads a parsed body.
pub(crate) fn read(tree: &Tree<'_>) -> Document {
    let reader = Reader { tree };
    Document { blocks: reader.blocks(&tree.top, 0, 0) }
}

pub(super) struct Reader<'t, 'a> {
    pub(super) tree: &'t Tree<'a>,
}

/// Elements that are blocks by themselves.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "ul"
            | "ol"
            | "blockquote"
            | "hr"
            | "pre"
            | "table"
            | "div"
            | "section"
            | "article"
            | "dl"
            | "dt"
            | "dd"
            | "li"
            | "ac:layout"
            | "ac:layout-section"
            | "ac:layout-cell"
            | "ac:task-list"
            | "ac:adf-extension"
            | "ac:structured-macro"
            | "ac:macro"
            | "ac:rich-text-body"
            | "center"
            | "figure"
    )
}

impl Reader<'_, '_> {
    fn span(&self, start: usize, end: usize, lead: usize) -> Option<Span> {
        Some(Span { start, end, lead, reuse: Reuse::Nothing })
    }

    /// Reads the blocks among `ids`; what lies between them is the lead of the one behind.
    pub(super) fn blocks(&self, ids: &[usize], from: usize, depth: usize) -> Vec<Block> {
        let mut out = Vec::new();
        let mut lead = from;
        let mut run: Vec<usize> = Vec::new();
        for &id in ids {
            if self.is_inline(id, &run) {
                run.push(id);
                continue;
            }
            self.flush(&mut run, &mut lead, depth, &mut out);
            self.block(id, &mut lead, depth, &mut out);
        }
        self.flush(&mut run, &mut lead, depth, &mut out);
        out
    }

    /// The blocks inside an element.
    pub(super) fn body(&self, id: usize, depth: usize) -> Vec<Block> {
        if depth >= MAX_DEPTH {
            let text = crate::scan::fold_blanks(self.tree.text(id, &[]).trim());
            return if text.is_empty() { Vec::new() } else { vec![Block::text(text)] };
        }
        self.blocks(self.tree.children(id), self.tree.inner(id).0, depth + 1)
    }

    fn is_inline(&self, id: usize, run: &[usize]) -> bool {
        let Some(node) = self.tree.node(id) else { return false };
        match &node.kind {
            Kind::Text(_) | Kind::CData(_) => true,
            Kind::Other => !run.is_empty(),
            Kind::Element { name, .. } if macros::is_macro(name) => {
                let has_text = run.iter().any(|&id| !self.is_blank(id));
                macros::is_inline(self.tree, id, has_text)
            }
            Kind::Element { name, .. } => !is_block(name),
        }
    }

    fn is_blank(&self, id: usize) -> bool {
        match self.tree.node(id).map(|node| &node.kind) {
            Some(Kind::Text(text)) => crate::scan::is_blank(text),
            Some(Kind::CData(text)) => crate::scan::is_blank(text),
            Some(Kind::Other) | None => true,
            Some(Kind::Element { .. }) => false,
        }
    }

    /// Running text that stands in no paragraph.
    fn flush(&self, run: &mut Vec<usize>, lead: &mut usize, depth: usize, out: &mut Vec<Block>) {
        let ids = std::mem::take(run);
        let first = ids.iter().position(|&id| !self.is_blank(id));
        let last = ids.iter().rposition(|&id| !self.is_blank(id));
        let (Some(first), Some(last)) = (first, last) else { return };
        let ids = ids.get(first..=last).unwrap_or(&[]);
        let start = ids.first().and_then(|&id| self.tree.node(id)).map_or(0, |node| node.start);
        let end = ids.last().and_then(|&id| self.tree.node(id)).map_or(0, |node| node.end);
        let inlines = self.inlines(ids, depth);
        if inlines.is_empty() {
            return;
        }
        let kind = self.paragraph_kind(inlines, Align::Default);
        out.push(Block { kind, source: self.span(start, end, *lead) });
        *lead = end;
    }

    fn paragraph_kind(&self, inlines: Vec<Inline>, align: Align) -> BlockKind {
        if let [Inline::Image(image)] = inlines.as_slice() {
            return BlockKind::Image(image.clone());
        }
        BlockKind::Paragraph(Paragraph { inlines, align, ..Paragraph::default() })
    }

    fn push(&self, id: usize, kind: BlockKind, lead: &mut usize, out: &mut Vec<Block>) {
        let Some(node) = self.tree.node(id) else { return };
        let block = Block { kind, source: self.span(node.start, node.end, *lead) };
        if crate::markdown::is_silent(&block) {
            return;
        }
        *lead = node.end;
        out.push(block);
    }

    fn block(&self, id: usize, lead: &mut usize, depth: usize, out: &mut Vec<Block>) {
        let name = self.tree.name(id);
        let kind = match name {
            "" => return,
            "p" => match self.only_macro(id) {
                Some(inner) => macros::block(self, inner, depth),
                None => {
                    let inlines = self.inlines(self.tree.children(id), depth);
                    match self.card_alone(id) {
                        Some(card) => card,
                        None => self.paragraph_kind(inlines, self.align(id)),
                    }
                }
            },
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => BlockKind::Heading {
                level: name.strip_prefix('h').and_then(|n| n.parse().ok()).unwrap_or(1),
                inlines: self.inlines(self.tree.children(id), depth),
                align: self.align(id),
            },
            "ul" | "ol" => self.list(id, depth),
            "blockquote" => BlockKind::Quote(self.body(id, depth)),
            "hr" => BlockKind::Rule,
            "pre" => {
                let text = self.tree.text(id, &[]);
                let text = text.strip_suffix('\n').unwrap_or(&text).to_owned();
                BlockKind::Code(CodeBlock { text, ..CodeBlock::default() })
            }
            "table" => self.table(id, depth),
            "ac:layout" => {
                // The sections are the blocks; the shell around them is the writer's business.
                let mut inner = self.tree.inner(id).0;
                for &child in self.tree.children(id) {
                    if self.tree.name(child) == "ac:layout-section" {
                        self.push(child, self.section(child, depth), &mut inner, out);
                    }
                }
                if let Some(node) = self.tree.node(id) {
                    *lead = node.end;
                }
                return;
            }
            "ac:layout-section" => self.section(id, depth),
            "ac:task-list" => BlockKind::Tasks(self.tasks(id, depth)),
            "ac:adf-extension" => self.adf_extension(id, depth),
            name if macros::is_macro(name) => macros::block(self, id, depth),
            // `div` and the like only hold other blocks.
            _ => {
                let mut blocks = self.body(id, depth);
                if blocks.len() == 1 {
                    if let Some(block) = blocks.pop() {
                        self.push(id, block.kind, lead, out);
                    }
                } else if !blocks.is_empty() {
                    let Some(node) = self.tree.node(id) else { return };
                    if let Some(first) = blocks.first_mut().and_then(|b| b.source.as_mut()) {
                        first.lead = first.start;
                    }
                    *lead = node.end;
                    out.append(&mut blocks);
                }
                return;
            }
        };
        self.push(id, kind, lead, out);
    }

    /// A macro that fills its paragraph and is no running text.
    fn only_macro(&self, id: usize) -> Option<usize> {
        let mut inner = self.tree.children(id).iter().copied().filter(|&id| !self.is_blank(id));
        let first = inner.next().filter(|&id| macros::is_macro(self.tree.name(id)))?;
        (inner.next().is_none() && !macros::is_inline(self.tree, first, true)).then_some(first)
    }

    fn card_alone(&self, id: usize) -> Option<BlockKind> {
        let mut inner = self.tree.children(id).iter().copied().filter(|&id| !self.is_blank(id));
        let first = inner.next().filter(|&id| self.tree.name(id) == "a")?;
        let look = match self.tree.attr(first, "data-card-appearance")? {
            "block" => crate::model::CardLook::Block,
            "embed" => crate::model::CardLook::Embed,
            _ => return None,
        };
        let url = self.tree.attr(first, "href")?.to_owned();
        let text = crate::scan::fold_blanks(self.tree.text(first, &[]).trim());
        let text = if text == url { String::new() } else { text };
        inner.next().is_none().then_some(BlockKind::Card { url, look, text })
    }

    pub(super) fn align(&self, id: usize) -> Align {
        let style = self.tree.attr(id, "style").unwrap_or_default();
        let value = style.split(';').find_map(|rule| {
            let (name, value) = rule.split_once(':')?;
            (name.trim() == "text-align").then(|| value.trim())
        });
        match value {
            Some("center") => Align::Center,
            Some("right") => Align::Right,
            Some("left") => Align::Left,
            _ => Align::Default,
        }
    }

    fn list(&self, id: usize, depth: usize) -> BlockKind {
        let kind = if self.tree.name(id) == "ol" {
            let start = self.tree.attr(id, "start").and_then(|start| start.parse().ok());
            ListKind::Ordered(start.unwrap_or(1))
        } else {
            ListKind::Bullet
        };
        let mut items: Vec<Item> = Vec::new();
        let mut lead = self.tree.inner(id).0;
        for &child in self.tree.children(id) {
            let name = self.tree.name(child);
            if name.is_empty() {
                continue;
            }
            let Some(node) = self.tree.node(child) else { continue };
            let source = self.span(node.start, node.end, lead);
            lead = node.end;
            if name == "li" {
                items.push(Item { blocks: self.body(child, depth + 1), source });
            } else {
                // A list right inside a list: old pages nest them so.
                let mut blocks = self.blocks(&[child], node.start, depth + 1);
                match items.last_mut() {
                    Some(last) => {
                        last.blocks.append(&mut blocks);
                        last.source = None;
                    }
                    None => items.push(Item { blocks, source: None }),
                }
            }
        }
        BlockKind::List { kind, items }
    }

    fn tasks(&self, id: usize, depth: usize) -> Vec<Task> {
        let mut tasks = Vec::new();
        let mut lead = self.tree.inner(id).0;
        for &child in self.tree.children(id) {
            let Some(node) = self.tree.node(child) else { continue };
            match self.tree.name(child) {
                "ac:task" => {
                    let source = self.span(node.start, node.end, lead);
                    lead = node.end;
                    let status = self.tree.child(child, "ac:task-status");
                    let done =
                        status.is_some_and(|id| self.tree.text(id, &[]).trim() == "complete");
                    let mut task = Task { done, source, ..Task::default() };
                    if let Some(body) = self.tree.child(child, "ac:task-body") {
                        self.task_body(body, depth, &mut task);
                    }
                    tasks.push(task);
                }
                "ac:task-list" if depth < MAX_DEPTH => {
                    tasks.extend(self.tasks(child, depth + 1));
                }
                _ => {}
            }
        }
        tasks
    }

    fn task_body(&self, body: usize, depth: usize, task: &mut Task) {
        let mut blocks = self.body(body, depth + 1).into_iter().peekable();
        if let Some(Block { kind: BlockKind::Paragraph(_) | BlockKind::Image(_), .. }) =
            blocks.peek()
            && let Some(first) = blocks.next()
        {
            task.inlines = match first.kind {
                BlockKind::Paragraph(p) => p.inlines,
                BlockKind::Image(image) => vec![Inline::Image(image)],
                _ => Vec::new(),
            };
        }
        for block in blocks {
            match block.kind {
                BlockKind::Tasks(mut children) => task.children.append(&mut children),
                _ => task.extra.push(block),
            }
        }
    }

    fn table(&self, id: usize, depth: usize) -> BlockKind {
        let mut table = Table::default();
        for &child in self.tree.children(id) {
            match self.tree.name(child) {
                "thead" | "tbody" | "tfoot" => {
                    let mut lead = self.tree.inner(child).0;
                    for &row in self.tree.children(child) {
                        if self.tree.name(row) == "tr" {
                            table.rows.push(self.row(row, &mut lead, depth));
                        }
                    }
                }
                "tr" => {
                    let mut lead = self.tree.node(child).map_or(0, |node| node.start);
                    table.rows.push(self.row(child, &mut lead, depth));
                }
                _ => {}
            }
        }
        table.rows.retain(|row| !row.cells.is_empty());
        BlockKind::Table(table)
    }

    fn row(&self, id: usize, lead: &mut usize, depth: usize) -> Row {
        let Some(node) = self.tree.node(id) else { return Row::default() };
        let mut row = Row { cells: Vec::new(), source: self.span(node.start, node.end, *lead) };
        *lead = node.end;
        let mut inner = self.tree.inner(id).0;
        for &child in self.tree.children(id) {
            let name = self.tree.name(child);
            if !matches!(name, "td" | "th") {
                continue;
            }
            let Some(node) = self.tree.node(child) else { continue };
            let span = |name| {
                let count = self.tree.attr(child, name).and_then(|n| n.parse().ok());
                count.filter(|n| (1..=1000).contains(n)).unwrap_or(1)
            };
            let blocks = self.body(child, depth + 2);
            let mut align = self.align(child);
            if let ([Block { kind: BlockKind::Paragraph(p), .. }], Align::Default) =
                (blocks.as_slice(), align)
            {
                align = p.align;
            }
            row.cells.push(Cell {
                header: name == "th",
                colspan: span("colspan"),
                rowspan: span("rowspan"),
                align,
                blocks,
                source: self.span(node.start, node.end, inner),
            });
            inner = node.end;
        }
        row
    }

    fn section(&self, id: usize, depth: usize) -> BlockKind {
        let mut attrs = Attrs::default();
        for (name, value) in self.tree.attrs(id) {
            let name = name.strip_prefix("ac:").unwrap_or(name);
            if name != "local-id" && crate::markdown::directive::can_hold(name, value) {
                attrs.set(name, value.as_str());
            }
        }
        let mut columns = Vec::new();
        let mut lead = self.tree.inner(id).0;
        for &child in self.tree.children(id) {
            if self.tree.name(child) != "ac:layout-cell" {
                continue;
            }
            let Some(node) = self.tree.node(child) else { continue };
            columns.push(Column {
                width: None,
                blocks: self.body(child, depth + 1),
                source: self.span(node.start, node.end, lead),
            });
            lead = node.end;
        }
        BlockKind::Layout { attrs, columns }
    }

    pub(super) fn keep(&self, id: usize, kind: &str, text: &str) -> Keep {
        crate::keep::keep(Format::Storage, self.tree.slice(id).to_owned(), kind, text)
    }

    /// A node that Cloud stores as ADF inside storage: panels are understood, decisions too.
    fn adf_extension(&self, id: usize, depth: usize) -> BlockKind {
        let node = self.tree.child(id, "ac:adf-node");
        let kind = node.and_then(|node| self.tree.attr(node, "type")).unwrap_or_default();
        if let (Some(node), "panel") = (node, kind)
            && let Some(panel) = self.adf_panel(node, depth)
        {
            return BlockKind::Panel(panel);
        }
        if let (Some(node), "decision-list") = (node, kind)
            && let Some(tasks) = self.adf_decisions(node, depth)
        {
            return BlockKind::Decisions(tasks);
        }
        let text = node.map(|node| self.tree.text(node, &["ac:adf-attribute", "ac:adf-fallback"]));
        BlockKind::Keep(self.keep(id, "adf-extension", &text.unwrap_or_default()))
    }

    fn adf_panel(&self, node: usize, depth: usize) -> Option<Panel> {
        let mut kind = PanelKind::Info;
        let mut attrs = Attrs::default();
        for &child in self.tree.children(node) {
            if self.tree.name(child) != "ac:adf-attribute" {
                continue;
            }
            let key = self.tree.attr(child, "key").unwrap_or_default();
            let value = self.tree.text(child, &[]);
            match key {
                "panel-type" => kind = PanelKind::from_name(&value)?,
                "local-id" => {}
                _ if crate::markdown::directive::can_hold(key, &value) => attrs.set(key, value),
                _ => return None,
            }
        }
        attrs.set("adf", "true");
        let content = self.tree.child(node, "ac:adf-content")?;
        let blocks = self.body(content, depth + 1);
        Some(Panel { kind, title: String::new(), attrs, blocks })
    }

    fn adf_decisions(&self, node: usize, depth: usize) -> Option<Vec<Task>> {
        let mut tasks = Vec::new();
        for &child in self.tree.children(node) {
            match self.tree.name(child) {
                "ac:adf-node" if self.tree.attr(child, "type") == Some("decision-item") => {
                    let state = self.tree.children(child).iter().copied().find(|&id| {
                        self.tree.name(id) == "ac:adf-attribute"
                            && self.tree.attr(id, "key") == Some("state")
                    });
                    let done = state.is_none_or(|id| self.tree.text(id, &[]).trim() == "DECIDED");
                    let content = self.tree.child(child, "ac:adf-content")?;
                    let inlines = self.inlines(self.tree.children(content), depth);
                    tasks.push(Task { done, inlines, ..Task::default() });
                }
                "ac:adf-attribute" | "" => {}
                _ => return None,
            }
        }
        (!tasks.is_empty()).then_some(tasks)
    }

    /// Image attributes that Markdown shows; sizes that only mirror the file stay hidden.
    pub(super) fn image(&self, id: usize) -> Option<Image> {
        let mut image = Image::default();
        for (name, value) in self.tree.attrs(id) {
            let name = name.strip_prefix("ac:").unwrap_or(name);
            match name {
                "alt" => image.alt.clone_from(value),
                "original-width" | "original-height" | "local-id" | "src" | "custom-width"
                | "schema-version" => {}
                _ if crate::markdown::directive::can_hold(name, value) => {
                    image.attrs.set(name, value.as_str());
                }
                _ => return None,
            }
        }
        let mut found = false;
        for &child in self.tree.children(id) {
            match self.tree.name(child) {
                "ri:attachment" => {
                    image.source = crate::model::ImageSource::Attachment {
                        file: self.tree.attr(child, "ri:filename")?.to_owned(),
                        page: self.page_of(child)?,
                    };
                    found = true;
                }
                "ri:url" => {
                    let url = self.tree.attr(child, "ri:value")?.to_owned();
                    image.source = crate::model::ImageSource::Url(url);
                    found = true;
                }
                "ac:caption" => {
                    let text = crate::scan::fold_blanks(self.tree.text(child, &[]).trim());
                    if !text.is_empty() {
                        image.attrs.set("caption", text);
                    }
                }
                "" => {}
                _ => return None,
            }
        }
        found.then_some(image)
    }

    /// The page that an attachment names: none, or `SPACE/Title`. Outer `None`: can not be said.
    #[expect(clippy::option_option, reason = "absent and unspeakable are different answers")]
    pub(super) fn page_of(&self, id: usize) -> Option<Option<String>> {
        let Some(page) =
            self.tree.children(id).iter().copied().find(|&c| !self.tree.name(c).is_empty())
        else {
            return Some(None);
        };
        if self.tree.name(page) != "ri:page" {
            return None;
        }
        let title = self.tree.attr(page, "ri:content-title")?;
        Some(Some(match self.tree.attr(page, "ri:space-key") {
            Some(space) => format!("{space}/{title}"),
            None => title.to_owned(),
        }))
    }
}
