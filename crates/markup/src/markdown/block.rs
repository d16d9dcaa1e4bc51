//! Markdown's block structure: containers and leaves, line by line, in one pass.
//!
//! The parser follows the CommonMark algorithm (an open chain of containers that each line
//! continues or closes) with GFM tables and task lists and the dialect's own containers. It is
//! our own rather than a crate because the dialect changes rules in the middle of both stages
//! (directives, globs, math, `CJK` emphasis, pipes in code spans, depth limits).

use std::collections::HashSet;

use super::directive;
use super::html_block;
use super::line::Line;
use super::start::{self, Opener};
pub(crate) use super::tree::{Kind, Refs, Tree};
use super::tree::{is_container, node};
use crate::Profile;
use crate::model::MAX_DEPTH;
use crate::scan::{cut, is_blank, tail};

pub(crate) struct Parser<'a> {
    source: &'a str,
    tree: Tree,
    open: Vec<usize>,
    /// HTML blocks are read as text: set when one turned out never to end.
    html_off: bool,
    raw_off: bool,
    /// Bytes of the source that a raw block took already.
    skip_to: usize,
    depth_off: usize,
}

impl<'a> Parser<'a> {
    pub(crate) fn parse(source: &'a str, profile: Profile) -> Tree {
        let mut parser = Self {
            source,
            tree: Tree { nodes: Vec::new(), refs: Refs::new(), footnotes: HashSet::new() },
            open: Vec::new(),
            html_off: false,
            raw_off: profile == Profile::Jira,
            skip_to: 0,
            depth_off: 0,
        };
        parser.tree.nodes.push(node(Kind::Document));
        parser.open.push(0);
        parser.lines(source, true);
        while parser.open.len() > 1 {
            parser.close_tip();
        }
        parser.tree
    }

    fn lines(&mut self, text: &str, is_source: bool) {
        let mut at = 0;
        while at < text.len() {
            let end = tail(text, at).find('\n').map_or(text.len(), |len| at + len);
            if !is_source || at >= self.skip_to {
                self.line(cut(text, at, end), if is_source { Some(at) } else { None });
            }
            at = end + 1;
        }
    }

    fn kind(&self, id: usize) -> &Kind {
        self.tree.nodes.get(id).map_or(&Kind::Document, |node| &node.kind)
    }

    fn tip(&self) -> usize {
        self.open.last().copied().unwrap_or(0)
    }

    fn tip_kind(&self) -> &Kind {
        self.kind(self.tip())
    }

    fn push_text(&mut self, id: usize, text: &str) {
        if let Some(node) = self.tree.nodes.get_mut(id) {
            node.text.push_str(text);
        }
    }

    /// How many of the open containers the line continues; the line is moved past their marks.
    fn continued(&mut self, line: &mut Line<'_>) -> usize {
        let mut matched = 1;
        while let Some(&id) = self.open.get(matched) {
            let Some(node) = self.tree.nodes.get(id) else { break };
            let goes_on = match &node.kind {
                Kind::Quote => {
                    let is_quote = line.indent() < 4 && line.peek() == b'>';
                    if is_quote {
                        line.skip_indent();
                        line.bump(1);
                        line.skip_columns(1);
                    }
                    is_quote
                }
                Kind::Item { offset } => {
                    if line.is_blank() {
                        line.skip_columns(*offset);
                        !(node.empty_start && node.children.is_empty())
                    } else {
                        let deep = line.indent() >= *offset;
                        if deep {
                            line.skip_columns(*offset);
                        }
                        deep
                    }
                }
                Kind::Indented { .. } => {
                    let goes_on = line.is_blank() || line.indent() >= 4;
                    if goes_on {
                        line.skip_columns(4);
                    }
                    goes_on
                }
                Kind::Document
                | Kind::List { .. }
                | Kind::Directive { .. }
                | Kind::Expand { .. } => true,
                _ => break,
            };
            if !goes_on {
                break;
            }
            matched += 1;
        }
        matched
    }

    fn line(&mut self, raw: &str, at: Option<usize>) {
        let mut line = Line::new(raw);
        let matched = self.continued(&mut line);
        if matched + 1 == self.open.len() && self.leaf_takes(&mut line) {
            return;
        }
        let all = matched + usize::from(self.tip_is_leaf()) >= self.open.len();
        if line.is_blank() {
            while self.open.len() > matched.max(1) {
                self.close_tip();
            }
            return;
        }
        if self.closes_container(&line) {
            return;
        }
        self.starts(line, matched, all, at);
    }

