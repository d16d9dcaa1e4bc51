//! Sections of a storage body: the outline, and edits that leave every other byte alone.

use crate::merge::{storage_originals, storage_with};
use crate::scan::{cut, fold_blanks, tail};
use crate::storage::xml::{self, Tree};
use crate::{Context, Converted, MergeError, ReadError};

/// A heading and the section below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// 1 to 6.
    pub level: u8,
    /// The heading's text, blanks folded.
    pub title: String,
    /// Which one among the headings with the same text, from 1.
    pub occurrence: usize,
    /// Bytes of the heading element in the body.
    pub heading: std::ops::Range<usize>,
    /// Bytes between the heading and the next one of its level or above in the same container.
    pub body: std::ops::Range<usize>,
}

/// Which section is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionRef<'a> {
    /// The heading's text, compared after folding blanks.
    pub title: &'a str,
    /// Which one among several of the same text, from 1; must be given when there are several.
    pub occurrence: Option<usize>,
}

fn level_of(name: &str) -> Option<u8> {
    let level = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

/// All headings of a storage body in order.
///
/// # Errors
/// When the body is not well-formed.
pub fn list(body: &str) -> Result<Vec<Section>, ReadError> {
    Ok(outline(&xml::parse(body)?))
}

fn outline(tree: &Tree<'_>) -> Vec<Section> {
    let mut sections = Vec::new();
    // Containers still to look through, each with the end of its content.
    let mut stack = vec![(tree.top.as_slice(), tree.source.len())];
    while let Some((ids, end)) = stack.pop() {
        collect(tree, ids, end, &mut sections);
        for &id in ids {
            if level_of(tree.name(id)).is_none() {
                stack.push((tree.children(id), tree.inner(id).1));
            }
        }
    }
    sections.sort_by_key(|section: &Section| section.heading.start);
    let mut counts = std::collections::HashMap::new();
    for section in &mut sections {
        let count: &mut usize = counts.entry(section.title.clone()).or_default();
        *count += 1;
        section.occurrence = *count;
    }
    sections
}

fn collect(tree: &Tree<'_>, ids: &[usize], end: usize, out: &mut Vec<Section>) {
    let mut open: Vec<usize> = Vec::new();
    for &id in ids {
        let Some(level) = level_of(tree.name(id)) else { continue };
        let Some(node) = tree.node(id) else { continue };
        while let Some(last) = open.last().and_then(|&at| out.get_mut(at)) {
            if last.level < level {
                break;
            }
            last.body.end = node.start;
            open.pop();
        }
        open.push(out.len());
        out.push(Section {
            level,
            title: fold_blanks(tree.text(id, &[]).trim()).replace('\u{a0}', " "),
            occurrence: 0,
            heading: node.start..node.end,
            body: node.end..end,
        });
    }
}

/// Replaces what stands below a heading by `markdown`; every byte elsewhere stays. A heading of
/// the same level and text at the start of `markdown` counts as the heading itself. Inside the
/// section, blocks that do not change keep their bytes, too.
///
/// # Errors
/// When the body can not be read, no heading matches, or several do and none is chosen.
pub fn replace(
    body: &str,
    section: SectionRef<'_>,
    markdown: &str,
    context: &Context<'_>,
) -> Result<Converted<String>, MergeError> {
    let tree = xml::parse(body).map_err(MergeError::Stored)?;
    let found = find(&outline(&tree), section)?;
    let current = cut(body, found.body.start, found.body.end);
    let originals = storage_originals(&tree);
    let heading = Some((found.level, found.title.as_str()));
    let merged = storage_with(current, markdown, &originals, heading, context)?;
    let (head, rest) = (cut(body, 0, found.body.start), tail(body, found.body.end));
    let output = format!("{head}{}{rest}", merged.output);
    crate::storage::check(&output).map_err(|e| MergeError::Write(crate::WriteError::Defect(e)))?;
    Ok(Converted { output, warnings: merged.warnings })
}

fn find(sections: &[Section], wanted: SectionRef<'_>) -> Result<Section, MergeError> {
    let title = fold_blanks(wanted.title.trim());
    let named = |title: &str| -> Vec<&Section> {
        sections.iter().filter(|section| section.title == title).collect()
    };
    let mut matching = named(&title);
    // Models like to give the heading with its Markdown signs.
    let title = if matching.is_empty() {
        let bare = title.trim_start_matches('#').trim();
        matching = named(bare);
        bare
    } else {
        title.as_str()
    };
    let chosen = match (matching.as_slice(), wanted.occurrence) {
        ([one], None) => Some(*one),
        (_, Some(number)) => matching.iter().copied().find(|section| section.occurrence == number),
        _ => None,
    };
    if let Some(section) = chosen {
        return Ok(section.clone());
    }
    let message = if matching.is_empty() {
        let mut titles: Vec<String> =
            sections.iter().take(40).map(|s| format!("\"{}\"", s.title)).collect();
        if titles.is_empty() {
            titles.push("none".to_owned());
        }
        format!("no heading \"{title}\" on the page; headings there: {}", titles.join(", "))
    } else {
        format!(
            "{} headings read \"{title}\"; say which one by its number, from 1 to {}",
            matching.len(),
            matching.len()
        )
    };
    Err(MergeError::Section(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<h1>A</h1>\n<p>a</p><h2>B &amp;  C</h2><p ac:local-id=\"1\">b</p><p>x</p>\
                        <h1>D</h1><ac:layout-x><h2>A</h2><p>z</p></ac:layout-x>";

    #[test]
    fn the_outline_nests() {
        let sections = list(PAGE).unwrap();
        let told: Vec<(u8, &str, usize, &str)> = sections
            .iter()
            .map(|s| (s.level, s.title.as_str(), s.occurrence, &PAGE[s.body.clone()]))
            .collect();
        assert_eq!(told[1], (2, "B & C", 1, "<p ac:local-id=\"1\">b</p><p>x</p>"));
        assert_eq!(told[3], (2, "A", 2, "<p>z</p>"));
        assert!(told[0].3.starts_with("\n<p>a</p><h2>") && told[0].3.ends_with("<p>x</p>"));
    }

    #[test]
    fn a_section_is_replaced_and_nothing_else() {
        let wanted = SectionRef { title: "B & C", occurrence: None };
        let got = replace(PAGE, wanted, "## B & C\n\nb\n\nnew", &Context::default()).unwrap();
        assert_eq!(got.output, PAGE.replace("<p>x</p>", "<p>new</p>"));
    }

    #[test]
    fn headings_must_be_found_and_unique() {
        let replace = |title, occurrence| {
            replace(PAGE, SectionRef { title, occurrence }, "x", &Context::default())
        };
        assert!(replace("Nope", None).unwrap_err().to_string().contains("\"B & C\""));
        assert!(replace("A", None).unwrap_err().to_string().contains("2 headings"));
        assert!(replace("A", Some(2)).unwrap().output.contains("<p>x</p></ac:layout-x>"));
    }
}
