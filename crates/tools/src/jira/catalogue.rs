//! The field catalogue of an instance, read once in ten minutes per caller.

use crate::{Context, ToolError};
use atlassian_jira::fields::{self, Catalogue};
use serde_json::Value;
use std::sync::Arc;

/// The catalogue; callers at the same time share one request.
///
/// # Errors
/// When it cannot be read.
pub(crate) async fn catalogue(cx: &Context) -> Result<Catalogue, ToolError> {
    let fetched = cx.caches.fields.try_get_with(cx.identity(), async {
        let fields: Vec<Value> = cx.remote.json(&fields::list(cx.deployment())).await?;
        Ok::<_, ToolError>(Arc::new(fields))
    });
    match fetched.await {
        Ok(fields) => Ok(Catalogue::new(fields)),
        Err(error) => Err(ToolError::clone(&error)),
    }
}
