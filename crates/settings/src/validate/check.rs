//! Reading variables by the table, and collecting what is wrong with them.

use super::scalars;
use super::{Problem, Severity};
use crate::variables::{self, Inherit, Kind, Scope, Variable};
use crate::{Raw, Service, Sources};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The place an instance has in the numbering: 1 is the unnumbered one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    pub(super) service: Service,
    pub(super) number: u8,
}

impl Slot {
    pub(super) const fn primary(service: Service) -> Self {
        Self { service, number: 1 }
    }

    pub(super) const fn is_primary(self) -> bool {
        self.number == 1
    }

    /// What the slot's variables start with: `JIRA`, `JIRA_2`.
    pub(super) fn word(self) -> String {
        let word = self.service.variable_word();
        if self.is_primary() { word.to_owned() } else { format!("{word}_{}", self.number) }
    }

    /// The slot's variable for a setting: `JIRA_2_URL`.
    pub(super) fn variable(self, setting: &str) -> String {
        format!("{}_{setting}", self.word())
    }
}

/// A value, and the variable that gave it.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) variable: String,
    pub(super) value: String,
}

/// Everything given, and everything found wrong so far.
pub(super) struct Check<'a> {
    pub(super) raw: &'a Raw,
    sources: &'a dyn Sources,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    pub(super) fn new(raw: &'a Raw, sources: &'a dyn Sources) -> Self {
        Self { raw, sources, problems: Vec::new() }
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Adds a problem, once: a shared variable is read for every instance.
    pub(super) fn add(&mut self, problem: Problem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    pub(super) fn warn(&mut self, message: impl Into<String>) {
        self.add(Problem::new(Severity::Warning, message));
    }

    pub(super) fn fatal(&mut self, message: impl Into<String>) {
        self.add(Problem::new(Severity::Fatal, message));
    }

    /// Whether a variable, or the file form of a secret one, has a value that is not blank.
    pub(super) fn is_set(&self, name: &str) -> bool {
        let set = |name: &str| self.raw.values.get(name).is_some_and(|v| !v.trim().is_empty());
        set(name) || set(&format!("{name}_FILE"))
    }

    /// The value of one exact name.
    ///
    /// # Errors
    /// A sentence when the file form of a secret cannot be used. The path is left out: it may be
    /// the secret itself, put in the wrong variable.
    pub(super) fn exact(&self, name: &str, variable: &Variable) -> Result<Option<Given>, String> {
        let direct = self
            .raw
            .values
            .get(name)
            .filter(|value| variable.empty_counts || !value.trim().is_empty());
        let given = |value: &str| Given { variable: name.to_owned(), value: value.to_owned() };
        if !variable.secret {
            return Ok(direct.map(|value| given(value)));
        }
        let file_form = format!("{name}_FILE");
        let path = self.raw.values.get(&file_form).filter(|path| !path.trim().is_empty());
        let Some(path) = path else { return Ok(direct.map(|value| given(value))) };
        if direct.is_some() {
            return Err(format!("{name} and {file_form} are both set, only one may be"));
        }
        let content = self.sources.read_file(Path::new(path.trim())).map_err(|error| {
            format!("the file that {file_form} names cannot be read: {}", error.reason)
        })?;
        if content.trim().is_empty() {
            return Err(format!("the file that {file_form} names is empty"));
        }
        Ok(Some(given(content.trim())))
    }

    /// The value of a setting for a slot, looked up by the variable's rule of inheritance (server
    /// spec section 11.3). [`Inherit::Either`] and [`Inherit::OAuthApp`] are the caller's; here
    /// they are own only for a numbered slot.
    ///
    /// # Errors
    /// As [`Check::exact`].
    pub(super) fn find(&self, variable: &Variable, slot: Slot) -> Result<Option<Given>, String> {
        let (Some(setting), Scope::PerInstance(inherit)) = (variable.setting(), variable.scope)
        else {
            return self.exact(variable.name, variable);
        };
        if let Some(own) = self.exact(&slot.variable(setting), variable)? {
            return Ok(Some(own));
        }
        if !slot.is_primary() && inherit == Inherit::Unnumbered {
            let unnumbered = Slot::primary(slot.service).variable(setting);
            if let Some(found) = self.exact(&unnumbered, variable)? {
                return Ok(Some(found));
            }
        }
        let shared = match inherit {
            Inherit::Unnumbered | Inherit::Shared => true,
            Inherit::Never | Inherit::OAuthApp | Inherit::Either => slot.is_primary(),
        };
        if shared { self.shared(variable) } else { Ok(None) }
    }

    /// The first shared name of a variable that has a value.
    pub(super) fn shared(&self, variable: &Variable) -> Result<Option<Given>, String> {
        for name in variable.shared {
            if let Some(found) = self.exact(name, variable)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The value of a process-wide variable.
    pub(super) fn global(&mut self, name: &str) -> Option<Given> {
        let variable = variables::global(name);
        debug_assert!(variable.is_some(), "{name} has no row in the table");
        match self.exact(name, variable?) {
            Ok(given) => given,
            Err(reason) => {
                self.add(Problem::new(Severity::Error, format!("{reason}.")));
                None
            }
        }
    }

    /// The trimmed text of a process-wide variable; blank is unset.
    pub(super) fn global_text(&mut self, name: &str) -> Option<String> {
        self.global(name).map(|given| given.value.trim().to_owned()).filter(|text| !text.is_empty())
    }

    pub(super) fn global_path(&mut self, name: &str) -> Option<PathBuf> {
        self.global_text(name).map(PathBuf::from)
    }

    pub(super) fn global_switch(&mut self, name: &str) -> bool {
        let default = variables::global(name).is_some_and(|variable| variable.default == "true");
        let given = self.global(name);
        self.switch(given, default)
    }

    /// A process-wide whole number within the bounds of its row.
    pub(super) fn global_integer(&mut self, name: &str) -> u64 {
        let given = self.global(name);
        variables::global(name).map_or(0, |variable| self.integer(given, variable))
    }

    /// Process-wide seconds within the bounds of their row.
    pub(super) fn global_seconds(&mut self, name: &str) -> Duration {
        let given = self.global(name);
        variables::global(name).map_or(Duration::ZERO, |variable| self.seconds(given, variable))
    }

    /// The one rule for switches: what is neither yes nor no prevents the start.
    pub(super) fn switch(&mut self, given: Option<Given>, default: bool) -> bool {
        let Some(Given { variable, value }) = given else { return default };
        scalars::switch(&value).unwrap_or_else(|| {
            self.fatal(format!(
                "{variable} is neither yes nor no; write true, 1, yes, y or on, or false, 0, no, \
                 n or off."
            ));
            default
        })
    }

    /// A whole number within the bounds of the row; a wrong one is the default, with a warning.
    pub(super) fn integer(&mut self, given: Option<Given>, row: &Variable) -> u64 {
        let (low, high) =
            if let Kind::Integer(low, high) = row.kind { (low, high) } else { (0, u64::MAX) };
        let parse = |text: &str| scalars::integer(text, low, high);
        self.or_default(given, row, parse).unwrap_or(low)
    }

    /// Seconds within the bounds of the row; wrong ones are the default, with a warning.
    pub(super) fn seconds(&mut self, given: Option<Given>, row: &Variable) -> Duration {
        let (low, high) =
            if let Kind::Seconds(low, high) = row.kind { (low, high) } else { (0, u32::MAX) };
        let parse = |text: &str| scalars::seconds(text, low, high);
        self.or_default(given, row, parse).unwrap_or_default()
    }

    /// A value read by `parse`, or the default of the row with a warning.
    pub(super) fn or_default<T>(
        &mut self,
        given: Option<Given>,
        row: &Variable,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        if let Some(given) = given {
            if let Some(value) = parse(given.value.trim()) {
                return Some(value);
            }
            self.warn(format!(
                "{} is not usable (expected: {}), so the default {} is in force.",
                given.variable,
                row.kind.text(),
                row.default
            ));
        }
        parse(row.default)
    }

    /// One of a few words; a wrong one prevents the start.
    pub(super) fn choice<T: Copy + Default>(&mut self, name: &str, words: &[(&str, T)]) -> T {
        let Some(text) = self.global_text(name) else { return T::default() };
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text));
        if let Some((_, value)) = found {
            return *value;
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.fatal(format!("{name} is none of {}.", known.join(", ")));
        T::default()
    }
}
