//! The registry: table of tools x configured instances x policy, and the one way of a call.
//!
//! * [`Registry::build`] makes one immutable registry at start: every usable instance gets the
//!   full tool set of its product under its own prefix; collisions and lengths are checked there,
//!   and names are never parsed back.
//! * [`policy`]: the one choke point. The same function decides what is listed and what may be
//!   called; what a call touches is admitted before any request leaves.
//! * [`pipeline`]: name + arguments + caller -> registry -> arguments -> policy -> tool -> answer,
//!   with exactly one [`record`]. Every transport and the command line walk it.
//! * [`visit`]: sites that requests bring with them, in the place of the unnumbered instance.
//! * `sign_in`: the OAuth server that callers log in at.
//! * `validation`: whether an instance knows a caller's credential, asked once in a while.
//! * `elsewhere`: links that belong to another instance than the called one.
//! * [`caller`]: who is calling, with which credentials for which instance.
//! * [`live`]: what outlives a snapshot: client pools, breakers and caches, keyed by instance.
//! * [`listing`]: the instances as people and models see them.
//!
//! Rules of the crate: no instance ever falls back to another; a hidden tool answers like an
//! unknown one; a lookup that fails is an error, never the primary (server spec section 11).

pub mod caller;
mod elsewhere;
pub mod listing;
pub mod live;
pub mod pipeline;
pub mod policy;
pub mod record;
pub mod registry;
mod sign_in;
mod validation;
pub mod visit;

pub use caller::{Caller, Narrowing};
pub use live::{Live, Platform};
pub use pipeline::{CallRequest, Outcome};
pub use policy::Policy;
pub use record::{Ending, Observer, Record};
pub use registry::{Entry, Registry};
pub use visit::{Unwelcome, Visit};
