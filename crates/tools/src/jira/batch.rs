//! Several new issues in one call (jira-issues spec J-17 and J-50).

use super::creating::{Explicit, NewIssue, Prepared, prepared};
use super::issue_types;
use super::parts::{list, put, text};
use super::reread::{after_write, known};
use super::text::Remarks;
use super::wanted::Wanted;
use crate::{Answer, Context, ToolError};
use atlassian_http::ApiError;
use atlassian_jira::issues::{self, BULK};
use futures::StreamExt as _;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The entries of a call on their way.
#[derive(Debug)]
pub(crate) struct Batch {
    size: usize,
    summaries: Vec<Value>,
    /// Entries that can be sent, by their place in the call.
    ready: BTreeMap<usize, Prepared>,
    errors: BTreeMap<usize, String>,
    warnings: Vec<String>,
    remarks: Remarks,
}

impl Batch {
    /// Prepares every entry like a single creation; what is wrong with one does not hold up the
    /// others (jira-issues spec J-17).
    pub(crate) async fn prepare(cx: &Context, entries: Vec<Value>) -> Self {
        let mut batch = Self {
            size: entries.len(),
            summaries: entries
                .iter()
                .map(|entry| entry.get("summary").cloned().unwrap_or_default())
                .collect(),
            ready: BTreeMap::new(),
            errors: BTreeMap::new(),
            warnings: Vec::new(),
            remarks: Remarks::default(),
        };
        let preparing = entries.into_iter().map(|entry| async move {
            let Value::Object(given) = entry else {
                return Err(ToolError::refused("an entry is a JSON object"));
            };
            if let Some(missing) = missing(&given) {
                return Err(ToolError::refused(missing));
            }
            prepared(cx, NewIssue::assemble(given, &Explicit::default())?).await
        });
        for (index, outcome) in join_all(preparing).await.into_iter().enumerate() {
            match outcome {
                Ok(mut ready) => {
                    let warnings = std::mem::take(&mut ready.warnings);
                    batch.warnings.extend(warnings.iter().map(|w| format!("entry {index}: {w}")));
                    batch.remarks.extend(std::mem::take(&mut ready.draft.remarks));
                    batch.ready.insert(index, ready);
                }
                Err(error) => {
                    batch.errors.insert(index, error.to_string());
                }
            }
        }
        batch
    }

    /// Compares every entry with the create screen of its type.
    pub(crate) async fn check_screens(&mut self, cx: &Context) {
        let checks = self.ready.iter().map(|(index, ready)| async move {
            let project = text(ready.draft.fields.get("project")?, "/key")?;
            let problem = match issue_types::of_project(cx, project).await {
                Err(error) => Some(error.to_string()),
                Ok(types) => match issue_types::choose(&types, &ready.type_name) {
                    None => {
                        let names: Vec<&str> = types.iter().map(|t| t.name.as_str()).collect();
                        Some(format!(
                            "project {project} has no issue type `{}`; it has: {}",
                            ready.type_name,
                            names.join(", ")
                        ))
                    }
                    Some(kind) => match issue_types::create_fields(cx, project, &kind.id).await {
                        Err(error) => Some(error.to_string()),
                        Ok(screen) => unfilled(&screen, &ready.draft.fields),
                    },
                },
            };
            problem.map(|problem| (*index, problem))
        });
        for (index, problem) in join_all(checks).await.into_iter().flatten() {
            self.errors.insert(index, problem);
        }
    }

