//! Why a tool could not do what it was asked to.

use atlassian_http::{ApiError, LinkError};
use std::fmt;

/// One thing that is wrong with the arguments of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentProblem {
    /// The argument.
    pub argument: String,
    /// The rule it breaks and what would be right.
    pub rule: String,
    /// The value given, cut at 200 characters; absent when the argument is missing.
    pub value: Option<String>,
}

impl fmt::Display for ArgumentProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.argument, self.rule)?;
        match &self.value {
            Some(value) => write!(f, " (got {value})"),
            None => Ok(()),
        }
    }
}

/// A failed call. `Display` is the part after `Error calling tool '<name>': `.
#[derive(Clone, Debug)]
pub enum ToolError {
    /// The arguments are wrong; every problem is listed.
    Arguments(Vec<ArgumentProblem>),
    /// A rule of the operator forbids it. The text names the rule and never what lies behind it.
    Policy(String),
    /// Atlassian refused or could not be reached.
    Api(Box<ApiError>),
    /// A refusal of our own: what is missing or ambiguous and what would be right.
    Refused(String),
    /// Something was already written when a later step failed.
    Partial {
        /// What has been done, a full clause: `issue PAY-12 was created`.
        done: String,
        /// What then failed.
        cause: Box<ToolError>,
    },
}

impl ToolError {
    /// A refusal with a sentence for the caller.
    #[must_use]
    pub fn refused(sentence: impl Into<String>) -> Self {
        Self::Refused(sentence.into())
    }

    /// One wrong argument.
    #[must_use]
    pub fn argument(argument: &str, rule: impl Into<String>, value: Option<&str>) -> Self {
        Self::Arguments(vec![ArgumentProblem {
            argument: argument.to_owned(),
            rule: rule.into(),
            value: value.map(|v| shorten(v, 200)),
        }])
    }

    /// The same failure, saying what had been done before.
    #[must_use]
    pub fn after(self, done: impl Into<String>) -> Self {
        Self::Partial { done: done.into(), cause: Box::new(self) }
    }

    /// The failed exchange behind this error.
    #[must_use]
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            Self::Partial { cause, .. } => cause.api(),
            _ => None,
        }
    }

    /// Whether Atlassian answered with this status.
    #[must_use]
    pub fn is_status(&self, status: u16) -> bool {
        self.api().is_some_and(|error| error.is_status(status))
    }
}

pub(crate) fn shorten(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments(problems) => {
                let plural = if problems.len() == 1 { "" } else { "s" };
                write!(f, "{} validation error{plural} in the arguments", problems.len())?;
                problems.iter().try_for_each(|problem| write!(f, "\n{problem}"))
            }
            Self::Policy(text) | Self::Refused(text) => f.write_str(text),
            Self::Api(error) => write!(f, "{error}"),
            Self::Partial { done, cause } => write!(f, "{done}, but then this failed: {cause}"),
        }
    }
}

impl std::error::Error for ToolError {}

impl From<ApiError> for ToolError {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl From<LinkError> for ToolError {
    fn from(error: LinkError) -> Self {
        Self::Refused(error.to_string())
    }
}
