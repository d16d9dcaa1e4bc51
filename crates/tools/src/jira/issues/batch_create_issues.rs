//! `jira_batch_create_issues`.

use crate::jira::batch::Batch;
use crate::jira::writing::{issue_keys, project_keys};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Most issues of one call, which bounds its memory.
const MAX_ENTRIES: usize = 1_000;

/// Creates several issues.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct BatchCreateIssues {
    issues: String,
    validate_only: bool,
}

impl Tool for BatchCreateIssues {
    const NAME: &'static str = "jira_batch_create_issues";
    const TITLE: &'static str = "Batch Create Issues";
    const DESCRIPTION: &'static str =
        "Create several issues at once; what could not be created is told per entry.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraIssues;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issues",
            Kind::Json,
            "JSON array of objects with project_key, summary, issue_type and any further fields.",
        ),
        Argument::with_default(
            "validate_only",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Check the entries and create nothing.",
        ),
    ];

    fn scope(&self) -> Scope {
        let entries: Vec<Value> = serde_json::from_str(&self.issues).unwrap_or_default();
        entries.iter().fold(Scope::nothing(), |scope, entry| {
            let json = entry.to_string();
            let scope =
                project_keys(Some(&json)).iter().fold(scope, |scope, key| scope.container(key));
            issue_keys(Some(&json)).iter().fold(scope, |scope, key| scope.issue(key))
        })
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let mut batch = Batch::prepare(cx, self.entries()?).await;
        if self.validate_only {
            batch.check_screens(cx).await;
            return batch.answer("Issues validated successfully", Vec::new());
        }
        let created = batch.create(cx).await?;
        let shown = batch.read_again(cx, created).await;
        batch.answer("Issues created successfully", shown)
    }
}

impl BatchCreateIssues {
    fn entries(&self) -> Result<Vec<Value>, ToolError> {
        let parsed: Value = serde_json::from_str(&self.issues).map_err(|error| {
            ToolError::argument("issues", format!("Invalid JSON in issues: {error}"), None)
        })?;
        match parsed {
            Value::Array(entries) if entries.len() > MAX_ENTRIES => Err(ToolError::argument(
                "issues",
                format!(
                    "at most {MAX_ENTRIES} issues in one call, and these are {}; nothing was created",
                    entries.len()
                ),
                None,
            )),
            Value::Array(entries) => Ok(entries),
            _ => Err(ToolError::argument(
                "issues",
                "Invalid input for issues: Input 'issues' must be a JSON array string.",
                None,
            )),
        }
    }
}
