//! What a request gives up of its own accord (design section 9). It can never widen anything.

use super::{Rejection, last};
use atlassian_instances::policy::ToolsetSelection;
use atlassian_instances::{Narrowing, Registry};
use http::HeaderMap;
use std::collections::BTreeSet;

/// Reads `X-Atlassian-Instances`, `X-Atlassian-Toolsets`, `X-Atlassian-Enabled-Tools` and
/// `X-Atlassian-Disabled-Tools`, comma lists of which only what the operator set anyway has an
/// effect, and `X-Atlassian-Read-Only`. A name that nothing bears leaves nothing.
pub(super) fn read(headers: &HeaderMap, registry: &Registry) -> Result<Narrowing, Rejection> {
    let instances = last(headers, "x-atlassian-instances")?.map(|list| {
        names(&list)
            .map(|name| name.to_lowercase().replace('-', "_"))
            .flat_map(|name| members(&name, registry))
            .collect()
    });
    let toolsets = last(headers, "x-atlassian-toolsets")?
        .map(|list| names(&list).map(str::to_owned).collect::<BTreeSet<_>>());
    let toolsets = ToolsetSelection::read(toolsets.as_ref()).toolsets;
    let tools = |header| {
        let list = last(headers, header)?;
        Ok(list.map(|list| names(&list).map(str::to_owned).collect::<BTreeSet<_>>()))
    };
    let enabled_tools = tools("x-atlassian-enabled-tools")?;
    let disabled_tools = tools("x-atlassian-disabled-tools")?.unwrap_or_default();
    // Whoever sends the header means to be careful: only a plain no is no.
    let read_only = last(headers, "x-atlassian-read-only")?.is_some_and(|value| {
        !["false", "0", "no", "n", "off"].iter().any(|no| value.eq_ignore_ascii_case(no))
    });
    Ok(Narrowing { instances, toolsets, enabled_tools, disabled_tools, read_only })
}

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty())
}

/// The instances a name stands for: the members of a group, the target of an alias, or itself.
fn members(name: &str, registry: &Registry) -> Vec<String> {
    let server = registry.server();
    let own = [name.to_owned()];
    let group = server.groups.iter().find(|(group, _)| group == name);
    group
        .map_or(own.as_slice(), |(_, members)| members.as_slice())
        .iter()
        .map(|member| {
            let alias = server.aliases.iter().find(|(alias, _)| alias == member);
            alias.map_or(member, |(_, target)| target).clone()
        })
        .collect()
}