    fn tip_is_leaf(&self) -> bool {
        !is_container(self.tip_kind())
    }

    /// Whether the open leaf at the end of the chain takes the line as its own.
    fn leaf_takes(&mut self, line: &mut Line<'_>) -> bool {
        let tip = self.tip();
        let Some(node) = self.tree.nodes.get_mut(tip) else { return false };
        match &mut node.kind {
            Kind::Fenced { sign, len, indent, .. } => {
                let (sign, len, indent) = (*sign, *len, *indent);
                if line.indent() < 4 && start::closes_fence(line.after_indent(), sign, len) {
                    self.close_tip();
                    return true;
                }
                line.skip_columns(indent.min(line.indent()));
                line.append_rest(&mut node.text);
                node.text.push('\n');
                true
            }
            Kind::IndentedCode => {
                if line.is_blank() {
                    line.skip_columns(4.min(line.indent()));
                } else if line.indent() >= 4 {
                    line.skip_columns(4);
                } else {
                    return false;
                }
                line.append_rest(&mut node.text);
                node.text.push('\n');
                true
            }
            Kind::Html(state) => {
                let before = node.text.len();
                line.append_rest(&mut node.text);
                node.text.push('\n');
                if state.feed(tail(&node.text, before)) {
                    self.close_tip();
                }
                true
            }
            _ => false,
        }
    }

    /// `:::`, `{expand}` and `</details>` lines.
    fn closes_container(&mut self, line: &Line<'_>) -> bool {
        if line.indent() > 3 {
            return false;
        }
        let text = line.after_indent().trim_end();
        let found = if text.starts_with(":::") && text.bytes().all(|b| b == b':') {
            self.directive_to_close(text.len())
        } else if text == "{expand}" {
            self.open
                .iter()
                .rposition(|&id| matches!(self.kind(id), Kind::Expand { html: false, .. }))
        } else if text.eq_ignore_ascii_case("</details>") {
            self.open
                .iter()
                .rposition(|&id| matches!(self.kind(id), Kind::Expand { html: true, .. }))
        } else {
            None
        };
        let Some(found) = found else { return false };
        while self.open.len() > found {
            self.close_tip();
        }
        true
    }

    fn directive_to_close(&self, len: usize) -> Option<usize> {
        let find = |fits: &dyn Fn(usize) -> bool| {
            self.open.iter().rposition(
                |&id| matches!(self.kind(id), Kind::Directive { colons, .. } if fits(*colons)),
            )
        };
        find(&|colons| colons == len).or_else(|| find(&|colons| colons < len))
    }

    fn starts(&mut self, mut line: Line<'_>, matched: usize, all: bool, at: Option<usize>) {
        let mut matched = matched;
        let mut all = all;
        loop {
            if self.deep() {
                break;
            }
            let in_paragraph = all && matches!(self.tip_kind(), Kind::Paragraph);
            let lazy = !all && matches!(self.tip_kind(), Kind::Paragraph);
            if line.indent() >= 4 {
                if !in_paragraph && !lazy {
                    self.close_to(matched);
                    line.skip_columns(4);
                    let id = self.open_node(Kind::IndentedCode);
                    if let Some(node) = self.tree.nodes.get_mut(id) {
                        line.append_rest(&mut node.text);
                        node.text.push('\n');
                    }
                    return;
                }
                break;
            }
            if in_paragraph && self.paragraph_becomes(&line) {
                return;
            }
            let list = self.list_at(matched);
            let opener = start::opener(&line, in_paragraph, !self.html_off);
            match opener {
                Opener::None => break,
                Opener::Raw if self.raw_off || at.is_none() || !self.prefixless(matched) => break,
                Opener::Raw => {
                    if !self.raw_block(&line, matched, at) {
                        break;
                    }
                    return;
                }
                Opener::Comment => {
                    self.close_to_for(matched, false);
                    return self.html_block(&line, html_block::State::comment());
                }
                Opener::Html => {
                    self.close_to_for(matched, false);
                    return self.html_block(&line, html_block::State::elements());
                }
                Opener::Leaf(kind, text) => {
                    self.close_to_for(matched, false);
                    let id = self.open_node(kind);
                    self.push_text(id, &text);
                    if !matches!(self.kind(id), Kind::Fenced { .. }) {
                        self.close_tip();
                    }
                    return;
                }
                Opener::Footnote(label, rest) => {
                    self.close_to_for(matched, false);
                    self.tree.footnotes.insert(super::fold_label(&label));
                    self.open_node(Kind::Indented {
                        footnote: true,
                        name: super::fold_label(&label),
                        title: String::new(),
                    });
                    line.bump(rest);
                    line.skip_indent();
                }
                Opener::Container(kind, rest) => {
                    self.close_to_for(matched, false);
                    self.open_node(kind);
                    line.bump(rest);
                    if self.details_summary(&mut line) {
                        return;
                    }
                }
                Opener::Quote => {
                    self.close_to_for(matched, false);
                    self.open_node(Kind::Quote);
                    line.skip_indent();
                    line.bump(1);
                    line.skip_columns(1);
                }
                Opener::Item(item) => {
                    let same = list == Some((item.ordered, item.sign));
                    self.close_to_for(matched, same);
                    if !same {
                        self.open_node(Kind::List {
                            ordered: item.ordered,
                            start: item.start,
                            sign: item.sign,
                        });
                    }
                    line.skip_indent();
                    line.bump(item.width);
                    let gap = line.indent();
                    let empty = line.is_blank();
                    let pad = if empty || gap > 4 { 1 } else { gap };
                    line.skip_columns(pad);
                    let id = self
                        .open_node(Kind::Item { offset: item.indent + item.width + pad.max(1) });
                    if let Some(node) = self.tree.nodes.get_mut(id) {
                        node.empty_start = empty;
                    }
                }
            }
            matched = self.open.len();
            all = true;
            if line.is_blank() {
                return;
            }
        }
        self.text_line(&line, matched, all);
    }

