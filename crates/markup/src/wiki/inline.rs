//! Wiki markup's running text: one pass, no backtracking (content conversion spec section 3.1).

use crate::markdown::{bare_len, is_email, target};
use crate::model::{Attrs, Image, ImageSource, Inline, Mark, Target, push_inline};
use crate::scan::{byte, char_at, char_before, cut, run, tail};

/// Marks nest this deep.
const MAX_MARKS: usize = 40;

/// Reads running text; a newline is a line break.
pub(super) fn parse(text: &str) -> Vec<Inline> {
    let mut parser = Parser { text, at: 0, out: Vec::new() };
    parser.run();
    let inlines = finish(parser.out);
    trim(inlines)
}

fn trim(mut inlines: Vec<Inline>) -> Vec<Inline> {
    while matches!(inlines.last(), Some(Inline::Break)) {
        inlines.pop();
    }
    while matches!(inlines.first(), Some(Inline::Break)) {
        inlines.remove(0);
    }
    inlines
}

enum Tok {
    Text(String),
    Node(Inline, usize),
    /// A sign that may be closed: which, as typed.
    Open(u8, String),
    /// `{color:…}`: the colour, as typed.
    Color(String, String),
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    out: Vec<Tok>,
}

/// The mark of a sign.
fn mark_of(sign: u8) -> Mark {
    match sign {
        b'*' => Mark::Strong,
        b'-' => Mark::Strike,
        b'+' => Mark::Underline,
        b'^' => Mark::Sup,
        b'~' => Mark::Sub,
        _ => Mark::Em,
    }
}

pub(super) fn is_sign(b: u8) -> bool {
    matches!(b, b'*' | b'_' | b'-' | b'+' | b'^' | b'~' | b'?')
}

/// Whether a sign of `len` bytes at `at` may open and may close.
pub(super) fn flank(text: &str, at: usize, len: usize) -> (bool, bool) {
    around(char_before(text, at), char_at(text, at + len))
}

pub(super) fn around(before: Option<char>, after: Option<char>) -> (bool, bool) {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let open = !word(before) && before != Some('\\') && !blank(after);
    let close = !blank(before) && !word(after);
    (open, close)
}

/// Characters that a backslash makes literal.
pub(super) fn is_escapable(b: u8) -> bool {
    matches!(
        b,
        b'*' | b'_'
            | b'-'
            | b'+'
            | b'^'
            | b'~'
            | b'{'
            | b'}'
            | b'['
            | b']'
            | b'|'
            | b'!'
            | b'#'
            | b'?'
            | b'('
            | b')'
            | b'.'
            | b':'
    )
}

