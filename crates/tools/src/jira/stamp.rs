//! Points in time as Jira writes them and as results show them.

use atlassian_settings::Behaviour;
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
pub(crate) fn in_zone(value: &Value, zone: &TimeZone) -> Value {
    match parse(value) {
        Some(zoned) => {
            let local = zoned.with_time_zone(zone.clone());
            Value::from(local.strftime("%Y-%m-%d %H:%M:%S %Z").to_string())
        }
        None => value.clone(),
    }
}

/// The zone in which `created` and `updated` are shown: UTC when none is configured, or one that is
/// not known (jira-issues spec J-42).
pub(crate) fn display_zone(behaviour: &Behaviour) -> TimeZone {
    let name = behaviour.display_timezone.as_deref();
    name.and_then(|name| TimeZone::get(name).or_else(|_| TimeZone::posix(name)).ok())
        .unwrap_or(TimeZone::UTC)
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
    use super::{display_zone, for_jira, in_zone, iso, parse, with_offset};
    use atlassian_settings::Behaviour;
    use jiff::tz::TimeZone;
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
            assert_eq!(in_zone(&given, &TimeZone::UTC), json!(utc), "{given}");
            assert_eq!(with_offset(&given), json!(offset), "{given}");
        }
        assert_eq!(iso(&json!("2025-03-07T09:00:00.000+0000")), json!("2025-03-07T09:00:00+00:00"));
    }

    #[test]
    fn the_zone_of_the_process_is_the_one_shown() {
        let given = json!("2024-07-02T03:04:05.678+0000");
        for (name, shown) in [
            (None, "2024-07-02 03:04:05 UTC"),
            (Some("UTC"), "2024-07-02 03:04:05 UTC"),
            (Some("Europe/Berlin"), "2024-07-02 05:04:05 CEST"),
            (Some("CET-1CEST,M3.5.0,M10.5.0/3"), "2024-07-02 05:04:05 CEST"),
            (Some("Mars/Olympus"), "2024-07-02 03:04:05 UTC"),
        ] {
            let behaviour =
                Behaviour { display_timezone: name.map(str::to_owned), ..Behaviour::default() };
            assert_eq!(in_zone(&given, &display_zone(&behaviour)), json!(shown), "{name:?}");
        }
    }

    #[test]
    fn what_is_no_time_stays_as_it_is() {
        for given in [json!("soon"), json!(null), json!({"a": 1})] {
            assert_eq!(in_zone(&given, &TimeZone::UTC), given);
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
