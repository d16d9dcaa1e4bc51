//! Documents: one model; readers and writers for ADF, Confluence storage, Jira wiki, Markdown.

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
