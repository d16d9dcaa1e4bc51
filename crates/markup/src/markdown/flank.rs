//! Which runs of signs may open or close emphasis. The reader decides by it, and the writer
//! escapes by it.

use crate::scan::{byte, char_at, char_before};

/// What a run of signs may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flank {
    pub(crate) open: bool,
    pub(crate) close: bool,
}

impl Flank {
    pub(crate) fn any(self) -> bool {
        self.open || self.close
    }
}

/// What the run of `len` times `sign` at `at` may do, by what stands around it.
pub(crate) fn at(text: &str, at: usize, sign: u8, len: usize) -> Flank {
    let before = char_before(text, at);
    let after = char_at(text, at + len);
    if sign == b'*' && is_glob(text, at, len, before, after) {
        return Flank::default();
    }
    between(before, after, sign, len)
}

/// What a run may do between two characters.
pub(crate) fn between(before: Option<char>, after: Option<char>, sign: u8, len: usize) -> Flank {
    let blank_before = before.is_none_or(char::is_whitespace);
    let blank_after = after.is_none_or(char::is_whitespace);
    match sign {
        b'~' | b'^' | b'=' => {
            let fits = match sign {
                b'~' => len <= 2,
                b'^' => len == 1,
                _ => len == 2,
            };
            let word = |c: Option<char>| sign == b'=' && c.is_some_and(char::is_alphanumeric);
            Flank {
                open: fits && !blank_after && !word(before),
                close: fits && !blank_before && !word(after),
            }
        }
        _ => {
            // CJK-friendly: a CJK character beside the run counts as a boundary, and CJK
            // punctuation is a character, not punctuation.
            let (punct_before, punct_after) = (is_punct(before), is_punct(after));
            let (cjk_before, cjk_after) = (is_cjk(before), is_cjk(after));
            let left = !blank_after && (!punct_after || blank_before || punct_before || cjk_before);
            let right = !blank_before && (!punct_before || blank_after || punct_after || cjk_after);
            if sign == b'_' {
                Flank {
                    open: left && (!right || punct_before),
                    close: right && (!left || punct_after),
                }
            } else {
                Flank { open: left, close: right }
            }
        }
    }
}

/// `*.py`, `build/*`, `**/*.rs` and `2*3` are not emphasis (content conversion spec 8.3, repair 2).
fn is_glob(text: &str, at: usize, len: usize, before: Option<char>, after: Option<char>) -> bool {
    let end = at + len;
    let dotted = after == Some('.') && byte(text, end + 1).is_ascii_alphanumeric();
    let path_after = after == Some('/');
    let path_before = before == Some('/');
    let product = before.is_some_and(|c| c.is_ascii_digit())
        && after.is_some_and(|c| c.is_ascii_digit())
        && len == 1;
    dotted || path_after || path_before || product
}

fn is_punct(c: Option<char>) -> bool {
    let Some(c) = c else { return false };
    if c.is_ascii() {
        return c.is_ascii_punctuation();
    }
    !c.is_alphanumeric()
        && !c.is_whitespace()
        && !c.is_control()
        && !is_cjk(Some(c))
        && !matches!(c as u32,
            0x300..=0x36f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff
            | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f | 0x200b..=0x200f | 0x2060..=0x206f
            | 0xe0000..=0xe0fff)
}

/// Chinese, Japanese and Korean letters and punctuation.
fn is_cjk(c: Option<char>) -> bool {
    c.is_some_and(|c| {
        matches!(c as u32,
            0x1100..=0x11ff | 0x2e80..=0x2fff | 0x3001..=0x303f | 0x3040..=0x4dbf
            | 0x4e00..=0x9fff | 0xa960..=0xa97f | 0xac00..=0xd7ff | 0xf900..=0xfaff
            | 0xfe30..=0xfe4f | 0xff01..=0xffee | 0x1b000..=0x1b2ff | 0x20000..=0x3ffff)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn star(text: &str, pos: usize, len: usize) -> (bool, bool) {
        let flank = at(text, pos, b'*', len);
        (flank.open, flank.close)
    }

    #[test]
    fn stars() {
        assert_eq!(star("*a*", 0, 1), (true, false));
        assert_eq!(star("*a*", 2, 1), (false, true));
        assert_eq!(star("2 * 3", 2, 1), (false, false));
        assert_eq!(star("2*3*4", 1, 1), (false, false));
        assert_eq!(star("*.py", 0, 1), (false, false));
        assert_eq!(star("build/*", 6, 1), (false, false));
        assert_eq!(star("は**「", 3, 2), (true, true));
    }

    #[test]
    fn underscores_inside_words_are_letters() {
        let flank = at("a_b", 1, b'_', 1);
        assert_eq!((flank.open, flank.close), (false, false));
    }
}
