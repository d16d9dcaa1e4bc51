//! `atlassian_list_instances`.

use crate::{Access, AcrossTool, Answer, Argument, Calls, ToolError};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Lists the instances this server gives access to.
#[derive(Debug, Deserialize)]
pub(super) struct ListInstances {}

impl AcrossTool for ListInstances {
    const NAME: &'static str = "atlassian_list_instances";
    const TITLE: &'static str = "List Instances";
    const DESCRIPTION: &'static str = "List the Jira and Confluence instances this server reaches: name, tool name prefix, \
         address, deployment, read-only or not, state, and why one is unusable.";
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[];

    async fn call(self, calls: &dyn Calls) -> Result<Answer, ToolError> {
        let instances: Vec<Value> = calls
            .instances()
            .iter()
            .map(|instance| {
                let mut entry = Map::new();
                entry.insert("name".to_owned(), json!(instance.name));
                if let Some(label) = &instance.label {
                    entry.insert("label".to_owned(), json!(label));
                }
                entry.insert("service".to_owned(), json!(instance.service.word()));
                entry.insert("tool_prefix".to_owned(), json!(instance.prefix));
                entry.insert("url".to_owned(), json!(instance.url));
                entry.insert(
                    "deployment".to_owned(),
                    json!(instance.deployment.map(atlassian_settings::Deployment::word)),
                );
                entry.insert("read_only".to_owned(), json!(instance.read_only));
                entry.insert("tools".to_owned(), json!(instance.tools));
                entry.insert("state".to_owned(), json!(instance.state.word()));
                if !instance.reasons.is_empty() {
                    entry.insert("reason".to_owned(), json!(instance.reasons.join(" ")));
                }
                Value::Object(entry)
            })
            .collect();
        Ok(Answer::json(json!({ "instances": instances })))
    }
}
