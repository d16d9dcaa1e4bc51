//! What a line can start: one look at its first bytes.

use super::block::{Kind, is_container_name};
use super::directive;
use super::line::Line;
use crate::model::Attrs;
use crate::scan::{blanks, byte, cut, run, tail};

/// A list item's marker.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ItemStart {
    pub(crate) ordered: bool,
    pub(crate) start: u64,
    pub(crate) sign: u8,
    /// Columns before the marker.
    pub(crate) indent: usize,
    /// Bytes of the marker.
    pub(crate) width: usize,
}

/// What a line starts.
#[derive(Debug)]
pub(crate) enum Opener {
    None,
    Quote,
    Item(ItemStart),
    /// A block that holds no others, and its text.
    Leaf(Kind, String),
    /// A container, and how many bytes after the blanks its opening takes.
    Container(Kind, usize),
    /// A footnote's label, and how many bytes its opening takes.
    Footnote(String, usize),
    Html,
    Comment,
    Raw,
}

/// What `line` starts, seen from where it stands.
pub(crate) fn opener(line: &Line<'_>, in_paragraph: bool, html: bool) -> Opener {
    let text = line.after_indent();
    let found = match byte(text, 0) {
        b'>' => Some(Opener::Quote),
        b'#' => heading(text),
        b'`' | b'~' => fence(text, line.indent()),
        b':' => directive(text),
        b'{' => peer_expand(text),
        b'!' => admonition(text),
        b'<' => angle(text, html),
        b'[' => bracket(text),
        b'*' | b'-' | b'_' if is_rule(text) => Some(Opener::Leaf(Kind::Rule, String::new())),
        _ => None,
    };
    found
        .or_else(|| item(text, line.indent(), in_paragraph).map(Opener::Item))
        .unwrap_or(Opener::None)
}

fn heading(text: &str) -> Option<Opener> {
    let level = run(text, 0, b'#');
    if level > 6 || !matches!(byte(text, level), 0 | b' ' | b'\t') {
        return None;
    }
    let mut inner = tail(text, level).trim_matches([' ', '\t']);
    let stripped = inner.trim_end_matches('#');
    if stripped.is_empty() || stripped.ends_with([' ', '\t']) {
        inner = stripped.trim_end_matches([' ', '\t']);
    }
    Some(Opener::Leaf(Kind::Heading { level: u8::try_from(level).unwrap_or(6) }, inner.to_owned()))
}

fn fence(text: &str, indent: usize) -> Option<Opener> {
    let sign = byte(text, 0);
    let len = run(text, 0, sign);
    let info = tail(text, len).trim();
    if len < 3 || (sign == b'`' && info.contains('`')) {
        return None;
    }
    Some(Opener::Leaf(Kind::Fenced { sign, len, indent, info: info.to_owned() }, String::new()))
}

/// Whether `text` closes a fence of `len` times `sign`.
pub(crate) fn closes_fence(text: &str, sign: u8, len: usize) -> bool {
    let have = run(text, 0, sign);
    have >= len && tail(text, have).trim_matches([' ', '\t', '\r']).is_empty()
}

/// 1 or 2 when `text` underlines a heading.
pub(crate) fn setext_level(text: &str) -> Option<u8> {
    let sign = byte(text, 0);
    let level = match sign {
        b'=' => 1,
        b'-' => 2,
        _ => return None,
    };
    (run(text, 0, sign) == text.len()).then_some(level)
}

/// Whether `text` is a thematic break.
pub(crate) fn is_rule(text: &str) -> bool {
    let sign = byte(text, 0);
    if !matches!(sign, b'*' | b'-' | b'_') {
        return false;
    }
    let mut count = 0;
    for b in text.bytes() {
        if b == sign {
            count += 1;
        } else if !matches!(b, b' ' | b'\t') {
            return false;
        }
    }
    count >= 3
}

fn item(text: &str, indent: usize, in_paragraph: bool) -> Option<ItemStart> {
    let sign = byte(text, 0);
    let (ordered, start, width, sign) = match sign {
        b'-' | b'+' | b'*' => (false, 0, 1, sign),
        b'0'..=b'9' => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let sign = byte(text, digits);
            if digits > 9 || !matches!(sign, b'.' | b')') {
                return None;
            }
            (true, cut(text, 0, digits).parse().ok()?, digits + 1, sign)
        }
        _ => return None,
    };
    if !matches!(byte(text, width), 0 | b' ' | b'\t') {
        return None;
    }
    let empty = crate::scan::is_blank(tail(text, width));
    if in_paragraph && (empty || (ordered && start != 1)) {
        return None;
    }
    Some(ItemStart { ordered, start, sign, indent, width })
}

