//! HTML blocks: tables and the small set of elements that their cells may hold
//! (content conversion spec section 8.3).

use super::inline::{self, Scope};
use super::{list_from_items, start};
use crate::entity;
use crate::markdown::line::Line;
use crate::model::{
    Align, Block, BlockKind, Cell, CodeBlock, Item, ListKind, Panel, PanelKind, Row, Table,
};
use crate::scan::{byte, cut, tail};

/// HTML nests this deep; what lies deeper is text.
const MAX_HTML_DEPTH: usize = 40;

/// A summary longer than this many characters is text.
const MAX_SUMMARY: usize = 2000;

/// Whether an element of this name starts an HTML block.
pub(crate) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "table"
            | "ul"
            | "ol"
            | "p"
            | "pre"
            | "blockquote"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "decisions"
    )
}

/// How far the element (or comment) that an HTML block began with stands open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    comment: bool,
    root: String,
    open: usize,
    done: bool,
}

impl State {
    pub(crate) fn comment() -> Self {
        Self { comment: true, root: String::new(), open: 0, done: false }
    }

    pub(crate) fn elements() -> Self {
        Self { comment: false, root: String::new(), open: 0, done: false }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.done
    }

    pub(crate) fn is_comment(&self) -> bool {
        self.comment
    }

    /// Takes one more line; answers whether the block ends with it.
    pub(crate) fn feed(&mut self, line: &str) -> bool {
        if self.comment {
            self.done = line.contains("-->");
            return self.done;
        }
        let mut at = 0;
        while let Some(found) = tail(line, at).find('<') {
            at += found;
            let Some((tag, end)) = tag_at(line, at) else {
                at += 1;
                continue;
            };
            at = end;
            if self.root.is_empty() {
                self.root.clone_from(&tag.name);
            }
            if tag.name == self.root && !tag.empty {
                if tag.close {
                    self.open = self.open.saturating_sub(1);
                    if self.open == 0 {
                        self.done = true;
                        return true;
                    }
                } else {
                    self.open += 1;
                }
            }
        }
        false
    }
}

/// A tag.
#[derive(Debug, Default)]
pub(crate) struct Tag {
    /// Lower case.
    pub(crate) name: String,
    pub(crate) close: bool,
    pub(crate) empty: bool,
    pub(crate) attrs: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The tag that starts at `at`, and where it ends.
pub(crate) fn tag_at(text: &str, at: usize) -> Option<(Tag, usize)> {
    let mut pos = at + 1;
    let mut tag = Tag { close: byte(text, pos) == b'/', ..Tag::default() };
    pos += usize::from(tag.close);
    if !byte(text, pos).is_ascii_alphabetic() {
        return None;
    }
    let len = tail(text, pos)
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':'))
        .count();
    tag.name = cut(text, pos, pos + len).to_ascii_lowercase();
    pos += len;
    loop {
        let gap = tail(text, pos).bytes().take_while(u8::is_ascii_whitespace).count();
        pos += gap;
        match byte(text, pos) {
            b'>' => return Some((tag, pos + 1)),
            b'/' if byte(text, pos + 1) == b'>' => {
                tag.empty = true;
                return Some((tag, pos + 2));
            }
            _ if gap == 0 || tag.close || pos - at > 4000 => return None,
            _ => {
                let (key, value, end) = attribute(text, pos)?;
                // Those of a panel are names of parameters, whose case counts.
                let is_own = tag.name == "panel";
                let key = if is_own { key.to_owned() } else { key.to_ascii_lowercase() };
                tag.attrs.push((key, value));
                pos = end;
            }
        }
    }
}

