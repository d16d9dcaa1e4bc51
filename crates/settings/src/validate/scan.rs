//! Which numbered instances there are (server spec section 11.1).

use super::check::{Check, Slot};
use crate::{Service, variables};
use std::collections::{BTreeMap, BTreeSet};

/// Highest number of an instance.
const MAX_NUMBER: u8 = 99;

/// Finds the numbered slots that have at least one known setting, in ascending order of service
/// and number, and warns of every numbered name that is not one.
pub(super) fn numbered_slots(check: &mut Check<'_>) -> BTreeSet<Slot> {
    let mut slots = BTreeSet::new();
    let mut odd: BTreeMap<(Service, &str), Vec<&str>> = BTreeMap::new();
    let mut unknown = Vec::new();
    let raw = check.raw;
    for (name, value) in &raw.values {
        let Some((service, digits, setting)) = split(name) else { continue };
        if value.trim().is_empty() {
            continue;
        }
        match number(digits) {
            Some(number @ 2..=MAX_NUMBER) if variables::is_known_setting(setting, service) => {
                slots.insert(Slot { service, number });
            }
            Some(number @ 2..=MAX_NUMBER) => unknown.push((Slot { service, number }, setting)),
            _ => odd.entry((service, digits)).or_default().push(setting),
        }
    }
    for ((service, digits), settings) in odd {
        warn_of_number(check, service, digits, &settings);
    }
    for (slot, setting) in unknown {
        warn_of_setting(check, slot, setting);
    }
    slots
}

/// Splits `JIRA_2_URL` in service, digits and setting.
fn split(name: &str) -> Option<(Service, &str, &str)> {
    Service::ALL.into_iter().find_map(|service| {
        let rest = name.strip_prefix(service.variable_word())?.strip_prefix('_')?;
        let (digits, setting) = rest.split_once('_')?;
        let numeric = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        numeric.then_some((service, digits, setting))
    })
}

/// The number that digits stand for, if they are written without leading zeros.
fn number(digits: &str) -> Option<u8> {
    digits.parse().ok().filter(|number: &u8| *digits == number.to_string())
}

fn warn_of_number(check: &mut Check<'_>, service: Service, digits: &str, settings: &[&str]) {
    let word = service.variable_word();
    let names = |prefix: &str| {
        let names: Vec<String> =
            settings.iter().map(|setting| format!("{prefix}_{}", shown(setting))).collect();
        names.join(", ")
    };
    let digits: String = digits.chars().take(10).collect();
    let given = names(&format!("{word}_{digits}"));
    let significant = digits.trim_start_matches('0');
    let hint = if digits == "1" {
        format!("the first instance is configured with {}, without a number", names(word))
    } else if significant.len() < digits.len() {
        match number(significant).filter(|number| (2..=MAX_NUMBER).contains(number)) {
            Some(number) => format!(
                "numbers have no leading zeros, write {}",
                names(&format!("{word}_{number}"))
            ),
            None => format!(
                "numbers go from 2 to {MAX_NUMBER}, and the first instance has none ({})",
                names(word)
            ),
        }
    } else {
        format!("numbers of instances go from 2 to {MAX_NUMBER}")
    };
    check.warn(format!("{given}: ignored; {hint}."));
}

fn warn_of_setting(check: &mut Check<'_>, slot: Slot, setting: &str) {
    let name = slot.variable(&shown(setting));
    let upper = setting.to_ascii_uppercase();
    let other = Service::ALL
        .into_iter()
        .find(|other| *other != slot.service && variables::is_known_setting(&upper, *other));
    let file_form =
        upper.strip_suffix("_FILE").filter(|s| variables::is_known_setting(s, slot.service));
    let hint = match (variables::nearest_setting(&upper, slot.service), other) {
        _ if file_form.is_some() => "; only secrets can be read from a file".to_owned(),
        (Some(near), _) if near == upper => format!("; did you mean {}?", slot.variable(near)),
        (_, Some(other)) => format!("; it is a setting of {other}"),
        (Some(near), None) => format!("; did you mean {}?", slot.variable(near)),
        (None, None) => String::new(),
    };
    let end = if hint.ends_with('?') { "" } else { "." };
    check.warn(format!("{name} is not a known setting and is ignored{hint}{end}"));
}

/// A name from the environment, made safe to print.
fn shown(name: &str) -> String {
    name.chars().take(60).flat_map(char::escape_debug).collect()
}
