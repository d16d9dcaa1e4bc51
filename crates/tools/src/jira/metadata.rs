//! Documents about an instance that change rarely: read once in ten minutes per caller.

use crate::{Context, ToolError};
use atlassian_http::ApiErrorKind;
use serde_json::Value;
use std::sync::Arc;

/// A document by its name, fetched when it is not at hand; callers at the same time share one
/// request.
///
/// # Errors
/// When it cannot be read.
pub(crate) async fn document<F>(
    cx: &Context,
    name: String,
    fetch: impl Fn() -> F,
) -> Result<Arc<Value>, ToolError>
where
    F: Future<Output = Result<Value, ToolError>>,
{
    let key = (cx.identity(), name);
    let shared = cx.caches.documents.try_get_with(key, async { Ok(Arc::new(fetch().await?)) });
    match shared.await {
        Ok(document) => Ok(document),
        Err(error) if ended_elsewhere(cx, &error) => Ok(Arc::new(fetch().await?)),
        Err(error) => Err(ToolError::clone(&error)),
    }
}

/// Whether a shared request ended because the call that made it was over, which says nothing
/// about this call.
pub(crate) fn ended_elsewhere(cx: &Context, error: &ToolError) -> bool {
    let control = cx.remote.control();
    let over = control.cancel.is_cancelled() || tokio::time::Instant::now() >= control.deadline;
    !over
        && error.api().is_some_and(|error| {
            matches!(error.kind, ApiErrorKind::Cancelled | ApiErrorKind::Deadline)
        })
}
