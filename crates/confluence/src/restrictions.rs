//! `/rest/api/content/{id}/restriction` and `/permission/check`.

use crate::version::v1;
use atlassian_http::{ApiPath, ApiRequest};
use atlassian_settings::Deployment;
use serde_json::{Value, json};

fn path(id: &str) -> ApiPath {
    v1().then("/content").segment(id).then("/restriction")
}

/// The restrictions of a page by operation, with people and groups.
#[must_use]
pub fn by_operation(deployment: Deployment, id: &str) -> ApiRequest {
    let expand = match deployment {
        Deployment::Cloud => "restrictions.user,restrictions.group",
        Deployment::DataCenter => {
            "read.restrictions.user,read.restrictions.group,update.restrictions.user,\
             update.restrictions.group"
        }
    };
    ApiRequest::get(path(id).then("/byOperation"), format!("read the restrictions of page {id}"))
        .query("expand", expand)
}

/// Replaces all restrictions of a page.
#[must_use]
pub fn replace(id: &str, operations: &Value) -> ApiRequest {
    ApiRequest::put(path(id), operations.clone(), format!("set the restrictions of page {id}"))
}

/// Replaces all restrictions of a page on a Data Center that is too old for [`replace`].
#[must_use]
pub fn replace_experimental(id: &str, operations: &Value) -> ApiRequest {
    ApiRequest::put(
        ApiPath::api("/rest/experimental/content").segment(id).then("/restriction"),
        operations.clone(),
        format!("set the restrictions of page {id}"),
    )
}

/// Cloud: removes all restrictions of a page.
#[must_use]
pub fn remove(id: &str) -> ApiRequest {
    ApiRequest::delete(path(id), format!("remove the restrictions of page {id}"))
}

/// Cloud: groups whose name holds a text.
#[must_use]
pub fn groups(name: &str) -> ApiRequest {
    ApiRequest::get(v1().then("/group/picker"), format!("find group {name}")).query("query", name)
}

/// Cloud: whether somebody may do something to content.
#[must_use]
pub fn check(id: &str, operation: &str, subject_type: &str, identifier: &str) -> ApiRequest {
    ApiRequest::post(
        v1().then("/content").segment(id).then("/permission/check"),
        json!({
            "operation": operation,
            "subject": { "type": subject_type, "identifier": identifier },
        }),
        format!("check permissions for content '{id}'"),
    )
    .reading()
}
