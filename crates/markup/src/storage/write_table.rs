//! Writes tables and layouts as storage.

use super::write::{Inside, Writer};
use super::write_inline::{attr, is_name};
use crate::model::{Attrs, Cell, Column, Row, Span, Table};
use crate::{TableLayout, WriteError};

impl Writer<'_, '_> {
    pub(super) fn table(&mut self, table: &Table, source: Option<Span>) -> Result<(), WriteError> {
        let shell = self.stored.and_then(|stored| {
            let outer = stored.shell_element(source)?;
            let group = stored.single_group(outer)?;
            stored.shell(outer, group)
        });
        match shell {
            Some(shell) => self.out.push_str(shell.open),
            None => {
                self.out.push_str("<table");
                if let Some(layout) = self.context.table_layout {
                    let (width, name) = match layout {
                        TableLayout::Default => ("760", "default"),
                        TableLayout::Wide => ("960", "wide"),
                        TableLayout::FullWidth => ("1800", "full-width"),
                    };
                    attr(&mut self.out, "data-table-width", width);
                    attr(&mut self.out, "data-layout", name);
                }
                self.out.push_str("><tbody>");
            }
        }
        for row in &table.rows {
            self.row(row)?;
        }
        match shell {
            Some(shell) => {
                self.tail(table.rows.last().and_then(|row| row.source), shell.end);
                self.out.push_str(shell.close);
            }
            None => self.out.push_str("</tbody></table>"),
        }
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Result<(), WriteError> {
        self.lead(row.source);
        if self.whole(row.source) {
            return Ok(());
        }
        let shell = self.stored.and_then(|stored| {
            stored.shell_element(row.source).and_then(|id| stored.shell(id, id))
        });
        self.out.push_str(shell.map_or("<tr>", |shell| shell.open));
        for cell in &row.cells {
            self.cell(cell)?;
        }
        match shell {
            Some(shell) => {
                self.tail(row.cells.last().and_then(|cell| cell.source), shell.end);
                self.out.push_str(shell.close);
            }
            None => self.out.push_str("</tr>"),
        }
        Ok(())
    }

    fn cell(&mut self, cell: &Cell) -> Result<(), WriteError> {
        self.lead(cell.source);
        if self.whole(cell.source) || self.in_shell(cell.source, &[], &cell.blocks, Inside::Flow)? {
            return Ok(());
        }
        let name = if cell.header { "th" } else { "td" };
        self.out.push('<');
        self.out.push_str(name);
        if cell.colspan > 1 {
            attr(&mut self.out, "colspan", &cell.colspan.to_string());
        }
        if cell.rowspan > 1 {
            attr(&mut self.out, "rowspan", &cell.rowspan.to_string());
        }
        self.style(cell.align);
        self.out.push('>');
        if cell.blocks.is_empty() {
            self.out.push_str("<p></p>");
        } else {
            self.blocks(&cell.blocks, Inside::Cell)?;
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        Ok(())
    }

    pub(super) fn layout(
        &mut self,
        attrs: &Attrs,
        columns: &[Column],
        source: Option<Span>,
    ) -> Result<(), WriteError> {
        let shell = self
            .stored
            .and_then(|stored| stored.shell_element(source).and_then(|id| stored.shell(id, id)));
        match shell {
            Some(shell) => self.out.push_str(shell.open),
            None => {
                self.out.push_str("<ac:layout-section");
                let default = match columns.len() {
                    0 | 1 => "single",
                    2 => "two_equal",
                    _ => "three_equal",
                };
                if attrs.get("type").is_none() {
                    attr(&mut self.out, "ac:type", default);
                }
                for (name, content) in attrs.0.iter().filter(|(name, _)| is_name(name)) {
                    attr(&mut self.out, &format!("ac:{name}"), content);
                }
                self.out.push('>');
            }
        }
        for column in columns {
            self.lead(column.source);
            if self.whole(column.source)
                || self.in_shell(column.source, &[], &column.blocks, Inside::Flow)?
            {
                continue;
            }
            self.out.push_str("<ac:layout-cell>");
            self.blocks_or_empty(&column.blocks)?;
            self.out.push_str("</ac:layout-cell>");
        }
        match shell {
            Some(shell) => {
                self.tail(columns.last().and_then(|column| column.source), shell.end);
                self.out.push_str(shell.close);
            }
            None => self.out.push_str("</ac:layout-section>"),
        }
        Ok(())
    }
}
