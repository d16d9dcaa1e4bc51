//! Tables.

use super::{Align, Attrs, Block, Span};

/// A table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The rows.
    pub rows: Vec<Row>,
    /// Width, layout and the like.
    pub attrs: Attrs,
}

/// A table row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Where it stood in the input.
    pub source: Option<Span>,
}

/// A table cell.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Whether it heads its row or column.
    pub header: bool,
    /// Columns it spans, at least 1.
    pub colspan: u32,
    /// Rows it spans, at least 1.
    pub rowspan: u32,
    /// Alignment of its text.
    pub align: Align,
    /// What is in it.
    pub blocks: Vec<Block>,
    /// Where it stood in the input.
    pub source: Option<Span>,
}

impl Default for Cell {
    fn default() -> Self {
        Self {
            header: false,
            colspan: 1,
            rowspan: 1,
            align: Align::Default,
            blocks: Vec::new(),
            source: None,
        }
    }
}
