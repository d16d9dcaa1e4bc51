//! A line that containers eat from the left, with tab stops of four columns.

use crate::scan::{byte, is_blank, tail};

/// What is left of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    text: &'a str,
    pos: usize,
    col: usize,
    /// Columns left of a tab that was eaten in part.
    pending: usize,
}

impl<'a> Line<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, pos: 0, col: 0, pending: 0 }
    }

    pub(crate) fn position(&self) -> usize {
        self.pos
    }

    fn rest(&self) -> &'a str {
        tail(self.text, self.pos)
    }

    /// Columns of blanks ahead.
    pub(crate) fn indent(&self) -> usize {
        let mut col = self.col + self.pending;
        for b in self.rest().bytes() {
            match b {
                b' ' => col += 1,
                b'\t' => col += 4 - col % 4,
                _ => break,
            }
        }
        col - self.col
    }

    pub(crate) fn is_blank(&self) -> bool {
        is_blank(self.rest())
    }

    /// The text after the blanks ahead.
    pub(crate) fn after_indent(&self) -> &'a str {
        self.rest().trim_start_matches([' ', '\t'])
    }

    /// The first byte after the blanks ahead.
    pub(crate) fn peek(&self) -> u8 {
        byte(self.after_indent(), 0)
    }

    pub(crate) fn skip_indent(&mut self) {
        self.skip_columns(self.indent());
    }

    /// Eats up to `wanted` columns of blanks.
    pub(crate) fn skip_columns(&mut self, wanted: usize) {
        let mut wanted = wanted;
        while wanted > 0 {
            if self.pending > 0 {
                let step = self.pending.min(wanted);
                self.pending -= step;
                self.col += step;
                wanted -= step;
                continue;
            }
            match byte(self.text, self.pos) {
                b' ' => {
                    self.pos += 1;
                    self.col += 1;
                    wanted -= 1;
                }
                b'\t' => {
                    self.pos += 1;
                    self.pending = 4 - self.col % 4;
                }
                _ => return,
            }
        }
    }

    /// Eats `count` bytes that are not blanks.
    pub(crate) fn bump(&mut self, count: usize) {
        self.pos += count;
        self.col += count;
        self.pending = 0;
    }

    /// Appends what is left, blanks included.
    pub(crate) fn append_rest(&self, out: &mut String) {
        for _ in 0..self.pending {
            out.push(' ');
        }
        out.push_str(self.rest());
    }
}
