//! Documents: one model; readers and writers for ADF, Confluence storage, Jira wiki, Markdown.
//!
//! Jira Cloud stores ADF (JSON), Jira Data Center wiki markup, Confluence storage (XHTML with
//! macros). Language models read and write Markdown. This crate turns each into the others so that
//! nothing is lost on the way: what Markdown has no word for becomes a short placeholder with a
//! reference, and an update puts the original back.
//!
//! The map:
//!
//! * [`model`]: the one document model, and how text and marks relate (`marks`).
//! * [`markdown`], [`adf`], [`storage`], [`wiki`]: a reader and a writer each. `adf::fit` moves
//!   what Atlassian's schema does not allow in a place, `adf::check` judges ADF from elsewhere.
//! * [`merge`]: updates; a block whose Markdown did not change keeps its stored bytes.
//! * [`section`]: the outline of a page and edits of one section.
//! * `keep`: references to content without a Markdown form; `footnote`, `keys`, `emoji`, `color`,
//!   `entity`: what several formats need; `packed`: tables of names that cost no memory at start.
//!
//! The rules:
//!
//! * No I/O. Names of people and attachments come through the traits of [`Context`], filled by the
//!   caller beforehand ([`users_in_adf`] and its siblings tell which ones are needed).
//! * Readers never fail on text; only storage can be malformed, and then says where.
//! * Writers are total and deterministic. All ADF written is valid, all storage well-formed.
//! * Work is linear in the input, and nothing recurses deeper than [`model::MAX_DEPTH`] levels.
//! * Markdown is read by a parser of our own: the dialect changes rules in the middle of both
//!   stages of CommonMark (directives, globs, math, code spans in tables), which no crate allows.
//!
//! The reasons behind every choice are in content conversion spec section 8; the laws that the
//! tests check in its section 8.9.

pub mod adf;
mod color;
mod context;
mod emoji;
mod entity;
mod footnote;
mod keep;
mod keys;
pub mod markdown;
mod marks;
pub mod merge;
pub mod model;
mod outcome;
mod packed;
mod scan;
pub mod section;
pub mod storage;
mod text;
pub mod wiki;

use serde_json::Value;

pub use context::{
    Attachments, Context, Media, NoAttachments, NoUsers, Profile, TableLayout, Users,
};
pub use model::Document;
pub use outcome::{Converted, MergeError, ReadError, Warning, WarningKind, WriteError};
pub use text::{plain_text, users_in_adf, users_in_storage, users_in_wiki};

/// Jira Cloud content as Markdown. A JSON string is taken as plain text, `null` as empty.
#[must_use]
pub fn adf_to_markdown(body: &Value, profile: Profile, context: &Context<'_>) -> Converted<String> {
    adf::to_markdown(body, profile, context)
}

/// Markdown as a schema-valid ADF document.
#[must_use]
pub fn markdown_to_adf(text: &str, profile: Profile, context: &Context<'_>) -> Converted<Value> {
    adf::from_markdown(text, profile, context)
}

/// A Confluence storage body as Markdown.
///
/// # Errors
/// When the body is not well-formed XML; readers show it as source then.
pub fn storage_to_markdown(
    body: &str,
    context: &Context<'_>,
) -> Result<Converted<String>, ReadError> {
    storage::to_markdown(body, context)
}

/// Markdown as a well-formed Confluence storage body.
///
/// # Errors
/// When a placeholder has nothing to stand for, or raw storage in the text is malformed.
pub fn markdown_to_storage(
    text: &str,
    context: &Context<'_>,
) -> Result<Converted<String>, WriteError> {
    storage::from_markdown(text, context)
}

/// Jira wiki markup as Markdown.
#[must_use]
pub fn wiki_to_markdown(body: &str, context: &Context<'_>) -> Converted<String> {
    wiki::to_markdown(body, context)
}

/// Markdown as Jira wiki markup; text that is wiki markup already passes through.
#[must_use]
pub fn markdown_to_wiki(text: &str, context: &Context<'_>) -> Converted<String> {
    wiki::from_markdown(text, context)
}
