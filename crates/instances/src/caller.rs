//! Who is calling.

use crate::Visit;
use atlassian_settings::{Credential, Identity, InstanceId};
use atlassian_tools::Toolset;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One caller for the length of one request: identity, credentials per instance, and what the
/// request gave up on its own accord.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Opaque fingerprint of the caller; [`Identity::OPERATOR`] over stdio and from the command line.
    pub identity: Identity,
    /// Whether the caller sits at this machine (stdio, command line): the operator's credentials and
    /// local files are theirs.
    pub local: bool,
    /// Whether instances without a credential of the caller may use the operator's.
    pub operator_fallback: bool,
    /// The caller's own credentials. A credential goes to the instance it was given for and nowhere
    /// else.
    pub credentials: BTreeMap<InstanceId, Arc<Credential>>,
    /// Sites the request brought with it, each in the place of one instance.
    pub visits: BTreeMap<InstanceId, Arc<Visit>>,
    /// What the request narrows.
    pub narrowing: Narrowing,
    /// Headers of the request that instances may ask to be passed through, lower-case names.
    pub headers: Arc<Vec<(String, String)>>,
}

/// What a request narrows; it can never widen what the operator set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// Names of the instances it wants to see; `None` is all.
    pub instances: Option<BTreeSet<String>>,
    /// The toolsets it wants to see; `None` is all.
    pub toolsets: Option<BTreeSet<Toolset>>,
    /// Names of the tools it wants to see, plain or registered; `None` is all.
    pub enabled_tools: Option<BTreeSet<String>>,
    /// Names of tools it does not want to see, plain or registered.
    pub disabled_tools: BTreeSet<String>,
    /// Whether it gives up writing.
    pub read_only: bool,
}

impl Caller {
    /// The operator at this machine: stdio, command line, demo.
    #[must_use]
    pub fn operator() -> Self {
        Self {
            identity: Identity::OPERATOR,
            local: true,
            operator_fallback: true,
            credentials: BTreeMap::new(),
            visits: BTreeMap::new(),
            narrowing: Narrowing::default(),
            headers: Arc::default(),
        }
    }

    /// A caller over the network with nothing yet.
    #[must_use]
    pub fn remote(identity: Identity) -> Self {
        Self { identity, local: false, operator_fallback: false, ..Self::operator() }
    }
}
