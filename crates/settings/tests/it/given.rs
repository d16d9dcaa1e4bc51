//! Configurations written down shortly.

use atlassian_settings::{
    InstanceConfig, MapSources, Raw, Service, Settings, Severity, Skipped, validate,
};
use std::path::PathBuf;

/// Validates these variables.
pub(crate) fn settings(pairs: &[(&str, &str)]) -> Settings {
    settings_with_files(pairs, &[])
}

/// Validates these variables, with these files to read.
pub(crate) fn settings_with_files(pairs: &[(&str, &str)], files: &[(&str, &str)]) -> Settings {
    let sources = MapSources {
        files: files
            .iter()
            .map(|(path, content)| (PathBuf::from(path), (*content).to_owned()))
            .collect(),
    };
    validate(&raw(pairs), &sources)
}

/// These variables.
pub(crate) fn raw(pairs: &[(&str, &str)]) -> Raw {
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Raw::merge(pairs, [], [])
}

/// One line for each configured instance: `jira primary 1 basic` or `jira staging 2 skipped`.
pub(crate) fn listing(settings: &Settings) -> Vec<String> {
    let usable = settings.instances.usable.iter().map(|instance| {
        format!("{} {} {}", instance.id, instance.number, instance.credential.word())
    });
    let skipped = settings.instances.skipped.iter().map(|skipped| {
        let name = skipped.name.as_deref().unwrap_or("-");
        format!("{} {name} {} skipped", skipped.service.word(), skipped.number)
    });
    usable.chain(skipped).collect()
}

/// The instance with this number.
pub(crate) fn usable(settings: &Settings, service: Service, number: u8) -> &InstanceConfig {
    let found = settings.instances.usable.iter();
    let found = found.filter(|i| i.service() == service).find(|i| i.number == number);
    found.unwrap_or_else(|| panic!("{service} {number} is not usable: {:?}", settings.problems))
}

/// The skipped instance with this number.
pub(crate) fn skipped(settings: &Settings, service: Service, number: u8) -> &Skipped {
    let found = settings.instances.skipped.iter();
    let found = found.filter(|i| i.service == service).find(|i| i.number == number);
    found.unwrap_or_else(|| panic!("{service} {number} is not skipped"))
}

/// Severity and text of every problem.
pub(crate) fn told(settings: &Settings) -> Vec<(Severity, &str)> {
    settings.problems.iter().map(|p| (p.severity, p.message.as_str())).collect()
}