fn directive(text: &str) -> Option<Opener> {
    let colons = run(text, 0, b':');
    let at = colons + blanks(text, colons);
    let name = directive::name_at(text, at);
    if colons < 2 || name.is_empty() || (colons == 2 && at > colons) {
        return None;
    }
    let mut end = at + name.len();
    let mut label = String::new();
    let mut attrs = Attrs::default();
    if let Some((found, after)) = directive::label_at(text, end) {
        label = found;
        end = after;
    }
    if let Some((found, after)) = directive::attrs_at(text, end) {
        attrs = found;
        end = after;
    }
    let rest = tail(text, end).trim();
    if colons == 2 {
        let known = rest.is_empty() && directive::LEAVES.contains(&name);
        let kind = Kind::Leaf { name: name.to_owned(), label, attrs };
        return known.then(|| Opener::Leaf(kind, String::new()));
    }
    if !is_container_name(name) {
        return None;
    }
    if !rest.is_empty() {
        // `:::info Some title`, as other dialects write it.
        if end != at + name.len() || matches!(name, "layout" | "column" | "decisions" | "macro") {
            return None;
        }
        label = rest.trim_end_matches(':').trim().to_owned();
    }
    let kind = Kind::Directive { colons, name: name.to_owned(), label, attrs };
    Some(Opener::Container(kind, text.len()))
}

fn peer_expand(text: &str) -> Option<Opener> {
    let text = text.trim_end();
    let inner = text.strip_prefix("{expand")?.strip_suffix('}')?;
    let title = match inner.strip_prefix(':') {
        Some(title) => title.strip_prefix("title=").unwrap_or(title),
        None if inner.is_empty() => "",
        None => return None,
    };
    if title.contains(['{', '}']) {
        return None;
    }
    let kind = Kind::Expand { html: false, title: title.trim().to_owned() };
    Some(Opener::Container(kind, text.len()))
}

fn admonition(text: &str) -> Option<Opener> {
    let rest = text.strip_prefix("!!! ")?;
    let name = directive::name_at(rest, 0);
    if name.is_empty() {
        return None;
    }
    let title = tail(rest, name.len()).trim();
    let title = match title.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"')?,
        None if title.is_empty() => "",
        None => return None,
    };
    let kind = Kind::Indented { footnote: false, name: name.to_owned(), title: title.to_owned() };
    Some(Opener::Container(kind, text.len()))
}

fn angle(text: &str, html: bool) -> Option<Opener> {
    if text.starts_with("<ac:") || text.starts_with("<ri:") {
        return Some(Opener::Raw);
    }
    if !html {
        return None;
    }
    if text.starts_with("<!--") {
        // A comment before other text of the line belongs to that text.
        let alone = text.find("-->").is_none_or(|at| tail(text, at + 3).trim().is_empty());
        return alone.then_some(Opener::Comment);
    }
    let name_len = tail(text, 1).bytes().take_while(u8::is_ascii_alphanumeric).count();
    let name = cut(text, 1, 1 + name_len).to_ascii_lowercase();
    if !matches!(byte(text, 1 + name_len), b' ' | b'\t' | b'>' | b'/' | 0) {
        return None;
    }
    match name.as_str() {
        "details" => {
            let end = text.find('>')? + 1;
            let kind = Kind::Expand { html: true, title: String::new() };
            Some(Opener::Container(kind, end))
        }
        "hr" => {
            let end = text.find('>')? + 1;
            tail(text, end).trim().is_empty().then(|| Opener::Leaf(Kind::Rule, String::new()))
        }
        name if super::html_block::is_block(name) => Some(Opener::Html),
        _ => None,
    }
}

fn bracket(text: &str) -> Option<Opener> {
    let whole = text.trim_end();
    if matches!(whole, "[[_TOC_]]" | "[TOC]" | "[toc]") {
        let kind = Kind::Leaf { name: "toc".into(), label: String::new(), attrs: Attrs::default() };
        return Some(Opener::Leaf(kind, String::new()));
    }
    let label = text.strip_prefix("[^")?;
    let end = label.find([']', '[', ' ', '\t'])?;
    if end == 0 || !tail(label, end).starts_with("]:") {
        return None;
    }
    let label = cut(label, 0, end).to_owned();
    Some(Opener::Footnote(label, end + 4))
}
