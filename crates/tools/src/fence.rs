//! The boundary of projects or spaces around one instance, as a call sees it.

use crate::ToolError;
use atlassian_settings::{Filter, InstanceConfig, Service};

/// The projects filter or spaces filter in force for a call, or none.
///
/// The policy applies it to everything named in the arguments before any request leaves; a tool
/// applies it to the key that came back, because moved issues and pages keep their old names
/// (design section 1).
#[derive(Clone, Debug)]
pub struct Fence {
    service: Service,
    instance: String,
    filter: Option<Filter>,
}

impl Fence {
    /// The fence of an instance.
    #[must_use]
    pub fn of(config: &InstanceConfig) -> Self {
        Self {
            service: config.service(),
            instance: config.id.to_string(),
            filter: config.exposure.filter.clone(),
        }
    }

    /// The filter to be ANDed into every query, if there is one.
    #[must_use]
    pub fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// Whether anything is fenced off at all.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.filter.is_none()
    }

    /// Whether a project or space key is inside.
    #[must_use]
    pub fn allows(&self, key: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.allows(key))
    }

    /// Lets a project or space key pass.
    ///
    /// # Errors
    /// [`ToolError::Policy`] names the rule and the instance; `what` is what the caller asked for.
    pub fn admit(&self, key: &str, what: &str) -> Result<(), ToolError> {
        if self.allows(key) {
            return Ok(());
        }
        Err(self.refusal(what))
    }

    /// The refusal for something outside, naming only what the caller asked for.
    #[must_use]
    pub fn refusal(&self, what: &str) -> ToolError {
        let (kind, variable) = match self.service {
            Service::Jira => ("projects", "PROJECTS_FILTER"),
            Service::Confluence => ("spaces", "SPACES_FILTER"),
        };
        let allowed = self.filter.as_ref().map(|f| f.keys().join(", ")).unwrap_or_default();
        ToolError::Policy(format!(
            "{what} is outside the {kind} that this server may touch on instance `{}` \
             (restricted by configuration, {variable}: {allowed}). Nothing was changed.",
            self.instance
        ))
    }
}