fn attribute(text: &str, at: usize) -> Option<(&str, String, usize)> {
    let is_key =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.' | b'@');
    let len = tail(text, at).bytes().take_while(is_key).count();
    if len == 0 {
        return None;
    }
    let key = cut(text, at, at + len);
    let mut pos = at + len;
    if byte(text, pos) != b'=' {
        return Some((key, String::new(), pos));
    }
    pos += 1;
    let quote = byte(text, pos);
    if matches!(quote, b'"' | b'\'') {
        let end = tail(text, pos + 1).bytes().take(2000).position(|b| b == quote)? + pos + 1;
        return Some((key, decode(cut(text, pos + 1, end)), end + 1));
    }
    let len = tail(text, pos)
        .bytes()
        .take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'>' | b'"' | b'\'' | b'<' | b'='))
        .count();
    (len > 0).then(|| (key, decode(cut(text, pos, pos + len)), pos + len))
}

/// Decodes character references.
pub(crate) fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(cut(rest, 0, at));
        rest = tail(rest, at);
        match entity::decode(rest) {
            Some((decoded, len)) => {
                out.push_str(&decoded);
                rest = tail(rest, len);
            }
            None => {
                out.push('&');
                rest = tail(rest, 1);
            }
        }
    }
    out.push_str(rest);
    out
}

/// The text of `<summary>…</summary>` that `text` starts with, and its length.
pub(crate) fn summary(text: &str) -> Option<(String, usize)> {
    let (tag, from) = tag_at(text, 0).filter(|_| text.starts_with('<'))?;
    if tag.name != "summary" || tag.close {
        return None;
    }
    let rest = tail(text, from);
    let bound = rest.char_indices().nth(MAX_SUMMARY).map_or(rest.len(), |(at, _)| at);
    let len = find_close(cut(rest, 0, bound), "</summary>")?;
    let title = strip_tags(cut(text, from, from + len));
    Some((decode(&title).trim().to_owned(), from + len + "</summary>".len()))
}

fn strip_tags(text: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    while at < text.len() {
        let next = tail(text, at).find('<').map_or(text.len(), |len| at + len);
        out.push_str(cut(text, at, next));
        at = match tag_at(text, next) {
            Some((_, end)) => end,
            None => {
                out.push_str(cut(text, next, next + 1));
                next + 1
            }
        };
    }
    out
}

/// Reads an HTML block.
pub(crate) fn read(text: &str, scope: &Scope<'_>) -> Vec<Block> {
    let mut reader = Reader { text, at: 0, scope, depth: 0 };
    let mut blocks = Vec::new();
    while reader.at < text.len() {
        let before = reader.at;
        reader.blocks(&mut blocks, &|_| false);
        if reader.at == before {
            break;
        }
        // A closing tag that nothing opened.
        if reader.at < text.len()
            && let Some((_, end)) = tag_at(text, reader.at)
        {
            reader.at = end;
        }
    }
    blocks
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    scope: &'a Scope<'a>,
    depth: usize,
}

