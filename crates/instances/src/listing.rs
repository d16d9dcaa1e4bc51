//! The instances as people and models see them.

use crate::{Caller, Entry, Registry};
use atlassian_settings::InstanceId;
use atlassian_tools::{InstanceListing, InstanceState};
use std::borrow::Cow;
use std::collections::HashMap;

/// Longest text of instructions for a model, in bytes (server spec section 11.9).
pub const MAX_INSTRUCTIONS: usize = 1500;

impl Registry {
    /// Every configured instance, skipped ones with their reasons. What the caller narrowed away or
    /// the operator hid is left out.
    #[must_use]
    pub fn listing(&self, caller: &Caller) -> Vec<InstanceListing> {
        let mut listing: Vec<InstanceListing> = Vec::new();
        let mut counts: HashMap<&InstanceId, usize> = HashMap::new();
        for id in self.list(caller).filter_map(|entry| entry.instance.as_ref()) {
            *counts.entry(id).or_default() += 1;
        }
        let brought = caller.visits.keys().filter(|id| !self.instances.contains_key(*id));
        let ids = brought.chain(self.instances.keys());
        let instances = ids.filter_map(|id| self.instance_for(id, caller));
        for instance in instances.filter(|instance| instance.policy.sees(caller)) {
            let config = &instance.config;
            let (state, reasons) = if self.credential_for(instance, caller).is_some() {
                (InstanceState::Ready, Vec::new())
            } else {
                (
                    InstanceState::NoCredential,
                    vec!["This request carries no credentials for this instance.".to_owned()],
                )
            };
            listing.push(InstanceListing {
                name: config.id.name.to_string(),
                label: config.label.clone(),
                service: config.service(),
                number: config.number,
                prefix: Some(config.id.tool_prefix()),
                url: Some(config.site.to_string()),
                deployment: Some(config.deployment),
                auth: Some(config.credential.word()),
                read_only: instance.policy.is_read_only(caller),
                tools: counts.get(&config.id).copied().unwrap_or_default(),
                state,
                reasons,
            });
        }
        for skipped in &self.skipped {
            let name = skipped
                .name
                .clone()
                .unwrap_or_else(|| format!("{}_{}", skipped.service.word(), skipped.number));
            if caller.narrowing.instances.as_ref().is_some_and(|names| !names.contains(&name)) {
                continue;
            }
            listing.push(InstanceListing {
                name,
                label: None,
                service: skipped.service,
                number: skipped.number,
                prefix: None,
                url: skipped.host.clone(),
                deployment: None,
                auth: None,
                read_only: false,
                tools: 0,
                state: InstanceState::Skipped,
                reasons: skipped.problems.iter().map(|problem| reason(&problem.message)).collect(),
            });
        }
        listing
    }

    /// The description of a tool as this caller meets it. Where descriptions tell instances apart,
    /// a tool that a request moved to another address names that address, because the configured
    /// one is not where its calls go (server spec section 11.6).
    #[must_use]
    pub fn description<'a>(&self, entry: &'a Entry, caller: &Caller) -> Cow<'a, str> {
        let moved = entry.instance.as_ref().and_then(|id| {
            let site = &caller.visits.get(id)?.config().site;
            let configured = self.instances.get(id).map(|instance| &instance.config.site);
            (configured != Some(site)).then(|| site.host())
        });
        match moved.filter(|_| *entry.description != *entry.definition.description) {
            Some(host) => Cow::Owned(format!(
                "[site of the request · {host}] {}",
                entry.definition.description
            )),
            None => Cow::Borrowed(&entry.description),
        }
    }

    /// What a model should know about several instances; `None` when there is only one.
    #[must_use]
    pub fn instructions(&self, caller: &Caller) -> Option<String> {
        let usable: Vec<InstanceListing> =
            self.listing(caller).into_iter().filter(|i| i.state == InstanceState::Ready).collect();
        if usable.len() < 2 || !self.has_several() {
            return None;
        }
        let mut text = "Several Atlassian instances are available; the tool name says which one a call reaches. \
                        Never use one instance when another was asked for.\n"
            .to_owned();
        for (index, instance) in usable.iter().enumerate() {
            let primary = if instance.number == 1 {
                " (primary, use it when no instance is named)"
            } else {
                ""
            };
            let line = format!(
                "- {}*: {} `{}`{primary} at {}, {}\n",
                instance.prefix.as_deref().unwrap_or_default(),
                instance.service,
                instance.label.as_deref().unwrap_or(&instance.name),
                host(instance),
                if instance.read_only { "read-only" } else { "read and write" },
            );
            if text.len() + line.len() > MAX_INSTRUCTIONS - 60 {
                text.push_str(&format!(
                    "- and {} more: call atlassian_list_instances.\n",
                    usable.len() - index
                ));
                break;
            }
            text.push_str(&line);
        }
        Some(text)
    }

    /// One line per instance for the start log and `--list-instances`; no secrets.
    #[must_use]
    pub fn lines(&self, caller: &Caller) -> Vec<String> {
        self.listing(caller)
            .iter()
            .map(|instance| {
                let number = instance.number;
                let service = instance.service.word();
                let name = &instance.name;
                if instance.state == InstanceState::Skipped {
                    return format!(
                        "{service} {number} {name}: skipped: {}",
                        instance.reasons.join(" ")
                    );
                }
                format!(
                    "{service} {number} {name}: prefix {}, host {}, {}, auth {}, {}, {} tools",
                    instance.prefix.as_deref().unwrap_or("-"),
                    host(instance),
                    instance.deployment.map_or("-", atlassian_settings::Deployment::word),
                    instance.auth.unwrap_or("-"),
                    if instance.read_only { "read-only" } else { "read-write" },
                    instance.tools,
                )
            })
            .collect()
    }
}

/// Host and port of an instance, without context path.
fn host(instance: &InstanceListing) -> &str {
    let url = instance.url.as_deref().unwrap_or("-");
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// A problem without the instance it begins with, which a listing has said already.
fn reason(message: &str) -> String {
    message.split_once(": skipped: ").map_or(message, |(_, reason)| reason).to_owned()
}
