//! `jira_remove_issue_link`.

use crate::jira::parts::{put, text};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issue_links;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

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
        // A link names its issues only when it is read; `call` does that before it writes.
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = self.link_id.trim();
        if id.is_empty() {
            return Err(ToolError::refused("link_id is required"));
        }
        // What is removed is named in the result, and both ends are compared with the filter.
        let link: Value = cx.remote.json(&issue_links::get(cx.deployment(), id)).await?;
        let ends = ["/inwardIssue/key", "/outwardIssue/key"].map(|end| text(&link, end));
        for key in ends {
            let project = key.and_then(|key| key.rsplit_once('-')).map(|(project, _)| project);
            cx.fence.admit(project.unwrap_or_default(), &format!("issue link `{id}`"))?;
        }
        cx.remote.json::<Value>(&issue_links::delete(cx.deployment(), id)).await?;
        let [inward, outward] = ends;
        let mut out = Map::new();
        out.insert("success".to_owned(), Value::from(true));
        let message = format!("Link with ID {id} has been removed");
        out.insert("message".to_owned(), Value::from(message));
        out.insert("link_id".to_owned(), Value::from(id));
        put(&mut out, "link_type", Value::from(text(&link, "/type/name")));
        put(&mut out, "inward_issue", Value::from(inward));
        put(&mut out, "outward_issue", Value::from(outward));
        Ok(Answer::json(out))
    }
}
