//! The field catalogue of an instance, read once in ten minutes per caller.

use super::metadata::ended_elsewhere;
use crate::{Context, ToolError};
use atlassian_jira::fields::{self, Catalogue};
use serde_json::Value;
use std::sync::Arc;

/// The catalogue; callers at the same time share one request.
///
/// # Errors
/// When it cannot be read.
pub(crate) async fn catalogue(cx: &Context) -> Result<Catalogue, ToolError> {
    let fetch = || async {
        let fields: Vec<Value> = cx.remote.json(&fields::list(cx.deployment())).await?;
        Ok::<_, ToolError>(Arc::new(fields))
    };
    match cx.caches.fields.try_get_with(cx.identity(), fetch()).await {
        Ok(fields) => Ok(Catalogue::new(fields)),
        Err(error) if ended_elsewhere(cx, &error) => Ok(Catalogue::new(fetch().await?)),
        Err(error) => Err(ToolError::clone(&error)),
    }
}

/// The catalogue, read anew.
///
/// # Errors
/// When it cannot be read.
pub(crate) async fn refreshed(cx: &Context) -> Result<Catalogue, ToolError> {
    cx.caches.fields.invalidate(&cx.identity()).await;
    catalogue(cx).await
}
