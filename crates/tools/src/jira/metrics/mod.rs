//! Dates of issues and what is computed from them (section 7 of the spec on projects).

pub(super) mod get_issue_dates;
pub(super) mod get_issue_sla;
mod history;
mod hours;

use crate::{Answer, ToolError};
use serde_json::json;

/// `2d 17h 0m`: days of 24 hours, hours, minutes; never weeks.
fn duration(minutes: i64) -> String {
    if minutes <= 0 {
        return "0m".to_owned();
    }
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}m"),
        (0, _) => format!("{hours}h {minutes}m"),
        _ => format!("{days}d {hours}h {minutes}m"),
    }
}

/// A failure of Jira as the document that these tools answer with; anything else stays an error.
fn failure(key: &str, error: ToolError) -> Result<Answer, ToolError> {
    match error {
        error @ ToolError::Api(_) => Ok(Answer::failure(json!({
            "success": false,
            "error": error.to_string(),
            "issue_key": key,
        }))),
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_days_hours_and_minutes() {
        for (minutes, text) in [
            (-5, "0m"),
            (0, "0m"),
            (45, "45m"),
            (60, "1h 0m"),
            (90, "1h 30m"),
            (1_440, "1d 0h 0m"),
            (1_500, "1d 1h 0m"),
            (3_900, "2d 17h 0m"),
            (14_400, "10d 0h 0m"),
        ] {
            assert_eq!(duration(minutes), text);
        }
    }
}
