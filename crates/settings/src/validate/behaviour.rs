//! Product-specific switches (server spec section 2.3).

use super::check::Given;
use super::exposure::warn_of_foreign_boundary;
use super::instance::Instance;
use super::{Severity, scalars};
use crate::instance::is_invisible;
use crate::variables::Kind;
use crate::{Behaviour, Service, key_pattern, variables};

/// Every SLA metric there is (jira-projects-agile-jsm spec, section on SLA).
const SLA_METRICS: [&str; 6] = [
    "cycle_time",
    "lead_time",
    "time_in_status",
    "due_date_compliance",
    "resolution_time",
    "first_response_time",
];

/// Reads the behaviour switches of an instance.
pub(super) fn read(instance: &mut Instance<'_, '_>) -> Behaviour {
    let defaults = Behaviour::default();
    let markup_translation = markup_translation(instance);
    if instance.slot.service == Service::Confluence {
        let v1 = instance.given("ATTACHMENT_DOWNLOAD_USE_V1");
        let attachment_download_use_v1 = v1.map(|given| instance.check.switch(Some(given), false));
        return Behaviour { markup_translation, attachment_download_use_v1, ..defaults };
    }
    check_workers(instance);
    let (start, end) = working_hours(instance);
    Behaviour {
        issue_key_pattern: pattern(instance, "ISSUE_KEY_PATTERN")
            .unwrap_or(defaults.issue_key_pattern),
        project_key_pattern: pattern(instance, "PROJECT_KEY_PATTERN")
            .unwrap_or(defaults.project_key_pattern),
        markup_translation,
        attachment_download_use_v1: None,
        hierarchy_link_phrases: phrases(instance),
        internal_only_projects: internal_only_projects(instance),
        sla_metrics: instance.parsed("SLA_METRICS", metrics).unwrap_or(defaults.sla_metrics),
        sla_working_hours_only: instance.switch("SLA_WORKING_HOURS_ONLY"),
        sla_working_hours_start: start,
        sla_working_hours_end: end,
        sla_working_days: instance
            .parsed("SLA_WORKING_DAYS", working_days)
            .unwrap_or(defaults.sla_working_days),
        sla_timezone: instance.parsed("SLA_TIMEZONE", timezone),
        display_timezone: display_timezone(instance),
    }
}

fn markup_translation(instance: &mut Instance<'_, '_>) -> bool {
    let given = instance.given("MARKUP_TRANSLATION");
    let jira = instance.slot.service == Service::Jira;
    let disabled = instance.check.global_switch("DISABLE_JIRA_MARKUP_TRANSLATION");
    instance.check.switch(given, !(jira && disabled))
}

/// A pattern that compiles; anything else is the default with a warning, which `parsed` gives. The
/// defaults are not compiled here: with twenty instances that would be half of the time to start.
fn pattern(instance: &mut Instance<'_, '_>, setting: &str) -> Option<String> {
    let known = [Behaviour::ISSUE_KEY_PATTERN, Behaviour::PROJECT_KEY_PATTERN];
    let usable = |text: &str| known.contains(&text) || key_pattern::compile(text).is_some();
    instance.parsed(setting, |text| usable(text).then(|| text.to_owned()))
}

/// The number of workers has no effect here; a wrong one is still worth a warning.
fn check_workers(instance: &mut Instance<'_, '_>) {
    let row = variables::per_instance("FETCHER_MAX_WORKERS", instance.slot.service);
    if let Some(Kind::Integer(low, high)) = row.map(|row| row.kind) {
        let _ = instance.parsed("FETCHER_MAX_WORKERS", |text| scalars::integer(text, low, high));
    }
}

