//! Scanning of text by bytes without ever indexing out of it.

/// The byte at `at`, or 0 past the end.
pub(crate) fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or(0)
}

/// The part of `text` from `from` up to `to`; empty when the range is not one of whole characters.
pub(crate) fn cut(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or("")
}

/// The part of `text` from `from` on.
pub(crate) fn tail(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or("")
}

/// The character that ends at `at`.
pub(crate) fn char_before(text: &str, at: usize) -> Option<char> {
    text.get(..at).and_then(|head| head.chars().next_back())
}

/// The character that starts at `at`.
pub(crate) fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..).and_then(|rest| rest.chars().next())
}

/// How often `wanted` stands in a row from `at` on.
pub(crate) fn run(text: &str, at: usize, wanted: u8) -> usize {
    text.as_bytes().get(at..).unwrap_or(&[]).iter().take_while(|&&b| b == wanted).count()
}

/// How many blanks and tabs stand in a row from `at` on.
pub(crate) fn blanks(text: &str, at: usize) -> usize {
    text.as_bytes()
        .get(at..)
        .unwrap_or(&[])
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count()
}

/// Whether `text` holds nothing but blanks.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'))
}

/// CRLF becomes LF; C0 controls except tab and newline, the byte order mark and characters that
/// XML can not hold go (content conversion spec section 8.3, repair 4).
pub(crate) fn normalize(text: &str) -> std::borrow::Cow<'_, str> {
    let text = text.trim_start_matches(|c| c == '\u{feff}' || (is_unwanted(c) && c != '\r'));
    let clean = !text.bytes().any(|b| (b < 0x20 && b != b'\n' && b != b'\t') || b == 0xef);
    if clean || !text.chars().any(is_unwanted) {
        return std::borrow::Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\r' {
            if chars.peek() != Some(&'\n') {
                out.push('\n');
            }
        } else if !is_unwanted(c) {
            out.push(c);
        }
    }
    std::borrow::Cow::Owned(out)
}

fn is_unwanted(c: char) -> bool {
    (c < ' ' && c != '\n' && c != '\t') || c == '\u{fffe}' || c == '\u{ffff}'
}

/// Decodes `%xx`; anything that is not such stays.
pub(crate) fn percent_decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let code = (byte(text, at) == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(code) => {
                bytes.push(code);
                at += 3;
            }
            None => {
                bytes.push(byte(text, at));
                at += 1;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Encodes what can not stand in the path of our `attachment:` and `confluence-page:` targets.
pub(crate) fn percent_encode(text: &str, also: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let special = c.is_ascii()
            && (matches!(c, ' ' | '%' | '"' | '<' | '>' | '\\' | '`' | '(' | ')' | '|' | '*')
                || c.is_ascii_control()
                || also.contains(&(c as u8)));
        if special {
            out.push_str(&format!("%{:02X}", c as u32));
        } else {
            out.push(c);
        }
    }
    out
}

/// Blanks of every kind become one space each run; the edges are kept when `edges` says so.
pub(crate) fn fold_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for c in text.chars() {
        if matches!(c, ' ' | '\t' | '\n' | '\r') {
            blank = true;
        } else {
            if blank {
                out.push(' ');
                blank = false;
            }
            out.push(c);
        }
    }
    if blank {
        out.push(' ');
    }
    out
}

/// Days since 1970-01-01 as `yyyy-mm-dd` (proleptic Gregorian calendar).
pub(crate) fn day_from_number(days: i64) -> String {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `yyyy-mm-dd` as days since 1970-01-01.
pub(crate) fn day_to_number(day: &str) -> Option<i64> {
    let mut parts = day.split('-');
    let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !digits(y, 4) || !digits(m, 2) || !digits(d, 2) {
        return None;
    }
    let (y, m, d): (i64, i64, i64) = (y.parse().ok()?, m.parse().ok()?, d.parse().ok()?);
    if !(1..=12).contains(&m) || !(1..=31).contains(&d) {
        return None;
    }
    let y2 = if m <= 2 { y - 1 } else { y };
    let era = y2.div_euclid(400);
    let yoe = y2.rem_euclid(400);
    let mp = (m + 9) % 12;
    let doy = (153 * mp + 2) / 5 + d - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    let number = era * 146_097 + doe - 719_468;
    (day_from_number(number) == day).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_there_and_back() {
        for number in [-719_468, -1, 0, 1, 59, 60, 19_783, 2_932_896] {
            assert_eq!(day_to_number(&day_from_number(number)), Some(number));
        }
        assert_eq!(day_to_number("2024-03-01"), Some(19_783));
        assert_eq!(day_to_number("2023-02-29"), None);
    }

    #[test]
    fn controls_go() {
        assert_eq!(normalize("\u{feff}a\0b\r\nc\rd\u{ffff}"), "ab\nc\nd");
    }
}
