//! Dates in queries: absolute ones, periods from now, and the functions for starts and ends.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan, Zoned, tz::TimeZone};

/// Reads a date of a query; `None` when it is none. Times are in UTC.
pub(crate) fn read(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(at) = absolute(text) {
        return Some(at);
    }
    let minutes = period(text)?;
    now.checked_add(minutes.minutes()).ok()
}

fn absolute(text: &str) -> Option<Timestamp> {
    let text = text.replace('/', "-");
    let zoned = |civil: DateTime| civil.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp());
    // The parser would take a time behind the date and drop it.
    if text.len() <= 10
        && let Ok(date) = text.parse::<Date>()
    {
        return zoned(date.at(0, 0, 0, 0));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let (day, time) = text.split_once([' ', 'T'])?;
    let date: Date = day.parse().ok()?;
    let mut parts = time.split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next()?.parse().ok()?;
    zoned(DateTime::from_parts(date, jiff::civil::Time::new(hour, minute, 0, 0).ok()?))
}

/// Minutes of `-1w 2d 3h 4m`; the sign in front counts for all of it.
pub(crate) fn period(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut total = 0_i64;
    let mut seen = false;
    for piece in rest.split_whitespace() {
        let unit = piece.chars().last()?;
        let number: i64 = piece.strip_suffix(unit)?.parse().ok()?;
        total += number
            * match unit {
                'm' => 1,
                'h' => 60,
                'd' => 24 * 60,
                'w' => 7 * 24 * 60,
                'M' => 30 * 24 * 60,
                'y' => 365 * 24 * 60,
                _ => return None,
            };
        seen = true;
    }
    seen.then_some(sign * total)
}

/// `startOfDay(-1d)` and its like; `None` when the function is no date function.
pub(crate) fn function(name: &str, arguments: &[String], now: Timestamp) -> Option<Timestamp> {
    let lower = name.to_ascii_lowercase();
    if lower == "now" {
        let shift = arguments.first().map_or(Some(0), |text| period(text))?;
        return now.checked_add(shift.minutes()).ok();
    }
    let (end, unit) = match lower.strip_prefix("startof") {
        Some(unit) => (false, unit),
        None => (true, lower.strip_prefix("endof")?),
    };
    let here = now.to_zoned(TimeZone::UTC);
    let bare = |date: Date| date.at(0, 0, 0, 0).to_zoned(TimeZone::UTC).ok();
    let start: Zoned = match unit {
        "day" => bare(here.date())?,
        "week" => {
            let back = i64::from(here.weekday().to_monday_zero_offset());
            bare(here.date().checked_sub(back.days()).ok()?)?
        }
        "month" => bare(here.date().first_of_month())?,
        "year" => bare(here.date().first_of_year())?,
        _ => return None,
    };
    let span = match unit {
        "day" => 1.day(),
        "week" => 1.week(),
        "month" => 1.month(),
        _ => 1.year(),
    };
    let base = if end {
        start.checked_add(span).ok()?.checked_sub(1.millisecond()).ok()?
    } else {
        start.clone()
    };
    let Some(argument) = arguments.first() else { return Some(base.timestamp()) };
    // A bare number counts in the function's own unit.
    if let Ok(count) = argument.parse::<i64>() {
        let shift = match unit {
            "day" => count.days(),
            "week" => count.weeks(),
            "month" => count.months(),
            _ => count.years(),
        };
        return base.checked_add(shift).ok().map(|z| z.timestamp());
    }
    base.timestamp().checked_add(period(argument)?.minutes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn absolute_and_relative_dates_are_read() {
        let now = at("2026-03-04T10:30:00Z");
        assert_eq!(read("2026-03-01", now), Some(at("2026-03-01T00:00:00Z")));
        assert_eq!(read("2026/03/01 08:15", now), Some(at("2026-03-01T08:15:00Z")));
        assert_eq!(read("-1d", now), Some(at("2026-03-03T10:30:00Z")));
        assert_eq!(read("-1w 2d", now), Some(at("2026-02-23T10:30:00Z")));
        assert_eq!(read("tomorrow", now), None);
    }

    #[test]
    fn starts_and_ends_of_units() {
        let now = at("2026-03-04T10:30:00Z");
        let call = |name: &str, argument: &str| {
            let arguments = if argument.is_empty() { vec![] } else { vec![argument.to_owned()] };
            function(name, &arguments, now)
        };
        assert_eq!(call("startOfDay", ""), Some(at("2026-03-04T00:00:00Z")));
        assert_eq!(call("startOfDay", "-1d"), Some(at("2026-03-03T00:00:00Z")));
        assert_eq!(call("startOfDay", "-1"), Some(at("2026-03-03T00:00:00Z")));
        assert_eq!(call("startOfWeek", ""), Some(at("2026-03-02T00:00:00Z")));
        assert_eq!(call("endOfMonth", ""), Some(at("2026-03-31T23:59:59.999Z")));
        assert_eq!(call("currentUser", ""), None);
    }
}
