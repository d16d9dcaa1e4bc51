//! Jira wiki markup, the format of Server and Data Center (content conversion spec section 3).

mod block;
mod inline;
mod macros;
mod write;
mod write_inline;

use crate::model::Document;
use crate::outcome::Warning;
use crate::{Context, Converted, Profile};

/// Whether a text is wiki markup already rather than Markdown: it holds an unmistakable wiki block
/// and no unmistakable Markdown block (content conversion spec section 8.6).
#[must_use]
pub fn looks_like_wiki(text: &str) -> bool {
    let (mut wiki, mut fenced) = (false, false);
    let mut lines = text.lines().map(str::trim).peekable();
    let mut before = "";
    while let Some(line) = lines.next() {
        let next = lines.peek().copied().unwrap_or_default();
        let alone = before.is_empty() && next.is_empty();
        before = line;
        if line.starts_with("```") || line.starts_with("~~~") || line.contains("](http") {
            return false;
        }
        fenced |= line.starts_with("{code") || line.starts_with("{noformat");
        if is_markdown_line(line, alone) && !fenced {
            return false;
        }
        wiki |= is_wiki_line(line);
    }
    wiki
}

fn is_wiki_line(line: &str) -> bool {
    let heading = line.strip_prefix('h').is_some_and(|rest| {
        let mut chars = rest.chars();
        matches!(chars.next(), Some('1'..='6')) && rest.get(1..3) == Some(". ")
    });
    let lower = line.to_ascii_lowercase();
    let has_macro = ["{code", "{noformat", "{quote", "{panel"].iter().any(|name| {
        lower.match_indices(name).any(|(at, _)| {
            let after = lower.get(at + name.len()..).unwrap_or_default();
            after.starts_with(['}', ':'])
                && !lower.get(..at).unwrap_or_default().ends_with(['\\', '`'])
        })
    });
    let header_row = line.len() > 4 && line.starts_with("||") && line.ends_with("||");
    heading || has_macro || header_row
}

fn is_markdown_line(line: &str, alone: bool) -> bool {
    let level = line.bytes().take_while(|b| *b == b'#').count();
    // `#` before text numbers an item in wiki markup; with empty lines around it is a heading.
    let heading = (level > 2 || alone && level > 0)
        && line.get(level..).is_some_and(|rest| rest.starts_with(' '));
    let separator = line.contains("---")
        && line.contains('|')
        && line.bytes().all(|b| matches!(b, b'|' | b'-' | b':' | b' '));
    heading || separator
}

/// Reads wiki markup. It never fails: what it can not understand is text.
#[must_use]
pub fn read(body: &str) -> Document {
    let body = crate::scan::normalize(body);
    block::read(&body)
}

/// Writes a document as wiki markup.
#[must_use]
pub fn write(document: &Document, context: &Context<'_>) -> Converted<String> {
    let mut warnings = Vec::new();
    let output = write_with(document.clone(), None, context, &mut warnings);
    Converted { output, warnings }
}

/// Writes a document; `stored` is the text that spans point into.
pub(crate) fn write_with(
    mut document: Document,
    stored: Option<&str>,
    _: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> String {
    crate::footnote::resolve(&mut document);
    write::write(&document.blocks, stored, warnings)
}

pub(crate) fn to_markdown(body: &str, context: &Context<'_>) -> Converted<String> {
    let mut document = read(body);
    crate::text::name_users(&mut document.blocks, context);
    Converted::clean(crate::markdown::write(&document, Profile::Jira))
}

pub(crate) fn from_markdown(text: &str, context: &Context<'_>) -> Converted<String> {
    if looks_like_wiki(text) {
        return Converted::clean(text.to_owned());
    }
    let (document, mut warnings) = crate::markdown::read_with_warnings(text, Profile::Jira);
    let output = write_with(document, None, context, &mut warnings);
    Converted { output, warnings }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wiki_markup_is_told_from_markdown() {
        for wiki in [
            "h1. Title\n# one\n# two",
            "{code:java}\nx\n{code}",
            "text\n||A||B||\n|1|2|",
            "{noformat}\n# not a heading\n---\n{noformat}",
            "h2. Steps\n*bold* and [a|https://x]",
        ] {
            assert!(looks_like_wiki(wiki), "{wiki}");
        }
        for markdown in [
            "# Title\n\ntext",
            "# Title\n\n{quote} is a word",
            "```\n{code}x{code}\n```",
            "h1. x and [a](https://x)",
            "| A |\n|---|\n| {quote} |",
            "plain *text*",
            "\\{quote} and `{code}`",
        ] {
            assert!(!looks_like_wiki(markdown), "{markdown}");
        }
    }
}
