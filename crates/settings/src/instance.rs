//! One configured instance, and the set of all of them.

use crate::{
    Deployment, InstanceId, Limits, Network, OAuthCredential, Problem, Secret, Service, SiteUrl,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How the server authenticates to an instance (server spec sections 3.1 to 3.5).
#[derive(Clone, Debug)]
pub enum Credential {
    /// `Authorization: Basic`: e-mail and API token on Cloud, login name and password on Data Center.
    Basic {
        /// E-mail or login name.
        username: String,
        /// API token or password.
        secret: Secret,
    },
    /// `Authorization: Bearer` with a personal access token (Data Center).
    Pat(Secret),
    /// `Authorization: Bearer` with an OAuth access token.
    OAuth(OAuthCredential),
    /// No credentials of our own; only headers passed through from the caller.
    External,
    /// No `Authorization` at all: a TLS client certificate identifies the server.
    None,
}

impl Credential {
    /// The word used in listings and log lines: `basic`, `pat`, `oauth`, `external`, `cert`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Basic { .. } => "basic",
            Self::Pat(_) => "pat",
            Self::OAuth(_) => "oauth",
            Self::External => "external",
            Self::None => "cert",
        }
    }
}

/// Names of tools in an allow or deny list, as written.
pub type ToolNames = BTreeSet<String>;

/// Names of toolsets, already resolved (`all` is `None` in [`Exposure`], `default` is expanded by
/// the registry).
pub type ToolsetNames = BTreeSet<String>;

/// A boundary of project or space keys: nothing outside it may be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    keys: Vec<String>,
}

impl Filter {
    /// A filter from the keys of a comma list; `None` when no key is left.
    ///
    /// Keys are trimmed and freed of invisible characters; their case is kept for queries but
    /// does not count in comparisons.
    #[must_use]
    pub fn parse(list: &str) -> Option<Self> {
        let mut keys: Vec<String> = Vec::new();
        for part in list.split(',') {
            let key: String = part.chars().filter(|c| !is_invisible(*c)).collect();
            let key = key.trim().to_owned();
            if !key.is_empty() && !keys.iter().any(|k| k.eq_ignore_ascii_case(&key)) {
                keys.push(key);
            }
        }
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// The boundary of both: the keys that this one and the other have in common; `None` when
    /// there are none.
    #[must_use]
    pub fn within(&self, other: &Self) -> Option<Self> {
        let keys: Vec<String> = self.keys.iter().filter(|key| other.allows(key)).cloned().collect();
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// The keys in the order given.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Whether a project or space key is inside the boundary. ASCII case does not count; any
    /// character that is not visible makes the key foreign.
    #[must_use]
    pub fn allows(&self, key: &str) -> bool {
        self.keys.iter().any(|k| k.eq_ignore_ascii_case(key))
    }
}

/// Characters that are invisible in a list and must not take part in comparisons: controls,
/// zero-width characters, direction marks, soft hyphen, byte order mark, fillers, variation
/// selectors and tags (Unicode, Default_Ignorable_Code_Point).
#[must_use]
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// What of an instance is shown to callers (server spec sections 5 and 11.5).
#[derive(Clone, Debug, Default)]
pub struct Exposure {
    /// Write tools are neither listed nor callable.
    pub read_only: bool,
    /// Toolsets in force; `None` is all of them.
    pub toolsets: Option<ToolsetNames>,
    /// Allow-list of tools as written, prefixed or not; `None` is all of them.
    pub enabled_tools: Option<ToolNames>,
    /// Deny-list of tools as written, prefixed or not.
    pub disabled_tools: ToolNames,
    /// Project keys (Jira) or space keys (Confluence) that are the hard boundary.
    pub filter: Option<Filter>,
    /// Project or space keys this instance owns, for routing calls that name no instance.
    pub owns: Vec<String>,
    /// Whether a request without user credentials may use this instance's own over HTTP.
    pub allow_credential_fallback: bool,
    /// Whether the plain `Authorization` header also applies to this numbered instance.
    pub accept_authorization: bool,
}

/// Product-specific behaviour switches (server spec section 2.3).
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// Regular expression that issue keys must match.
    pub issue_key_pattern: String,
    /// Regular expression that project keys must match.
    pub project_key_pattern: String,
    /// Whether Markdown is converted from and to the product's format.
    pub markup_translation: bool,
    /// Attachment download route on Confluence; `None` chooses by deployment.
    pub attachment_download_use_v1: Option<bool>,
    /// Extra link phrases for issue trees: (is parent side, phrase).
    pub hierarchy_link_phrases: Vec<(bool, String)>,
    /// Service desk projects whose comments are always internal, upper-case.
    pub internal_only_projects: Vec<String>,
    /// SLA metrics computed by default.
    pub sla_metrics: Vec<String>,
    /// Whether SLA durations count working hours only.
    pub sla_working_hours_only: bool,
    /// Start of the working day, minutes after midnight.
    pub sla_working_hours_start: u16,
    /// End of the working day, minutes after midnight; 1440 is its end, and not after the start it
    /// is on the next day.
    pub sla_working_hours_end: u16,
    /// Working days, 1 = Monday to 7 = Sunday.
    pub sla_working_days: Vec<u8>,
    /// IANA time zone of SLA computations; `None` when none is configured, which is UTC.
    pub sla_timezone: Option<String>,
    /// Time zone in which results show when issues were created and updated (`TZ`); `None` is UTC
    /// (jira-issues spec J-42).
    pub display_timezone: Option<String>,
}

impl Behaviour {
    /// Default pattern of issue keys (jira-issues spec section 1.3).
    pub const ISSUE_KEY_PATTERN: &'static str = r"^[A-Z][A-Z0-9_]+-\d+(?:-\d+)*$";
    /// Default pattern of project keys (jira-issues spec section 1.3).
    pub const PROJECT_KEY_PATTERN: &'static str = r"^[A-Z][A-Z0-9_]+$";
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            issue_key_pattern: Self::ISSUE_KEY_PATTERN.to_owned(),
            project_key_pattern: Self::PROJECT_KEY_PATTERN.to_owned(),
            markup_translation: true,
            attachment_download_use_v1: None,
            hierarchy_link_phrases: Vec::new(),
            internal_only_projects: Vec::new(),
            sla_metrics: vec!["cycle_time".to_owned(), "time_in_status".to_owned()],
            sla_working_hours_only: false,
            sla_working_hours_start: 9 * 60,
            sla_working_hours_end: 17 * 60,
            sla_working_days: vec![1, 2, 3, 4, 5],
            sla_timezone: None,
            display_timezone: None,
        }
    }
}