impl Parser<'_> {
    fn run(&mut self) {
        while self.at < self.text.len() {
            let rest = tail(self.text, self.at);
            let plain = rest
                .bytes()
                .position(|b| {
                    is_sign(b)
                        || matches!(b, b'\\' | b'{' | b'[' | b'!' | b'\n' | b':' | b'&' | b'.')
                })
                .unwrap_or(rest.len());
            if plain > 0 {
                self.push_text(cut(rest, 0, plain));
                self.at += plain;
                continue;
            }
            if !self.special() {
                self.push_text(cut(self.text, self.at, self.at + 1));
                self.at += 1;
            }
        }
    }

    fn push_text(&mut self, text: &str) {
        if let Some(Tok::Text(last)) = self.out.last_mut() {
            last.push_str(text);
        } else {
            self.out.push(Tok::Text(text.to_owned()));
        }
    }

    fn node(&mut self, node: Inline, end: usize) -> bool {
        self.out.push(Tok::Node(node, 0));
        self.at = end;
        true
    }

    fn special(&mut self) -> bool {
        let (text, at) = (self.text, self.at);
        match byte(text, at) {
            b'\\' if byte(text, at + 1) == b'\\' => {
                self.trim_end();
                let mut end = at + 2;
                end += crate::scan::blanks(text, end);
                end += usize::from(byte(text, end) == b'\n');
                self.node(Inline::Break, end)
            }
            b'\\' if is_escapable(byte(text, at + 1)) => {
                self.push_text(cut(text, at + 1, at + 2));
                self.at += 2;
                true
            }
            b'\n' => {
                self.trim_end();
                self.node(Inline::Break, at + 1)
            }
            b'{' => self.brace(),
            b'[' => self.link(),
            b'!' => self.image(),
            b':' => tail(text, at).starts_with("://") && (self.url("https") || self.url("http")),
            b'.' => self.url("www"),
            b'&' => self.entity(),
            sign if is_sign(sign) => self.sign(sign),
            _ => false,
        }
    }

    fn trim_end(&mut self) {
        if let Some(Tok::Text(last)) = self.out.last_mut() {
            let len = last.trim_end_matches([' ', '\t']).len();
            last.truncate(len);
        }
    }

    /// Numbered references are understood: they are the only way to write some characters.
    fn entity(&mut self) -> bool {
        let rest = tail(self.text, self.at);
        if !rest.starts_with("&#") {
            return false;
        }
        let Some((decoded, len)) = crate::entity::decode(rest) else { return false };
        self.push_text(&decoded);
        self.at += len;
        true
    }

    fn url(&mut self, head: &str) -> bool {
        let Some(start) = self.at.checked_sub(head.len()) else { return false };
        let Some(len) = bare_len(self.text, start, head) else { return false };
        let Some(Tok::Text(last)) = self.out.last_mut().filter(|_| head != "www") else {
            return false;
        };
        if !last.ends_with(head) {
            return false;
        }
        last.truncate(last.len() - head.len());
        let url = cut(self.text, start, start + len).to_owned();
        let content = vec![Inline::Text(url.clone())];
        let link = Inline::Link { target: Target::Url(url), title: String::new(), content };
        self.node(link, start + len)
    }

    fn sign(&mut self, sign: u8) -> bool {
        let wanted = if sign == b'?' { 2 } else { 1 };
        let len = run(self.text, self.at, sign);
        if len != wanted {
            self.push_text(cut(self.text, self.at, self.at + len));
            self.at += len;
            return true;
        }
        let (open, close) = flank(self.text, self.at, len);
        let raw = cut(self.text, self.at, self.at + len).to_owned();
        self.at += len;
        self.pair(sign, raw, open, close);
        true
    }

    /// Closes an open sign, opens one, or leaves it as text.
    fn pair(&mut self, sign: u8, raw: String, open: bool, close: bool) {
        if close
            && let Some(index) =
                self.opener(|tok| matches!(tok, Tok::Open(have, _) if *have == sign))
        {
            let depth = self.depth_from(index + 1);
            if depth < MAX_MARKS && index + 1 < self.out.len() {
                let inner = self.out.split_off(index + 1);
                self.out.pop();
                let content = finish(inner);
                self.out.push(Tok::Node(Inline::Mark(mark_of(sign), content), depth + 1));
                return;
            }
        }
        if open {
            self.out.push(Tok::Open(sign, raw));
        } else {
            self.push_text(&raw);
        }
    }

    /// The last open token that fits; only so far back that the search stays cheap.
    fn opener(&self, fits: impl Fn(&Tok) -> bool) -> Option<usize> {
        let from = self.out.len().saturating_sub(400);
        self.out.get(from..).unwrap_or(&[]).iter().rposition(fits).map(|found| from + found)
    }

    fn depth_from(&self, from: usize) -> usize {
        self.out
            .iter()
            .skip(from)
            .map(|tok| if let Tok::Node(_, depth) = tok { *depth } else { 0 })
            .max()
            .unwrap_or(0)
    }

    fn brace(&mut self) -> bool {
        let (text, at) = (self.text, self.at);
        let next = byte(text, at + 1);
        if next == b'{'
            && let Some(end) = mono_end(text, at)
        {
            let inner = cut(text, at + 2, end - 2);
            return self.node(Inline::Code(unescape(inner)), end);
        }
        if is_sign(next) && next != b'?' && byte(text, at + 2) == b'}' {
            let raw = cut(text, at, at + 3).to_owned();
            self.at += 3;
            self.pair(next, raw, true, true);
            return true;
        }
        let Some((name, params, end)) = super::macros::tag_at(text, at) else { return false };
        if name != "color" {
            return false;
        }
        let raw = cut(text, at, end).to_owned();
        if params.is_empty() {
            let Some(index) = self.opener(|tok| matches!(tok, Tok::Color(..))) else {
                self.push_text(&raw);
                self.at = end;
                return true;
            };
            let depth = self.depth_from(index + 1);
            let inner = self.out.split_off(index + 1);
            let color = match self.out.pop() {
                Some(Tok::Color(color, _)) => color,
                _ => String::new(),
            };
            let content = finish(inner);
            if content.is_empty() || depth >= MAX_MARKS {
                self.out.extend(content.into_iter().map(|inline| Tok::Node(inline, depth)));
            } else {
                self.out.push(Tok::Node(Inline::Mark(Mark::Color(color), content), depth + 1));
            }
        } else {
            self.out.push(Tok::Color(crate::color::canonical(params), raw));
        }
        self.at = end;
        true
    }

    fn link(&mut self) -> bool {
        let Some(end) = link_end(self.text, self.at) else { return false };
        let inner = cut(self.text, self.at + 1, end - 1);
        match link_of(inner) {
            Some(node) => self.node(node, end),
            None => false,
        }
    }

    fn image(&mut self) -> bool {
        let Some(end) = image_end(self.text, self.at) else { return false };
        let inner = cut(self.text, self.at + 1, end - 1);
        let (source, params) = inner.split_once('|').unwrap_or((inner, ""));
        let mut image = Image { source: image_source(source), ..Image::default() };
        for part in params.split([',', '|']).map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, "true"));
            let value = value.trim_matches('"');
            if key.trim() == "alt" {
                image.alt = value.to_owned();
            } else if crate::markdown::directive::can_hold(key.trim(), value) {
                image.attrs.set(key.trim(), value);
            }
        }
        self.node(Inline::Image(image), end)
    }
}

