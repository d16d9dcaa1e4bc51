//! Writes running text as Markdown, and reads it back to be sure.

use std::cell::RefCell;
use std::collections::HashSet;

use super::block::Refs;
use super::escape::{self, Place, Signs};
use super::inline::{self, Scope};
use super::{autolink, directive, flank, normal, special, target};
use crate::Profile;
use crate::model::{Attrs, BlockKind, Image, Inline, Mark, Target, UserId, UserIdKind};
use crate::scan::{cut, run};

/// How line breaks are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaks {
    /// As the profile has it: the text is a paragraph.
    Lines,
    /// `<br>`: headings and table cells.
    Tags,
}

/// Writes a paragraph's text, with everything escaped that would start a block.
pub(crate) fn paragraph(inlines: &[Inline], profile: Profile) -> String {
    if let [Inline::Text(text)] = inlines
        && escape::is_plain(text)
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && text.starts_with(|c: char| c.is_alphabetic())
    {
        return text.clone();
    }
    let inlines = normal::normalize(inlines);
    let lax = escape::line_starts(&write(&inlines, profile, Breaks::Lines, Place::default()));
    if is_harmless(&inlines) || reads_as_paragraph(&lax, &inlines, profile) {
        return lax;
    }
    let strict = Place { strict: true, ..Place::default() };
    write(&inlines, profile, Breaks::Lines, strict)
}

/// Writes text that stands on one line: a heading, a table cell.
pub(crate) fn single_line(inlines: &[Inline], profile: Profile, place: Place) -> String {
    let inlines = normal::normalize(inlines);
    let lax = write(&inlines, profile, Breaks::Tags, place);
    if is_harmless(&inlines) || reads_as(&lax, &inlines, profile, place) {
        return lax;
    }
    write(&inlines, profile, Breaks::Tags, Place { strict: true, ..place })
}

/// Text without a sign in it needs no second look.
fn is_harmless(inlines: &[Inline]) -> bool {
    inlines.iter().all(|inline| match inline {
        Inline::Text(text) => {
            text.bytes().all(|b| {
                b.is_ascii_alphanumeric()
                    || b >= 0x80
                    || matches!(b, b' ' | b',' | b'.' | b'\'' | b'"')
            }) && !text.contains("www.")
                && !text.starts_with(|c: char| c.is_ascii_digit())
        }
        _ => false,
    })
}

/// The labels of the footnotes that the text refers to.
fn footnotes(inlines: &[Inline], out: &mut HashSet<String>) {
    for inline in inlines {
        match inline {
            Inline::FootnoteRef(label) => {
                out.insert(label.clone());
            }
            Inline::Mark(_, content) | Inline::Link { content, .. } => footnotes(content, out),
            _ => {}
        }
    }
}

fn reads_as(text: &str, wanted: &[Inline], profile: Profile, place: Place) -> bool {
    let mut wanted = wanted.to_vec();
    autolink::linkify(&mut wanted);
    let plain = if place.table { text.replace("\\|", "|") } else { text.to_owned() };
    let (refs, warnings) = (Refs::new(), RefCell::new(Vec::new()));
    let mut labels = HashSet::new();
    footnotes(&wanted, &mut labels);
    let scope = Scope { profile, refs: &refs, footnotes: &labels, warnings: &warnings };
    normal::same(&inline::parse(&plain, &scope), &wanted)
}

fn reads_as_paragraph(text: &str, wanted: &[Inline], profile: Profile) -> bool {
    let mut wanted = wanted.to_vec();
    autolink::linkify(&mut wanted);
    let mut labels = HashSet::new();
    footnotes(&wanted, &mut labels);
    let mut source = text.to_owned();
    for label in labels {
        source.push_str(&format!("\n\n[^{label}]: x"));
    }
    let mut document = super::read(&source, profile);
    document.blocks.retain(|block| !matches!(block.kind, BlockKind::Footnote { .. }));
    match document.blocks.as_slice() {
        [] => wanted.is_empty(),
        [block] => match &block.kind {
            BlockKind::Paragraph(read) => normal::same(&read.inlines, &wanted),
            BlockKind::Image(image) => {
                matches!(wanted.as_slice(), [Inline::Image(want)] if want == image)
            }
            _ => false,
        },
        _ => false,
    }
}

fn write(inlines: &[Inline], profile: Profile, breaks: Breaks, place: Place) -> String {
    let mut writer =
        Writer { out: String::new(), profile, breaks, place, signs: Signs::of(inlines) };
    writer.inlines(inlines, None);
    writer.out
}

struct Writer {
    out: String,
    profile: Profile,
    breaks: Breaks,
    place: Place,
    signs: Signs,
}

