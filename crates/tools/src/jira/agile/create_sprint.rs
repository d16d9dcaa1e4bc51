//! `jira_create_sprint`.

use super::{given_id, sprint};
use crate::jira::stamp;
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_jira::agile;
use atlassian_settings::Service;
use jiff::Zoned;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Creates a sprint.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct CreateSprint {
    board_id: String,
    name: String,
    start_date: String,
    end_date: String,
    goal: Option<String>,
}

impl Tool for CreateSprint {
    const NAME: &'static str = "jira_create_sprint";
    const TITLE: &'static str = "Create Sprint";
    const DESCRIPTION: &'static str = "Create a future sprint on a scrum board.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraAgile;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("board_id", Kind::Text, "Id of the board."),
        Argument::required("name", Kind::Text, "Name of the sprint."),
        Argument::required(
            "start_date",
            Kind::Text,
            "Start, ISO 8601; UTC when there is no offset; may be empty.",
        ),
        Argument::required("end_date", Kind::Text, "End, like start_date; may be empty."),
        Argument::optional("goal", Kind::Text, "Goal of the sprint."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().board(self.board_id.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let board = given_id("board_id", &self.board_id)?;
        let start = Moment::read("start_date", &self.start_date)?;
        let end = Moment::read("end_date", &self.end_date)?;
        if let Some(start) = &start {
            start.not_past(&Zoned::now())?;
        }
        if let (Some(start), Some(end)) = (&start, &end)
            && start.at >= end.at
        {
            return Err(ToolError::argument(
                "start_date",
                "Start date must be before end date.",
                Some(&self.start_date),
            ));
        }
        let mut further = Map::new();
        for (key, moment) in [("startDate", start), ("endDate", end)] {
            if let Some(moment) = moment {
                further.insert(key.to_owned(), Value::from(moment.sent));
            }
        }
        if let Some(goal) = self.goal.filter(|goal| !goal.is_empty()) {
            further.insert("goal".to_owned(), Value::from(goal));
        }
        let request = agile::create_sprint(cx.deployment(), &self.name, board, further);
        let created: Value = cx.remote.json(&request).await?;
        Ok(Answer::json(sprint(&created)))
    }
}

/// A point in time as the caller wrote it.
#[derive(Debug)]
struct Moment {
    at: Zoned,
    /// Only a day was given.
    day: bool,
    /// As Jira gets it: unchanged when it has a time and an offset, else in UTC.
    sent: String,
}

impl Moment {
    fn read(argument: &'static str, text: &str) -> Result<Option<Self>, ToolError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let at = stamp::parse(&Value::from(text)).ok_or_else(|| {
            ToolError::argument(
                argument,
                format!(
                    "Invalid date format: {text}; write ISO 8601, such as 2026-12-01T09:00:00Z"
                ),
                Some(text),
            )
        })?;
        let offset = text.split_once('T').is_some_and(|(_, time)| time.contains(['Z', '+', '-']));
        let day = text.parse::<jiff::civil::Date>().is_ok() && !text.contains('T');
        let sent = if offset { text.to_owned() } else { stamp::for_jira(&at) };
        Ok(Some(Self { at, day, sent }))
    }

    fn not_past(&self, now: &Zoned) -> Result<(), ToolError> {
        let past = if self.day {
            self.at.date() < now.with_time_zone(TimeZone::UTC).date()
        } else {
            self.at < *now
        };
        if past {
            return Err(ToolError::argument(
                "start_date",
                "Start date cannot be in the past.",
                Some(&self.sent),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    fn moment(text: &str) -> Moment {
        Moment::read("start_date", text).expect("a date").expect("given")
    }

    #[test]
    fn jira_gets_a_time_with_an_offset() {
        for (given, sent) in [
            ("2035-01-01T09:00:00.000Z", "2035-01-01T09:00:00.000Z"),
            ("2035-01-01T09:00:00-05:00", "2035-01-01T09:00:00-05:00"),
            ("2035-01-01T09:00:00", "2035-01-01T09:00:00.000+0000"),
            ("2035-01-01", "2035-01-01T00:00:00.000+0000"),
            ("2051222400000", "2035-01-01T00:00:00.000+0000"),
        ] {
            assert_eq!(moment(given).sent, sent, "{given}");
        }
        assert!(Moment::read("start_date", " ").expect("allowed").is_none());
        assert!(Moment::read("start_date", "hello").is_err());
    }

    #[test]
    fn today_is_not_past_when_only_a_day_is_given() {
        let now: jiff::Zoned = "2026-11-24T12:00:00+00:00[UTC]".parse().expect("a time");
        for (given, past) in [
            ("2026-11-24", false),
            ("2026-11-23", true),
            ("2026-11-24T11:59:59Z", true),
            ("2026-11-24T11:00:00-02:00", false),
            ("2026-11-24T13:00:00+02:00", true),
        ] {
            assert_eq!(moment(given).not_past(&now).is_err(), past, "{given}");
        }
    }
}
