//! The stored body that an update starts from: shells and slices by position.

use std::collections::HashMap;

use super::xml::Tree;
use crate::model::{Reuse, Span};
use crate::scan::cut;

/// A stored body and its elements by where they start.
#[derive(Debug)]
pub(crate) struct Stored<'t> {
    tree: &'t Tree<'t>,
    by_start: HashMap<usize, usize>,
}

/// What stands around an element's content: the source before and after.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shell<'a> {
    pub(crate) open: &'a str,
    pub(crate) close: &'a str,
    /// Where the content ends.
    pub(crate) end: usize,
}

impl<'t> Stored<'t> {
    pub(crate) fn new(tree: &'t Tree<'t>) -> Self {
        let mut by_start = HashMap::new();
        for (id, node) in tree.nodes.iter().enumerate() {
            by_start.entry(node.start).or_insert(id);
        }
        Self { tree, by_start }
    }

    pub(crate) fn tree(&self) -> &'t Tree<'t> {
        self.tree
    }

    /// The element that starts where a span does.
    pub(crate) fn element(&self, span: Span) -> Option<usize> {
        self.by_start.get(&span.start).copied().filter(|&id| {
            !self.tree.name(id).is_empty()
                && self.tree.node(id).is_some_and(|node| node.end == span.end)
        })
    }

    pub(crate) fn cut(&self, from: usize, to: usize) -> &'t str {
        cut(self.tree.source, from, to)
    }

    /// What lies between a node and the sibling before it.
    pub(crate) fn lead(&self, source: Option<Span>) -> &'t str {
        match source {
            Some(span) if span.reuse != Reuse::Nothing => self.cut(span.lead, span.start),
            _ => "",
        }
    }

    /// All of a node, when all of it is taken over.
    pub(crate) fn whole(&self, source: Option<Span>) -> Option<&'t str> {
        let span = source.filter(|span| span.reuse == Reuse::Whole)?;
        Some(self.cut(span.start, span.end))
    }

    /// The element whose shell is taken over.
    pub(crate) fn shell_element(&self, source: Option<Span>) -> Option<usize> {
        self.element(source.filter(|span| span.reuse == Reuse::Shell)?)
    }

    /// The source around the content of `inner`, which stands in (or is) `outer`.
    pub(crate) fn shell(&self, outer: usize, inner: usize) -> Option<Shell<'t>> {
        let (start, end) = self.tree.inner(inner);
        let node = self.tree.node(outer)?;
        // `<p/>` has no place for content.
        if start == end && self.cut(node.start, node.end).ends_with("/>") && outer == inner {
            return None;
        }
        Some(Shell { open: self.cut(node.start, start), close: self.cut(end, node.end), end })
    }
}

impl Stored<'_> {
    /// The only row group of a table: rows of several groups can not be mixed.
    pub(crate) fn single_group(&self, table: usize) -> Option<usize> {
        let mut groups = self
            .tree
            .children(table)
            .iter()
            .copied()
            .filter(|&id| matches!(self.tree.name(id), "thead" | "tbody" | "tfoot" | "tr"));
        let first = groups.next().filter(|&id| self.tree.name(id) != "tr")?;
        groups.next().is_none().then_some(first)
    }

    /// Whether nothing that Markdown shows stands between two positions: no further block.
    pub(crate) fn is_silent(&self, from: usize, to: usize) -> bool {
        super::xml::parse(self.cut(from, to))
            .is_ok_and(|tree| super::read::read(&tree).blocks.is_empty())
    }

    /// Whether only silent content follows a span in the whole body.
    pub(crate) fn is_last(&self, span: Span) -> bool {
        self.is_silent(span.end, self.tree.source.len())
    }
}
