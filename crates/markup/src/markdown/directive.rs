//! The directive grammar: `:::name[label]{k="v"}`, `::name[label]{…}`, `:name[label]{…}`
//! (content conversion spec section 8.3).

use crate::model::Attrs;
use crate::scan::{byte, cut, tail};

/// Attribute lists longer than this are text.
const MAX_PART: usize = 20_000;

/// Labels longer than this are text.
const MAX_LABEL: usize = 2000;

/// Directives that hold blocks.
pub(crate) const CONTAINERS: &[&str] = &[
    "info",
    "note",
    "tip",
    "success",
    "warning",
    "error",
    "panel",
    "expand",
    "layout",
    "column",
    "decisions",
    "macro",
];

/// Directives that are blocks without content.
pub(crate) const LEAVES: &[&str] = &["toc", "jira", "children", "anchor", "keep"];

/// Directives inside running text.
pub(crate) const INLINES: &[&str] =
    &["status", "date", "jira", "emoji", "emoticon", "placeholder", "anchor", "keep"];

/// The name that starts at `at`: letters only.
pub(crate) fn name_at(text: &str, at: usize) -> &str {
    let len = tail(text, at).bytes().take_while(u8::is_ascii_lowercase).count();
    cut(text, at, at + len)
}

/// A label `[…]` that starts at `at`: its text and where it ends. Brackets inside are balanced or
/// escaped; it does not cross a line end.
pub(crate) fn label_at(text: &str, at: usize) -> Option<(String, usize)> {
    if byte(text, at) != b'[' {
        return None;
    }
    let mut depth = 0usize;
    let mut out = String::new();
    let mut from = at + 1;
    let mut pos = at + 1;
    loop {
        if pos - at > MAX_LABEL {
            return None;
        }
        match byte(text, pos) {
            0 | b'\n' => return None,
            b'\\' if byte(text, pos + 1).is_ascii_punctuation() => {
                out.push_str(cut(text, from, pos));
                from = pos + 1;
                pos += 2;
            }
            b'[' => {
                depth += 1;
                pos += 1;
            }
            b']' if depth > 0 => {
                depth -= 1;
                pos += 1;
            }
            b']' => {
                out.push_str(cut(text, from, pos));
                return Some((out, pos + 1));
            }
            _ => pos += 1,
        }
    }
}

/// Attributes `{k="v" k2=v2}` that start at `at`, and where they end.
pub(crate) fn attrs_at(text: &str, at: usize) -> Option<(Attrs, usize)> {
    if byte(text, at) != b'{' {
        return None;
    }
    let mut attrs = Attrs::default();
    let mut pos = at + 1;
    loop {
        pos += tail(text, pos).bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
        if byte(text, pos) == b'}' {
            return Some((attrs, pos + 1));
        }
        let key_len = tail(text, pos).bytes().take_while(|b| is_key_byte(*b)).count();
        let key = cut(text, pos, pos + key_len);
        if key_len == 0 || byte(text, pos + key_len) != b'=' || pos - at > MAX_PART {
            return None;
        }
        pos += key_len + 1;
        let (value, end) = value_at(text, pos)?;
        pos = end;
        if attrs.get(key).is_none() {
            attrs.set(key, value);
        }
    }
}

fn is_key_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':')
}

fn value_at(text: &str, at: usize) -> Option<(String, usize)> {
    if byte(text, at) != b'"' {
        let len = tail(text, at)
            .bytes()
            .take_while(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'}' | b'"'))
            .count();
        return (len > 0).then(|| (cut(text, at, at + len).to_owned(), at + len));
    }
    let mut out = String::new();
    let mut from = at + 1;
    let mut pos = at + 1;
    loop {
        if pos - at > MAX_PART {
            return None;
        }
        match byte(text, pos) {
            0 | b'\n' => return None,
            b'\\' if matches!(byte(text, pos + 1), b'"' | b'\\') => {
                out.push_str(cut(text, from, pos));
                from = pos + 1;
                pos += 2;
            }
            b'"' => {
                out.push_str(cut(text, from, pos));
                return Some((out, pos + 1));
            }
            _ => pos += 1,
        }
    }
}

/// Whether `key` and `value` can be written as a directive attribute.
pub(crate) fn can_hold(key: &str, value: &str) -> bool {
    !key.is_empty()
        && key.bytes().all(is_key_byte)
        && value.len() < MAX_PART / 2
        && !value.contains(['\n', '\0'])
}

/// Appends `[label]` when there is one.
pub(crate) fn write_label(out: &mut String, label: &str) {
    if label.is_empty() {
        return;
    }
    out.push('[');
    let mut chars = label.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '[' | ']' => {
                out.push('\\');
                out.push(c);
            }
            '\\' if chars.peek().is_none_or(char::is_ascii_punctuation) => out.push_str("\\\\"),
            '\n' => out.push(' '),
            _ => out.push(c),
        }
    }
    out.push(']');
}

/// Appends `{k="v" …}` when there are any.
pub(crate) fn write_attrs(out: &mut String, attrs: &Attrs) {
    if attrs.is_empty() {
        return;
    }
    out.push('{');
    for (at, (key, value)) in attrs.0.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        out.push_str(key);
        out.push_str("=\"");
        let mut chars = value.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' if chars.peek().is_none_or(|n| matches!(n, '"' | '\\')) => {
                    out.push_str("\\\\");
                }
                '\n' => out.push(' '),
                _ => out.push(c),
            }
        }
        out.push('"');
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_go_there_and_back() {
        let mut attrs = Attrs::default();
        attrs.set("a", "x \"y\" \\ z\\");
        attrs.set("b", "\\\\");
        let mut text = String::new();
        write_attrs(&mut text, &attrs);
        assert_eq!(attrs_at(&text, 0), Some((attrs, text.len())));
    }

    #[test]
    fn bare_values_and_broken_lists() {
        let (attrs, end) = attrs_at("{a=1 b=two}", 0).unwrap();
        assert_eq!((attrs.get("a"), attrs.get("b"), end), (Some("1"), Some("two"), 11));
        assert_eq!(attrs_at("{a=\"1}", 0), None);
        assert_eq!(attrs_at("{id}", 0), None);
    }

    #[test]
    fn labels_go_there_and_back() {
        for label in ["a [b] c", "x\\", "a\\*b", "]["] {
            let mut text = String::new();
            write_label(&mut text, label);
            assert_eq!(label_at(&text, 0), Some((label.to_owned(), text.len())));
        }
    }
}
