//! Writing fields: what a value must look like, how it is stored, what the history says of it.

use serde_json::{Map, Value, json};

use crate::adf;
use crate::site::Flavour;
use crate::wire::{Call, Reply};

use super::durations::seconds;
use super::fields::{Field, Kind};
use super::model::*;

/// Field errors of one request, in Jira's body.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    pub(crate) messages: Vec<String>,
    pub(crate) fields: Map<String, Value>,
    pub(crate) reason: Option<String>,
}

impl Errors {
    pub(crate) fn field(&mut self, id: &str, message: &str) {
        self.fields.insert(id.to_owned(), json!(message));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.fields.is_empty()
    }

    pub(crate) fn body(&self) -> Value {
        json!({"errorMessages": self.messages, "errors": self.fields})
    }

    pub(crate) fn reply(self, status: u16) -> Reply {
        let reply = Reply::json(status, &self.body());
        match self.reason {
            Some(why) => reply.reason(&why),
            None => reply,
        }
    }
}

/// A field's refusal: Jira's sentence, and for invalid documents the sandbox's reason.
#[derive(Debug)]
pub(crate) enum Refused {
    Field(String),
    Document(String),
}

impl From<&str> for Refused {
    fn from(text: &str) -> Self {
        Self::Field(text.to_owned())
    }
}

impl From<String> for Refused {
    fn from(text: String) -> Self {
        Self::Field(text)
    }
}

impl Jira {
    /// Reads a rich text: a valid document in version 3, text elsewhere.
    pub(crate) fn accept_rich(&self, value: &Value, call: &Call) -> Result<Value, Refused> {
        match (self.flavour, self.version_in(call), value) {
            (_, _, Value::Null) => Ok(Value::Null),
            (Flavour::Cloud, "3", Value::Object(_)) => {
                adf::check(value).map_err(Refused::Document)?;
                Ok(value.clone())
            }
            (Flavour::Cloud, "3", _) => Err(
                "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
                    .into(),
            ),
            (Flavour::Cloud, _, Value::String(text)) => Ok(adf::from_text(text)),
            (Flavour::DataCenter, _, Value::String(_)) => Ok(value.clone()),
            _ => Err("Operation value must be a string".into()),
        }
    }

    /// Finds the user a reference object means.
    pub(crate) fn accept_user(&self, value: &Value) -> Result<Value, Refused> {
        if value.is_null() {
            return Ok(Value::Null);
        }
        let Some(object) = value.as_object() else { return Err("data was not an object".into()) };
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        let found = match self.flavour {
            Flavour::Cloud => match object.get("accountId").or_else(|| object.get("id")) {
                Some(Value::Null) => return Ok(Value::Null),
                Some(Value::String(id)) => self.people.by_account(id).ok_or(id.clone()),
                _ => return Err("expected 'accountId' or 'id' property to be provided".into()),
            },
            Flavour::DataCenter => match (object.get("name"), text("key")) {
                (Some(Value::Null), _) => return Ok(Value::Null),
                (Some(Value::String(name)), _) => self.people.by_login(name).ok_or(name.clone()),
                (_, Some(key)) => self.people.by_key(key).ok_or(key.to_owned()),
                _ => return Err("expected 'name' or 'key' property to be provided".into()),
            },
        };
        match found {
            Ok(person) if person.active => Ok(json!(person.name)),
            Ok(person) => {
                Err(format!("User '{}' cannot be assigned issues.", person.display).into())
            }
            Err(given) => Err(format!("User '{given}' does not exist.").into()),
        }
    }

    /// Turns the value of a request into the stored form.
    pub(crate) fn accept(
        &self,
        field: &Field,
        project: &str,
        value: &Value,
        call: &Call,
    ) -> Result<Value, Refused> {
        if field.custom() {
            return self.accept_custom(field, value, call);
        }
        match field.id.as_str() {
            "summary" => match value.as_str() {
                Some(text) if text.trim().is_empty() => {
                    Err("You must specify a summary of the issue.".into())
                }
                Some(text) if text.contains(['\n', '\r']) => {
                    Err("The summary is invalid because it contains newline characters.".into())
                }
                Some(text) if text.chars().count() > 255 => {
                    Err("Summary must be less than 255 characters.".into())
                }
                Some(text) => Ok(json!(text)),
                None if value.is_null() => Err("You must specify a summary of the issue.".into()),
                None => Err("Operation value must be a string".into()),
            },
            "description" | "environment" => self.accept_rich(value, call),
            "assignee" | "reporter" => self.accept_user(value),
            "priority" => named(&self.priorities, value, "The priority selected is invalid."),
            "resolution" => named(&self.resolutions, value, "The resolution selected is invalid."),
            "labels" => labels(value),
            "components" => {
                let known = self.project(project).map(|p| {
                    p.components.iter().map(|c| (c.id.as_str(), c.name.as_str())).collect()
                });
                references(value, &known.unwrap_or_default(), "Component")
            }
            "fixVersions" | "versions" => {
                let known = self
                    .project(project)
                    .map(|p| p.versions.iter().map(|v| (v.id.as_str(), v.name.as_str())).collect());
                references(value, &known.unwrap_or_default(), "Version")
            }
            "duedate" => date(value),
            "parent" => {
                if value.is_null() {
                    return Ok(Value::Null);
                }
                let Some(object) = value.as_object() else {
                    return Err("data was not an object".into());
                };
                let given = object.get("key").or_else(|| object.get("id")).and_then(Value::as_str);
                let Some(given) = given else {
                    return Err("expected 'key' or 'id' property to be provided".into());
                };
                match self.find(given) {
                    Some(id) => Ok(json!(id.to_string())),
                    None => Err("Could not find issue by id or key.".into()),
                }
            }
            _ => Err(format!(
                "Field '{}' cannot be set. It is not on the appropriate screen, or unknown.",
                field.id
            )
            .into()),
        }
    }