/// The first character that a piece of text is written with.
fn first_char(inline: &Inline) -> Option<char> {
    match inline {
        Inline::Text(text) => text.chars().next(),
        Inline::Code(_) => Some('`'),
        Inline::Break => Some('\n'),
        Inline::Mark(Mark::Strong | Mark::Em, _) => Some('*'),
        Inline::Mark(Mark::Strike, _) => Some('~'),
        Inline::Mark(..) => Some('<'),
        Inline::Link { .. } | Inline::Card { .. } | Inline::FootnoteRef(_) => Some('['),
        Inline::Image(_) => Some('!'),
        Inline::Mention { name, .. } => Some(if name.is_empty() { '[' } else { '@' }),
        Inline::Comment { content, .. } => content.first().and_then(first_char),
        Inline::Emoji { .. }
        | Inline::Emoticon(_)
        | Inline::Status { .. }
        | Inline::Date { .. }
        | Inline::JiraIssue { .. }
        | Inline::Placeholder(_)
        | Inline::Anchor(_)
        | Inline::Keep(_) => Some(':'),
    }
}

impl Writer {
    fn inlines(&mut self, inlines: &[Inline], end: Option<char>) {
        let mut at = 0;
        while let Some(inline) = inlines.get(at) {
            let next = inlines.get(at + 1).and_then(first_char).or(end);
            if matches!(inline, Inline::Break) {
                let count =
                    inlines.iter().skip(at).take_while(|i| matches!(i, Inline::Break)).count();
                let more = inlines.get(at + count).is_some();
                self.line_breaks(count, more);
                at += count;
                continue;
            }
            self.inline(inline, next);
            at += 1;
        }
    }

    fn line_breaks(&mut self, count: usize, more: bool) {
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        let at_start = self.out.is_empty() || self.out.ends_with('\n');
        let lines = self.breaks == Breaks::Lines && !at_start && more && !self.place.link;
        for _ in 0..if lines { count - 1 } else { count } {
            self.out.push_str("<br>");
        }
        if lines {
            self.out.push_str(if self.profile == Profile::Jira { "\n" } else { "\\\n" });
        }
    }

    fn inline(&mut self, inline: &Inline, next: Option<char>) {
        match inline {
            Inline::Text(text) => escape::text(&mut self.out, text, next, self.signs, self.place),
            Inline::Code(code) => self.code(code),
            Inline::Break => {}
            Inline::Mark(mark, content) => self.mark(mark, content, next),
            Inline::Link { target, title, content } => self.link(target, title, content),
            Inline::Card { url, text } => {
                let text = if text.is_empty() { special::card_text(url) } else { text };
                let content = [Inline::Text(text.to_owned())];
                if self.place.html {
                    self.html_link(&content, url, "smart-link");
                } else {
                    self.bracketed(&content, url, "smart-link");
                }
            }
            Inline::Image(image) => self.image(image),
            Inline::Mention { id, name } => self.mention(id, name),
            Inline::Emoji { short, id, text } => self.emoji(short, id, text),
            Inline::Emoticon(name) => self.directive("emoticon", name, &Attrs::default()),
            Inline::Status { text, color, attrs } => {
                let mut all = Attrs::default();
                if !matches!(color.as_str(), "" | "neutral") {
                    all.set("color", color.as_str());
                }
                all.0.extend(attrs.0.iter().filter(|(key, _)| key != "color").cloned());
                self.directive("status", text, &all);
            }
            Inline::Date { day, stamp } => {
                let mut attrs = Attrs::default();
                if let Some(stamp) = stamp {
                    attrs.set("ts", stamp.as_str());
                }
                self.directive("date", day, &attrs);
            }
            Inline::JiraIssue { key, attrs } => self.directive("jira", key, attrs),
            Inline::Placeholder(text) => self.directive("placeholder", text, &Attrs::default()),
            Inline::Anchor(name) => self.directive("anchor", name, &Attrs::default()),
            Inline::FootnoteRef(label) => {
                self.out.push_str("[^");
                self.out.push_str(label);
                self.out.push(']');
            }
            Inline::Comment { content, .. } => self.inlines(content, next),
            Inline::Keep(keep) => {
                let mut attrs = Attrs::default();
                attrs.set("ref", keep.reference.as_str());
                self.directive("keep", &keep.label, &attrs);
            }
        }
    }

    fn directive(&mut self, name: &str, label: &str, attrs: &Attrs) {
        let mut text = format!(":{name}");
        directive::write_label(&mut text, label);
        directive::write_attrs(&mut text, attrs);
        self.raw(&text);
    }

