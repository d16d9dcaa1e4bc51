//! `jira_create_remote_issue_link`.

use crate::jira::parts::put;
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issues::links;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Adds a web link to an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct CreateRemoteIssueLink {
    issue_key: String,
    url: String,
    title: String,
    summary: Option<String>,
    relationship: Option<String>,
    icon_url: Option<String>,
}

impl Tool for CreateRemoteIssueLink {
    const NAME: &'static str = "jira_create_remote_issue_link";
    const TITLE: &'static str = "Create Remote Issue Link";
    const DESCRIPTION: &'static str =
        "Add a link to a web page, Confluence pages included, to an issue.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraLinks;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::required("url", Kind::Text, "Address of the page."),
        Argument::required("title", Kind::Text, "Title shown for the link."),
        Argument::optional("summary", Kind::Text, "Longer text beside the title."),
        Argument::optional(
            "relationship",
            Kind::Text,
            "What it is to the issue, such as documents.",
        ),
        Argument::optional("icon_url", Kind::Text, "Address of a 16x16 icon."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let (url, title) = (self.url.trim(), self.title.trim());
        for (name, value) in [("url", url), ("title", title)] {
            if value.is_empty() {
                return Err(ToolError::refused(format!("{name} is required.")));
            }
        }
        let mut object = Map::new();
        object.insert("url".to_owned(), Value::from(url));
        object.insert("title".to_owned(), Value::from(title));
        put(&mut object, "summary", Value::from(self.summary));
        if let Some(icon) = self.icon_url.filter(|icon| !icon.trim().is_empty()) {
            object.insert("icon".to_owned(), json!({"url16x16": icon, "title": title}));
        }
        let mut body = Map::from_iter([("object".to_owned(), Value::Object(object))]);
        put(&mut body, "relationship", Value::from(self.relationship.clone()));
        let key = &self.issue_key;
        cx.remote
            .json::<Value>(&links::add_remote_link(cx.deployment(), key, Value::Object(body)))
            .await?;
        Ok(Answer::json(json!({
            "success": true,
            "message": format!("Remote link created for issue {key}"),
            "issue_key": key,
            "link_title": title,
            "link_url": url,
            "relationship": self.relationship.unwrap_or_default(),
        })))
    }
}
