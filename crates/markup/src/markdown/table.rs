//! GFM tables, with the repair for pipes inside code spans (content conversion spec 8.3, repair 1).

use crate::model::Align;
use crate::scan::{byte, cut, run};

/// What is blank at the edges of a cell; a no-break space is text.
const BLANKS: [char; 2] = [' ', '\t'];

/// The columns' alignments when `text` is a delimiter row that fits the header row `head`.
pub(crate) fn delimiter_row(text: &str, head: &str) -> Option<Vec<Align>> {
    let text = text.trim();
    if !text.bytes().all(|b| matches!(b, b'|' | b':' | b'-' | b' ' | b'\t'))
        || !text.contains('-')
        // One dash and a blank is a list item.
        || text.starts_with("- ")
        || !(text.contains('|') || (head.contains('|') && text.contains(':')))
    {
        return None;
    }
    let mut columns = Vec::new();
    for cell in split(text, false) {
        let cell = cell.trim();
        let (left, right) = (cell.starts_with(':'), cell.ends_with(':'));
        let dashes = cell.trim_matches(':');
        if dashes.is_empty()
            || run(dashes, 0, b'-') != dashes.len()
            || cell.len() > dashes.len() + 2
        {
            return None;
        }
        columns.push(match (left, right) {
            (true, true) => Align::Center,
            (true, false) => Align::Left,
            (false, true) => Align::Right,
            (false, false) => Align::Default,
        });
    }
    (split(head, false).len() == columns.len() || split(head, true).len() == columns.len())
        .then_some(columns)
}

/// The cells of a row, fitted to `wanted` columns; a pipe inside a code span counts as escaped
/// when there would be too many cells otherwise.
pub(crate) fn cells(row: &str, wanted: usize) -> Vec<String> {
    let mut cells = split(row, false);
    if cells.len() > wanted && row.contains('`') {
        cells = split(row, true);
    }
    let mut cells: Vec<String> = cells.into_iter().map(unescape_pipes).collect();
    if cells.len() > wanted {
        // Nothing is lost: what is too much joins the last cell.
        let rest = cells.split_off(wanted.max(1));
        if let Some(last) = cells.last_mut() {
            for cell in rest.iter().filter(|cell| !cell.is_empty()) {
                last.push_str(" | ");
                last.push_str(cell);
            }
        }
    }
    cells.resize(wanted, String::new());
    cells
}

fn split(row: &str, code_aware: bool) -> Vec<&str> {
    let row = row.trim_matches(BLANKS);
    let row = row.strip_prefix('|').unwrap_or(row);
    let mut cells = Vec::new();
    let (mut from, mut at) = (0, 0);
    // The backtick runs that close one opened before them, when they matter.
    let closers = if code_aware { code_ends(row) } else { Vec::new() };
    let mut next_closer = 0;
    while at < row.len() {
        match byte(row, at) {
            b'\\' if byte(row, at + 1).is_ascii_punctuation() => at += 2,
            b'`' if code_aware => {
                let len = run(row, at, b'`');
                while closers.get(next_closer).is_some_and(|(open, _)| *open < at) {
                    next_closer += 1;
                }
                match closers.get(next_closer) {
                    Some((open, end)) if *open == at => at = *end,
                    _ => at += len,
                }
            }
            b'|' => {
                cells.push(cut(row, from, at).trim_matches(BLANKS));
                at += 1;
                from = at;
            }
            _ => at += 1,
        }
    }
    let last = cut(row, from, row.len()).trim_matches(BLANKS);
    if !last.is_empty() || cells.is_empty() || from < row.len() {
        cells.push(last);
    }
    cells
}

/// Code spans of a row: where each opens and ends.
fn code_ends(row: &str) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < row.len() {
        if byte(row, at) == b'`' {
            let len = run(row, at, b'`');
            runs.push((at, len));
            at += len;
        } else {
            at += 1;
        }
    }
    let mut last_of_len: std::collections::HashMap<usize, Vec<usize>> =
        std::collections::HashMap::new();
    for (index, (_, len)) in runs.iter().enumerate() {
        last_of_len.entry(*len).or_default().push(index);
    }
    let mut spans = Vec::new();
    let mut index = 0;
    while let Some(&(at, len)) = runs.get(index) {
        let close = last_of_len.get(&len).and_then(|same| {
            let next = same.partition_point(|&i| i <= index);
            same.get(next).copied()
        });
        match close.and_then(|close| runs.get(close).map(|run| (close, run.0))) {
            Some((close, close_at)) => {
                spans.push((at, close_at + len));
                index = close + 1;
            }
            None => index += 1,
        }
    }
    spans
}

fn unescape_pipes(cell: &str) -> String {
    cell.replace("\\|", "|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_split() {
        assert_eq!(cells("| a | b |", 2), ["a", "b"]);
        assert_eq!(cells("a | `x|y` | ", 2), ["a", "`x|y`"]);
        assert_eq!(cells("|  | c |", 2), ["", "c"]);
        assert_eq!(cells("| 1 |", 3), ["1", "", ""]);
        assert_eq!(cells(r"| a \| b |", 1), ["a | b"]);
        assert_eq!(cells("| a | b | c |", 2), ["a", "b | c"]);
    }

    #[test]
    fn delimiter_rows_need_their_header() {
        assert!(delimiter_row("--|--", "a | b").is_some());
        assert!(delimiter_row("---", "a").is_none());
        assert!(delimiter_row("|---|", "a | b").is_none());
        assert!(delimiter_row("|:-:|", "| a |").is_some());
    }
}
