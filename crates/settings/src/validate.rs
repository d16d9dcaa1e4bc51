//! From [`Raw`] to [`Settings`], all problems at once.

mod behaviour;
mod check;
mod credentials;
mod exposure;
mod instance;
mod instances;
mod network;
mod outside;
mod presentation;
mod scalars;
mod scan;
mod server;

use crate::{InstanceSet, Raw, ServerSettings, Sources};
use check::Check;
use std::fmt;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Info,
    /// Something was ignored or an instance was skipped as incomplete.
    Warning,
    /// An instance was skipped because its configuration is wrong.
    Error,
    /// The server cannot start.
    Fatal,
}

/// What a problem is about, where the caller has to treat it differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProblemKind {
    /// A value that is wrong, missing or ignored.
    #[default]
    Value,
    /// `--stateless` with a transport that has no sessions to do without. The process ends with 1
    /// and not with 2 (server spec section 1.1).
    StatelessMisuse,
}

/// Something about the configuration that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub kind: ProblemKind,
    /// A full sentence that names variables and never values of secrets.
    pub message: String,
}

impl Problem {
    /// A problem of the ordinary kind.
    #[must_use]
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self { severity, kind: ProblemKind::default(), message: message.into() }
    }

    /// The exit code a process ends with when this problem prevents its start (design section 9):
    /// 2 for a wrong configuration, 1 for `--stateless` misuse.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self.kind {
            ProblemKind::Value => 2,
            ProblemKind::StatelessMisuse => 1,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The validated configuration.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Usable and skipped instances.
    pub instances: InstanceSet,
    /// The server itself.
    pub server: ServerSettings,
    /// Everything worth telling, in the order found.
    pub problems: Vec<Problem>,
}

impl Settings {
    /// The problems that prevent a start.
    pub fn fatal(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.severity == Severity::Fatal)
    }

    /// The exit code when the configuration prevents a start, the highest of its problems (see
    /// [`Problem::exit_code`]); `None` when the server can start.
    #[must_use]
    pub fn exit_code(&self) -> Option<u8> {
        self.fatal().map(Problem::exit_code).max()
    }
}

/// Validates everything that was given and reports all problems at once.
#[must_use]
pub fn validate(raw: &Raw, sources: &dyn Sources) -> Settings {
    let mut check = Check::new(raw, sources);
    let mut server = server::read(&mut check);
    let instances = instances::read(&mut check, &server);
    presentation::read(&mut check, &mut server, &instances);
    Settings { instances, server, problems: check.into_problems() }
}
