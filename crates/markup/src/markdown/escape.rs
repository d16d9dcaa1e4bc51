//! Escapes: only what the reader would otherwise take as markup
//! (content conversion spec section 8.4).

use super::flank::{self, Flank};
use super::{autolink, directive, special, start};
use crate::entity;
use crate::model::{Inline, Mark};
use crate::scan::{byte, char_at, char_before, cut, run, tail};

/// Where text is written to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// A cell of a GFM table.
    pub(crate) table: bool,
    /// A cell of an HTML table.
    pub(crate) html: bool,
    /// The text of a link.
    pub(crate) link: bool,
    /// Everything that could be markup is escaped.
    pub(crate) strict: bool,
}

/// Which signs could find a partner in the block.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Signs {
    star: bool,
    under: bool,
    tilde: bool,
    caret: bool,
    equal: bool,
    /// `](` occurs.
    target: bool,
}

impl Signs {
    /// Looks through a block's text.
    pub(crate) fn of(inlines: &[Inline]) -> Self {
        let mut survey = Survey::default();
        survey.look(inlines, false);
        Self {
            star: survey.star.pair,
            under: survey.under.pair,
            tilde: survey.tilde.pair,
            caret: survey.caret.pair,
            equal: survey.equal.pair,
            target: survey.target,
        }
    }
}

/// Whether a sign that could close stands behind one that could open.
#[derive(Default)]
struct Seen {
    open: bool,
    pair: bool,
}

#[derive(Default)]
struct Survey {
    star: Seen,
    under: Seen,
    tilde: Seen,
    caret: Seen,
    equal: Seen,
    target: bool,
}

impl Survey {
    fn look(&mut self, inlines: &[Inline], nested: bool) {
        const PAIR: Seen = Seen { open: true, pair: true };
        for (at, inline) in inlines.iter().enumerate() {
            match inline {
                Inline::Text(text) => {
                    self.text(text, nested || at > 0, nested || at + 1 < inlines.len());
                }
                Inline::Mark(mark, content) => {
                    match mark {
                        Mark::Strong | Mark::Em => self.star = PAIR,
                        Mark::Strike => self.tilde = PAIR,
                        _ => {}
                    }
                    self.look(content, true);
                }
                Inline::Link { content, .. } | Inline::Comment { content, .. } => {
                    self.look(content, true);
                }
                _ => {}
            }
        }
    }

    /// `before` and `after` say that something else stands beside the text.
    fn text(&mut self, text: &str, before: bool, after: bool) {
        let mut at = 0;
        while let Some(found) = tail(text, at)
            .bytes()
            .position(|b| matches!(b, b'*' | b'_' | b'~' | b'^' | b'=' | b']'))
        {
            at += found;
            let sign = byte(text, at);
            if sign == b']' {
                self.target |= byte(text, at + 1) == b'(';
                at += 1;
                continue;
            }
            let len = run(text, at, sign);
            let mut flank = flank::at(text, at, sign, len);
            if (at == 0 && before) || (at + len == text.len() && after) {
                flank = Flank { open: true, close: true };
            }
            let seen = match sign {
                b'*' => &mut self.star,
                b'_' => &mut self.under,
                b'~' => &mut self.tilde,
                b'^' => &mut self.caret,
                _ => &mut self.equal,
            };
            seen.pair |= flank.close && seen.open;
            seen.open |= flank.open;
            at += len;
        }
    }
}

/// Whether no byte of `text` can mean anything but itself wherever it stands.
pub(crate) fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| {
        b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b' ' | b',' | b';' | b'\'' | b'"')
    }) || text.bytes().all(|b| {
        b.is_ascii_alphanumeric()
            || b >= 0x80
            || matches!(
                b,
                b' ' | b',' | b';' | b'\'' | b'"' | b'.' | b'?' | b'%' | b'/' | b'(' | b')'
            )
    }) && !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.contains("www.")
}

/// Appends `text`, escaped; `next` is the character that follows in the output.
pub(crate) fn text(out: &mut String, text: &str, next: Option<char>, signs: Signs, place: Place) {
    if place.strict {
        return strict(out, text, place);
    }
    if is_plain(text) && !place.html {
        out.push_str(text);
        return;
    }
    let mut url = autolink::next_bare(text, 0);
    let mut at = 0;
    while at < text.len() {
        if let Some((start, len)) = url
            && start == at
        {
            at += bare_url(out, text, start, len, next, place);
            url = autolink::next_bare(text, at);
            continue;
        }
        let stop = url.map_or(text.len(), |(start, _)| start);
        let rest = cut(text, at, stop);
        let plain = rest.bytes().position(is_sign).unwrap_or(rest.len());
        if plain > 0 {
            out.push_str(cut(rest, 0, plain));
            at += plain;
            continue;
        }
        at += sign(out, text, at, next, signs, place);
    }
}

