//! `jira_get_issue_dates`.

use super::history::{self, Dates, instant, shown, totals};
use super::{duration, failure};
use crate::jira::parts::put;
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Tells the dates of an issue and its way through the statuses.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetIssueDates {
    issue_key: String,
    include_status_changes: bool,
    include_status_summary: bool,
}

impl Tool for GetIssueDates {
    const NAME: &'static str = "jira_get_issue_dates";
    const TITLE: &'static str = "Get Issue Dates";
    const DESCRIPTION: &'static str = "Tell when an issue was created, updated, due and resolved, and how long it was in each status.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraMetrics;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::with_default(
            "include_status_changes",
            Kind::Boolean,
            DefaultValue::Boolean(true),
            "List every status with when it was entered and left.",
        ),
        Argument::with_default(
            "include_status_summary",
            Kind::Boolean,
            DefaultValue::Boolean(true),
            "Sum the time by status.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue_compared_later(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let history = self.include_status_changes || self.include_status_summary;
        match history::read(cx, &self.issue_key, history).await {
            Ok(dates) => Ok(Answer::json(self.document(&dates))),
            Err(error) => failure(&self.issue_key, error),
        }
    }
}

impl GetIssueDates {
    fn document(&self, dates: &Dates) -> Map<String, Value> {
        let mut out = Map::new();
        out.insert("issue_key".to_owned(), Value::from(self.issue_key.as_str()));
        put(&mut out, "created", shown(&dates.created));
        put(&mut out, "updated", shown(&dates.updated));
        put(&mut out, "due_date", shown(&dates.due));
        put(&mut out, "resolution_date", shown(&dates.resolved));
        put(&mut out, "current_status", Value::from(dates.status.as_deref()));
        if self.include_status_changes {
            let changes = dates.visits.iter().map(|visit| {
                let mut entry = Map::new();
                entry.insert("status".to_owned(), Value::from(visit.status.as_str()));
                entry.insert("entered_at".to_owned(), instant(&visit.entered));
                if let (Some(exited), Some(minutes)) = (&visit.exited, visit.minutes()) {
                    entry.insert("exited_at".to_owned(), instant(exited));
                    entry.insert("duration_minutes".to_owned(), Value::from(minutes));
                    entry.insert("duration_formatted".to_owned(), duration(minutes).into());
                }
                put(&mut entry, "transitioned_by", Value::from(visit.by.as_deref()));
                Value::Object(entry)
            });
            put(&mut out, "status_changes", changes.collect());
        }
        if self.include_status_summary {
            let totals = totals(&dates.visits, |visit| visit.minutes().unwrap_or(0));
            let summary = totals.iter().map(|total| {
                json!({
                    "status": total.status,
                    "total_duration_minutes": total.minutes,
                    "total_duration_formatted": duration(total.minutes),
                    "visit_count": total.visits,
                })
            });
            put(&mut out, "status_summary", summary.collect());
        }
        out
    }
}
