//! `jira_add_worklog`.

use crate::jira::parts::{self, put};
use crate::jira::people::names_in;
use crate::jira::text::{Remarks, Texts, explain_length};
use crate::jira::time_spent;
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issues::{self, worklogs};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Logs work on an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct AddWorklog {
    issue_key: String,
    time_spent: String,
    comment: Option<String>,
    started: Option<String>,
    original_estimate: Option<String>,
    remaining_estimate: Option<String>,
}

impl Tool for AddWorklog {
    const NAME: &'static str = "jira_add_worklog";
    const TITLE: &'static str = "Add Worklog";
    const DESCRIPTION: &'static str =
        "Log work on an issue, with Jira's own length of a day, and set its estimates.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraWorklog;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::required("time_spent", Kind::Text, "Time, such as 1w 2d 3h 30m."),
        Argument::optional("comment", Kind::Json, "Comment in Markdown."),
        Argument::optional("started", Kind::Text, "Start in ISO 8601; default now."),
        Argument::optional("original_estimate", Kind::Text, "New original estimate, such as 3d."),
        Argument::optional("remaining_estimate", Kind::Text, "New remaining estimate."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let given = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let key = &self.issue_key;
        let started = self.started.as_deref();
        let mut entry = time_spent::entry("time_spent", &self.time_spent, "started", started)?;
        let mut remarks = Remarks::default();
        let mut longest = Value::Null;
        if let Some(comment) = given(&self.comment) {
            longest = Texts::of(cx).write("comment", &comment, &mut remarks)?;
            entry.insert("comment".to_owned(), longest.clone());
        }
        let remaining = given(&self.remaining_estimate);
        let mut warnings = Vec::new();
        let mut estimated = false;
        if let Some(original) = given(&self.original_estimate) {
            match estimate(cx, key, &original, remaining.as_deref()).await {
                Ok(()) => estimated = true,
                Err(error) => {
                    warnings.push(format!("the original estimate was not set: {error}"));
                }
            }
        }
        let request = worklogs::add(cx.deployment(), key, entry, remaining.as_deref());
        let logged: Value = cx.remote.json(&request).await.map_err(|error| {
            let error = explain_length(error, &longest);
            if estimated { error.after(format!("the estimate of {key} was set")) } else { error }
        })?;
        let names = names_in(cx, &logged).await;
        let mut worklog = parts::worklog(&logged, Texts::of(cx), &names, &mut remarks);
        parts::set(&mut worklog, "original_estimate_updated", json!(estimated));
        parts::set(&mut worklog, "remaining_estimate_updated", json!(remaining.is_some()));
        let mut out = Map::new();
        out.insert("message".to_owned(), Value::from("Worklog added successfully"));
        out.insert("worklog".to_owned(), worklog);
        put(&mut out, "warnings", Value::from(warnings));
        Ok(Answer::json(out).with_warnings(remarks))
    }
}

/// Sets the estimates of an issue (jira-issues spec J-13).
async fn estimate(
    cx: &Context,
    key: &str,
    original: &str,
    remaining: Option<&str>,
) -> Result<(), ToolError> {
    let mut tracking = Map::new();
    tracking.insert("originalEstimate".to_owned(), Value::from(original));
    if let Some(remaining) = remaining {
        tracking.insert("remainingEstimate".to_owned(), Value::from(remaining));
    }
    let fields = Map::from_iter([("timetracking".to_owned(), Value::Object(tracking))]);
    cx.remote.json::<Value>(&issues::edit(cx.deployment(), key, &fields, &Map::new())).await?;
    Ok(())
}
