//! Updates that leave alone what did not change (content conversion spec section 8.8).
//!
//! The stored body and the new Markdown are both read into blocks and compared block by block in
//! their canonical Markdown. What is the same keeps its stored source byte for byte; a changed
//! container keeps its shell, and its children are compared in turn.

mod align;
mod comments;
mod lcs;
mod loss;
mod originals;

use serde_json::Value;

pub use loss::{dropped_by_wiki, dropped_from_adf, dropped_from_storage, dropped_from_wiki};
pub(crate) use originals::{Originals, adf_originals, restore, storage_originals};

use crate::model::{Block, BlockKind, Document, Inline};
use crate::outcome::{Warning, WarningKind};
use crate::storage::{Stored, xml};
use crate::{Context, Converted, MergeError, Profile};

/// The stored body `current` with the changes that `markdown` makes to it.
///
/// # Errors
/// When the stored body can not be read, or a placeholder names content that is not in it.
pub fn storage(
    current: &str,
    markdown: &str,
    context: &Context<'_>,
) -> Result<Converted<String>, MergeError> {
    let tree = xml::parse(current).map_err(MergeError::Stored)?;
    let originals = storage_originals(&tree);
    storage_with(current, markdown, &originals, None, context)
}

/// Merges into a part of a body whose kept content may stand anywhere in the body.
pub(crate) fn storage_with(
    current: &str,
    markdown: &str,
    originals: &Originals,
    heading: Option<(u8, &str)>,
    context: &Context<'_>,
) -> Result<Converted<String>, MergeError> {
    let tree = xml::parse(current).map_err(MergeError::Stored)?;
    let mut old = crate::storage::read_tree(&tree);
    if is_unchanged(&mut old, markdown, Profile::Confluence, context) {
        return Ok(Converted::clean(current.to_owned()));
    }
    let stored = Stored::new(&tree);
    let (mut new, mut warnings) =
        crate::markdown::read_with_warnings(markdown, Profile::Confluence);
    if let Some((level, title)) = heading {
        drop_heading(&mut new, level, title);
    }
    restore(&mut new.blocks, originals)?;
    let found = |span| comments::in_storage(&stored, span);
    let unchanged = align::align(&old, &mut new, Profile::Confluence, &found);
    if unchanged {
        return Ok(Converted { output: current.to_owned(), warnings });
    }
    originals::without_copies(&mut new.blocks);
    let output = crate::storage::write_with(new, Some(&stored), context, &mut warnings)?;
    if let Ok(written) = xml::parse(&output) {
        warnings.extend(loss::storage(&tree, &old, &written));
    }
    Ok(Converted { output, warnings })
}

/// The stored ADF body `current` with the changes that `markdown` makes to it.
///
/// # Errors
/// When a placeholder names content that is not in the stored body.
pub fn adf(
    current: &Value,
    markdown: &str,
    profile: Profile,
    context: &Context<'_>,
) -> Result<Converted<Value>, MergeError> {
    let mut stored = crate::adf::read::read(current);
    if current.is_object() && is_unchanged(&mut stored.document, markdown, profile, context) {
        return Ok(Converted::clean(current.clone()));
    }
    let (mut new, mut warnings) = crate::markdown::read_with_warnings(markdown, profile);
    let originals = originals::of(&stored.document);
    restore(&mut new.blocks, &originals)?;
    let nodes = stored.nodes.as_slice();
    let found = |span| comments::in_adf(nodes, span);
    let unchanged = align::align(&stored.document, &mut new, profile, &found);
    if unchanged && current.is_object() {
        return Ok(Converted { output: current.clone(), warnings });
    }
    append_media(&stored.document, &mut new, context, &mut warnings);
    let output = crate::adf::write_with(new, nodes, context, &mut warnings);
    warnings.extend(loss::adf(&stored.document, current, &output));
    Ok(Converted { output, warnings })
}

/// The stored wiki body `current` with the changes that `markdown` makes to it. Text that is wiki
/// markup already replaces the body as it is, and tells what is lost by that.
///
/// # Errors
/// When a placeholder names content that is not in the stored body.
pub fn wiki(
    current: &str,
    markdown: &str,
    context: &Context<'_>,
) -> Result<Converted<String>, MergeError> {
    let mut old = crate::wiki::read(current);
    if is_unchanged(&mut old, markdown, Profile::Jira, context) {
        return Ok(Converted::clean(current.to_owned()));
    }
    if crate::wiki::looks_like_wiki(markdown) {
        let warnings = dropped_from_wiki(current, markdown);
        return Ok(Converted { output: markdown.to_owned(), warnings });
    }
    // Jira stores the line ends of browsers: the whole of a text has them, or none of it.
    if current.contains("\r\n") {
        let merged = wiki(&current.replace("\r\n", "\n"), markdown, context)?;
        let output = merged.output.replace('\n', "\r\n");
        return Ok(Converted { output, ..merged });
    }
    // Places are those of the text as it is read.
    let current = &*crate::scan::normalize(current);
    let (mut new, mut warnings) = crate::markdown::read_with_warnings(markdown, Profile::Jira);
    restore(&mut new.blocks, &originals::of(&old))?;
    let nothing = |_| Vec::new();
    let unchanged = align::align(&old, &mut new, Profile::Jira, &nothing);
    if unchanged {
        return Ok(Converted { output: current.to_owned(), warnings });
    }
    let output = crate::wiki::write_with(new, Some(current), context, &mut warnings);
    warnings.extend(loss::wiki(&old, &output));
    Ok(Converted { output, warnings })
}

/// Whether `markdown` is what reading the stored body gives, letter for letter: the common case of
/// an update that touches another field, and the one that must hold for any body whatsoever.
fn is_unchanged(
    old: &mut Document,
    markdown: &str,
    profile: Profile,
    context: &Context<'_>,
) -> bool {
    crate::text::name_users(&mut old.blocks, context);
    crate::markdown::write(old, profile).trim_matches('\n') == markdown.trim_matches('\n')
}

/// A new section body that repeats its own heading means the same as one that does not.
fn drop_heading(document: &mut Document, level: u8, title: &str) {
    let repeats = document.blocks.first().is_some_and(|block| match &block.kind {
        BlockKind::Heading { level: own, inlines, .. } => {
            let text = crate::model::inline_text(inlines);
            *own == level && crate::scan::fold_blanks(text.trim()) == title
        }
        _ => false,
    });
    if repeats {
        document.blocks.remove(0);
    }
}

/// Files of the stored body that the new text does not mention stay, at its end: leaving them out
/// can delete the attachment.
fn append_media(
    old: &Document,
    new: &mut Document,
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) {
    if context.remove_media {
        return;
    }
    let have = originals::of(new);
    for keep in originals::of(old).list() {
        if have.knows(&keep.reference) || !crate::adf::is_file_media(&BlockKind::Keep(keep.clone()))
        {
            continue;
        }
        warnings.push(Warning::new(
            WarningKind::MediaAppended,
            "a file that the new text does not mention was appended at the end",
            keep.label.as_str(),
        ));
        let inline =
            keep.raw.as_ref().is_some_and(|raw| raw.text.contains("\"type\":\"mediaInline\""));
        new.blocks.push(if inline {
            Block::paragraph(vec![Inline::Keep(keep.clone())])
        } else {
            BlockKind::Keep(keep.clone()).into()
        });
    }
}
