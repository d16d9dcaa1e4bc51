//! Times as results show them (confluence spec section 1.6).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::OnceLock;

/// The zone that times are shown in: that of `TZ`, UTC when it is not set.
fn zone() -> &'static TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| match std::env::var_os("TZ") {
        Some(name) if !name.is_empty() => TimeZone::try_system().unwrap_or(TimeZone::UTC),
        _ => TimeZone::UTC,
    })
}

/// A time of an answer as `2024-01-02 03:04:05 UTC`. Digits alone are milliseconds since 1970;
/// what is no time is shown as it is, nothing as the empty text.
pub(super) fn shown(raw: Option<&str>) -> String {
    let raw = raw.unwrap_or_default();
    let milliseconds = || raw.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let time = if !raw.is_empty() && raw.bytes().all(|byte| byte.is_ascii_digit()) {
        milliseconds()
    } else {
        with_colon(raw).parse().ok()
    };
    match time {
        Some(time) => time.to_zoned(zone().clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string(),
        None => raw.to_owned(),
    }
}

/// `+0200` as `+02:00`: Data Center writes offsets without the colon.
fn with_colon(raw: &str) -> String {
    let offset = raw.len().checked_sub(5).and_then(|at| raw.split_at_checked(at));
    match offset {
        Some((time, offset))
            if time.contains('T')
                && offset.starts_with(['+', '-'])
                && offset.bytes().skip(1).all(|byte| byte.is_ascii_digit()) =>
        {
            let (hours, minutes) = offset.split_at_checked(3).unwrap_or((offset, ""));
            format!("{time}{hours}:{minutes}")
        }
        _ => raw.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{shown, with_colon};

    #[test]
    fn what_is_no_time_stays() {
        assert_eq!(shown(None), "");
        assert_eq!(shown(Some("yesterday")), "yesterday");
        assert_eq!(shown(Some("99999999999999999999")), "99999999999999999999");
    }

    #[test]
    fn offsets_without_colon_are_times() {
        assert_eq!(with_colon("2024-01-02T03:04:05.000+0200"), "2024-01-02T03:04:05.000+02:00");
        assert_eq!(
            shown(Some("2024-01-02T03:04:05.000+0000")),
            shown(Some("2024-01-02T03:04:05.000Z"))
        );
        assert_eq!(shown(Some("1704164645000")), shown(Some("2024-01-02T03:04:05Z")));
    }
}
