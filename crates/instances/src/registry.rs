//! One immutable registry, built at start.

use crate::policy::ToolsetSelection;
use crate::record::Observers;
use crate::validation::Validations;
use crate::visit::Visits;
use crate::{Caller, Live, Platform, Policy};
use atlassian_http::Resolve;
use atlassian_http::fence::SystemResolver;
use atlassian_settings::{
    Credential, InstanceConfig, InstanceId, InstanceSet, Problem, ServerSettings, Service,
    Severity, Skipped, ToolMode, Transport,
};
use atlassian_tools::{Definition, Files, table};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Longest tool name that common model interfaces accept (server spec section 11.2).
pub const MAX_TOOL_NAME: usize = 64;
/// Above this length some clients, which put their own prefix before the name, drop tools.
pub const COMFORTABLE_TOOL_NAME: usize = 48;
/// Above this number of tools some clients cut the list (server spec section 11.5).
pub const COMFORTABLE_TOOL_COUNT: usize = 128;

/// A tool on an instance, under its registered name.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Registered name: `jira_staging_get_issue`.
    pub name: Arc<str>,
    /// Title, with the instance when it is a numbered one.
    pub title: Arc<str>,
    /// Description, starting with the instance when its product has several.
    pub description: Arc<str>,
    /// Published schema of the arguments.
    pub schema: Arc<Map<String, Value>>,
    /// The tool.
    pub definition: &'static Definition,
    /// The instance; `None` for tools about several.
    pub instance: Option<InstanceId>,
}

/// One usable instance with its rules and live state.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) config: Arc<InstanceConfig>,
    /// The operator's credential, held once: every listed tool asks whether there is one.
    pub(crate) credential: Arc<Credential>,
    pub(crate) policy: Policy,
    pub(crate) live: Live,
    /// Whether a request brought it; the operator's credential is then never used.
    pub(crate) visiting: bool,
}

/// Everything that can be called, and by whom: an immutable snapshot.
#[derive(Debug)]
pub struct Registry {
    pub(crate) server: Arc<ServerSettings>,
    pub(crate) instances: IndexMap<InstanceId, Instance>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) across: Policy,
    pub(crate) files: Option<Files>,
    pub(crate) observers: Observers,
    pub(crate) visits: Visits,
    pub(crate) validations: Validations,
    entries: IndexMap<Arc<str>, Entry>,
    aliases: HashMap<String, Arc<str>>,
    problems: Vec<Problem>,
}

impl Registry {
    /// Builds the registry. Nothing is opened, read or connected.
    #[must_use]
    pub fn build(set: &InstanceSet, server: &ServerSettings, platform: &Platform) -> Self {
        Self::resolving(set, server, platform, Arc::new(SystemResolver))
    }

    /// The same, with the addresses that requests name looked up by this resolver (tests).
    #[must_use]
    pub fn resolving(
        set: &InstanceSet,
        server: &ServerSettings,
        platform: &Platform,
        resolver: Arc<dyn Resolve>,
    ) -> Self {
        let process = Live::process_limit(server);
        let mut building = Building::new(set, server);
        let mut instances = IndexMap::new();
        let counts = count_by_service(set);
        for service in building.without_primary(set) {
            building.register_guest(service, counts.contains_key(service.word()));
        }
        for config in &set.usable {
            let visible = building.is_visible(config);
            let policy = Policy::of_instance(config, visible);
            let crowded = counts.get(config.service().word()).is_some_and(|count| *count > 1);
            if building.register(config, crowded) {
                let live = Live::new(config, platform, process.as_ref());
                let credential = Arc::new(config.credential.clone());
                let config = Arc::clone(config);
                let id = config.id.clone();
                let instance = Instance { config, credential, policy, live, visiting: false };
                instances.insert(id, instance);
            }
        }
        let visible = building.visible.clone();
        let visits = Visits::new(server, platform, resolver, process, visible);
        let across = Policy::of_across(&server.exposure, tells_apart(instances.keys()));
        building.register_across();
        let Building { mut skipped, entries, aliases, mut problems, .. } = building;
        skipped.extend(set.skipped.iter().cloned());
        skipped.sort_by_key(|s| (s.service, s.number));
        not_yet(server, &mut problems);
        let files = server.files_root.clone().map(|root| Files { root });
        let mut registry = Self {
            server: Arc::new(server.clone()),
            instances,
            skipped,
            across,
            files,
            observers: Observers::default(),
            visits,
            validations: Validations::new(&server.callers),
            entries,
            aliases,
            problems: Vec::new(),
        };
        registry.check_lists(&mut problems);
        registry.problems = problems;
        registry
    }

