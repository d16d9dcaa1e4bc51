//! `jira_remove_issue_link`.

use crate::jira::parts::text;
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issue_links;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Removes a link between issues.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct RemoveIssueLink {
    link_id: String,
}

impl Tool for RemoveIssueLink {
    const NAME: &'static str = "jira_remove_issue_link";
    const TITLE: &'static str = "Remove Issue Link";
    const DESCRIPTION: &'static str =
        "Remove a link between issues; jira_get_issue with fields=issuelinks shows the ids.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraLinks;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] =
        &[Argument::required("link_id", Kind::Text, "Id of the link.")];

    fn scope(&self) -> Scope {
        // A link names its issues only when it is read; behind a filter `call` does that before it
        // writes.
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = self.link_id.trim();
        if id.is_empty() {
            return Err(ToolError::refused("link_id is required"));
        }
        if !cx.fence.is_open() {
            let link: Value = cx.remote.json(&issue_links::get(cx.deployment(), id)).await?;
            for end in ["/inwardIssue/key", "/outwardIssue/key"] {
                let key = text(&link, end).and_then(|key| key.rsplit_once('-'));
                let project = key.map(|(project, _)| project).unwrap_or_default();
                cx.fence.admit(project, &format!("issue link `{id}`"))?;
            }
        }
        cx.remote.json::<Value>(&issue_links::delete(cx.deployment(), id)).await?;
        Ok(Answer::json(json!({
            "success": true,
            "message": format!("Link with ID {id} has been removed"),
            "link_id": id,
        })))
    }
}