    fn accept_custom(&self, field: &Field, value: &Value, call: &Call) -> Result<Value, Refused> {
        if value.is_null() {
            return Ok(Value::Null);
        }
        match field.kind {
            Kind::Text | Kind::Url | Kind::EpicName | Kind::Rank => match value {
                Value::String(text) if field.kind == Kind::Url && !text.contains("://") => {
                    Err("The URL is invalid.".into())
                }
                Value::String(_) => Ok(value.clone()),
                _ => Err("Operation value must be a string".into()),
            },
            Kind::TextArea => self.accept_rich(value, call),
            Kind::Number => match value {
                Value::Number(_) => Ok(value.clone()),
                _ => Err("Operation value must be a number".into()),
            },
            Kind::Date => date(value),
            Kind::DateTime => match value.as_str() {
                Some(text) if jiff_time(text) => Ok(value.clone()),
                _ => Err("Error parsing time: expected yyyy-MM-dd'T'HH:mm:ss.SSSZ".into()),
            },
            Kind::Select => choice(field, value).map(|c| json!(c.id)),
            Kind::MultiSelect => {
                let Some(list) = value.as_array() else {
                    return Err("data was not an array".into());
                };
                list.iter()
                    .map(|v| choice(field, v).map(|c| json!(c.id)))
                    .collect::<Result<Vec<_>, _>>()
                    .map(Value::Array)
            }
            Kind::Cascade => {
                let parent = choice(field, value)?;
                let Some(wanted) = value.get("child").filter(|c| !c.is_null()) else {
                    return Ok(json!([parent.id]));
                };
                let child = parent.children.iter().find(|c| option_matches(c, wanted)).ok_or_else(
                    || Refused::from("The child option is not valid for the parent option."),
                )?;
                Ok(json!([parent.id, child.id]))
            }
            Kind::User => self.accept_user(value),
            Kind::Users => {
                let Some(list) = value.as_array() else {
                    return Err("data was not an array".into());
                };
                list.iter()
                    .map(|v| self.accept_user(v))
                    .collect::<Result<Vec<_>, _>>()
                    .map(Value::Array)
            }
            Kind::Labels => labels(value),
            Kind::Sprint => {
                let id = value.as_u64().or_else(|| value.as_str()?.parse().ok());
                match id.and_then(|id| self.sprint(id)) {
                    Some(sprint) if sprint.state != "closed" => Ok(json!([sprint.id])),
                    Some(_) => Err("The sprint is already closed.".into()),
                    None => Err("Number value expected as the Sprint id.".into()),
                }
            }
            Kind::EpicLink => match value
                .as_str()
                .and_then(|key| self.find(key))
                .and_then(|id| self.issues.get(&id))
            {
                Some(epic)
                    if self.issue_type(epic.text("issuetype")).is_some_and(|t| t.level == 1) =>
                {
                    Ok(json!(epic.key))
                }
                Some(_) => Err("The issue is not an epic.".into()),
                None => Err("Issue does not exist.".into()),
            },
            Kind::System => Err("unknown".into()),
        }
    }

    /// Sets the estimates of a `timetracking` object.
    pub(crate) fn accept_times(
        &self,
        value: &Value,
        into: &mut Vec<(String, Value)>,
    ) -> Result<(), Refused> {
        let Some(object) = value.as_object() else { return Err("data was not an object".into()) };
        for (key, target) in
            [("originalEstimate", "timeoriginalestimate"), ("remainingEstimate", "timeestimate")]
        {
            if let Some(given) = object.get(key) {
                let seconds = given.as_str().and_then(seconds);
                let Some(seconds) = seconds else {
                    return Err(format!("'{given}' is not a valid time duration.").into());
                };
                into.push((target.to_owned(), json!(seconds)));
            }
        }
        Ok(())
    }