    /// What a person should know about names, lists and filters.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The server's settings.
    #[must_use]
    pub fn server(&self) -> &Arc<ServerSettings> {
        &self.server
    }

    /// Who hears of calls; add to it before calls are made.
    #[must_use]
    pub fn observers(&self) -> &Observers {
        &self.observers
    }

    /// Whether the server holds several instances to tell apart, so that answers name theirs. One
    /// Jira beside one Confluence, both unnumbered, are the single-instance server of old
    /// (server spec section 12, line 10).
    #[must_use]
    pub fn has_several(&self) -> bool {
        tells_apart(self.instances.keys())
    }

    /// Whether any instance is usable.
    #[must_use]
    pub fn has_any(&self) -> bool {
        !self.instances.is_empty()
    }

    /// The configurations of the usable instances, in order.
    pub fn instances(&self) -> impl Iterator<Item = &Arc<InstanceConfig>> {
        self.instances.values().map(|instance| &instance.config)
    }

    /// The tools that exist for a caller, in listing order.
    pub fn list<'a>(&'a self, caller: &'a Caller) -> impl Iterator<Item = &'a Entry> {
        self.entries.values().filter(move |entry| self.exposes(entry, caller))
    }

    /// The tool of this name, if it exists for the caller. The doubled default form
    /// (`jira_jira_2_get_issue`) is understood but not listed.
    #[must_use]
    pub fn get(&self, name: &str, caller: &Caller) -> Option<&Entry> {
        let entry = self
            .entries
            .get(name)
            .or_else(|| self.aliases.get(name).and_then(|real| self.entries.get(real)))?;
        self.exposes(entry, caller).then_some(entry)
    }

    fn exposes(&self, entry: &Entry, caller: &Caller) -> bool {
        match &entry.instance {
            None => self.across.exposes(entry.definition, &entry.name, caller),
            Some(id) => self.instance_for(id, caller).is_some_and(|instance| {
                instance.policy.exposes(entry.definition, &entry.name, caller)
                    && self.credential_for(instance, caller).is_some()
            }),
        }
    }

    fn check_lists(&self, problems: &mut Vec<Problem>) {
        let mut known: BTreeSet<&str> =
            table::definitions().map(|definition| definition.name).collect();
        known.extend(self.entries.keys().map(|name| &**name));
        let mut lists = vec![(String::new(), &self.server.exposure)];
        lists.extend(self.instances().map(|config| (format!("{}: ", config.id), &config.exposure)));
        let mut seen = BTreeSet::new();
        for (whose, exposure) in lists {
            for name in ToolsetSelection::read(exposure.toolsets.as_ref()).unknown {
                if seen.insert(format!("toolset {name}")) {
                    let message = format!(
                        "{whose}`{name}` is no toolset and was ignored; see `atlassian-mcp tools` for the names."
                    );
                    problems.push(Problem::new(Severity::Warning, message));
                }
            }
            let enabled = exposure.enabled_tools.iter().flatten();
            for name in enabled.chain(&exposure.disabled_tools) {
                if !known.contains(name.as_str()) && seen.insert(format!("tool {name}")) {
                    let message = format!(
                        "{whose}the tool list names `{name}`, which is no tool on any instance."
                    );
                    problems.push(Problem::new(Severity::Warning, message));
                }
            }
        }
        let listed = self.list(&Caller::operator()).count();
        if listed > COMFORTABLE_TOOL_COUNT {
            let message = format!(
                "{listed} tools are listed; some clients cut lists above {COMFORTABLE_TOOL_COUNT}. \
                 Set TOOLSETS=default, or toolsets per instance."
            );
            problems.push(Problem::new(Severity::Warning, message));
        }
    }
}