    fn deep(&self) -> bool {
        self.open.len() + self.depth_off >= MAX_DEPTH
    }

    /// The list that a new item would join: the one open right after the continued containers.
    fn list_at(&self, matched: usize) -> Option<(bool, u8)> {
        let as_list = |id: &usize| match self.kind(*id) {
            Kind::List { ordered, sign, .. } => Some((*ordered, *sign)),
            _ => None,
        };
        // A list always goes on by itself, so it is the last continued container.
        matched.checked_sub(1).and_then(|last| self.open.get(last)).and_then(as_list)
    }

    fn close_to(&mut self, matched: usize) {
        self.close_to_for(matched, false);
    }

    /// Closes what the line does not continue. A list stays open for a further item only.
    fn close_to_for(&mut self, matched: usize, item: bool) {
        while self.open.len() > matched.max(1) {
            self.close_tip();
        }
        if !item && matches!(self.tip_kind(), Kind::List { .. }) {
            self.close_tip();
        }
    }

    /// Whether nothing stands before the text of the containers up to `matched`.
    fn prefixless(&self, matched: usize) -> bool {
        self.open.iter().take(matched).all(|&id| {
            matches!(self.kind(id), Kind::Document | Kind::Directive { .. } | Kind::Expand { .. })
        })
    }

    fn raw_block(&mut self, line: &Line<'_>, matched: usize, at: Option<usize>) -> bool {
        let Some(from) = at.map(|at| at + line.position()) else { return false };
        let from = from + tail(self.source, from).bytes().take_while(|b| *b == b' ').count();
        let Some(len) = crate::storage::element_len(tail(self.source, from)) else {
            self.raw_off = true;
            return false;
        };
        let end = from + len;
        let end = tail(self.source, end).find('\n').map_or(self.source.len(), |len| end + len);
        self.close_to_for(matched, false);
        let id = self.open_node(Kind::Raw);
        let text = cut(self.source, from, end).trim_end().to_owned();
        self.push_text(id, &text);
        self.close_tip();
        self.skip_to = end + 1;
        true
    }

    fn html_block(&mut self, line: &Line<'_>, state: html_block::State) {
        let id = self.open_node(Kind::Html(state));
        let Some(node) = self.tree.nodes.get_mut(id) else { return };
        node.text.push_str(line.after_indent());
        node.text.push('\n');
        let done = match &mut node.kind {
            Kind::Html(state) => state.feed(&node.text),
            _ => true,
        };
        if done {
            self.close_tip();
        }
    }

