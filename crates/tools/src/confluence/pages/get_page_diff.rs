//! `confluence_get_page_diff`.

use crate::confluence::load::{self, Depth};
use crate::confluence::{body, failed_read, stale};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use futures::future::try_join;
use serde::Deserialize;
use serde_json::json;

/// Compares two versions of a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetPageDiff {
    page_id: String,
    from_version: u64,
    to_version: u64,
}

impl Tool for GetPageDiff {
    const NAME: &'static str = "confluence_get_page_diff";
    const TITLE: &'static str = "Get Page Version Diff";
    const DESCRIPTION: &'static str =
        "Compare two versions of a Confluence page: a unified diff of their Markdown.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("page_id", Kind::ContentId, "Page id or link."),
        Argument::required(
            "from_version",
            Kind::Integer { min: Some(1), max: None },
            "Older version.",
        ),
        Argument::required(
            "to_version",
            Kind::Integer { min: Some(1), max: None },
            "Newer version.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let (from, to) = (self.from_version, self.to_version);
        let version = |number| load::version(cx, &self.page_id, number, Depth::Text);
        let versions = try_join(version(from), version(to));
        let (old, new) = match versions.await {
            Ok(versions) => versions,
            Err(error) => {
                let extra = json!({
                    "page_id": self.page_id, "from_version": from, "to_version": to,
                });
                return failed_read(error, "Failed to get page diff", extra);
            }
        };
        let text = |loaded: &load::Loaded| {
            let storage = loaded.page.storage.as_deref().unwrap_or_default();
            body::shown(cx, storage, &loaded.names, true).0
        };
        Ok(Answer::json(json!({
            "page_id": self.page_id,
            "title": new.page.title,
            "from_version": from,
            "to_version": to,
            "diff": stale::unified(&text(&old), &text(&new), from, to),
        })))
    }
}
