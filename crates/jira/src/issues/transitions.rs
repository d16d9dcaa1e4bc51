//! `/rest/api/{2,3}/issue/{key}/transitions`.

use super::issue;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;
use serde_json::{Map, Value, json};

/// The transitions that the caller may make now; with `fields` also their screens.
#[must_use]
pub fn list(deployment: Deployment, key: &str, fields: bool) -> ApiRequest {
    ApiRequest::get(
        issue(deployment, key).then("/transitions"),
        format!("read the transitions of issue {key}"),
    )
    .query_opt("expand", fields.then_some("transitions.fields"))
}

/// Makes a transition, setting `fields` and carrying out `update` on the way.
#[must_use]
pub fn make(
    deployment: Deployment,
    key: &str,
    id: &str,
    fields: &Map<String, Value>,
    update: &Map<String, Value>,
) -> ApiRequest {
    let mut body = Map::from_iter([("transition".to_owned(), json!({ "id": id }))]);
    if !fields.is_empty() {
        body.insert("fields".to_owned(), Value::Object(fields.clone()));
    }
    if !update.is_empty() {
        body.insert("update".to_owned(), Value::Object(update.clone()));
    }
    ApiRequest::post(
        issue(deployment, key).then("/transitions"),
        Value::Object(body),
        format!("make transition {id} of issue {key}"),
    )
}

/// A transition of an issue, read leniently.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// Id, digits.
    pub id: String,
    /// Name of the transition.
    pub name: String,
    /// Name of the status it leads to.
    pub to: Option<String>,
    /// Its screen: field id to what may be given, when it was asked for.
    pub fields: Map<String, Value>,
}

impl Transition {
    /// The transitions of an answer; entries without an id are left out.
    #[must_use]
    pub fn all(answer: &Value) -> Vec<Self> {
        let entries = answer.get("transitions").and_then(Value::as_array);
        entries.into_iter().flatten().filter_map(Self::read).collect()
    }

    fn read(entry: &Value) -> Option<Self> {
        let id = match entry.get("id")? {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        let name = entry.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let to = match entry.get("to") {
            Some(Value::String(status)) => Some(status.clone()),
            Some(status) => status.get("name").and_then(Value::as_str).map(str::to_owned),
            None => None,
        };
        let fields = entry.get("fields").and_then(Value::as_object).cloned().unwrap_or_default();
        Some(Self { id, name, to, fields })
    }

    /// `11 Start -> In Progress`, for messages.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.to {
            Some(to) => format!("{} {} -> {to}", self.id, self.name),
            None => format!("{} {}", self.id, self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Transition, make};
    use atlassian_http::Body;
    use atlassian_settings::Deployment;
    use serde_json::{Map, json};

    #[test]
    fn transitions_are_read_from_both_spellings() {
        let all = Transition::all(&json!({"transitions": [
            {"id": "11", "name": "Start", "to": {"name": "In Progress"}},
            {"id": 31, "name": "Finish", "to": "Done"},
            {"name": "nothing"},
        ]}));
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].describe(), "11 Start -> In Progress");
        assert_eq!(all[1].describe(), "31 Finish -> Done");
    }

    #[test]
    fn a_plain_transition_sends_nothing_else() {
        match make(Deployment::Cloud, "PAY-1", "31", &Map::new(), &Map::new()).body {
            Body::Json(body) => assert_eq!(body, json!({"transition": {"id": "31"}})),
            _ => panic!("a transition has a body"),
        }
    }
}
