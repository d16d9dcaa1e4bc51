//! Pairs signs and tags into marks: the CommonMark delimiter algorithm on a stack.

use std::collections::HashMap;

use super::flank::Flank;
use super::inline::mark_of;
use crate::model::{Inline, Mark, push_inline};
use crate::scan::cut;

/// Marks nest this deep; what lies deeper stays as typed.
pub(crate) const MAX_MARKS: usize = 40;

/// A run of signs that may open or close a mark.
#[derive(Debug)]
pub(crate) struct Sign {
    pub(crate) sign: u8,
    pub(crate) len: usize,
    /// How many are not used up.
    pub(crate) left: usize,
    pub(crate) flank: Flank,
    pub(crate) at: usize,
}

/// A token of running text.
#[derive(Debug)]
pub(crate) enum Tok {
    Text(String),
    /// A finished piece and how deep marks nest in it.
    Node(Inline, usize),
    Sign(Sign),
    /// `[`, or `![` when true.
    Bracket(bool),
    /// An opening tag: its name, as typed, and what it makes.
    Open {
        tag: String,
        raw: String,
        make: Make,
    },
    /// A closing tag and as typed.
    Close {
        tag: String,
        raw: String,
    },
}

/// What a pair of tags makes of its content.
#[derive(Debug, Clone)]
pub(crate) enum Make {
    /// One mark around it.
    Mark(Mark),
    /// Several marks around it, the outer one first; none leaves it as it is.
    Marks(Vec<Mark>),
    /// A link.
    Link { url: String, title: String },
}

/// Turns tokens into running text; answers how deep marks nest, too.
pub(crate) fn resolve(text: &str, toks: Vec<Tok>) -> (Vec<Inline>, usize) {
    let mut stack = Stack {
        text,
        out: Vec::with_capacity(toks.len()),
        openers: Vec::new(),
        bottoms: HashMap::new(),
        tags: HashMap::new(),
    };
    for tok in toks {
        match tok {
            Tok::Sign(sign) => stack.sign(sign),
            Tok::Open { .. } => {
                if let Tok::Open { tag, .. } = &tok {
                    *stack.tags.entry(tag.clone()).or_default() += 1;
                }
                stack.openers.push(stack.out.len());
                stack.out.push(tok);
            }
            Tok::Close { tag, raw } => stack.close(&tag, raw),
            other => stack.out.push(other),
        }
    }
    let depth = stack.out.iter().map(depth_of).max().unwrap_or(0);
    (finish(stack.out), depth)
}

struct Stack<'a> {
    text: &'a str,
    out: Vec<Tok>,
    /// Which of `out` may still be closed.
    openers: Vec<usize>,
    /// Below which opener there is no partner for a kind of closer.
    bottoms: HashMap<(u8, bool, usize), usize>,
    tags: HashMap<String, usize>,
}

