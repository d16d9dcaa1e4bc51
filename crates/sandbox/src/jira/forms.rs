//! Forms of issues (Cloud, behind the gateway) and the development panel.

use serde_json::{Value, json};

use crate::wire::{Answer, Call, Reply, jira_error};

use super::model::*;

fn refuse(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"code": status, "message": message}))
}

fn place(jira: &Jira, call: &Call) -> Result<(u64, usize), Reply> {
    let id =
        jira.visible(call.part("key"), &call.user).ok_or_else(|| refuse(404, "Issue not found"))?;
    let wanted = call.part("form");
    let at = jira.issues.get(&id).and_then(|issue| {
        issue.forms.iter().position(|f| f.get("id").and_then(Value::as_str) == Some(wanted))
    });
    at.map(|at| (id, at)).ok_or_else(|| refuse(404, "Form not found"))
}

/// `GET .../issue/{key}/form`: the forms without design and answers.
pub(crate) fn list(jira: &mut Jira, call: &Call) -> Answer {
    let id =
        jira.visible(call.part("key"), &call.user).ok_or_else(|| refuse(404, "Issue not found"))?;
    let mut forms = jira.get(id)?.forms.clone();
    for form in &mut forms {
        if let Some(object) = form.as_object_mut() {
            object.remove("design");
            object.remove("state");
        }
    }
    Ok(Reply::ok(&Value::Array(forms)))
}

/// `GET .../issue/{key}/form/{form}`
pub(crate) fn read(jira: &mut Jira, call: &Call) -> Answer {
    let (id, at) = place(jira, call)?;
    let mut shown = jira.get(id)?.forms.get(at).cloned().unwrap_or_default();
    if let Some(object) = shown.as_object_mut() {
        // The name stands in the design's settings here.
        object.remove("name");
    }
    Ok(Reply::ok(&shown))
}

/// `PUT .../issue/{key}/form/{form}`: merges answers and shows them all.
pub(crate) fn answer(jira: &mut Jira, call: &Call) -> Answer {
    let (id, at) = place(jira, call)?;
    let Some(given) =
        call.json().and_then(|b| b.get("answers").and_then(Value::as_object).cloned())
    else {
        return Err(refuse(400, "answers must be an object"));
    };
    let Some(form) = jira.issues.get_mut(&id).and_then(|issue| issue.forms.get_mut(at)) else {
        return Err(refuse(404, "Form not found"));
    };
    let questions =
        form.pointer("/design/questions").and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(strange) = given.keys().find(|question| !questions.contains_key(*question)) {
        return Err(refuse(400, &format!("The form has no question {strange}")));
    }
    let mut shown = Value::Null;
    if let Some(answers) = form.pointer_mut("/state/answers").and_then(Value::as_object_mut) {
        answers.extend(given);
        shown = Value::Object(answers.clone());
    }
    Ok(Reply::ok(&json!({"state": {"answers": shown, "status": "o", "visibility": "i"}})))
}

fn development<'a>(jira: &'a Jira, call: &Call) -> Result<&'a Value, Reply> {
    let id = call.q("issueId").unwrap_or_default();
    let numeric = id.parse::<u64>().is_ok();
    let found =
        jira.visible(id, &call.user).filter(|_| numeric).and_then(|id| jira.issues.get(&id));
    found.map(|issue| &issue.development).ok_or_else(|| {
        jira_error(404, "Issue not found").reason("issueId is the number of an issue")
    })
}

/// `GET /rest/dev-status/.../issue/summary`: counts by kind and tool.
pub(crate) fn summary(jira: &mut Jira, call: &Call) -> Answer {
    let held = development(jira, call)?;
    let mut shown = serde_json::Map::new();
    for kind in ["pullrequest", "branch", "repository"] {
        let tools = held.get(kind).and_then(Value::as_object).cloned().unwrap_or_default();
        let by: serde_json::Map<String, Value> = tools
            .iter()
            .map(|(tool, list)| {
                (tool.clone(), json!({"count": list.as_array().map_or(0, Vec::len), "name": tool}))
            })
            .collect();
        let count: usize = tools.values().filter_map(Value::as_array).map(Vec::len).sum();
        shown.insert(kind.to_owned(), json!({"overall": {"count": count}, "byInstanceType": by}));
    }
    Ok(Reply::ok(&json!({"errors": [], "configErrors": [], "summary": shown})))
}

/// `GET /rest/dev-status/.../issue/detail`
pub(crate) fn detail(jira: &mut Jira, call: &Call) -> Answer {
    let held = development(jira, call)?;
    let tool = call.q("applicationType").unwrap_or_default();
    let list =
        |kind: &str| held.get(kind).and_then(|k| k.get(tool)).cloned().unwrap_or_else(|| json!([]));
    let wanted = |kind: &str| call.q("dataType").is_none_or(|asked| asked == kind);
    let part = |kind: &str| if wanted(kind) { list(kind) } else { json!([]) };
    let detail = json!({
        "branches": part("branch"),
        "pullRequests": part("pullrequest"),
        "repositories": part("repository"),
        "_instance": {"name": tool, "type": tool, "baseUrl": format!("https://git.{}.example", jira.site)},
    });
    Ok(Reply::ok(&json!({"errors": [], "detail": [detail]})))
}
