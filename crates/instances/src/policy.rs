//! The one choke point: what is listed, what may be called, what may be touched.

use crate::Caller;
use atlassian_settings::{Deployment, Exposure, InstanceConfig, InstanceId, Service};
use atlassian_tools::scope::Target;
use atlassian_tools::{Context, Definition, Resolve as _, Scope, ToolError, Toolset, Touch};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use std::collections::BTreeSet;

/// Ids whose project or space is asked for at the same time.
const RESOLVED_AT_ONCE: usize = 8;

/// The rules around one instance, or around the tools that belong to none.
///
/// [`Policy::exposes`] is the only function that decides whether a tool exists for a caller; the
/// list and the call ask the same one.
#[derive(Clone, Debug)]
pub struct Policy {
    instance: Option<InstanceId>,
    deployment: Option<Deployment>,
    visible: bool,
    read_only: bool,
    toolsets: Option<BTreeSet<Toolset>>,
    /// Allow-lists, each of which must name a tool.
    enabled: Vec<BTreeSet<String>>,
    disabled: BTreeSet<String>,
}

/// What the names of a `TOOLSETS` list mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolsetSelection {
    /// The toolsets in force; `None` is all of them.
    pub toolsets: Option<BTreeSet<Toolset>>,
    /// Names that are no toolset.
    pub unknown: Vec<String>,
}

impl ToolsetSelection {
    /// Reads a list of names: `all` and `default` in any case, toolset names exactly as they are
    /// (server spec section 5). Only unknown names leave no tools at all.
    #[must_use]
    pub fn read(names: Option<&BTreeSet<String>>) -> Self {
        let Some(names) = names else { return Self::default() };
        let mut toolsets = BTreeSet::new();
        let mut unknown = Vec::new();
        for name in names {
            if name.eq_ignore_ascii_case("all") {
                return Self::default();
            }
            if name.eq_ignore_ascii_case("default") {
                toolsets
                    .extend(Toolset::ALL.iter().copied().filter(|toolset| toolset.is_default()));
            } else if let Some(toolset) = Toolset::ALL.iter().find(|toolset| toolset.name() == name)
            {
                toolsets.insert(*toolset);
            } else {
                unknown.push(name.clone());
            }
        }
        Self { toolsets: Some(toolsets), unknown }
    }
}

impl Policy {
    /// The rules of an instance; `visible` is false when `--instances` leaves it out.
    #[must_use]
    pub fn of_instance(config: &InstanceConfig, visible: bool) -> Self {
        Self::new(Some(config.id.clone()), Some(config.deployment), visible, &config.exposure)
    }

    /// The rules of the tools about several instances: listed only with two or more usable ones.
    #[must_use]
    pub fn of_across(exposure: &Exposure, visible: bool) -> Self {
        Self::new(None, None, visible, exposure)
    }

    fn new(
        instance: Option<InstanceId>,
        deployment: Option<Deployment>,
        visible: bool,
        exposure: &Exposure,
    ) -> Self {
        Self {
            instance,
            deployment,
            visible,
            read_only: exposure.read_only,
            toolsets: ToolsetSelection::read(exposure.toolsets.as_ref()).toolsets,
            enabled: exposure.enabled_tools.iter().cloned().collect(),
            disabled: exposure.disabled_tools.clone(),
        }
    }

    /// The same rules, narrowed by those of another instance.
    #[must_use]
    pub(crate) fn narrowed_by(mut self, other: &Self) -> Self {
        self.read_only |= other.read_only;
        self.toolsets = match (self.toolsets, &other.toolsets) {
            (Some(own), Some(theirs)) => Some(own.intersection(theirs).copied().collect()),
            (own, theirs) => own.or_else(|| theirs.clone()),
        };
        self.enabled.extend(other.enabled.iter().cloned());
        self.disabled.extend(other.disabled.iter().cloned());
        self
    }

