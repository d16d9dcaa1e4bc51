//! One instance as one call sees it.

use crate::client::Call;
use crate::{
    ApiError, ApiErrorKind, ApiPath, ApiRequest, Client, Download, LinkError, Response, Traffic,
};
use atlassian_settings::{Credential, Identity, InstanceConfig};
use http::Method;
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
#[derive(Clone)]
pub struct Remote {
    client: Client,
    credential: Arc<Credential>,
    identity: Identity,
    control: CallControl,
    passthrough: Arc<Vec<(String, String)>>,
    traffic: Arc<Traffic>,
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
        let passthrough = Arc::new(Vec::new());
        Self { client, credential, identity, control, passthrough, traffic: Arc::default() }
    }

    /// The same, counting its requests where the call's record is made.
    #[must_use]
    pub fn with_traffic(mut self, traffic: Arc<Traffic>) -> Self {
        self.traffic = traffic;
        self
    }

    /// The same with headers of the incoming request that are handed on to the instance's own
    /// addresses, after everything else (`X_PASSTHROUGH_HEADERS`).
    #[must_use]
    pub fn with_passthrough(mut self, headers: Vec<(String, String)>) -> Self {
        self.passthrough = Arc::new(headers);
        self
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
        let ended = self.client.answer(&self.call(request)).await;
        match &ended {
            Ok(response) => self.traffic.answered(response.status, response.body.len()),
            Err(error) => self.traffic.failed(error),
        }
        ended
    }

    /// Sends a request and reads the answer as JSON.
    ///
    /// # Errors
    /// [`ApiError`], also when the body is not the JSON asked for.
    pub async fn json<T: DeserializeOwned>(&self, request: &ApiRequest) -> Result<T, ApiError> {
        self.send(request).await?.json()
    }

    /// Downloads a file of at most `max` bytes. A redirect to a media host of the platform is
    /// followed without credentials.
    ///
    /// # Errors
    /// [`ApiError`]; of kind `TooLarge` when the file is larger than `max`.
    pub async fn download(&self, request: &ApiRequest, max: usize) -> Result<Download, ApiError> {
        let ended = self.client.perform(&self.call(request), "*/*", max).await;
        match &ended {
            Ok(answer) => self.traffic.answered(answer.status, answer.body.len()),
            Err(error) => self.traffic.failed(error),
        }
        let answer = ended?;
        Ok(Download::of(request, &answer.headers, answer.body))
    }

    /// Downloads what a link of an answer leads to: with credentials on the instance's own
    /// addresses, without them on the platform's media hosts, and not at all elsewhere.
    ///
    /// # Errors
    /// [`ApiError`]; of kind `Redirect` when the link leaves the instance's addresses.
    pub async fn download_link(
        &self,
        link: &str,
        action: &str,
        max: usize,
    ) -> Result<Download, ApiError> {
        let (path, query) = self.link(link).map_err(|error| {
            ApiError::new(ApiErrorKind::Redirect, action, self.client.instance())
                .because(error.to_string())
        })?;
        let request = ApiRequest { query, ..ApiRequest::new(Method::GET, path, action) };
        self.download(&request, max).await
    }

    /// Turns a link of an answer (next page, attachment) into something that can be asked for:
    /// the path with its query pairs. The rules are those of [`Origins::resolve`].
    ///
    /// [`Origins::resolve`]: crate::Origins::resolve
    ///
    /// # Errors
    /// [`LinkError`] when the link leaves the instance's addresses.
    pub fn link(&self, link: &str) -> Result<(ApiPath, Vec<(String, String)>), LinkError> {
        self.client.origins_for(&self.credential).resolve(link)
    }

    fn call<'a>(&'a self, request: &'a ApiRequest) -> Call<'a> {
        Call {
            request,
            credential: &self.credential,
            passthrough: &self.passthrough,
            control: &self.control,
        }
    }
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.passthrough.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Remote")
            .field("instance", &self.client.instance())
            .field("credential", &self.credential.word())
            .field("identity", &self.identity)
            .field("passthrough", &names)
            .finish_non_exhaustive()
    }
}
