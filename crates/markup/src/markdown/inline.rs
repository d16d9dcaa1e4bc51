//! Markdown's running text: one pass over the bytes, with stacks for brackets and signs.

use std::collections::HashMap;

use super::block::Refs;
use super::delimiters::{self, Sign, Tok};
use super::{autolink, destination, flank, inline_html, special};
use crate::Profile;
use crate::entity;
use crate::model::{Image, Inline, Mark};
use crate::outcome::{Warning, WarningKind};
use crate::scan::{byte, cut, run, tail};

/// What the text around a run of text says about it.
pub(crate) struct Scope<'a> {
    pub(crate) profile: Profile,
    pub(crate) refs: &'a Refs,
    pub(crate) footnotes: &'a std::collections::HashSet<String>,
    pub(crate) warnings: &'a std::cell::RefCell<Vec<Warning>>,
}

impl Scope<'_> {
    fn warn(&self, kind: WarningKind, text: &str, label: &str) {
        self.warnings.borrow_mut().push(Warning::new(kind, text, label));
    }
}

struct Bracket {
    /// Which token it is.
    tok: usize,
    /// Where it stands in the text.
    at: usize,
    image: bool,
    active: bool,
}

/// Reads running text.
pub(crate) fn parse(text: &str, scope: &Scope<'_>) -> Vec<Inline> {
    let mut parser = Parser {
        text,
        scope,
        at: 0,
        toks: Vec::new(),
        brackets: Vec::new(),
        ticks: None,
        missing: Vec::new(),
    };
    parser.run();
    let mut inlines = delimiters::resolve(text, parser.toks).0;
    // Equal marks in one another are one: an address may begin in the outer and end in the inner.
    if (text.contains("www.") || text.contains("://")) && inlines.iter().any(has_nested_mark) {
        inlines = super::normal::normalize(&inlines);
    }
    autolink::linkify(&mut inlines);
    inlines
}

struct Parser<'a> {
    text: &'a str,
    scope: &'a Scope<'a>,
    at: usize,
    toks: Vec<Tok>,
    brackets: Vec<Bracket>,
    /// Where backtick runs of each length stand.
    ticks: Option<HashMap<usize, Vec<usize>>>,
    /// Closing marks that do not occur any more.
    missing: Vec<&'static str>,
}

fn is_special(b: u8) -> bool {
    matches!(
        b,
        b'\\'
            | b'`'
            | b'*'
            | b'_'
            | b'~'
            | b'^'
            | b'='
            | b'$'
            | b'['
            | b']'
            | b'!'
            | b'<'
            | b'&'
            | b'@'
            | b':'
            | b'\n'
            | b'.'
    )
}

