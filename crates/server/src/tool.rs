//! A registry entry as clients see it.

use atlassian_instances::{Caller, Entry, Registry};
use atlassian_tools::Access;
use rmcp::model::{MetaObject, Tool, ToolAnnotations};
use serde_json::Value;
use std::sync::Arc;

/// Key under which `_meta` of tools and results names the instance, on servers with several.
pub(crate) const INSTANCE_META: &str = "io.github.atlassian-mcp/instance";

/// A tool for `tools/list` as this caller meets it: no output schema, and only the hints its access
/// has (server spec section 6.1).
pub(crate) fn describe(entry: &Entry, registry: &Registry, caller: &Caller) -> Tool {
    let description = registry.description(entry, caller).into_owned();
    let tool = Tool::new(entry.name.to_string(), description, Arc::clone(&entry.schema))
        .with_title(&*entry.title)
        .with_annotations(hints(entry.definition.access));
    match entry.instance.as_ref().filter(|_| registry.has_several()) {
        Some(id) => tool.with_meta(instance_meta(id.name.as_str())),
        None => tool,
    }
}

/// `_meta` that names an instance.
pub(crate) fn instance_meta(name: &str) -> MetaObject {
    let mut meta = MetaObject::new();
    meta.insert(INSTANCE_META.to_owned(), Value::from(name));
    meta
}

fn hints(access: Access) -> ToolAnnotations {
    let hints = ToolAnnotations::new();
    match access {
        Access::Read => hints.read_only(true),
        Access::Additive => hints.destructive(false),
        Access::Destructive => hints.destructive(true),
        Access::Write => hints.read_only(false),
    }
}

#[cfg(test)]
mod tests {
    use super::hints;
    use atlassian_tools::Access;
    use serde_json::json;

    #[test]
    fn an_access_has_exactly_one_hint() {
        let shown = |access| serde_json::to_value(hints(access)).expect("json");
        assert_eq!(shown(Access::Read), json!({ "readOnlyHint": true }));
        assert_eq!(shown(Access::Additive), json!({ "destructiveHint": false }));
        assert_eq!(shown(Access::Destructive), json!({ "destructiveHint": true }));
        assert_eq!(shown(Access::Write), json!({ "readOnlyHint": false }));
    }
}
