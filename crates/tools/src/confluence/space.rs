//! Spaces by key and id, kept per identity.

use super::at;
use crate::{Context, ToolError};
use atlassian_confluence::spaces;
use serde_json::Value;
use std::sync::Arc;

/// Most keys named when a space is not found.
const MAX_NAMED: u32 = 25;

/// A space as the tools need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Space {
    /// Numeric id.
    pub(super) id: String,
    /// Key as Confluence writes it.
    pub(super) key: String,
    /// Name.
    pub(super) name: String,
    /// Id of its homepage.
    pub(super) home: Option<String>,
}

impl Space {
    fn read(answer: &Value) -> Option<Self> {
        let key = at::text(answer, "/key")?.to_owned();
        Some(Self {
            id: at::id(answer, "/id").unwrap_or_default(),
            name: at::text(answer, "/name").unwrap_or(&key).to_owned(),
            home: at::id(answer, "/homepageId").or_else(|| at::id(answer, "/homepage/id")),
            key,
        })
    }
}

/// The space with an id; Cloud only, answers there name spaces by id.
pub(super) async fn by_id(cx: &Context, id: &str) -> Result<Space, ToolError> {
    let cached = (cx.identity(), format!("confluence space id {id}"));
    if let Some(answer) = cx.caches.documents.get(&cached).await
        && let Some(space) = Space::read(&answer)
    {
        return Ok(space);
    }
    let answer: Value = cx.confluence(&spaces::by_id(id)).await?;
    let space = Space::read(&answer)
        .ok_or_else(|| ToolError::refused(format!("Confluence described no space with id {id}")))?;
    cx.caches.documents.insert(cached, Arc::new(answer)).await;
    Ok(space)
}

/// The space with a key, in any case of letters.
///
/// # Errors
/// When there is none that the caller may see: the refusal names some that there are.
pub(super) async fn by_key(cx: &Context, key: &str) -> Result<Space, ToolError> {
    let key = key.trim();
    let cached = (cx.identity(), format!("confluence space key {key}"));
    if let Some(answer) = cx.caches.documents.get(&cached).await
        && let Some(space) = Space::read(&answer)
    {
        return Ok(space);
    }
    let mut found = find(cx, key).await?;
    let upper = key.to_uppercase();
    if found.is_none() && upper != key && !key.starts_with('~') {
        found = find(cx, &upper).await?;
    }
    let Some(answer) = found else { return Err(unknown(cx, key).await) };
    let space = Space::read(&answer)
        .ok_or_else(|| ToolError::refused(format!("Confluence described no space `{key}`")))?;
    cx.fence.admit(&space.key, &format!("space `{key}`"))?;
    let answer = Arc::new(answer);
    let by_id = (cx.identity(), format!("confluence space id {}", space.id));
    cx.caches.documents.insert(by_id, Arc::clone(&answer)).await;
    cx.caches.documents.insert(cached, answer).await;
    Ok(space)
}

async fn find(cx: &Context, key: &str) -> Result<Option<Value>, ToolError> {
    if cx.is_cloud() {
        let answer: Value = cx.confluence(&spaces::by_key(key)).await?;
        return Ok(at::list(&answer, "/results").first().cloned());
    }
    match cx.confluence::<Value>(&spaces::v1_by_key(key)).await {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_status(404) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn unknown(cx: &Context, key: &str) -> ToolError {
    let request = if cx.is_cloud() { spaces::list(MAX_NAMED) } else { spaces::v1_list(MAX_NAMED) };
    let answer: Value = cx.confluence(&request).await.unwrap_or_default();
    let keys: Vec<&str> = at::list(&answer, "/results")
        .iter()
        .filter_map(|space| at::text(space, "/key"))
        .filter(|key| cx.fence.allows(key))
        .collect();
    let known = if keys.is_empty() {
        String::new()
    } else {
        format!(" Some that there are: {}.", keys.join(", "))
    };
    ToolError::refused(format!(
        "there is no space with key `{key}` on {}, or the account may not see it.{known}",
        cx.config().display_name()
    ))
}
