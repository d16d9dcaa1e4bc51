//! `confluence_list_page_templates`.

use crate::confluence::at;
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::templates;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lists page templates.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct ListPageTemplates {
    space_key: Option<String>,
    limit: u32,
}

impl Tool for ListPageTemplates {
    const NAME: &'static str = "confluence_list_page_templates";
    const TITLE: &'static str = "List Page Templates";
    const DESCRIPTION: &'static str =
        "List the page templates of a Confluence space, or the global ones. Cloud only.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceTemplates;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::optional("space_key", Kind::Text, "Space key; global templates without it."),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(200) },
            DefaultValue::Integer(25),
            "Most templates.",
        ),
    ];

    fn scope(&self) -> Scope {
        match self.space() {
            Some(space) => Scope::nothing().container(space),
            None => Scope::nothing(),
        }
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        super::only_on_cloud(cx)?;
        let limit = self.limit as usize;
        let mut found: Vec<Value> = Vec::new();
        while found.len() < limit {
            let wanted = u32::try_from(limit - found.len()).unwrap_or(self.limit);
            let request = templates::list(self.space(), found.len(), wanted);
            let answer: Value = cx.confluence(&request).await?;
            let page = answer.get("results").and_then(Value::as_array);
            let Some(page) = page.filter(|page| page.iter().all(Value::is_object)) else {
                return Err(ToolError::refused(
                    "Confluence template list response has invalid results",
                ));
            };
            found.extend(page.iter().take(limit - found.len()).map(shown));
            if page.is_empty() || at::text(&answer, "/_links/next").is_none() {
                break;
            }
        }
        Ok(Answer::json(json!({ "templates": found, "total": found.len() })))
    }
}

impl ListPageTemplates {
    fn space(&self) -> Option<&str> {
        self.space_key.as_deref().map(str::trim).filter(|key| !key.is_empty())
    }
}

fn shown(template: &Value) -> Value {
    json!({
        "templateId": at::id(template, "/templateId").unwrap_or_default(),
        "name": at::text(template, "/name").unwrap_or_default(),
        "templateType": at::text(template, "/templateType").unwrap_or_default(),
        "description": super::description(template),
    })
}
