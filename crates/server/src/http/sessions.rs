//! Sessions of legacy clients: bounded, expiring when idle, bound to their caller.

use super::shared::{ARRIVING, Arriving, Kept, Shared};
use crate::store::StoreError;
use atlassian_settings::Identity;
use futures::Stream;
use rmcp::model::{ClientJsonRpcMessage, InitializeRequestParams, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_server::session::local::{
    LocalSessionManager, LocalSessionManagerError,
};
use rmcp::transport::streamable_http_server::session::{
    RestoreOutcome, ServerSseMessage, SessionId, SessionManager,
};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a session may be idle (server spec section 10.4).
pub(crate) const IDLE: Duration = Duration::from_secs(30 * 60);

/// What a client hears when there is no room for another session.
pub(crate) const FULL: &str = "Too many sessions are open; end one, or try again later";
/// What it hears of a session that another of its requests is just bringing here.
pub(crate) const MOVING: &str = "The session is being taken over by this server; try again";

/// The sessions of a listener.
#[derive(Debug)]
pub(crate) struct Sessions {
    inner: LocalSessionManager,
    most: usize,
    /// Whose each session is; nobody's until its `initialize` has been answered.
    owners: Mutex<HashMap<SessionId, Option<Identity>>>,
    /// Where replicas share them.
    shared: Option<Shared>,
}

/// What a request that names a session may do.
#[derive(Debug)]
pub(crate) enum Admitted {
    /// There is no such session for this caller.
    No,
    /// It is here.
    Here,
    /// It is another replica's, and may be begun anew here.
    Arriving(Box<Arriving>),
}

/// Why a session cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    /// There are as many as there may be.
    #[error("{FULL}")]
    Full,
    /// It has been restored by another request meanwhile.
    #[error("{MOVING}")]
    Moving,
    /// The protocol library's own.
    #[error(transparent)]
    Local(#[from] LocalSessionManagerError),
}

impl Sessions {
    /// At most `most` sessions in this process.
    pub(crate) fn new(most: usize, shared: Option<Shared>) -> Self {
        let mut inner = LocalSessionManager::default();
        inner.session_config.keep_alive = Some(IDLE);
        Self { inner, most, owners: Mutex::default(), shared }
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<SessionId, Option<Identity>>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    pub(crate) fn open(&self) -> usize {
        self.owners().len()
    }

    /// Whether replicas share them.
    pub(crate) fn are_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// Binds a new session to the caller that opened it, here and on every replica.
    ///
    /// # Errors
    /// [`StoreError`] when the replicas cannot be told; the session is over then.
    pub(crate) async fn bind(
        &self,
        id: &str,
        owner: Identity,
        initialize: impl FnOnce() -> Option<InitializeRequestParams>,
    ) -> Result<(), StoreError> {
        let fresh = match self.owners().get_mut(id) {
            Some(bound) if bound.is_none() => {
                *bound = Some(owner);
                true
            }
            _ => false,
        };
        let Some(shared) = self.shared.as_ref().filter(|_| fresh) else { return Ok(()) };
        let Some(initialize) = initialize() else { return Ok(()) };
        let kept = shared.keep(id, &Kept::new(id, owner, initialize)).await;
        if kept.is_err() {
            self.close(id).await;
        }
        kept
    }

    /// Whether a session exists and is this caller's.
    ///
    /// # Errors
    /// [`StoreError`] when replicas share sessions and cannot be asked.
    pub(crate) async fn admits(&self, id: &str, caller: Identity) -> Result<Admitted, StoreError> {
        let Some(shared) = &self.shared else {
            return Ok(if self.is_of(id, caller) { Admitted::Here } else { Admitted::No });
        };
        let Some(kept) = shared.find(id).await? else {
            // It was ended on another replica, or has been idle for too long everywhere.
            self.close(id).await;
            return Ok(Admitted::No);
        };
        Ok(if !kept.is_of(id, caller) {
            Admitted::No
        } else if self.is_of(id, caller) {
            Admitted::Here
        } else {
            Admitted::Arriving(Box::new(Arriving { owner: caller, kept }))
        })
    }

    /// Ends a session on every replica.
    ///
    /// # Errors
    /// [`StoreError`] when the replicas cannot be told; it goes on then.
    pub(crate) async fn end(&self, id: &str) -> Result<(), StoreError> {
        match &self.shared {
            Some(shared) => shared.end(id).await,
            None => Ok(()),
        }
    }

    fn is_of(&self, id: &str, caller: Identity) -> bool {
        self.owners().get(id) == Some(&Some(caller))
    }

    async fn close(&self, id: &str) {
        let id = SessionId::from(id);
        self.owners().remove(&id);
        // It may be over by itself, or never have been here.
        let _ = self.inner.close_session(&id).await;
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

    async fn restore_session(
        &self,
        id: SessionId,
    ) -> Result<RestoreOutcome<Self::Transport>, Self::Error> {
        let Ok(owner) = ARRIVING.try_with(|arriving| arriving.owner) else {
            return Ok(RestoreOutcome::NotSupported);
        };
        if self.owners().len() >= self.most {
            return Err(SessionError::Full);
        }
        let outcome = self.inner.restore_session(id.clone()).await?;
        if matches!(outcome, RestoreOutcome::AlreadyPresent) {
            return Err(SessionError::Moving);
        }
        self.owners().insert(id, Some(owner));
        Ok(outcome)
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
