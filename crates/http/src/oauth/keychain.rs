//! The system's keychain as a place for tokens (server spec section 7.2; cargo feature `keyring`).

use atlassian_settings::Secret;
use std::fmt::Debug;
use std::sync::Arc;

/// A place for secrets that the operating system guards.
///
/// Its calls may block (a keychain may ask a person to unlock it) and are made off the runtime's
/// threads.
pub trait Keychain: Debug + Send + Sync {
    /// The secret of an entry; `None` when there is none.
    ///
    /// # Errors
    /// [`KeychainError`] when the keychain cannot be asked.
    fn read(&self, entry: &str) -> Result<Option<Secret>, KeychainError>;

    /// Stores or replaces the secret of an entry.
    ///
    /// # Errors
    /// [`KeychainError`] when the keychain does not take it.
    fn write(&self, entry: &str, secret: &Secret) -> Result<(), KeychainError>;

    /// Removes an entry; one that is not there is no error.
    ///
    /// # Errors
    /// [`KeychainError`] when the keychain cannot be asked.
    fn remove(&self, entry: &str) -> Result<(), KeychainError>;
}

/// A keychain that is not there, is locked, or refuses, in its own words without the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeychainError(pub String);

/// The keychain of this system, when the program is built to use it.
pub(crate) fn of_system() -> Option<Arc<dyn Keychain>> {
    #[cfg(feature = "keyring")]
    return Some(Arc::new(system::System));
    #[cfg(not(feature = "keyring"))]
    None
}

#[cfg(feature = "keyring")]
mod system {
    use super::{Keychain, KeychainError};
    use atlassian_settings::Secret;
    use keyring::v1::{Entry, Error};

    /// The service name of the product before, so that its entries are found where the system's
    /// naming allows (server spec section 7.2).
    const SERVICE: &str = "mcp-atlassian-oauth";

    /// Keychain on macOS, Credential Manager on Windows, Secret Service elsewhere.
    #[derive(Debug)]
    pub(super) struct System;

    fn entry(name: &str) -> Result<Entry, KeychainError> {
        Entry::new(SERVICE, name).map_err(|error| told(&error))
    }

    /// The keychain's words; errors that carry the secret's bytes are told by kind only.
    fn told(error: &Error) -> KeychainError {
        KeychainError(match error {
            Error::BadEncoding(_) => "the entry is not text".to_owned(),
            other => crate::words::clip(&other.to_string(), 200),
        })
    }

    impl Keychain for System {
        fn read(&self, name: &str) -> Result<Option<Secret>, KeychainError> {
            match entry(name)?.get_password() {
                Ok(text) => Ok(Some(Secret::new(text))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(told(&error)),
            }
        }

        fn write(&self, name: &str, secret: &Secret) -> Result<(), KeychainError> {
            entry(name)?.set_password(secret.expose()).map_err(|error| told(&error))
        }

        fn remove(&self, name: &str) -> Result<(), KeychainError> {
            match entry(name)?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(told(&error)),
            }
        }
    }
}
