//! The one table of every variable.
//!
//! [`VARIABLES`] drives everything that knows variables by name: which numbered names are known
//! and where an unset one is looked up ([`validate`](mod@crate::validate)), the flags
//! ([`FLAGS`]), the reference page and `.env.example`
//! ([`markdown_reference`](crate::markdown_reference), [`env_example`](crate::env_example)).
//! Adding a variable is one row here and one reader in `validate`.

mod table;

use crate::Service;
use crate::flags::{FLAGS, Flag};

pub use table::VARIABLES;

/// Where a variable exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Once for the process, under exactly its name.
    Global,
    /// Once for each service and once for each numbered instance: `JIRA_URL`, `JIRA_2_URL`.
    PerInstance(Inherit),
}

/// Where a numbered instance looks for a value it does not set itself (server spec section 11.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inherit {
    /// Nowhere: the value belongs to one host. The shared names serve the unnumbered instance
    /// only.
    Never,
    /// The service's unnumbered variable, then the shared names.
    Unnumbered,
    /// The shared names only.
    Shared,
    /// Nowhere, but a shared switch that is on cannot be lifted: on if either is on.
    Either,
    /// The shared names, and only if the instance sets `OAUTH_CLOUD_ID` or `OAUTH_ENABLE` itself.
    OAuthApp,
}

impl Inherit {
    /// The rule in words, for the reference page.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Never => "never inherited",
            Self::Unnumbered => "own, else the unnumbered one",
            Self::Shared => "own replaces the shared one",
            Self::Either => "on if it or the shared one is on",
            Self::OAuthApp => {
                "own, else the shared one if the instance sets OAUTH_CLOUD_ID or OAUTH_ENABLE"
            }
        }
    }
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// `true 1 yes y on` or `false 0 no n off`, any case; anything else prevents the start.
    Switch,
    /// A switch where everything but a plain "no" means yes.
    Verify,
    /// A whole number between two bounds, both included.
    Integer(u64, u64),
    /// Seconds, fractions allowed, between two bounds, both included.
    Seconds(u32, u32),
    /// A number per second; 0 is unlimited.
    Rate,
    /// Comma separated items.
    List,
    /// An address with scheme and host.
    Url,
    /// A path in the file system.
    Path,
    /// One of the given words.
    Choice(&'static [&'static str]),
    /// A regular expression.
    Pattern,
    /// A time of day, `HH:MM`.
    TimeOfDay,
}

impl Kind {
    /// The type in words, for the reference page.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Switch | Self::Verify => "switch".to_owned(),
            Self::Integer(low, high) if high == u64::MAX => format!("number, at least {low}"),
            Self::Integer(low, high) => format!("number, {low} to {high}"),
            Self::Seconds(low, high) => format!("seconds, {low} to {high}"),
            Self::Rate => "number per second".to_owned(),
            Self::List => "list".to_owned(),
            Self::Url => "URL".to_owned(),
            Self::Path => "path".to_owned(),
            Self::Choice(words) => {
                words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
            }
            Self::Pattern => "regular expression".to_owned(),
            Self::TimeOfDay => "HH:MM".to_owned(),
        }
    }
}

/// The chapter of the reference a variable stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Address, name and credentials of an instance.
    Connection,
    /// OAuth, by either service.
    OAuth,
    /// Which instances there are and how they are presented.
    Instances,
    /// What callers may see and touch.
    Exposure,
    /// Product-specific switches.
    Behaviour,
    /// Timeouts, retries and other bounds on traffic.
    Traffic,
    /// Proxies.
    Proxies,
    /// Certificates.
    Tls,
    /// How clients reach the server, and bounds on calls.
    Server,
    /// How callers over HTTP are identified.
    Callers,
    /// Logging.
    Logging,
    /// The OAuth proxy for clients that register themselves.
    OAuthProxy,
}

impl Topic {
    /// All topics in the order of the reference.
    pub const ALL: [Self; 12] = [
        Self::Connection,
        Self::OAuth,
        Self::Instances,
        Self::Exposure,
        Self::Behaviour,
        Self::Traffic,
        Self::Proxies,
        Self::Tls,
        Self::Server,
        Self::Callers,
        Self::Logging,
        Self::OAuthProxy,
    ];

    /// The heading in the reference.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Connection => "Address and credentials",
            Self::OAuth => "OAuth",
            Self::Instances => "Instances",
            Self::Exposure => "What callers may see and touch",
            Self::Behaviour => "Behaviour",
            Self::Traffic => "Timeouts, retries and limits",
            Self::Proxies => "Proxies",
            Self::Tls => "Certificates",
            Self::Server => "Server",
            Self::Callers => "Callers over HTTP",
            Self::Logging => "Logging",
            Self::OAuthProxy => "OAuth proxy",
        }
    }
}

/// One variable.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// The name; a per-instance one starts with `X_`, which stands for `JIRA_`, `CONFLUENCE_`,
    /// `JIRA_2_` and so on.
    pub name: &'static str,
    /// Its chapter in the reference.
    pub topic: Topic,
    /// What a value looks like.
    pub kind: Kind,
    /// The value in force when none is given, in the variable's own spelling; empty is none.
    pub default: &'static str,
    /// Where it exists.
    pub scope: Scope,
    /// The only service that has it; `None` is both.
    pub only: Option<Service>,
    /// Process-wide variables that stand in for it, first set one wins.
    pub shared: &'static [&'static str],
    /// Whether a value may be secret. Such a variable also has a form `<NAME>_FILE`, the path of
    /// a file that holds the value.
    pub secret: bool,
    /// Whether an empty value means "explicitly none" and is not the same as unset.
    pub empty_counts: bool,
    /// What it does, in a sentence or two.
    pub text: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
}

