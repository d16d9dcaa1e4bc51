//! `jira_get_issue_sla`.

use super::history::{self, Dates, instant, minutes_between, shown, totals};
use super::hours::{Clock, zone};
use super::{duration, failure};
use crate::jira::metadata::document;
use crate::jira::parts::{list, put, text};
use crate::jira::stamp;
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::statuses;
use atlassian_settings::{Behaviour, Service};
use jiff::Zoned;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The metrics, in the order of the result.
const METRICS: [&str; 6] = [
    "cycle_time",
    "lead_time",
    "time_in_status",
    "due_date_compliance",
    "resolution_time",
    "first_response_time",
];

/// Computes times of an issue from its dates.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetIssueSla {
    issue_key: String,
    metrics: Option<String>,
    working_hours_only: Option<bool>,
    include_raw_dates: bool,
}

impl Tool for GetIssueSla {
    const NAME: &'static str = "jira_get_issue_sla";
    const TITLE: &'static str = "Get Issue SLA";
    const DESCRIPTION: &'static str = "Compute times of an issue from its status history: cycle_time, lead_time, time_in_status, \
         due_date_compliance, resolution_time, first_response_time (the first status change, not a \
         reply). Not Jira Service Management's own SLAs.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraMetrics;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::optional("metrics", Kind::List, "Comma list; without it the configured ones."),
        Argument::optional(
            "working_hours_only",
            Kind::Boolean,
            "Count working hours only; without it as configured.",
        ),
        Argument::with_default(
            "include_raw_dates",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Add the dates that were used.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue_compared_later(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let behaviour = &cx.config().behaviour;
        let dates = match history::read(cx, &self.issue_key, true).await {
            Ok(dates) => dates,
            Err(error) => return failure(&self.issue_key, error),
        };
        let asked = self.asked(behaviour);
        let started = async {
            let needed = asked.contains(&"resolution_time") && !dates.resolved.is_null();
            if needed && !dates.visits.is_empty() { in_progress(cx).await } else { Vec::new() }
        };
        let working = self.working_hours_only.unwrap_or(behaviour.sla_working_hours_only);
        let figures = Figures {
            created: stamp::parse(&dates.created),
            resolved: stamp::parse(&dates.resolved),
            now: Zoned::now(),
            clock: Clock::of(behaviour, working),
            behaviour,
            started: started.await,
            dates: &dates,
        };
        let mut metrics = Map::new();
        for name in asked {
            metrics.insert(name.to_owned(), figures.metric(name));
        }
        let mut out = Map::new();
        out.insert("issue_key".to_owned(), Value::from(self.issue_key.as_str()));
        out.insert("metrics".to_owned(), Value::Object(metrics));
        if self.include_raw_dates {
            out.insert("raw_dates".to_owned(), raw(&dates));
        }
        Ok(Answer::json(out))
    }
}

impl GetIssueSla {
    /// The metrics asked for, in the order of the result.
    fn asked(&self, behaviour: &Behaviour) -> Vec<&'static str> {
        let given = self.metrics.as_deref().map(str::trim).filter(|list| !list.is_empty());
        let given: Vec<String> = match given {
            Some(list) => list.split(',').map(|name| name.trim().to_lowercase()).collect(),
            None => behaviour.sla_metrics.clone(),
        };
        METRICS.into_iter().filter(|name| given.iter().any(|given| given == name)).collect()
    }
}

/// Names of the statuses whose category is "in progress", small letters; none when they cannot be
/// read, and then the usual names decide.
async fn in_progress(cx: &Context) -> Vec<(String, bool)> {
    let statuses = document(cx, "statuses".to_owned(), || async {
        Ok(cx.remote.json(&statuses::list(cx.deployment())).await?)
    });
    let Ok(statuses) = statuses.await else { return Vec::new() };
    list(&statuses, "")
        .iter()
        .filter_map(|status| {
            let progress = text(status, "/statusCategory/key") == Some("indeterminate");
            Some((text(status, "/name")?.to_lowercase(), progress))
        })
        .collect()
}

fn raw(dates: &Dates) -> Value {
    let changes = dates.visits.iter().map(|visit| {
        let mut entry = Map::new();
        entry.insert("status".to_owned(), Value::from(visit.status.as_str()));
        entry.insert("entered_at".to_owned(), instant(&visit.entered));
        put(&mut entry, "exited_at", visit.exited.as_ref().map_or(Value::Null, instant));
        put(&mut entry, "transitioned_by", Value::from(visit.by.as_deref()));
        Value::Object(entry)
    });
    json!({
        "created": shown(&dates.created),
        "updated": shown(&dates.updated),
        "due_date": shown(&dates.due),
        "resolution_date": shown(&dates.resolved),
        "current_status": dates.status,
        "status_changes": changes.collect::<Vec<_>>(),
    })
}

/// What the metrics are computed from.
struct Figures<'a> {
    created: Option<Zoned>,
    resolved: Option<Zoned>,
    now: Zoned,
    clock: Clock,
    behaviour: &'a Behaviour,
    /// Known status names and whether their category is "in progress".
    started: Vec<(String, bool)>,
    dates: &'a Dates,
}

fn calculated(minutes: i64) -> Value {
    json!({ "calculated": true, "value_minutes": minutes, "formatted": duration(minutes) })
}

fn unknown(reason: &str) -> Value {
    json!({ "calculated": false, "reason": reason })
}

