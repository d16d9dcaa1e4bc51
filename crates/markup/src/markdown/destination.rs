//! Addresses and titles of links.

use crate::entity;
use crate::scan::{byte, cut, tail};

/// Parentheses nest this deep in a bare address.
const MAX_PARENS: usize = 32;

/// The position after blanks and at most one line end.
pub(crate) fn skip_blanks(text: &str, at: usize) -> usize {
    let mut pos = at;
    let mut lines = 0;
    loop {
        match byte(text, pos) {
            b' ' | b'\t' => pos += 1,
            b'\n' if lines == 0 => {
                lines = 1;
                pos += 1;
            }
            _ => return pos,
        }
    }
}

/// The address that starts at `at`, in angle brackets or bare, and where it ends.
pub(crate) fn address(text: &str, at: usize) -> Option<(String, usize)> {
    if byte(text, at) == b'<' {
        let mut pos = at + 1;
        loop {
            match byte(text, pos) {
                b'>' => return Some((unescape(cut(text, at + 1, pos)), pos + 1)),
                b'\n' | b'<' | 0 => return None,
                b'\\' if byte(text, pos + 1).is_ascii_punctuation() => pos += 2,
                _ => pos += 1,
            }
        }
    }
    let mut pos = at;
    let mut depth = 0;
    loop {
        match byte(text, pos) {
            0..=b' ' | 0x7f => break,
            b'\\' if byte(text, pos + 1).is_ascii_punctuation() => pos += 2,
            b'(' => {
                depth += 1;
                if depth > MAX_PARENS {
                    return None;
                }
                pos += 1;
            }
            b')' if depth == 0 => break,
            b')' => {
                depth -= 1;
                pos += 1;
            }
            _ => pos += 1,
        }
    }
    (depth == 0).then(|| (unescape(cut(text, at, pos)), pos))
}

/// The title in quotes or parentheses that starts at `at`, and where it ends.
pub(crate) fn title(text: &str, at: usize) -> Option<(String, usize)> {
    let close = match byte(text, at) {
        b'"' => b'"',
        b'\'' => b'\'',
        b'(' => b')',
        _ => return None,
    };
    let mut pos = at + 1;
    loop {
        match byte(text, pos) {
            0 if pos >= text.len() => return None,
            b'(' if close == b')' => return None,
            b'\n' if byte(text, pos + 1) == b'\n' => return None,
            b'\\' if byte(text, pos + 1).is_ascii_punctuation() => pos += 2,
            b if b == close => {
                let title = unescape(cut(text, at + 1, pos)).replace('\n', " ");
                return Some((title, pos + 1));
            }
            _ => pos += 1,
        }
    }
}

/// Takes backslashes off punctuation and decodes entities.
pub(crate) fn unescape(text: &str) -> String {
    if !text.contains(['\\', '&']) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut from = 0;
    while at < text.len() {
        match byte(text, at) {
            b'\\' if byte(text, at + 1).is_ascii_punctuation() => {
                out.push_str(cut(text, from, at));
                from = at + 1;
                at += 2;
            }
            b'&' => match entity::decode(tail(text, at)) {
                Some((decoded, len)) => {
                    out.push_str(cut(text, from, at));
                    out.push_str(&decoded);
                    at += len;
                    from = at;
                }
                None => at += 1,
            },
            _ => at += 1,
        }
    }
    out.push_str(tail(text, from));
    out
}
