//! Aliases, groups and the list of shown instances, judged against the instances there are
//! (design section 9).

use super::check::Check;
use super::scalars;
use crate::{InstanceName, InstanceSet, ServerSettings, Service};
use std::collections::BTreeSet;

/// Reads aliases, groups and the list of shown instances.
pub(super) fn read(check: &mut Check<'_>, server: &mut ServerSettings, set: &InstanceSet) {
    let names = names(set);
    server.aliases = aliases(check, &names);
    server.groups = groups(check, &names, &server.aliases);
    server.instances = shown(check, &names, server);
}

/// The names of all configured instances. A skipped one counts: naming it is no mistake, it will
/// be there when its configuration is mended.
fn names(set: &InstanceSet) -> BTreeSet<String> {
    let usable = set.usable.iter().map(|instance| instance.id.name.to_string());
    usable.chain(set.skipped.iter().filter_map(|skipped| skipped.name.clone())).collect()
}

/// Whether a word may be an alias or the name of a group: written like the name of an instance,
/// and none of the reserved words.
fn is_free(word: &str, names: &BTreeSet<String>) -> bool {
    InstanceName::parse(word, Service::Jira, 0).is_ok() && !names.contains(word)
}

fn aliases(check: &mut Check<'_>, names: &BTreeSet<String>) -> Vec<(String, String)> {
    let variable = "ATLASSIAN_INSTANCE_ALIASES";
    let mut aliases: Vec<(String, String)> = Vec::new();
    for (place, alias, target) in pairs(check, variable) {
        let problem = if !is_free(&alias, names) {
            "is the name of an instance, reserved, or not written like a name"
        } else if aliases.iter().any(|(known, _)| *known == alias) {
            "stands twice, and the first one counts"
        } else if names.contains(&target) {
            aliases.push((alias, target));
            continue;
        } else {
            "stands for an instance that is not configured"
        };
        check.warn(format!("{variable}: the alias of entry {place} {problem}; it is ignored."));
    }
    aliases
}

fn groups(
    check: &mut Check<'_>,
    names: &BTreeSet<String>,
    aliases: &[(String, String)],
) -> Vec<(String, Vec<String>)> {
    let variable = "ATLASSIAN_INSTANCE_GROUPS";
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (place, group, members) in pairs(check, variable) {
        let taken = aliases.iter().any(|(alias, _)| *alias == group)
            || groups.iter().any(|(known, _)| *known == group);
        if taken || !is_free(&group, names) {
            check.warn(format!(
                "{variable}: the group of entry {place} has a name that is taken, reserved, or \
                 not written like a name; it is ignored."
            ));
            continue;
        }
        let mut found: Vec<String> = Vec::new();
        for member in members.split('+').map(str::trim).filter(|member| !member.is_empty()) {
            match resolve(member, names, aliases) {
                Some(name) if found.contains(&name) => {}
                Some(name) => found.push(name),
                None => check.warn(format!(
                    "{variable}: a member of entry {place} is no configured instance; it is left \
                     out."
                )),
            }
        }
        if found.is_empty() {
            check.warn(format!("{variable}: entry {place} has no members and is ignored."));
        } else {
            groups.push((group, found));
        }
    }
    groups
}

/// The instances that clients may see. A list that names nothing known shows nothing: it was
/// meant to narrow.
fn shown(
    check: &mut Check<'_>,
    names: &BTreeSet<String>,
    server: &ServerSettings,
) -> Option<BTreeSet<String>> {
    let variable = "ATLASSIAN_INSTANCES";
    let list = check.global_text(variable)?.to_lowercase();
    let mut shown = BTreeSet::new();
    let mut items = scalars::items(&list).enumerate().peekable();
    items.peek()?;
    for (place, item) in items {
        if item == "all" {
            return None;
        }
        let group = server.groups.iter().find(|(group, _)| group == item);
        if let Some((_, members)) = group {
            shown.extend(members.iter().cloned());
        } else if let Some(name) = resolve(item, names, &server.aliases) {
            shown.insert(name);
        } else {
            check.warn(format!(
                "{variable}: entry {} is no configured instance, alias or group; it shows nothing.",
                place + 1
            ));
        }
    }
    Some(shown)
}

fn resolve(word: &str, names: &BTreeSet<String>, aliases: &[(String, String)]) -> Option<String> {
    let target = aliases.iter().find(|(alias, _)| alias == word).map(|(_, target)| target.as_str());
    names.get(target.unwrap_or(word)).cloned()
}

/// The entries of a list of `name=value`, lower-cased, with their place from 1; others are warned
/// of.
fn pairs(check: &mut Check<'_>, variable: &str) -> Vec<(usize, String, String)> {
    let list = check.global_text(variable).unwrap_or_default().to_lowercase();
    let mut pairs = Vec::new();
    for (place, item) in scalars::items(&list).enumerate() {
        match item.split_once('=') {
            Some((name, value)) => {
                pairs.push((place + 1, name.trim().to_owned(), value.trim().to_owned()));
            }
            None => check.warn(format!(
                "{variable}: entry {} is not `name=value`; it is ignored.",
                place + 1
            )),
        }
    }
    pairs
}
