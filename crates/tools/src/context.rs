//! One instance as a call sees it.

use crate::{Caches, Fence};
use atlassian_http::Remote;
use atlassian_settings::{Deployment, Identity, InstanceConfig, LossyWrites, Service};
use std::path::PathBuf;
use std::sync::Arc;

/// Everything a tool may use: exactly one instance, with the caller's credential, deadline and
/// boundaries. Cheap to clone, so that independent requests of one tool run concurrently.
#[derive(Clone)]
pub struct Context {
    /// The registered name of the tool that was called.
    pub tool: Arc<str>,
    /// The instance.
    pub remote: Remote,
    /// The projects or spaces filter.
    pub fence: Fence,
    /// Metadata of the instance, cached per identity.
    pub caches: Arc<Caches>,
    /// What to do when a write would drop content.
    pub lossy_writes: LossyWrites,
    /// Local files, only over stdio and only below a root.
    pub files: Option<Files>,
    /// Where progress is reported.
    pub progress: Progress,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("tool", &self.tool)
            .field("instance", &self.config().id)
            .finish_non_exhaustive()
    }
}

impl Context {
    /// The instance's configuration.
    #[must_use]
    pub fn config(&self) -> &Arc<InstanceConfig> {
        self.remote.config()
    }

    /// Cloud or Data Center.
    #[must_use]
    pub fn deployment(&self) -> Deployment {
        self.config().deployment
    }

    /// Whether the instance is on Atlassian Cloud.
    #[must_use]
    pub fn is_cloud(&self) -> bool {
        self.deployment().is_cloud()
    }

    /// The product.
    #[must_use]
    pub fn service(&self) -> Service {
        self.config().service()
    }

    /// Whose data the answers are.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.remote.identity()
    }

    /// The site address that links in results are built from, without trailing slash.
    #[must_use]
    pub fn site(&self) -> &str {
        self.config().site.as_str()
    }

    /// A `limit` argument clamped by `ATLASSIAN_MAX_PAGINATION_LIMIT`.
    #[must_use]
    pub fn clamp_limit(&self, limit: u32) -> u32 {
        self.config().limits.max_pagination_limit.map_or(limit, |max| limit.min(max))
    }
}

/// The folder below which a call may read and write local files.
#[derive(Clone, Debug)]
pub struct Files {
    /// The root, canonical.
    pub root: PathBuf,
}

/// Receives the progress of a call that pages.
pub trait ProgressSink: Send + Sync {
    /// Reports how much is done; `done` grows strictly.
    fn report(&self, done: u64, total: Option<u64>, message: &str);
}

/// Where a call reports its progress; silent when nobody asked.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<dyn ProgressSink>>);

impl Progress {
    /// Progress that is passed on.
    #[must_use]
    pub fn to(sink: Arc<dyn ProgressSink>) -> Self {
        Self(Some(sink))
    }

    /// Reports how much is done.
    pub fn report(&self, done: u64, total: Option<u64>, message: &str) {
        if let Some(sink) = &self.0 {
            sink.report(done, total, message);
        }
    }
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Progress({})", if self.0.is_some() { "on" } else { "off" })
    }
}