    /// A stored value in words, with the id the history keeps.
    pub(crate) fn in_words(&self, field: &Field, stored: &Value) -> Option<(String, String)> {
        let text = match stored {
            Value::Null => return None,
            Value::Array(list) if list.is_empty() => return None,
            other => other.as_str().unwrap_or_default(),
        };
        let names = |find: &dyn Fn(&str) -> Option<String>| {
            let list: Vec<&str> =
                stored.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let words: Vec<String> = list.iter().filter_map(|id| find(id)).collect();
            Some((list.join(", "), words.join(", ")))
        };
        let named = |list: &[Named]| {
            list.iter().find(|n| n.id == text).map(|n| (n.id.clone(), n.name.clone()))
        };
        let person = |name: &str| self.people.get(name).map(|p| p.display.clone());
        if field.custom() {
            return match field.kind {
                Kind::Select => field.choice(text).map(|c| (c.id.clone(), c.value.clone())),
                Kind::MultiSelect | Kind::Cascade => {
                    names(&|id| field.choice(id).map(|c| c.value.clone()))
                }
                Kind::User => Some((self.account(text), person(text)?)),
                Kind::Users => names(&person),
                Kind::Sprint => {
                    let ids: Vec<u64> =
                        stored.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
                    let words: Vec<String> = ids
                        .iter()
                        .filter_map(|id| self.sprint(*id))
                        .map(|s| s.name.clone())
                        .collect();
                    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                    Some((ids.join(", "), words.join(", ")))
                }
                Kind::Labels => Some((
                    String::new(),
                    names(&|label| Some(label.to_owned()))?.1.replace(", ", " "),
                )),
                Kind::TextArea => Some((String::new(), adf::to_text(stored))),
                _ => Some((
                    String::new(),
                    stored.as_str().map_or_else(|| stored.to_string(), str::to_owned),
                )),
            };
        }
        match field.id.as_str() {
            "status" => self.status(text).map(|s| (s.id.clone(), s.name.clone())),
            "issuetype" => self.issue_type(text).map(|t| (t.id.clone(), t.name.clone())),
            "priority" => named(&self.priorities),
            "resolution" => named(&self.resolutions),
            "assignee" | "reporter" => Some((self.account(text), person(text)?)),
            "components" => names(&|id| self.component(id).map(|(_, c)| c.name.clone())),
            "fixVersions" | "versions" => {
                names(&|id| self.version(id).map(|(_, v)| v.name.clone()))
            }
            "parent" => self
                .find(text)
                .and_then(|id| self.issues.get(&id))
                .map(|i| (i.id.to_string(), i.key.clone())),
            "labels" => {
                Some((String::new(), names(&|label| Some(label.to_owned()))?.1.replace(", ", " ")))
            }
            "description" | "environment" => Some((String::new(), adf::to_text(stored))),
            "timeoriginalestimate" | "timeestimate" => {
                Some((stored.to_string(), stored.to_string()))
            }
            _ => Some((
                String::new(),
                stored.as_str().map_or_else(|| stored.to_string(), str::to_owned),
            )),
        }
    }

    fn account(&self, name: &str) -> String {
        self.people.get(name).map_or_else(String::new, |p| match self.flavour {
            Flavour::Cloud => p.account_id.clone(),
            Flavour::DataCenter => p.key.clone(),
        })
    }

    /// Stores values and writes the history entry; unchanged ones leave no trace.
    pub(crate) fn store(&mut self, id: u64, values: Vec<(String, Value)>, author: &str) {
        let mut items = Vec::new();
        for (field_id, new) in &values {
            let Some(issue) = self.issues.get(&id) else { return };
            let old = issue.value(field_id);
            if old == new {
                continue;
            }
            if let Some(field) = self.field(field_id) {
                items.push(ChangeItem {
                    field: history_name(field),
                    field_id: field.id.clone(),
                    custom: field.custom(),
                    from: self.in_words(field, old),
                    to: self.in_words(field, new),
                });
            }
        }
        let at = self.clock.tick();
        let done = values.iter().find(|(f, _)| f == "status").map(|(_, status)| {
            status.as_str().and_then(|id| self.status(id)).is_some_and(|s| s.category == "done")
        });
        let change_id = self.fresh_id().to_string();
        let Some(issue) = self.issues.get_mut(&id) else { return };
        for (field, value) in values {
            issue.values.insert(field, value);
        }
        issue.updated = at;
        match done {
            Some(true) => issue.resolved = issue.resolved.or(Some(at)),
            Some(false) => {
                issue.resolved = None;
                issue.values.insert("resolution".to_owned(), Value::Null);
            }
            None => {}
        }
        if !items.is_empty() {
            issue.history.push(Change { id: change_id, author: author.to_owned(), at, items });
        }
    }
}