/// What can be configured but is not part of this version: refused where a run without it would be
/// another run than the operator wants, told otherwise.
fn not_yet(server: &ServerSettings, problems: &mut Vec<Problem>) {
    if server.tool_mode != ToolMode::Prefixed {
        let message = "ATLASSIAN_TOOL_MODE (--tool-mode) must be `prefixed`: the other modes are not part of this version yet.";
        problems.push(Problem::new(Severity::Fatal, message));
    }
}

fn tells_apart<'a>(ids: impl ExactSizeIterator<Item = &'a InstanceId>) -> bool {
    ids.len() > 1 && ids.into_iter().any(|id| !id.name.is_primary())
}

fn count_by_service(set: &InstanceSet) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for config in &set.usable {
        *counts.entry(config.service().word()).or_insert(0) += 1;
    }
    counts
}

/// Instances with the same key patterns share the schema of a tool.
type SchemaKey = (&'static str, String, String);

/// The registry while names are handed out.
struct Building<'a> {
    server: &'a ServerSettings,
    visible: Option<BTreeSet<String>>,
    schemas: HashMap<SchemaKey, Arc<Map<String, Value>>>,
    entries: IndexMap<Arc<str>, Entry>,
    aliases: HashMap<String, Arc<str>>,
    skipped: Vec<Skipped>,
    problems: Vec<Problem>,
}

impl<'a> Building<'a> {
    fn new(set: &InstanceSet, server: &'a ServerSettings) -> Self {
        let mut building = Self {
            server,
            visible: None,
            schemas: HashMap::new(),
            entries: IndexMap::new(),
            aliases: HashMap::new(),
            skipped: Vec::new(),
            problems: Vec::new(),
        };
        building.visible =
            server.instances.as_ref().map(|names| building.resolve_names(names, set));
        building
    }

    /// Instance names behind a list that may hold names, aliases and groups.
    fn resolve_names(&mut self, names: &BTreeSet<String>, set: &InstanceSet) -> BTreeSet<String> {
        let mut resolved = BTreeSet::new();
        for name in names {
            let group = self
                .server
                .groups
                .iter()
                .find(|(group, _)| group == name)
                .map(|(_, members)| members.as_slice());
            let own = [name.clone()];
            for member in group.unwrap_or(&own) {
                let target = self
                    .server
                    .aliases
                    .iter()
                    .find(|(alias, _)| alias == member)
                    .map_or(member, |(_, target)| target);
                let exists = set.usable.iter().any(|config| config.id.name.as_str() == target)
                    || set.skipped.iter().any(|skipped| skipped.name.as_deref() == Some(target));
                if !exists {
                    let message = format!(
                        "The list of visible instances names `{target}`, which is not configured."
                    );
                    self.problems.push(Problem::new(Severity::Warning, message));
                }
                resolved.insert(target.clone());
            }
        }
        resolved
    }

    fn is_visible(&self, config: &InstanceConfig) -> bool {
        self.visible.as_ref().is_none_or(|names| names.contains(config.id.name.as_str()))
    }

    /// The products without a usable unnumbered instance, whose unprefixed tools exist all the same
    /// for requests over HTTP that bring an address (server spec section 5, step 5).
    fn without_primary(&self, set: &InstanceSet) -> Vec<Service> {
        let callers = &self.server.callers;
        if self.server.transport == Transport::Stdio || callers.ignore_header_auth {
            return Vec::new();
        }
        let has = |service| {
            let primary = InstanceId::primary(service);
            set.usable.iter().any(|config| config.id == primary)
        };
        Service::ALL.into_iter().filter(|service| !has(*service)).collect()
    }

    /// Registers the unprefixed tools of a product that has no instance of that name.
    fn register_guest(&mut self, service: Service, crowded: bool) {
        let id = InstanceId::primary(service);
        let bracket = if crowded { "[site of the request] " } else { "" };
        for definition in table::definitions().filter(|d| d.service == Some(service)) {
            let name: Arc<str> = definition.name.into();
            let entry = Entry {
                name: Arc::clone(&name),
                title: definition.title.into(),
                description: format!("{bracket}{}", definition.description).into(),
                schema: self.schema(definition, &atlassian_settings::Behaviour::default()),
                definition,
                instance: Some(id.clone()),
            };
            self.entries.insert(name, entry);
        }
    }

