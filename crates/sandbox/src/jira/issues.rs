//! Reading, creating, editing, deleting and moving on of issues.

use serde_json::{Map, Value, json};

use crate::site::Flavour;
use crate::wire::{Answer, Call, Reply, jira_error};

use super::accept::{Errors, Refused};
use super::fields::Field;
use super::model::*;
use super::selection::Selection;

const NOT_FOUND: &str = "Issue does not exist or you do not have permission to see it.";

impl Jira {
    /// Id of the issue a path names, if the caller sees it.
    pub(crate) fn issue_of(&self, call: &Call) -> Result<u64, Reply> {
        let word = match self.flavour {
            Flavour::Cloud => NOT_FOUND,
            Flavour::DataCenter => "Issue Does Not Exist",
        };
        self.visible(call.part("key"), &call.user).ok_or_else(|| jira_error(404, word))
    }

    /// Id of an issue the user sees.
    pub(crate) fn visible(&self, key_or_id: &str, user: &str) -> Option<u64> {
        let id = self.find(key_or_id)?;
        let issue = self.issues.get(&id)?;
        self.sees(user, &issue.project).then_some(id)
    }

    pub(crate) fn get(&self, id: u64) -> Result<&Issue, Reply> {
        self.issues.get(&id).ok_or_else(|| jira_error(404, NOT_FOUND))
    }

    /// Fields an issue can be edited with.
    fn editable(&self, issue: &Issue) -> Vec<&Field> {
        let type_id = issue.text("issuetype");
        self.screen(&issue.project, type_id)
            .into_iter()
            .filter(|field| !matches!(field.id.as_str(), "project"))
            .collect()
    }

    pub(crate) fn edit_meta(&self, issue: &Issue, call: &Call) -> Value {
        let fields: Map<String, Value> = self
            .editable(issue)
            .into_iter()
            .map(|field| (field.id.clone(), self.describe(field, &issue.project, false, call)))
            .collect();
        json!({"fields": fields})
    }

    /// Reads the `fields` of a request into stored values.
    pub(crate) fn read_fields(
        &self,
        given: &Map<String, Value>,
        project: &str,
        allowed: &[&Field],
        call: &Call,
        errors: &mut Errors,
    ) -> Vec<(String, Value)> {
        let mut values = Vec::new();
        for (id, value) in given {
            if matches!(id.as_str(), "project" | "issuetype") {
                continue;
            }
            let Some(field) = allowed.iter().find(|field| field.id == *id) else {
                errors.field(id, &format!("Field '{id}' cannot be set. It is not on the appropriate screen, or unknown."));
                continue;
            };
            let outcome = if id == "timetracking" {
                self.accept_times(value, &mut values)
            } else {
                self.accept(field, project, value, call)
                    .map(|stored| values.push((id.clone(), stored)))
            };
            note(errors, id, outcome);
        }
        values
    }

    /// Applies the `update` operations of a request that change field values.
    pub(super) fn read_update(
        &self,
        issue: &Issue,
        given: &Map<String, Value>,
        allowed: &[&Field],
        call: &Call,
        errors: &mut Errors,
    ) -> Vec<(String, Value)> {
        let mut values: Vec<(String, Value)> = Vec::new();
        for (id, operations) in given {
            let Some(operations) = operations.as_array() else {
                errors.field(id, "data was not an array");
                continue;
            };
            if matches!(id.as_str(), "comment" | "worklog" | "issuelinks") {
                continue;
            }
            let Some(field) = allowed.iter().find(|field| field.id == *id) else {
                errors.field(id, &format!("Field '{id}' cannot be set. It is not on the appropriate screen, or unknown."));
                continue;
            };
            for operation in operations {
                let Some((name, value)) = operation.as_object().and_then(|o| o.iter().next())
                else {
                    errors.field(id, "operation expected");
                    continue;
                };
                let current = values
                    .iter()
                    .rev()
                    .find(|(f, _)| f == id)
                    .map_or_else(|| issue.value(id).clone(), |(_, v)| v.clone());
                let outcome: Result<(), Refused> = match name.as_str() {
                    "set" if id == "parent" && value.get("none") == Some(&Value::Bool(true)) => {
                        values.push((id.clone(), Value::Null));
                        Ok(())
                    }
                    "set" => self
                        .accept(field, &issue.project, value, call)
                        .map(|v| values.push((id.clone(), v))),
                    "edit" if id == "timetracking" => self.accept_times(value, &mut values),
                    "add" | "remove" => {
                        let one = json!([value]);
                        self.accept(field, &issue.project, &one, call).map(|v| {
                            let mut list: Vec<Value> =
                                current.as_array().cloned().unwrap_or_default();
                            for item in v.as_array().into_iter().flatten() {
                                list.retain(|have| have != item);
                                if name == "add" {
                                    list.push(item.clone());
                                }
                            }
                            values.push((id.clone(), Value::Array(list)));
                        })
                    }
                    other => {
                        Err(format!("Operation '{other}' is not supported by field '{id}'").into())
                    }
                };
                note(errors, id, outcome);
            }
        }
        values
    }

