//! Arguments of tools as a table.

use serde_json::Value;
use url::Url;

/// One argument of a tool.
///
/// Name, type, default and limits are the call surface (`tools.json`); what is accepted beyond it
/// is decided by [`Kind`] (design section 5).
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// Name.
    pub name: &'static str,
    /// Type and limits.
    pub kind: Kind,
    /// Whether the call fails without it.
    pub required: bool,
    /// Whether the published schema lists it as required; differs from `required` only where a
    /// call without it is accepted anyway (design section 5).
    pub published_required: bool,
    /// Default, published in the schema and filled in when the argument is missing or `null`, unless
    /// it is [`unfilled`](Self::unfilled).
    pub default: DefaultValue,
    /// What it means, written for a model: short, one or two sentences.
    pub text: &'static str,
    /// Whether the published schema leaves it out: optional arguments of ours that would cost every
    /// client bytes. They are accepted at call time.
    pub hidden: bool,
    /// Whether the published default is left to the tool, which then knows whether it was given.
    pub unfilled: bool,
}

/// The type of an argument, with its limits and what else is accepted for it.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text. A number or boolean is accepted as its text.
    Text,
    /// Text that must match a pattern.
    Key(Pattern),
    /// A key whose published schema has no pattern: taken as given, a pasted browse URL aside.
    AnyKey(Pattern),
    /// Text holding comma separated issue keys. An array is accepted, and pasted browse URLs.
    Keys,
    /// The id of a page or other content. A number or a pasted page URL is accepted.
    ContentId,
    /// The id of a page or a link to one, which the tool reads itself.
    PageLink,
    /// Text holding comma separated values. An array is accepted.
    List,
    /// Text holding a JSON document. An object or array is accepted.
    Json,
    /// A whole number. A numeric string or integral float is accepted.
    Integer {
        /// Smallest value.
        min: Option<i64>,
        /// Largest value.
        max: Option<i64>,
    },
    /// A boolean. The words true, false, yes, no, on, off, t, f, y, n, 1 and 0 are accepted.
    Boolean,
    /// An array of strings. A comma list or a JSON array in a string is accepted.
    Strings,
    /// An array of objects. A JSON array in a string is accepted.
    Objects,
}

impl Kind {
    /// The pasted links in a value of this type; empty where a link is no way to name a thing.
    #[must_use]
    pub fn links_in(self, value: &Value) -> Vec<Url> {
        let texts: Vec<&str> = match (self, value) {
            (Self::Key(_) | Self::AnyKey(_) | Self::ContentId | Self::PageLink, value) => {
                value.as_str().into_iter().collect()
            }
            (Self::Keys, Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            (Self::Keys, Value::String(list)) => list.split(',').collect(),
            _ => Vec::new(),
        };
        texts.into_iter().map(str::trim).filter(|text| is_link(text)).filter_map(parsed).collect()
    }
}

/// Whether a text is meant as a web address.
pub(crate) fn is_link(text: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

fn parsed(link: &str) -> Option<Url> {
    Url::parse(link).ok()
}

/// A pattern that a key must match; an operator can replace the two defaults
/// (`JIRA_ISSUE_KEY_PATTERN`, `JIRA_PROJECT_KEY_PATTERN`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// An issue key. A pasted browse URL and lower-case letters are accepted.
    IssueKey,
    /// A project key. Lower-case letters are accepted.
    ProjectKey,
}

/// The default of an optional argument.
#[derive(Clone, Copy, Debug)]
pub enum DefaultValue {
    /// None: the argument is required, or absent stays absent.
    None,
    /// `null` in the schema: the argument is simply not given.
    Null,
    /// A text.
    Text(&'static str),
    /// A number.
    Integer(i64),
    /// A truth value.
    Boolean(bool),
}

impl DefaultValue {
    /// The default as JSON, when one is published.
    #[must_use]
    pub fn to_json(self) -> Option<Value> {
        match self {
            Self::None => None,
            Self::Null => Some(Value::Null),
            Self::Text(text) => Some(Value::from(text)),
            Self::Integer(number) => Some(Value::from(number)),
            Self::Boolean(flag) => Some(Value::from(flag)),
        }
    }
}

impl Argument {
    const fn new(
        name: &'static str,
        kind: Kind,
        required: bool,
        default: DefaultValue,
        text: &'static str,
    ) -> Self {
        Self {
            name,
            kind,
            required,
            published_required: required,
            default,
            text,
            hidden: false,
            unfilled: false,
        }
    }

    /// A required argument.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind, text: &'static str) -> Self {
        Self::new(name, kind, true, DefaultValue::None, text)
    }

    /// An optional argument whose absence means something of its own (`default: null`).
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind, text: &'static str) -> Self {
        Self::new(name, kind, false, DefaultValue::Null, text)
    }

    /// An optional argument with a default.
    #[must_use]
    pub const fn with_default(
        name: &'static str,
        kind: Kind,
        default: DefaultValue,
        text: &'static str,
    ) -> Self {
        Self::new(name, kind, false, default, text)
    }

    /// Published as required, but a call without it is accepted.
    #[must_use]
    pub const fn lenient(mut self) -> Self {
        self.required = false;
        self
    }

    /// Left absent when it is not given, although a default is published.
    #[must_use]
    pub const fn unfilled(mut self) -> Self {
        self.unfilled = true;
        self
    }

    /// Accepted but not published.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }
}
