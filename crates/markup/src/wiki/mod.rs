//! Jira wiki markup.
use crate::model::Document;
use crate::outcome::Warning;
use crate::{Context, Converted};

/// Whether a text is wiki markup already rather than Markdown (content conversion spec 8.6).
#[must_use]
pub fn looks_like_wiki(text: &str) -> bool {
    text.starts_with("h1. ")
}

pub(crate) fn to_markdown(body: &str, _: &Context<'_>) -> Converted<String> {
    Converted::clean(body.to_owned())
}

pub(crate) fn from_markdown(text: &str, _: &Context<'_>) -> Converted<String> {
    Converted::clean(text.to_owned())
}

pub(crate) fn read(_: &str) -> Document {
    Document::default()
}

pub(crate) fn write_with(
    _: Document,
    _: Option<&str>,
    _: &Context<'_>,
    _: &mut Vec<Warning>,
) -> String {
    String::new()
}
