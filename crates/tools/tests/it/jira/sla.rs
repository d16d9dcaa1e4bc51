//! The worked examples of the figures (section 7.2 of the spec on projects), and those on which we
//! differ from the Python server on purpose (D8): night shifts and days on which clocks change.

use super::World;
use crate::harness::Setup;
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

const ALL: &str = "cycle_time,lead_time,time_in_status,due_date_compliance,resolution_time,\
                   first_response_time";
const WEEK: &[u8] = &[1, 2, 3, 4, 5];
const EVERY_DAY: &[u8] = &[1, 2, 3, 4, 5, 6, 7];

/// Working hours: zone, start and end in minutes, days.
type Hours<'a> = Option<(&'a str, u16, u16, &'a [u8])>;

/// An issue as Jira tells it: dates, and moves (when, from, to).
fn issue(created: &str, resolved: &str, due: Value, moves: &[(&str, &str, &str)]) -> Value {
    let histories: Vec<Value> = moves
        .iter()
        .zip(1..)
        .map(|((at, from, to), id)| {
            json!({"id": id.to_string(), "created": at, "author": {"displayName": "Mira Holm"},
                   "items": [{"field": "status", "fromString": from, "toString": to}]})
        })
        .collect();
    let last = moves.last().map_or("Open", |(.., to)| to);
    json!({"id": "1", "key": "PAY-2", "fields": {
        "created": created, "updated": resolved, "duedate": due, "resolutiondate": resolved,
        "status": {"name": last, "statusCategory": {"key": "done"}}},
        "changelog": {"startAt": 0, "total": histories.len(), "histories": histories}})
}

/// Friday 15:00 to Wednesday 10:30:30, two moves.
fn first() -> Value {
    issue(
        "2026-01-02T15:00:00.000+0000",
        "2026-01-07T10:30:30.000+0000",
        json!("2026-01-06"),
        &[
            ("2026-01-05T08:00:00.000+0000", "Open", "In Progress"),
            ("2026-01-07T10:30:30.000+0000", "In Progress", "Done"),
        ],
    )
}

/// Monday to Friday, back to Open in between, in a status named Review.
fn second() -> Value {
    issue(
        "2026-01-05T09:00:00.000+0000",
        "2026-01-09T09:00:00.000+0000",
        json!("2026-01-10"),
        &[
            ("2026-01-05T10:00:00.000+0000", "Open", "Review"),
            ("2026-01-06T10:00:00.000+0000", "Review", "Open"),
            ("2026-01-07T10:00:00.000+0000", "Open", "Closed"),
        ],
    )
}

async fn figures(world: &World, issue: &Value, hours: Hours<'_>) -> Value {
    let mut setup: Setup = world.fresh_cloud();
    if let Some((zone, start, end, days)) = hours {
        let behaviour = &mut setup.config.behaviour;
        behaviour.sla_timezone = (zone != "UTC").then(|| zone.to_owned());
        behaviour.sla_working_hours_only = true;
        (behaviour.sla_working_hours_start, behaviour.sla_working_hours_end) = (start, end);
        behaviour.sla_working_days = days.to_vec();
    }
    world.acme.clear_faults();
    world.acme.fault(Fault::on(Service::Jira, "GET", "/issue/PAY-2$").body(issue.to_string()));
    let statuses = json!([
        {"name": "Open", "statusCategory": {"key": "new"}},
        {"name": "In Progress", "statusCategory": {"key": "indeterminate"}},
        {"name": "Review", "statusCategory": {"key": "indeterminate"}},
        {"name": "Done", "statusCategory": {"key": "done"}},
        {"name": "Closed", "statusCategory": {"key": "done"}}]);
    world.acme.fault(Fault::on(Service::Jira, "GET", "/status$").body(statuses.to_string()));
    let result =
        setup.ok("jira_get_issue_sla", json!({"issue_key": "PAY-2", "metrics": ALL})).await;
    result["metrics"].clone()
}

/// Minutes per status, in the order shown.
fn stays(metrics: &Value) -> Vec<(String, i64)> {
    let statuses = metrics["time_in_status"]["statuses"].as_array().expect("statuses");
    statuses
        .iter()
        .map(|entry| {
            let name = entry["status"].as_str().unwrap_or_default().to_owned();
            (name, entry["value_minutes"].as_i64().expect("minutes"))
        })
        .collect()
}

fn named(stays: &[(&str, i64)]) -> Vec<(String, i64)> {
    stays.iter().map(|(name, minutes)| ((*name).to_owned(), *minutes)).collect()
}

#[tokio::test]
async fn the_first_example_by_the_calendar() {
    let world = World::new().await;
    let metrics = figures(&world, &first(), None).await;
    assert_eq!(
        metrics,
        json!({
            "cycle_time": {"calculated": true, "value_minutes": 6930, "formatted": "4d 19h 30m"},
            "lead_time": {"value_minutes": 6930, "formatted": "4d 19h 30m", "is_resolved": true},
            "time_in_status": {"statuses": [
                {"status": "Open", "value_minutes": 3900, "formatted": "2d 17h 0m",
                 "percentage": 56.28, "visit_count": 1},
                {"status": "In Progress", "value_minutes": 3030, "formatted": "2d 2h 30m",
                 "percentage": 43.72, "visit_count": 1},
                {"status": "Done", "value_minutes": 0, "formatted": "0m", "percentage": 0.0,
                 "visit_count": 1}], "total_minutes": 6930},
            "due_date_compliance": {"status": "missed", "margin_minutes": -630,
                                    "formatted_margin": "10h 30m late"},
            "resolution_time": {"calculated": true, "value_minutes": 3030,
                                "formatted": "2d 2h 30m"},
            "first_response_time": {"calculated": true, "value_minutes": 3900,
                                    "formatted": "2d 17h 0m", "response_type": "transition"},
        })
    );
}

