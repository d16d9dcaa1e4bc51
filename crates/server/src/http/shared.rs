//! Sessions that replicas share.
//!
//! A session itself stays in the process that serves it. What is shared is enough to begin it anew
//! elsewhere: what its client said in `initialize`, and whose it is. The shared record decides
//! whether a session exists at all, so one that was ended on a replica is over on every other, and
//! when the record cannot be asked for, nobody is let in.
//!
//! It lies sealed under a key that only the session's id opens, and its own key is a digest of that
//! id: whoever reads the store can neither use nor recognise a session.

use super::sessions::IDLE;
use crate::store::seal::{self, SESSIONS, Seal};
use crate::store::{Kind, Store, StoreError};
use atlassian_settings::{Identity, Secret};
use rmcp::model::InitializeRequestParams;
use rmcp::transport::streamable_http_server::session::{
    SessionState, SessionStore, SessionStoreError,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The store of a listener.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<dyn Store>);

/// What a replica must know of a session that another one opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    owner: String,
    initialize: InitializeRequestParams,
}

/// A session on its way to this replica with the request that names it.
#[derive(Clone, Debug)]
pub(crate) struct Arriving {
    pub(crate) owner: Identity,
    pub(crate) kept: Kept,
}

tokio::task_local! {
    /// The session that the protocol library may restore for the request being served. A request
    /// is served by one task, and its owner has been compared before.
    pub(crate) static ARRIVING: Arriving;
}

impl Kept {
    pub(crate) fn new(id: &str, owner: Identity, initialize: InitializeRequestParams) -> Self {
        Self { owner: mark(id, owner), initialize }
    }

    /// Whether the session is this caller's.
    pub(crate) fn is_of(&self, id: &str, caller: Identity) -> bool {
        seal::same(&self.owner, &mark(id, caller))
    }
}

/// The owner as it is kept: of no use for any other session.
fn mark(id: &str, owner: Identity) -> String {
    let bytes: String = owner.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    seal::digest(&format!("{id} {bytes}"))
}

impl Shared {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self(store)
    }

    /// Makes a session known to all replicas.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be asked.
    pub(crate) async fn keep(&self, id: &str, kept: &Kept) -> Result<(), StoreError> {
        let key = seal::digest(id);
        let text = serde_json::to_vec(kept).map_err(|error| StoreError(error.to_string()))?;
        let sealed = sealing(id)?
            .close(Kind::Session, &key, text)
            .map_err(|error| StoreError(error.to_string()))?;
        self.0.put(Kind::Session, &key, sealed, IDLE).await
    }

    /// What is known of a session, which from now on may be idle for its whole time again.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be asked.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<Kept>, StoreError> {
        let key = seal::digest(id);
        let Some(sealed) = self.0.touch(Kind::Session, &key, IDLE).await? else { return Ok(None) };
        let text = sealing(id)?.open(Kind::Session, &key, &sealed);
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }

    /// Ends a session for all replicas.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be asked.
    pub(crate) async fn end(&self, id: &str) -> Result<(), StoreError> {
        self.0.take(Kind::Session, &seal::digest(id)).await.map(drop)
    }
}

fn sealing(id: &str) -> Result<Seal, StoreError> {
    Seal::of(SESSIONS, &Secret::new(id), "").map_err(|error| StoreError(error.to_string()))
}

/// What the protocol library asks for a session that this replica does not hold. Only the endpoint
/// knows whose a session is, so it is the endpoint that looks up, keeps and ends them.
#[derive(Debug)]
pub(crate) struct Restoring;

#[async_trait::async_trait]
impl SessionStore for Restoring {
    async fn load(&self, _id: &str) -> Result<Option<SessionState>, SessionStoreError> {
        let arriving = ARRIVING.try_with(|arriving| arriving.kept.initialize.clone()).ok();
        Ok(arriving.map(SessionState::new))
    }

    async fn store(&self, _id: &str, _state: &SessionState) -> Result<(), SessionStoreError> {
        Ok(())
    }

    async fn delete(&self, _id: &str) -> Result<(), SessionStoreError> {
        Ok(())
    }
}
