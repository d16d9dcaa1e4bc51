//! Running text as a flat row of pieces with sets of marks, and back as a tree.
//!
//! ADF stores the flat form; the tree is what Markdown, storage and wiki write. The tree built
//! from a row is unique, so that every format that goes through it writes the same text.

use crate::model::{Inline, Mark, Target, push_inline};

/// What can stand around a piece of text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wrap {
    Mark(Mark),
    Link {
        target: Target,
        title: String,
    },
    /// An inline comment; only the row that a writer asks for with comments holds them.
    Comment(String),
}

/// A piece of text and everything around it, the outermost first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    pub(crate) wraps: Vec<Wrap>,
    pub(crate) leaf: Inline,
}

/// Flattens a tree. Comments are transparent; a mark in itself counts once; of two colours the
/// inner one wins; there is no link in a link.
pub(crate) fn flatten(inlines: &[Inline]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(inlines.len());
    walk(inlines, &mut Vec::new(), &mut pieces, false);
    pieces
}

/// Flattens a tree with its comments.
pub(crate) fn flatten_with_comments(inlines: &[Inline]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(inlines.len());
    walk(inlines, &mut Vec::new(), &mut pieces, true);
    pieces
}

fn walk(inlines: &[Inline], wraps: &mut Vec<Wrap>, out: &mut Vec<Piece>, comments: bool) {
    for inline in inlines {
        match inline {
            Inline::Comment { reference, content } if comments => {
                wraps.push(Wrap::Comment(reference.clone()));
                walk(content, wraps, out, comments);
                wraps.pop();
            }
            Inline::Comment { content, .. } => walk(content, wraps, out, comments),
            Inline::Mark(mark, content) => {
                let clash = wraps.iter().position(|wrap| clashes(wrap, mark));
                match clash {
                    Some(at) => {
                        let before = wraps.get(at).cloned();
                        if let Some(slot) = wraps.get_mut(at) {
                            *slot = Wrap::Mark(mark.clone());
                        }
                        walk(content, wraps, out, comments);
                        if let (Some(slot), Some(before)) = (wraps.get_mut(at), before) {
                            *slot = before;
                        }
                    }
                    None => {
                        wraps.push(Wrap::Mark(mark.clone()));
                        walk(content, wraps, out, comments);
                        wraps.pop();
                    }
                }
            }
            Inline::Link { target, title, content } => {
                if wraps.iter().any(|wrap| matches!(wrap, Wrap::Link { .. })) {
                    walk(content, wraps, out, comments);
                    continue;
                }
                wraps.push(Wrap::Link { target: target.clone(), title: title.clone() });
                if content.is_empty() {
                    let leaf = Inline::Text(String::new());
                    out.push(Piece { wraps: wraps.clone(), leaf });
                }
                walk(content, wraps, out, comments);
                wraps.pop();
            }
            Inline::Text(text) => push_text(out, wraps, text),
            Inline::Code(text) => match out.last_mut() {
                // Code right behind code is one piece of code.
                Some(Piece { wraps: last, leaf: Inline::Code(have) }) if same_set(last, wraps) => {
                    have.push_str(text);
                }
                _ => out.push(Piece { wraps: wraps.clone(), leaf: inline.clone() }),
            },
            other => out.push(Piece { wraps: wraps.clone(), leaf: other.clone() }),
        }
    }
}

fn push_text(out: &mut Vec<Piece>, wraps: &[Wrap], text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Piece { wraps: last, leaf: Inline::Text(have) }) = out.last_mut()
        && same_set(last, wraps)
    {
        have.push_str(text);
        return;
    }
    out.push(Piece { wraps: wraps.to_vec(), leaf: Inline::Text(text.to_owned()) });
}

fn clashes(wrap: &Wrap, mark: &Mark) -> bool {
    match (wrap, mark) {
        (Wrap::Mark(Mark::Color(_)), Mark::Color(_))
        | (Wrap::Mark(Mark::Highlight(_)), Mark::Highlight(_))
        | (Wrap::Mark(Mark::Sub | Mark::Sup), Mark::Sub | Mark::Sup) => true,
        (Wrap::Mark(have), mark) => have == mark,
        _ => false,
    }
}

/// Whether two rows of wraps hold the same, in whatever order.
pub(crate) fn same_set(a: &[Wrap], b: &[Wrap]) -> bool {
    a.len() == b.len() && a.iter().all(|wrap| b.contains(wrap))
}

/// Builds the tree: what reaches farthest stands outermost.
pub(crate) fn build(pieces: Vec<Piece>) -> Vec<Inline> {
    let mut pieces = pieces;
    let mut out = Vec::with_capacity(pieces.len());
    build_run(&mut pieces, &mut out);
    out
}