impl Reader<'_> {
    /// Reads blocks up to a closing block tag, or an opening one that `stop` names.
    fn blocks(&mut self, out: &mut Vec<Block>, stop: &dyn Fn(&str) -> bool) {
        let mut run = String::new();
        loop {
            let next = tail(self.text, self.at).find('<').map(|len| self.at + len);
            let Some(next) = next else {
                run.push_str(tail(self.text, self.at));
                self.at = self.text.len();
                break;
            };
            run.push_str(cut(self.text, self.at, next));
            self.at = next;
            let Some((tag, end)) = tag_at(self.text, next) else {
                run.push('<');
                self.at = next + 1;
                continue;
            };
            let known = is_block(&tag.name)
                || matches!(
                    tag.name.as_str(),
                    "li" | "tr"
                        | "td"
                        | "th"
                        | "thead"
                        | "tbody"
                        | "tfoot"
                        | "hr"
                        | "div"
                        | "details"
                        | "summary"
                        | "panel"
                        | "colgroup"
                        | "col"
                );
            if !known || self.depth > MAX_HTML_DEPTH {
                run.push_str(cut(self.text, next, end));
                self.at = end;
                continue;
            }
            if tag.close && !matches!(tag.name.as_str(), "div" | "col" | "colgroup") {
                break;
            }
            if stop(&tag.name) {
                break;
            }
            self.flush(&mut run, out);
            self.at = end;
            self.depth += 1;
            self.element(&tag, out);
            self.depth -= 1;
        }
        self.flush(&mut run, out);
    }

    fn flush(&self, run: &mut String, out: &mut Vec<Block>) {
        let text = run.replace('\n', " ");
        run.clear();
        let text = text.trim_matches([' ', '\t']);
        if text.is_empty() {
            return;
        }
        if let start::Opener::Leaf(super::block::Kind::Leaf { name, label, attrs }, _) =
            start::opener(&Line::new(text), false, false)
        {
            out.push(super::leaf_block(&name, &label, attrs));
            return;
        }
        out.push(super::paragraph_block(inline::parse(text, self.scope)));
    }

    /// Eats the closing tag of `name` when it is next.
    fn close(&mut self, name: &str) {
        if let Some((tag, end)) = tag_at(self.text, self.at)
            && tag.close
            && tag.name == name
        {
            self.at = end;
        }
    }

    fn element(&mut self, tag: &Tag, out: &mut Vec<Block>) {
        if tag.empty && tag.name != "hr" {
            return;
        }
        let mut blocks = Vec::new();
        match tag.name.as_str() {
            "hr" => out.push(BlockKind::Rule.into()),
            "div" | "col" | "colgroup" => {}
            "pre" => out.push(self.pre()),
            "table" => out.push(self.table()),
            "ul" | "ol" | "decisions" => out.push(self.list(tag)),
            "blockquote" => {
                self.blocks(&mut blocks, &|_| false);
                self.close("blockquote");
                out.push(BlockKind::Quote(blocks).into());
            }
            "details" => {
                let mut title = String::new();
                let rest = tail(self.text, self.at);
                let gap = rest.len() - rest.trim_start().len();
                if let Some((found, len)) = summary(tail(rest, gap)) {
                    title = found;
                    self.at += gap + len;
                }
                self.blocks(&mut blocks, &|_| false);
                self.close("details");
                out.push(BlockKind::Expand { title, blocks }.into());
            }
            "panel" => {
                self.blocks(&mut blocks, &|_| false);
                self.close("panel");
                let mut attrs = crate::model::Attrs(tag.attrs.clone());
                let kind = attrs.take("type").and_then(|name| PanelKind::from_name(&name));
                let title = attrs.take("title").unwrap_or_default();
                let kind = kind.unwrap_or(PanelKind::Plain);
                out.push(BlockKind::Panel(Panel { kind, title, attrs, blocks }).into());
            }
            name => {
                self.blocks(&mut blocks, &|_| false);
                self.close(name);
                let level = name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok());
                let first = (blocks.len() == 1).then(|| blocks.first()).flatten();
                match (level, first.map(|block| &block.kind)) {
                    (Some(level), None) if blocks.is_empty() => out.push(
                        BlockKind::Heading { level, inlines: Vec::new(), align: Align::Default }
                            .into(),
                    ),
                    (Some(level), Some(BlockKind::Paragraph(p))) => out.push(
                        BlockKind::Heading { level, inlines: p.inlines.clone(), align: p.align }
                            .into(),
                    ),
                    _ => out.append(&mut blocks),
                }
            }
        }
    }

    fn pre(&mut self) -> Block {
        let rest = tail(self.text, self.at);
        let len = find_close(rest, "</pre>").unwrap_or(rest.len());
        let mut inner = cut(rest, 0, len);
        self.at += (len + "</pre>".len()).min(rest.len());
        let mut lang = String::new();
        if let Some((tag, end)) = tag_at(inner, 0).filter(|(tag, _)| tag.name == "code") {
            lang = tag
                .attr("class")
                .and_then(|class| class.strip_prefix("language-"))
                .unwrap_or_default()
                .to_owned();
            inner = tail(inner, end);
            inner = inner.strip_suffix("</code>").unwrap_or(inner);
        }
        let text = decode(inner);
        BlockKind::Code(CodeBlock { lang, text, ..CodeBlock::default() }).into()
    }

    fn list(&mut self, tag: &Tag) -> Block {
        let mut items = Vec::new();
        let mut stray = Vec::new();
        loop {
            self.blocks(&mut stray, &|name| name == "li");
            if !stray.is_empty() {
                items.push((None, Item { blocks: std::mem::take(&mut stray), source: None }));
            }
            let Some((next, end)) = tag_at(self.text, self.at) else { break };
            if next.close || next.name != "li" {
                break;
            }
            self.at = end;
            let marker = self.task_marker();
            let mut blocks = Vec::new();
            self.blocks(&mut blocks, &|name| name == "li");
            self.close("li");
            items.push((marker, Item { blocks, source: None }));
        }
        self.close(&tag.name);
        let start = tag.attr("start").and_then(|start| start.parse().ok()).unwrap_or(1);
        if tag.name == "ol" {
            return list_from_items(ListKind::Ordered(start), items);
        }
        let list = list_from_items(ListKind::Bullet, items);
        match list.kind {
            BlockKind::Tasks(tasks) if tag.name == "decisions" => {
                BlockKind::Decisions(tasks).into()
            }
            kind => kind.into(),
        }
    }

    fn task_marker(&mut self) -> Option<bool> {
        let rest = tail(self.text, self.at);
        let (done, len) = super::task_marker(rest)?;
        self.at += len;
        Some(done)
    }

    fn table(&mut self) -> Block {
        let mut table = Table::default();
        loop {
            let mut stray = Vec::new();
            self.blocks(&mut stray, &|name| {
                matches!(name, "tr" | "td" | "th" | "thead" | "tbody" | "tfoot")
            });
            if !stray.is_empty() {
                let cell = Cell { blocks: stray, ..Cell::default() };
                table.rows.push(Row { cells: vec![cell], source: None });
            }
            let Some((tag, end)) = tag_at(self.text, self.at) else { break };
            if tag.close && tag.name == "table" {
                break;
            }
            match tag.name.as_str() {
                "thead" | "tbody" | "tfoot" | "tr" => {
                    self.at = end;
                    if tag.name == "tr" && !tag.close {
                        table.rows.push(Row::default());
                    }
                }
                "td" | "th" if !tag.close => {
                    self.at = end;
                    let cell = self.cell(&tag);
                    if table.rows.is_empty() {
                        table.rows.push(Row::default());
                    }
                    if let Some(row) = table.rows.last_mut() {
                        row.cells.push(cell);
                    }
                }
                "td" | "th" => self.at = end,
                _ => break,
            }
        }
        self.close("table");
        table.rows.retain(|row| !row.cells.is_empty());
        BlockKind::Table(table).into()
    }

    fn cell(&mut self, tag: &Tag) -> Cell {
        let number = |name| {
            tag.attr(name)
                .and_then(|n| n.parse().ok())
                .filter(|n| (1..=1000).contains(n))
                .unwrap_or(1)
        };
        let style = tag.attr("style").unwrap_or_default();
        let align = tag
            .attr("align")
            .or_else(|| style.split(';').find_map(|rule| rule.trim().strip_prefix("text-align:")))
            .map(str::trim);
        let mut cell = Cell {
            header: tag.name == "th",
            colspan: number("colspan"),
            rowspan: number("rowspan"),
            align: match align {
                Some("center") => Align::Center,
                Some("right") => Align::Right,
                Some("left") => Align::Left,
                _ => Align::Default,
            },
            ..Cell::default()
        };
        self.blocks(&mut cell.blocks, &|name| {
            matches!(name, "tr" | "td" | "th" | "thead" | "tbody" | "tfoot")
        });
        self.close(&tag.name);
        cell
    }
}

fn find_close(text: &str, wanted: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += tail(text, at).find('<')?;
        if text.get(at..at + wanted.len()).is_some_and(|found| found.eq_ignore_ascii_case(wanted)) {
            return Some(at);
        }
        at += 1;
    }
}
