//! Points in time as Jira writes them and as results show them.

use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned, civil};
use serde_json::Value;

/// Reads `2024-01-02T03:04:05.678+0000`, ISO 8601, or epoch milliseconds; the offset is kept.
pub(crate) fn parse(value: &Value) -> Option<Zoned> {
    match value {
        Value::Number(millis) => {
            let stamp = Timestamp::from_millisecond(millis.as_i64()?).ok()?;
            Some(stamp.to_zoned(TimeZone::UTC))
        }
        Value::String(text) => parse_text(text),
        _ => None,
    }
}

fn parse_text(text: &str) -> Option<Zoned> {
    let text = text.trim();
    if text.len() > 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        let stamp = Timestamp::from_millisecond(text.parse().ok()?).ok()?;
        return Some(stamp.to_zoned(TimeZone::UTC));
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f %z"] {
        if let Ok(broken_down) = strtime::parse(format, text)
            && let Ok(zoned) = broken_down.to_zoned()
        {
            return Some(zoned);
        }
    }
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Some(stamp.to_zoned(TimeZone::UTC));
    }
    if let Ok(local) = text.parse::<civil::DateTime>() {
        return local.to_zoned(TimeZone::UTC).ok();
    }
    text.parse::<civil::Date>().ok()?.to_zoned(TimeZone::UTC).ok()
}

/// `2024-01-02 03:04:05 UTC`, as the issue object shows `created` and `updated`; what cannot be
/// read is shown as it is.
pub(crate) fn in_utc(value: &Value) -> Value {
    match parse(value) {
        Some(zoned) => Value::from(
            zoned.with_time_zone(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        ),
        None => value.clone(),
    }
}

/// `2024-01-02 03:04:05.678000+00:00`, as comments and work logs show it: the original offset, no
/// fraction when it is zero.
pub(crate) fn with_offset(value: &Value) -> Value {
    shown(value, " ")
}

/// `2024-01-02T03:04:05.678000+00:00`, as changelog entries show it.
pub(crate) fn iso(value: &Value) -> Value {
    shown(value, "T")
}

fn shown(value: &Value, separator: &str) -> Value {
    let Some(zoned) = parse(value) else { return value.clone() };
    let date = zoned.strftime("%Y-%m-%d");
    let time = zoned.strftime("%H:%M:%S");
    let offset = zoned.strftime("%:z");
    let micros = zoned.subsec_nanosecond() / 1_000;
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    Value::from(format!("{date}{separator}{time}{fraction}{offset}"))
}

/// `2024-01-02T03:04:05.678+0000`, the only form Jira takes for points in time.
pub(crate) fn for_jira(zoned: &Zoned) -> String {
    let millis = zoned.subsec_nanosecond() / 1_000_000;
    format!("{}.{millis:03}{}", zoned.strftime("%Y-%m-%dT%H:%M:%S"), zoned.strftime("%z"))
}

#[cfg(test)]
mod tests {
    use super::{for_jira, in_utc, iso, parse, with_offset};
    use serde_json::json;

    #[test]
    fn every_spelling_is_read_and_shown() {
        for (given, utc, offset) in [
            (
                json!("2024-01-02T03:04:05.678+0000"),
                "2024-01-02 03:04:05 UTC",
                "2024-01-02 03:04:05.678000+00:00",
            ),
            (
                json!("2024-01-02T03:04:05.000+0200"),
                "2024-01-02 01:04:05 UTC",
                "2024-01-02 03:04:05+02:00",
            ),
            (json!("2024-01-02T03:04:05Z"), "2024-01-02 03:04:05 UTC", "2024-01-02 03:04:05+00:00"),
            (
                json!("2024-01-02T03:04:05-05:00"),
                "2024-01-02 08:04:05 UTC",
                "2024-01-02 03:04:05-05:00",
            ),
            (
                json!(1_704_164_645_678_i64),
                "2024-01-02 03:04:05 UTC",
                "2024-01-02 03:04:05.678000+00:00",
            ),
        ] {
            assert_eq!(in_utc(&given), json!(utc), "{given}");
            assert_eq!(with_offset(&given), json!(offset), "{given}");
        }
        assert_eq!(iso(&json!("2025-03-07T09:00:00.000+0000")), json!("2025-03-07T09:00:00+00:00"));
    }

    #[test]
    fn what_is_no_time_stays_as_it_is() {
        for given in [json!("soon"), json!(null), json!({"a": 1})] {
            assert_eq!(in_utc(&given), given);
            assert_eq!(with_offset(&given), given);
        }
    }

    #[test]
    fn jira_gets_its_own_form() {
        for (given, sent) in [
            ("2024-05-06T07:08:09+02:00", "2024-05-06T07:08:09.000+0200"),
            ("2024-05-06T07:08:09.5Z", "2024-05-06T07:08:09.500+0000"),
            ("2024-05-06T07:08:09", "2024-05-06T07:08:09.000+0000"),
            ("2024-05-06", "2024-05-06T00:00:00.000+0000"),
        ] {
            assert_eq!(parse(&json!(given)).map(|z| for_jira(&z)).as_deref(), Some(sent));
        }
    }
}