/// One usable instance with everything needed to talk to it.
#[derive(Clone, Debug)]
pub struct InstanceConfig {
    /// Product and name.
    pub id: InstanceId,
    /// Number: 1 for the unnumbered (primary) instance, 2 to 99 for the others.
    pub number: u8,
    /// Display label of the primary (`JIRA_INSTANCE_NAME`); never changes tool names.
    pub label: Option<String>,
    /// Base address; links in results are always built from it.
    pub site: SiteUrl,
    /// Cloud or Data Center.
    pub deployment: Deployment,
    /// How the server authenticates.
    pub credential: Credential,
    /// Cloud site id, which sends OAuth calls through the platform gateway.
    pub cloud_id: Option<String>,
    /// Transport settings.
    pub network: Network,
    /// Bounds on traffic.
    pub limits: Limits,
    /// What callers may see and touch.
    pub exposure: Exposure,
    /// Product-specific switches.
    pub behaviour: Behaviour,
}

impl InstanceConfig {
    /// The product.
    #[must_use]
    pub fn service(&self) -> Service {
        self.id.service
    }

    /// The name shown to people and models: the primary's label if it has one, else the name.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.label.as_deref().unwrap_or(self.id.name.as_str())
    }
}

/// An instance that is configured but cannot be used.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// The product.
    pub service: Service,
    /// Its number: 1 for the unnumbered one.
    pub number: u8,
    /// The name as far as it is known.
    pub name: Option<String>,
    /// The host as far as it is known.
    pub host: Option<String>,
    /// Why, each a full sentence without secrets.
    pub problems: Vec<Problem>,
}

/// All configured instances: an immutable snapshot.
///
/// Order: primary Jira, primary Confluence, numbered Jira by number, numbered Confluence by number
/// (server spec section 11.5).
#[derive(Clone, Debug, Default)]
pub struct InstanceSet {
    /// Instances that can be used.
    pub usable: Vec<Arc<InstanceConfig>>,
    /// Instances that were configured but skipped; they stay visible in listings.
    pub skipped: Vec<Skipped>,
}

impl InstanceSet {
    /// Most instances of one service, the primary included (design section 9).
    pub const MAX_PER_SERVICE: usize = 20;

    /// The instance with this id.
    #[must_use]
    pub fn get(&self, id: &InstanceId) -> Option<&Arc<InstanceConfig>> {
        self.usable.iter().find(|instance| instance.id == *id)
    }
}
