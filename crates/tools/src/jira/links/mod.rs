//! Tools of the toolset `jira_links`.

pub(in crate::jira) mod create_issue_link;
pub(in crate::jira) mod create_remote_issue_link;
pub(in crate::jira) mod get_link_types;
pub(in crate::jira) mod link_to_epic;
pub(in crate::jira) mod remove_issue_link;

use crate::jira::metadata::document;
use crate::jira::parts::list;
use crate::{Context, ToolError};
use atlassian_jira::issue_links;
use serde_json::Value;
use std::sync::Arc;

/// The types of links of an instance, as Jira tells them.
async fn link_types(cx: &Context) -> Result<Arc<Value>, ToolError> {
    document(cx, "link types".to_owned(), || async {
        let answer: Value = cx.remote.json(&issue_links::types(cx.deployment())).await?;
        match answer.get("issueLinkTypes") {
            Some(types) if types.is_array() => Ok(Value::Array(list(types, "").to_vec())),
            _ => Err(ToolError::refused("Jira answered without a list of link types.")),
        }
    })
    .await
}
