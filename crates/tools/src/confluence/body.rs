//! Bodies on their way out and in: Markdown for readers, storage for Confluence.

use super::page::Page;
use crate::{Context, ToolError};
use atlassian_confluence::pages::Representation;
use atlassian_markup::{self as markup, Context as Markup, Warning};
use serde_json::{Value, json};
use std::collections::HashMap;

/// How a body is written by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Markdown,
    Wiki,
    Storage,
}

impl Format {
    /// Reads a `content_format` argument.
    pub(super) fn read(word: &str) -> Result<Self, ToolError> {
        match word.trim().to_ascii_lowercase().as_str() {
            "markdown" => Ok(Self::Markdown),
            "wiki" => Ok(Self::Wiki),
            "storage" | "xhtml" => Ok(Self::Storage),
            _ => Err(ToolError::refused(format!(
                "Invalid content_format: {word}. Must be 'markdown', 'wiki', 'storage', or 'xhtml'"
            ))),
        }
    }
}

/// What the conversions may know about the instance.
pub(super) fn context<'a>(cx: &'a Context, names: &'a HashMap<String, String>) -> Markup<'a> {
    Markup { base_url: Some(cx.site()), users: names, ..Markup::default() }
}

/// A stored body as it is shown: the text, its format, and remarks.
pub(super) fn shown(
    cx: &Context,
    storage: &str,
    names: &HashMap<String, String>,
    markdown: bool,
) -> (String, &'static str, Vec<String>) {
    if !markdown || !cx.config().behaviour.markup_translation {
        return (storage.to_owned(), "storage", Vec::new());
    }
    match markup::storage_to_markdown(storage, &context(cx, names)) {
        Ok(converted) => (converted.output, "markdown", texts(&converted.warnings)),
        Err(error) => {
            let fence = "`".repeat(longest_run(storage).max(2) + 1);
            let remark = format!("shown as source, because {error}");
            (format!("{fence}csf\n{storage}\n{fence}"), "markdown", vec![remark])
        }
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// The `content` of a page object and remarks; nothing when the body is empty.
pub(super) fn content(
    cx: &Context,
    page: &Page,
    names: &HashMap<String, String>,
    markdown: bool,
) -> (Option<Value>, Vec<String>) {
    let storage = page.storage.as_deref().unwrap_or_default();
    let (value, format, remarks) = shown(cx, storage, names, markdown);
    let content = (!value.is_empty()).then(|| json!({ "value": value, "format": format }));
    (content, remarks)
}

/// Remarks as texts.
pub(super) fn texts(warnings: &[Warning]) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}

/// A body ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) representation: Representation,
    pub(super) value: String,
    pub(super) warnings: Vec<Warning>,
}

/// Makes the body of a new page or comment.
pub(super) fn create(
    cx: &Context,
    text: &str,
    format: Format,
    options: &Markup<'_>,
) -> Result<Written, ToolError> {
    match settled(cx, format) {
        Format::Markdown => markup::markdown_to_storage(text, options)
            .map(|converted| storage(or_empty_paragraph(converted.output), converted.warnings))
            .map_err(|error| {
                ToolError::refused(format!("the content could not be written: {error}"))
            }),
        Format::Storage => checked(text),
        Format::Wiki => Ok(wiki(text)),
    }
}

/// Makes the new body of a page that holds `current`: Markdown changes only what it changes,
/// everything else replaces the body and names what is lost with it.
pub(super) fn update(
    cx: &Context,
    current: &str,
    text: &str,
    format: Format,
    options: &Markup<'_>,
) -> Result<Written, ToolError> {
    let mut written = match settled(cx, format) {
        Format::Markdown => {
            return markup::merge::storage(current, text, options)
                .map(|converted| storage(or_empty_paragraph(converted.output), converted.warnings))
                .map_err(|error| {
                    ToolError::refused(format!("the content could not be written: {error}"))
                });
        }
        Format::Storage => checked(text)?,
        Format::Wiki => wiki(text),
    };
    name_losses(current, &mut written);
    Ok(written)
}

/// A body in storage format that replaces `current`, with what is lost by that.
pub(super) fn replaced(current: &str, value: String) -> Written {
    let mut written = storage(value, Vec::new());
    name_losses(current, &mut written);
    written
}

/// Names what the stored body holds and the new one does not: macros, layouts, shown files,
/// inline comments (content conversion spec section 10.2).
fn name_losses(current: &str, written: &mut Written) {
    written.warnings.extend(match written.representation {
        Representation::Storage => markup::merge::dropped_from_storage(current, &written.value),
        Representation::Wiki => markup::merge::dropped_by_wiki(current, &written.value),
    });
}

/// Confluence refuses some bodies without any element, so no text is one paragraph without text.
fn or_empty_paragraph(value: String) -> String {
    if value.is_empty() { "<p></p>".to_owned() } else { value }
}

/// With translation switched off, what would be Markdown is the stored format itself.
fn settled(cx: &Context, format: Format) -> Format {
    match format {
        Format::Markdown if !cx.config().behaviour.markup_translation => Format::Storage,
        other => other,
    }
}

fn storage(value: String, warnings: Vec<Warning>) -> Written {
    Written { representation: Representation::Storage, value, warnings }
}

fn wiki(text: &str) -> Written {
    Written { representation: Representation::Wiki, value: text.to_owned(), warnings: Vec::new() }
}

fn checked(text: &str) -> Result<Written, ToolError> {
    markup::storage::check(text).map_err(|error| ToolError::refused(error.to_string()))?;
    Ok(storage(text.to_owned(), Vec::new()))
}

/// A comment's body in storage format. Text that starts with `<` and is well-formed is storage
/// already, everything else is Markdown (content conversion spec section 8.6).
pub(super) fn comment(
    cx: &Context,
    text: &str,
    options: &Markup<'_>,
) -> Result<Written, ToolError> {
    let is_storage = text.trim_start().starts_with('<') && markup::storage::check(text).is_ok();
    create(cx, text, if is_storage { Format::Storage } else { Format::Markdown }, options)
}

#[cfg(test)]
mod tests {
    use super::{Format, longest_run};

    #[test]
    fn formats_have_two_names_for_storage() {
        assert_eq!(Format::read("xhtml").ok(), Format::read("storage").ok());
        let error = Format::read("html").expect_err("no such format").to_string();
        assert!(error.contains("'markdown', 'wiki', 'storage', or 'xhtml'"), "{error}");
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        assert_eq!(longest_run("a ``` b ` c"), 3);
    }
}
