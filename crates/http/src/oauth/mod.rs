//! OAuth 2.0 towards Atlassian: Cloud ("3LO") and Data Center (server spec sections 3.3 and 7).
//!
//! A grant is what one person allowed one registered app: an access token that lives about an
//! hour, and a refresh token that Cloud replaces each time it is used. Who uses an old refresh
//! token loses the grant, so everything here serves one rule: a refresh token is used by one hand
//! at a time, and its successor is on disk before anybody goes on.
//!
//! * `endpoints`: where a deployment's OAuth server is.
//! * `tokens`: the tokens of a grant, which site they are for, and the form they have on disk.
//! * `store`: the files (0600, in a folder of 0700, replaced whole) and the lock that parallel
//!   processes take turns with; `keychain`: the system's keychain before them.
//! * `login`: a login under way, from the consent address to the code (PKCE, state).
//! * `token_server`: the exchange of codes and refresh tokens, and the list of sites.
//! * `sites`: which site of that list an instance is, by its address and never by its place.
//! * `holder`: the tokens of one grant while the program runs; refreshes before they end, once
//!   for all who wait, and once more when an instance refuses one.
//! * `signing`: what a call's credential is at this moment, and where the call then goes.
//!
//! Rules: tokens are `Secret`s and appear in no text; answers of the OAuth server are bounded,
//! masked and quoted; a refresh runs to its end even when the call that began it is cancelled.

mod endpoints;
mod error;
mod holder;
mod keychain;
mod login;
mod signing;
mod sites;
mod store;
mod token_server;
mod tokens;

pub(crate) use endpoints::CLOUD;
pub use endpoints::Endpoints;
pub use error::OAuthError;
pub use holder::Grants;
pub(crate) use holder::Holder;
pub use keychain::{Keychain, KeychainError};
pub use login::{CallbackError, Login};
pub(crate) use signing::Signed;
pub use signing::login_command;
pub use sites::AccessibleSite;
pub(crate) use sites::is_id;
pub use store::{Lock, Place, Store, StoreError};
pub use token_server::TokenServer;
pub use tokens::{Context, Tokens};
