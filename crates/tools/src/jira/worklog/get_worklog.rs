//! `jira_get_worklog`.

use crate::jira::parts;
use crate::jira::people::names_in;
use crate::jira::sections::all_worklogs;
use crate::jira::text::{Remarks, Texts};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lists the work logged on an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetWorklog {
    issue_key: String,
}

impl Tool for GetWorklog {
    const NAME: &'static str = "jira_get_worklog";
    const TITLE: &'static str = "Get Worklog";
    const DESCRIPTION: &'static str = "List all work logged on an issue.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraWorklog;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[Argument::required(
        "issue_key",
        Kind::Key(Pattern::IssueKey),
        "Issue key, such as PROJ-123.",
    )];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let entries = Value::Array(all_worklogs(cx, &self.issue_key).await?);
        let names = names_in(cx, &entries).await;
        let mut remarks = Remarks::default();
        let texts = Texts::of(cx);
        let shown: Vec<Value> = parts::list(&entries, "")
            .iter()
            .map(|entry| parts::worklog(entry, texts, &names, &mut remarks))
            .collect();
        Ok(Answer::json(json!({ "worklogs": shown })).with_warnings(remarks))
    }
}
