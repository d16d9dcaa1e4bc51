//! The longest common subsequence of two rows of texts, bounded in time.

use std::collections::HashMap;

/// Rows whose product is larger than this are split at texts that occur once in each.
const MAX_TABLE: usize = 4_000_000;

/// Pairs of positions with equal texts, rising in both rows.
pub(crate) fn pairs(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let mut ids: HashMap<&str, usize> = HashMap::new();
    for text in old {
        let next = ids.len();
        ids.entry(text).or_insert(next);
    }
    let number = |text: &String| ids.get(text.as_str()).copied().unwrap_or(usize::MAX);
    let old: Vec<usize> = old.iter().map(number).collect();
    let new: Vec<usize> = new.iter().map(number).collect();
    let mut out = Vec::new();
    common(&old, &new, 0, 0, &mut out, 0);
    out
}

fn common(
    old: &[usize],
    new: &[usize],
    old_at: usize,
    new_at: usize,
    out: &mut Vec<(usize, usize)>,
    depth: usize,
) {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    out.extend((0..head).map(|i| (old_at + i, new_at + i)));
    let (old, new) = (old.get(head..).unwrap_or(&[]), new.get(head..).unwrap_or(&[]));
    let (old_at, new_at) = (old_at + head, new_at + head);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_mid, new_mid) =
        (old.get(..old.len() - tail).unwrap_or(&[]), new.get(..new.len() - tail).unwrap_or(&[]));
    if old_mid.len().saturating_mul(new_mid.len()) <= MAX_TABLE {
        table(old_mid, new_mid, old_at, new_at, out);
    } else if depth < 40 {
        unique(old_mid, new_mid, old_at, new_at, out, depth);
    }
    let (old_end, new_end) = (old_at + old_mid.len(), new_at + new_mid.len());
    out.extend((0..tail).map(|i| (old_end + i, new_end + i)));
}

/// The textbook table.
fn table(
    old: &[usize],
    new: &[usize],
    old_at: usize,
    new_at: usize,
    out: &mut Vec<(usize, usize)>,
) {
    if old.is_empty() || new.is_empty() {
        return;
    }
    let width = new.len() + 1;
    let mut lengths = vec![0u32; (old.len() + 1) * width];
    let get =
        |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let best = if a == b {
                get(&lengths, i + 1, j + 1) + 1
            } else {
                get(&lengths, i + 1, j).max(get(&lengths, i, j + 1))
            };
            if let Some(slot) = lengths.get_mut(i * width + j) {
                *slot = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (old.get(i), new.get(j)) {
        if a == b {
            out.push((old_at + i, new_at + j));
            i += 1;
            j += 1;
        } else if get(&lengths, i + 1, j) >= get(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
}

/// Texts that occur once in each row are fixed points (patience); between them again.
fn unique(
    old: &[usize],
    new: &[usize],
    old_at: usize,
    new_at: usize,
    out: &mut Vec<(usize, usize)>,
    depth: usize,
) {
    let mut seen: HashMap<usize, (usize, usize, usize, usize)> = HashMap::new();
    for (i, id) in old.iter().enumerate() {
        let entry = seen.entry(*id).or_default();
        entry.0 += 1;
        entry.1 = i;
    }
    for (j, id) in new.iter().enumerate() {
        let entry = seen.entry(*id).or_default();
        entry.2 += 1;
        entry.3 = j;
    }
    let mut points: Vec<(usize, usize)> = seen
        .values()
        .filter(|(olds, _, news, _)| *olds == 1 && *news == 1)
        .map(|(_, i, _, j)| (*i, *j))
        .collect();
    points.sort_unstable();
    let chain = rising(&points);
    if chain.is_empty() {
        return;
    }
    let (mut i, mut j) = (0, 0);
    for (a, b) in chain.into_iter().chain(std::iter::once((old.len(), new.len()))) {
        let (left, right) = (old.get(i..a).unwrap_or(&[]), new.get(j..b).unwrap_or(&[]));
        common(left, right, old_at + i, new_at + j, out, depth + 1);
        if a < old.len() && b < new.len() {
            out.push((old_at + a, new_at + b));
        }
        (i, j) = (a + 1, b + 1);
    }
}

/// The longest chain of points that rises in both coordinates.
fn rising(points: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut piles: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(points.len());
    for (at, (_, j)) in points.iter().enumerate() {
        let pile = piles.partition_point(|&top| points.get(top).is_some_and(|(_, k)| k < j));
        before.push(pile.checked_sub(1).and_then(|pile| piles.get(pile).copied()));
        match piles.get_mut(pile) {
            Some(slot) => *slot = at,
            None => piles.push(at),
        }
    }
    let mut chain = Vec::new();
    let mut at = piles.last().copied();
    while let Some(here) = at {
        chain.extend(points.get(here).copied());
        at = before.get(here).copied().flatten();
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Vec<String> {
        text.chars().map(|c| c.to_string()).collect()
    }

    #[test]
    fn what_is_common_is_found() {
        assert_eq!(pairs(&row("abcd"), &row("abxd")), [(0, 0), (1, 1), (3, 3)]);
        assert_eq!(pairs(&row("abc"), &row("xabc")), [(0, 1), (1, 2), (2, 3)]);
        assert_eq!(pairs(&row(""), &row("a")), []);
        assert_eq!(pairs(&row("ab"), &row("ba")).len(), 1);
    }

    #[test]
    fn long_rows_take_no_table() {
        let old: Vec<String> = (0..5000).map(|n| n.to_string()).collect();
        let mut new = old.clone();
        new.remove(4000);
        new.insert(10, "x".into());
        new[0] = "y".into();
        new[4999] = "z".into();
        let pairs = pairs(&old, &new);
        assert_eq!(pairs.len(), 4997);
        assert!(pairs.is_sorted());
    }
}
