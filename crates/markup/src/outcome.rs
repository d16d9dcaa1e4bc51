//! What a conversion answers beside its output: warnings and errors.

use std::fmt;

/// An output and what a person should know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Converted<T> {
    /// The converted content.
    pub output: T,
    /// What could not be carried over as it was; shown as `conversion_warnings` when not empty.
    pub warnings: Vec<Warning>,
}

impl<T> Converted<T> {
    /// An output without warnings.
    pub fn clean(output: T) -> Self {
        Self { output, warnings: Vec::new() }
    }
}

/// What kind of thing a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WarningKind {
    /// Kept content of the stored body is not in the new text and is gone.
    KeptContentDropped,
    /// A file of the stored body is not in the new text and was appended at its end.
    MediaAppended,
    /// An inline comment could not be put back on the text it was on.
    CommentDetached,
    /// The format has no way to say this; the nearest form was written.
    Approximated,
    /// A link with an unsafe scheme lost its target.
    UnsafeLink,
    /// A file is not attached, or not known to be.
    UnknownAttachment,
    /// A colour is not one the format can hold.
    UnknownColor,
    /// The body could not be read and is shown as source.
    ShownAsSource,
    /// The content is nested deeper than the converter follows.
    TooDeep,
}

impl WarningKind {
    /// Whether content that was stored before is lost (what `ATLASSIAN_LOSSY_WRITES=refuse` refuses).
    #[must_use]
    pub fn is_loss(self) -> bool {
        matches!(self, Self::KeptContentDropped | Self::CommentDetached)
    }
}

/// One thing a person should know about a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// A sentence.
    pub text: String,
    /// The label of the content concerned; empty when there is none.
    pub label: String,
}

impl Warning {
    /// A warning about the content named by `label`.
    pub fn new(kind: WarningKind, text: impl Into<String>, label: impl Into<String>) -> Self {
        Self { kind, text: text.into(), label: label.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.label.is_empty() {
            f.write_str(&self.text)
        } else {
            write!(f, "{}: {}", self.text, self.label)
        }
    }
}

/// A storage body is not well-formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the storage body is not well-formed XML: {reason} (line {line}, column {column})")]
pub struct ReadError {
    /// What is wrong.
    pub reason: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A body could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A placeholder names content that is not there.
    #[error("no stored content has the reference {reference}; {}", available_text(.available))]
    UnknownReference {
        /// The reference asked for.
        reference: String,
        /// The references that exist, each with its label.
        available: Vec<String>,
    },
    /// The raw storage in the text is not well-formed.
    #[error("raw storage in the Markdown can not be used: {0}")]
    RawStorage(ReadError),
    /// The written body does not parse; a defect of the converter.
    #[error("the written storage body does not parse, which is a defect of the converter: {0}")]
    Defect(ReadError),
}

/// An update could not be merged with the stored body; nothing should be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The stored body can not be read.
    #[error("the stored body can not be read: {0}")]
    Stored(ReadError),
    /// The new body can not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The section asked for can not be found or is not the only one.
    #[error("{0}")]
    Section(String),
}

fn available_text(available: &[String]) -> String {
    if available.is_empty() {
        "the stored body holds no kept content".to_owned()
    } else {
        format!("available: {}", available.join(", "))
    }
}