impl Figures<'_> {
    fn metric(&self, name: &str) -> Value {
        match name {
            "cycle_time" => self.cycle_time(),
            "lead_time" => self.lead_time(),
            "time_in_status" => self.time_in_status(),
            "due_date_compliance" => self.due_date_compliance(),
            "resolution_time" => self.resolution_time(),
            _ => self.first_response_time(),
        }
    }

    fn cycle_time(&self) -> Value {
        match (&self.created, &self.resolved) {
            (_, None) => unknown("Issue not resolved"),
            (None, _) => unknown("No created date"),
            (Some(created), Some(resolved)) => calculated(self.clock.minutes(created, resolved)),
        }
    }

    fn lead_time(&self) -> Value {
        let (minutes, resolved) = match &self.created {
            None => (0, false),
            Some(created) => {
                let end = self.resolved.as_ref().unwrap_or(&self.now);
                (self.clock.minutes(created, end), self.resolved.is_some())
            }
        };
        json!({
            "value_minutes": minutes,
            "formatted": duration(minutes),
            "is_resolved": resolved,
        })
    }

    fn time_in_status(&self) -> Value {
        let totals = totals(&self.dates.visits, |visit| match (&self.clock, &visit.exited) {
            (clock, Some(exited)) => clock.minutes(&visit.entered, exited),
            (Clock::Calendar, None) => 0,
            // The last status of a resolved issue does not grow for ever (spec D7).
            (clock, None) => {
                let end = self.resolved.as_ref().filter(|_| self.dates.done);
                clock.minutes(&visit.entered, end.unwrap_or(&self.now))
            }
        });
        let total: i64 = totals.iter().map(|entry| entry.minutes).sum();
        let statuses: Vec<Value> = totals
            .iter()
            .map(|entry| {
                json!({
                    "status": entry.status,
                    "value_minutes": entry.minutes,
                    "formatted": duration(entry.minutes),
                    "percentage": percentage(entry.minutes, total),
                    "visit_count": entry.visits,
                })
            })
            .collect();
        json!({ "statuses": statuses, "total_minutes": total })
    }

    /// The end of the day it is due, in the offset of the resolution, or in the zone of the
    /// figures where one is configured (spec D9).
    fn due_date_compliance(&self) -> Value {
        let due = self.dates.due.as_str().and_then(|day| day.get(..10)?.parse().ok());
        let due: Option<jiff::civil::Date> =
            due.or_else(|| stamp::parse(&self.dates.due).map(|due| due.date()));
        let Some(due) = due else { return json!({ "status": "no_due_date" }) };
        let Some(resolved) = &self.resolved else { return json!({ "status": "not_resolved" }) };
        let configured = self.behaviour.sla_timezone.is_some();
        let zone = if configured { zone(self.behaviour) } else { resolved.time_zone().clone() };
        let Ok(end) = due.at(23, 59, 59, 0).to_zoned(zone) else {
            return json!({ "status": "no_due_date" });
        };
        let margin = minutes_between(resolved, &end);
        let (status, word) = if margin >= 0 { ("met", "early") } else { ("missed", "late") };
        json!({
            "status": status,
            "margin_minutes": margin,
            "formatted_margin": format!("{} {word}", duration(margin.abs())),
        })
    }

    fn resolution_time(&self) -> Value {
        let Some(resolved) = &self.resolved else { return unknown("Issue not resolved") };
        let started = self.dates.visits.iter().find(|visit| self.is_in_progress(&visit.status));
        match started {
            Some(visit) => calculated(self.clock.minutes(&visit.entered, resolved)),
            None => unknown("No 'In Progress' status found"),
        }
    }

    fn is_in_progress(&self, status: &str) -> bool {
        let status = status.to_lowercase();
        let mut known = self.started.iter().filter(|(name, _)| *name == status).peekable();
        if known.peek().is_some() {
            return known.any(|(_, progress)| *progress);
        }
        ["in progress", "in development", "working"].contains(&status.as_str())
    }

    fn first_response_time(&self) -> Value {
        match (&self.created, self.dates.visits.get(1)) {
            (Some(created), Some(second)) => {
                let mut value = calculated(self.clock.minutes(created, &second.entered));
                crate::jira::parts::set(&mut value, "response_type", Value::from("transition"));
                value
            }
            _ => json!({ "calculated": false }),
        }
    }
}

/// A share in percent with two decimals.
fn percentage(minutes: i64, total: i64) -> f64 {
    if total <= 0 {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "minutes of an issue are far below 2^52")]
    let share = minutes as f64 / total as f64;
    (share * 10_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::{GetIssueSla, percentage};
    use atlassian_settings::Behaviour;

    #[test]
    fn shares_have_two_decimals() {
        assert!((percentage(3_900, 6_930) - 56.28).abs() < 1e-9);
        assert!((percentage(3_030, 6_930) - 43.72).abs() < 1e-9);
        assert!(percentage(0, 0).abs() < 1e-9);
    }

    #[test]
    fn metrics_come_in_their_order() {
        let asked = |list: Option<&str>| {
            GetIssueSla {
                issue_key: "PAY-1".to_owned(),
                metrics: list.map(str::to_owned),
                working_hours_only: None,
                include_raw_dates: false,
            }
            .asked(&Behaviour::default())
        };
        assert_eq!(asked(Some("lead_time, cycle_time,happiness")), ["cycle_time", "lead_time"]);
        assert_eq!(asked(Some(" ")), ["cycle_time", "time_in_status"]);
        assert!(asked(Some("happiness")).is_empty());
    }
}
