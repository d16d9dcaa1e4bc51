//! `/rest/api/{2,3}/issue/createmeta`.

use crate::version::platform;
use atlassian_http::{ApiPath, ApiRequest};
use atlassian_settings::Deployment;
use serde_json::Value;

/// Entries asked for at once.
pub const PAGE: u32 = 50;

fn types(deployment: Deployment, project: &str) -> ApiPath {
    platform(deployment).then("/issue/createmeta").segment(project).then("/issuetypes")
}

/// One page of the issue types that can be created in a project.
#[must_use]
pub fn issue_types(deployment: Deployment, project: &str, start: u64) -> ApiRequest {
    ApiRequest::get(
        types(deployment, project),
        format!("read the issue types of project {project}"),
    )
    .query("maxResults", PAGE)
    .query_opt("startAt", (start > 0).then_some(start))
}

/// One page of the fields of the create screen of an issue type.
#[must_use]
pub fn fields(deployment: Deployment, project: &str, type_id: &str, start: u64) -> ApiRequest {
    ApiRequest::get(
        types(deployment, project).segment(type_id),
        format!("read the create fields of issue type {type_id} in project {project}"),
    )
    .query("maxResults", PAGE)
    .query_opt("startAt", (start > 0).then_some(start))
}

/// All issue types of a project with their fields, in one answer: what Data Center before 8.4 knows
/// instead of the pages, and what 9.0 dropped (`projects` of [`entries`]).
#[must_use]
pub fn whole(project: &str) -> ApiRequest {
    ApiRequest::get(
        platform(Deployment::DataCenter).then("/issue/createmeta"),
        format!("read what can be created in project {project}"),
    )
    .query("projectKeys", project)
    .query("expand", "projects.issuetypes.fields")
}

/// The entries of a page: Data Center answers `values`, Cloud `issueTypes` and `fields`, old
/// servers nest them in `projects`; `fields` may also be a map by id.
#[must_use]
pub fn entries(page: &Value) -> Vec<Value> {
    let listed = ["values", "issueTypes", "fields"].iter().find_map(|name| page.get(name));
    let listed = listed.or_else(|| page.pointer("/projects/0/issuetypes"));
    match listed {
        Some(Value::Array(entries)) => entries.clone(),
        Some(Value::Object(map)) => map
            .iter()
            .map(|(id, entry)| {
                let mut entry = entry.clone();
                if let Value::Object(entry) = &mut entry {
                    entry.entry("fieldId").or_insert_with(|| Value::from(id.as_str()));
                }
                entry
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Where the next page starts, if there is one: `got` entries came, `start` was asked for.
#[must_use]
pub fn next_start(page: &Value, start: u64, got: usize) -> Option<u64> {
    let next = start.saturating_add(got as u64);
    if got == 0 || page.get("isLast").and_then(Value::as_bool) == Some(true) {
        return None;
    }
    match page.get("total").and_then(Value::as_u64) {
        Some(total) => (next < total).then_some(next),
        None => (got >= PAGE as usize).then_some(next),
    }
}

#[cfg(test)]
mod tests {
    use super::{entries, next_start};
    use serde_json::json;

    #[test]
    fn every_generation_of_answers_is_read() {
        for page in [
            json!({"values": [{"id": "1"}]}),
            json!({"issueTypes": [{"id": "1"}]}),
            json!({"projects": [{"issuetypes": [{"id": "1"}]}]}),
        ] {
            assert_eq!(entries(&page), [json!({"id": "1"})], "{page}");
        }
        assert_eq!(
            entries(&json!({"fields": {"summary": {"name": "Summary"}}})),
            [json!({"name": "Summary", "fieldId": "summary"})]
        );
    }

    #[test]
    fn paging_ends() {
        assert_eq!(next_start(&json!({"total": 120}), 0, 50), Some(50));
        assert_eq!(next_start(&json!({"total": 50}), 0, 50), None);
        assert_eq!(next_start(&json!({"isLast": true, "total": 120}), 0, 50), None);
        assert_eq!(next_start(&json!({"total": 120}), 50, 0), None);
        assert_eq!(next_start(&json!({}), 0, 12), None);
    }
}
