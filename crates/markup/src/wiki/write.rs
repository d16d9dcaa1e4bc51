//! Writes a document as wiki markup (content conversion spec sections 3 and 8.6).

use super::block::{PANEL_COLORS, item_chain};
use super::write_inline::{self, Place};
use crate::model::{
    Attrs, Block, BlockKind, CardLook, CodeBlock, Inline, Item, ListKind, Panel, PanelKind, Reuse,
    Span, Table, Target, Task,
};
use crate::outcome::{Warning, WarningKind};
use crate::scan::{byte, cut, is_blank, run};

/// Languages that Jira's highlighter knows (spec section 3.2).
const LANGUAGES: &[&str] = &[
    "actionscript",
    "actionscript3",
    "ada",
    "applescript",
    "bash",
    "sh",
    "c",
    "c#",
    "csharp",
    "cs",
    "c++",
    "cpp",
    "css",
    "sass",
    "less",
    "coldfusion",
    "delphi",
    "diff",
    "patch",
    "erlang",
    "erl",
    "go",
    "groovy",
    "haskell",
    "html",
    "xml",
    "java",
    "javafx",
    "javascript",
    "js",
    "json",
    "lua",
    "nyan",
    "objc",
    "objective-c",
    "perl",
    "php",
    "powershell",
    "ps1",
    "python",
    "py",
    "r",
    "rainbow",
    "ruby",
    "rb",
    "scala",
    "sql",
    "swift",
    "visualbasic",
    "vb",
    "yaml",
    "yml",
];

/// Writes blocks; `stored` is the text that spans point into.
pub(super) fn write(blocks: &[Block], stored: Option<&str>, warnings: &mut Vec<Warning>) -> String {
    let mut writer = Writer { out: String::new(), warnings, stored: stored.unwrap_or_default() };
    writer.blocks(blocks, true);
    writer.out
}

struct Writer<'w> {
    out: String,
    warnings: &'w mut Vec<Warning>,
    /// The text that spans point into; empty when nothing is taken over.
    stored: &'w str,
}

impl<'w> Writer<'w> {
    /// Blocks in a row. `outermost` says that what stands before the first one is theirs.
    fn blocks(&mut self, blocks: &[Block], outermost: bool) {
        let stored = self.stored;
        for block in blocks {
            let span = block.source.filter(|span| span.reuse != Reuse::Nothing);
            let lead = span.map(|span| cut(stored, span.lead, span.start));
            match lead.filter(|lead| is_blank(lead)) {
                Some(_) if self.out.is_empty() && !outermost => {}
                Some(lead) if self.out.is_empty() || lead.contains('\n') => self.out.push_str(lead),
                _ => self.gap(),
            }
            match self.whole(block.source) {
                Some(text) => self.out.push_str(text),
                None => self.block(block),
            }
        }
    }

