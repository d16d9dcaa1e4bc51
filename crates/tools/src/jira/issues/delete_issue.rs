//! `jira_delete_issue`.

use crate::jira::parts::{list, text};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::issues::{self, IssueQuery};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Deletes an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct DeleteIssue {
    issue_key: String,
    delete_subtasks: bool,
}

impl Tool for DeleteIssue {
    const NAME: &'static str = "jira_delete_issue";
    const TITLE: &'static str = "Delete Issue";
    const DESCRIPTION: &'static str =
        "Delete an issue for good, its sub-tasks too unless delete_subtasks is false.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraIssues;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::with_default(
            "delete_subtasks",
            Kind::Boolean,
            DefaultValue::Boolean(true),
            "Delete the sub-tasks too; without it an issue that has some is kept.",
        )
        .hidden(),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let key = &self.issue_key;
        if !self.delete_subtasks {
            keep_subtasks(cx, key).await?;
        }
        let request = issues::delete(cx.deployment(), key, self.delete_subtasks);
        cx.remote.json::<Value>(&request).await?;
        let mut out = Map::new();
        out.insert(
            "message".to_owned(),
            Value::from(format!("Issue {key} has been deleted successfully.")),
        );
        Ok(Answer::json(out))
    }
}

/// Refuses an issue whose sub-tasks would be deleted with it. Jira refuses that as well, without
/// naming them.
async fn keep_subtasks(cx: &Context, key: &str) -> Result<(), ToolError> {
    let query = IssueQuery { fields: Some("subtasks"), ..IssueQuery::default() };
    let issue: Value = cx.remote.json(&issues::get(cx.deployment(), key, &query)).await?;
    let subtasks: Vec<&str> = list(&issue, "/fields/subtasks")
        .iter()
        .filter_map(|subtask| text(subtask, "/key"))
        .collect();
    if subtasks.is_empty() {
        return Ok(());
    }
    Err(ToolError::refused(format!(
        "Issue {key} has sub-tasks ({}), which would be deleted with it; delete or move them \
         first, or allow it with delete_subtasks. Nothing was changed.",
        subtasks.join(", ")
    )))
}
