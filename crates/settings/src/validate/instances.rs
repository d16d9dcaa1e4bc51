//! All slots, in order, into usable and skipped instances.

use super::check::{Check, Slot};
use super::credentials::{Offer, Tokens};
use super::instance::Instance;
use super::{Problem, Severity, behaviour, exposure, network, scan};
use crate::{
    Deployment, InstanceConfig, InstanceId, InstanceName, InstanceSet, Limits, NameError,
    ServerSettings, Service, SiteUrl, Skipped, Transport,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Settings that say the operator means an unnumbered instance of the service, beside its URL.
const TELLING: [&str; 7] = [
    "USERNAME",
    "API_TOKEN",
    "PERSONAL_TOKEN",
    "OAUTH_ACCESS_TOKEN",
    "OAUTH_CLIENT_ID",
    "CLIENT_CERT",
    "INSTANCE_NAME",
];

/// Longest label of an unnumbered instance, in characters; it stands in every description.
const MAX_LABEL_LENGTH: usize = 60;

/// Reads every configured instance: the unnumbered ones, then the numbered ones of Jira and of
/// Confluence (server spec section 11.5).
pub(super) fn read(check: &mut Check<'_>, server: &ServerSettings) -> InstanceSet {
    let numbered = scan::numbered_slots(check);
    let limits = network::limits(check);
    let primaries = Service::ALL.into_iter().map(Slot::primary);
    let mut set = InstanceSet::default();
    let mut prefixes: BTreeMap<(Service, String), Slot> = BTreeMap::new();
    for slot in primaries.chain(numbered) {
        if slot.is_primary() && !is_meant(check, slot.service) {
            continue;
        }
        match read_slot(check, server, slot, &limits, &set, &mut prefixes) {
            Ok(config) => set.usable.push(Arc::new(config)),
            Err(skipped) => set.skipped.push(skipped),
        }
    }
    tell_same_addresses(check, &set);
    warn_of_borrowed_labels(check, &set);
    set
}

fn is_meant(check: &mut Check<'_>, service: Service) -> bool {
    let slot = Slot::primary(service);
    let set = check.is_set(&slot.variable("URL"))
        || TELLING.iter().any(|setting| check.is_set(&slot.variable(setting)));
    let mut switched_on = |setting: &str| {
        let given = crate::variables::per_instance(setting, service)
            .and_then(|row| check.find(row, slot).ok().flatten());
        check.switch(given, false)
    };
    set || switched_on("OAUTH_ENABLE") || switched_on("EXTERNAL_AUTH_ENABLE")
}

/// Everything of a slot is read even when something is wrong, so that all is told at once.
fn read_slot(
    check: &mut Check<'_>,
    server: &ServerSettings,
    slot: Slot,
    limits: &Limits,
    set: &InstanceSet,
    prefixes: &mut BTreeMap<(Service, String), Slot>,
) -> Result<InstanceConfig, Skipped> {
    let name = name(check, slot);
    let mut instance = Instance::new(check, slot, &name);
    let name = name.ok();
    if let Some(name) = &name {
        claim_prefix(&mut instance, name, prefixes);
    }
    let label = slot.is_primary().then(|| label(&mut instance)).flatten();
    let deployment = deployment(&mut instance);
    let before = instance.skip_count();
    let offer = Offer::read(&mut instance);
    let readable = instance.skip_count() == before;
    let site = site(&mut instance, &offer, deployment);
    let deployment = site.as_ref().map(|site| deployment.unwrap_or_else(|| guess(site)));
    let tokens = if server.transport == Transport::Stdio || server.callers.allow_global_fallback {
        Tokens::Configured
    } else {
        Tokens::WithRequests
    };
    let mut credential = None;
    if let (Some(site), Some(deployment)) = (&site, deployment) {
        credential = if site.is_from_request() {
            Some(offer.without_address())
        } else {
            offer.select(deployment, tokens)
        };
        match &credential {
            Some(chosen) => offer.explain(&mut instance, deployment, chosen),
            None if readable => offer.report_missing(&mut instance, deployment),
            None => {} // What could not be read is already told, and may be all that is missing.
        }
    }
    let cloud_id = deployment.and_then(|deployment| cloud_id(&mut instance, &offer, deployment));
    let network = network::read(&mut instance);
    let exposure = exposure::read(&mut instance);
    let behaviour = behaviour::read(&mut instance);
    let usable_so_far = set.usable.iter().filter(|other| other.service() == slot.service).count();
    if instance.skip_count() == 0 && usable_so_far >= InstanceSet::MAX_PER_SERVICE {
        let reason = format!(
            "at most {} instances of {} are allowed, and those with lower numbers come first",
            InstanceSet::MAX_PER_SERVICE,
            slot.service
        );
        instance.skip(Severity::Error, &reason);
    }
    let problems = instance.into_skips();
    let host = site.as_ref().filter(|site| !site.is_from_request()).map(SiteUrl::host);
    match (name, site, deployment, credential) {
        (Some(name), Some(site), Some(deployment), Some(credential)) if problems.is_empty() => {
            Ok(InstanceConfig {
                id: InstanceId { service: slot.service, name },
                number: slot.number,
                label,
                site,
                deployment,
                credential,
                cloud_id,
                network,
                limits: limits.clone(),
                exposure,
                behaviour,
            })
        }
        (name, ..) => Err(Skipped {
            service: slot.service,
            number: slot.number,
            name: name.map(|name| name.to_string()),
            host,
            problems,
        }),
    }
}

/// The slot's name; an unnumbered instance's variable is only its label.
fn name(check: &mut Check<'_>, slot: Slot) -> Result<InstanceName, NameError> {
    if slot.is_primary() {
        return Ok(InstanceName::primary());
    }
    let given = check.raw.values.get(&slot.variable("INSTANCE_NAME"));
    match given.map(|name| name.trim()).filter(|name| !name.is_empty()) {
        Some(name) => InstanceName::parse(name, slot.service, slot.number),
        None => Ok(InstanceName::numbered(slot.service, slot.number)),
    }
}

/// Two names are the same when their tools would be: `staging` and `jira_staging`. A skipped
/// instance keeps its name: what is meant for it must not reach another one.
fn claim_prefix(
    instance: &mut Instance<'_, '_>,
    name: &InstanceName,
    prefixes: &mut BTreeMap<(Service, String), Slot>,
) {
    let slot = instance.slot;
    let prefix = InstanceId { service: slot.service, name: name.clone() }.tool_prefix();
    match prefixes.get(&(slot.service, prefix.clone())) {
        Some(first) => {
            let reason = format!(
                "{} already has the name `{name}` or one that gives the same tool names \
                 ({prefix}…); set another {}",
                first.word(),
                slot.variable("INSTANCE_NAME")
            );
            instance.skip(Severity::Error, &reason);
        }
        None => {
            prefixes.insert((slot.service, prefix), slot);
        }
    }
}

fn label(instance: &mut Instance<'_, '_>) -> Option<String> {
    let label = instance.text("INSTANCE_NAME")?;
    let label: String = label
        .chars()
        .filter(|c| !crate::instance::is_invisible(*c))
        .take(MAX_LABEL_LENGTH)
        .collect();
    Some(label.trim().to_owned()).filter(|label| !label.is_empty())
}

fn deployment(instance: &mut Instance<'_, '_>) -> Option<Deployment> {
    let word = instance.text("DEPLOYMENT")?;
    match word.to_ascii_lowercase().as_str() {
        "cloud" => Some(Deployment::Cloud),
        "datacenter" | "dc" | "server" => Some(Deployment::DataCenter),
        _ => {
            let variable = instance.variable("DEPLOYMENT");
            let reason = format!("{variable} is none of cloud, datacenter, dc, server");
            instance.skip(Severity::Error, &reason);
            None
        }
    }
}

fn guess(site: &SiteUrl) -> Deployment {
    if site.is_from_request() || site.is_cloud_host() {
        Deployment::Cloud
    } else {
        Deployment::DataCenter
    }
}

fn site(
    instance: &mut Instance<'_, '_>,
    offer: &Offer,
    deployment: Option<Deployment>,
) -> Option<SiteUrl> {
    let variable = instance.variable("URL");
    let Some(text) = instance.text("URL") else {
        if instance.slot.is_primary() && offer.needs_no_address() {
            return SiteUrl::from_request();
        }
        instance.skip(Severity::Warning, &format!("needs {variable}"));
        return None;
    };
    match SiteUrl::parse(&text, instance.slot.service, deployment) {
        Ok(site) => Some(site),
        Err(error) => {
            instance.skip(Severity::Error, &format!("{variable} {error}"));
            None
        }
    }
}

/// The site id, which only Cloud has. A shared one serves a Cloud and a Data Center instance side
/// by side, so that only one of the instance's own is worth a word.
fn cloud_id(
    instance: &mut Instance<'_, '_>,
    offer: &Offer,
    deployment: Deployment,
) -> Option<String> {
    if deployment.is_cloud() {
        return offer.cloud_id.clone();
    }
    let variable = instance.variable("OAUTH_CLOUD_ID");
    if instance.check.is_set(&variable) {
        let sentence = format!(
            "{variable} is ignored on Data Center; if this is Cloud behind a domain of its own, \
             set {}=cloud",
            instance.variable("DEPLOYMENT")
        );
        instance.note(Severity::Warning, &sentence);
    }
    None
}

/// Two users on one site are allowed, but may be a mistake of copying (server spec section 11.2).
fn tell_same_addresses(check: &mut Check<'_>, set: &InstanceSet) {
    let word =
        |config: &InstanceConfig| Slot { service: config.service(), number: config.number }.word();
    for (index, config) in set.usable.iter().enumerate() {
        let first = set
            .usable
            .iter()
            .take(index)
            .find(|other| other.service() == config.service() && other.site == config.site);
        if let Some(first) = first.filter(|_| !config.site.is_from_request()) {
            check.add(Problem::new(
                Severity::Info,
                format!(
                    "{} ({}) and {} ({}) have the same address.",
                    word(first),
                    first.id.name,
                    word(config),
                    config.id.name
                ),
            ));
        }
    }
}

/// A label is shown where other instances show their name, so that it must not be one of theirs.
fn warn_of_borrowed_labels(check: &mut Check<'_>, set: &InstanceSet) {
    for primary in &set.usable {
        let Some(label) = primary.label.as_deref() else { continue };
        let borrowed = set.usable.iter().any(|other| {
            other.service() == primary.service()
                && other.number != primary.number
                && other.id.name.as_str().eq_ignore_ascii_case(label)
        });
        if borrowed {
            let variable = Slot::primary(primary.service()).variable("INSTANCE_NAME");
            check.warn(format!(
                "{variable} is the name of another instance; the label of the unnumbered one \
                 changes no tool name."
            ));
        }
    }
}