fn phrases(instance: &mut Instance<'_, '_>) -> Vec<(bool, String)> {
    let Some(Given { variable, value }) = instance.given("HIERARCHY_LINK_PHRASES") else {
        return Vec::new();
    };
    let mut phrases = Vec::new();
    for (place, entry) in value.split(',').enumerate().filter(|(_, e)| !e.trim().is_empty()) {
        let entry = entry.to_lowercase();
        let parsed = entry.split_once(':').and_then(|(side, phrase)| {
            let parent = match side.trim() {
                "parent" => true,
                "child" => false,
                _ => return None,
            };
            let phrase = phrase.trim();
            (!phrase.is_empty()).then(|| (parent, phrase.to_owned()))
        });
        match parsed {
            Some(phrase) if !phrases.contains(&phrase) => phrases.push(phrase),
            Some(_) => {}
            None => instance.check.warn(format!(
                "{variable}: entry {} is neither `parent:<phrase>` nor `child:<phrase>` and is \
                 ignored.",
                place + 1
            )),
        }
    }
    phrases
}

/// A list in which no project is left skips the instance: its comments would be public.
fn internal_only_projects(instance: &mut Instance<'_, '_>) -> Vec<String> {
    let setting = "INTERNAL_ONLY_PROJECTS";
    let Some(Given { variable, value }) = instance.given(setting) else {
        warn_of_foreign_boundary(instance, setting);
        return Vec::new();
    };
    let mut projects: Vec<String> = Vec::new();
    for (place, entry) in value.split(',').enumerate() {
        let key: String = entry.chars().filter(|c| !is_invisible(*c)).collect();
        let key = key.trim().to_uppercase();
        if key.is_empty() || projects.contains(&key) {
            continue;
        }
        let mut characters = key.chars();
        let usual = characters.next().is_some_and(|c| c.is_ascii_uppercase())
            && characters.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if !usual {
            instance.check.warn(format!(
                "{variable}: entry {} does not look like a project key; it is kept as written.",
                place + 1
            ));
        }
        projects.push(key);
    }
    if projects.is_empty() {
        let reason = format!("{variable} is set but names no project");
        instance.skip(Severity::Error, &reason);
    }
    projects
}

fn metrics(list: &str) -> Option<Vec<String>> {
    let metrics: Vec<String> = scalars::items(list).map(str::to_ascii_lowercase).collect();
    let known = metrics.iter().all(|metric| SLA_METRICS.contains(&metric.as_str()));
    (known && !metrics.is_empty()).then_some(metrics)
}

/// Start and end of the working day. A day that ends before it starts is a night shift and ends on
/// the next one (jira-projects-agile-jsm spec D8); only one without any length is refused.
fn working_hours(instance: &mut Instance<'_, '_>) -> (u16, u16) {
    let defaults = Behaviour::default();
    let default = (defaults.sla_working_hours_start, defaults.sla_working_hours_end);
    let start = instance.parsed("SLA_WORKING_HOURS_START", start_of_day);
    let end = instance.parsed("SLA_WORKING_HOURS_END", scalars::time_of_day);
    let hours = (start.unwrap_or(default.0), end.unwrap_or(default.1));
    if hours.0 != hours.1 {
        return hours;
    }
    instance.note(
        Severity::Warning,
        "the working day of the SLA settings ends when it starts, so 09:00 to 17:00 is in force",
    );
    default
}

/// No day starts at its end.
fn start_of_day(text: &str) -> Option<u16> {
    scalars::time_of_day(text).filter(|minutes| *minutes < 24 * 60)
}

fn working_days(list: &str) -> Option<Vec<u8>> {
    let mut days = Vec::new();
    for item in scalars::items(list) {
        let day = u8::try_from(scalars::integer(item, 1, 7)?).ok()?;
        if !days.contains(&day) {
            days.push(day);
        }
    }
    days.sort_unstable();
    (!days.is_empty()).then_some(days)
}

/// The zone of the process, `TZ`: an IANA name, or the POSIX form (`CET-1CEST,M3.5.0,M10.5.0/3`).
/// Whether it exists is known where it is used.
fn display_timezone(instance: &mut Instance<'_, '_>) -> Option<String> {
    let text = instance.check.global_text("TZ")?;
    let name = text.trim().trim_start_matches(':');
    (!name.is_empty() && name.len() < 100).then(|| name.to_owned())
}

/// The shape of an IANA zone name. Whether the zone exists is known where it is used.
fn timezone(text: &str) -> Option<String> {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b));
    (plain && !text.is_empty() && !text.starts_with('/')).then(|| text.to_owned())
}
