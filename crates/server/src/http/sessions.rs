//! Sessions of legacy clients: bounded, expiring when idle, bound to their caller.

use atlassian_settings::Identity;
use futures::Stream;
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_server::session::local::{
    LocalSessionManager, LocalSessionManagerError,
};
use rmcp::transport::streamable_http_server::session::{
    ServerSseMessage, SessionId, SessionManager,
};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a session may be idle (server spec section 10.4).
pub(crate) const IDLE: Duration = Duration::from_secs(30 * 60);

/// What a client hears when there is no room for another session.
pub(crate) const FULL: &str = "Too many sessions are open; end one, or try again later";

/// The sessions of a listener.
#[derive(Debug)]
pub(crate) struct Sessions {
    inner: LocalSessionManager,
    most: usize,
    /// Whose each session is; nobody's until its `initialize` has been answered.
    owners: Mutex<HashMap<SessionId, Option<Identity>>>,
}

/// Why a session cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    /// There are as many as there may be.
    #[error("{FULL}")]
    Full,
    /// The protocol library's own.
    #[error(transparent)]
    Local(#[from] LocalSessionManagerError),
}

impl Sessions {
    /// At most `most` sessions.
    pub(crate) fn new(most: usize) -> Self {
        let mut inner = LocalSessionManager::default();
        inner.session_config.keep_alive = Some(IDLE);
        Self { inner, most, owners: Mutex::default() }
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<SessionId, Option<Identity>>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    pub(crate) fn open(&self) -> usize {
        self.owners().len()
    }

    /// Binds a new session to the caller that opened it.
    pub(crate) fn bind(&self, id: &str, owner: Identity) {
        if let Some(bound) = self.owners().get_mut(id) {
            bound.get_or_insert(owner);
        }
    }

    /// Whether a session exists and is this caller's.
    pub(crate) fn is_of(&self, id: &str, caller: Identity) -> bool {
        self.owners().get(id) == Some(&Some(caller))
    }
}

impl SessionManager for Sessions {
    type Error = SessionError;
    type Transport = <LocalSessionManager as SessionManager>::Transport;

    async fn create_session(&self) -> Result<(SessionId, Self::Transport), Self::Error> {
        if self.owners().len() >= self.most {
            return Err(SessionError::Full);
        }
        let (id, transport) = self.inner.create_session().await?;
        self.owners().insert(id.clone(), None);
        Ok((id, transport))
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, Self::Error> {
        Ok(self.inner.initialize_session(id, message).await?)
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, Self::Error> {
        Ok(self.inner.has_session(id).await?)
    }

    async fn close_session(&self, id: &SessionId) -> Result<(), Self::Error> {
        self.owners().remove(id);
        Ok(self.inner.close_session(id).await?)
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        Ok(self.inner.create_stream(id, message).await?)
    }

    async fn accept_message(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<(), Self::Error> {
        Ok(self.inner.accept_message(id, message).await?)
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        Ok(self.inner.create_standalone_stream(id).await?)
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        Ok(self.inner.resume(id, last_event_id).await?)
    }
}
