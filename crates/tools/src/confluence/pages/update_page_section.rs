//! `confluence_update_page_section`.

use crate::confluence::body::{self, Format, Written};
use crate::confluence::load::{self, Depth};
use crate::confluence::next_version::NextVersion;
use crate::confluence::{headings, stale, written_page};
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
        let current = load::by_id(cx, &self.page_id, Depth::Text).await?;
        let page = &current.page;
        stale::check(cx, page, self.expected_version).await?;
        let stored = page.storage.as_deref().unwrap_or_default();
        let section = headings::find(stored, page, &self.heading_text, self.occurrence)?;
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
        let made = load::Written {
            answer: &answer,
            kind,
            with_body: false,
            is_new: false,
            properties: page.properties.clone(),
        };
        let loaded = load::after_write(cx, made, &mut remarks).await;
        stale::served(cx, &loaded.page).await;
        let message = format!("Section '{}' updated successfully", self.heading_text);
        let object = loaded.page.object(cx, None);
        Ok(written_page(&message, object, &remarks).with_warnings(body::texts(&written.warnings)))
    }
}

impl UpdatePageSection {
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
