//! Tables of names as one text each, a line per name: `name value`, in the order of the names' bytes.
//!
//! A table of `&str` pairs would hold two addresses a line, which the loader fills in when the
//! program starts: memory of its own in every process. One text holds none.

use std::cmp::Ordering;

/// The value of `name` in `table`.
pub(crate) fn find(table: &'static str, name: &str) -> Option<&'static str> {
    // Both are starts of lines, or the end.
    let (mut low, mut high) = (0, table.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let before = table.as_bytes().get(low..middle)?.iter().rposition(|b| *b == b'\n');
        let start = before.map_or(low, |at| low + at + 1);
        let end = table.get(start..high)?.find('\n').map_or(high, |at| start + at);
        let (known, value) = table.get(start..end)?.split_once(' ')?;
        match known.cmp(name) {
            Ordering::Equal => return Some(value),
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = start,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line of every table is found, and what stands between is not.
    #[test]
    fn every_name_is_found() {
        for table in [include_str!("entity.txt"), include_str!("emoji.txt"), "a 1\n", "a 1\nb 2"] {
            let mut before = "";
            for line in table.lines() {
                let (name, value) = line.split_once(' ').unwrap();
                assert!(before < name, "{name} is out of order");
                assert_eq!(find(table, name), Some(value));
                assert_eq!(find(table, &format!("{name}\u{1}")), None);
                before = name;
            }
            assert_eq!(find(table, ""), None);
            assert_eq!(find(table, "~"), None);
        }
        assert_eq!(find("", "a"), None);
    }
}
