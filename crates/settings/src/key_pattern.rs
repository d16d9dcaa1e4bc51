//! The patterns of keys that an operator may replace.

use regex::bytes::{Regex, RegexBuilder};

/// Compiles the pattern of a key. It is read with Unicode's classes where they are in the binary
/// (`\d`, `\w`, `\s`) and otherwise with those of ASCII: keys of Jira consist of ASCII letters,
/// digits and underscores, and the tables for the case of all letters would be paid for by every
/// process that starts.
#[must_use]
pub fn compile(pattern: &str) -> Option<Regex> {
    let ascii = || RegexBuilder::new(pattern).unicode(false).build().ok();
    Regex::new(pattern).ok().or_else(ascii)
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn what_an_operator_may_write() {
        for (pattern, fits, fails) in [
            (r"^[A-Z][A-Z0-9_]+-\d+$", "PAY-1", "pay-1"),
            (r"(?i)^[a-z]{2,}-\d+$", "Pay-1", "1Pay-1"),
            (r"^\w+-\d+$", "ÄRA-1", "Ä RA-1"),
            (r"^[A-ZÄÖÜ]+-[0-9]+$", "ÄRA-1", "ära-1"),
            (r"^(?:PAY|OPS)(?-i:-)\d{1,6}$", "OPS-12", "OPS12"),
        ] {
            let regex = compile(pattern).unwrap();
            assert!(regex.is_match(fits.as_bytes()), "{pattern} {fits}");
            assert!(!regex.is_match(fails.as_bytes()), "{pattern} {fails}");
        }
        assert!(compile("(").is_none());
    }
}
