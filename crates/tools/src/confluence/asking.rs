//! Asking Confluence, with an error that names the missing scope.

use crate::Context;
use atlassian_confluence::scopes;
use atlassian_http::{ApiError, ApiErrorKind, ApiRequest, FieldMessage};
use serde::de::DeserializeOwned;

impl Context {
    /// Sends a request to Confluence and reads the answer as JSON; no answer is `null`.
    ///
    /// # Errors
    /// As [`Remote::json`](atlassian_http::Remote::json). Where Confluence only says that the scope
    /// of the token does not match, the scope is named.
    pub(in crate::confluence) async fn confluence<T: DeserializeOwned>(
        &self,
        request: &ApiRequest,
    ) -> Result<T, ApiError> {
        self.remote.json(request).await.map_err(|mut error| {
            let refused =
                matches!(error.kind, ApiErrorKind::Unauthorized | ApiErrorKind::Forbidden);
            let about_scope = || error.messages.iter().any(|m| m.text.contains("scope"));
            if self.is_cloud()
                && refused
                && about_scope()
                && let Some(scope) = scopes::needed(request)
            {
                let text = format!("the token needs the scope {scope}");
                error.messages.push(FieldMessage { field: None, text });
            }
            error
        })
    }
}
