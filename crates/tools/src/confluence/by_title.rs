//! The page with a title in a space.

use super::load::{self, Loaded};
use super::page::Page;
use super::{at, space};
use crate::{Context, ToolError};
use atlassian_confluence::pages::{self, Kind};
use atlassian_http::{ApiError, FieldMessage};
use serde_json::Value;

/// Pages and blog posts with exactly this title, as answered, and what they are.
async fn found(
    cx: &Context,
    space_key: &str,
    title: &str,
) -> Result<(Vec<Value>, Kind), ToolError> {
    let space = if cx.is_cloud() { space::by_key(cx, space_key).await?.id } else { String::new() };
    for kind in [Kind::Page, Kind::BlogPost] {
        let request = if cx.is_cloud() {
            pages::by_title(kind, &space, title)
        } else {
            pages::v1_by_title(kind, space_key, title)
        };
        let answer: Value = cx.confluence(&request).await?;
        let results = at::list(&answer, "/results");
        if !results.is_empty() {
            return Ok((results.to_vec(), kind));
        }
    }
    Ok((Vec::new(), Kind::Page))
}

/// The page, or the blog post when no page has the title; `None` when neither has.
///
/// # Errors
/// Also when several have it: the refusal names each of them.
pub(super) async fn load(
    cx: &Context,
    space_key: &str,
    title: &str,
) -> Result<Option<Loaded>, ToolError> {
    let (results, kind) = found(cx, space_key, title).await?;
    let loaded = match results.as_slice() {
        [] => return Ok(None),
        [one] if cx.is_cloud() => load::finish_v2(cx, one, kind).await,
        [one] => load::finish_v1(cx, one).await?,
        several => {
            let named: Vec<String> = several.iter().map(|one| named(cx, one, kind)).collect();
            return Err(ToolError::refused(format!(
                "{} contents have the title '{title}' in space '{space_key}': {}. Give the \
                 `page_id` of the one you mean",
                several.len(),
                named.join("; ")
            )));
        }
    };
    load::admit(cx, &loaded.page, &format!("page '{title}'"))?;
    Ok(Some(loaded))
}

/// Adds to the error of a write which page has the title it wanted: the most common refusal by
/// far, and Confluence does not tell.
pub(super) async fn name_holder(
    cx: &Context,
    space_key: Option<&str>,
    title: &str,
    error: &mut ApiError,
) {
    let taken = error.messages.iter().any(|message| message.text.contains("already exists"));
    let Some(space_key) = space_key.filter(|_| taken) else { return };
    let Ok((results, kind)) = found(cx, space_key, title).await else { return };
    if let Some(holder) = results.first().map(|one| named(cx, one, kind)) {
        error.messages.push(FieldMessage {
            field: Some("title".to_owned()),
            text: format!("it belongs to {holder}; update that one or choose another title"),
        });
    }
}

fn named(cx: &Context, answer: &Value, kind: Kind) -> String {
    let page = if cx.is_cloud() { Page::from_v2(answer, kind) } else { Page::from_v1(answer) };
    format!("{} {} ({})", page.kind, page.id, page.address(cx))
}