    /// Comments that a request's `update` adds, checked before anything is written.
    pub(super) fn read_added_comments(
        &self,
        given: &Map<String, Value>,
        call: &Call,
        errors: &mut Errors,
    ) -> Vec<(Value, Option<Value>)> {
        let mut bodies = Vec::new();
        for operation in given.get("comment").and_then(Value::as_array).into_iter().flatten() {
            let Some(add) = operation.get("add") else { continue };
            match self.accept_rich(add.get("body").unwrap_or(&Value::Null), call) {
                Ok(Value::Null) => errors.field("comment", "Comment body can not be empty!"),
                Ok(body) => bodies.push((body, add.get("visibility").cloned())),
                Err(refused) => note(errors, "comment", Err(refused)),
            }
        }
        bodies
    }

    pub(crate) fn push_comment(
        &mut self,
        issue: u64,
        author: &str,
        body: Value,
        visibility: Option<Value>,
        public: bool,
    ) -> Option<Comment> {
        let at = self.clock.tick();
        let id = self.fresh_id().to_string();
        let comment = Comment {
            id,
            author: author.to_owned(),
            body,
            created: at,
            updated: at,
            visibility,
            public,
        };
        let issue = self.issues.get_mut(&issue)?;
        issue.updated = at;
        issue.comments.push(comment.clone());
        Some(comment)
    }

