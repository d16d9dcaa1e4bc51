//! How well a keyword fits a text: the best window of the longer one, 0 to 100.

use std::cmp::Ordering;

/// Longest text compared, in characters.
const MAX: usize = 80;

/// The best likeness of the shorter text with any part of the longer one that is at most as long
/// (jira-issues spec section 5.1): 200 times the longest common subsequence over both lengths.
/// Of two texts of the same length either may be the part.
pub(super) fn partial_ratio(a: &str, b: &str) -> u32 {
    let letters = |text: &str| text.to_lowercase().chars().take(MAX).collect::<Vec<char>>();
    let (a, b) = (letters(a), letters(b));
    match a.len().cmp(&b.len()) {
        Ordering::Less => best_part(&a, &b),
        Ordering::Greater => best_part(&b, &a),
        Ordering::Equal => best_part(&a, &b).max(best_part(&b, &a)),
    }
}

fn best_part(short: &[char], long: &[char]) -> u32 {
    if short.is_empty() {
        return 0;
    }
    let size = short.len();
    let inner = long.windows(size).map(|part| ratio(short, part));
    // At both ends a shorter part may fit better than any whole window.
    let heads = (1..size).filter_map(|n| long.get(..n)).map(|part| ratio(short, part));
    let tails = (1..size)
        .filter_map(|n| long.get(long.len().saturating_sub(n)..))
        .map(|part| ratio(short, part));
    inner.chain(heads).chain(tails).max().unwrap_or_default()
}

fn ratio(a: &[char], b: &[char]) -> u32 {
    let mut row = vec![0_usize; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        let mut left = 0;
        for (cell, y) in row.iter_mut().skip(1).zip(b) {
            let above = *cell;
            *cell = if x == y { diagonal + 1 } else { above.max(left) };
            diagonal = above;
            left = *cell;
        }
    }
    let common = row.last().copied().unwrap_or_default();
    let total = a.len() + b.len();
    // Rounded to the nearest whole, as scores are compared.
    u32::try_from((400 * common + total) / (2 * total)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::partial_ratio;

    #[test]
    fn a_part_of_the_text_fits_wholly() {
        assert_eq!(partial_ratio("sprint", "Sprint"), 100);
        assert_eq!(partial_ratio("points", "Story Points"), 100);
        assert_eq!(partial_ratio("", "x"), 0);
        assert_eq!(partial_ratio("abc", "xyz"), 0);
        assert!(partial_ratio("story pionts", "Story Points") > 85);
        assert_eq!(partial_ratio("sprint", "parent"), 73, "`print` is a part of the keyword");
        assert_eq!(partial_ratio("parent", "sprint"), 73);
    }
}