    /// Creates what is ready, at most fifty at once; the keys by place in the call.
    pub(crate) async fn create(
        &mut self,
        cx: &Context,
    ) -> Result<BTreeMap<usize, String>, ToolError> {
        let mut created = BTreeMap::new();
        let places: Vec<usize> = self.ready.keys().copied().collect();
        for places in places.chunks(BULK) {
            let fields: Vec<Map<String, Value>> = places
                .iter()
                .filter_map(|place| self.ready.get(place))
                .map(|ready| ready.draft.fields.clone())
                .collect();
            let request = issues::create_many(cx.deployment(), &fields);
            let answer = match cx.remote.json::<Value>(&request).await {
                Ok(answer) => answer,
                // Every entry was refused: the reasons stand in the body all the same.
                Err(error) if has_reasons(&error) => error.body.clone().unwrap_or_default(),
                Err(error) if created.is_empty() => return Err(error.into()),
                Err(error) => {
                    for place in places {
                        self.errors.insert(*place, error.to_string());
                    }
                    continue;
                }
            };
            let mut failed = BTreeMap::new();
            for entry in list(&answer, "/errors") {
                let number = entry.get("failedElementNumber").and_then(Value::as_u64);
                if let Some(place) = number
                    .and_then(|number| usize::try_from(number).ok())
                    .and_then(|number| places.get(number))
                {
                    failed.insert(*place, reasons(entry));
                }
            }
            let kept = places.iter().filter(|place| !failed.contains_key(place));
            for (place, issue) in kept.zip(list(&answer, "/issues")) {
                if let Some(key) = text(issue, "/key") {
                    created.insert(*place, key.to_owned());
                }
            }
            self.errors.extend(failed);
        }
        let untold = "Jira told neither a key nor a reason for this entry; search before repeating";
        for place in places {
            if !created.contains_key(&place) {
                self.errors.entry(place).or_insert_with(|| untold.to_owned());
            }
        }
        Ok(created)
    }

    /// Sets what the create screens lacked, and reads the issues as they are now. When the call is
    /// cancelled meanwhile, those that were not read yet are told by their keys.
    pub(crate) async fn read_again(
        &mut self,
        cx: &Context,
        created: BTreeMap<usize, String>,
    ) -> Vec<Value> {
        let wanted = Wanted::everything(cx).await;
        let reading = created.iter().map(|(place, key)| {
            let later = self.ready.get(place).map(|ready| ready.later.clone()).unwrap_or_default();
            let wanted = wanted.clone();
            async move {
                let (mut warnings, mut remarks) = (Vec::new(), Remarks::default());
                if !later.is_empty() {
                    let request = issues::edit(cx.deployment(), key, &later, &Map::new());
                    if let Err(error) = cx.remote.json::<Value>(&request).await {
                        warnings.push(format!("{key} was created, but not completed: {error}"));
                    }
                }
                let issue = after_write(cx, key, wanted, &mut warnings, &mut remarks).await;
                (*place, issue, warnings, remarks)
            }
        });
        let mut reading: FuturesUnordered<_> = reading.collect();
        let cancelled = cx.remote.control().cancel.cancelled();
        tokio::pin!(cancelled);
        let mut read = BTreeMap::new();
        loop {
            // Not left to the single requests: what is told here must be told at once.
            let next = tokio::select! {
                biased;
                next = reading.next() => next,
                () = &mut cancelled => None,
            };
            let Some((place, issue, warnings, remarks)) = next else { break };
            read.insert(place, (issue, warnings, remarks));
        }
        drop(reading);
        let mut shown = Vec::new();
        for (place, key) in &created {
            let (issue, warnings, remarks) = read.remove(place).unwrap_or_else(|| {
                let warning = format!(
                    "{key} was created, but the call was cancelled before it was completed and read"
                );
                (known(cx, key), vec![warning], Remarks::default())
            });
            shown.push(Value::Object(issue));
            self.warnings.extend(warnings);
            self.remarks.extend(remarks);
        }
        shown
    }

    pub(crate) fn answer(self, message: &str, issues: Vec<Value>) -> Result<Answer, ToolError> {
        if self.size > 0 && self.errors.len() >= self.size {
            let told: Vec<String> = self
                .errors
                .iter()
                .map(|(index, error)| format!("entry {index}: {error}"))
                .collect();
            return Err(ToolError::refused(format!(
                "No issue could be created. {}",
                told.join("; ")
            )));
        }
        let errors: Vec<Value> = self
            .errors
            .iter()
            .map(|(index, error)| {
                let summary = self.summaries.get(*index).cloned().unwrap_or_default();
                json!({"index": index, "summary": summary, "error": error})
            })
            .collect();
        let mut out = Map::new();
        out.insert("message".to_owned(), Value::from(message));
        out.insert("issues".to_owned(), Value::Array(issues));
        put(&mut out, "errors", Value::Array(errors));
        put(&mut out, "warnings", Value::from(self.warnings));
        Ok(Answer::json(out).with_warnings(self.remarks))
    }
}

