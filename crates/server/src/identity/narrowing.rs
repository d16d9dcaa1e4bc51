//! What a request gives up of its own accord (design section 9). It can never widen anything.

use super::{Rejection, last};
use atlassian_instances::{Narrowing, Registry};
use http::HeaderMap;
use std::collections::BTreeSet;

/// Reads `X-Atlassian-Instances` and `X-Atlassian-Toolsets`: comma lists of which only what the
/// operator set anyway has an effect. A name that nothing bears leaves nothing.
pub(super) fn read(headers: &HeaderMap, registry: &Registry) -> Result<Narrowing, Rejection> {
    let instances = last(headers, "x-atlassian-instances")?.map(|list| {
        names(&list)
            .map(|name| name.to_lowercase().replace('-', "_"))
            .flat_map(|name| members(&name, registry))
            .collect()
    });
    let toolsets = last(headers, "x-atlassian-toolsets")?
        .map(|list| names(&list).map(str::to_owned).collect::<BTreeSet<_>>());
    Ok(Narrowing { instances, toolsets, read_only: false })
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
