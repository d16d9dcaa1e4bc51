//! Tools of Confluence, one file each, by area.
//!
//! What they share stands beside the areas, by subject: [`load`] reads a page with everything that
//! [`page`] shows, [`body`] converts what is read and written, [`stale`] keeps writes from
//! overwriting what the caller has not seen, [`resolve`] finds the space of an id for the policy.

mod appearance;
mod at;
mod body;
mod by_title;
mod comment;
mod comments;
mod content;
mod heading_anchors;
mod load;
mod page;
mod pages;
mod people;
pub(crate) mod resolve;
mod space;
mod stale;
mod stamp;

use crate::{Answer, Definition, ToolError};
use serde_json::{Map, Value, json};

/// The tools of this folder, in listing order.
pub const TOOLS: &[Definition] = &[
    Definition::of::<pages::search::Search>(),
    Definition::of::<pages::get_page::GetPage>(),
    Definition::of::<pages::create_page::CreatePage>(),
    Definition::of::<pages::update_page::UpdatePage>(),
    Definition::of::<comments::add_comment::AddComment>(),
];

/// A failure in the tool's own JSON (confluence spec section 11.4). What the operator forbids and
/// wrong arguments stay errors.
fn failure(error: ToolError, json: impl FnOnce(String) -> Value) -> Result<Answer, ToolError> {
    match error {
        ToolError::Policy(_) | ToolError::Arguments(_) => Err(error),
        error => Ok(Answer::failure(json(error.to_string()))),
    }
}

/// The result of a page write, with what had no effect or could not be read.
fn written_page(message: &str, page: Value, remarks: &[String]) -> Answer {
    let mut result = Map::new();
    result.insert("message".to_owned(), json!(message));
    result.insert("page".to_owned(), page);
    if !remarks.is_empty() {
        result.insert("warnings".to_owned(), json!(remarks));
    }
    Answer::json(result)
}
