//! `confluence_get_page_history`.

use crate::confluence::load::{self, Depth};
use crate::confluence::{body, failed_read};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::json;

/// Reads one version of a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetPageHistory {
    page_id: String,
    version: u64,
    convert_to_markdown: bool,
}

impl Tool for GetPageHistory {
    const NAME: &'static str = "confluence_get_page_history";
    const TITLE: &'static str = "Get Page History";
    const DESCRIPTION: &'static str = "Read one version of a Confluence page, with its body.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("page_id", Kind::ContentId, "Page id or link."),
        Argument::required(
            "version",
            Kind::Integer { min: Some(1), max: None },
            "Version number, from 1.",
        ),
        Argument::with_default(
            "convert_to_markdown",
            Kind::Boolean,
            DefaultValue::Boolean(true),
            "False returns stored XHTML.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let loaded = match load::version(cx, &self.page_id, self.version, Depth::Full).await {
            Ok(loaded) => loaded,
            Err(error) => {
                let extra = json!({ "page_id": self.page_id, "version": self.version });
                return failed_read(error, "Failed to get page history", extra);
            }
        };
        let (content, remarks) =
            body::content(cx, &loaded.page, &loaded.names, self.convert_to_markdown);
        let mut page = loaded.page.object(cx, content);
        if let Some(page) = page.as_object_mut() {
            page.shift_remove("page_width");
        }
        Ok(Answer::json(page).with_warnings(remarks))
    }
}
