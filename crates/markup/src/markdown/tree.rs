//! The tree of a Markdown text's blocks.

use std::collections::{HashMap, HashSet};

use super::html_block;
use crate::model::Attrs;

/// Link reference definitions: folded label to address and title.
pub(crate) type Refs = HashMap<String, (String, String)>;

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Document,
    Quote,
    List {
        ordered: bool,
        start: u64,
        sign: u8,
    },
    Item {
        offset: usize,
    },
    Directive {
        colons: usize,
        name: String,
        label: String,
        attrs: Attrs,
    },
    /// `{expand:T}` (`html` false) or `<details>` (`html` true).
    Expand {
        html: bool,
        title: String,
    },
    /// `!!! note "T"` or a footnote: content is indented by four.
    Indented {
        footnote: bool,
        name: String,
        title: String,
    },
    Paragraph,
    Heading {
        level: u8,
    },
    Fenced {
        sign: u8,
        len: usize,
        indent: usize,
        info: String,
    },
    IndentedCode,
    /// HTML that is read as such, and how its elements stand open.
    Html(html_block::State),
    Raw,
    Table {
        columns: Vec<crate::model::Align>,
        head: String,
    },
    Rule,
    Leaf {
        name: String,
        label: String,
        attrs: Attrs,
    },
}

/// A node of the block tree.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) children: Vec<usize>,
    pub(crate) text: String,
    /// An item whose first line was empty.
    pub(super) empty_start: bool,
}

/// The block tree of a text.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) refs: Refs,
    pub(crate) footnotes: HashSet<String>,
}

pub(super) fn node(kind: Kind) -> Node {
    Node { kind, children: Vec::new(), text: String::new(), empty_start: false }
}

pub(super) fn is_container(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Document
            | Kind::Quote
            | Kind::List { .. }
            | Kind::Item { .. }
            | Kind::Directive { .. }
            | Kind::Expand { .. }
            | Kind::Indented { .. }
    )
}
