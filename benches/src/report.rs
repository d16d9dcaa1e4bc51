//! The table that is printed.

use std::io::{self, Write as _};
use std::time::Duration;

/// One line of the table.
#[derive(Debug)]
struct Row {
    what: String,
    measured: String,
    bar: &'static str,
    note: String,
}

/// What was measured, beside what `DESIGN.md` promises.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Row>);

impl Report {
    /// Adds a line and prints its name to stderr, so that somebody who waits sees progress.
    pub(crate) fn add(
        &mut self,
        what: impl Into<String>,
        measured: impl Into<String>,
        bar: &'static str,
        note: impl Into<String>,
    ) {
        let row = Row { what: what.into(), measured: measured.into(), bar, note: note.into() };
        // Progress is a courtesy; a closed stderr is no reason to stop.
        let _ = writeln!(io::stderr(), "measured: {}", row.what);
        self.0.push(row);
    }

    /// Prints the table to stdout.
    pub(crate) fn print(&self) -> io::Result<()> {
        let head = Row {
            what: "measure".to_owned(),
            measured: "measured".to_owned(),
            bar: "bar",
            note: "note".to_owned(),
        };
        let rows = || std::iter::once(&head).chain(&self.0);
        let width =
            |of: fn(&Row) -> &str| rows().map(|row| of(row).chars().count()).max().unwrap_or(0);
        let (what, measured, bar) = (width(|r| &r.what), width(|r| &r.measured), width(|r| r.bar));
        let mut out = io::stdout().lock();
        for row in rows() {
            writeln!(
                out,
                "{:what$}  {:>measured$}  {:>bar$}  {}",
                row.what, row.measured, row.bar, row.note
            )?;
        }
        out.flush()
    }
}

/// The middle of some durations.
pub(crate) fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}

/// A duration in milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.3} ms", duration.as_secs_f64() * 1000.0)
}

/// Bytes in megabytes, or that the system does not tell.
pub(crate) fn megabytes(bytes: Option<u64>) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    bytes.map_or_else(|| "not told".to_owned(), |bytes| format!("{:.1} MB", bytes as f64 / 1e6))
}

/// Bytes in units of 1024.
pub(crate) fn kibibytes(bytes: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let shown = bytes as f64 / 1024.0;
    format!("{shown:.1} KB")
}