fn image_source(source: &str) -> ImageSource {
    let source = source.trim();
    let file = source.strip_prefix('^').unwrap_or(source);
    if source.contains("://") || source.starts_with('/') || source.starts_with("data:") {
        ImageSource::Url(source.to_owned())
    } else {
        ImageSource::Attachment { file: file.to_owned(), page: None }
    }
}

/// Where a link that starts at `at` ends: on the same line and before any other bracket.
pub(super) fn link_end(text: &str, at: usize) -> Option<usize> {
    let mut pos = at + 1;
    loop {
        match byte(text, pos) {
            0 if pos >= text.len() => return None,
            b'\n' | b'[' => return None,
            b'\\' => pos += 2,
            b']' => return Some(pos + 1),
            _ => pos += 1,
        }
    }
}

/// Where an image that starts at `at` ends, when what stands between the marks can be one.
pub(super) fn image_end(text: &str, at: usize) -> Option<usize> {
    if char_before(text, at).is_some_and(char::is_alphanumeric) {
        return None;
    }
    let rest = tail(text, at + 1);
    let len = rest.bytes().position(|b| matches!(b, b'!' | b'\n'))?;
    let inner = cut(rest, 0, len);
    let source = inner.split('|').next().unwrap_or_default();
    let named = source.rsplit_once('.').is_some_and(|(name, ending)| {
        !name.is_empty()
            && (1..=5).contains(&ending.len())
            && ending.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let fits = byte(rest, len) == b'!'
        && !source.starts_with(char::is_whitespace)
        && !source.ends_with(char::is_whitespace)
        && (source.contains("://") && !source.contains(' ') || named);
    fits.then_some(at + len + 2)
}

/// Where monospace text that starts at `at` ends: behind the last brace of the closing run.
pub(super) fn mono_end(text: &str, at: usize) -> Option<usize> {
    let from = at + 2;
    let rest = tail(text, from);
    // An opening pair inside would start monospace text of its own.
    let mut close = 0;
    loop {
        match byte(rest, close) {
            0 if close >= rest.len() => return None,
            b'\n' => return None,
            b'{' if close > 0 && byte(rest, close + 1) == b'{' => return None,
            b'}' if byte(rest, close + 1) == b'}' => break,
            _ => close += 1,
        }
    }
    let end = from + close + run(text, from + close, b'}');
    (close > 0 || end > from + 2).then_some(end)
}

/// Takes the backslashes off.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' && chars.peek().is_some_and(|n| n.is_ascii() && is_escapable(*n as u8)) {
            continue;
        }
        out.push(c);
    }
    if out.contains("&#") {
        out = out.replace("&#92;", "\\").replace("&#46;", ".");
    }
    out
}