/// Names in the history differ from the catalogue's for a few fields.
pub(crate) fn history_name(field: &Field) -> String {
    match field.id.as_str() {
        id if id.starts_with("customfield_") => field.name.clone(),
        "fixVersions" => "Fix Version".to_owned(),
        "versions" => "Version".to_owned(),
        "components" => "Component".to_owned(),
        "parent" => "IssueParentAssociation".to_owned(),
        other => other.to_owned(),
    }
}

fn named(list: &[Named], value: &Value, wrong: &str) -> Result<Value, Refused> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    let Some(object) = value.as_object() else { return Err("data was not an object".into()) };
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    list.iter()
        .find(|n| match (text("id"), text("name")) {
            (Some(id), _) => n.id == id,
            (None, Some(name)) => n.name.eq_ignore_ascii_case(name),
            _ => false,
        })
        .map(|n| json!(n.id))
        .ok_or_else(|| wrong.into())
}

fn labels(value: &Value) -> Result<Value, Refused> {
    if value.is_null() {
        return Ok(json!([]));
    }
    let Some(list) = value.as_array() else { return Err("data was not an array".into()) };
    let mut kept: Vec<&str> = Vec::new();
    for label in list {
        let Some(text) = label.as_str() else { return Err("string expected at index 0".into()) };
        if text.contains(' ') {
            return Err(format!("The label '{text}' contains spaces which is invalid.").into());
        }
        if text.chars().count() > 255 {
            return Err("The label is longer than 255 characters.".into());
        }
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    Ok(json!(kept))
}

fn references(value: &Value, known: &Vec<(&str, &str)>, word: &str) -> Result<Value, Refused> {
    if value.is_null() {
        return Ok(json!([]));
    }
    let Some(list) = value.as_array() else { return Err("data was not an array".into()) };
    let ids: Result<Vec<&str>, Refused> = list
        .iter()
        .map(|item| {
            let text = |key: &str| item.get(key).and_then(Value::as_str);
            let found = known.iter().find(|(id, name)| match (text("id"), text("name")) {
                (Some(wanted), _) => *id == wanted,
                (None, Some(wanted)) => name.eq_ignore_ascii_case(wanted),
                _ => false,
            });
            found.map(|(id, _)| *id).ok_or_else(|| match (text("id"), text("name")) {
                (Some(id), _) => format!("{word} id '{id}' is not valid").into(),
                (None, Some(name)) => format!("{word} name '{name}' is not valid").into(),
                _ => "expected 'id' or 'name' property to be provided".into(),
            })
        })
        .collect();
    Ok(json!(ids?))
}

fn date(value: &Value) -> Result<Value, Refused> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::String(text) if is_day(text) => Ok(value.clone()),
        _ => Err("Error parsing date string: expected format yyyy-MM-dd".into()),
    }
}

/// Whether a text is a date and nothing more.
pub(crate) fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// Whether a text is a time in Jira's form, with milliseconds and an offset.
pub(crate) fn jiff_time(text: &str) -> bool {
    read_time(text).is_some()
}

/// Reads `2026-11-02T09:00:00.000+0000`.
pub(crate) fn read_time(text: &str) -> Option<jiff::Timestamp> {
    jiff::Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()
}

fn option_matches(choice: &super::fields::Choice, wanted: &Value) -> bool {
    let text = |key: &str| wanted.get(key).and_then(Value::as_str);
    match (text("id"), text("value")) {
        (Some(id), _) => choice.id == id,
        (None, Some(value)) => choice.value == value,
        _ => false,
    }
}

fn choice<'a>(field: &'a Field, value: &Value) -> Result<&'a super::fields::Choice, Refused> {
    if !value.is_object() {
        return Err("Specify a valid 'id' or 'name' for the option".into());
    }
    field.choices.iter().find(|c| !c.disabled && option_matches(c, value)).ok_or_else(|| {
        let given = value.get("id").or_else(|| value.get("value")).cloned().unwrap_or(Value::Null);
        let given = given.as_str().map_or_else(|| "null".to_owned(), str::to_owned);
        match value.get("id") {
            Some(_) => format!("Option id '{given}' is not valid").into(),
            None => format!("Option value '{given}' is not valid").into(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_need_milliseconds_and_an_offset() {
        assert!(jiff_time("2026-11-02T09:00:00.000+0000"));
        assert!(!jiff_time("2026-11-02"));
    }

    #[test]
    fn labels_with_blanks_are_refused() {
        assert!(labels(&json!(["a b"])).is_err());
        assert_eq!(labels(&json!(["a", "a", "b"])).unwrap(), json!(["a", "b"]));
    }
}