    /// Appends syntax whose inner text the reader takes as it is.
    fn raw(&mut self, text: &str) {
        if self.place.html {
            for c in text.chars() {
                match c {
                    '<' => self.out.push_str("&lt;"),
                    _ => self.out.push(c),
                }
            }
        } else if self.place.table {
            self.out.push_str(&text.replace('|', "\\|"));
        } else {
            self.out.push_str(text);
        }
    }

    fn code(&mut self, code: &str) {
        let as_tag = self.place.html || (self.place.table && code.contains("\\|"));
        if as_tag {
            self.out.push_str("<code>");
            escape::html(&mut self.out, code);
            self.out.push_str("</code>");
            return;
        }
        let mut longest = 0;
        let mut at = 0;
        while let Some(found) = code.get(at..).and_then(|rest| rest.find('`')) {
            at += found;
            let len = run(code, at, b'`');
            longest = longest.max(len);
            at += len;
        }
        // The shortest run of backticks that does not occur inside.
        let mut len = 1;
        while longest > 0 && has_run(code, len) {
            len += 1;
        }
        let fence: String = std::iter::repeat_n('`', len).collect();
        let blank = code.bytes().all(|b| b == b' ');
        let pad = code.starts_with('`')
            || code.ends_with('`')
            || (!blank && code.starts_with(' ') && code.ends_with(' '));
        self.out.push_str(&fence);
        if pad {
            self.out.push(' ');
        }
        if self.place.table {
            self.out.push_str(&code.replace('|', "\\|"));
        } else {
            self.out.push_str(code);
        }
        if pad {
            self.out.push(' ');
        }
        self.out.push_str(&fence);
    }

    fn mark(&mut self, mark: &Mark, content: &[Inline], next: Option<char>) {
        let sign = match mark {
            Mark::Strong => "**",
            Mark::Em => "*",
            Mark::Strike => "~~",
            _ => "",
        };
        if !sign.is_empty() && !self.place.html && !self.place.strict {
            let b = sign.as_bytes().first().copied().unwrap_or(b'*');
            let first = content.first().and_then(first_char);
            let opens = flank::between(self.out.chars().next_back(), first, b, sign.len()).open;
            let from = self.out.len();
            self.out.push_str(sign);
            self.inlines(content, Some(char::from(b)));
            let last = self.out.chars().next_back();
            let closes = flank::between(last, next, b, sign.len()).close;
            if opens && closes {
                self.out.push_str(sign);
                return;
            }
            self.out.truncate(from);
        }
        let (open, close) = match mark {
            Mark::Strong => ("<strong>".to_owned(), "</strong>"),
            Mark::Em => ("<em>".to_owned(), "</em>"),
            Mark::Strike => ("<s>".to_owned(), "</s>"),
            Mark::Underline => ("<u>".to_owned(), "</u>"),
            Mark::Sub => ("<sub>".to_owned(), "</sub>"),
            Mark::Sup => ("<sup>".to_owned(), "</sup>"),
            Mark::Color(color) => (format!("<span style=\"color:{}\">", plain(color)), "</span>"),
            Mark::Highlight(color) => {
                (format!("<span style=\"background-color:{}\">", plain(color)), "</span>")
            }
        };
        self.out.push_str(&open);
        self.inlines(content, Some('<'));
        self.out.push_str(close);
    }

    fn link(&mut self, to: &Target, title: &str, content: &[Inline]) {
        let url = target::write(to);
        if title.is_empty()
            && !self.place.html
            && let [Inline::Text(text)] = content
        {
            let same = *text == url || url.strip_prefix("mailto:") == Some(text);
            let angle = format!("<{text}>");
            let reads = autolink::angle(&angle, 0)
                .is_some_and(|(read, _, end)| read == url && end == angle.len());
            if same && reads && !(self.place.table && url.contains("\\|")) {
                self.raw(&angle);
                return;
            }
        }
        if self.place.html && !url.is_empty() {
            return self.html_link(content, &url, title);
        }
        self.bracketed(content, &url, title);
    }

    fn html_link(&mut self, content: &[Inline], url: &str, title: &str) {
        self.out.push_str("<a href=\"");
        escape::html(&mut self.out, url);
        if !title.is_empty() {
            self.out.push_str("\" title=\"");
            escape::html(&mut self.out, title);
        }
        self.out.push_str("\">");
        self.inlines(content, Some('<'));
        self.out.push_str("</a>");
    }

    fn bracketed(&mut self, content: &[Inline], url: &str, title: &str) {
        self.out.push('[');
        let before = std::mem::replace(&mut self.place.link, true);
        self.inlines(content, Some(']'));
        self.place.link = before;
        self.out.push(']');
        self.address(url, title);
    }

    fn address(&mut self, url: &str, title: &str) {
        let mut text = String::from("(");
        write_address(&mut text, url);
        if !title.is_empty() {
            text.push_str(" \"");
            escape_quoted(&mut text, title);
            text.push('"');
        }
        text.push(')');
        self.raw(&text);
    }

