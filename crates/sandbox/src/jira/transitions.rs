//! Transitions: which are open, what their screens ask, and making one.

use serde_json::{Map, Value, json};

use crate::site::Flavour;
use crate::wire::{Answer, Call, Reply, jira_error};

use super::accept::Errors;
use super::fields::Field;
use super::issues::bad_json;
use super::model::*;

impl Jira {
    fn open_transitions(&self, issue: &Issue) -> Vec<&Transition> {
        let status = issue.text("status");
        self.project(&issue.project)
            .into_iter()
            .flat_map(|project| &project.transitions)
            .filter(|t| t.from.is_empty() || t.from.iter().any(|from| from == status))
            .filter(|t| t.to != status || t.from.is_empty())
            .collect()
    }

    pub(crate) fn show_transitions(&self, issue: &Issue, fields: bool, call: &Call) -> Value {
        let list = self.open_transitions(issue).into_iter().map(|transition| {
            let mut shown = json!({
                "id": transition.id,
                "name": transition.name,
                "to": self.show_status(&transition.to, call),
            });
            if let Some(object) = shown.as_object_mut() {
                let marks = [
                    ("hasScreen", !transition.screen.is_empty()),
                    ("isGlobal", transition.from.is_empty()),
                    ("isInitial", false),
                    ("isConditional", false),
                    ("isLooped", false),
                ];
                object.extend(marks.map(|(name, value)| (name.to_owned(), json!(value))));
                if self.flavour == Flavour::Cloud {
                    object.insert("isAvailable".to_owned(), json!(true));
                }
                if fields {
                    let screen: Map<String, Value> = transition
                        .screen
                        .iter()
                        .filter_map(|(id, required)| {
                            let field = self.field(id)?;
                            Some((
                                id.clone(),
                                self.describe(field, &issue.project, *required, call),
                            ))
                        })
                        .collect();
                    object.insert("fields".to_owned(), Value::Object(screen));
                }
            }
            shown
        });
        Value::Array(list.collect())
    }
}

/// `GET /issue/{key}/transitions`
pub(crate) fn list(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let issue = jira.get(id)?;
    let fields = call.list("expand").iter().any(|e| e == "transitions.fields");
    let mut list = jira.show_transitions(issue, fields, call);
    if let (Some(wanted), Some(all)) = (call.q("transitionId"), list.as_array_mut()) {
        all.retain(|t| t.get("id").and_then(Value::as_str) == Some(wanted));
    }
    Ok(Reply::ok(&json!({"expand": "transitions", "transitions": list})))
}

/// `POST /issue/{key}/transitions`
pub(crate) fn make(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let Some(body) = call.json() else { return Err(bad_json()) };
    let empty = Map::new();
    let given = body.get("fields").and_then(Value::as_object).unwrap_or(&empty);
    let update = body.get("update").and_then(Value::as_object).unwrap_or(&empty);
    let wanted = body
        .get("transition")
        .and_then(|t| t.get("id"))
        .map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    let Some(wanted) = wanted else {
        return Err(jira_error(400, "Missing 'transition' identifier"));
    };
    let issue = jira.get(id)?;
    let Some(transition) =
        jira.open_transitions(issue).into_iter().find(|t| t.id == wanted).cloned()
    else {
        let words = format!(
            "It seems that you have tried to perform an illegal workflow operation ({wanted}). The transition id is not valid for this issue."
        );
        let words = match jira.flavour {
            Flavour::Cloud => format!("Transition id '{wanted}' is not valid for this issue."),
            Flavour::DataCenter => words,
        };
        return Err(jira_error(400, &words));
    };
    let mut errors = Errors::default();
    let screen: Vec<&Field> =
        transition.screen.iter().filter_map(|(id, _)| jira.field(id)).collect();
    let mut values = jira.read_fields(given, &issue.project, &screen, call, &mut errors);
    values.extend(jira.read_update(issue, update, &screen, call, &mut errors));
    for (field, required) in &transition.screen {
        let set = values.iter().any(|(id, value)| id == field && !value.is_null());
        if *required && !set && issue.value(field).is_null() && !errors.fields.contains_key(field) {
            let name = jira.field(field).map_or(field.as_str(), |f| f.name.as_str());
            let message = format!("{name} is required.");
            errors.field(field, &message);
        }
    }
    let comments = jira.read_added_comments(update, call, &mut errors);
    if !errors.is_empty() {
        return Err(errors.reply(400));
    }
    values.push(("status".to_owned(), json!(transition.to)));
    let done = jira.status(&transition.to).is_some_and(|s| s.category == "done");
    if done
        && !values.iter().any(|(id, _)| id == "resolution")
        && let Some(resolution) = jira.resolutions.first()
    {
        values.push(("resolution".to_owned(), json!(resolution.id)));
    }
    jira.store(id, values, &call.user);
    for (body, visibility) in comments {
        jira.push_comment(id, &call.user, body, visibility, true);
    }
    Ok(Reply::none())
}
