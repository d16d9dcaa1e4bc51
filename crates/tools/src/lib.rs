//! What can be asked: the table of tools, and everything a tool needs to answer.
//!
//! A tool *is* its argument struct. One file shows its name, texts, toolset, access, arguments,
//! what it touches ([`Tool::scope`]) and what it does ([`Tool::call`]). Everything common is done
//! once around it:
//!
//! * [`argument`] and [`schema`]: the argument table of a tool, the JSON schema made from it, and
//!   the lenient reading of what a model sends (numbers for strings, arrays for comma lists, a
//!   pasted URL for a key).
//! * [`scope`]: the projects, spaces, issues and pages a call touches. The policy of the
//!   `instances` crate reads it before any request leaves; [`scope::Resolve`] turns ids into keys.
//! * [`context`]: one instance as a call sees it: remote, fence, caches, progress. There is no way
//!   from it to another instance.
//! * [`answer`] and [`error`]: what a tool returns; shaped for the wire elsewhere.
//! * [`table`]: the one table, which drives registration, filters, documentation and tests.
//! * [`calls`]: how tools over several instances call other tools, through the same pipeline.
//!
//! `jira/<area>/<tool>.rs`, `confluence/<area>/<tool>.rs` and `across/<tool>.rs` hold the tools.
//!
//! Rules of the crate: no protocol types (MCP is the `server` crate's business); no request without
//! going through [`Context::remote`]; a result that shows or changes something is checked against
//! [`Context::fence`] with the key that came back.

pub mod across;
pub mod answer;
pub mod argument;
pub mod cache;
pub mod calls;
pub mod confluence;
pub mod context;
pub mod definition;
pub mod error;
pub mod fence;
pub mod files;
pub mod jira;
mod reading;
pub mod schema;
pub mod scope;
pub mod table;

pub use answer::{Answer, Content};
pub use argument::{Argument, DefaultValue, Kind, Pattern};
pub use cache::Caches;
pub use calls::{Calls, InstanceListing, InstanceState};
pub use context::{Context, Files, Progress};
pub use definition::{
    Access, AcrossTool, Definition, Deployments, Prepared, PreparedAcross, Tool, Toolset,
};
pub use error::{ArgumentProblem, ToolError};
pub use fence::Fence;
pub use scope::{Resolve, Scope, Target, Touch};
pub use table::TABLE;
