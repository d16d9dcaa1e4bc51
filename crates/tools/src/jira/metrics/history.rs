//! The dates of an issue and the statuses it has been in.

use crate::jira::issue;
use crate::jira::parts::{get, list, text};
use crate::jira::stamp;
use crate::{Context, ToolError};
use atlassian_jira::issues::{self, IssueQuery, changelog};
use jiff::Zoned;
use serde_json::Value;
use std::collections::HashSet;

/// Most entries of the history that are read.
const MAX_ENTRIES: usize = 10_000;
const FIELDS: &str = "status,created,updated,duedate,resolutiondate";

/// The dates of an issue.
#[derive(Debug)]
pub(super) struct Dates {
    /// As Jira writes them.
    pub(super) created: Value,
    pub(super) updated: Value,
    pub(super) due: Value,
    pub(super) resolved: Value,
    pub(super) status: Option<String>,
    /// Whether the status is of the category done.
    pub(super) done: bool,
    /// Statuses in the order they were entered; empty when the history was not asked for.
    pub(super) visits: Vec<Visit>,
}

/// A stay in a status.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) status: String,
    pub(super) entered: Zoned,
    /// Open when it is where the issue is now.
    pub(super) exited: Option<Zoned>,
    pub(super) by: Option<String>,
}

impl Visit {
    /// Whole minutes, when it is over.
    pub(super) fn minutes(&self) -> Option<i64> {
        self.exited.as_ref().map(|exited| minutes_between(&self.entered, exited))
    }
}

/// Whole minutes from one point in time to another, cut toward zero.
pub(super) fn minutes_between(from: &Zoned, to: &Zoned) -> i64 {
    to.timestamp().duration_since(from.timestamp()).as_secs() / 60
}

/// Per status: minutes of the visits that are over, and how many visits there were.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Total {
    pub(super) status: String,
    pub(super) minutes: i64,
    pub(super) visits: u64,
}

/// Sums visits by status, longest first; statuses of equal length in the order of first sight.
pub(super) fn totals(visits: &[Visit], minutes: impl Fn(&Visit) -> i64) -> Vec<Total> {
    let mut totals: Vec<Total> = Vec::new();
    for visit in visits {
        let spent = minutes(visit);
        match totals.iter_mut().find(|total| total.status == visit.status) {
            Some(total) => {
                total.minutes += spent;
                total.visits += 1;
            }
            None => {
                totals.push(Total { status: visit.status.clone(), minutes: spent, visits: 1 });
            }
        }
    }
    totals.sort_by_key(|total| std::cmp::Reverse(total.minutes));
    totals
}

/// A date as results show it: with its offset, a bare day with the time 00:00:00.
pub(super) fn shown(date: &Value) -> Value {
    match date.as_str().map(str::trim) {
        Some(day) if day.parse::<jiff::civil::Date>().is_ok() && !day.contains('T') => {
            Value::from(format!("{day}T00:00:00"))
        }
        _ => stamp::iso(date),
    }
}

/// A point in time as results show it.
pub(super) fn instant(at: &Zoned) -> Value {
    stamp::iso(&Value::from(stamp::for_jira(at)))
}

/// Reads the dates of an issue, with its whole status history when that is wanted.
///
/// # Errors
/// When the issue cannot be read or is outside the filter.
pub(super) async fn read(cx: &Context, key: &str, history: bool) -> Result<Dates, ToolError> {
    let query = IssueQuery {
        fields: Some(FIELDS),
        expand: history.then_some("changelog"),
        ..IssueQuery::default()
    };
    let found: Value = cx.remote.json(&issues::get(cx.deployment(), key, &query)).await?;
    issue::admit(&cx.fence, &found, key)?;
    let field = |name: &str| get(&found, &format!("/fields/{name}")).clone();
    let status = text(&found, "/fields/status/name").map(str::to_owned);
    let created = field("created");
    let visits = if history {
        let changes = whole_history(cx, key, &found).await?;
        visits(&changes, stamp::parse(&created), status.as_deref())
    } else {
        Vec::new()
    };
    Ok(Dates {
        created,
        updated: field("updated"),
        due: field("duedate"),
        resolved: field("resolutiondate"),
        done: text(&found, "/fields/status/statusCategory/key") == Some("done"),
        status,
        visits,
    })
}

/// The changes of an issue: those that came with it, and on Cloud the pages that did not.
async fn whole_history(cx: &Context, key: &str, found: &Value) -> Result<Vec<Value>, ToolError> {
    let came = list(found, "/changelog/histories");
    let total = get(found, "/changelog/total").as_u64().unwrap_or_default();
    if !cx.is_cloud() || total <= came.len() as u64 {
        return Ok(came.to_vec());
    }
    let mut changes = came.to_vec();
    let mut known: HashSet<String> = came.iter().map(id).collect();
    let mut start = 0;
    loop {
        let page: Value = cx.remote.json(&changelog::list(key, start)).await?;
        let got = list(&page, "/values");
        changes.extend(got.iter().filter(|change| known.insert(id(change))).cloned());
        start += got.len() as u64;
        let last = page.get("isLast").and_then(Value::as_bool) == Some(true);
        let total = page.get("total").and_then(Value::as_u64).unwrap_or_default();
        if got.is_empty() || last || start >= total || changes.len() >= MAX_ENTRIES {
            return Ok(changes);
        }
    }
}