fn is_sign(b: u8) -> bool {
    matches!(
        b,
        b'\\'
            | b'`'
            | b'*'
            | b'_'
            | b'~'
            | b'^'
            | b'='
            | b'['
            | b']'
            | b'!'
            | b'<'
            | b'>'
            | b'&'
            | b'@'
            | b':'
            | b'$'
            | b'|'
            | b'{'
    )
}

/// Writes the sign at `at`; answers how many bytes of `text` it wrote.
fn sign(
    out: &mut String,
    text: &str,
    at: usize,
    next: Option<char>,
    signs: Signs,
    place: Place,
) -> usize {
    let b = byte(text, at);
    let last = at + 1 >= text.len();
    let following = if last { next } else { char_at(text, at + 1) };
    let escaped = match b {
        b'*' | b'_' | b'~' | b'^' | b'=' => return run_of_signs(out, text, at, next, signs),
        b'\\' => following.is_none_or(|c| c.is_ascii_punctuation() || c == '\n'),
        b'`' => true,
        b'[' => {
            place.link
                || signs.target
                || special::mention(text, at).is_some()
                || is_footnote(tail(text, at))
        }
        b']' => place.link,
        b'!' => last && next == Some('['),
        b'@' => last && next == Some('['),
        b'<' if place.html => {
            out.push_str("&lt;");
            return 1;
        }
        b'>' if place.html => {
            out.push_str("&gt;");
            return 1;
        }
        b'&' if place.html => {
            out.push_str("&amp;");
            return 1;
        }
        b'<' => following.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')),
        b'&' => entity::decode(tail(text, at)).is_some(),
        b':' => {
            let name = directive::name_at(text, at + 1);
            (last && next == Some(':'))
                || special::emoji(text, at).is_some()
                || (directive::INLINES.contains(&name) && byte(text, at + 1 + name.len()) == b'[')
        }
        b'|' => place.table,
        b'{' => at == 0 && out.ends_with([')', ']', '}']),
        b'$' => {
            let has_bar = |len: &usize| place.table && cut(text, at, at + len).contains('|');
            let math = special::math_len(text, at);
            if let Some(len) = math.filter(|len| !place.html && !has_bar(len)) {
                out.push_str(cut(text, at, at + len));
                return len;
            }
            let len = run(text, at, b'$');
            for _ in 0..len {
                out.push_str(if math.is_some() { "\\$" } else { "$" });
            }
            return len;
        }
        _ => false,
    };
    if escaped {
        out.push('\\');
    }
    out.push(char::from(b));
    1
}

/// Whether text starts with what could refer to a footnote.
fn is_footnote(text: &str) -> bool {
    text.strip_prefix("[^").is_some_and(|rest| {
        let len = rest.bytes().take(40).take_while(u8::is_ascii_alphanumeric).count();
        len > 0 && byte(rest, len) == b']'
    })
}

fn run_of_signs(
    out: &mut String,
    text: &str,
    at: usize,
    next: Option<char>,
    signs: Signs,
) -> usize {
    let b = byte(text, at);
    let len = run(text, at, b);
    let paired = match b {
        b'*' => signs.star,
        b'_' => signs.under,
        b'~' => signs.tilde,
        b'^' => signs.caret,
        _ => signs.equal,
    };
    let mut flank = flank::at(text, at, b, len);
    if at == 0 || at + len == text.len() {
        let before = if at == 0 { out.chars().next_back() } else { char_before(text, at) };
        let after = if at + len == text.len() { next } else { char_at(text, at + len) };
        let edge = flank::between(before, after, b, len);
        flank = Flank { open: flank.open || edge.open, close: flank.close || edge.close };
        // A sign that touches a mark's sign would join its run.
        if out.ends_with(char::from(b)) && at == 0 || next == Some(char::from(b)) {
            flank.open = true;
        }
    }
    let escape = paired && flank.any();
    for _ in 0..len {
        if escape {
            out.push('\\');
        }
        out.push(char::from(b));
    }
    len
}

