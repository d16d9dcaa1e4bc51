//! OAuth as an instance is configured for it.

use crate::Secret;
use std::path::PathBuf;

/// The three ways OAuth can be configured (server spec section 3.3).
#[derive(Clone, Debug)]
pub enum OAuthCredential {
    /// A token given by the operator or brought by a request; never refreshed.
    Given {
        /// The access token.
        token: Secret,
    },
    /// A registered app whose tokens come from storage and are refreshed.
    App(OAuthApp),
    /// No token of our own: every request brings one.
    Minimal,
}

/// An app registered with Atlassian (Cloud, "OAuth 2.0 (3LO) apps") or with a Data Center product
/// (an incoming application link).
#[derive(Clone, Debug)]
pub struct OAuthApp {
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: Secret,
    /// Redirect address, exactly as it is registered.
    pub redirect_uri: String,
    /// Scopes asked for, separated by blanks.
    pub scope: String,
    /// Where its tokens are kept; `None` when there is neither a setting nor a home directory.
    pub token_folder: Option<TokenFolder>,
}

/// The folder of the token files (server spec section 7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFolder {
    /// `.mcp-atlassian` in the home directory, which belongs to this product and the one before.
    Home(PathBuf),
    /// A folder the operator named, whose permissions are the operator's.
    Named(PathBuf),
}

impl TokenFolder {
    /// Name of the folder in the home directory (server spec section 7.2).
    const IN_HOME: &'static str = ".mcp-atlassian";

    /// The named folder, else the one in the home directory.
    #[must_use]
    pub fn of(named: Option<PathBuf>, home: Option<PathBuf>) -> Option<Self> {
        named.map(Self::Named).or_else(|| home.map(|home| Self::Home(home.join(Self::IN_HOME))))
    }

    /// The folder's path.
    #[must_use]
    pub const fn path(&self) -> &PathBuf {
        match self {
            Self::Home(path) | Self::Named(path) => path,
        }
    }
}
