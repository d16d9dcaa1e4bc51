//! What of an instance is shown to callers.

use super::check::{Check, Given, Slot};
use super::instance::Instance;
use super::{Severity, scalars};
use crate::instance::is_invisible;
use crate::{Exposure, Filter, Service};
use std::collections::BTreeSet;

/// Reads what callers may see and touch of an instance.
pub(super) fn read(instance: &mut Instance<'_, '_>) -> Exposure {
    let owned = match instance.slot.service {
        Service::Jira => "PROJECTS",
        Service::Confluence => "SPACES",
    };
    let owns = instance.text(owned).and_then(|list| Filter::parse(&list));
    let accept_authorization = instance.switch("ACCEPT_AUTHORIZATION");
    Exposure {
        read_only: instance.either("READ_ONLY_MODE"),
        toolsets: instance.text("TOOLSETS").and_then(|list| toolsets(&list)),
        enabled_tools: instance.text("ENABLED_TOOLS").map(|list| names(&list)).filter(not_empty),
        disabled_tools: instance.text("DISABLED_TOOLS").map(|l| names(&l)).unwrap_or_default(),
        filter: filter(instance),
        owns: owns.map(|keys| keys.keys().to_vec()).unwrap_or_default(),
        allow_credential_fallback: instance.either("ALLOW_CRED_FALLBACK"),
        accept_authorization: accept_authorization && !instance.slot.is_primary(),
    }
}

/// The shared flags and lists alone, for the tools that belong to no single instance.
pub(super) fn shared(check: &mut Check<'_>) -> Exposure {
    let enabled = check.global_text("ENABLED_TOOLS").map(|list| names(&list));
    let disabled = check.global_text("DISABLED_TOOLS").map(|list| names(&list));
    Exposure {
        read_only: check.global_switch("READ_ONLY_MODE"),
        toolsets: check.global_text("TOOLSETS").and_then(|list| toolsets(&list)),
        enabled_tools: enabled.filter(not_empty),
        disabled_tools: disabled.unwrap_or_default(),
        allow_credential_fallback: check.global_switch("ALLOW_GLOBAL_CRED_FALLBACK"),
        ..Exposure::default()
    }
}

/// Names of tools, freed of what nobody can see: a name that looks right must not be another one,
/// least of all on a deny-list.
fn names(list: &str) -> BTreeSet<String> {
    let list = visible(list);
    scalars::items(&list).map(str::to_owned).collect()
}

fn visible(list: &str) -> String {
    list.chars().filter(|c| c.is_whitespace() || !is_invisible(*c)).collect()
}

fn not_empty(names: &BTreeSet<String>) -> bool {
    !names.is_empty()
}

/// Toolsets by name; `None` is all of them. The registry knows which names exist.
fn toolsets(list: &str) -> Option<BTreeSet<String>> {
    let mut toolsets = BTreeSet::new();
    let list = visible(list);
    for name in scalars::items(&list) {
        if name.eq_ignore_ascii_case("all") {
            return None;
        }
        let default = name.eq_ignore_ascii_case("default");
        toolsets.insert(if default { "default".to_owned() } else { name.to_owned() });
    }
    Some(toolsets).filter(not_empty)
}

/// The hard boundary. A list in which no key is left skips the instance: without a boundary it
/// would show everything, which is the opposite of what was asked for.
fn filter(instance: &mut Instance<'_, '_>) -> Option<Filter> {
    let setting = filter_setting(instance.slot.service);
    let Some(Given { variable, value }) = instance.given(setting) else {
        warn_of_foreign_boundary(instance, setting);
        return None;
    };
    let filter = Filter::parse(&value);
    if filter.is_none() {
        let reason = format!("{variable} is set but names no key");
        instance.skip(Severity::Error, &reason);
    }
    filter
}

const fn filter_setting(service: Service) -> &'static str {
    match service {
        Service::Jira => "PROJECTS_FILTER",
        Service::Confluence => "SPACES_FILTER",
    }
}

/// An operator who restricts the unnumbered instance may expect that to hold everywhere, but keys
/// mean something else on another site (server spec section 11.3).
pub(super) fn warn_of_foreign_boundary(instance: &mut Instance<'_, '_>, setting: &str) {
    let unnumbered = Slot::primary(instance.slot.service).variable(setting);
    if !instance.slot.is_primary() && instance.check.is_set(&unnumbered) {
        let own = instance.variable(setting);
        let sentence = format!("{unnumbered} does not apply here; set {own} to restrict it too");
        instance.note(Severity::Warning, &sentence);
    }
}
