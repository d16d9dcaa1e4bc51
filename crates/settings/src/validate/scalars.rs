//! Single values: how a text becomes a switch, a number, a time or a list.

use std::time::Duration;

/// The one rule for switches (server spec section 2.1): `None` is neither yes nor no.
pub(super) fn switch(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "on" => Some(true),
        "false" | "0" | "no" | "n" | "off" | "" => Some(false),
        _ => None,
    }
}

/// A whole number in digits, between two bounds, both included.
pub(super) fn integer(text: &str, low: u64, high: u64) -> Option<u64> {
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = if plain { text.parse().ok()? } else { return None };
    (low..=high).contains(&number).then_some(number)
}

/// A plain decimal number that is finite and not negative.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

/// Seconds with optional fraction, between two bounds, both included.
pub(super) fn seconds(text: &str, low: u32, high: u32) -> Option<Duration> {
    let number = decimal(text)?;
    (f64::from(low)..=f64::from(high)).contains(&number).then(|| Duration::from_secs_f64(number))
}

/// A time of day, `HH:MM`, in minutes after midnight; `24:00` is the end of the day.
pub(super) fn time_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let part = |text: &str, high| {
        let short = (1..=2).contains(&text.len());
        integer(text, 0, high).filter(|_| short).and_then(|number| u16::try_from(number).ok())
    };
    let time = part(hours, 24)? * 60 + part(minutes, 59)?;
    (time <= 24 * 60).then_some(time)
}

/// The items of a comma list, trimmed; empty ones are dropped.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{decimal, integer, items, seconds, switch, time_of_day};
    use std::time::Duration;

    #[test]
    fn switches() {
        for text in ["true", "TRUE", "1", " yes ", "Y", "on"] {
            assert_eq!(switch(text), Some(true), "{text}");
        }
        for text in ["false", "0", "No", "n", "OFF", "", "  "] {
            assert_eq!(switch(text), Some(false), "{text}");
        }
        for text in ["maybe", "truee", "2", "t", "-1"] {
            assert_eq!(switch(text), None, "{text}");
        }
    }

    #[test]
    fn numbers() {
        for (text, value) in [
            ("8", Some(8)),
            (" 10 ", Some(10)),
            ("11", None),
            ("+8", None),
            ("-1", None),
            ("8.0", None),
            ("", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(integer(text, 1, 10), value, "{text:?}");
        }
        for (text, value) in [
            ("1.5", Some(1.5)),
            (".5", Some(0.5)),
            ("0", Some(0.0)),
            ("1e3", None),
            ("-1", None),
            ("inf", None),
            ("nan", None),
            (".", None),
            ("1.2.3", None),
        ] {
            assert_eq!(decimal(text), value, "{text:?}");
        }
        assert_eq!(seconds("2.5", 1, 10), Some(Duration::from_millis(2500)));
        assert_eq!(seconds("0.5", 1, 10), None);
        assert_eq!(seconds("10.1", 1, 10), None);
    }

    #[test]
    fn times_and_lists() {
        for (text, value) in [
            ("09:00", Some(540)),
            ("9:5", Some(545)),
            ("23:59", Some(1439)),
            ("24:00", Some(1440)),
            ("24:01", None),
            ("25:00", None),
            ("12:60", None),
            ("0012:00", None),
            ("12", None),
            (":", None),
        ] {
            assert_eq!(time_of_day(text), value, "{text}");
        }
        assert_eq!(items(" a, ,b,,").collect::<Vec<_>>(), ["a", "b"]);
    }
}
