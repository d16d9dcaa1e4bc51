//! The content that a page write is given, checked before anything is sent.

use super::body::{self, Format, Written};
use super::heading_anchors;
use crate::{Argument, Context, DefaultValue, Kind, ToolError};
use atlassian_confluence::pages::Representation;
use atlassian_markup::{Context as Markup, TableLayout};
use std::collections::HashMap;

/// Largest `content_file`, in bytes.
const MAX_FILE: u64 = 5 * 1024 * 1024;

/// How the content is written, an argument of every page write.
pub(super) const FORMAT: Argument = Argument::with_default(
    "content_format",
    Kind::Text,
    DefaultValue::Text("markdown"),
    "markdown, wiki, storage or xhtml.",
);

/// Whether headings can be linked to.
pub(super) const HEADING_ANCHORS: Argument = Argument::with_default(
    "enable_heading_anchors",
    Kind::Boolean,
    DefaultValue::Boolean(false),
    "Give headings anchors to link to (Markdown).",
);

/// Whether the body comes back with the page.
pub(super) const INCLUDE: Argument = Argument::with_default(
    "include_content",
    Kind::Boolean,
    DefaultValue::Boolean(false),
    "Return the body too.",
);

/// Where the content is, when it is a file.
pub(super) const FILE: Argument =
    Argument::optional("content_file", Kind::Text, "UTF-8 file below the server's files root.");

/// How wide tables are.
pub(super) const TABLE_LAYOUT: Argument = Argument::optional(
    "table_layout",
    Kind::Text,
    "Width of tables: full-width, wide or default (Markdown).",
);

/// The arguments that describe the content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given<'a> {
    pub(super) content: Option<&'a str>,
    pub(super) content_file: Option<&'a str>,
    pub(super) content_format: &'a str,
    pub(super) enable_heading_anchors: bool,
    pub(super) table_layout: Option<&'a str>,
}

/// Content that is ready to be written.
#[derive(Clone, Debug)]
pub(super) struct Content {
    text: String,
    format: Format,
    anchors: bool,
    layout: Option<TableLayout>,
    /// What was asked for and has no effect.
    pub(super) remarks: Vec<String>,
}

impl Given<'_> {
    /// Reads the content.
    ///
    /// # Errors
    /// When the format is unknown, not exactly one of content and file is given, or the file may
    /// not be read.
    pub(super) async fn read(self, cx: &Context) -> Result<Content, ToolError> {
        let format = Format::read(self.content_format)?;
        let file = self.content_file.filter(|path| !path.is_empty());
        let text = match (self.content, file) {
            (Some(_), Some(_)) => {
                return Err(ToolError::refused(
                    "Provide either 'content' or 'content_file', not both.",
                ));
            }
            (None, None) => {
                return Err(ToolError::refused(
                    "One of 'content' or 'content_file' must be provided.",
                ));
            }
            (Some(content), None) => content.to_owned(),
            (None, Some(path)) => {
                let file = cx.local_file("content_file", path, MAX_FILE).await?;
                String::from_utf8(file.bytes).map_err(|_| {
                    ToolError::refused(format!("content_file is not UTF-8 text: {path}"))
                })?
            }
        };
        let mut remarks = Vec::new();
        let markdown = format == Format::Markdown;
        let asked = self.table_layout.map(str::trim).filter(|layout| !layout.is_empty());
        let layout = asked.and_then(TableLayout::parse);
        if let Some(asked) = asked.filter(|_| layout.is_none()) {
            remarks.push(format!(
                "table_layout `{asked}` was ignored; it can be full-width, wide or default"
            ));
        }
        if !markdown && layout.is_some() {
            remarks.push("table_layout was ignored; it applies to Markdown only".to_owned());
        }
        if !markdown && self.enable_heading_anchors {
            remarks
                .push("enable_heading_anchors was ignored; it applies to Markdown only".to_owned());
        }
        let anchors = markdown && self.enable_heading_anchors;
        Ok(Content { text, format, anchors, layout, remarks })
    }
}

impl Content {
    fn options<'a>(&self, cx: &'a Context, names: &'a HashMap<String, String>) -> Markup<'a> {
        Markup { table_layout: self.layout, ..body::context(cx, names) }
    }

    /// The body of a new page.
    pub(super) fn create(&self, cx: &Context) -> Result<Written, ToolError> {
        let names = HashMap::new();
        let written = body::create(cx, &self.text, self.format, &self.options(cx, &names))?;
        Ok(self.anchored(written))
    }

    /// The new body of a page that holds `current`.
    pub(super) fn update(
        &self,
        cx: &Context,
        current: &str,
        names: &HashMap<String, String>,
    ) -> Result<Written, ToolError> {
        let written = body::update(cx, current, &self.text, self.format, &self.options(cx, names))?;
        Ok(self.anchored(written))
    }

    fn anchored(&self, mut written: Written) -> Written {
        if self.anchors && written.representation == Representation::Storage {
            written.value = heading_anchors::add(&written.value);
        }
        written
    }
}
