//! `confluence_create_page_from_template`.

use crate::confluence::page::Page;
use crate::confluence::{at, space};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_confluence::pages::{self, Draft, Representation};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Creates a page with the body of a template.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct CreatePageFromTemplate {
    space_key: String,
    title: String,
    template_id: String,
    parent_id: Option<String>,
}

impl Tool for CreatePageFromTemplate {
    const NAME: &'static str = "confluence_create_page_from_template";
    const TITLE: &'static str = "Create Page from Template";
    const DESCRIPTION: &'static str =
        "Create a Confluence page with the body of a page template. Cloud only.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceTemplates;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("space_key", Kind::Text, "Space key."),
        Argument::required("title", Kind::Text, "Title, new in its space."),
        Argument::required("template_id", Kind::ContentId, "Template id, from the list."),
        Argument::optional("parent_id", Kind::ContentId, "Parent page or folder."),
    ];

    fn scope(&self) -> Scope {
        let scope = Scope::nothing().container(self.space_key.trim());
        match self.parent() {
            Some(parent) => scope.content(parent),
            None => scope,
        }
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        super::only_on_cloud(cx)?;
        let (_, body) = super::read(cx, &self.template_id).await?;
        let body = body.ok_or_else(|| {
            ToolError::refused(format!("Template {} has no storage-format body", self.template_id))
        })?;
        let space = space::by_key(cx, &self.space_key).await?;
        let draft = Draft {
            title: &self.title,
            representation: Representation::Storage,
            body: &body,
            parent: self.parent(),
        };
        let answer: Value = cx.confluence(&pages::create(&space.id, &draft, None)).await?;
        let mut page = Page::from_v2(&answer, pages::Kind::Page);
        page.space_key = Some(space.key.clone());
        let mut result = Map::new();
        result.insert("id".to_owned(), json!(page.id));
        result.insert("title".to_owned(), json!(at::text(&answer, "/title")));
        result.insert("url".to_owned(), json!(page.address(cx)));
        result.insert("space_key".to_owned(), json!(space.key));
        if body.contains("<at:") {
            let text = "the template has variables, which were not filled in";
            result.insert("warnings".to_owned(), json!([text]));
        }
        Ok(Answer::json(result))
    }
}

impl CreatePageFromTemplate {
    fn parent(&self) -> Option<&str> {
        self.parent_id.as_deref().filter(|id| !id.is_empty())
    }
}
