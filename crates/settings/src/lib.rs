//! What a run of atlassian-mcp is configured to do, as validated values.
//!
//! Three stages, each in a module of its own:
//!
//! 1. [`variables`] is the one table of every variable the product knows: name, type, default,
//!    scope, secrecy, text. The reference page, `.env.example` and packaging files are generated
//!    from it; a test keeps them true.
//! 2. [`raw`] mirrors what was given one to one: process environment, env file
//!    ([`parse_env_file`]) and command line ([`flags`]) merged by precedence (server spec section
//!    1.1).
//! 3. [`validate`](mod@validate) turns that into [`Settings`] in one function that reports *all*
//!    problems at once: an [`InstanceSet`] of usable and skipped instances, and [`ServerSettings`].
//!    `_FILE` secrets are read there, through [`Sources`].
//!
//! [`markdown_reference`] and [`env_example`] say what the table says, as text.
//!
//! Rules of the crate: it takes maps and a [`Sources`] implementation, never the process
//! environment, and performs no I/O of its own. Secrets are [`Secret`] from the moment they are
//! read; nothing here can print one. A numbered instance inherits network and behaviour settings,
//! never credentials, filters, custom headers or `SSL_VERIFY` (server spec section 11.3).

mod env_file;
pub mod flags;
mod identity;
mod instance;
pub mod key_pattern;
mod name;
mod network;
mod oauth;
pub mod raw;
mod reference;
mod secret;
mod server;
mod service;
mod site;
mod sources;
pub mod validate;
pub mod variables;

pub use env_file::{EnvFileError, parse_env_file};
pub use flags::{FLAGS, Flag, FlagValue, Given};
pub use identity::Identity;
pub use instance::{
    Behaviour, Credential, Exposure, Filter, InstanceConfig, InstanceSet, Skipped, ToolNames,
    ToolsetNames,
};
pub use name::{InstanceId, InstanceName, MAX_NAME_LENGTH, NameError};
pub use network::{Limits, Network, Proxies, RetryPolicy};
pub use oauth::{OAuthApp, OAuthCredential, TokenFolder};
pub use raw::Raw;
pub use reference::{env_example, markdown_reference};
pub use secret::Secret;
pub use server::{
    CallerSettings, HttpSettings, LogFormat, LogLevel, LogSettings, LossyWrites, RedisSettings,
    ServerSettings, TelemetrySettings, ToolMode, Transport,
};
pub use service::{Deployment, Service, is_cloud_host};
pub use site::{SiteUrl, SiteUrlError};
pub use sources::{MapSources, SourceError, Sources};
pub use validate::{Problem, ProblemKind, Settings, Severity, validate};
pub use variables::{VARIABLES, Variable};