/// Splits at bars that are not escaped.
fn bars(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        match byte(text, at) {
            b'\\' => at += 2,
            b'|' => {
                parts.push(cut(text, from, at));
                at += 1;
                from = at;
            }
            _ => at += 1,
        }
    }
    parts.push(tail(text, from));
    parts
}

/// What stands between the brackets as a link; nothing when it is no link.
fn link_of(inner: &str) -> Option<Inline> {
    let parts = bars(inner);
    let (shown, to, tip) = match parts.as_slice() {
        [to] => (None, *to, None),
        [shown, to] => (Some(*shown), *to, None),
        [shown, to, tip] => (Some(*shown), *to, Some(*tip)),
        _ => return None,
    };
    let to = to.trim();
    if let Some(user) = to.strip_prefix('~') {
        let id = crate::markdown::user_id(user);
        let fits = !id.value.is_empty() && !id.value.contains([' ', '[', '\n']);
        return fits.then_some(Inline::Mention { id, name: String::new() });
    }
    let content = |default: &str| match shown {
        Some(shown) if !shown.trim().is_empty() => parse(shown.trim()),
        _ => vec![Inline::Text(default.to_owned())],
    };
    if let Some(file) = to.strip_prefix('^').filter(|file| !file.is_empty()) {
        let target = Target::Attachment { file: unescape(file), page: None };
        return Some(Inline::Link { target, title: String::new(), content: content(file) });
    }
    if let Some(anchor) = to.strip_prefix('#').filter(|anchor| !anchor.is_empty()) {
        let target = Target::Fragment(anchor.to_owned());
        return Some(Inline::Link { target, title: String::new(), content: content(anchor) });
    }
    let has_scheme = to.find(':').is_some_and(|at| {
        at > 1
            && cut(to, 0, at)
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
            && (tail(to, at).starts_with("://")
                || matches!(cut(to, 0, at), "mailto" | "tel" | "attachment" | "confluence-page"))
    });
    let path = shown.is_some() && (to.starts_with('/') || to.starts_with("www."));
    if !(has_scheme || path) || to.contains(' ') && shown.is_none() || target::is_unsafe(to) {
        return None;
    }
    let url = to.to_owned();
    if let Some(tip) = tip {
        let title = tip.trim();
        if matches!(title, "smart-link" | "smart-card" | "smart-embed") {
            let text = unescape(shown.unwrap_or_default().trim());
            let plain =
                text.is_empty() || text == url || text == crate::markdown::card_text_of(&url);
            let text = if plain { String::new() } else { text };
            if title == "smart-link" {
                return Some(Inline::Card { url, text });
            }
            let title = if title == "smart-card" { "smart-link-block" } else { "smart-link-embed" };
            let text = if text.is_empty() { url.clone() } else { text };
            return Some(Inline::Link {
                target: Target::Url(url),
                title: title.to_owned(),
                content: vec![Inline::Text(text)],
            });
        }
        let target = target::parse(&url);
        return Some(Inline::Link { target, title: unescape(title), content: content(to) });
    }
    let default = to.strip_prefix("mailto:").filter(|mail| is_email(mail)).unwrap_or(to);
    Some(Inline::Link {
        target: target::parse(&url),
        title: String::new(),
        content: content(default),
    })
}

fn finish(toks: Vec<Tok>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(toks.len());
    for tok in toks {
        let inline = match tok {
            Tok::Text(text) => Inline::Text(text),
            Tok::Node(inline, _) => inline,
            Tok::Open(_, raw) | Tok::Color(_, raw) => Inline::Text(raw),
        };
        push_inline(&mut out, inline);
    }
    out
}

/// What an image's attributes are in wiki markup.
pub(super) fn image_params(alt: &str, attrs: &Attrs) -> String {
    let mut parts = Vec::new();
    if !alt.is_empty() {
        parts.push(format!("alt={alt}"));
    }
    for (key, value) in &attrs.0 {
        if value == "true" { parts.push(key.clone()) } else { parts.push(format!("{key}={value}")) }
    }
    parts.join(",").replace(['|', '!', '\n'], " ")
}