    /// Creates an issue from one request object.
    pub(crate) fn create_one(&mut self, request: &Value, call: &Call) -> Result<u64, Errors> {
        let mut errors = Errors::default();
        let empty = Map::new();
        let given = request.get("fields").and_then(Value::as_object).unwrap_or(&empty);
        let update = request.get("update").and_then(Value::as_object).unwrap_or(&empty);
        let text = |outer: &str, inner: &str| {
            let value = given.get(outer)?.get(inner)?;
            Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        let project = text("project", "key")
            .or_else(|| text("project", "id"))
            .and_then(|key| self.project(&key))
            .filter(|project| self.sees(&call.user, &project.key))
            .cloned();
        let Some(project) = project else {
            errors.field("project", "valid project is required");
            return Err(errors);
        };
        let kind = project
            .types
            .iter()
            .filter_map(|id| self.issue_type(id))
            .find(|kind| match (text("issuetype", "id"), text("issuetype", "name")) {
                (Some(id), _) => kind.id == id,
                (None, Some(name)) => kind.name.eq_ignore_ascii_case(&name),
                _ => false,
            })
            .cloned();
        let Some(kind) = kind else {
            let words = match self.flavour {
                Flavour::Cloud => "Specify a valid issue type",
                Flavour::DataCenter => "valid issue type is required",
            };
            errors.field("issuetype", words);
            return Err(errors);
        };
        let screen = self.screen(&project.key, &kind.id);
        let values = self.read_fields(given, &project.key, &screen, call, &mut errors);
        let has = |id: &str| given.get(id).is_some_and(|value| !value.is_null());
        for field in &screen {
            let required = field.required || field.id == "summary";
            if required && !has(&field.id) && !errors.fields.contains_key(&field.id) {
                let message = if field.id == "summary" {
                    "You must specify a summary of the issue.".to_owned()
                } else {
                    format!("{} is required.", field.name)
                };
                errors.field(&field.id, &message);
            }
        }
        let parent = values
            .iter()
            .find(|(id, _)| id == "parent")
            .and_then(|(_, v)| v.as_str())
            .and_then(|id| self.find(id));
        if kind.subtask && parent.is_none() && !errors.fields.contains_key("parent") {
            errors.field(
                "parent",
                "Issue type is a sub-task but parent issue key or id not specified.",
            );
        }
        if let Some(parent) = parent.and_then(|id| self.issues.get(&id)) {
            let level = self.issue_type(parent.text("issuetype")).map_or(0, |t| t.level);
            let fits = if kind.subtask {
                level == 0 && parent.project == project.key
            } else {
                level == kind.level + 1 && self.flavour == Flavour::Cloud
            };
            if !fits {
                errors.field(
                    "parent",
                    "Given parent issue does not belong to appropriate hierarchy.",
                );
            }
        }
        let comments = self.read_added_comments(update, call, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        let at = self.clock.tick();
        let id = self.fresh_id();
        let Some(stored) = self.project_mut(&project.key) else { return Err(errors) };
        stored.last_number += 1;
        let key = format!("{}-{}", stored.key, stored.last_number);
        let mut issue = blank_issue(id, key.clone(), &project, &kind.id, at);
        issue.values.insert("creator".to_owned(), json!(call.user));
        issue.values.insert("reporter".to_owned(), json!(call.user));
        if let Some(priority) = self.priorities.get(2) {
            issue.values.insert("priority".to_owned(), json!(priority.id));
        }
        issue.watchers.insert(call.user.clone());
        if let Some((_, estimate)) =
            values.iter().find(|(f, _)| f == "timeoriginalestimate").cloned()
        {
            issue.values.insert("timeestimate".to_owned(), estimate);
        }
        issue.values.extend(values);
        self.issues.insert(id, issue);
        self.keys.insert(key, id);
        for (body, visibility) in comments {
            self.push_comment(id, &call.user, body, visibility, true);
        }
        Ok(id)
    }
}

/// An issue with nothing but its place.
pub(crate) fn blank_issue(
    id: u64,
    key: String,
    project: &Project,
    kind: &str,
    at: jiff::Timestamp,
) -> Issue {
    let mut values = indexmap::IndexMap::new();
    values.insert("issuetype".to_owned(), json!(kind));
    values.insert("status".to_owned(), json!(project.initial));
    for list in ["labels", "components", "fixVersions", "versions"] {
        values.insert(list.to_owned(), json!([]));
    }
    Issue {
        id,
        key,
        project: project.key.clone(),
        values,
        created: at,
        updated: at,
        resolved: None,
        comments: Vec::new(),
        worklogs: Vec::new(),
        history: Vec::new(),
        attachments: Vec::new(),
        watchers: std::collections::BTreeSet::new(),
        remote_links: Vec::new(),
        properties: indexmap::IndexMap::new(),
        forms: Vec::new(),
        development: Value::Null,
    }
}

fn note(errors: &mut Errors, id: &str, outcome: Result<(), Refused>) {
    match outcome {
        Ok(()) => {}
        Err(Refused::Field(message)) => errors.field(id, &message),
        Err(Refused::Document(why)) => {
            if errors.messages.is_empty() {
                errors.messages.push("INVALID_INPUT".to_owned());
            }
            errors.reason = Some(format!("{id}: {why}"));
        }
    }
}

/// `GET /issue/{key}`
pub(crate) fn read(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let selection = Selection::read(&call.list("fields"), "*all");
    let issue = jira.get(id)?;
    Ok(Reply::ok(&jira.show_issue(
        issue,
        &selection,
        &call.list("expand"),
        &call.list("properties"),
        call,
    )))
}

/// `POST /issue`
pub(crate) fn create(jira: &mut Jira, call: &Call) -> Answer {
    let Some(body) = call.json() else { return Err(bad_json()) };
    let id = jira.create_one(&body, call).map_err(|errors| errors.reply(400))?;
    Ok(Reply::created(&created(jira, id, call)?))
}

fn created(jira: &Jira, id: u64, call: &Call) -> Result<Value, Reply> {
    let key = &jira.get(id)?.key;
    Ok(json!({
        "id": id.to_string(),
        "key": key,
        "self": format!("{}/rest/api/{}/issue/{id}", call.base, jira.version_in(call)),
    }))
}

/// `POST /issue/bulk`: up to 50, each judged for itself.
pub(crate) fn create_bulk(jira: &mut Jira, call: &Call) -> Answer {
    let Some(body) = call.json() else { return Err(bad_json()) };
    let list = body.get("issueUpdates").and_then(Value::as_array).cloned().unwrap_or_default();
    if list.len() > 50 {
        return Err(jira_error(400, "You can only create up to 50 issues at once."));
    }
    let (mut issues, mut failures) = (Vec::new(), Vec::new());
    for (index, request) in list.iter().enumerate() {
        match jira.create_one(request, call) {
            Ok(id) => issues.push(created(jira, id, call)?),
            Err(errors) => failures.push(json!({
                "status": 400,
                "elementErrors": errors.body(),
                "failedElementNumber": index,
            })),
        }
    }
    let status = if issues.is_empty() { 400 } else { 201 };
    Ok(Reply::json(status, &json!({"issues": issues, "errors": failures})))
}

pub(crate) fn bad_json() -> Reply {
    jira_error(400, "There was an error parsing JSON. Check that your request body is valid.")
}

/// `PUT /issue/{key}`
pub(crate) fn edit(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let Some(body) = call.json() else { return Err(bad_json()) };
    let empty = Map::new();
    let given = body.get("fields").and_then(Value::as_object).unwrap_or(&empty);
    let update = body.get("update").and_then(Value::as_object).unwrap_or(&empty);
    let mut errors = Errors::default();
    let issue = jira.get(id)?;
    let allowed = jira.editable(issue);
    let mut values = jira.read_fields(given, &issue.project, &allowed, call, &mut errors);
    values.extend(jira.read_update(issue, update, &allowed, call, &mut errors));
    if let Some(kind) = given.get("issuetype") {
        let wanted = |key: &str| kind.get(key).and_then(Value::as_str).unwrap_or_default();
        let found = jira
            .project(&issue.project)
            .into_iter()
            .flat_map(|p| &p.types)
            .filter_map(|t| jira.issue_type(t))
            .find(|t| t.id == wanted("id") || t.name.eq_ignore_ascii_case(wanted("name")));
        match found {
            Some(kind) => values.push(("issuetype".to_owned(), json!(kind.id))),
            None => errors.field("issuetype", "The issue type selected is invalid."),
        }
    }
    let comments = jira.read_added_comments(update, call, &mut errors);
    if !errors.is_empty() {
        return Err(errors.reply(400));
    }
    jira.store(id, values, &call.user);
    for (body, visibility) in comments {
        jira.push_comment(id, &call.user, body, visibility, true);
    }
    if call.flag("returnIssue", false) {
        let issue = jira.get(id)?;
        let all = Selection::read(&[], "*all");
        return Ok(Reply::ok(&jira.show_issue(issue, &all, &call.list("expand"), &[], call)));
    }
    Ok(Reply::none())
}

/// `DELETE /issue/{key}`
pub(crate) fn delete(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let children: Vec<u64> = jira
        .issues
        .values()
        .filter(|child| {
            child.text("parent") == id.to_string()
                && jira.issue_type(child.text("issuetype")).is_some_and(|t| t.subtask)
        })
        .map(|child| child.id)
        .collect();
    if !children.is_empty() && !call.flag("deleteSubtasks", false) {
        let key = &jira.get(id)?.key;
        return Err(jira_error(
            400,
            &format!(
                "The issue '{key}' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks."
            ),
        ));
    }
    for gone in children.into_iter().chain([id]) {
        jira.issues.remove(&gone);
        jira.keys.retain(|_, kept| *kept != gone);
        jira.links.retain(|link| link.from != gone && link.to != gone);
    }
    Ok(Reply::none())
}

/// `PUT /issue/{key}/assignee`
pub(crate) fn assign(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    let Some(body) = call.json() else { return Err(bad_json()) };
    let mut errors = Errors::default();
    match jira.accept_user(&body) {
        Ok(user) => {
            jira.store(id, vec![("assignee".to_owned(), user)], &call.user);
            Ok(Reply::none())
        }
        Err(refused) => {
            note(&mut errors, "assignee", Err(refused));
            Err(errors.reply(400))
        }
    }
}

/// `GET /issue/{key}/editmeta`
pub(crate) fn edit_meta(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    Ok(Reply::ok(&jira.edit_meta(jira.get(id)?, call)))
}

/// The texts of a list in a body.
pub(crate) fn strings(body: &Value, key: &str) -> Vec<String> {
    body.get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|v| v.as_str().map(str::to_owned))
        .collect()
}