fn id(change: &Value) -> String {
    get(change, "/id").to_string()
}

/// The stays that a history tells. An issue that never moved is in its one status since it was
/// created (spec D6).
fn visits(changes: &[Value], created: Option<Zoned>, status: Option<&str>) -> Vec<Visit> {
    let mut moves: Vec<(Zoned, &Value, Option<String>)> = Vec::new();
    for change in changes {
        let Some(at) = stamp::parse(get(change, "/created")) else { continue };
        let by = text(change, "/author/displayName").map(str::to_owned);
        for item in list(change, "/items") {
            if text(item, "/field").is_some_and(|field| field.eq_ignore_ascii_case("status")) {
                moves.push((at.clone(), item, by.clone()));
            }
        }
    }
    moves.sort_by_key(|(at, ..)| at.timestamp());
    let mut visits: Vec<Visit> = Vec::new();
    match (created, moves.first()) {
        (Some(entered), Some((exited, first, _))) => {
            if let Some(status) = text(first, "/fromString").filter(|status| !status.is_empty()) {
                visits.push(Visit {
                    status: status.to_owned(),
                    entered,
                    exited: Some(exited.clone()),
                    by: None,
                });
            }
        }
        (Some(entered), None) => {
            let now = status.map(str::to_owned);
            visits.extend(now.map(|status| Visit { status, entered, exited: None, by: None }));
        }
        (None, _) => {}
    }
    for (at, (entered, item, by)) in moves.iter().enumerate() {
        let Some(status) = text(item, "/toString").filter(|status| !status.is_empty()) else {
            continue;
        };
        visits.push(Visit {
            status: status.to_owned(),
            entered: entered.clone(),
            exited: moves.get(at + 1).map(|(next, ..)| next.clone()),
            by: by.clone(),
        });
    }
    visits
}

#[cfg(test)]
mod tests {
    use super::{Total, Visit, instant, shown, totals, visits};
    use crate::jira::stamp;
    use serde_json::{Value, json};

    fn change(at: &str, from: &str, to: &str) -> Value {
        json!({"id": at, "created": at, "author": {"displayName": "Mira Holm"},
               "items": [{"field": "summary", "toString": "x"},
                         {"field": "Status", "fromString": from, "toString": to}]})
    }

    fn sla_1() -> Vec<Visit> {
        // Newest first, as Cloud embeds it.
        let changes = [
            change("2026-01-07T10:30:30.000+0000", "In Progress", "Done"),
            change("2026-01-05T08:00:00.000+0000", "Open", "In Progress"),
        ];
        let created = stamp::parse(&json!("2026-01-02T15:00:00.000+0000"));
        visits(&changes, created, Some("Done"))
    }

    #[test]
    fn a_history_is_a_chain_of_visits() {
        let visits = sla_1();
        let told: Vec<_> = visits
            .iter()
            .map(|v| (v.status.as_str(), v.minutes(), v.by.as_deref(), v.exited.is_some()))
            .collect();
        assert_eq!(
            told,
            [
                ("Open", Some(3_900), None, true),
                ("In Progress", Some(3_030), Some("Mira Holm"), true),
                ("Done", None, Some("Mira Holm"), false),
            ]
        );
        assert_eq!(instant(&visits[0].entered), json!("2026-01-02T15:00:00+00:00"));
    }

    #[test]
    fn an_issue_that_never_moved_is_where_it_began() {
        let created = stamp::parse(&json!("2026-01-02T15:00:00.000+0000"));
        let visits = visits(&[], created, Some("Open"));
        assert_eq!(visits.len(), 1);
        assert_eq!((visits[0].status.as_str(), visits[0].minutes()), ("Open", None));
        assert!(super::visits(&[], None, Some("Open")).is_empty());
    }

    #[test]
    fn totals_count_open_visits_without_minutes() {
        let totals = totals(&sla_1(), |visit| visit.minutes().unwrap_or(0));
        assert_eq!(totals[2], Total { status: "Done".to_owned(), minutes: 0, visits: 1 });
        assert_eq!(totals[0].minutes, 3_900);
    }

    #[test]
    fn dates_keep_their_offset_and_days_have_none() {
        for (given, out) in [
            (json!("2026-01-06"), json!("2026-01-06T00:00:00")),
            (json!("2026-01-02T15:00:00.123+0200"), json!("2026-01-02T15:00:00.123000+02:00")),
            (json!("1767366000000"), json!("2026-01-02T15:00:00+00:00")),
            (json!(null), json!(null)),
        ] {
            assert_eq!(shown(&given), out);
        }
    }
}
