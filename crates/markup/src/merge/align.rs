//! Compares stored and new content unit by unit: blocks, items, rows, cells, columns, tasks.

use super::comments::{self, Comment};
use super::lcs;
use crate::Profile;
use crate::markdown;
use crate::model::{
    Block, BlockKind, Cell, Column, Document, Inline, Item, Reuse, Row, Span, Task,
};

/// Marks in `new` what is taken over from `old`; answers whether nothing changed at all.
pub(crate) fn align(
    old: &Document,
    new: &mut Document,
    profile: Profile,
    comments: &dyn Fn(Span) -> Vec<Comment>,
) -> bool {
    let mut aligner = Aligner { profile, comments, depth: 0 };
    aligner.blocks(&old.blocks, &mut new.blocks)
}

/// How many levels of units are compared by themselves; each list is two. All that is below a unit
/// is written once per level above it, so that without a bound deep bodies would take as many times
/// longer as they are deep.
const MAX_LEVELS: usize = 20;

struct Aligner<'a> {
    profile: Profile,
    comments: &'a dyn Fn(Span) -> Vec<Comment>,
    depth: usize,
}

/// Something that can be compared and taken over.
trait Unit: Clone {
    /// What it says, in canonical Markdown and whatever Markdown does not show of it.
    fn canonical(&self, profile: Profile) -> String;
    fn source(&self) -> Option<Span>;
    fn set_source(&mut self, source: Option<Span>);
    /// Whether the shell of `old` fits around `self`'s content.
    fn fits_shell(&self, old: &Self) -> bool;
    /// Whether `old` may be what `self` was before.
    fn is_like(&self, old: &Self) -> bool;
    /// Compares what is inside.
    fn descend(&mut self, old: &Self, aligner: &mut Aligner<'_>);
}

impl Aligner<'_> {
    /// Aligns blocks. Stored blocks that Markdown does not show, such as empty paragraphs, stay
    /// before the block they stood before.
    fn blocks(&mut self, old: &[Block], new: &mut Vec<Block>) -> bool {
        if !old.iter().any(markdown::is_silent) {
            return self.run(old, new);
        }
        let mut visible: Vec<Block> = Vec::with_capacity(old.len());
        let mut silent: Vec<Vec<Block>> = vec![Vec::new()];
        for block in old {
            if !markdown::is_silent(block) {
                visible.push(block.clone());
                silent.push(Vec::new());
            } else if let Some(row) = silent.last_mut() {
                let mut block = block.clone();
                block.source = block.source.map(|span| Span { reuse: Reuse::Whole, ..span });
                row.push(block);
            }
        }
        let same = self.run(&visible, new);
        let starts: std::collections::HashMap<usize, usize> = visible
            .iter()
            .enumerate()
            .filter_map(|(at, old)| old.source.map(|source| (source.start, at)))
            .collect();
        let place = |block: &Block| {
            let span = block.source.filter(|span| span.reuse != Reuse::Nothing)?;
            starts.get(&span.start).copied()
        };
        let mut out = Vec::with_capacity(new.len());
        for block in std::mem::take(new) {
            let at = place(&block);
            if let Some(before) = at.and_then(|at| silent.get_mut(at)) {
                out.append(before);
            }
            out.push(block);
            if at.is_some_and(|at| at + 1 == visible.len())
                && let Some(rest) = silent.last_mut()
            {
                out.append(rest);
            }
        }
        *new = out;
        same
    }

    /// Aligns two rows; answers whether they are the same.
    fn run<U: Unit>(&mut self, old: &[U], new: &mut [U]) -> bool {
        let before: Vec<String> = old.iter().map(|unit| unit.canonical(self.profile)).collect();
        let after: Vec<String> = new.iter().map(|unit| unit.canonical(self.profile)).collect();
        let pairs = lcs::pairs(&before, &after);
        let same = pairs.len() == old.len() && pairs.len() == new.len();
        let (mut i, mut j) = (0, 0);
        for (a, b) in pairs.into_iter().chain(std::iter::once((old.len(), new.len()))) {
            self.gap(old.get(i..a).unwrap_or(&[]), new.get_mut(j..b).unwrap_or(&mut []));
            if let (Some(stored), Some(unit)) = (old.get(a), new.get_mut(b))
                && let Some(source) = stored.source()
            {
                *unit = stored.clone();
                unit.set_source(Some(Span { reuse: Reuse::Whole, ..source }));
            }
            (i, j) = (a + 1, b + 1);
        }
        same
    }

