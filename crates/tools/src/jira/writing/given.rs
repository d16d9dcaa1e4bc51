//! The field objects of a call: read from JSON, special keys taken out.

use super::values::issue_key;
use crate::ToolError;
use serde_json::{Map, Value};

/// Other names of the epic an issue belongs to (jira-issues spec section 1.8).
const EPIC: [&str; 5] = ["epickey", "epic_key", "epic_link", "epiclink", "epic link"];

/// Fields as given, in the order given.
pub(crate) type Given = Map<String, Value>;

/// Reads an argument that holds a JSON object; absent and blank are empty.
///
/// # Errors
/// When it is something else.
pub(crate) fn json_object(argument: &str, given: Option<&str>) -> Result<Given, ToolError> {
    let text = given.map(str::trim).unwrap_or_default();
    if text.is_empty() || text == "null" {
        return Ok(Given::new());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(ToolError::argument(
            argument,
            format!("Parsed {argument} is not a JSON object (dict)."),
            Some(text),
        )),
        Err(error) => Err(ToolError::argument(
            argument,
            format!("{argument} is not valid JSON: {error}"),
            Some(text),
        )),
    }
}

/// Takes the first key that is one of the names, whatever its case.
pub(crate) fn take_alias(given: &mut Given, names: &[&str]) -> Option<Value> {
    let key = given.keys().find(|key| names.contains(&key.trim().to_lowercase().as_str()))?;
    let key = key.clone();
    given.shift_remove(&key)
}

/// Takes the epic an issue shall belong to.
pub(crate) fn take_epic(given: &mut Given) -> Option<Value> {
    take_alias(given, &EPIC)
}

/// The issues that fields name as parent or epic, for the policy; what cannot be read is left to
/// the call itself.
pub(crate) fn issue_keys(json: Option<&str>) -> Vec<String> {
    let Some(fields) = object(json) else { return Vec::new() };
    fields
        .iter()
        .filter(|(key, _)| {
            let key = key.trim().to_lowercase();
            key == "parent" || EPIC.contains(&key.as_str())
        })
        .filter_map(|(_, value)| issue_key(value))
        .filter(|key| !key.is_empty())
        .collect()
}

/// The projects that fields name, for the policy. A project given by id or name alone has no key
/// to compare and is named as it was given, which no filter lets pass.
pub(crate) fn project_keys(json: Option<&str>) -> Vec<String> {
    let Some(fields) = object(json) else { return Vec::new() };
    fields
        .iter()
        .filter(|(key, _)| matches!(key.trim().to_lowercase().as_str(), "project" | "project_key"))
        .filter_map(|(_, value)| match value {
            Value::Null => None,
            Value::String(key) => Some(key.trim().to_owned()),
            other => Some(
                other
                    .get("key")
                    .and_then(Value::as_str)
                    .map_or_else(|| other.to_string(), |key| key.trim().to_owned()),
            ),
        })
        .collect()
}

fn object(json: Option<&str>) -> Option<Given> {
    let mut fields = json_object("fields", json).ok()?;
    if let Some(Value::Object(inner)) = fields.shift_remove("fields") {
        fields.extend(inner);
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::{issue_keys, json_object, project_keys, take_epic};
    use serde_json::json;

    #[test]
    fn only_objects_are_fields() {
        assert!(json_object("fields", Some(" ")).expect("empty").is_empty());
        assert_eq!(json_object("fields", Some("{\"a\":1}")).expect("object").len(), 1);
        for bad in ["[1]", "\"x\"", "{a}", "5"] {
            assert!(json_object("fields", Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_policy_sees_parents_epics_and_projects() {
        let fields = r#"{"parent": {"key": "ops-1"}, "Epic Link": "WEB-2", "summary": "PAY-9",
                         "fields": {"epicKey": "HR-3", "project": {"id": "10"}}}"#;
        assert_eq!(issue_keys(Some(fields)), ["OPS-1", "WEB-2", "HR-3"]);
        assert_eq!(project_keys(Some(fields)), ["{\"id\":\"10\"}"]);
        assert_eq!(project_keys(Some(r#"{"project": "OPS"}"#)), ["OPS"]);
        assert!(issue_keys(Some("not json")).is_empty());
    }

    #[test]
    fn an_epic_has_many_names() {
        for name in ["epicKey", "epic_link", "Epic Link", "EPICLINK"] {
            let mut given = json!({name: "PAY-1", "x": 1}).as_object().cloned().expect("object");
            assert_eq!(take_epic(&mut given), Some(json!("PAY-1")), "{name}");
            assert_eq!(given.len(), 1);
        }
    }
}
