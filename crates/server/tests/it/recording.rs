//! What the servers of a whole run said, for the gate to search for secrets (`.ci/canaries.py`).

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::sync::Once;
use tracing_subscriber::fmt::MakeWriter;

/// Names a file; everything that comes back and every line of the log is appended to it.
const OUTPUT: &str = "ATLASSIAN_SUITE_OUTPUT";

/// Appends whole texts. Without the variable nothing is kept.
#[derive(Clone, Copy)]
struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(path) = std::env::var_os(OUTPUT) {
            OpenOptions::new().create(true).append(true).open(path)?.write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

/// Keeps what a server answered.
pub(crate) fn keep(text: &str) {
    // A full disk must not fail a test; the gate misses the file of a whole run.
    let _ = Kept.write_all(format!("{text}\n").as_bytes());
}

/// Keeps the log of everything that no test listens to itself.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    if std::env::var_os(OUTPUT).is_none() {
        return;
    }
    ONCE.call_once(|| {
        use tracing_subscriber::layer::SubscriberExt as _;
        use tracing_subscriber::util::SubscriberInitExt as _;
        let ours = tracing_subscriber::filter::Targets::new()
            .with_default(tracing::Level::WARN)
            .with_target("atlassian", tracing::Level::TRACE);
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Kept);
        let _ = tracing_subscriber::registry().with(ours).with(lines).try_init();
    });
}