#[tokio::test]
async fn the_first_example_in_working_hours() {
    let world = World::new().await;
    let metrics = figures(&world, &first(), Some(("UTC", 540, 1_020, WEEK))).await;
    assert_eq!(
        metrics["cycle_time"],
        json!({"calculated": true, "value_minutes": 1170, "formatted": "19h 30m"})
    );
    assert_eq!(metrics["resolution_time"]["value_minutes"], 1_050);
    assert_eq!(metrics["first_response_time"]["value_minutes"], 120);
    assert_eq!(metrics["due_date_compliance"]["margin_minutes"], -630, "never in working hours");
    assert_eq!(stays(&metrics), named(&[("In Progress", 1_050), ("Open", 120), ("Done", 0)]));

    let new_york = Some(("America/New_York", 540, 1_020, WEEK));
    let metrics = figures(&world, &first(), new_york).await;
    assert_eq!(metrics["cycle_time"]["value_minutes"], 1_380);
    assert_eq!(metrics["cycle_time"]["formatted"], "23h 0m");
    assert_eq!(stays(&metrics), named(&[("In Progress", 960), ("Open", 420), ("Done", 0)]));

    let berlin = Some(("Europe/Berlin", 0, 1_439, EVERY_DAY));
    let metrics = figures(&world, &first(), berlin).await;
    assert_eq!(metrics["cycle_time"]["value_minutes"], 6_925);
}

#[tokio::test]
async fn the_second_example() {
    let world = World::new().await;
    let metrics = figures(&world, &second(), None).await;
    assert_eq!(metrics["cycle_time"]["value_minutes"], 5_760);
    assert_eq!(stays(&metrics), named(&[("Open", 1_500), ("Review", 1_440), ("Closed", 0)]));
    let statuses = &metrics["time_in_status"]["statuses"];
    assert_eq!(
        (&statuses[0]["visit_count"], &statuses[0]["percentage"], &statuses[1]["percentage"]),
        (&json!(2), &json!(51.02), &json!(48.98))
    );
    assert_eq!(metrics["time_in_status"]["total_minutes"], 2_940);
    assert_eq!(
        metrics["due_date_compliance"],
        json!({"status": "met", "margin_minutes": 2339, "formatted_margin": "1d 14h 59m early"})
    );
    assert_eq!(metrics["resolution_time"]["value_minutes"], 5_700, "Review is in progress");
    assert_eq!(metrics["first_response_time"]["value_minutes"], 60);

    let metrics = figures(&world, &second(), Some(("UTC", 540, 1_020, WEEK))).await;
    assert_eq!(metrics["cycle_time"]["value_minutes"], 1_920);
    assert_eq!(metrics["cycle_time"]["formatted"], "1d 8h 0m");
    assert_eq!(metrics["resolution_time"]["value_minutes"], 1_860);
    assert_eq!(metrics["first_response_time"]["value_minutes"], 60);
    // Closed ends when the issue was resolved (D7): Wednesday 10:00 to Friday 09:00.
    let closed = stays(&metrics).into_iter().find(|(name, _)| name == "Closed");
    assert_eq!(closed, Some(("Closed".to_owned(), 420 + 480)));
    let others: Vec<_> = stays(&metrics).into_iter().filter(|(name, _)| name != "Closed").collect();
    assert_eq!(others, named(&[("Open", 540), ("Review", 480)]));
}

#[tokio::test]
async fn nights_and_clock_changes_count_what_they_are() {
    let world = World::new().await;
    // The nights that begin on Friday, Monday and Tuesday.
    let night = figures(&world, &first(), Some(("UTC", 1_320, 360, WEEK))).await;
    assert_eq!(night["cycle_time"]["value_minutes"], 3 * 480);
    let change = issue(
        "2026-03-27T09:00:00.000+0100",
        "2026-03-30T12:00:00.000+0200",
        Value::Null,
        &[("2026-03-30T12:00:00.000+0200", "Open", "Done")],
    );
    let berlin = Some(("Europe/Berlin", 0, 1_439, EVERY_DAY));
    let metrics = figures(&world, &change, berlin).await;
    assert_eq!(metrics["cycle_time"]["value_minutes"], 4_497 - 60, "Sunday has 23 hours");
    assert_eq!(metrics["due_date_compliance"], json!({"status": "no_due_date"}));
    let whole = figures(&world, &change, Some(("Europe/Berlin", 0, 1_440, EVERY_DAY))).await;
    assert_eq!(whole["cycle_time"], figures(&world, &change, None).await["cycle_time"]);
}

/// The due day ends in the zone of the resolution, unless a zone is configured, UTC included (D9).
#[tokio::test]
async fn a_due_day_ends_in_the_configured_zone() {
    let world = World::new().await;
    let late = issue(
        "2026-01-05T09:00:00.000+0100",
        "2026-01-07T00:30:00.000+0100",
        json!("2026-01-06"),
        &[],
    );
    world.acme.fault(Fault::on(Service::Jira, "GET", "/issue/PAY-2$").body(late.to_string()));
    for (zone, status) in [(None, "missed"), (Some("UTC"), "met"), (Some("Asia/Tokyo"), "missed")] {
        let mut setup = world.fresh_cloud();
        setup.config.behaviour.sla_timezone = zone.map(str::to_owned);
        let asked = json!({"issue_key": "PAY-2", "metrics": "due_date_compliance"});
        let result = setup.ok("jira_get_issue_sla", asked).await;
        assert_eq!(result["metrics"]["due_date_compliance"]["status"], status, "{zone:?}");
    }
}