    fn image(&mut self, image: &Image) {
        let url = target::write_image(&image.source);
        if self.place.html {
            self.out.push_str("<img src=\"");
            escape::html(&mut self.out, &url);
            if !image.alt.is_empty() {
                self.out.push_str("\" alt=\"");
                escape::html(&mut self.out, &image.alt);
            }
            for (key, value) in &image.attrs.0 {
                self.out.push_str("\" ");
                self.out.push_str(key);
                self.out.push_str("=\"");
                escape::html(&mut self.out, value);
            }
            self.out.push_str("\">");
            return;
        }
        self.out.push_str("![");
        let place = Place { link: true, ..self.place };
        escape::text(&mut self.out, &image.alt, Some(']'), self.signs, place);
        self.out.push(']');
        let mut attrs = image.attrs.clone();
        let title = attrs.take("title").unwrap_or_default();
        self.address(&url, &title);
        let mut text = String::new();
        directive::write_attrs(&mut text, &attrs);
        self.raw(&text);
    }

    fn mention(&mut self, id: &UserId, name: &str) {
        let prefix = match id.kind {
            UserIdKind::AccountId => "accountid:",
            UserIdKind::UserKey => "userkey:",
            UserIdKind::Username => "",
        };
        let mut text = String::new();
        if name.is_empty() || prefix.is_empty() {
            text.push_str("[~");
            text.push_str(prefix);
            text.push_str(&id.value);
            text.push(']');
            if special::mention(&text, 0).is_none_or(|(_, end)| end != text.len()) {
                let kind = if prefix.is_empty() { "username:" } else { prefix };
                text.clear();
                text.push('@');
                directive::write_label(&mut text, name);
                if name.is_empty() {
                    text.push_str("[]");
                }
                text.push_str(&format!("({kind}{})", id.value));
                if special::mention_link(&text, 0).is_none_or(|(_, end)| end != text.len()) {
                    let shown = format!("@{}", id.value);
                    return escape::text(&mut self.out, &shown, None, self.signs, self.place);
                }
            }
        } else {
            text.push('@');
            directive::write_label(&mut text, name);
            text.push('(');
            text.push_str(prefix);
            text.push_str(&id.value);
            text.push(')');
        }
        self.raw(&text);
    }

    fn emoji(&mut self, short: &str, id: &str, text: &str) {
        if special::known_emoji(short, id, text).is_some() {
            self.raw(short);
            return;
        }
        let mut attrs = Attrs::default();
        if !id.is_empty() {
            attrs.set("id", id);
        }
        if !text.is_empty() {
            attrs.set("text", text);
        }
        self.directive("emoji", short, &attrs);
    }
}

fn has_run(code: &str, wanted: usize) -> bool {
    let mut at = 0;
    while let Some(found) = code.get(at..).and_then(|rest| rest.find('`')) {
        at += found;
        let len = run(code, at, b'`');
        if len == wanted {
            return true;
        }
        at += len;
    }
    false
}

fn plain(color: &str) -> String {
    color
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '#' | '(' | ')' | ',' | '.' | '%'))
        .collect()
}

/// Appends an address so that it reads back the same.
fn write_address(out: &mut String, url: &str) {
    let url = url.replace('\n', "%0A");
    let mut depth = 0i32;
    let mut deepest = 0;
    let mut balanced = true;
    for c in url.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
        balanced &= depth >= 0;
    }
    let bare = balanced
        && depth == 0
        && deepest < 30
        && !url.is_empty()
        && !url.starts_with('<')
        && !url.bytes().any(|b| b <= b' ' || b == 0x7f);
    if !bare {
        out.push('<');
    }
    for (at, c) in url.char_indices() {
        let rest = cut(&url, at, url.len());
        let escaped = match c {
            '\\' => rest.as_bytes().get(1).is_none_or(u8::is_ascii_punctuation),
            '&' => crate::entity::decode(rest).is_some(),
            '<' | '>' => !bare,
            _ => false,
        };
        if escaped {
            out.push('\\');
        }
        out.push(c);
    }
    if !bare {
        out.push('>');
    }
}

fn escape_quoted(out: &mut String, text: &str) {
    let text = text.replace('\n', " ");
    for (at, c) in text.char_indices() {
        let rest = cut(&text, at, text.len());
        let escaped = match c {
            '"' => true,
            '\\' => rest.as_bytes().get(1).is_none_or(u8::is_ascii_punctuation),
            '&' => crate::entity::decode(rest).is_some(),
            _ => false,
        };
        if escaped {
            out.push('\\');
        }
        out.push(c);
    }
}