impl Parser<'_> {
    fn run(&mut self) {
        while self.at < self.text.len() {
            let rest = tail(self.text, self.at);
            let plain = rest.bytes().position(is_special).unwrap_or(rest.len());
            if plain > 0 {
                self.push_text(cut(rest, 0, plain));
                self.at += plain;
                continue;
            }
            if !self.special() {
                let b = byte(self.text, self.at);
                self.push_text(cut(self.text, self.at, self.at + 1));
                debug_assert!(b.is_ascii());
                self.at += 1;
            }
        }
    }

    fn push_text(&mut self, text: &str) {
        if let Some(Tok::Text(last)) = self.toks.last_mut() {
            last.push_str(text);
        } else {
            self.toks.push(Tok::Text(text.to_owned()));
        }
    }

    fn push_node(&mut self, node: Inline, end: usize) -> bool {
        self.toks.push(Tok::Node(node, 0));
        self.at = end;
        true
    }

    fn special(&mut self) -> bool {
        let (text, at) = (self.text, self.at);
        match byte(text, at) {
            b'\\' => self.backslash(),
            b'`' => self.code(),
            sign @ (b'*' | b'_' | b'~' | b'^' | b'=') => {
                let len = run(text, at, sign);
                let flank = flank::at(text, at, sign, len);
                if flank.any() {
                    self.toks.push(Tok::Sign(Sign { sign, len, left: len, flank, at }));
                } else {
                    self.push_text(cut(text, at, at + len));
                }
                self.at += len;
                true
            }
            b'$' => self.math(),
            b'[' => self.open_bracket(),
            b']' => self.close_bracket(),
            b'!' if byte(text, at + 1) == b'[' => {
                self.brackets.push(Bracket { tok: self.toks.len(), at, image: true, active: true });
                self.toks.push(Tok::Bracket(true));
                self.at += 2;
                true
            }
            b'<' => self.angle(),
            b'&' => match entity::decode(tail(text, at)) {
                Some((decoded, len)) => {
                    self.push_text(&decoded);
                    self.at += len;
                    true
                }
                None => false,
            },
            b'@' => match special::mention_link(text, at) {
                Some((mention, end)) => self.push_node(mention, end),
                None => false,
            },
            b':' => self.colon(),
            b'.' => self.bare_url("www", at, at + 1),
            b'\n' => self.newline(),
            _ => false,
        }
    }

    fn backslash(&mut self) -> bool {
        match byte(self.text, self.at + 1) {
            b'\n' => {
                self.trim_end();
                let end = self.at + 2;
                let end = end + crate::scan::blanks(self.text, end);
                self.push_node(Inline::Break, end)
            }
            b if b.is_ascii_punctuation() => {
                // A token of its own: what is escaped joins no sign or bracket around it.
                self.push_text(cut(self.text, self.at + 1, self.at + 2));
                self.at += 2;
                true
            }
            _ => false,
        }
    }

    fn trim_end(&mut self) -> usize {
        let Some(Tok::Text(last)) = self.toks.last_mut() else { return 0 };
        let len = last.trim_end_matches(' ').len();
        let cut = last.len() - len;
        last.truncate(len);
        cut
    }

    fn newline(&mut self) -> bool {
        let blanks = self.trim_end();
        let end = self.at + 1;
        let end = end + crate::scan::blanks(self.text, end);
        if blanks >= 2 || self.scope.profile == Profile::Jira {
            return self.push_node(Inline::Break, end);
        }
        self.push_text(" ");
        self.at = end;
        true
    }

    fn code(&mut self) -> bool {
        let (text, at) = (self.text, self.at);
        let len = run(text, at, b'`');
        let ticks = self.ticks.get_or_insert_with(|| tick_runs(text));
        let close = ticks.get(&len).and_then(|same| {
            let next = same.partition_point(|&pos| pos <= at);
            same.get(next).copied()
        });
        let Some(close) = close else {
            self.push_text(cut(text, at, at + len));
            self.at += len;
            return true;
        };
        let mut inner = cut(text, at + len, close).replace('\n', " ");
        if inner.starts_with(' ') && inner.ends_with(' ') && !crate::scan::is_blank(&inner) {
            inner = inner.get(1..inner.len() - 1).unwrap_or_default().to_owned();
        }
        self.push_node(Inline::Code(inner), close + len)
    }

    /// `$…$` stays as it is, with nothing inside read as markup.
    fn math(&mut self) -> bool {
        match special::math_len(self.text, self.at) {
            Some(len) => {
                self.push_text(cut(self.text, self.at, self.at + len));
                self.at += len;
                true
            }
            None => {
                let len = run(self.text, self.at, b'$');
                self.push_text(cut(self.text, self.at, self.at + len));
                self.at += len;
                true
            }
        }
    }

    fn colon(&mut self) -> bool {
        let (text, at) = (self.text, self.at);
        if text.get(at..at + 3) == Some("://") {
            for scheme in ["https", "http"] {
                if self.bare_url(scheme, at, at + 3) {
                    return true;
                }
            }
            return false;
        }
        match special::directive(text, at).or_else(|| special::emoji(text, at)) {
            Some((node, end)) => self.push_node(node, end),
            None => false,
        }
    }

    /// A bare address whose `head` ends at `at`.
    fn bare_url(&mut self, head: &str, at: usize, _after: usize) -> bool {
        let Some(start) = at.checked_sub(head.len()) else { return false };
        let Some(len) = autolink::bare_len(self.text, start, head) else { return false };
        let Some(Tok::Text(last)) = self.toks.last_mut() else { return false };
        if !last.ends_with(head) {
            return false;
        }
        last.truncate(last.len() - head.len());
        if last.is_empty() {
            self.toks.pop();
        }
        let url = cut(self.text, start, start + len);
        self.push_node(autolink::link(url), start + len)
    }

    fn angle(&mut self) -> bool {
        let (text, at) = (self.text, self.at);
        if let Some((url, shown, end)) = autolink::angle(text, at) {
            if super::target::is_unsafe(&url) {
                return false;
            }
            let content = vec![Inline::Text(shown)];
            let target = super::target::parse(&url);
            return self.push_node(Inline::Link { target, title: String::new(), content }, end);
        }
        if tail(text, at).starts_with("<!--") {
            if self.missing.contains(&"-->") {
                return false;
            }
            return match tail(text, at + 4).find("-->") {
                Some(len) => {
                    self.at = at + 4 + len + 3;
                    true
                }
                None => {
                    self.missing.push("-->");
                    false
                }
            };
        }
        let Some((tag, end)) = super::html_block::tag_at(text, at) else { return false };
        if tag.name == "code" && !tag.close && !tag.empty {
            if self.missing.contains(&"</code>") {
                return false;
            }
            let Some(len) = tail(text, end).find("</code>") else {
                self.missing.push("</code>");
                return false;
            };
            let inner = super::html_block::decode(cut(text, end, end + len)).replace('\n', " ");
            return self.push_node(Inline::Code(inner), end + len + "</code>".len());
        }
        match inline_html::tok(&tag, cut(text, at, end), self.scope.profile) {
            Some(Tok::Node(Inline::Break, depth)) => {
                self.toks.push(Tok::Node(Inline::Break, depth));
                self.at = end;
                true
            }
            Some(tok) => {
                self.toks.push(tok);
                self.at = end;
                true
            }
            None => false,
        }
    }

    fn open_bracket(&mut self) -> bool {
        let (text, at) = (self.text, self.at);
        if let Some((mention, end)) = special::mention(text, at) {
            return self.push_node(mention, end);
        }
        if byte(text, at + 1) == b'^'
            && let Some(len) = tail(text, at + 2).bytes().take(200).position(|b| b == b']')
        {
            let label = cut(text, at + 2, at + 2 + len);
            let odd = label.contains(|c: char| c.is_whitespace() || c == '[');
            let label = super::fold_label(label);
            if !odd && self.scope.footnotes.contains(&label) {
                return self.push_node(Inline::FootnoteRef(label), at + 3 + len);
            }
        }
        self.brackets.push(Bracket { tok: self.toks.len(), at, image: false, active: true });
        self.toks.push(Tok::Bracket(false));
        self.at += 1;
        true
    }

    fn close_bracket(&mut self) -> bool {
        let Some(open) = self.brackets.pop() else { return false };
        if !open.active {
            return false;
        }
        let Some((url, title, end)) = self.link_end(&open) else { return false };
        let inner = self.toks.split_off(open.tok.min(self.toks.len()));
        let (mut content, depth) =
            delimiters::resolve(self.text, inner.into_iter().skip(1).collect());
        if depth > delimiters::MAX_MARKS {
            content = vec![Inline::Text(crate::model::inline_text(&content))];
        }
        autolink::unlink(&mut content);
        if open.image {
            return self.image(&url, &title, &content, end);
        }
        for bracket in self.brackets.iter_mut().rev().filter(|bracket| !bracket.image) {
            if !bracket.active {
                break;
            }
            bracket.active = false;
        }
        if super::target::is_unsafe(&url) {
            self.scope.warn(
                WarningKind::UnsafeLink,
                "a link with an unsafe scheme lost its target",
                &crate::model::inline_text(&content),
            );
            self.toks.extend(content.into_iter().map(|inline| match inline {
                Inline::Text(text) => Tok::Text(text),
                other => Tok::Node(other, depth),
            }));
            self.at = end;
            return true;
        }
        let node = if title == "smart-link" {
            let text = crate::model::inline_text(&content);
            let text =
                if text == url || text == special::card_text(&url) { String::new() } else { text };
            Inline::Card { url, text }
        } else {
            Inline::Link { target: super::target::parse(&url), title, content }
        };
        self.toks.push(Tok::Node(node, depth + 1));
        self.at = end;
        true
    }

    fn image(&mut self, url: &str, title: &str, content: &[Inline], end: usize) -> bool {
        let mut end = end;
        let mut image = Image {
            source: super::target::image_source(url),
            alt: crate::model::inline_text(content).replace('\n', " "),
            ..Image::default()
        };
        if !title.is_empty() {
            image.attrs.set("title", title);
        }
        if let Some((attrs, after)) = super::directive::attrs_at(self.text, end) {
            for (key, value) in attrs.0 {
                image.attrs.set(&key, value);
            }
            end = after;
        }
        let is_data_image =
            url.get(..11).is_some_and(|head| head.eq_ignore_ascii_case("data:image/"));
        if super::target::is_unsafe(url) && !is_data_image {
            self.scope.warn(
                WarningKind::UnsafeLink,
                "an image with an unsafe scheme lost its target",
                &image.alt,
            );
            self.push_text(&image.alt);
            self.at = end;
            return true;
        }
        self.push_node(Inline::Image(image), end)
    }

    /// What follows a closing bracket: an inline target or a reference.
    fn link_end(&self, open: &Bracket) -> Option<(String, String, usize)> {
        let (text, at) = (self.text, self.at);
        if byte(text, at + 1) == b'('
            && let Some(found) = inline_target(text, at + 2)
        {
            return Some(found);
        }
        if self.scope.refs.is_empty() {
            return None;
        }
        let own = cut(text, open.at + if open.image { 2 } else { 1 }, at);
        let mut end = at + 1;
        let mut label = own;
        if byte(text, end) == b'['
            && let Some(len) = tail(text, end + 1).bytes().take(1000).position(|b| b == b']')
        {
            let given = cut(text, end + 1, end + 1 + len);
            end += len + 2;
            if !given.trim().is_empty() {
                label = given;
            }
        }
        if label.len() > 999 {
            return None;
        }
        let (url, title) = self.scope.refs.get(&super::fold_label(label))?;
        Some((url.clone(), title.clone(), end))
    }
}