    /// Pairs changed units with those that stood there before.
    fn gap<U: Unit>(&mut self, old: &[U], new: &mut [U]) {
        let mut next = 0;
        for unit in new.iter_mut() {
            let found = old
                .iter()
                .enumerate()
                .skip(next)
                .find(|(_, stored)| unit.is_like(stored))
                .map(|(at, _)| at);
            let Some(at) = found else { continue };
            next = at + 1;
            let Some(stored) = old.get(at) else { continue };
            if let Some(source) = stored.source() {
                let shell = unit.fits_shell(stored);
                let reuse = if shell { Reuse::Shell } else { Reuse::Place };
                unit.set_source(Some(Span { reuse, ..source }));
            }
            if self.depth < MAX_LEVELS {
                self.depth += 1;
                unit.descend(stored, self);
                self.depth -= 1;
            }
        }
    }

    fn text(&mut self, source: Option<Span>, inlines: &mut Vec<Inline>) {
        let Some(source) = source else { return };
        for comment in (self.comments)(source) {
            comments::attach(inlines, &comment);
        }
    }
}

/// Names of people are not part of what a body says: the id is. An address in plain text is a
/// link as soon as Markdown is read.
fn write(blocks: &[Block], profile: Profile) -> String {
    let mut blocks = blocks.to_vec();
    crate::text::each_inline(&mut blocks, &mut |inline| {
        if let Inline::Mention { name, .. } = inline {
            name.clear();
        }
    });
    crate::text::each_run(&mut blocks, &mut markdown::linkify);
    let mut out = String::new();
    for block in &blocks {
        out.push_str(&markdown::write_block(block, profile));
        out.push('\u{1}');
    }
    out
}

impl Unit for Block {
    fn canonical(&self, profile: Profile) -> String {
        write(std::slice::from_ref(self), profile)
    }

    fn source(&self) -> Option<Span> {
        self.source
    }

    fn set_source(&mut self, source: Option<Span>) {
        self.source = source;
    }

    fn is_like(&self, old: &Self) -> bool {
        std::mem::discriminant(&self.kind) == std::mem::discriminant(&old.kind)
    }

    fn fits_shell(&self, old: &Self) -> bool {
        match (&self.kind, &old.kind) {
            (BlockKind::Paragraph(_), BlockKind::Paragraph(_))
            | (BlockKind::Tasks(_), BlockKind::Tasks(_))
            | (BlockKind::Quote(_), BlockKind::Quote(_)) => true,
            (BlockKind::Heading { level: a, .. }, BlockKind::Heading { level: b, .. }) => a == b,
            (BlockKind::List { kind: a, .. }, BlockKind::List { kind: b, .. }) => a == b,
            (BlockKind::Panel(a), BlockKind::Panel(b)) => {
                a.kind == b.kind && a.title == b.title && a.attrs == b.attrs
            }
            (BlockKind::Expand { title: a, .. }, BlockKind::Expand { title: b, .. }) => a == b,
            (BlockKind::Code(a), BlockKind::Code(b)) => a.lang == b.lang && a.attrs == b.attrs,
            (BlockKind::Table(a), BlockKind::Table(b)) => {
                let columns = |rows: &[Row]| {
                    rows.iter()
                        .map(|row| row.cells.iter().map(|cell| cell.colspan).sum::<u32>())
                        .max()
                };
                columns(&a.rows) == columns(&b.rows)
            }
            (
                BlockKind::Layout { attrs: a, columns: c },
                BlockKind::Layout { attrs: b, columns: d },
            ) => a == b && c.len() == d.len(),
            (BlockKind::MacroBox { keep: a, .. }, BlockKind::MacroBox { keep: b, .. }) => {
                a.reference == b.reference
            }
            _ => false,
        }
    }

