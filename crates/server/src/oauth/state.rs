//! Typed access to what is remembered.

use super::disk::Folder;
use super::refusal::Refusal;
use super::settings::{Keeping, ProxySettings};
use super::upstream::Upstream;
use crate::ServeError;
use crate::store::seal::{self, Seal};
use crate::store::{Kind, Memory, Store, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// The state of a proxy.
#[derive(Clone, Debug)]
pub(super) struct State {
    store: Arc<dyn Store>,
    seal: Arc<Seal>,
}

/// State that cannot be read or written.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct StateError(String);

impl From<StoreError> for StateError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

impl From<seal::NoRandomness> for StateError {
    fn from(error: seal::NoRandomness) -> Self {
        Self(error.to_string())
    }
}

impl From<StateError> for Refusal {
    fn from(error: StateError) -> Self {
        // The log tells the operator; the client can only try again.
        tracing::error!(target: "atlassian_mcp::oauth", "the state of the OAuth proxy cannot be used: {error}");
        Self::new(
            "temporarily_unavailable",
            "The server cannot look up its state; try again later.",
        )
    }
}

impl State {
    /// Opens the store that the settings name.
    pub(super) fn open(
        settings: &ProxySettings,
        upstream: &Upstream,
        shared: Option<&Arc<dyn Store>>,
    ) -> Result<Self, ServeError> {
        let store: Arc<dyn Store> = match &settings.keeping {
            Keeping::Memory => Arc::new(Memory::default()),
            Keeping::Shared => shared.map(Arc::clone).ok_or_else(|| {
                ServeError::OAuth(
                    "ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE=redis needs MCP_REDIS_URL.".to_owned(),
                )
            })?,
            Keeping::Folder(path) => Arc::new(Folder::open(path).map_err(|error| {
                ServeError::OAuth(format!(
                    "The folder for registrations of the OAuth proxy {error}. Set ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE=memory \
                     to do without."
                ))
            })?),
        };
        let app = upstream.app();
        let seal = Seal::of(seal::OAUTH, &app.client_secret, &app.client_id).map_err(|error| {
            ServeError::OAuth(format!("The OAuth proxy cannot start: {error}."))
        })?;
        let seal = Arc::new(seal);
        Ok(Self { store, seal })
    }

    /// What is known under a key; what cannot be opened is unknown.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        kind: Kind,
        key: &str,
    ) -> Result<Option<T>, StateError> {
        let key = seal::digest(key);
        let sealed = self.store.get(kind, &key).await?;
        Ok(self.read(kind, &key, sealed))
    }

    /// The same for one caller only: it is gone afterwards.
    pub(super) async fn take<T: DeserializeOwned>(
        &self,
        kind: Kind,
        key: &str,
    ) -> Result<Option<T>, StateError> {
        let key = seal::digest(key);
        let sealed = self.store.take(kind, &key).await?;
        Ok(self.read(kind, &key, sealed))
    }

    /// Remembers something for this long.
    pub(super) async fn put<T: Serialize>(
        &self,
        kind: Kind,
        key: &str,
        value: &T,
        life: Duration,
    ) -> Result<(), StateError> {
        let key = seal::digest(key);
        let text = serde_json::to_vec(value).map_err(|error| StateError(error.to_string()))?;
        let sealed = self.seal.close(kind, &key, text)?;
        Ok(self.store.put(kind, &key, sealed, life).await?)
    }

    fn read<T: DeserializeOwned>(
        &self,
        kind: Kind,
        key: &str,
        sealed: Option<Vec<u8>>,
    ) -> Option<T> {
        let text = self.seal.open(kind, key, &sealed?)?;
        serde_json::from_slice(&text).ok()
    }
}
