//! The headings of a stored body: which sections there are, and which one is meant
//! (confluence spec section 4.7).

use super::page::Page;
use crate::ToolError;
use atlassian_markup::section::{self, Section};
use serde_json::{Value, json};

/// Most headings named in a refusal.
const MAX_NAMED: usize = 30;

fn list(stored: &str, page: &Page) -> Result<Vec<Section>, ToolError> {
    section::list(stored).map_err(|error| {
        ToolError::refused(format!("the body of page {} cannot be read: {error}", page.id))
    })
}

/// The outline of a body: level, text, which one among equal headings (from 0), and the bytes of
/// stored text below each.
pub(super) fn outline(stored: &str, page: &Page) -> Result<Value, ToolError> {
    let sections = list(stored, page)?;
    Ok(sections
        .iter()
        .map(|one| {
            json!({
                "level": one.level,
                "heading": one.title,
                "occurrence": one.occurrence.saturating_sub(1),
                "bytes": one.body.len(),
            })
        })
        .collect())
}

/// The section with a heading, blanks folded. `occurrence` counts equal headings from 0 and must
/// be given when there are several.
pub(super) fn find(
    stored: &str,
    page: &Page,
    heading: &str,
    occurrence: Option<usize>,
) -> Result<Section, ToolError> {
    let id = &page.id;
    if stored.trim().is_empty() {
        return Err(ToolError::refused(format!(
            "Heading '{heading}' not found in page {id}: the page is empty."
        )));
    }
    let sections = list(stored, page)?;
    let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = folded(heading);
    let found: Vec<&Section> =
        sections.iter().filter(|section| folded(&section.title) == wanted).collect();
    match (found.as_slice(), occurrence) {
        ([], _) => {
            let known: Vec<&str> =
                sections.iter().map(|section| section.title.as_str()).take(MAX_NAMED).collect();
            Err(ToolError::refused(format!(
                "Heading '{heading}' not found in page {id}. Heading text must match exactly \
                 (case-sensitive). Headings there: {}.",
                if known.is_empty() { "none".to_owned() } else { known.join(" | ") }
            )))
        }
        ([one], None) => Ok((*one).clone()),
        (several, Some(index)) => several.get(index).map(|one| (*one).clone()).ok_or_else(|| {
            let rule = format!("should be from 0 to {}", several.len().saturating_sub(1));
            ToolError::argument("occurrence", rule, Some(&index.to_string()))
        }),
        (several, None) => {
            let places: Vec<String> = several
                .iter()
                .enumerate()
                .map(|(index, one)| format!("{index}: {}", place(&sections, one)))
                .collect();
            Err(ToolError::refused(format!(
                "{} headings of page {id} read '{heading}'; say which one with `occurrence`: {}.",
                several.len(),
                places.join("; ")
            )))
        }
    }
}

/// Where a heading stands: the heading before it.
fn place(sections: &[Section], one: &Section) -> String {
    let before = sections.iter().rev().find(|other| other.heading.end <= one.heading.start);
    match before {
        Some(before) => format!("level {}, after '{}'", one.level, before.title),
        None => format!("level {}, the first heading", one.level),
    }
}
