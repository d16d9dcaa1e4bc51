//! `jira_move_issue`.

use crate::jira::issue_types;
use crate::jira::parts::{list, put, text};
use crate::jira::reread::after_write;
use crate::jira::text::Remarks;
use crate::jira::wanted::Wanted;
use crate::{
    Access, Answer, Argument, Context, Deployments, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::bulk::{self, TaskState};
use atlassian_jira::issues::{self, IssueQuery};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::Duration;

/// How often the state of a move is asked for.
const POLLS: u32 = 15;
/// Pause between two questions.
const PAUSE: Duration = Duration::from_secs(2);

/// Moves an issue to another project.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct MoveIssue {
    issue_key: String,
    target_project_key: String,
}

impl Tool for MoveIssue {
    const NAME: &'static str = "jira_move_issue";
    const TITLE: &'static str = "Move Issue to Project";
    const DESCRIPTION: &'static str =
        "Move an issue to another project, keeping its type. It gets a new key.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraIssues;
    const ACCESS: Access = Access::Destructive;
    const DEPLOYMENTS: Deployments = Deployments::CloudOnly;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::required(
            "target_project_key",
            Kind::Key(Pattern::ProjectKey),
            "Key of the project to move to.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key).container(&self.target_project_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        if !cx.is_cloud() {
            return Err(ToolError::refused(
                "Cross-project issue move is only available on Jira Cloud.",
            ));
        }
        let (key, target) = (&self.issue_key, &self.target_project_key);
        let type_id = self.target_type(cx).await?;
        let started: Value = cx.remote.json(&bulk::move_issue(key, target, &type_id)).await?;
        let Some(task) = task_id(&started) else {
            return Err(ToolError::refused(format!(
                "Jira took the move of {key} without naming its task; look at the issue before \
                 trying again."
            )));
        };
        let moved = self.wait(cx, &task).await?;
        let (mut warnings, mut remarks) = (Vec::new(), Remarks::default());
        let wanted = Wanted::everything(cx).await;
        let issue = after_write(cx, &moved, wanted, &mut warnings, &mut remarks).await;
        let mut out = Map::new();
        out.insert(
            "message".to_owned(),
            Value::from(format!("Issue moved successfully from {key} to project {target}")),
        );
        out.insert("issue".to_owned(), Value::Object(issue));
        put(&mut out, "warnings", Value::from(warnings));
        Ok(Answer::json(out).with_warnings(remarks))
    }
}

impl MoveIssue {
    /// The type of the issue in the target project: the same id, else the same name with the same
    /// place in the hierarchy.
    async fn target_type(&self, cx: &Context) -> Result<String, ToolError> {
        let (key, target) = (&self.issue_key, &self.target_project_key);
        let query = IssueQuery { fields: Some("issuetype,project"), ..IssueQuery::default() };
        let request = issues::get(cx.deployment(), key, &query);
        let ask = async { cx.remote.json::<Value>(&request).await.map_err(ToolError::from) };
        let (issue, types) = futures::try_join!(ask, issue_types::of_project(cx, target))?;
        if text(&issue, "/fields/project/key") == Some(target.as_str()) {
            return Err(ToolError::refused(format!("{key} is in project {target} already.")));
        }
        let id = text(&issue, "/fields/issuetype/id").unwrap_or_default();
        let name = text(&issue, "/fields/issuetype/name").unwrap_or_default();
        let subtask = issue.pointer("/fields/issuetype/subtask").and_then(Value::as_bool);
        let plain = |name: &str| -> String {
            name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
        };
        let same = types.iter().find(|kind| kind.id == id).or_else(|| {
            types
                .iter()
                .find(|kind| plain(&kind.name) == plain(name) && Some(kind.subtask) == subtask)
        });
        same.map(|kind| kind.id.clone()).ok_or_else(|| {
            let names: Vec<&str> = types.iter().map(|kind| kind.name.as_str()).collect();
            ToolError::refused(format!(
                "Target project {target} does not support issue type {name}; it has: {}. Nothing \
                 was changed.",
                names.join(", ")
            ))
        })
    }

    /// Waits until the move is over; the issue by its new id.
    async fn wait(&self, cx: &Context, task: &str) -> Result<String, ToolError> {
        let key = &self.issue_key;
        for round in 0..POLLS {
            if round > 0 {
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    () = cx.remote.control().cancel.cancelled() => break,
                }
            }
            let answer: Value = cx.remote.json(&bulk::progress(task)).await.map_err(|error| {
                ToolError::from(error).after(format!("the move of {key} was started (task {task})"))
            })?;
            cx.progress.report(u64::from(round) + 1, None, "waiting for the move");
            match TaskState::read(&answer) {
                TaskState::Running => {}
                TaskState::Complete => return self.outcome(&answer),
                TaskState::Ended => {
                    let status = text(&answer, "/status").unwrap_or("?");
                    let word = match status {
                        "FAILED" | "DEAD" => "failed",
                        _ => "was cancelled",
                    };
                    let reasons = reasons(&answer);
                    let reasons =
                        if reasons.is_empty() { String::new() } else { format!(": {reasons}") };
                    return Err(ToolError::refused(format!(
                        "Bulk move task {word} (status: {status}){reasons}."
                    )));
                }
            }
        }
        Err(ToolError::refused(format!(
            "Move task timed out after {} seconds (task ID: {task}); it may still be carried out, \
             so look at {key} before trying again.",
            u64::from(POLLS) * PAUSE.as_secs()
        )))
    }

    fn outcome(&self, answer: &Value) -> Result<String, ToolError> {
        let reasons = reasons(answer);
        if !reasons.is_empty() {
            return Err(ToolError::refused(format!(
                "Failed to move issue {} to project {}: {reasons}.",
                self.issue_key, self.target_project_key
            )));
        }
        let invalid = answer.get("invalidOrInaccessibleIssueCount").and_then(Value::as_u64);
        if let Some(count) = invalid.filter(|count| *count > 0) {
            return Err(ToolError::refused(format!(
                "Bulk move task completed with {count} invalid or inaccessible issue(s)"
            )));
        }
        let first = list(answer, "/processedAccessibleIssues").first();
        Ok(match first {
            Some(Value::Number(id)) => id.to_string(),
            Some(Value::String(id)) => id.clone(),
            _ => self.issue_key.clone(),
        })
    }
}

/// Why issues were not moved, as Jira tells it.
fn reasons(answer: &Value) -> String {
    let failed = answer.get("failedAccessibleIssues").and_then(Value::as_object);
    let reasons: Vec<String> = failed
        .into_iter()
        .flat_map(Map::values)
        .flat_map(|reasons| list(reasons, ""))
        .map(|reason| reason.as_str().map_or_else(|| reason.to_string(), str::to_owned))
        .collect();
    reasons.join("; ")
}

fn task_id(answer: &Value) -> Option<String> {
    match answer.get("taskId")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}
