//! `confluence_add_inline_comment`.

use crate::confluence::load::{self, Depth};
use crate::confluence::{body, comment, failure, rendered};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::comments::{self, Selection};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Puts a comment on a text of a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct AddInlineComment {
    page_id: String,
    body: String,
    text_selection: String,
    text_selection_match_count: usize,
    text_selection_match_index: usize,
}

impl Tool for AddInlineComment {
    const NAME: &'static str = "confluence_add_inline_comment";
    const TITLE: &'static str = "Add Inline Comment";
    const DESCRIPTION: &'static str = "Put a comment on a text of a Confluence page. The text must \
         be given exactly as the page shows it.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceComments;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("page_id", Kind::ContentId, "Page id or link."),
        Argument::required("body", Kind::Text, "Comment in Markdown."),
        Argument::required("text_selection", Kind::Text, "Exact text of the page."),
        Argument::with_default(
            "text_selection_match_count",
            Kind::Integer { min: Some(1), max: None },
            DefaultValue::Integer(1),
            "How often the text occurs; corrected when wrong.",
        ),
        Argument::with_default(
            "text_selection_match_index",
            Kind::Integer { min: Some(0), max: None },
            DefaultValue::Integer(0),
            "Which occurrence is meant, from 0.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        match self.add(cx).await {
            Ok(answer) => Ok(answer),
            Err(error) => failure(error, |detail| {
                json!({
                    "success": false,
                    "message": format!(
                        "Unable to add inline comment to page {}. API request completed but \
                         comment creation unsuccessful.",
                        self.page_id
                    ),
                    "error": detail,
                })
            }),
        }
    }
}

impl AddInlineComment {
    async fn add(&self, cx: &Context) -> Result<Answer, ToolError> {
        let written = body::comment(cx, &self.body, &body::context(cx, &HashMap::new()))?;
        let page = load::by_id(cx, &self.page_id, Depth::Text).await?.page;
        let text = rendered::text(page.storage.as_deref().unwrap_or_default());
        let count = rendered::occurrences(&text, &self.text_selection);
        let index = self.text_selection_match_index;
        if count == 0 {
            return Err(ToolError::refused(format!(
                "the text '{}' does not occur on page {}",
                self.text_selection, page.id
            )));
        }
        if index >= count {
            return Err(ToolError::refused(format!(
                "the text '{}' occurs {count} time(s) on page {}; text_selection_match_index {index} \
                 is out of range (from 0 to {})",
                self.text_selection,
                page.id,
                count - 1
            )));
        }
        let selection = Selection { text: &self.text_selection, count, index };
        let kind = page.content_kind();
        let request = if cx.is_cloud() {
            comments::add_inline(kind, &page.id, &written.value, selection)
        } else {
            let now = jiff::Timestamp::now().as_millisecond();
            comments::v1_add_inline(&page.id, &page.kind, &written.value, selection, now)
        };
        let answer: Value = cx.confluence(&request).await?;
        let mut warnings = body::texts(&written.warnings);
        if self.text_selection_match_count != count {
            warnings.push(format!(
                "text_selection_match_count was {} and is {count}",
                self.text_selection_match_count
            ));
        }
        Ok(Answer::json(json!({
            "success": true,
            "message": "Inline comment added successfully",
            "comment": comment::written(cx, &answer, &written.value).await,
        }))
        .with_warnings(warnings))
    }
}
