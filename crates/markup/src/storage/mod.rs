//! Confluence storage format: XHTML-like fragments with macros
//! (content conversion spec section 4).

mod macros;
mod read;
mod read_inline;
mod stored;
mod write;
mod write_inline;
mod write_macro;
mod write_table;
pub(crate) mod xml;

pub(crate) use stored::Stored;
pub(crate) use xml::element_len;

use crate::model::{Block, BlockKind, Document};
use crate::outcome::Warning;
use crate::{Context, Converted, Profile, ReadError, WriteError};

/// Checks that a storage body is well-formed: Confluence answers 400 otherwise.
///
/// # Errors
/// The first place where it is not.
pub fn check(body: &str) -> Result<(), ReadError> {
    xml::parse(body).map(|_| ())
}

/// Reads a storage body.
///
/// # Errors
/// When it is not well-formed.
pub fn read(body: &str) -> Result<Document, ReadError> {
    Ok(read::read(&xml::parse(body)?))
}

/// Writes a document as a storage body.
///
/// # Errors
/// When it holds placeholders that stand for nothing, or raw storage that is not well-formed.
pub fn write(document: &Document, context: &Context<'_>) -> Result<Converted<String>, WriteError> {
    let mut warnings = Vec::new();
    let output = write_with(document.clone(), None, context, &mut warnings)?;
    Ok(Converted { output, warnings })
}

/// The characters that the entity `name` (without `&` and `;`) stands for.
#[must_use]
pub fn entity(name: &str) -> Option<String> {
    crate::entity::decode(&format!("&{name};")).map(|(text, _)| text)
}

pub(crate) fn read_tree(tree: &xml::Tree<'_>) -> Document {
    read::read(tree)
}

/// Writes a document; `stored` is the body that spans point into.
pub(crate) fn write_with(
    mut document: Document,
    stored: Option<&Stored<'_>>,
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<String, WriteError> {
    check_raw(&mut document.blocks)?;
    crate::footnote::resolve(&mut document);
    let output = write::write(&document.blocks, stored, context, warnings)?;
    check(&output).map_err(WriteError::Defect)?;
    Ok(output)
}

/// Raw storage from the caller must be well-formed by itself.
fn check_raw(blocks: &mut [Block]) -> Result<(), WriteError> {
    let mut fault = None;
    for block in blocks {
        if let BlockKind::RawStorage(text) = &block.kind {
            check(text).map_err(WriteError::RawStorage)?;
        }
        block.kind.for_each_run(&mut |run| {
            if fault.is_none() {
                fault = check_raw(run).err();
            }
        });
    }
    fault.map_or(Ok(()), Err)
}

pub(crate) fn to_markdown(
    body: &str,
    context: &Context<'_>,
) -> Result<Converted<String>, ReadError> {
    let mut document = read(body)?;
    crate::text::name_users(&mut document.blocks, context);
    Ok(Converted::clean(crate::markdown::write(&document, Profile::Confluence)))
}

pub(crate) fn from_markdown(
    text: &str,
    context: &Context<'_>,
) -> Result<Converted<String>, WriteError> {
    let (mut document, mut warnings) =
        crate::markdown::read_with_warnings(text, Profile::Confluence);
    let originals = match context.originals.map(xml::parse) {
        Some(Ok(tree)) => crate::merge::storage_originals(&tree),
        _ => crate::merge::Originals::default(),
    };
    crate::merge::restore(&mut document.blocks, &originals)?;
    let output = write_with(document, None, context, &mut warnings)?;
    Ok(Converted { output, warnings })
}
