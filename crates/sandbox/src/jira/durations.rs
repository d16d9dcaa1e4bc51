//! Jira's durations: `1w 2d 3h 4m` in a working week of 5 days of 8 hours.

/// Jira's form of a duration with its working week: 5 days of 8 hours.
pub(crate) fn duration(seconds: i64) -> String {
    let mut left = seconds / 60;
    let mut parts = Vec::new();
    for (minutes, unit) in [(5 * 8 * 60, 'w'), (8 * 60, 'd'), (60, 'h'), (1, 'm')] {
        let count = left / minutes;
        left %= minutes;
        if count > 0 {
            parts.push(format!("{count}{unit}"));
        }
    }
    if parts.is_empty() { "0m".to_owned() } else { parts.join(" ") }
}

/// Seconds of `1w 2d 3h 4m` in Jira's working week; a bare number counts minutes.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let mut total = 0.0;
    let mut number = String::new();
    let mut seen = false;
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if c.is_ascii_digit() || c == '.' {
            number.push(c);
            continue;
        }
        let minutes = match c {
            'w' => 2400.0,
            'd' => 480.0,
            'h' => 60.0,
            'm' => 1.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * minutes * 60.0;
        number.clear();
        seen = true;
    }
    if !number.is_empty() {
        total += number.parse::<f64>().ok()? * 60.0;
        seen = true;
    }
    #[expect(clippy::cast_possible_truncation, reason = "durations of a test fit in i64")]
    seen.then_some(total as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_know_the_working_week() {
        assert_eq!(duration(144_000 + 28_800 + 3600), "1w 1d 1h");
        assert_eq!(duration(0), "0m");
        assert_eq!(seconds("1w 1d 1h"), Some(176_400));
        assert_eq!(seconds("1.5h"), Some(5400));
        assert_eq!(seconds("soon"), None);
    }
}
