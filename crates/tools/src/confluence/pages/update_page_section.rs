//! `confluence_update_page_section`.

use crate::confluence::body::{self, Format, Written};
use crate::confluence::load::{self, Depth};
use crate::confluence::next_version::NextVersion;
use crate::confluence::{stale, written_page};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::pages::Representation;
use atlassian_markup::section::{self, Section, SectionRef};
use atlassian_settings::Service;
use serde::Deserialize;
use std::collections::HashMap;

/// Replaces what stands below a heading.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct UpdatePageSection {
    page_id: String,
    heading_text: String,
    new_content: String,
    content_format: String,
    is_minor_edit: bool,
    version_comment: Option<String>,
    occurrence: Option<usize>,
    expected_version: Option<u64>,
}

impl Tool for UpdatePageSection {
    const NAME: &'static str = "confluence_update_page_section";
    const TITLE: &'static str = "Update Page Section";
    const DESCRIPTION: &'static str = "Replace the text below one heading of a Confluence page, up \
         to the next heading of the same or a higher level. Nothing else changes.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("page_id", Kind::ContentId, "Page id or link."),
        Argument::required("heading_text", Kind::Text, "Exact text of the heading."),
        Argument::required("new_content", Kind::Text, "New text below it, without the heading."),
        Argument::with_default(
            "content_format",
            Kind::Text,
            DefaultValue::Text("markdown"),
            "markdown or storage.",
        ),
        Argument::with_default(
            "is_minor_edit",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Notify nobody (Data Center).",
        ),
        Argument::optional("version_comment", Kind::Text, "Message of the new version."),
        Argument::optional(
            "occurrence",
            Kind::Integer { min: Some(0), max: None },
            "Which of several equal headings, from 0.",
        )
        .hidden(),
        Argument::optional(
            "expected_version",
            Kind::Integer { min: Some(1), max: None },
            "Version you read; refused when the page has another now.",
        )
        .hidden(),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let Ok(format @ (Format::Markdown | Format::Storage)) = Format::read(&self.content_format)
        else {
            return Err(ToolError::refused(format!(
                "Invalid content_format '{}'. Must be 'markdown' or 'storage'.",
                self.content_format
            )));
        };
        let current = load::by_id(cx, &self.page_id, Depth::Body).await?;
        let page = &current.page;
        stale::check(cx, page, self.expected_version).await?;
        let stored = page.storage.as_deref().unwrap_or_default();
        let section = self.find(stored)?;
        let written = self.replaced(cx, stored, &section, format, &current.names)?;
        let mut remarks = Vec::new();
        let next = NextVersion {
            title: &page.title,
            message: self.version_comment.as_deref(),
            parent: None,
            minor: self.is_minor_edit,
        };
        let answer = next.write(cx, page, &written, &mut remarks).await?;
        let kind = page.content_kind();
        let loaded = load::after_write(cx, &answer, kind, false, &mut remarks).await;
        stale::served(cx, &loaded.page).await;
        let message = format!("Section '{}' updated successfully", self.heading_text);
        let object = loaded.page.object(cx, None);
        Ok(written_page(&message, object, &remarks).with_warnings(body::texts(&written.warnings)))
    }
}

impl UpdatePageSection {
    /// The section that is meant: the exact text, else the text with blanks folded.
    fn find(&self, stored: &str) -> Result<Section, ToolError> {
        let page = &self.page_id;
        if stored.trim().is_empty() {
            return Err(ToolError::refused(format!(
                "Heading '{}' not found in page {page}: the page is empty.",
                self.heading_text
            )));
        }
        let sections = section::list(stored).map_err(|error| {
            ToolError::refused(format!("the body of page {page} cannot be read: {error}"))
        })?;
        let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let wanted = folded(&self.heading_text);
        let found: Vec<&Section> =
            sections.iter().filter(|section| folded(&section.title) == wanted).collect();
        match (found.as_slice(), self.occurrence) {
            ([], _) => {
                let known: Vec<&str> =
                    sections.iter().map(|section| section.title.as_str()).take(30).collect();
                Err(ToolError::refused(format!(
                    "Heading '{}' not found in page {page}. Heading text must match exactly \
                     (case-sensitive). Headings there: {}.",
                    self.heading_text,
                    known.join(" | ")
                )))
            }
            ([one], None) => Ok((*one).clone()),
            (several, Some(index)) => {
                several.get(index).map(|one| (*one).clone()).ok_or_else(|| {
                    let rule = format!("should be from 0 to {}", several.len() - 1);
                    ToolError::argument("occurrence", rule, Some(&index.to_string()))
                })
            }
            (several, None) => {
                let places: Vec<String> = several
                    .iter()
                    .enumerate()
                    .map(|(index, one)| format!("{index}: {}", place(&sections, one)))
                    .collect();
                Err(ToolError::refused(format!(
                    "{} headings of page {page} read '{}'; say which one with `occurrence`: {}.",
                    several.len(),
                    self.heading_text,
                    places.join("; ")
                )))
            }
        }
    }

    fn replaced(
        &self,
        cx: &Context,
        stored: &str,
        section: &Section,
        format: Format,
        names: &HashMap<String, String>,
    ) -> Result<Written, ToolError> {
        let options = body::context(cx, names);
        if format == Format::Markdown && cx.config().behaviour.markup_translation {
            let meant = SectionRef { title: &section.title, occurrence: Some(section.occurrence) };
            let merged = section::replace(stored, meant, &self.new_content, &options)
                .map_err(|error| ToolError::refused(error.to_string()))?;
            return Ok(Written {
                representation: Representation::Storage,
                value: merged.output,
                warnings: merged.warnings,
            });
        }
        let part = body::create(cx, &self.new_content, Format::Storage, &options)?;
        let before = stored.get(..section.body.start).unwrap_or_default();
        let after = stored.get(section.body.end..).unwrap_or_default();
        let value = [before, part.value.as_str(), after].concat();
        Ok(body::replaced(stored, value))
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
