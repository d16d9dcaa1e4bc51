//! Addresses that are links by themselves.

use crate::model::{Inline, Target, push_inline};
use crate::scan::{byte, char_before, cut, tail};

/// An address in angle brackets at `at`: where it leads, what is shown, where it ends.
pub(crate) fn angle(text: &str, at: usize) -> Option<(String, String, usize)> {
    let rest = tail(text, at + 1);
    let len = rest.bytes().take(2100).position(|b| matches!(b, b'>' | b'<' | b' ' | b'\n'))?;
    if byte(rest, len) != b'>' {
        return None;
    }
    let inner = cut(rest, 0, len);
    let end = at + len + 2;
    if let Some(colon) = inner.find(':') {
        let scheme = cut(inner, 0, colon);
        let is_scheme = (2..=32).contains(&scheme.len())
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        let is_storage = matches!(scheme, "ac" | "ri");
        return (is_scheme && !is_storage).then(|| (inner.to_owned(), inner.to_owned(), end));
    }
    is_email(inner).then(|| (format!("mailto:{inner}"), inner.to_owned(), end))
}

/// Whether `text` is an address for mail.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b))
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// The length of the bare address that starts at `start` with `head` (`https`, `http`, `www`).
pub(crate) fn bare_len(text: &str, start: usize, head: &str) -> Option<usize> {
    let rest = tail(text, start);
    let after = rest.strip_prefix(head)?;
    let body = if head == "www" { after.strip_prefix('.')? } else { after.strip_prefix("://")? };
    let before = char_before(text, start);
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '@')) {
        return None;
    }
    if !body.starts_with(|c: char| c.is_alphanumeric() || c == '[') {
        return None;
    }
    let (mut parens, mut squares) = (0i32, 0i32);
    let mut len = 0;
    for c in body.chars() {
        match c {
            ' ' | '\t' | '\n' | '<' | '>' | '"' | '`' | '|' | '{' | '}' | '\\' => break,
            c if c.is_control() || c.is_whitespace() => break,
            // Full-width punctuation ends an address in running CJK text.
            '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' => break,
            '(' => parens += 1,
            ')' => {
                parens -= 1;
                if parens < 0 {
                    break;
                }
            }
            '[' => squares += 1,
            ']' => {
                squares -= 1;
                if squares < 0 {
                    break;
                }
            }
            _ => {}
        }
        len += c.len_utf8();
    }
    let trimmed = cut(body, 0, len)
        .trim_end_matches(['?', '!', '.', ',', ':', '*', '_', '~', '\'', ';', '$', '^', '=']);
    // An open bracket at the end belongs to the text.
    let trimmed = trimmed.trim_end_matches(['(', '[']);
    let host = trimmed.split(['/', '?', '#']).next().unwrap_or_default();
    let fits = !host.is_empty()
        && host.chars().any(char::is_alphanumeric)
        && (head != "www" || host.contains('.'));
    fits.then(|| rest.len() - body.len() + trimmed.len())
}

/// The link that a bare address is.
pub(crate) fn link(url: &str) -> Inline {
    let href = if url.starts_with("www.") { format!("http://{url}") } else { url.to_owned() };
    Inline::Link {
        target: Target::Url(href),
        title: String::new(),
        content: vec![Inline::Text(url.to_owned())],
    }
}

/// Where the next bare address in `text` starts at or after `from`, and its length.
pub(crate) fn next_bare(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let found = tail(text, at).bytes().position(|b| matches!(b, b':' | b'.'))?;
        at += found;
        let head: &[&str] = if byte(text, at) == b'.' { &["www"] } else { &["https", "http"] };
        for head in head {
            let Some(start) = at.checked_sub(head.len()).filter(|start| *start >= from) else {
                continue;
            };
            if let Some(len) = bare_len(text, start, head) {
                return Some((start, len));
            }
        }
        at += 1;
    }
}

/// Links the addresses in plain text that an escape or a reference hid from the first look.
pub(crate) fn linkify(inlines: &mut Vec<Inline>) {
    let has = |inline: &Inline| match inline {
        Inline::Text(text) => next_bare(text, 0).is_some(),
        Inline::Mark(..) => true,
        _ => false,
    };
    if !inlines.iter().any(has) {
        return;
    }
    let old = std::mem::take(inlines);
    for inline in old {
        match inline {
            Inline::Text(text) => {
                let mut from = 0;
                while let Some((start, len)) = next_bare(&text, from) {
                    push_inline(inlines, Inline::Text(cut(&text, from, start).to_owned()));
                    inlines.push(link(cut(&text, start, start + len)));
                    from = start + len;
                }
                push_inline(inlines, Inline::Text(tail(&text, from).to_owned()));
            }
            Inline::Mark(mark, mut content) => {
                linkify(&mut content);
                inlines.push(Inline::Mark(mark, content));
            }
            other => inlines.push(other),
        }
    }
}

/// Inside a link's text there are no links.
pub(crate) fn unlink(inlines: &mut Vec<Inline>) {
    let is_flat = |inline: &Inline| !matches!(inline, Inline::Link { .. } | Inline::Mark(..));
    if inlines.iter().all(is_flat) {
        return;
    }
    let old = std::mem::take(inlines);
    for inline in old {
        match inline {
            Inline::Link { content, .. } => {
                for inner in content {
                    push_inline(inlines, inner);
                }
            }
            Inline::Mark(mark, mut content) => {
                unlink(&mut content);
                inlines.push(Inline::Mark(mark, content));
            }
            other => push_inline(inlines, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(text: &str) -> Option<&str> {
        next_bare(text, 0).map(|(at, len)| cut(text, at, at + len))
    }

    #[test]
    fn bare_addresses() {
        assert_eq!(bare("see https://x.example/p?a=1&b=2."), Some("https://x.example/p?a=1&b=2"));
        assert_eq!(bare("(https://x.example/F_(b))"), Some("https://x.example/F_(b)"));
        assert_eq!(bare("xhttps://x.example"), None);
        assert_eq!(bare("www.example.com, and"), Some("www.example.com"));
        assert_eq!(bare("http:// none"), None);
        assert_eq!(bare("**https://x.example**"), Some("https://x.example"));
    }

    #[test]
    fn angle_addresses() {
        assert_eq!(angle("<https://a b>", 0), None);
        assert_eq!(angle("<a@x.example>", 0).map(|a| a.0), Some("mailto:a@x.example".into()));
        assert_eq!(angle("<b>", 0), None);
    }
}
