//! One value for one field, as far as it can be told without asking Jira.

use crate::jira::stamp;
use atlassian_jira::fields::FieldKind;
use serde_json::{Map, Value, json};

/// A value on its way to Jira.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Planned {
    /// Ready to be sent.
    Ready(Value),
    /// A person to be found.
    Person(Value),
    /// Several people to be found.
    People(Vec<Value>),
    /// Markdown, or an ADF document as JSON, to be converted.
    Rich(String),
    /// The key of an issue, to be fenced.
    Issue(String),
}

/// Plans the value of a field.
///
/// # Errors
/// What the field takes, when the value cannot be made into that.
pub(crate) fn plan(kind: FieldKind, value: &Value) -> Result<Planned, String> {
    if value.is_null() {
        return Ok(Planned::Ready(Value::Null));
    }
    let ready = |value: Value| Ok(Planned::Ready(value));
    match kind {
        FieldKind::Text => match value {
            Value::Array(_) | Value::Object(_) => Err("takes a text".to_owned()),
            other => ready(Value::from(as_text(other))),
        },
        FieldKind::RichText => match value {
            Value::Array(_) => Err("takes a text in Markdown or an ADF document".to_owned()),
            Value::Object(_) => Ok(Planned::Rich(value.to_string())),
            other => Ok(Planned::Rich(as_text(other))),
        },
        FieldKind::Number => number(value).map(Planned::Ready),
        FieldKind::Date => date(value).map(Planned::Ready),
        FieldKind::DateTime => ready(match (value, stamp::parse(value)) {
            (Value::String(_), Some(zoned)) => Value::from(stamp::for_jira(&zoned)),
            _ => value.clone(),
        }),
        FieldKind::Choice => ready(choice(value)),
        FieldKind::Cascade => cascade(value).map(Planned::Ready),
        FieldKind::Choices => {
            let items = items(value).ok_or("takes a list of option values")?;
            ready(items.iter().map(choice).collect())
        }
        FieldKind::Named => named(value).map(Planned::Ready),
        FieldKind::NamedList => {
            let items = items(value).ok_or("takes a list of names")?;
            items.iter().map(named).collect::<Result<Value, _>>().map(Planned::Ready)
        }
        FieldKind::Project => match value {
            Value::String(key) => ready(json!({ "key": key })),
            Value::Object(_) => ready(value.clone()),
            _ => Err("takes a project key".to_owned()),
        },
        FieldKind::Person => Ok(Planned::Person(value.clone())),
        FieldKind::People => {
            let items = items(value).ok_or("takes a list of people")?;
            Ok(Planned::People(items))
        }
        FieldKind::TextList => {
            let items = items(value).ok_or("takes a list of texts")?;
            if items.iter().any(|item| item.is_object() || item.is_array()) {
                return Err("takes a list of texts".to_owned());
            }
            ready(items.iter().map(|item| Value::from(as_text(item))).collect())
        }
        FieldKind::Sprint => sprint(value).map(Planned::Ready),
        FieldKind::EpicLink => match issue_key(value) {
            Some(key) if key.is_empty() => ready(Value::Null),
            Some(key) => Ok(Planned::Issue(key)),
            None => Err("takes the key of an epic".to_owned()),
        },
        FieldKind::Checklist => ready(checklist(value)),
        FieldKind::Other => ready(value.clone()),
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The entries of a list: an array as it is, a comma list in a text, or one value alone.
fn items(value: &Value) -> Option<Vec<Value>> {
    Some(match value {
        Value::Array(items) => items.clone(),
        Value::String(list) => comma_list(list).into_iter().map(Value::from).collect(),
        Value::Object(_) | Value::Number(_) => vec![value.clone()],
        Value::Bool(_) | Value::Null => return None,
    })
}

/// The parts of a comma list, trimmed, empty ones left out.
pub(crate) fn comma_list(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn number(value: &Value) -> Result<Value, String> {
    let rule = || "takes a number".to_owned();
    match value {
        Value::Number(_) => Ok(value.clone()),
        Value::String(text) if text.trim().is_empty() => Ok(Value::Null),
        Value::String(text) => {
            let parsed: Value = serde_json::from_str(text.trim()).map_err(|_| rule())?;
            if parsed.is_number() { Ok(parsed) } else { Err(rule()) }
        }
        _ => Err(rule()),
    }
}

fn date(value: &Value) -> Result<Value, String> {
    let Value::String(text) = value else { return Err("takes a date as YYYY-MM-DD".to_owned()) };
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    if text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10 {
        return Ok(Value::from(text));
    }
    match stamp::parse(value) {
        Some(zoned) => Ok(Value::from(zoned.date().to_string())),
        None => Err("takes a date as YYYY-MM-DD".to_owned()),
    }
}

fn choice(value: &Value) -> Value {
    match value {
        Value::String(_) => json!({ "value": value }),
        Value::Number(_) | Value::Bool(_) => json!({ "value": as_text(value) }),
        other => other.clone(),
    }
}

fn cascade(value: &Value) -> Result<Value, String> {
    match value {
        Value::Array(levels) => match levels.as_slice() {
            [parent] => Ok(choice(parent)),
            [parent, child] => {
                let mut out = choice(parent);
                crate::jira::parts::set(&mut out, "child", choice(child));
                Ok(out)
            }
            _ => Err("takes one value, or a value and its child".to_owned()),
        },
        Value::Object(map) => {
            let mut map = map.clone();
            if let Some(child) = map.get_mut("child") {
                *child = choice(child);
            }
            Ok(Value::Object(map))
        }
        other => Ok(choice(other)),
    }
}

fn named(value: &Value) -> Result<Value, String> {
    match value {
        Value::String(_) => Ok(json!({ "name": value })),
        Value::Number(_) => Ok(json!({ "name": as_text(value) })),
        Value::Object(map) if ["name", "id", "key"].iter().any(|key| map.contains_key(*key)) => {
            Ok(value.clone())
        }
        _ => Err("takes a name, or an object with name or id".to_owned()),
    }
}

fn sprint(value: &Value) -> Result<Value, String> {
    let rule = || "takes the id of a sprint, a number".to_owned();
    match value {
        Value::Number(_) => Ok(value.clone()),
        Value::String(text) => text.trim().parse::<u64>().map(Value::from).map_err(|_| rule()),
        Value::Object(map) => map.get("id").ok_or_else(rule).and_then(sprint),
        Value::Array(items) => match items.as_slice() {
            [one] => sprint(one),
            _ => Err(rule()),
        },
        _ => Err(rule()),
    }
}

/// An issue key given as text or as `{"key": ..}`; the text is empty when it clears the field.
pub(crate) fn issue_key(value: &Value) -> Option<String> {
    match value {
        Value::String(key) => Some(key.trim().to_ascii_uppercase()),
        Value::Object(map) => {
            let key = map.get("key").and_then(Value::as_str)?;
            Some(key.trim().to_ascii_uppercase())
        }
        _ => None,
    }
}

/// A list as the lines that checklist apps read: `* open`, `* [x] done`.
fn checklist(value: &Value) -> Value {
    let Value::Array(items) = value else { return value.clone() };
    let lines: Vec<String> = items
        .iter()
        .filter_map(|item| {
            let empty = Map::new();
            let map = item.as_object().unwrap_or(&empty);
            let name = item.as_str().or_else(|| map.get("name").and_then(Value::as_str))?;
            let done = map.get("checked").and_then(Value::as_bool) == Some(true);
            Some(if done { format!("* [x] {name}") } else { format!("* {name}") })
        })
        .collect();
    Value::from(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::{Planned, plan};
    use atlassian_jira::fields::FieldKind as Kind;
    use serde_json::{Value, json};

    #[test]
    fn every_row_of_the_table() {
        for (kind, given, sent) in [
            (Kind::Text, json!("x"), json!("x")),
            (Kind::Text, json!(5), json!("5")),
            (Kind::Number, json!("3.5"), json!(3.5)),
            (Kind::Number, json!(8), json!(8)),
            (Kind::Number, json!(""), json!(null)),
            (Kind::Date, json!("2025-10-01"), json!("2025-10-01")),
            (Kind::Date, json!("2025-10-01T10:00:00Z"), json!("2025-10-01")),
            (
                Kind::DateTime,
                json!("2024-05-06T07:08:09+02:00"),
                json!("2024-05-06T07:08:09.000+0200"),
            ),
            (Kind::DateTime, json!("whenever"), json!("whenever")),
            (Kind::Choice, json!("Red"), json!({"value": "Red"})),
            (Kind::Choice, json!({"id": "7"}), json!({"id": "7"})),
            (Kind::Cascade, json!("EU"), json!({"value": "EU"})),
            (Kind::Cascade, json!(["EU", "DE"]), json!({"value": "EU", "child": {"value": "DE"}})),
            (
                Kind::Cascade,
                json!({"value": "EU", "child": "DE"}),
                json!({"value": "EU", "child": {"value": "DE"}}),
            ),
            (Kind::Choices, json!("a, b"), json!([{"value": "a"}, {"value": "b"}])),
            (Kind::Choices, json!(["a", {"id": "2"}]), json!([{"value": "a"}, {"id": "2"}])),
            (Kind::Named, json!("High"), json!({"name": "High"})),
            (Kind::Named, json!({"id": "3"}), json!({"id": "3"})),
            (Kind::NamedList, json!("1.0,2.0"), json!([{"name": "1.0"}, {"name": "2.0"}])),
            (Kind::NamedList, json!([{"id": "9"}]), json!([{"id": "9"}])),
            (Kind::TextList, json!("x, y"), json!(["x", "y"])),
            (Kind::TextList, json!(["x", 2]), json!(["x", "2"])),
            (Kind::Project, json!("OPS"), json!({"key": "OPS"})),
            (Kind::Sprint, json!("12"), json!(12)),
            (Kind::Sprint, json!([{"id": 12, "name": "S"}]), json!(12)),
            (Kind::Checklist, json!(["a", {"name": "b", "checked": true}]), json!("* a\n* [x] b")),
            (Kind::Other, json!({"any": [1]}), json!({"any": [1]})),
        ] {
            assert_eq!(plan(kind, &given), Ok(Planned::Ready(sent)), "{kind:?} {given}");
        }
        for kind in [Kind::Text, Kind::RichText, Kind::Named, Kind::Person, Kind::EpicLink] {
            assert_eq!(plan(kind, &Value::Null), Ok(Planned::Ready(Value::Null)), "{kind:?}");
        }
    }

    #[test]
    fn what_cannot_be_made_into_it_is_refused() {
        for (kind, given) in [
            (Kind::Text, json!({"a": 1})),
            (Kind::Number, json!("many")),
            (Kind::Date, json!("tomorrow")),
            (Kind::Date, json!(5)),
            (Kind::Named, json!({"label": "x"})),
            (Kind::NamedList, json!([["x"]])),
            (Kind::TextList, json!([{"x": 1}])),
            (Kind::Sprint, json!("Sprint 5")),
            (Kind::EpicLink, json!(7)),
            (Kind::Choices, json!(true)),
        ] {
            let rule = plan(kind, &given).expect_err("refused");
            assert!(rule.starts_with("takes "), "{rule}");
        }
    }

    #[test]
    fn texts_people_and_epics_go_on_to_be_worked_on() {
        assert_eq!(plan(Kind::RichText, &json!("**x**")), Ok(Planned::Rich("**x**".into())));
        assert_eq!(plan(Kind::Person, &json!("ann")), Ok(Planned::Person(json!("ann"))));
        assert_eq!(
            plan(Kind::People, &json!("ann, bo")),
            Ok(Planned::People(vec![json!("ann"), json!("bo")]))
        );
        assert_eq!(
            plan(Kind::EpicLink, &json!({"key": "pay-1"})),
            Ok(Planned::Issue("PAY-1".into()))
        );
    }
}