    fn descend(&mut self, old: &Self, aligner: &mut Aligner<'_>) {
        let source = old.source;
        match (&mut self.kind, &old.kind) {
            (BlockKind::Paragraph(p), BlockKind::Paragraph(_)) => {
                aligner.text(source, &mut p.inlines);
            }
            (BlockKind::Heading { inlines, .. }, BlockKind::Heading { .. }) => {
                aligner.text(source, inlines);
            }
            (BlockKind::List { items: a, .. }, BlockKind::List { items: b, .. }) => {
                aligner.run(b, a);
            }
            (BlockKind::Tasks(a), BlockKind::Tasks(b)) => {
                aligner.run(b, a);
            }
            (BlockKind::Quote(a), BlockKind::Quote(b))
            | (BlockKind::Expand { blocks: a, .. }, BlockKind::Expand { blocks: b, .. })
            | (BlockKind::MacroBox { blocks: a, .. }, BlockKind::MacroBox { blocks: b, .. }) => {
                aligner.blocks(b, a);
            }
            (BlockKind::Panel(a), BlockKind::Panel(b)) => {
                aligner.blocks(&b.blocks, &mut a.blocks);
            }
            (BlockKind::Table(a), BlockKind::Table(b)) => {
                aligner.run(&b.rows, &mut a.rows);
            }
            (BlockKind::Layout { columns: a, .. }, BlockKind::Layout { columns: b, .. }) => {
                aligner.run(b, a);
            }
            _ => {}
        }
    }
}

macro_rules! unit_source {
    () => {
        fn source(&self) -> Option<Span> {
            self.source
        }

        fn set_source(&mut self, source: Option<Span>) {
            self.source = source;
        }

        fn is_like(&self, _: &Self) -> bool {
            true
        }
    };
}

impl Unit for Item {
    unit_source!();

    fn canonical(&self, profile: Profile) -> String {
        write(&self.blocks, profile)
    }

    fn fits_shell(&self, _: &Self) -> bool {
        true
    }

    fn descend(&mut self, old: &Self, aligner: &mut Aligner<'_>) {
        aligner.blocks(&old.blocks, &mut self.blocks);
    }
}

impl Unit for Column {
    unit_source!();

    fn canonical(&self, profile: Profile) -> String {
        write(&self.blocks, profile)
    }

    fn fits_shell(&self, old: &Self) -> bool {
        self.width == old.width
    }

    fn descend(&mut self, old: &Self, aligner: &mut Aligner<'_>) {
        aligner.blocks(&old.blocks, &mut self.blocks);
    }
}

impl Unit for Task {
    unit_source!();

    fn canonical(&self, profile: Profile) -> String {
        write(&[BlockKind::Tasks(vec![self.clone()]).into()], profile)
    }

    fn fits_shell(&self, _: &Self) -> bool {
        true
    }

    fn descend(&mut self, old: &Self, aligner: &mut Aligner<'_>) {
        aligner.text(old.source, &mut self.inlines);
        aligner.run(&old.children, &mut self.children);
        aligner.blocks(&old.extra, &mut self.extra);
    }
}

impl Unit for Row {
    unit_source!();

    fn canonical(&self, profile: Profile) -> String {
        self.cells.iter().map(|cell| cell.canonical(profile)).collect()
    }

    fn fits_shell(&self, _: &Self) -> bool {
        true
    }

    fn descend(&mut self, old: &Self, aligner: &mut Aligner<'_>) {
        aligner.run(&old.cells, &mut self.cells);
    }
}

impl Unit for Cell {
    unit_source!();

    fn canonical(&self, profile: Profile) -> String {
        let Self { header, colspan, rowspan, align, blocks, .. } = self;
        format!("{header}{colspan}/{rowspan}{align:?}{}\u{2}", write(blocks, profile))
    }

    fn fits_shell(&self, old: &Self) -> bool {
        self.header == old.header
            && self.colspan == old.colspan
            && self.rowspan == old.rowspan
            && self.align == old.align
    }

    fn descend(&mut self, old: &Self, aligner: &mut Aligner<'_>) {
        aligner.blocks(&old.blocks, &mut self.blocks);
    }
}
