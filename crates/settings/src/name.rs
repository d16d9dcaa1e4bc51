//! Names of instances (server spec section 11.2).

use crate::Service;
use std::fmt;

/// Longest instance name, in characters.
pub const MAX_NAME_LENGTH: usize = 20;

const RESERVED: [&str; 5] = ["jira", "confluence", "primary", "default", "all"];

/// The name of an instance, valid by construction.
///
/// Lower-case letters and digits with single underscores inside, 1 to 20 characters. The
/// unnumbered instance of a service is always called [`InstanceName::primary`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceName(String);

/// Why a name was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is left after trimming.
    #[error("the name is empty")]
    Empty,
    /// Longer than 20 characters.
    #[error(
        "the name `{name}` has {length} characters, at most {MAX_NAME_LENGTH} are allowed{}",
        shorten(name).map(|p| format!("; try `{p}`")).unwrap_or_default()
    )]
    TooLong {
        /// The name as trimmed and lower-cased.
        name: String,
        /// Its length in characters.
        length: usize,
    },
    /// A character or an underscore in a place where none may stand.
    #[error(
        "the name `{name}` may only hold letters a-z, digits and single inner underscores{}",
        proposal.as_ref().map(|p| format!("; try `{p}`")).unwrap_or_default()
    )]
    Characters {
        /// The name as trimmed and lower-cased.
        name: String,
        /// A spelling that would be accepted, where one can be made.
        proposal: Option<String>,
    },
    /// The name has a meaning of its own.
    #[error("the name `{name}` is reserved")]
    Reserved {
        /// The name as trimmed and lower-cased.
        name: String,
    },
}

impl InstanceName {
    /// Parses a name given by a person for instance `number` of `service`.
    ///
    /// The text is trimmed and lower-cased first.
    ///
    /// # Errors
    /// [`NameError`] says which rule was broken and proposes a spelling where one can be derived.
    pub fn parse(text: &str, service: Service, number: u8) -> Result<Self, NameError> {
        let name = text.trim().to_ascii_lowercase();
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if !follows_pattern(&name) {
            let proposal = propose(&name).filter(|p| Self::parse(p, service, number).is_ok());
            return Err(NameError::Characters { name, proposal });
        }
        let length = name.chars().count();
        if length > MAX_NAME_LENGTH {
            return Err(NameError::TooLong { name, length });
        }
        let bare = name
            .strip_prefix(service.word())
            .and_then(|rest| rest.strip_prefix('_'))
            .unwrap_or(&name);
        let foreign_number = bare.bytes().all(|b| b.is_ascii_digit()) && bare != number.to_string();
        if RESERVED.contains(&name.as_str()) || foreign_number {
            return Err(NameError::Reserved { name });
        }
        Ok(Self(name))
    }

    /// The name of the unnumbered instance of a service.
    #[must_use]
    pub fn primary() -> Self {
        Self("primary".to_owned())
    }

    /// The name of instance `number` when none was given: `jira_2`, `confluence_17`.
    #[must_use]
    pub fn numbered(service: Service, number: u8) -> Self {
        Self(format!("{}_{number}", service.word()))
    }

    /// Whether this is the unnumbered instance.
    #[must_use]
    pub fn is_primary(&self) -> bool {
        self.0 == "primary"
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InstanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn follows_pattern(name: &str) -> bool {
    !name.starts_with('_')
        && !name.ends_with('_')
        && !name.contains("__")
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn propose(name: &str) -> Option<String> {
    let mut proposal = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            proposal.push(c);
        } else if !proposal.ends_with('_') && !proposal.is_empty() {
            proposal.push('_');
        }
    }
    shorten(&proposal)
}

/// The first characters of a name, as many as are allowed.
fn shorten(name: &str) -> Option<String> {
    let short: String = name.chars().take(MAX_NAME_LENGTH).collect();
    let short = short.trim_matches('_').to_owned();
    (!short.is_empty() && follows_pattern(&short)).then_some(short)
}

/// An instance: which product, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceId {
    /// The product.
    pub service: Service,
    /// The instance's name within the product.
    pub name: InstanceName,
}

impl InstanceId {
    /// The unnumbered instance of a service.
    #[must_use]
    pub fn primary(service: Service) -> Self {
        Self { service, name: InstanceName::primary() }
    }

    /// What precedes the base name of a tool on this instance, with the closing underscore:
    /// `jira_` for the primary, `jira_staging_` for `staging` and for `jira_staging`,
    /// `jira_2_` for the default name of number 2 (server spec section 11.2).
    #[must_use]
    pub fn tool_prefix(&self) -> String {
        let service = self.service.word();
        if self.name.is_primary() {
            return format!("{service}_");
        }
        let name = self.name.as_str();
        match name.strip_prefix(service).and_then(|rest| rest.strip_prefix('_')) {
            Some(rest) => format!("{service}_{rest}_"),
            None => format!("{service}_{name}_"),
        }
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.service.word(), self.name)
    }
}