    /// Whether a tool exists for a caller, under its registered name.
    ///
    /// Precedence is law: read-only beats everything, a deny-list beats an allow-list, and a request
    /// can only narrow.
    #[must_use]
    pub fn exposes(&self, definition: &Definition, registered: &str, caller: &Caller) -> bool {
        let names =
            |list: &BTreeSet<String>| list.contains(definition.name) || list.contains(registered);
        let narrowing = &caller.narrowing;
        self.visible
            && !(definition.access.writes() && (self.read_only || narrowing.read_only))
            && !names(&self.disabled)
            && !names(&narrowing.disabled_tools)
            && self.toolsets.as_ref().is_none_or(|set| set.contains(&definition.toolset))
            && self.enabled.iter().chain(&narrowing.enabled_tools).all(names)
            && self.deployment.is_none_or(|deployment| definition.deployments.include(deployment))
            && narrowing.toolsets.as_ref().is_none_or(|set| set.contains(&definition.toolset))
            && self.sees_instance(caller)
    }

    /// Whether the instance exists for a caller at all.
    #[must_use]
    pub fn sees(&self, caller: &Caller) -> bool {
        self.visible && self.sees_instance(caller)
    }

    fn sees_instance(&self, caller: &Caller) -> bool {
        match (&self.instance, &caller.narrowing.instances) {
            (Some(id), Some(names)) => names.contains(id.name.as_str()),
            _ => true,
        }
    }

    /// Whether writes are off for a caller.
    #[must_use]
    pub fn is_read_only(&self, caller: &Caller) -> bool {
        self.read_only || caller.narrowing.read_only
    }

    /// Admits what a call touches: keys named in the arguments at once, ids after asking for the
    /// project or space they belong to, and only when a filter is in force.
    ///
    /// # Errors
    /// [`ToolError::Policy`] names the rule and the instance. When it is returned no request has
    /// left, or only the resolving ones; nothing they returned is shown.
    pub async fn admit(&self, scope: &Scope, cx: &Context) -> Result<(), ToolError> {
        if cx.fence.is_open() {
            return Ok(());
        }
        for touch in scope.touches() {
            if let Touch::Known { container, named } = touch {
                cx.fence.admit(container, named)?;
            }
        }
        let mut unresolved: Vec<&Target> = Vec::new();
        for touch in scope.touches() {
            if let Touch::Unresolved(target) = touch
                && !unresolved.contains(&target)
            {
                unresolved.push(target);
            }
        }
        let named = match cx.service() {
            Service::Jira => "this issue",
            Service::Confluence => "this content",
        };
        let asking: Vec<_> = unresolved
            .into_iter()
            .map(|target| async move {
                let container = cx.container_of(target).await?;
                cx.fence.admit(&container, named)
            })
            .collect();
        // In order, so that the first one outside is the one that is told.
        stream::iter(asking).buffered(RESOLVED_AT_ONCE).try_collect().await
    }
}

/// What a touch names, for the record of a call: `project or space PAY`, `issue PAY-1`.
pub(crate) fn target_of(touch: &Touch) -> String {
    match touch {
        Touch::Known { named, .. } => named.replace('`', ""),
        Touch::Unresolved(target) => {
            let (kind, id) = match target {
                Target::Issue(id) => ("issue", id),
                Target::Content(id) => ("content", id),
                Target::Board(id) => ("board", id),
                Target::Sprint(id) => ("sprint", id),
                Target::Version(id) => ("version", id),
                Target::ServiceDesk(id) => ("service desk", id),
            };
            format!("{kind} {id}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ToolsetSelection;
    use atlassian_tools::Toolset;
    use std::collections::BTreeSet;

    fn names(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn toolset_names_are_exact_and_fail_closed() {
        assert_eq!(ToolsetSelection::read(None).toolsets, None);
        assert_eq!(ToolsetSelection::read(Some(&names(&["ALL"]))).toolsets, None);
        let default = ToolsetSelection::read(Some(&names(&["Default"]))).toolsets.expect("a set");
        assert_eq!(default.len(), 6);
        assert!(!default.contains(&Toolset::Across));
        let wrong = ToolsetSelection::read(Some(&names(&["Jira_Issues"])));
        assert_eq!(wrong.toolsets, Some(BTreeSet::new()));
        assert_eq!(wrong.unknown, ["Jira_Issues"]);
    }
}
