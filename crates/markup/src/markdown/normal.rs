//! Running text in the one form that Markdown can write, and whether two runs say the same.

use crate::marks::{self, Piece, same_set};
use crate::model::Inline;

/// Brings running text into the form the writer writes: comments are transparent, equal marks are
/// joined, blanks at the edges of `*`, `**` and `~~` marks stand outside, lines have no blanks at
/// their ends.
pub(crate) fn normalize(inlines: &[Inline]) -> Vec<Inline> {
    let mut pieces = marks::flatten(inlines);
    for piece in &mut pieces {
        if let Inline::Text(text) | Inline::Code(text) = &mut piece.leaf
            && text.contains(['\n', '\r'])
        {
            *text = text.replace(['\n', '\r'], " ");
        }
    }
    pieces.retain(|piece| !matches!(&piece.leaf, Inline::Code(text) if text.is_empty()));
    marks::move_blanks_out(&mut pieces);
    trim(&mut pieces);
    marks::build(pieces)
}

/// Blanks at the ends of lines say nothing.
fn trim(pieces: &mut Vec<Piece>) {
    let is_empty = |text: &str| text.is_empty();
    let mut emptied = false;
    let mut at_start = true;
    for piece in pieces.iter_mut() {
        match &mut piece.leaf {
            Inline::Text(text) if at_start && !is_empty(text) => {
                let rest = text.trim_start_matches([' ', '\t']);
                if rest.len() != text.len() {
                    *text = rest.to_owned();
                }
                at_start = text.is_empty();
                emptied |= at_start;
            }
            Inline::Break => at_start = true,
            _ => at_start = false,
        }
    }
    let mut at_end = true;
    for piece in pieces.iter_mut().rev() {
        match &mut piece.leaf {
            Inline::Text(text) if at_end && !is_empty(text) => {
                let len = text.trim_end_matches([' ', '\t']).len();
                text.truncate(len);
                at_end = text.is_empty();
                emptied |= at_end;
            }
            Inline::Break => at_end = true,
            _ => at_end = false,
        }
    }
    if emptied {
        pieces.retain(|piece| !matches!(&piece.leaf, Inline::Text(text) if text.is_empty()));
    }
}

/// Whether two runs of text say the same: marks count as sets.
pub(crate) fn same(a: &[Inline], b: &[Inline]) -> bool {
    let (a, b) = (marks::flatten(a), marks::flatten(b));
    a.len() == b.len()
        && a.iter().zip(&b).all(|(a, b)| a.leaf == b.leaf && same_set(&a.wraps, &b.wraps))
}
