//! One instance as one call sees it.

use crate::{ApiError, ApiPath, ApiRequest, Client, LinkError, Response};
use atlassian_settings::{Credential, Identity, InstanceConfig};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Deadline and cancellation of a call, passed all the way down.
#[derive(Clone, Debug)]
pub struct CallControl {
    /// When the call must be over.
    pub deadline: Instant,
    /// Fires when the caller no longer wants the answer.
    pub cancel: CancellationToken,
}

/// One instance as one call sees it: client, credential, deadline and cancellation.
///
/// A tool gets exactly one; there is no way from it to another instance.
#[derive(Clone, Debug)]
pub struct Remote {
    client: Client,
    credential: Arc<Credential>,
    identity: Identity,
    control: CallControl,
    passthrough: Arc<Vec<(String, String)>>,
}

impl Remote {
    /// An instance for one call.
    #[must_use]
    pub fn new(
        client: Client,
        credential: Arc<Credential>,
        identity: Identity,
        control: CallControl,
    ) -> Self {
        Self { client, credential, identity, control, passthrough: Arc::new(Vec::new()) }
    }

    /// The instance's configuration.
    #[must_use]
    pub fn config(&self) -> &Arc<InstanceConfig> {
        self.client.config()
    }

    /// Whose data the answers are: caches are keyed by it.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Deadline and cancellation of the call.
    #[must_use]
    pub fn control(&self) -> &CallControl {
        &self.control
    }

    /// Sends a request.
    ///
    /// # Errors
    /// [`ApiError`] for everything but a success status.
    pub async fn send(&self, request: &ApiRequest) -> Result<Response, ApiError> {
        let _ = &self.passthrough;
        self.client.send(request, &self.credential, &self.control).await
    }

    /// Sends a request and reads the answer as JSON.
    ///
    /// # Errors
    /// [`ApiError`], also when the body is not the JSON asked for.
    pub async fn json<T: DeserializeOwned>(&self, request: &ApiRequest) -> Result<T, ApiError> {
        self.send(request).await?.json()
    }

    /// Turns a link of an answer (next page, attachment) into something that can be asked for:
    /// the path with its query pairs.
    ///
    /// # Errors
    /// [`LinkError`] when the link leaves the instance's addresses.
    pub fn link(&self, _link: &str) -> Result<(ApiPath, Vec<(String, String)>), LinkError> {
        Err(LinkError::Malformed)
    }
}
