//! Moving issues to another project in bulk, and the queue that does it (Cloud).

use serde_json::{Map, Value, json};

use crate::wire::{Answer, Call, Reply, jira_error};

use super::issues::{bad_json, strings};
use super::model::*;

/// `POST /bulk/issues/move`
pub(crate) fn start(jira: &mut Jira, call: &Call) -> Answer {
    let Some(body) = call.json() else { return Err(bad_json()) };
    let Some(mapping) = body.get("targetToSourcesMapping").and_then(Value::as_object).cloned()
    else {
        return Err(jira_error(400, "targetToSourcesMapping is required."));
    };
    let (mut moved, mut failed, mut unknown, mut total) = (Vec::new(), Map::new(), 0, 0);
    for (target, sources) in &mapping {
        let mut parts = target.split(',').map(str::trim);
        let (project, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let Some(project) =
            jira.project(project).filter(|p| jira.sees(&call.user, &p.key)).cloned()
        else {
            return Err(jira_error(
                400,
                &format!("The target project '{project}' does not exist."),
            ));
        };
        if !project.types.iter().any(|t| t == kind) {
            return Err(jira_error(
                400,
                &format!("The issue type '{kind}' is not available in project '{}'.", project.key),
            ));
        }
        for key in strings(sources, "issueIdsOrKeys") {
            total += 1;
            let Some(id) = jira.visible(&key, &call.user) else {
                unknown += 1;
                continue;
            };
            if jira.get(id)?.project == project.key {
                failed.insert(id.to_string(), json!(["The issue is in the project already."]));
                continue;
            }
            shift(jira, id, &project.key, kind, call);
            moved.push(id);
        }
    }
    let task = jira.fresh_id().to_string();
    let at = jira.clock.now().as_millisecond();
    let account = jira.people.get(&call.user).map(|p| p.account_id.clone());
    jira.tasks.insert(
        task.clone(),
        json!({
            "taskId": task,
            "status": "COMPLETE",
            "progressPercent": 100,
            "submittedBy": {"accountId": account},
            "created": at,
            "started": at,
            "updated": at,
            "processedAccessibleIssues": moved,
            "failedAccessibleIssues": failed,
            "invalidOrInaccessibleIssueCount": unknown,
            "totalIssueCount": total,
        }),
    );
    Ok(Reply::created(&json!({"taskId": task})))
}

fn shift(jira: &mut Jira, id: u64, project: &str, kind: &str, call: &Call) {
    let Some(target) = jira.project_mut(project) else { return };
    target.last_number += 1;
    let (key, name, initial) = (
        format!("{}-{}", target.key, target.last_number),
        target.name.clone(),
        target.initial.clone(),
    );
    let keeps_status = {
        let status = jira.issues.get(&id).map(|i| i.text("status").to_owned()).unwrap_or_default();
        jira.project(project)
            .is_some_and(|p| p.initial == status || p.transitions.iter().any(|t| t.to == status))
    };
    let old = jira
        .issues
        .get(&id)
        .and_then(|i| jira.project(&i.project))
        .map(|p| (p.id.clone(), p.name.clone()));
    let new = jira.project(project).map(|p| (p.id.clone(), name));
    let at = jira.clock.tick();
    let change_id = jira.fresh_id().to_string();
    jira.keys.insert(key.clone(), id);
    let Some(issue) = jira.issues.get_mut(&id) else { return };
    issue.key = key;
    project.clone_into(&mut issue.project);
    issue.values.insert("issuetype".to_owned(), json!(kind));
    // What belongs to the old project does not come along.
    for list in ["components", "fixVersions", "versions"] {
        issue.values.insert(list.to_owned(), json!([]));
    }
    if !keeps_status {
        issue.values.insert("status".to_owned(), json!(initial));
    }
    issue.updated = at;
    let item = ChangeItem {
        field: "project".to_owned(),
        field_id: "project".to_owned(),
        custom: false,
        from: old,
        to: new,
    };
    issue.history.push(Change { id: change_id, author: call.user.clone(), at, items: vec![item] });
}

/// `GET /bulk/queue/{task}`
pub(crate) fn progress(jira: &mut Jira, call: &Call) -> Answer {
    let id = call.part("task");
    match jira.tasks.get(id) {
        Some(task) => Ok(Reply::ok(task)),
        None => Err(jira_error(404, &format!("The task with id '{id}' does not exist."))),
    }
}
