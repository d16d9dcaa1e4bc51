//! Finds the macros of a wiki text in one pass, before anything else is read: what stands in code
//! is never touched (content conversion spec section 3).

use std::collections::HashMap;

use crate::model::Attrs;
use crate::scan::{byte, cut, tail};

/// A macro with its closing tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Macro {
    /// Lower case.
    pub(super) name: String,
    /// What follows the colon.
    pub(super) params: String,
    pub(super) start: usize,
    /// Where the content starts and ends.
    pub(super) inner: (usize, usize),
    pub(super) end: usize,
}

/// Macros whose content is verbatim.
fn is_verbatim(name: &str) -> bool {
    matches!(name, "code" | "noformat" | "adf")
}

/// Macros that hold blocks.
fn is_container(name: &str) -> bool {
    matches!(name, "quote" | "panel" | "info" | "note" | "tip" | "warning" | "expand")
}

/// A tag `{name}` or `{name:params}` at `at`: name, params, where it ends.
pub(super) fn tag_at(text: &str, at: usize) -> Option<(String, &str, usize)> {
    let rest = tail(text, at + 1);
    let len = rest.bytes().take(12).take_while(u8::is_ascii_alphabetic).count();
    let name = cut(rest, 0, len).to_ascii_lowercase();
    if !(is_verbatim(&name) || is_container(&name) || name == "color") {
        return None;
    }
    match byte(rest, len) {
        b'}' => Some((name, "", at + len + 2)),
        b':' => {
            let params = tail(rest, len + 1);
            let end = params.bytes().take(2000).position(|b| matches!(b, b'}' | b'\n'))?;
            (byte(params, end) == b'}').then(|| (name, cut(params, 0, end), at + len + 3 + end))
        }
        _ => None,
    }
}

/// All complete macros in order of their starts; one in another comes after it.
pub(super) fn find(text: &str) -> Vec<Macro> {
    let mut found: Vec<Macro> = Vec::new();
    // Opened containers: which of `found` they are.
    let mut open: Vec<usize> = Vec::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut missing: HashMap<String, ()> = HashMap::new();
    let mut at = 0;
    while let Some(next) = tail(text, at).find('{') {
        at += next;
        let escaped =
            at > 0 && byte(text, at - 1) == b'\\' && !(at > 1 && byte(text, at - 2) == b'\\');
        // `{{code}}` is the word in monospace.
        if !escaped
            && byte(text, at + 1) == b'{'
            && let Some((_, "", end)) = tag_at(text, at + 1)
            && byte(text, end) == b'}'
        {
            at = end + 1;
            continue;
        }
        let tag = if escaped { None } else { tag_at(text, at) };
        let Some((name, params, end)) = tag else {
            at += 1;
            continue;
        };
        if is_verbatim(&name) {
            let close =
                if missing.contains_key(&name) { None } else { close_tag(text, end, &name) };
            match close {
                Some(close) => {
                    let after = close + name.len() + 2;
                    found.push(Macro {
                        name,
                        params: params.to_owned(),
                        start: at,
                        inner: (end, close),
                        end: after,
                    });
                    at = after;
                }
                None => {
                    missing.insert(name, ());
                    at = end;
                }
            }
            continue;
        }
        if is_container(&name) {
            let is_open = counts.get(&name).copied().unwrap_or(0) > 0;
            if params.is_empty() && is_open {
                while let Some(index) = open.pop() {
                    let Some(item) = found.get_mut(index) else { continue };
                    if let Some(count) = counts.get_mut(&item.name) {
                        *count = count.saturating_sub(1);
                    }
                    if item.name == name {
                        item.inner.1 = at;
                        item.end = end;
                        break;
                    }
                }
            } else {
                *counts.entry(name.clone()).or_default() += 1;
                open.push(found.len());
                found.push(Macro {
                    name,
                    params: params.to_owned(),
                    start: at,
                    inner: (end, end),
                    end: 0,
                });
            }
        }
        at = end;
    }
    // What was never closed is text.
    found.retain(|item| item.end > 0);
    found
}

/// Where the closing tag of a verbatim macro stands.
fn close_tag(text: &str, from: usize, name: &str) -> Option<usize> {
    let mut at = from;
    loop {
        at += tail(text, at).find('{')?;
        let end = at + name.len() + 1;
        if byte(text, end) == b'}'
            && text.get(at + 1..end).is_some_and(|found| found.eq_ignore_ascii_case(name))
        {
            return Some(at);
        }
        at += 1;
    }
}

/// Parameters `a|k=v|…`: the bare first one and the named ones.
pub(super) fn params(text: &str) -> (String, Attrs) {
    let mut first = String::new();
    let mut attrs = Attrs::default();
    for (at, part) in text.split('|').enumerate() {
        match part.split_once('=') {
            Some((key, value)) if crate::markdown::directive::can_hold(key.trim(), value) => {
                attrs.set(key.trim(), value.trim());
            }
            _ if at == 0 => first = part.trim().to_owned(),
            _ => {}
        }
    }
    (first, attrs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, &str)> {
        find(text).iter().map(|m| (m.name.clone(), &text[m.inner.0..m.inner.1])).collect()
    }

    #[test]
    fn macros_are_found_with_their_content() {
        assert_eq!(
            names("{quote}a{code}{quote}{CODE}b{quote} {panel:title=x}{panel}"),
            [
                ("quote".into(), "a{code}{quote}{CODE}b"),
                ("code".into(), "{quote}"),
                ("panel".into(), "")
            ]
        );
        assert_eq!(names("{code} never closed {quote}"), []);
        assert_eq!(names("\\{code} x {code}"), []);
    }

    #[test]
    fn parameters() {
        let (first, attrs) = params("java|title=A b|x");
        assert_eq!((first.as_str(), attrs.get("title")), ("java", Some("A b")));
    }
}
