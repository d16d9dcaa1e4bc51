//! What a person at the terminal sees, and how the process ends.

use std::io::{self, Write as _};
use std::process::ExitCode;

/// Why the process ends with an error: a sentence and an exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Something that was tried and failed: exit code 1.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }

    /// Wrong usage or configuration: exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }

    /// An end with this exit code whose reason has already been told.
    pub(crate) fn silent(code: u8) -> Self {
        Self { code, message: String::new() }
    }

    /// The same failure with another exit code.
    pub(crate) fn coded(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// A failure with this exit code.
    pub(crate) fn with_code(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// How a command ended.
pub(crate) type Done = Result<(), Failure>;

/// Writes text to stdout. A closed pipe (`| head`) is not an error.
pub(crate) fn print(text: &str) -> Done {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("Cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a line to stdout.
pub(crate) fn line(text: &str) -> Done {
    print(&format!("{text}\n"))
}

/// Ends the process: the failure's sentence on stderr, its code as exit code.
pub(crate) fn end(done: Done) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                // Nothing can be done about a closed stderr.
                let _ = writeln!(io::stderr(), "Error: {}", failure.message);
            }
            ExitCode::from(failure.code)
        }
    }
}
