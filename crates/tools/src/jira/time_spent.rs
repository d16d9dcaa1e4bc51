//! Time spent on an issue, as callers write it and as Jira takes it.

use super::stamp;
use crate::ToolError;
use jiff::Zoned;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// The body of a new work log without its comment: `timeSpent` in Jira's own notation, so that
/// its day and week count; plain seconds as seconds (jira-issues spec J-14, J-15, J-49).
///
/// # Errors
/// When the time or the start cannot be read.
pub(crate) fn entry(
    argument: &str,
    spent: &str,
    started_argument: &str,
    started: Option<&str>,
) -> Result<Map<String, Value>, ToolError> {
    let mut entry = Map::new();
    match read(spent) {
        Some(Spent::Seconds(seconds)) => {
            entry.insert("timeSpentSeconds".to_owned(), Value::from(seconds));
        }
        Some(Spent::Notation(text)) => {
            entry.insert("timeSpent".to_owned(), Value::from(text));
        }
        None => {
            return Err(ToolError::argument(
                argument,
                "time is written like `1w 2d 3h 30m`, or as a number of seconds",
                Some(spent),
            ));
        }
    }
    let started = match started.map(str::trim).filter(|text| !text.is_empty()) {
        None => stamp::for_jira(&Zoned::now().with_time_zone(TimeZone::UTC)),
        Some(text) => match stamp::parse(&Value::from(text)) {
            Some(zoned) => stamp::for_jira(&zoned),
            None => {
                return Err(ToolError::argument(
                    started_argument,
                    "a date and time in ISO 8601, such as 2024-05-06T07:08:09+02:00",
                    Some(text),
                ));
            }
        },
    };
    entry.insert("started".to_owned(), Value::from(started));
    Ok(entry)
}

#[derive(Debug, PartialEq)]
enum Spent {
    Seconds(u64),
    Notation(String),
}

fn read(text: &str) -> Option<Spent> {
    let text = text.trim().to_ascii_lowercase();
    let bare = text.strip_suffix('s').unwrap_or(&text).trim_end();
    if !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit()) {
        return bare.parse().ok().filter(|seconds| *seconds > 0).map(Spent::Seconds);
    }
    let mut parts = Vec::new();
    let mut nothing = true;
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let unit = after.chars().next().filter(|c| matches!(c, 'w' | 'd' | 'h' | 'm'))?;
        rest = after.get(1..)?.trim_start();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || fraction.len() > 6 || whole.len() > 9 {
            return None;
        }
        let value: f64 = number.parse().ok()?;
        nothing &= value == 0.0;
        parts.push(match (unit, number.contains('.')) {
            // A fraction of an hour is minutes; of a day or week Jira knows the length itself.
            ('h', true) => format!("{}m", (value * 60.0).round()),
            ('m', true) => format!("{}m", value.round().max(1.0)),
            _ => format!("{number}{unit}"),
        });
    }
    (!parts.is_empty() && !nothing).then(|| Spent::Notation(parts.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::{Spent, entry, read};

    #[test]
    fn time_is_read_strictly() {
        for (text, spent) in [
            ("1d 2h", Some(Spent::Notation("1d 2h".into()))),
            ("1w2d3h4m", Some(Spent::Notation("1w 2d 3h 4m".into()))),
            ("1.5h", Some(Spent::Notation("90m".into()))),
            ("2 H", Some(Spent::Notation("2h".into()))),
            ("0.5d", Some(Spent::Notation("0.5d".into()))),
            ("90", Some(Spent::Seconds(90))),
            ("90s", Some(Spent::Seconds(90))),
            ("0", None),
            ("0h", None),
            ("", None),
            ("soon", None),
            ("1h and a bit", None),
            ("-1h", None),
            ("1..5h", None),
            ("h", None),
        ] {
            assert_eq!(read(text), spent, "{text}");
        }
    }

    #[test]
    fn the_start_is_sent_in_jiras_form_and_never_left_out() {
        let log = entry("worklog", "1h", "started", Some("2024-05-06")).expect("read");
        assert_eq!(log["started"], "2024-05-06T00:00:00.000+0000");
        assert!(entry("worklog", "1h", "started", None).expect("read").contains_key("started"));
        assert!(entry("worklog", "1h", "started", Some("noon")).is_err());
    }
}