/// An address in plain text is read as a link in any case: it is written so that the reader finds
/// exactly the same address. Answers how many bytes are written.
fn bare_url(
    out: &mut String,
    text: &str,
    start: usize,
    len: usize,
    next: Option<char>,
    place: Place,
) -> usize {
    let url = cut(text, start, start + len);
    let rest = tail(text, start + len).trim_start_matches(['.', ',', ':', ';', '!', '?']);
    let ends = match rest.chars().next() {
        None => next.is_none_or(|c| matches!(c, '\n' | ']')),
        Some(c) => c.is_whitespace(),
    };
    let odd_www = url.starts_with("www.") && !ends;
    if place.html || odd_www || (place.table && url.contains('|')) {
        // Escaped in the middle, and the rest as any text: the reader links what it reads.
        let (head, len) = if url.starts_with("www.") {
            ("www\\.", 4)
        } else {
            (
                if url.starts_with("https") { "https\\:" } else { "http\\:" },
                5 + usize::from(url.starts_with("https")),
            )
        };
        out.push_str(head);
        return len;
    }
    if ends || place.link {
        out.push_str(url);
    } else {
        out.push('<');
        out.push_str(url);
        out.push('>');
    }
    len
}

fn strict(out: &mut String, text: &str, place: Place) {
    for c in text.chars() {
        match c {
            '<' if place.html => out.push_str("&lt;"),
            '>' if place.html => out.push_str("&gt;"),
            '&' if place.html => out.push_str("&amp;"),
            c if c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
}

/// Appends `text` as HTML text or attribute value.
pub(crate) fn html(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '|' => out.push_str("&#124;"),
            _ => out.push(c),
        }
    }
}

/// Escapes what would start a block at the start of a line of a paragraph.
pub(crate) fn line_starts(paragraph: &str) -> String {
    let mut out = String::with_capacity(paragraph.len() + 8);
    let mut before = "";
    for (number, line) in paragraph.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        match line_start(line, number > 0, before) {
            Some(at) => {
                out.push_str(cut(line, 0, at));
                out.push('\\');
                out.push_str(tail(line, at));
            }
            None => out.push_str(line),
        }
        before = line;
    }
    if out.starts_with('[') {
        let mut rest = out.clone();
        super::reference::strip(&mut rest, &mut super::block::Refs::new());
        if rest.len() != out.len() {
            out.insert(0, '\\');
        }
    }
    out
}

/// Where a backslash keeps the line from starting a block.
fn line_start(line: &str, in_paragraph: bool, before: &str) -> Option<usize> {
    let first = byte(line, 0);
    if first.is_ascii_alphabetic() || first >= 0x80 {
        return None;
    }
    let trimmed = line.trim_end();
    if in_paragraph
        && (start::setext_level(trimmed).is_some()
            || super::table::delimiter_row(trimmed, before).is_some())
    {
        return Some(0);
    }
    if trimmed.starts_with(":::") && trimmed.bytes().all(|b| b == b':') {
        return Some(0);
    }
    match start::opener(&super::line::Line::new(line), in_paragraph, true) {
        start::Opener::None => None,
        start::Opener::Item(item) if item.ordered => Some(item.width - 1),
        _ => Some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escape(source: &str) -> String {
        let signs = Signs::of(&[Inline::Text(source.to_owned())]);
        let mut out = String::new();
        text(&mut out, source, None, signs, Place::default());
        line_starts(&out)
    }

    #[test]
    fn what_is_no_markup_stays() {
        for same in [
            "snake_case and a-b",
            "2 * 3 * 4",
            "x*y alone",
            "array[0] = [1, 2]",
            "C++ a < b && c",
            "5 - 3",
            "#42",
            "a_b",
            "price $5 or $10",
            "$a_1*b$",
            "*.py and build/*",
            "{chart:x}",
            "see https://x.example/a_b_c. Then",
            "10:30",
            "a | b",
        ] {
            assert_eq!(escape(same), same);
        }
    }

    #[test]
    fn what_would_be_markup_is_escaped() {
        for (text, want) in [
            ("*x*", "\\*x\\*"),
            ("[t](u)", "\\[t](u)"),
            ("<b>", "\\<b>"),
            ("&amp;", "\\&amp;"),
            (":status[x]", "\\:status[x]"),
            (":smile:", "\\:smile:"),
            ("[~bob]", "\\[~bob]"),
            ("1. no", "1\\. no"),
            ("# no", "\\# no"),
            (":::", "\\:::"),
            ("::toc", "\\::toc"),
        ] {
            assert_eq!(escape(text), want);
        }
    }
}
