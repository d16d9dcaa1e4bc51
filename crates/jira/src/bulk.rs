//! `/rest/api/3/bulk` (Cloud only): long operations over many issues.

use crate::version::platform;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;
use serde_json::{Map, Value, json};

/// Moves one issue into a project, keeping what can be kept.
#[must_use]
pub fn move_issue(key: &str, project: &str, type_id: &str) -> ApiRequest {
    let target = json!({
        "inferClassificationDefaults": true,
        "inferFieldDefaults": true,
        "inferStatusDefaults": true,
        "inferSubtaskTypeDefault": true,
        "issueIdsOrKeys": [key],
    });
    let mapping = Map::from_iter([(format!("{project},{type_id}"), target)]);
    ApiRequest::post(
        platform(Deployment::Cloud).then("/bulk/issues/move"),
        json!({"sendBulkNotification": false, "targetToSourcesMapping": mapping}),
        format!("move issue {key} to project {project}"),
    )
}

/// How far an operation is.
#[must_use]
pub fn progress(task: &str) -> ApiRequest {
    ApiRequest::get(
        platform(Deployment::Cloud).then("/bulk/queue").segment(task),
        format!("read how far task {task} is"),
    )
}

/// The state of an operation as Jira tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Waiting or running.
    Running,
    /// Done; single issues may have failed all the same.
    Complete,
    /// Ended without being done.
    Ended,
}

impl TaskState {
    /// Reads `status`; a word that is not known counts as running.
    #[must_use]
    pub fn read(answer: &Value) -> Self {
        match answer.get("status").and_then(Value::as_str) {
            Some("COMPLETE") => Self::Complete,
            Some("FAILED" | "CANCELLED" | "CANCEL_REQUESTED" | "DEAD") => Self::Ended,
            _ => Self::Running,
        }
    }
}