/// The sentence for an entry without one of the three fields every issue needs.
fn missing(given: &Map<String, Value>) -> Option<String> {
    let get = |names: &[&str]| {
        let value = names.iter().find_map(|name| given.get(*name)).filter(|v| !v.is_null())?;
        match value {
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => Some(format!("'{text}'")),
            other => Some(other.to_string()),
        }
    };
    let (project, summary, kind) =
        (get(&["project_key", "project"]), get(&["summary"]), get(&["issue_type", "issuetype"]));
    if project.is_some() && summary.is_some() && kind.is_some() {
        return None;
    }
    let shown = |value: Option<String>| value.unwrap_or_else(|| "None".to_owned());
    Some(format!(
        "Missing required fields for issue: project_key={}, summary={}, issue_type={}",
        shown(project),
        shown(summary),
        shown(kind)
    ))
}

/// The required fields of a screen that nothing fills.
fn unfilled(screen: &Value, fields: &Map<String, Value>) -> Option<String> {
    let flag = |field: &Value, key: &str| field.get(key).and_then(Value::as_bool) == Some(true);
    let missing: Vec<String> = list(screen, "")
        .iter()
        .filter(|field| flag(field, "required") && !flag(field, "hasDefaultValue"))
        .filter_map(|field| {
            let id = text(field, "/fieldId").or_else(|| text(field, "/key"))?;
            // Jira fills the reporter with the caller.
            let filled = id == "reporter" || fields.get(id).is_some_and(|value| !value.is_null());
            (!filled).then(|| format!("{} ({id})", text(field, "/name").unwrap_or(id)))
        })
        .collect();
    (!missing.is_empty()).then(|| format!("required fields are missing: {}", missing.join(", ")))
}

fn has_reasons(error: &ApiError) -> bool {
    error.body.as_ref().is_some_and(|body| !list(body, "/errors").is_empty())
}

/// Jira's words on one entry, field names kept.
fn reasons(entry: &Value) -> String {
    let messages = list(entry, "/elementErrors/errorMessages").iter().filter_map(Value::as_str);
    let mut told: Vec<String> = messages.map(str::to_owned).collect();
    let errors = entry.pointer("/elementErrors/errors").and_then(Value::as_object);
    for (field, message) in errors.into_iter().flatten() {
        let message = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
        told.push(format!("{field}: {message}"));
    }
    if told.is_empty() {
        let status = entry.get("status").map(ToString::to_string).unwrap_or_default();
        told.push(format!("refused without a reason (HTTP {status})"));
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use super::{missing, reasons, unfilled};
    use serde_json::{Map, Value, json};

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_every_issue_needs_is_named() {
        assert_eq!(
            missing(&object(&json!({"project_key": "PROJ"}))).as_deref(),
            Some(
                "Missing required fields for issue: project_key='PROJ', summary=None, \
                 issue_type=None"
            )
        );
        let whole = json!({"project": {"key": "P"}, "summary": "s", "issuetype": {"id": "1"}});
        assert_eq!(missing(&object(&whole)), None);
    }

    #[test]
    fn reasons_keep_their_fields() {
        let entry = json!({"status": 400, "elementErrors": {"errorMessages": ["a"],
                           "errors": {"summary": "b"}}});
        assert_eq!(reasons(&entry), "a; summary: b");
        assert!(reasons(&json!({"status": 500})).contains("500"));
    }

    #[test]
    fn a_default_fills_a_required_field() {
        let screen = json!([
            {"fieldId": "summary", "name": "Summary", "required": true},
            {"fieldId": "x", "name": "X", "required": true, "hasDefaultValue": true},
            {"fieldId": "y", "name": "Y", "required": true, "hasDefaultValue": false}]);
        let fields = object(&json!({"summary": "s"}));
        assert_eq!(
            unfilled(&screen, &fields).as_deref(),
            Some("required fields are missing: Y (y)")
        );
    }
}
