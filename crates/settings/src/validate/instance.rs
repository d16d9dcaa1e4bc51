//! One slot: its values by the table, and what makes it unusable.

use super::check::{Check, Given, Slot};
use super::{Problem, Severity};
use crate::variables::{self, Variable};
use crate::{InstanceName, NameError, Secret};
use std::path::PathBuf;

/// Reads the variables of one slot and collects the reasons to skip it.
pub(super) struct Instance<'c, 'a> {
    pub(super) check: &'c mut Check<'a>,
    pub(super) slot: Slot,
    /// How messages call it: `JIRA_2 (staging)`.
    title: String,
    skips: Vec<Problem>,
}

impl<'c, 'a> Instance<'c, 'a> {
    /// Starts with the slot's name, as far as it has a valid one.
    pub(super) fn new(
        check: &'c mut Check<'a>,
        slot: Slot,
        name: &Result<InstanceName, NameError>,
    ) -> Self {
        let title = match name {
            Ok(name) => format!("{} ({name})", slot.word()),
            Err(_) => slot.word(),
        };
        let mut instance = Self { check, slot, title, skips: Vec::new() };
        if let Err(error) = name {
            let proposal = match error {
                NameError::Reserved { name } => free_name(name, slot),
                _ => None,
            };
            let proposal = proposal.map(|name| format!("; try `{name}`")).unwrap_or_default();
            let variable = slot.variable("INSTANCE_NAME");
            instance.skip(Severity::Error, &format!("{variable}: {error}{proposal}"));
        }
        instance
    }

    /// Skips the instance, with the reason as the rest of a sentence.
    pub(super) fn skip(&mut self, severity: Severity, reason: &str) {
        let end = if reason.ends_with('.') { "" } else { "." };
        let problem = Problem::new(severity, format!("{}: skipped: {reason}{end}", self.title));
        self.check.add(problem.clone());
        if !self.skips.contains(&problem) {
            self.skips.push(problem);
        }
    }

    /// Reports something that does not make the instance unusable.
    pub(super) fn note(&mut self, severity: Severity, sentence: &str) {
        self.check.add(Problem::new(severity, format!("{}: {sentence}.", self.title)));
    }

    pub(super) fn into_skips(self) -> Vec<Problem> {
        self.skips
    }

    /// How many reasons to skip it there are so far.
    pub(super) fn skip_count(&self) -> usize {
        self.skips.len()
    }

    /// The slot's own name for a setting.
    pub(super) fn variable(&self, setting: &str) -> String {
        self.slot.variable(setting)
    }

    fn row(&self, setting: &str) -> Option<&'static Variable> {
        let row = variables::per_instance(setting, self.slot.service);
        debug_assert!(row.is_some(), "{setting} has no row for {}", self.slot.service);
        row
    }

    /// Takes the outcome of a lookup; one that failed skips the instance.
    fn take(&mut self, outcome: Result<Option<Given>, String>) -> Option<Given> {
        outcome.unwrap_or_else(|reason| {
            self.skip(Severity::Error, &reason);
            None
        })
    }

    /// A setting by its rule of inheritance.
    pub(super) fn given(&mut self, setting: &str) -> Option<Given> {
        let row = self.row(setting)?;
        let outcome = self.check.find(row, self.slot);
        self.take(outcome)
    }

    /// A setting of exactly this slot.
    pub(super) fn own(&mut self, setting: &str) -> Option<Given> {
        let row = self.row(setting)?;
        let outcome = self.check.exact(&self.slot.variable(setting), row);
        self.take(outcome)
    }

    /// A setting's shared value, whatever the rule of inheritance says.
    pub(super) fn shared(&mut self, setting: &str) -> Option<Given> {
        let row = self.row(setting)?;
        let outcome = self.check.shared(row);
        self.take(outcome)
    }

    /// The trimmed text of a setting; blank is unset.
    pub(super) fn text(&mut self, setting: &str) -> Option<String> {
        let given = self.given(setting)?;
        Some(given.value.trim().to_owned()).filter(|text| !text.is_empty())
    }

    pub(super) fn path(&mut self, setting: &str) -> Option<PathBuf> {
        self.text(setting).map(PathBuf::from)
    }

    /// A secret that goes into a header or a form, so that it can hold no control character.
    pub(super) fn as_secret(&mut self, given: &Given, trim: bool) -> Option<Secret> {
        let line_ends: &[char] = &['\r', '\n'];
        let value = given.value.trim_matches(line_ends);
        let value = if trim { value.trim() } else { value };
        if value.chars().any(char::is_control) {
            let reason =
                format!("{} holds a line break or another control character", given.variable);
            self.skip(Severity::Error, &reason);
            return None;
        }
        Some(Secret::new(value))
    }

    /// A token: trimmed.
    pub(super) fn token(&mut self, setting: &str) -> Option<Secret> {
        let given = self.given(setting)?;
        self.as_secret(&given, true)
    }

    /// A password: blanks at its ends are part of it.
    pub(super) fn password(&mut self, setting: &str) -> Option<Secret> {
        let given = self.given(setting)?;
        self.as_secret(&given, false)
    }

    /// A switch by its rule of inheritance, with the default of its row.
    pub(super) fn switch(&mut self, setting: &str) -> bool {
        let default = self.row(setting).is_some_and(|row| row.default == "true");
        let given = self.given(setting);
        self.check.switch(given, default)
    }

    /// A switch that is on if its own variable or a shared one is on.
    pub(super) fn either(&mut self, setting: &str) -> bool {
        let own = self.own(setting);
        let shared = self.shared(setting);
        let own = self.check.switch(own, false);
        self.check.switch(shared, false) || own
    }

    /// A value read by `parse`, or the row's default with a warning.
    pub(super) fn parsed<T>(
        &mut self,
        setting: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let row = self.row(setting)?;
        let given = self.given(setting);
        self.check.or_default(given, row, parse)
    }
}

/// A name that is not reserved: the slot's own number for a bare number, else the word with it.
fn free_name(reserved: &str, slot: Slot) -> Option<InstanceName> {
    let number = slot.number.to_string();
    let bare = reserved.bytes().all(|b| b.is_ascii_digit());
    let name = if bare { number } else { format!("{reserved}_{number}") };
    InstanceName::parse(&name, slot.service, slot.number).ok()
}
