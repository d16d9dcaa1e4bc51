//! `confluence_update_page`.

use crate::confluence::appearance::Changes;
use crate::confluence::body;
use crate::confluence::load::{self, Depth};
use crate::confluence::next_version::NextVersion;
use crate::confluence::page::Page;
use crate::confluence::{at, content, stale, written_page};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_settings::Service;
use serde::Deserialize;

/// Writes the next version of a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct UpdatePage {
    page_id: String,
    title: String,
    content: Option<String>,
    is_minor_edit: bool,
    version_comment: Option<String>,
    parent_id: Option<String>,
    content_format: String,
    enable_heading_anchors: bool,
    include_content: bool,
    emoji: Option<String>,
    content_file: Option<String>,
    page_width: Option<String>,
    table_layout: Option<String>,
    expected_version: Option<u64>,
}

impl Tool for UpdatePage {
    const NAME: &'static str = "confluence_update_page";
    const TITLE: &'static str = "Update Page";
    const DESCRIPTION: &'static str = "Replace the body and title of a Confluence page. With \
         Markdown, whatever stays the same keeps its stored form. Returns the page.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("page_id", Kind::ContentId, "Page id or link."),
        Argument::required("title", Kind::Text, "Title; repeat the old one to keep it."),
        Argument::optional(
            "content",
            Kind::Text,
            "Whole new body, with the ::keep placeholders that reading shows. This or content_file.",
        ),
        Argument::with_default(
            "is_minor_edit",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Notify nobody (Data Center).",
        ),
        Argument::optional("version_comment", Kind::Text, "Message of the new version."),
        Argument::optional("parent_id", Kind::ContentId, "New parent in the same space."),
        content::FORMAT,
        content::HEADING_ANCHORS,
        content::INCLUDE,
        Argument::optional("emoji", Kind::Text, "Title emoji; empty removes it."),
        content::FILE,
        Argument::optional(
            "page_width",
            Kind::Text,
            "full-width, max or default; empty removes it.",
        ),
        content::TABLE_LAYOUT,
        Argument::optional(
            "expected_version",
            Kind::Integer { min: Some(1), max: None },
            "Version you read; refused when the page has another now.",
        ),
    ];

    fn scope(&self) -> Scope {
        let scope = Scope::nothing().content(&self.page_id);
        match self.parent() {
            Some(parent) => scope.content(parent),
            None => scope,
        }
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let content = content::Given {
            content: self.content.as_deref(),
            content_file: self.content_file.as_deref(),
            content_format: &self.content_format,
            enable_heading_anchors: self.enable_heading_anchors,
            table_layout: self.table_layout.as_deref(),
        }
        .read(cx)
        .await?;
        let changes = Changes::read(self.emoji.as_deref(), self.page_width.as_deref())?;
        // The properties come with the page on Cloud and with a request of their own elsewhere.
        let depth = if changes.is_empty() || cx.is_cloud() { Depth::Text } else { Depth::Body };
        let current = load::by_id(cx, &self.page_id, depth).await?;
        let page = &current.page;
        self.fits(page)?;
        stale::check(cx, page, self.expected_version).await?;
        let stored = page.storage.as_deref().unwrap_or_default();
        let written = content.update(cx, stored, &current.names)?;
        let mut remarks = content.remarks;
        let next = NextVersion {
            title: &self.title,
            message: self.version_comment.as_deref(),
            parent: self.parent(),
            minor: self.is_minor_edit,
        };
        let answer = next.write(cx, page, &written, &mut remarks).await?;
        let kind = page.content_kind();
        if !changes.is_empty() {
            changes.apply(cx, kind, &page.id, &page.properties).await.map_err(|error| {
                error.after(format!(
                    "Page content was updated to version {}, but its emoji or width was not set",
                    at::number(&answer, "/version/number").unwrap_or_default()
                ))
            })?;
        }
        let with_body = self.include_content;
        let properties = changes.made_to(&page.properties);
        let made = load::Written { answer: &answer, kind, with_body, is_new: false, properties };
        let loaded = load::after_write(cx, made, &mut remarks).await;
        stale::served(cx, &loaded.page).await;
        let (shown, _) = body::content(cx, &loaded.page, &loaded.names, true);
        let object = loaded.page.object(cx, shown.filter(|_| with_body));
        Ok(written_page("Page updated successfully", object, &remarks)
            .with_warnings(body::texts(&written.warnings)))
    }
}

impl UpdatePage {
    fn parent(&self) -> Option<&str> {
        self.parent_id.as_deref().filter(|id| !id.is_empty())
    }

    /// Refuses what the content cannot take.
    fn fits(&self, page: &Page) -> Result<(), ToolError> {
        if !matches!(page.kind.as_str(), "page" | "blogpost") {
            return Err(ToolError::refused(format!(
                "Failed to update page {}: it is a {}, not a page",
                page.id, page.kind
            )));
        }
        if page.kind == "blogpost" && self.parent().is_some() {
            return Err(ToolError::argument(
                "parent_id",
                "a blog post has no parent; leave it out",
                self.parent(),
            ));
        }
        Ok(())
    }
}