    fn schema(
        &mut self,
        definition: &'static Definition,
        behaviour: &atlassian_settings::Behaviour,
    ) -> Arc<Map<String, Value>> {
        let key = (
            definition.name,
            behaviour.issue_key_pattern.clone(),
            behaviour.project_key_pattern.clone(),
        );
        self.schemas.entry(key).or_insert_with(|| definition.schema(behaviour)).clone()
    }

    /// Registers the tools of an instance under its prefix; all or none.
    fn register(&mut self, config: &Arc<InstanceConfig>, crowded: bool) -> bool {
        let prefix = config.id.tool_prefix();
        let mut fresh: Vec<Entry> = Vec::new();
        let mut longest = String::new();
        for definition in table::definitions().filter(|d| d.service == Some(config.service())) {
            let name = format!("{prefix}{}", definition.base_name());
            if let Some(other) = self.entries.get(name.as_str()) {
                let owner = other.instance.as_ref().map(ToString::to_string).unwrap_or_default();
                self.skip(config, format!(
                    "{}: skipped: its tool `{name}` would have the same name as one of {owner}; choose another INSTANCE_NAME.",
                    config.id
                ));
                return false;
            }
            if name.len() > longest.len() {
                longest.clone_from(&name);
            }
            fresh.push(self.entry(config, definition, name, crowded));
        }
        if longest.len() > MAX_TOOL_NAME {
            self.skip(config, format!(
                "{}: skipped: the tool name `{longest}` has {} characters, at most {MAX_TOOL_NAME} are accepted by model \
                 interfaces; choose a shorter INSTANCE_NAME.",
                config.id,
                longest.len()
            ));
            return false;
        }
        if longest.len() > COMFORTABLE_TOOL_NAME && !config.id.name.is_primary() {
            self.problems.push(Problem::new(Severity::Warning, format!(
                "{}: the tool name `{longest}` has {} characters; clients that add a prefix of their own may drop names above \
                 {COMFORTABLE_TOOL_NAME}. Names of at most 8 characters are safe everywhere.",
                config.id,
                longest.len()
            )));
        }
        let doubled = format!("{}_{}_", config.service().word(), config.id.name);
        for entry in fresh {
            if doubled != prefix && !config.id.name.is_primary() {
                self.aliases.insert(
                    format!("{doubled}{}", entry.definition.base_name()),
                    Arc::clone(&entry.name),
                );
            }
            self.entries.insert(Arc::clone(&entry.name), entry);
        }
        true
    }

    fn entry(
        &mut self,
        config: &InstanceConfig,
        definition: &'static Definition,
        name: String,
        crowded: bool,
    ) -> Entry {
        let schema = self.schema(definition, &config.behaviour);
        let primary = config.id.name.is_primary();
        let title = if primary {
            definition.title.to_owned()
        } else {
            format!("{} ({})", definition.title, config.id.name)
        };
        let description = if primary && !crowded {
            definition.description.to_owned()
        } else {
            format!(
                "[{} · {}] {}",
                config.display_name(),
                config.site.host(),
                definition.description
            )
        };
        Entry {
            name: name.into(),
            title: title.into(),
            description: description.into(),
            schema,
            definition,
            instance: Some(config.id.clone()),
        }
    }

    fn skip(&mut self, config: &InstanceConfig, message: String) {
        let problem = Problem::new(Severity::Error, message);
        self.problems.push(problem.clone());
        self.skipped.push(Skipped {
            service: config.service(),
            number: config.number,
            name: Some(config.id.name.to_string()),
            host: Some(config.site.host()),
            problems: vec![problem],
        });
    }

    fn register_across(&mut self) {
        for definition in table::definitions().filter(|definition| definition.is_across()) {
            let name: Arc<str> = definition.name.into();
            self.entries.insert(
                Arc::clone(&name),
                Entry {
                    name,
                    title: definition.title.into(),
                    description: definition.description.into(),
                    schema: definition.schema(&atlassian_settings::Behaviour::default()),
                    definition,
                    instance: None,
                },
            );
        }
    }
}
