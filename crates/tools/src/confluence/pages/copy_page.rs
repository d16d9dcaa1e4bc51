//! `confluence_copy_page`.

use crate::confluence::files;
use crate::confluence::load::{self, Depth, Loaded};
use crate::confluence::{at, body, space, stale, written_page};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::pages::{self, Draft, Representation};
use atlassian_confluence::tree::{self, Destination};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Copies a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct CopyPage {
    source_page_id: String,
    destination_space_key: String,
    new_title: String,
    destination_parent_id: Option<String>,
    copy_attachments: bool,
}

impl Tool for CopyPage {
    const NAME: &'static str = "confluence_copy_page";
    const TITLE: &'static str = "Copy Page";
    const DESCRIPTION: &'static str = "Copy a Confluence page under a new title, into a space or \
         below a page. Returns the copy.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("source_page_id", Kind::ContentId, "Page to copy, id or link."),
        Argument::required("destination_space_key", Kind::Text, "Space of the copy."),
        Argument::required("new_title", Kind::Text, "Title of the copy."),
        Argument::optional("destination_parent_id", Kind::ContentId, "Parent of the copy."),
        Argument::with_default(
            "copy_attachments",
            Kind::Boolean,
            DefaultValue::Boolean(true),
            "Copy attachments too.",
        ),
    ];

    fn scope(&self) -> Scope {
        let scope = Scope::nothing()
            .content(&self.source_page_id)
            .container(self.destination_space_key.trim());
        match self.parent() {
            Some(parent) => scope.content(parent),
            None => scope,
        }
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let mut remarks = Vec::new();
        let loaded =
            if cx.is_cloud() { self.cloud(cx).await? } else { self.dc(cx, &mut remarks).await? };
        stale::served(cx, &loaded.page).await;
        let (content, told) = body::content(cx, &loaded.page, &loaded.names, true);
        let page = loaded.page.object(cx, content);
        Ok(written_page("Page copied successfully", page, &remarks).with_warnings(told))
    }
}

impl CopyPage {
    fn parent(&self) -> Option<&str> {
        self.destination_parent_id.as_deref().filter(|id| !id.is_empty())
    }

    async fn cloud(&self, cx: &Context) -> Result<Loaded, ToolError> {
        let space = space::by_key(cx, &self.destination_space_key).await?;
        let copy = |destination| {
            tree::copy(&self.source_page_id, &self.new_title, destination, self.copy_attachments)
        };
        let request = copy(match self.parent() {
            Some(parent) => Destination::Page(parent),
            None => Destination::Space(&space.key),
        });
        let answer: Value = match (cx.confluence(&request).await, self.parent()) {
            (Ok(answer), _) => answer,
            (Err(error), Some(parent)) if error.is_status(400) || error.is_status(404) => {
                // No page has this id: it may be a folder.
                if cx.confluence::<Value>(&pages::folder(parent)).await.is_err() {
                    return Err(error.into());
                }
                cx.confluence(&copy(Destination::Folder(parent))).await?
            }
            (Err(error), _) => return Err(error.into()),
        };
        let id = at::id(&answer, "/id").unwrap_or_default();
        load::by_id(cx, &id, Depth::Shown)
            .await
            .map_err(|error| error.after(format!("the page was copied to page {id}")))
    }

    async fn dc(&self, cx: &Context, remarks: &mut Vec<String>) -> Result<Loaded, ToolError> {
        let source = load::by_id(cx, &self.source_page_id, Depth::Full).await?.page;
        let draft = Draft {
            title: &self.new_title,
            representation: Representation::Storage,
            body: source.storage.as_deref().unwrap_or_default(),
            parent: self.parent(),
        };
        let key = self.destination_space_key.trim();
        let answer: Value = cx.confluence(&pages::v1_create(key, &draft)).await?;
        let id = at::id(&answer, "/id").unwrap_or_default();
        if self.copy_attachments {
            for attachment in &source.attachments {
                if let Err(error) = files::copy(cx, attachment, &id).await {
                    let name = at::text(attachment, "/title").unwrap_or_default();
                    remarks.push(format!("attachment '{name}' was not copied: {error}"));
                }
            }
        }
        let made = load::Written {
            answer: &answer,
            kind: pages::Kind::Page,
            with_body: true,
            is_new: false,
            properties: Vec::new(),
        };
        Ok(load::after_write(cx, made, remarks).await)
    }
}
