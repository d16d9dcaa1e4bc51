//! `confluence_create_page`.

use crate::confluence::appearance::Changes;
use crate::confluence::load::{self, Loaded};
use crate::confluence::{at, body, by_title, content, space, stale, written_page};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_confluence::pages::{self, Draft};
use atlassian_http::FieldMessage;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Creates a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct CreatePage {
    space_key: String,
    title: String,
    content: Option<String>,
    parent_id: Option<String>,
    content_format: String,
    enable_heading_anchors: bool,
    include_content: bool,
    emoji: Option<String>,
    content_file: Option<String>,
    page_width: Option<String>,
    table_layout: Option<String>,
    subtype: Option<String>,
}

impl Tool for CreatePage {
    const NAME: &'static str = "confluence_create_page";
    const TITLE: &'static str = "Create Page";
    const DESCRIPTION: &'static str = "Create a Confluence page from Markdown, wiki markup or \
         storage XHTML, given inline or as a file. Returns the page.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("space_key", Kind::Text, "Space key, such as DEV or ~ada."),
        Argument::required("title", Kind::Text, "Title, new in its space."),
        Argument::optional("content", Kind::Text, "Body. Give this or content_file."),
        Argument::optional("parent_id", Kind::ContentId, "Parent page; on Cloud also a folder."),
        content::FORMAT,
        content::HEADING_ANCHORS,
        content::INCLUDE,
        Argument::optional("emoji", Kind::Text, "Title emoji, such as 📝."),
        content::FILE,
        Argument::optional("page_width", Kind::Text, "full-width, max or default."),
        content::TABLE_LAYOUT,
        Argument::optional("subtype", Kind::Text, "`live` makes a Live Doc (Cloud)."),
    ];

    fn scope(&self) -> Scope {
        let scope = Scope::nothing().container(self.space_key.trim());
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
        let subtype = self.subtype.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if subtype.is_some() && !cx.is_cloud() {
            return Err(ToolError::refused(format!(
                "Failed to create page '{}' in space {}: Confluence page subtype is only supported \
                 for Confluence Cloud",
                self.title, self.space_key
            )));
        }
        let changes = Changes::read(self.emoji.as_deref(), self.page_width.as_deref())?;
        let changes = changes.on_creation();
        let written = content.create(cx)?;
        let draft = Draft {
            title: &self.title,
            representation: written.representation,
            body: &written.value,
            parent: self.parent(),
        };
        let answer = self.create(cx, &draft, subtype).await?;
        let mut remarks = content.remarks;
        let loaded = finish(cx, &answer, &changes, self.include_content, &mut remarks).await?;
        let (shown, _) = body::content(cx, &loaded.page, &loaded.names, true);
        let page = loaded.page.object(cx, shown.filter(|_| self.include_content));
        Ok(written_page("Page created successfully", page, &remarks)
            .with_warnings(body::texts(&written.warnings)))
    }
}

impl CreatePage {
    fn parent(&self) -> Option<&str> {
        self.parent_id.as_deref().filter(|id| !id.is_empty())
    }

    async fn create(
        &self,
        cx: &Context,
        draft: &Draft<'_>,
        subtype: Option<&str>,
    ) -> Result<Value, ToolError> {
        let (request, key) = if cx.is_cloud() {
            let space = space::by_key(cx, &self.space_key).await?;
            (pages::create(&space.id, draft, subtype), space.key)
        } else {
            let key = self.space_key.trim().to_owned();
            (pages::v1_create(&key, draft), key)
        };
        let mut error = match cx.confluence(&request).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        // Confluence says only that something is missing: say what.
        if let Some(parent) = draft.parent.filter(|_| error.is_status(404))
            && !exists(cx, parent).await
        {
            error.messages.push(FieldMessage {
                field: Some("parent_id".to_owned()),
                text: format!("there is no page or folder {parent}"),
            });
        }
        by_title::name_holder(cx, Some(&key), &self.title, &mut error).await;
        Err(error.into())
    }
}

/// Whether a page or folder with this id can be seen.
async fn exists(cx: &Context, id: &str) -> bool {
    if !cx.is_cloud() {
        return cx.confluence::<Value>(&pages::v1_read_bare(id, "space")).await.is_ok();
    }
    cx.confluence::<Value>(&pages::read_bare(pages::Kind::Page, id)).await.is_ok()
        || cx.confluence::<Value>(&pages::folder(id)).await.is_ok()
}

/// Sets what was asked for beside the body and reads what is missing for the result. The page is
/// there: whatever fails now says so.
async fn finish(
    cx: &Context,
    answer: &Value,
    changes: &Changes,
    with_body: bool,
    remarks: &mut Vec<String>,
) -> Result<Loaded, ToolError> {
    let id = at::id(answer, "/id").unwrap_or_default();
    changes.apply(cx, pages::Kind::Page, &id, &[]).await.map_err(|error| {
        error.after(format!("Page was created with id {id}, but its emoji or width was not set"))
    })?;
    let written = load::Written {
        answer,
        kind: pages::Kind::Page,
        with_body,
        is_new: true,
        properties: changes.made_to(&[]),
    };
    let loaded = load::after_write(cx, written, remarks).await;
    stale::served(cx, &loaded.page).await;
    Ok(loaded)
}
