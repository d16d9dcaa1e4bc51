//! Atlassian Document Format, the JSON that Jira Cloud stores (content conversion spec section 2).

mod check;
mod fit;
pub(crate) mod read;
mod schema;
mod write;
mod write_inline;

use serde_json::Value;

pub use check::{Finding, check};

use crate::model::{BlockKind, Document};
use crate::outcome::Warning;
use crate::{Context, Converted, Profile};

/// Reads an ADF document; a JSON string is read as plain text, `null` as nothing. It never fails:
/// what Markdown has no word for becomes kept content.
#[must_use]
pub fn read(body: &Value) -> Document {
    read::read(body).document
}

/// Writes a document as ADF that Atlassian's schema allows.
#[must_use]
pub fn write(document: &Document, context: &Context<'_>) -> Converted<Value> {
    let mut warnings = Vec::new();
    let output = write_with(document.clone(), &[], context, &mut warnings);
    Converted { output, warnings }
}

pub(crate) fn write_with(
    mut document: Document,
    stored: &[&Value],
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Value {
    crate::footnote::resolve(&mut document);
    crate::keys::link(&mut document.blocks, context);
    let blocks = fit::fit(document.blocks, context, warnings);
    write::write(&blocks, stored, context, warnings)
}

pub(crate) fn to_markdown(
    body: &Value,
    profile: Profile,
    context: &Context<'_>,
) -> Converted<String> {
    let mut read = read::read(body);
    crate::text::name_users(&mut read.document.blocks, context);
    let output = crate::markdown::write(&read.document, profile);
    Converted { output, warnings: read.warnings }
}

pub(crate) fn from_markdown(
    text: &str,
    profile: Profile,
    context: &Context<'_>,
) -> Converted<Value> {
    let (mut document, mut warnings) = crate::markdown::read_with_warnings(text, profile);
    if let Some(originals) = context.originals
        && let Ok(stored) = serde_json::from_str::<Value>(originals)
    {
        let found = crate::merge::adf_originals(&stored);
        // What is not found is told as a warning when it is written.
        let _ = crate::merge::restore(&mut document.blocks, &found);
    }
    let output = write_with(document, &[], context, &mut warnings);
    Converted { output, warnings }
}

/// Whether a block is a file that is stored with the issue.
pub(crate) fn is_file_media(kind: &BlockKind) -> bool {
    let BlockKind::Keep(keep) = kind else { return false };
    keep.raw.as_ref().is_some_and(|raw| {
        serde_json::from_str::<Value>(&raw.text).is_ok_and(|node| {
            matches!(read::kind(&node), "mediaSingle" | "mediaGroup" | "media" | "mediaInline")
        })
    })
}
