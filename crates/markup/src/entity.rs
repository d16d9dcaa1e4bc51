//! HTML character references.

use crate::scan::{byte, cut};

/// Decodes the reference that `text` starts with: its characters and its length in bytes.
///
/// Names are those of the HTML standard that end in a semicolon
/// (<https://html.spec.whatwg.org/multipage/named-characters.html>).
pub(crate) fn decode(text: &str) -> Option<(String, usize)> {
    if byte(text, 0) != b'&' {
        return None;
    }
    let len = text.bytes().take(34).position(|b| b == b';')?;
    let name = cut(text, 1, len);
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex)
                if (1..=6).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_hexdigit()) =>
            {
                u32::from_str_radix(hex, 16).ok()?
            }
            None if (1..=7).contains(&number.len())
                && number.bytes().all(|b| b.is_ascii_digit()) =>
            {
                number.parse().ok()?
            }
            _ => return None,
        };
        let c = match char::from_u32(code) {
            Some(c)
                if c >= ' ' && c != '\u{fffe}' && c != '\u{ffff}' || matches!(c, '\t' | '\n') =>
            {
                c
            }
            _ => '\u{fffd}',
        };
        return Some((c.to_string(), len + 1));
    }
    let points = crate::packed::find(NAMES, name)?.split(' ');
    let text =
        points.filter_map(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?)).collect();
    Some((text, len + 1))
}

/// Each name and its characters as hexadecimal code points.
const NAMES: &str = include_str!("entity.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_characters() {
        assert_eq!(NAMES.lines().count(), 2125);
        for line in NAMES.lines() {
            let (name, points) = line.split_once(' ').unwrap();
            let (text, len) = decode(&format!("&{name};")).unwrap();
            assert_eq!(text.chars().count(), points.split(' ').count(), "{name}");
            assert_eq!(len, name.len() + 2);
        }
    }

    #[test]
    fn references_are_decoded() {
        assert_eq!(decode("&amp;x"), Some(("&".into(), 5)));
        assert_eq!(decode("&#x41;"), Some(("A".into(), 6)));
        assert_eq!(decode("&#0;"), Some(("\u{fffd}".into(), 4)));
        assert_eq!(decode("&NotEqualTilde;"), Some(("\u{2242}\u{338}".into(), 15)));
        assert_eq!(decode("&nosuch;"), None);
    }
}
