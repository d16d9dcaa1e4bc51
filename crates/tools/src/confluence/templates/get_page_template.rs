//! `confluence_get_page_template`.

use crate::confluence::at;
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::json;

/// Reads one template.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetPageTemplate {
    template_id: String,
}

impl Tool for GetPageTemplate {
    const NAME: &'static str = "confluence_get_page_template";
    const TITLE: &'static str = "Get Page Template";
    const DESCRIPTION: &'static str =
        "Read a Confluence page template with its storage body. Cloud only.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceTemplates;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::required("template_id", Kind::ContentId, "Template id, from the list.")];

    fn scope(&self) -> Scope {
        // The space of the template is compared when it comes back.
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        super::only_on_cloud(cx)?;
        let (template, body) = super::read(cx, &self.template_id).await?;
        Ok(Answer::json(json!({
            "templateId": at::id(&template, "/templateId").unwrap_or_default(),
            "name": at::text(&template, "/name").unwrap_or_default(),
            "templateType": at::text(&template, "/templateType").unwrap_or_default(),
            "description": super::description(&template),
            "body": body.unwrap_or_default(),
        })))
    }
}
