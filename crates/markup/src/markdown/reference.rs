//! Link reference definitions at the start of a paragraph.

use super::block::Refs;
use super::destination;
use crate::scan::{byte, cut, tail};

/// The most definitions a document may hold.
const MAX_REFS: usize = 10_000;

/// Takes the definitions off the start of `text` and files them.
pub(crate) fn strip(text: &mut String, refs: &mut Refs) {
    let mut at = 0;
    while let Some((label, url, title, end)) = definition(text, at) {
        if refs.len() < MAX_REFS {
            refs.entry(super::fold_label(&label)).or_insert((url, title));
        }
        at = end;
    }
    if at > 0 {
        text.drain(..at);
    }
}

fn definition(text: &str, at: usize) -> Option<(String, String, String, usize)> {
    if byte(text, at) != b'[' || matches!(byte(text, at + 1), b'^' | b'~') {
        return None;
    }
    let mut pos = at + 1;
    loop {
        match byte(text, pos) {
            b']' => break,
            b'\\' => pos += 2,
            b'[' | 0 => return None,
            _ => pos += 1,
        }
        if pos - at > 999 {
            return None;
        }
    }
    let label = cut(text, at + 1, pos).trim();
    if label.is_empty() || byte(text, pos + 1) != b':' {
        return None;
    }
    let start = destination::skip_blanks(text, pos + 2);
    let (url, mut end) = destination::address(text, start)?;
    if end == start {
        return None;
    }
    let mut title = String::new();
    let gap = destination::skip_blanks(text, end);
    if gap > end
        && let Some((found, after)) = destination::title(text, gap)
        && line_end(text, after).is_some()
    {
        title = found;
        end = after;
    }
    let end = line_end(text, end)?;
    Some((label.to_owned(), url, title, end))
}

/// The start of the next line when only blanks are left on this one.
fn line_end(text: &str, at: usize) -> Option<usize> {
    let rest = tail(text, at);
    let blank = rest.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
    match byte(rest, blank) {
        b'\n' => Some(at + blank + 1),
        0 if at + blank >= text.len() => Some(text.len()),
        _ => None,
    }
}
