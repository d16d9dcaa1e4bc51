//! Writes a document as storage (content conversion spec sections 4 and 8.6).

use super::stored::Stored;
use super::write_inline::{attr, is_name, text};
use crate::model::{
    Align, Attrs, Block, BlockKind, CardLook, Cell, CodeBlock, Column, Format, Item, Keep,
    ListKind, Panel, PanelKind, Row, Span, Table, Task,
};
use crate::outcome::{Warning, WarningKind};
use crate::{Context, TableLayout, WriteError};

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
    stored: Option<&'a Stored<'a>>,
    context: &'a Context<'a>,
    pub(super) warnings: &'w mut Vec<Warning>,
}

/// Where a table cell's paragraph takes its alignment from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Flow,
    Cell,
}

impl Writer<'_, '_> {
    fn lead(&mut self, source: Option<Span>) {
        if let Some(stored) = self.stored {
            self.out.push_str(stored.lead(source));
        }
    }

    fn whole(&mut self, source: Option<Span>) -> bool {
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
                let open = self.layout_open(block.source);
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

    fn layout_open(&self, source: Option<Span>) -> String {
        let stored = self.stored.zip(source).and_then(|(stored, span)| {
            let before = stored.cut(0, span.lead);
            let at = before.rfind("<ac:layout")?;
            let open = before.get(at..)?;
            let whole = open.ends_with('>') && !open.starts_with("<ac:layout-");
            whole.then(|| open.to_owned())
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

    fn blocks(&mut self, blocks: &[Block], inside: Inside) -> Result<(), WriteError> {
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
    fn tail(&mut self, last: Option<Span>, end: usize) {
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
    fn in_shell(
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

    fn style(&mut self, align: Align) {
        let value = match align {
            Align::Default => return,
            Align::Left => "text-align: left;",
            Align::Center => "text-align: center;",
            Align::Right => "text-align: right;",
        };
        attr(&mut self.out, "style", value);
    }

    /// Blocks, or an empty paragraph where something has to stand.
    fn blocks_or_empty(&mut self, blocks: &[Block]) -> Result<(), WriteError> {
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
            let (body, end) = tree.inner(tree.child(id, "ac:task-body")?);
            (from < to && to <= body).then(|| {
                let head = stored.cut(node.start, from);
                (head, stored.cut(to, body), stored.cut(end, node.end))
            })
        });
        let (head, middle, close) = parts.unwrap_or((
            "<ac:task><ac:task-status>",
            "</ac:task-status><ac:task-body>",
            "</ac:task-body></ac:task>",
        ));
        self.out.push_str(head);
        self.out.push_str(status);
        self.out.push_str(middle);
        self.inlines(&task.inlines)?;
        self.blocks(&task.extra, Inside::Flow)?;
        if !task.children.is_empty() {
            self.tasks(&task.children, None)?;
        }
        self.out.push_str(close);
        Ok(())
    }

    /// Decisions as Cloud stores them: ADF inside storage, with a list for those who can not read it.
    fn decisions(&mut self, tasks: &[Task]) -> Result<(), WriteError> {
        self.out.push_str("<ac:adf-extension><ac:adf-node type=\"decision-list\">");
        for task in tasks {
            let state = if task.done { "DECIDED" } else { "UNDECIDED" };
            self.out
                .push_str("<ac:adf-node type=\"decision-item\"><ac:adf-attribute key=\"state\">");
            self.out.push_str(state);
            self.out.push_str("</ac:adf-attribute><ac:adf-content>");
            self.inlines(&task.inlines)?;
            self.out.push_str("</ac:adf-content></ac:adf-node>");
        }
        self.out.push_str("</ac:adf-node><ac:adf-fallback><ul class=\"decision-list\">");
        for task in tasks {
            self.out.push_str("<li>");
            self.inlines(&task.inlines)?;
            self.out.push_str("</li>");
        }
        self.out.push_str("</ul></ac:adf-fallback></ac:adf-extension>");
        Ok(())
    }

    pub(super) fn macro_open(&mut self, name: &str) {
        self.out.push_str("<ac:structured-macro");
        attr(&mut self.out, "ac:name", name);
        attr(&mut self.out, "ac:schema-version", "1");
        self.out.push('>');
    }

    pub(super) fn macro_close(&mut self) {
        self.out.push_str("</ac:structured-macro>");
    }

    pub(super) fn parameter(&mut self, name: &str, content: &str) {
        self.out.push_str("<ac:parameter");
        attr(&mut self.out, "ac:name", name);
        self.out.push('>');
        text(&mut self.out, content);
        self.out.push_str("</ac:parameter>");
    }

    pub(super) fn parameters(&mut self, attrs: &Attrs) {
        for (name, content) in &attrs.0 {
            self.parameter(name, content);
        }
    }

    fn rich_body(&mut self, blocks: &[Block]) -> Result<(), WriteError> {
        self.out.push_str("<ac:rich-text-body>");
        self.blocks(blocks, Inside::Flow)?;
        self.out.push_str("</ac:rich-text-body>");
        Ok(())
    }

    fn plain_body(&mut self, content: &str) {
        self.out.push_str("<ac:plain-text-body>");
        self.cdata(content);
        self.out.push_str("</ac:plain-text-body>");
    }

    fn cdata(&mut self, content: &str) {
        let clean: String = content
            .chars()
            .filter(|c| {
                (*c >= ' ' || matches!(c, '\t' | '\n')) && !matches!(c, '\u{fffe}' | '\u{ffff}')
            })
            .collect();
        self.out.push_str("<![CDATA[");
        self.out.push_str(&clean.replace("]]>", "]]]]><![CDATA[>"));
        self.out.push_str("]]>");
    }

    fn code(&mut self, code: &CodeBlock, source: Option<Span>) {
        let shell = self.stored.and_then(|stored| {
            let outer = stored.shell_element(source)?;
            let body = stored.tree().child(outer, "ac:plain-text-body")?;
            stored.shell(outer, body)
        });
        if let Some(shell) = shell.filter(|shell| shell.open.ends_with('>')) {
            self.out.push_str(shell.open);
            self.cdata(&code.text);
            self.out.push_str(shell.close);
            return;
        }
        let mut attrs = code.attrs.clone();
        let name = attrs.take("macro").filter(|name| name == "noformat");
        self.macro_open(name.as_deref().unwrap_or("code"));
        if !code.lang.is_empty() && name.is_none() {
            let lang = match code.lang.to_ascii_lowercase().as_str() {
                "python" => "py".to_owned(),
                "javascript" => "js".to_owned(),
                "csharp" => "c#".to_owned(),
                "md" => "markdown".to_owned(),
                _ => code.lang.clone(),
            };
            self.parameter("language", &lang);
        }
        self.parameters(&attrs);
        self.plain_body(&code.text);
        self.macro_close();
    }

    fn panel(&mut self, panel: &Panel, source: Option<Span>) -> Result<(), WriteError> {
        if panel.attrs.get("adf") == Some("true") {
            return self.adf_panel(panel);
        }
        if self.in_shell(source, &["ac:rich-text-body"], &panel.blocks, Inside::Flow)? {
            return Ok(());
        }
        let mut attrs = panel.attrs.clone();
        let name = match panel.kind {
            PanelKind::Info => "info",
            PanelKind::Note => "note",
            PanelKind::Tip | PanelKind::Success => "tip",
            PanelKind::Warning | PanelKind::Error => "warning",
            PanelKind::Plain => "panel",
            PanelKind::Custom => {
                if let Some(slot) = attrs.0.iter_mut().find(|(name, _)| name == "panelColor") {
                    slot.0 = "bgColor".to_owned();
                }
                "panel"
            }
        };
        self.macro_open(name);
        // Parameters stand in the order they were read in; a title of its own comes first.
        if !panel.title.is_empty() {
            self.parameter("title", &panel.title);
        }
        self.parameters(&attrs);
        self.rich_body(&panel.blocks)?;
        self.macro_close();
        Ok(())
    }

    fn adf_panel(&mut self, panel: &Panel) -> Result<(), WriteError> {
        self.out.push_str("<ac:adf-extension><ac:adf-node type=\"panel\">");
        let name = match panel.kind {
            PanelKind::Custom | PanelKind::Plain => "custom",
            kind => kind.name(),
        };
        let kind = ("panel-type".to_owned(), name.to_owned());
        for (key, content) in std::iter::once(&kind).chain(&panel.attrs.0) {
            if key == "adf" {
                continue;
            }
            self.out.push_str("<ac:adf-attribute");
            attr(&mut self.out, "key", key);
            self.out.push('>');
            text(&mut self.out, content);
            self.out.push_str("</ac:adf-attribute>");
        }
        self.out.push_str("<ac:adf-content>");
        self.blocks_or_empty(&panel.blocks)?;
        self.out.push_str("</ac:adf-content></ac:adf-node><ac:adf-fallback><div class=\"panel\">");
        self.blocks_or_empty(&panel.blocks)?;
        self.out.push_str("</div></ac:adf-fallback></ac:adf-extension>");
        Ok(())
    }

    fn table(&mut self, table: &Table, source: Option<Span>) -> Result<(), WriteError> {
        let shell = self.stored.and_then(|stored| {
            let outer = stored.shell_element(source)?;
            let group = stored.single_group(outer)?;
            stored.shell(outer, group)
        });
        match shell {
            Some(shell) => self.out.push_str(shell.open),
            None => {
                self.out.push_str("<table");
                if let Some(layout) = self.context.table_layout {
                    let (width, name) = match layout {
                        TableLayout::Default => ("760", "default"),
                        TableLayout::Wide => ("960", "wide"),
                        TableLayout::FullWidth => ("1800", "full-width"),
                    };
                    attr(&mut self.out, "data-table-width", width);
                    attr(&mut self.out, "data-layout", name);
                }
                self.out.push_str("><tbody>");
            }
        }
        for row in &table.rows {
            self.row(row)?;
        }
        match shell {
            Some(shell) => {
                self.tail(table.rows.last().and_then(|row| row.source), shell.end);
                self.out.push_str(shell.close);
            }
            None => self.out.push_str("</tbody></table>"),
        }
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Result<(), WriteError> {
        self.lead(row.source);
        if self.whole(row.source) {
            return Ok(());
        }
        let shell = self.stored.and_then(|stored| {
            stored.shell_element(row.source).and_then(|id| stored.shell(id, id))
        });
        self.out.push_str(shell.map_or("<tr>", |shell| shell.open));
        for cell in &row.cells {
            self.cell(cell)?;
        }
        match shell {
            Some(shell) => {
                self.tail(row.cells.last().and_then(|cell| cell.source), shell.end);
                self.out.push_str(shell.close);
            }
            None => self.out.push_str("</tr>"),
        }
        Ok(())
    }

    fn cell(&mut self, cell: &Cell) -> Result<(), WriteError> {
        self.lead(cell.source);
        if self.whole(cell.source) || self.in_shell(cell.source, &[], &cell.blocks, Inside::Flow)? {
            return Ok(());
        }
        let name = if cell.header { "th" } else { "td" };
        self.out.push('<');
        self.out.push_str(name);
        if cell.colspan > 1 {
            attr(&mut self.out, "colspan", &cell.colspan.to_string());
        }
        if cell.rowspan > 1 {
            attr(&mut self.out, "rowspan", &cell.rowspan.to_string());
        }
        self.style(cell.align);
        self.out.push('>');
        if cell.blocks.is_empty() {
            self.out.push_str("<p></p>");
        } else {
            self.blocks(&cell.blocks, Inside::Cell)?;
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        Ok(())
    }

    fn layout(
        &mut self,
        attrs: &Attrs,
        columns: &[Column],
        source: Option<Span>,
    ) -> Result<(), WriteError> {
        let shell = self
            .stored
            .and_then(|stored| stored.shell_element(source).and_then(|id| stored.shell(id, id)));
        match shell {
            Some(shell) => self.out.push_str(shell.open),
            None => {
                self.out.push_str("<ac:layout-section");
                let default = match columns.len() {
                    0 | 1 => "single",
                    2 => "two_equal",
                    _ => "three_equal",
                };
                if attrs.get("type").is_none() {
                    attr(&mut self.out, "ac:type", default);
                }
                for (name, content) in attrs.0.iter().filter(|(name, _)| is_name(name)) {
                    attr(&mut self.out, &format!("ac:{name}"), content);
                }
                self.out.push('>');
            }
        }
        for column in columns {
            self.lead(column.source);
            if self.whole(column.source)
                || self.in_shell(column.source, &[], &column.blocks, Inside::Flow)?
            {
                continue;
            }
            self.out.push_str("<ac:layout-cell>");
            self.blocks_or_empty(&column.blocks)?;
            self.out.push_str("</ac:layout-cell>");
        }
        match shell {
            Some(shell) => {
                self.tail(columns.last().and_then(|column| column.source), shell.end);
                self.out.push_str(shell.close);
            }
            None => self.out.push_str("</ac:layout-section>"),
        }
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

    /// The start tag and parameters of the original around a new body.
    fn macro_box(&mut self, name: &str, keep: &Keep, blocks: &[Block]) -> Result<(), WriteError> {
        if keep.raw.is_none() && keep.reference.is_empty() {
            self.macro_open(name);
            self.rich_body(blocks)?;
            self.macro_close();
            return Ok(());
        }
        let raw = self.raw(keep)?;
        let parts = super::xml::parse(&raw).ok().and_then(|tree| {
            let outer = *tree.top.first()?;
            let body = tree.child(outer, "ac:rich-text-body")?;
            Some(tree.inner(body))
        });
        let Some((from, to)) = parts.filter(|(from, to)| from <= to) else {
            self.warnings.push(Warning::new(
                WarningKind::Approximated,
                "the macro has no body to edit and was taken over as it was",
                keep.label.as_str(),
            ));
            self.out.push_str(&raw);
            return Ok(());
        };
        let open = raw.get(..from).unwrap_or_default();
        match open.strip_suffix("/>") {
            Some(open) => {
                self.out.push_str(open);
                self.out.push('>');
                self.blocks(blocks, Inside::Flow)?;
                self.out.push_str("</ac:rich-text-body>");
            }
            None => {
                self.out.push_str(open);
                self.blocks(blocks, Inside::Flow)?;
            }
        }
        self.out.push_str(raw.get(to..).unwrap_or_default());
        Ok(())
    }
}