    /// `<summary>` right after `<details>`; answers whether the line is used up.
    fn details_summary(&mut self, line: &mut Line<'_>) -> bool {
        let tip = self.tip();
        if !matches!(self.kind(tip), Kind::Expand { html: true, .. }) {
            return line.is_blank();
        }
        let mut rest = line.after_indent().trim_end();
        if let Some((summary, len)) = html_block::summary(rest) {
            if let Some(Kind::Expand { title, .. }) =
                self.tree.nodes.get_mut(tip).map(|node| &mut node.kind)
            {
                *title = summary;
            }
            rest = tail(rest, len).trim();
        }
        let closes = rest.len() >= 10
            && rest.get(rest.len() - 10..).is_some_and(|e| e.eq_ignore_ascii_case("</details>"));
        if closes {
            rest = cut(rest, 0, rest.len() - 10).trim();
        }
        if !rest.is_empty() {
            let id = self.open_node(Kind::Paragraph);
            self.push_text(id, rest);
        }
        if closes {
            while self.tip() != tip {
                self.close_tip();
            }
            self.close_tip();
        }
        true
    }

    /// A setext underline or a table's delimiter row under the open paragraph.
    fn paragraph_becomes(&mut self, line: &Line<'_>) -> bool {
        let tip = self.tip();
        let text = line.after_indent().trim_end();
        let Some(node) = self.tree.nodes.get_mut(tip) else { return false };
        if let Some(level) = start::setext_level(text) {
            let has_text = {
                let refs = &mut self.tree.refs;
                super::reference::strip(&mut node.text, refs);
                !is_blank(&node.text)
            };
            if has_text {
                node.kind = Kind::Heading { level };
                self.close_tip();
                return true;
            }
            return false;
        }
        let head_at = node.text.rfind('\n').map_or(0, |at| at + 1);
        let head = tail(&node.text, head_at);
        let Some(columns) = super::table::delimiter_row(text, head) else { return false };
        let head = head.to_owned();
        node.text.truncate(head_at.saturating_sub(1));
        let table = Kind::Table { columns, head };
        if is_blank(&node.text) {
            node.text.clear();
            node.kind = table;
        } else {
            self.close_tip();
            self.open_node(table);
        }
        true
    }

    fn text_line(&mut self, line: &Line<'_>, matched: usize, all: bool) {
        let tip = self.tip();
        let goes_on = match self.kind(tip) {
            Kind::Paragraph => true,
            Kind::Table { .. } => all,
            _ => false,
        };
        if goes_on {
            if let Some(node) = self.tree.nodes.get_mut(tip) {
                if !node.text.is_empty() {
                    node.text.push('\n');
                }
                node.text.push_str(line.after_indent());
            }
            return;
        }
        // `<summary>` on a line of its own.
        self.close_to_for(matched, false);
        let tip = self.tip();
        let first = self.tree.nodes.get(tip).is_some_and(|node| node.children.is_empty());
        let untitled =
            matches!(self.kind(tip), Kind::Expand { html: true, title } if title.is_empty());
        if first && untitled && html_block::summary(line.after_indent()).is_some() {
            let mut line = *line;
            self.details_summary(&mut line);
            return;
        }
        let id = self.open_node(Kind::Paragraph);
        self.push_text(id, line.after_indent());
    }

    fn open_node(&mut self, kind: Kind) -> usize {
        let id = self.tree.nodes.len();
        self.tree.nodes.push(node(kind));
        let parent = self.tip();
        if let Some(node) = self.tree.nodes.get_mut(parent) {
            node.children.push(id);
        }
        self.open.push(id);
        id
    }

    fn close_tip(&mut self) {
        let Some(id) = self.open.pop() else { return };
        let Some(node) = self.tree.nodes.get_mut(id) else { return };
        match &node.kind {
            Kind::Paragraph => {
                super::reference::strip(&mut node.text, &mut self.tree.refs);
            }
            Kind::IndentedCode => {
                let len = node.text.trim_end_matches(['\n', ' ', '\t']).len();
                node.text.truncate(len);
            }
            Kind::Html(state) if !state.is_done() => {
                // It never ended: its lines are ordinary text after all.
                let text = std::mem::take(&mut node.text);
                let parent = self.tip();
                if let Some(parent) = self.tree.nodes.get_mut(parent) {
                    parent.children.pop();
                }
                let (before, depth) = (self.html_off, self.depth_off);
                let open = std::mem::replace(&mut self.open, vec![parent]);
                self.html_off = true;
                self.depth_off += open.len();
                self.lines(&text, false);
                while self.open.len() > 1 {
                    self.close_tip();
                }
                self.open = open;
                self.html_off = before;
                self.depth_off = depth;
            }
            _ => {}
        }
    }
}

/// Whether `name` opens a container.
pub(crate) fn is_container_name(name: &str) -> bool {
    directive::CONTAINERS.contains(&name)
}
