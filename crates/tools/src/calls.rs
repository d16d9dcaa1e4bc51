//! How tools over several instances reach the others: through the same pipeline.

use crate::Answer;
use atlassian_settings::{Deployment, Service};
use serde_json::{Map, Value};
use std::future::Future;
use std::pin::Pin;

/// State of an instance in a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// Usable as far as the configuration goes.
    Ready,
    /// Not usable with the credentials of this caller.
    NoCredential,
    /// Skipped at start.
    Skipped,
}

impl InstanceState {
    /// The word shown in listings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NoCredential => "no_credential",
            Self::Skipped => "skipped",
        }
    }
}

/// One instance in a listing.
#[derive(Clone, Debug)]
pub struct InstanceListing {
    /// Name: `primary`, `staging`.
    pub name: String,
    /// Display label of the primary.
    pub label: Option<String>,
    /// Product.
    pub service: Service,
    /// Number: 1 for the primary.
    pub number: u8,
    /// What its tool names start with: `jira_staging_`.
    pub prefix: Option<String>,
    /// Base address.
    pub url: Option<String>,
    /// Cloud or Data Center.
    pub deployment: Option<Deployment>,
    /// Kind of authentication.
    pub auth: Option<&'static str>,
    /// Whether writes are off.
    pub read_only: bool,
    /// Number of tools listed for this caller.
    pub tools: usize,
    /// State.
    pub state: InstanceState,
    /// Why it is not usable.
    pub reasons: Vec<String>,
}

/// The future of an inner call.
pub type InnerCall<'a> = Pin<Box<dyn Future<Output = Result<Answer, String>> + Send + 'a>>;

/// What tools over several instances may do: list the instances and call other tools by their
/// registered names. Every inner call meets the policy of its target and is recorded with its
/// parent's id.
pub trait Calls: Send + Sync {
    /// The instances this caller may see, skipped ones included.
    fn instances(&self) -> Vec<InstanceListing>;

    /// Calls a tool through the pipeline; an error is the text a client would have seen.
    fn call<'a>(&'a self, name: &'a str, arguments: Map<String, Value>) -> InnerCall<'a>;
}