fn build_run(pieces: &mut [Piece], out: &mut Vec<Inline>) {
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let best = piece
            .wraps
            .iter()
            .map(|wrap| {
                let reach =
                    pieces.iter().skip(at).take_while(|piece| piece.wraps.contains(wrap)).count();
                (reach, rank(wrap), wrap)
            })
            .max_by_key(|(reach, rank, _)| (*reach, *rank));
        let Some((reach, _, wrap)) = best else {
            if let Some(piece) = pieces.get_mut(at) {
                push_inline(out, std::mem::replace(&mut piece.leaf, Inline::Break));
            }
            at += 1;
            continue;
        };
        let wrap = wrap.clone();
        let Some(run) = pieces.get_mut(at..at + reach) else { return };
        for piece in run.iter_mut() {
            piece.wraps.retain(|have| *have != wrap);
        }
        let mut content = Vec::with_capacity(reach);
        build_run(run, &mut content);
        out.push(match wrap {
            Wrap::Mark(mark) => Inline::Mark(mark, content),
            Wrap::Link { target, title } => Inline::Link { target, title, content },
            Wrap::Comment(reference) => Inline::Comment { reference, content },
        });
        at += reach;
    }
}

/// Which of two wraps of equal reach stands outside: the larger one.
fn rank(wrap: &Wrap) -> u8 {
    match wrap {
        Wrap::Comment(_) => 10,
        Wrap::Link { .. } => 9,
        Wrap::Mark(Mark::Color(_)) => 8,
        Wrap::Mark(Mark::Highlight(_)) => 7,
        Wrap::Mark(Mark::Underline) => 6,
        Wrap::Mark(Mark::Strong) => 5,
        Wrap::Mark(Mark::Em) => 4,
        Wrap::Mark(Mark::Strike) => 3,
        Wrap::Mark(Mark::Sup) => 2,
        Wrap::Mark(Mark::Sub) => 1,
    }
}

/// Moves blanks and breaks at the edges of strong, emphasised and struck text outside.
pub(crate) fn move_blanks_out(pieces: &mut Vec<Piece>) {
    for mark in [Mark::Strong, Mark::Em, Mark::Strike] {
        let wrap = Wrap::Mark(mark);
        if !pieces.iter().any(|piece| piece.wraps.contains(&wrap)) {
            continue;
        }
        let old = std::mem::take(pieces);
        let mut run: Vec<Piece> = Vec::new();
        for piece in old {
            if piece.wraps.contains(&wrap) {
                run.push(piece);
            } else {
                flush(&mut run, &wrap, pieces);
                pieces.push(piece);
            }
        }
        flush(&mut run, &wrap, pieces);
    }
}

fn flush(run: &mut Vec<Piece>, wrap: &Wrap, out: &mut Vec<Piece>) {
    let without = |piece: &Piece, leaf: Inline| {
        let mut wraps = piece.wraps.clone();
        wraps.retain(|have| have != wrap);
        Piece { wraps, leaf }
    };
    let blank = |c: char| c == ' ' || c == '\t';
    let mut run: std::collections::VecDeque<Piece> = std::mem::take(run).into();
    while let Some(first) = run.pop_front() {
        match &first.leaf {
            Inline::Break => out.push(without(&first, Inline::Break)),
            Inline::Text(text) if text.starts_with(blank) => {
                let rest = text.trim_start_matches(blank).to_owned();
                let lead = text.get(..text.len() - rest.len()).unwrap_or_default().to_owned();
                out.push(without(&first, Inline::Text(lead)));
                if !rest.is_empty() {
                    run.push_front(Piece { wraps: first.wraps, leaf: Inline::Text(rest) });
                    break;
                }
            }
            _ => {
                run.push_front(first);
                break;
            }
        }
    }
    let mut after = Vec::new();
    while let Some(last) = run.pop_back() {
        match &last.leaf {
            Inline::Break => after.push(without(&last, Inline::Break)),
            Inline::Text(text) if text.ends_with(blank) => {
                let rest = text.trim_end_matches(blank).to_owned();
                let trail = text.get(rest.len()..).unwrap_or_default().to_owned();
                after.push(without(&last, Inline::Text(trail)));
                if !rest.is_empty() {
                    run.push_back(Piece { wraps: last.wraps, leaf: Inline::Text(rest) });
                    break;
                }
            }
            _ => {
                run.push_back(last);
                break;
            }
        }
    }
    out.extend(run);
    out.extend(after.into_iter().rev());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text(text.to_owned())
    }

    #[test]
    fn trees_are_rebuilt_with_the_widest_mark_outside() {
        let tree = vec![
            Inline::Mark(Mark::Em, vec![Inline::Mark(Mark::Strong, vec![text("a")])]),
            Inline::Mark(Mark::Strong, vec![text("b")]),
        ];
        let want = vec![Inline::Mark(
            Mark::Strong,
            vec![Inline::Mark(Mark::Em, vec![text("a")]), text("b")],
        )];
        assert_eq!(build(flatten(&tree)), want);
    }

    #[test]
    fn blanks_leave_marks() {
        let mut pieces = flatten(&[Inline::Mark(Mark::Strong, vec![text(" a "), Inline::Break])]);
        move_blanks_out(&mut pieces);
        let want =
            vec![text(" "), Inline::Mark(Mark::Strong, vec![text("a")]), text(" "), Inline::Break];
        assert_eq!(build(pieces), want);
    }
}