    /// The stored text of what did not change.
    fn whole(&self, source: Option<Span>) -> Option<&'w str> {
        let span = source.filter(|span| span.reuse == Reuse::Whole)?;
        Some(cut(self.stored, span.start, span.end)).filter(|text| !text.is_empty())
    }

    /// The stored text of what changed inside.
    fn shell(&self, source: Option<Span>) -> Option<&'w str> {
        let span = source.filter(|span| span.reuse == Reuse::Shell)?;
        Some(cut(self.stored, span.start, span.end))
    }

    fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push_str("\n\n");
        }
    }

    fn warn(&mut self, kind: WarningKind, text: &str, label: &str) {
        self.warnings.push(Warning::new(kind, text, label));
    }

    fn inlines(&mut self, inlines: &[Inline], place: Place) -> String {
        write_inline::write(inlines, place, self.warnings)
    }

    /// Blocks by themselves, with an empty line between them.
    fn apart(&mut self, blocks: &[Block]) -> String {
        let mut inner = Writer { out: String::new(), warnings: self.warnings, stored: self.stored };
        inner.blocks(blocks, false);
        inner.out
    }

    /// A box whose content changed: its tags stay as they are stored.
    fn in_shell(&mut self, block: &Block) -> bool {
        let (BlockKind::Quote(blocks)
        | BlockKind::Expand { blocks, .. }
        | BlockKind::Panel(Panel { blocks, .. })) = &block.kind
        else {
            return false;
        };
        let Some((open, inner, close)) = self.shell(block.source).and_then(tags) else {
            return false;
        };
        let content = inner.trim();
        let head = inner.len() - inner.trim_start().len();
        let (before, after) = (cut(inner, 0, head), cut(inner, head + content.len(), inner.len()));
        let lines =
            |blanks: &str| if blanks.contains('\n') { blanks.to_owned() } else { "\n".to_owned() };
        let (open, close) = (open.to_owned(), close.to_owned());
        let plain = matches!(blocks.as_slice(), [Block { kind: BlockKind::Paragraph(_), .. }]);
        let (before, after) = if plain && !content.is_empty() {
            (before.to_owned(), after.to_owned())
        } else {
            (lines(before), lines(after))
        };
        let text = self.apart(blocks);
        // A box of the same name inside would close this one.
        if open.split([':', '}']).next().is_some_and(|name| text.contains(name)) {
            return false;
        }
        self.out.push_str(&format!("{open}{before}{text}{after}{close}"));
        true
    }

    fn block(&mut self, block: &Block) {
        if self.in_shell(block) {
            return;
        }
        match &block.kind {
            BlockKind::Paragraph(p) => {
                let text = self.inlines(&p.inlines, Place::default());
                self.out.push_str(&line_starts(&text));
            }
            BlockKind::Heading { level, inlines, .. } => {
                let text = self.inlines(inlines, Place::default()).replace('\n', " ");
                self.out.push_str(&format!("h{level}. {text}"));
            }
            BlockKind::List { kind, items } => {
                let sign = if *kind == ListKind::Bullet { '*' } else { '#' };
                if let ListKind::Ordered(start) = kind
                    && *start != 1
                {
                    self.warn(WarningKind::Approximated, "a wiki list always starts at 1", "");
                }
                let sign = self.sign_of(items, sign);
                self.list(&sign.to_string(), items);
            }
            BlockKind::Tasks(tasks) | BlockKind::Decisions(tasks) => self.tasks("*", tasks),
            BlockKind::Code(code) => self.code(code),
            BlockKind::Quote(blocks) => self.quote(blocks),
            BlockKind::Panel(panel) => self.panel(panel),
            BlockKind::Expand { title, blocks } => {
                let mut attrs = Attrs::default();
                if !title.is_empty() {
                    attrs.set("title", title.as_str());
                }
                self.boxed("panel", &attrs, blocks);
            }
            BlockKind::Table(table) => self.table(table),
            BlockKind::Rule => self.out.push_str("----"),
            BlockKind::Image(image) => {
                let text = self.inlines(&[Inline::Image(image.clone())], Place::default());
                self.out.push_str(&text);
            }
            BlockKind::Card { url, look, text } => {
                let title = match look {
                    CardLook::Block => "smart-card",
                    CardLook::Embed => "smart-embed",
                };
                let shown = if text.is_empty() { url } else { text };
                let link = Inline::Link {
                    target: Target::Url(url.clone()),
                    title: title.to_owned(),
                    content: vec![Inline::Text(shown.clone())],
                };
                let text = self.inlines(&[link], Place::default());
                self.out.push_str(&text);
            }
            BlockKind::Layout { columns, .. } => {
                self.warn(WarningKind::Approximated, "wiki markup has no columns", "");
                let blocks: Vec<Block> =
                    columns.iter().flat_map(|column| column.blocks.iter().cloned()).collect();
                let text = self.apart(&blocks);
                self.out.push_str(&text);
            }
            BlockKind::Leaf { name, label, .. } if name == "anchor" => {
                self.out.push_str(&format!("{{anchor:{label}}}"));
            }
            BlockKind::Leaf { name, label, attrs } => {
                self.warn(
                    WarningKind::Approximated,
                    "Jira has no such macro, its text was written",
                    name,
                );
                let mut text = format!("::{name}");
                crate::markdown::directive::write_label(&mut text, label);
                crate::markdown::directive::write_attrs(&mut text, attrs);
                let text = self.inlines(&[Inline::Text(text)], Place::default());
                self.out.push_str(&text);
            }
            BlockKind::MacroBox { name, blocks, .. } => {
                self.warn(
                    WarningKind::Approximated,
                    "the shell of a macro could not be written, its content was",
                    name,
                );
                let text = self.apart(blocks);
                self.out.push_str(&text);
            }
            BlockKind::Keep(keep) => {
                let text = self.inlines(&[Inline::Keep(keep.clone())], Place::default());
                self.out.push_str(&text);
            }
            BlockKind::RawStorage(text) => {
                self.code(&CodeBlock { text: text.clone(), ..CodeBlock::default() });
            }
            BlockKind::Footnote { blocks, .. } => {
                let text = self.apart(blocks);
                self.out.push_str(&text);
            }
        }
    }

    fn quote(&mut self, blocks: &[Block]) {
        if let [Block { kind: BlockKind::Paragraph(p), .. }] = blocks
            && !p.inlines.iter().any(|inline| matches!(inline, Inline::Break))
        {
            let text = self.inlines(&p.inlines, Place::default());
            if !text.contains('\n') {
                self.out.push_str("bq. ");
                self.out.push_str(&text);
                return;
            }
        }
        self.boxed("quote", &Attrs::default(), blocks);
    }

    fn boxed(&mut self, name: &str, attrs: &Attrs, blocks: &[Block]) {
        let params: Vec<String> = attrs
            .0
            .iter()
            .map(|(key, value)| format!("{key}={}", value.replace(['{', '}', '|', '\n'], " ")))
            .collect();
        let colon = if params.is_empty() { "" } else { ":" };
        let text = self.apart(blocks);
        // A box of the same name inside would close this one.
        let text = if text.contains(&format!("{{{name}")) && name == "quote" {
            text.replace("{quote}\n", "").replace("\n{quote}", "")
        } else {
            text
        };
        self.out.push_str(&format!("{{{name}{colon}{}}}\n{text}\n{{{name}}}", params.join("|")));
    }

    fn panel(&mut self, panel: &Panel) {
        let mut attrs = Attrs::default();
        if !panel.title.is_empty() {
            attrs.set("title", panel.title.as_str());
        }
        let color = match panel.kind {
            PanelKind::Custom => panel.attrs.get("panelColor"),
            PanelKind::Plain => None,
            PanelKind::Tip => Some("#e3fcef"),
            kind => PANEL_COLORS.iter().find(|(_, known)| *known == kind).map(|(color, _)| *color),
        };
        if let Some(color) = color {
            attrs.set("bgColor", color);
        }
        if panel.kind == PanelKind::Plain {
            attrs.0.extend(panel.attrs.0.iter().cloned());
        }
        self.boxed("panel", &attrs, &panel.blocks);
    }

    fn code(&mut self, code: &CodeBlock) {
        let lang = code.lang.to_ascii_lowercase();
        let lang = match lang.as_str() {
            "dockerfile" | "docker" | "makefile" | "make" | "cmake" | "shell" | "zsh" => "bash",
            "typescript" | "ts" | "tsx" | "jsx" => "javascript",
            "kotlin" | "kt" => "java",
            lang => lang,
        };
        let known = LANGUAGES.contains(&lang);
        let has_code = code.text.to_ascii_lowercase().contains("{code");
        let title = code.attrs.get("title").map(|title| title.replace(['{', '}', '|', '\n'], " "));
        let text = &code.text;
        if known && !has_code {
            let title = title.map(|title| format!("|title={title}")).unwrap_or_default();
            self.out.push_str(&format!("{{code:{lang}{title}}}\n{text}\n{{code}}"));
        } else if code.text.to_ascii_lowercase().contains("{noformat") && !has_code {
            self.out.push_str(&format!("{{code:none}}\n{text}\n{{code}}"));
        } else {
            let title = title.map(|title| format!(":title={title}")).unwrap_or_default();
            self.out.push_str(&format!("{{noformat{title}}}\n{text}\n{{noformat}}"));
        }
    }

    fn list(&mut self, chain: &str, items: &[Item]) {
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                self.out.push('\n');
            }
            // The signs of all levels stand in an item's line: elsewhere it is written anew.
            let whole =
                self.whole(item.source).filter(|text| item_chain(text, true) == Some(chain));
            match whole {
                Some(text) => self.out.push_str(text),
                None => self.item(chain, "", &item.blocks),
            }
        }
    }

    /// A list of dashes stays one.
    fn sign_of(&self, items: &[Item], sign: char) -> char {
        let mut sources = items.iter().filter_map(|item| item.source);
        let line = sources.find(|span| span.reuse != Reuse::Nothing);
        let stored = line.map(|span| cut(self.stored, span.start, span.end));
        let chain = stored.and_then(|text| item_chain(text, true)).unwrap_or_default();
        if sign == '*' && chain.ends_with('-') { '-' } else { sign }
    }

    fn item(&mut self, chain: &str, marker: &str, blocks: &[Block]) {
        self.out.push_str(chain);
        self.out.push(' ');
        self.out.push_str(marker);
        let mut first = true;
        for block in blocks {
            match &block.kind {
                BlockKind::List { kind, items } => {
                    self.out.push('\n');
                    let numbered = *kind != ListKind::Bullet;
                    let fits = |text: &str| {
                        item_chain(text, true).is_some_and(|own| {
                            own.len() == chain.len() + 1
                                && own.starts_with(chain)
                                && own.ends_with('#') == numbered
                        })
                    };
                    if let Some(text) = self.whole(block.source).filter(|text| fits(text)) {
                        self.out.push_str(text);
                        first = false;
                        continue;
                    }
                    let sign = self.sign_of(items, if numbered { '#' } else { '*' });
                    self.list(&format!("{chain}{sign}"), items);
                }
                BlockKind::Tasks(tasks) => {
                    self.out.push('\n');
                    self.tasks(&format!("{chain}*"), tasks);
                }
                BlockKind::Paragraph(p) => {
                    let text = self.inlines(&p.inlines, Place::default());
                    if first {
                        self.out.push_str(&item_lines(&text, marker.is_empty()));
                    } else {
                        self.out.push('\n');
                        self.out.push_str(&line_starts(&text));
                    }
                }
                BlockKind::Heading { inlines, .. } => {
                    if !first {
                        self.out.push('\n');
                    }
                    let strong = Inline::Mark(crate::model::Mark::Strong, inlines.clone());
                    let text = self.inlines(&[strong], Place::default()).replace('\n', " ");
                    self.out.push_str(&text);
                }
                BlockKind::Image(_) | BlockKind::Card { .. } => {
                    if !first {
                        self.out.push('\n');
                    }
                    self.block(block);
                }
                BlockKind::Table(table) => {
                    self.warn(
                        WarningKind::Approximated,
                        "a table in a list was written as text",
                        "",
                    );
                    let mut inner =
                        Writer { out: String::new(), warnings: self.warnings, stored: self.stored };
                    inner.table(table);
                    let text = inner.out;
                    self.out.push_str(&format!("\n{{noformat}}\n{text}\n{{noformat}}"));
                }
                BlockKind::Quote(blocks) => {
                    self.out.push('\n');
                    self.boxed("quote", &Attrs::default(), blocks);
                }
                BlockKind::Rule => {}
                _ => {
                    self.out.push('\n');
                    self.block(block);
                }
            }
            first = false;
        }
    }

    fn tasks(&mut self, chain: &str, tasks: &[Task]) {
        for (number, task) in tasks.iter().enumerate() {
            if number > 0 {
                self.out.push('\n');
            }
            let mut blocks = vec![Block::paragraph(task.inlines.clone())];
            blocks.extend(task.extra.iter().cloned());
            if !task.children.is_empty() {
                blocks.push(BlockKind::Tasks(task.children.clone()).into());
            }
            self.item(chain, if task.done { "\\[x] " } else { "\\[ ] " }, &blocks);
        }
    }

    fn table(&mut self, table: &Table) {
        for (number, row) in table.rows.iter().enumerate() {
            if number > 0 {
                self.out.push('\n');
            }
            if let Some(text) = self.whole(row.source) {
                self.out.push_str(text);
                continue;
            }
            let mut last_header = false;
            for cell in &row.cells {
                let bar = if cell.header { "||" } else { "|" };
                let text = self.cell(&cell.blocks);
                self.out.push_str(bar);
                self.out.push_str(if text.is_empty() { " " } else { &text });
                for _ in 1..cell.colspan.min(50) {
                    self.out.push_str(bar);
                    self.out.push(' ');
                }
                last_header = cell.header;
            }
            self.out.push_str(if last_header { "||" } else { "|" });
        }
    }

    fn cell(&mut self, blocks: &[Block]) -> String {
        // What is taken over has its bars escaped already: a cell that changed is written anew.
        let stored = std::mem::take(&mut self.stored);
        let text = self.fresh_cell(blocks);
        self.stored = stored;
        text
    }

    fn fresh_cell(&mut self, blocks: &[Block]) -> String {
        let place = Place { cell: true, ..Place::default() };
        let mut out = String::new();
        let mut before_list = false;
        for block in blocks {
            let (text, list) = match &block.kind {
                BlockKind::Paragraph(p) => (self.inlines(&p.inlines, place), false),
                BlockKind::Image(image) => {
                    (self.inlines(&[Inline::Image(image.clone())], place), false)
                }
                BlockKind::Heading { inlines, .. } => {
                    let strong = Inline::Mark(crate::model::Mark::Strong, inlines.clone());
                    (self.inlines(&[strong], place), false)
                }
                BlockKind::Table(table) => {
                    let mut inner =
                        Writer { out: String::new(), warnings: self.warnings, stored: self.stored };
                    inner.table(table);
                    (format!("{{noformat}}{}{{noformat}}", inner.out), true)
                }
                BlockKind::List { .. } | BlockKind::Tasks(_) | BlockKind::Decisions(_) => {
                    let text = self.apart(std::slice::from_ref(block));
                    (text.replace('|', "\\|"), true)
                }
                _ => (self.apart(std::slice::from_ref(block)), true),
            };
            if text.is_empty() {
                continue;
            }
            if list || before_list {
                out.push('\n');
            } else if !out.is_empty() {
                out.push_str("\\\\");
            }
            out.push_str(&text);
            before_list = list;
        }
        out
    }
}

