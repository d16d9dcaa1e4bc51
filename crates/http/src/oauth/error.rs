//! What can go wrong with a grant.

use super::StoreError;
use crate::{ApiErrorKind, Phase};
use http::StatusCode;

/// Why there is no good token. The texts hold no secret and end without a full stop, so that the
/// next step can follow.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OAuthError {
    /// Nothing is stored for the grant.
    #[error("nobody has logged in with OAuth for this instance yet")]
    NotLoggedIn,
    /// The access token is over, and no refresh token came with it.
    #[error("the stored OAuth token has expired and cannot be renewed")]
    NotRenewable,
    /// The OAuth server refused.
    #[error("{host} refused (HTTP {}{}): {words}", status.as_u16(),
            if code.is_empty() { String::new() } else { format!(", {code}") })]
    Refused {
        /// Host that answered.
        host: String,
        /// Status of the answer.
        status: StatusCode,
        /// The OAuth error code (`invalid_grant`), empty when the answer has none.
        code: String,
        /// Atlassian's own words, or what kind of answer it was.
        words: String,
    },
    /// The answer is no OAuth answer.
    #[error("{host} answered something that cannot be used (HTTP {}): {reason}", status.as_u16())]
    Unusable {
        /// Host that answered.
        host: String,
        /// Status of the answer.
        status: StatusCode,
        /// What is wrong with it.
        reason: String,
    },
    /// No connection, or it broke.
    #[error("no connection to {address}: {reason}")]
    Unreachable {
        /// Scheme, host and port.
        address: String,
        /// The cause, in words.
        reason: String,
    },
    /// No answer in time.
    #[error("{host} did not answer within {seconds} seconds")]
    Silent {
        /// Host that was asked.
        host: String,
        /// How long was waited.
        seconds: f64,
    },
    /// The token does not open the site of the instance.
    #[error(
        "the OAuth token does not open {site}; it opens {}",
        if sites.is_empty() { "no site at all".to_owned() } else { sites.join(", ") }
    )]
    NoSite {
        /// The site that was looked for: its address or its cloud id.
        site: String,
        /// Addresses of the sites that it opens.
        sites: Vec<String>,
    },
    /// Cloud gave no refresh token.
    #[error(
        "{host} gave no refresh token, so the login would end after an hour; add the scope \
         `offline_access` to the app's scopes"
    )]
    NoRefreshToken {
        /// Host that answered.
        host: String,
    },
    /// The token files.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something in the settings prevents it.
    #[error("{0}")]
    Setup(String),
}

impl OAuthError {
    /// Whether only a new login helps.
    #[must_use]
    pub fn wants_login(&self) -> bool {
        match self {
            Self::NotLoggedIn | Self::NotRenewable | Self::NoSite { .. } => true,
            // A 401 with a code of its own is about the app, not about the grant.
            Self::Refused { status, code, .. } => {
                code == "invalid_grant" || (*status == StatusCode::UNAUTHORIZED && code.is_empty())
            }
            Self::Store(error) => error.is_about_content(),
            _ => false,
        }
    }

    /// Whether trying again later may help without anybody doing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Silent { .. } | Self::Unusable { .. } => true,
            Self::Refused { status, .. } => status.is_server_error() || status.as_u16() == 429,
            _ => false,
        }
    }

    /// What this is for a request that needed the token, and how far that request had got: a
    /// request without a token never left.
    pub(crate) fn as_api_error(&self) -> (ApiErrorKind, Phase) {
        let kind = match self {
            Self::Unreachable { .. } | Self::Silent { .. } => ApiErrorKind::Connect,
            Self::Unusable { .. } => ApiErrorKind::Server,
            Self::Refused { .. } if self.is_passing() => ApiErrorKind::Server,
            Self::Refused { .. }
            | Self::NotLoggedIn
            | Self::NotRenewable
            | Self::NoSite { .. }
            | Self::NoRefreshToken { .. } => ApiErrorKind::Unauthorized,
            Self::Store(_) | Self::Setup(_) => ApiErrorKind::Setup,
        };
        (kind, Phase::NotSent)
    }
}