fn has_nested_mark(inline: &Inline) -> bool {
    matches!(inline, Inline::Mark(_, content) if content.iter().any(|i| matches!(i, Inline::Mark(..))))
}

fn inline_target(text: &str, at: usize) -> Option<(String, String, usize)> {
    let start = destination::skip_blanks(text, at);
    let (url, end) = destination::address(text, start)?;
    let gap = destination::skip_blanks(text, end);
    let mut title = String::new();
    let mut end = gap;
    if byte(text, gap) != b')' {
        let (found, after) = destination::title(text, gap)?;
        title = found;
        end = destination::skip_blanks(text, after);
    }
    (byte(text, end) == b')').then_some((url, title, end + 1))
}

fn tick_runs(text: &str) -> HashMap<usize, Vec<usize>> {
    let mut runs: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut at = 0;
    while let Some(found) = tail(text, at).find('`') {
        at += found;
        let len = run(text, at, b'`');
        runs.entry(len).or_default().push(at);
        at += len;
    }
    runs
}

/// The mark that a resolved pair of `len` signs makes.
pub(crate) fn mark_of(sign: u8, len: usize) -> Mark {
    match (sign, len) {
        (b'*' | b'_', 2) => Mark::Strong,
        (b'~', 2) => Mark::Strike,
        (b'~', _) => Mark::Sub,
        (b'^', _) => Mark::Sup,
        (b'=', _) => Mark::Highlight("#fedec8".to_owned()),
        _ => Mark::Em,
    }
}