impl Variable {
    /// The part after `X_` of a per-instance variable.
    #[must_use]
    pub fn setting(&self) -> Option<&'static str> {
        match self.scope {
            Scope::Global => None,
            Scope::PerInstance(_) => self.name.strip_prefix("X_"),
        }
    }

    /// Whether the service has this variable.
    #[must_use]
    pub fn applies_to(&self, service: Service) -> bool {
        self.only.is_none_or(|only| only == service)
    }

    /// The name for people: `X_URL`, or `JIRA_PROJECTS_FILTER` where one service has it.
    #[must_use]
    pub fn shown_name(&self) -> String {
        match (self.setting(), self.only) {
            (Some(setting), Some(service)) => format!("{}_{setting}", service.variable_word()),
            _ => self.name.to_owned(),
        }
    }

    /// The flags that set it.
    pub fn flags(&self) -> impl Iterator<Item = &'static Flag> + use<'_> {
        FLAGS.iter().filter(|flag| {
            flag.variables.iter().any(|name| {
                *name == self.name
                    || self.setting().is_some_and(|setting| {
                        Service::ALL.iter().any(|service| {
                            self.applies_to(*service)
                                && name.strip_prefix(service.variable_word())
                                    == Some(&format!("_{setting}"))
                        })
                    })
            })
        })
    }
}

/// The process-wide variable of this name.
#[must_use]
pub fn global(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.scope == Scope::Global && variable.name == name)
}

/// The per-instance variable whose name ends in this setting.
#[must_use]
pub fn per_instance(setting: &str, service: Service) -> Option<&'static Variable> {
    VARIABLES.iter().find(|v| v.setting() == Some(setting) && v.applies_to(service))
}

/// Whether a numbered instance of the service knows this setting, `_FILE` forms included.
#[must_use]
pub fn is_known_setting(setting: &str, service: Service) -> bool {
    per_instance(setting, service).is_some()
        || setting
            .strip_suffix("_FILE")
            .and_then(|secret| per_instance(secret, service))
            .is_some_and(|variable| variable.secret)
}

/// The known setting whose spelling is nearest, if one is near enough to be what was meant.
#[must_use]
pub fn nearest_setting(setting: &str, service: Service) -> Option<&'static str> {
    VARIABLES
        .iter()
        .filter(|variable| variable.applies_to(service))
        .filter_map(Variable::setting)
        .map(|known| (distance(setting, known), known))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, known)| *distance <= known.len().div_ceil(3).max(1))
        .map(|(_, known)| known)
}

/// Number of single-character edits between two texts.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().take(MAX_COMPARED).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = Vec::with_capacity(row.len());
        next.push(left);
        for (to, above) in b.iter().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(from != *to)).min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0) + a.chars().count().saturating_sub(MAX_COMPARED)
}

/// Characters of a name that are compared; the rest counts as edits, so that a very long name
/// costs nothing.
const MAX_COMPARED: usize = 64;

#[cfg(test)]
mod tests {
    use super::{Kind, Scope, VARIABLES, distance, is_known_setting, nearest_setting};
    use crate::Service;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_rows_complete() {
        let mut seen = BTreeSet::new();
        for variable in VARIABLES {
            assert!(seen.insert(variable.shown_name()), "{} stands twice", variable.name);
            assert!(variable.text.ends_with('.'), "{}: text is no sentence", variable.name);
            assert!(variable.source.contains("section"), "{}", variable.name);
            assert_eq!(
                variable.name.starts_with("X_"),
                matches!(variable.scope, Scope::PerInstance(_)),
                "{}",
                variable.name
            );
            assert!(!variable.secret || variable.default.is_empty(), "{}", variable.name);
            if let Kind::Choice(words) = variable.kind {
                assert!(
                    variable.default.is_empty() || words.contains(&variable.default),
                    "{}",
                    variable.name
                );
            }
        }
    }

    #[test]
    fn shared_names_are_variables_themselves() {
        for variable in VARIABLES {
            for shared in variable.shared {
                let found = super::global(shared).unwrap_or_else(|| panic!("no row for {shared}"));
                assert_eq!(found.secret, variable.secret, "{shared} and {}", variable.name);
                assert_eq!(found.kind, variable.kind, "{shared} and {}", variable.name);
                assert_eq!(found.default, variable.default, "{shared} and {}", variable.name);
            }
        }
    }

    #[test]
    fn a_typo_finds_its_neighbour() {
        for (typo, service, meant) in [
            ("TIMEOUTT", Service::Jira, Some("TIMEOUT")),
            ("APITOKEN", Service::Jira, Some("API_TOKEN")),
            ("PROJECT_FILTER", Service::Jira, Some("PROJECTS_FILTER")),
            ("SPACE_FILTER", Service::Confluence, Some("SPACES_FILTER")),
            ("COMPLETELY_DIFFERENT_WORDS", Service::Jira, None),
        ] {
            assert_eq!(nearest_setting(typo, service), meant, "{typo}");
        }
        assert_eq!(distance("kitten", "sitting"), 3);
        assert!(distance(&"x".repeat(100_000), "URL") > 90_000);
    }

    #[test]
    fn only_secrets_have_a_file_form() {
        assert!(is_known_setting("API_TOKEN_FILE", Service::Jira));
        assert!(is_known_setting("CUSTOM_HEADERS_FILE", Service::Confluence));
        assert!(!is_known_setting("URL_FILE", Service::Jira));
        assert!(!is_known_setting("SPACES_FILTER", Service::Jira));
        assert!(is_known_setting("SPACES_FILTER", Service::Confluence));
    }
}