impl Stack<'_> {
    fn sign(&mut self, mut closer: Sign) {
        while closer.flank.close && closer.left > 0 {
            let key = (closer.sign, closer.flank.open, bottom_class(&closer));
            let bottom = self.bottoms.get(&key).copied().unwrap_or(0).min(self.openers.len());
            let found = (bottom..self.openers.len()).rev().find(|&at| {
                let opener = self.openers.get(at).and_then(|&index| self.out.get(index));
                matches!(opener, Some(Tok::Sign(opener)) if self.pairs(opener, &closer))
            });
            let Some(found) = found else {
                self.bottoms.insert(key, self.openers.len());
                break;
            };
            let used = self.wrap(found, &closer);
            if used == 0 {
                break;
            }
            closer.left -= used;
        }
        if closer.left == 0 {
            return;
        }
        if closer.flank.open {
            self.openers.push(self.out.len());
        }
        self.out.push(Tok::Sign(closer));
    }

    fn pairs(&self, opener: &Sign, closer: &Sign) -> bool {
        if opener.sign != closer.sign || !opener.flank.open || opener.left == 0 {
            return false;
        }
        match closer.sign {
            b'*' | b'_' => {
                let both = opener.flank.close || closer.flank.open;
                !(both
                    && (opener.len + closer.len).is_multiple_of(3)
                    && !(opener.len.is_multiple_of(3) && closer.len.is_multiple_of(3)))
            }
            b'~' | b'^' if opener.len == 1 && closer.len == 1 => {
                // Sub- and superscripts are short and hold no blanks.
                let inner = cut(self.text, opener.at + 1, closer.at);
                !inner.is_empty()
                    && inner.len() <= 64
                    && !inner.bytes().any(|b| matches!(b, b' ' | b'\t' | b'\n'))
            }
            _ => opener.len == closer.len,
        }
    }

    /// Wraps what lies between an opener and the closer; answers how many signs were used.
    fn wrap(&mut self, found: usize, closer: &Sign) -> usize {
        let Some(&index) = self.openers.get(found) else { return 0 };
        let inner_depth = self.out.iter().skip(index + 1).map(depth_of).max().unwrap_or(0);
        if inner_depth >= MAX_MARKS {
            return 0;
        }
        let Some(Tok::Sign(opener)) = self.out.get_mut(index) else { return 0 };
        let used = match closer.sign {
            b'*' | b'_' => {
                if opener.left >= 2 && closer.left >= 2 {
                    2
                } else {
                    1
                }
            }
            _ => closer.len,
        };
        opener.left = opener.left.saturating_sub(used);
        let empty = opener.left == 0;
        let inner = self.take(index + 1);
        self.openers.truncate(found + usize::from(!empty));
        if empty {
            self.out.pop();
        }
        let mark = mark_of(closer.sign, used);
        self.out.push(Tok::Node(Inline::Mark(mark, finish(inner)), inner_depth + 1));
        used
    }

    fn take(&mut self, from: usize) -> Vec<Tok> {
        let inner = self.out.split_off(from.min(self.out.len()));
        for tok in &inner {
            if let Tok::Open { tag, .. } = tok
                && let Some(count) = self.tags.get_mut(tag)
            {
                *count = count.saturating_sub(1);
            }
        }
        inner
    }

    fn close(&mut self, tag: &str, raw: String) {
        if self.tags.get(tag).copied().unwrap_or(0) == 0 {
            self.out.push(Tok::Text(raw));
            return;
        }
        let found = self.openers.iter().rposition(|&index| {
            matches!(self.out.get(index), Some(Tok::Open { tag: open, .. }) if open == tag)
        });
        let Some((found, index)) = found.and_then(|f| self.openers.get(f).map(|&i| (f, i))) else {
            self.out.push(Tok::Text(raw));
            return;
        };
        let mut inner = self.take(index);
        self.openers.truncate(found);
        if inner.is_empty() {
            return;
        }
        let open = inner.remove(0);
        let depth = inner.iter().map(depth_of).max().unwrap_or(0);
        let Tok::Open { raw: raw_open, make, .. } = open else { return };
        if depth >= MAX_MARKS {
            self.out.push(Tok::Text(raw_open));
            self.out.append(&mut inner);
            self.out.push(Tok::Text(raw));
            return;
        }
        let content = finish(inner);
        match make {
            Make::Mark(mark) => self.out.push(Tok::Node(Inline::Mark(mark, content), depth + 1)),
            Make::Marks(marks) => {
                let levels = marks.len();
                let wrapped = marks
                    .into_iter()
                    .rev()
                    .fold(content, |content, mark| vec![Inline::Mark(mark, content)]);
                self.out
                    .extend(wrapped.into_iter().map(|inline| Tok::Node(inline, depth + levels)));
            }
            Make::Link { url, title } => {
                let mut content = content;
                super::autolink::unlink(&mut content);
                if title == "smart-link" {
                    let text = super::card_text(&content, &url);
                    self.out.push(Tok::Node(Inline::Card { url, text }, depth));
                    return;
                }
                let target = super::target::parse(&url);
                self.out.push(Tok::Node(Inline::Link { target, title, content }, depth + 1));
            }
        }
    }
}

fn bottom_class(closer: &Sign) -> usize {
    match closer.sign {
        b'*' | b'_' => closer.len % 3,
        _ => closer.len,
    }
}

fn depth_of(tok: &Tok) -> usize {
    match tok {
        Tok::Node(_, depth) => *depth,
        _ => 0,
    }
}

/// What was not paired becomes text.
fn finish(toks: Vec<Tok>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(toks.len());
    for tok in toks {
        let inline = match tok {
            Tok::Text(text) => Inline::Text(text),
            Tok::Node(inline, _) => inline,
            Tok::Sign(sign) => {
                Inline::Text(std::iter::repeat_n(char::from(sign.sign), sign.left).collect())
            }
            Tok::Bracket(image) => Inline::Text(if image { "![" } else { "[" }.to_owned()),
            Tok::Open { raw, .. } | Tok::Close { raw, .. } => Inline::Text(raw),
        };
        push_inline(&mut out, inline);
    }
    out
}
