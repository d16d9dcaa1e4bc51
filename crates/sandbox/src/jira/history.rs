//! The history of issues (Cloud's own operations; `expand=changelog` is in `selection`).

use serde_json::{Value, json};

use crate::wire::{Answer, Call, Reply, jira_error};

use super::issues::strings;
use super::model::*;

/// `GET /issue/{key}/changelog` (Cloud): oldest first, paged.
pub(crate) fn of_issue(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let issue = jira.get(id)?;
    let all: Vec<Value> = issue.history.iter().map(|c| jira.show_change(c, call)).collect();
    let path = format!("issue/{}/changelog", call.part("key"));
    Ok(Reply::ok(&jira.page(&all, &path, 100, call)))
}

/// `POST /changelog/bulkfetch` (Cloud)
pub(crate) fn bulk(jira: &mut Jira, call: &Call) -> Answer {
    let body = call.json().unwrap_or_default();
    let asked: Vec<String> = strings(&body, "issueIdsOrKeys");
    if asked.is_empty() || asked.len() > 1000 {
        return Err(jira_error(400, "Between 1 and 1000 issues can be asked for."));
    }
    let fields = strings(&body, "fieldIds");
    if fields.len() > 10 {
        return Err(jira_error(400, "At most 10 field ids can be given."));
    }
    let size = body.get("maxResults").and_then(Value::as_u64).map_or(1000, |n| n.clamp(1, 10_000))
        as usize;
    let start = match body.get("nextPageToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => crate::wire::read_cursor("changes", token)
            .ok_or_else(|| jira_error(400, "The nextPageToken is not valid."))?,
    };
    let mut ids: Vec<u64> = asked.iter().filter_map(|key| jira.visible(key, &call.user)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut flat: Vec<(u64, Value)> = Vec::new();
    for id in ids {
        for change in &jira.get(id)?.history {
            let hit = fields.is_empty()
                || change.items.iter().any(|item| fields.contains(&item.field_id));
            if hit {
                let mut shown = jira.show_change(change, call);
                if let Some(object) = shown.as_object_mut() {
                    object.insert("created".to_owned(), json!(change.at.as_millisecond()));
                }
                flat.push((id, shown));
            }
        }
    }
    let page: Vec<&(u64, Value)> = flat.iter().skip(start).take(size).collect();
    let mut logs: Vec<Value> = Vec::new();
    for (id, change) in page {
        let id = id.to_string();
        match logs
            .last_mut()
            .filter(|last| last.get("issueId").and_then(Value::as_str) == Some(&id))
        {
            Some(last) => {
                if let Some(list) = last.get_mut("changeHistories").and_then(Value::as_array_mut) {
                    list.push(change.clone());
                }
            }
            None => logs.push(json!({"issueId": id, "changeHistories": [change]})),
        }
    }
    let mut answer = json!({"issueChangeLogs": logs});
    if start + size < flat.len()
        && let Some(object) = answer.as_object_mut()
    {
        object.insert(
            "nextPageToken".to_owned(),
            json!(crate::wire::cursor("changes", start + size)),
        );
    }
    Ok(Reply::ok(&answer))
}