/// The tags of a box and what is between them.
fn tags(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find('}')? + 1;
    let close = text.rfind('{').filter(|close| *close >= open)?;
    let name = cut(text, 1, open - 1).split(':').next()?;
    let same = cut(text, close + 1, text.len()).strip_suffix('}')? == name;
    (same && text.starts_with('{'))
        .then(|| (cut(text, 0, open), cut(text, open, close), cut(text, close, text.len())))
}

/// Escapes what would start a block at the start of a line.
fn line_starts(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| line_start(line, false)).collect();
    lines.join("\n")
}

/// The same inside a list item, whose first line has its sign already.
fn item_lines(text: &str, plain: bool) -> String {
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default();
    let mut out = if plain && item_chain(first, true).is_some() {
        format!("\\{first}")
    } else {
        first.to_owned()
    };
    for line in lines {
        out.push('\n');
        out.push_str(&line_start(line, true));
    }
    out
}

fn line_start(line: &str, in_list: bool) -> String {
    let body = line.trim_start_matches([' ', '\t']);
    let trimmed = body.trim_end();
    let heading = byte(body, 0) == b'h'
        && (b'1'..=b'6').contains(&byte(body, 1))
        && byte(body, 2) == b'.'
        && matches!(byte(body, 3), b' ' | 0);
    if heading {
        return format!("{}&#46;{}", cut(body, 0, 2), cut(body, 3, body.len()));
    }
    if body.starts_with("bq. ") {
        return format!("bq&#46;{}", cut(body, 3, body.len()));
    }
    let rule = trimmed.len() >= 4 && run(trimmed, 0, b'-') == trimmed.len();
    if rule || item_chain(body, in_list).is_some() || body.starts_with('|') {
        return format!("\\{body}");
    }
    body.to_owned()
}
