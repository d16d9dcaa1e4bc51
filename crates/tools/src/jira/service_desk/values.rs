//! Field values of a request: what is missing, and the form that Jira takes (steps 4 and 5 of
//! section 5.6).

use crate::jira::parts::{get, list, text};
use serde_json::{Map, Value, json};

/// Labels named in a message about a value that is not among them.
const MAX_LABELS: usize = 6;

/// A value that a field does not take.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadValue {
    pub(super) field: String,
    pub(super) sentence: String,
}

/// Required and visible fields without a value, as `Name (id)`.
pub(super) fn missing(definitions: &[Value], given: &Map<String, Value>) -> Vec<String> {
    definitions
        .iter()
        .filter(|field| field.get("required").and_then(Value::as_bool) == Some(true))
        .filter(|field| field.get("visible").and_then(Value::as_bool) != Some(false))
        .filter_map(|field| {
            let id = text(field, "/fieldId")?;
            let absent = given.get(id).is_none_or(is_missing);
            absent.then(|| format!("{} ({id})", text(field, "/name").unwrap_or(id)))
        })
        .collect()
}

fn is_missing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Every value in the form that Jira takes; fields nobody described pass unchanged.
///
/// # Errors
/// The first value that is not among those a field takes.
pub(super) fn shaped(
    definitions: &[Value],
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, BadValue> {
    let mut out = Map::new();
    for (id, value) in given {
        if is_missing(value) {
            continue;
        }
        let field = definitions.iter().find(|field| text(field, "/fieldId") == Some(id));
        let value = match field {
            Some(field) => shape(id, field, value)?,
            None => value.clone(),
        };
        out.insert(id.clone(), value);
    }
    Ok(out)
}

fn shape(id: &str, field: &Value, value: &Value) -> Result<Value, BadValue> {
    let kind = text(field, "/jiraSchema/type").unwrap_or_default();
    let custom = text(field, "/jiraSchema/custom").unwrap_or_default().to_lowercase();
    let select = kind == "option"
        || ["select", "radiobutton", "checkbox"].iter().any(|word| custom.contains(word));
    let options = list(field, "/validValues");
    let chosen = |value: &Value| {
        if !select || options.is_empty() {
            return Ok(value.clone());
        }
        choose(options, value).ok_or_else(|| BadValue {
            field: id.to_owned(),
            sentence: refusal(id, field, value, options),
        })
    };
    if kind != "array" {
        return chosen(value);
    }
    let items: Vec<Value> = match value {
        Value::Array(items) => items.clone(),
        Value::String(text) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            items.map(Value::from).collect()
        }
        other => vec![other.clone()],
    };
    items.iter().map(chosen).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// The option that is meant, as Jira takes it; with the chosen one below it in cascading lists.
fn choose(options: &[Value], value: &Value) -> Option<Value> {
    let wanted = spellings(value);
    let option = find(options, &wanted)?;
    let mut chosen = Map::new();
    match option_id(option) {
        Some(id) => chosen.insert("id".to_owned(), Value::from(id)),
        None => chosen.insert("value".to_owned(), Value::from(label(option))),
    };
    if let Some(child) = value.get("child").filter(|child| !is_missing(child)) {
        let below = list(option, "/children");
        let child = if below.is_empty() { child.clone() } else { choose(below, child)? };
        chosen.insert("child".to_owned(), child);
    }
    Some(Value::Object(chosen))
}

/// How a value names an option, in the order in which that is tried.
fn spellings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.trim().to_owned()],
        Value::Number(number) => vec![number.to_string()],
        Value::Object(map) => ["id", "value", "label", "name"]
            .iter()
            .filter_map(|key| map.get(*key))
            .flat_map(spellings)
            .collect(),
        _ => Vec::new(),
    }
}

fn find<'a>(options: &'a [Value], wanted: &[String]) -> Option<&'a Value> {
    let names = |option: &Value| {
        let texts =
            ["/id", "/value", "/label", "/name"].map(|pointer| get(option, pointer).clone());
        texts.iter().flat_map(spellings).collect::<Vec<_>>()
    };
    wanted.iter().find_map(|wanted| {
        options.iter().find(|option| names(option).contains(wanted)).or_else(|| {
            let lower = wanted.to_lowercase();
            options.iter().find(|option| names(option).iter().any(|n| n.to_lowercase() == lower))
        })
    })
}

fn option_id(option: &Value) -> Option<String> {
    ["/id", "/value"].iter().find_map(|pointer| spellings(get(option, pointer)).pop())
}

fn label(option: &Value) -> &str {
    text(option, "/label").or_else(|| text(option, "/name")).unwrap_or_default()
}

fn refusal(id: &str, field: &Value, value: &Value, options: &[Value]) -> String {
    let shape = match value {
        Value::String(text) => format!("str[len={}]", text.chars().count()),
        Value::Number(_) => "number".to_owned(),
        Value::Object(_) => "object".to_owned(),
        Value::Array(_) => "array".to_owned(),
        Value::Bool(_) | Value::Null => "boolean".to_owned(),
    };
    let mut labels: Vec<&str> = options.iter().map(label).take(MAX_LABELS).collect();
    if options.len() > MAX_LABELS {
        labels.push("...");
    }
    format!(
        "invalid select value for field '{}' ({id}); provided_shape={shape}; allowed_values={}",
        text(field, "/name").unwrap_or(id),
        labels.join(", ")
    )
}

/// The arguments of a request as an object.
pub(super) fn object(text: &str) -> Option<Map<String, Value>> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => Some(map),
        _ => None,
    }
}

/// People given as a JSON array or a comma list; blank is nobody.
///
/// # Errors
/// When it is JSON but no array of texts.
pub(super) fn people(given: Option<&str>) -> Result<Vec<String>, &'static str> {
    let given = given.unwrap_or_default().trim();
    let named: Vec<String> = match serde_json::from_str::<Value>(given) {
        Ok(Value::Array(items)) => items.iter().flat_map(spellings).collect(),
        // A bare number is an id or a login like any other text.
        Ok(Value::Number(_)) | Err(_) => given.split(',').map(str::to_owned).collect(),
        Ok(Value::String(text)) => text.split(',').map(str::to_owned).collect(),
        Ok(_) => return Err("request_participants JSON string must be an array."),
    };
    let trimmed = named.iter().map(|name| name.trim().to_owned());
    Ok(trimmed.filter(|name| !name.is_empty()).collect())
}

/// The keys that tell a request in error texts.
pub(super) fn place(desk: &str, kind: &str) -> String {
    format!("service_desk_id={desk} request_type_id={kind}")
}

/// The document of links, empty when there are none.
pub(super) fn links(answer: &Value) -> Value {
    answer.get("_links").cloned().unwrap_or_else(|| json!({}))
}

#[cfg(test)]
mod tests {
    use super::{missing, people, shaped};
    use serde_json::{Map, Value, json};

    fn definitions() -> Vec<Value> {
        let options = json!([{"value": "101", "label": "High", "children": []},
                             {"value": "102", "label": "Low", "children": []}]);
        let places = json!([{"value": "1", "label": "EU", "children": [
            {"value": "11", "label": "Oslo"}]}]);
        json!([
            {"fieldId": "summary", "name": "Summary", "required": true,
             "jiraSchema": {"type": "string"}},
            {"fieldId": "secret", "name": "Secret", "required": true, "visible": false},
            {"fieldId": "urgency", "name": "Urgency", "required": true, "validValues": options,
             "jiraSchema": {"type": "option", "custom": "x:select"}},
            {"fieldId": "many", "name": "Many", "validValues": options,
             "jiraSchema": {"type": "array", "custom": "x:multiCheckboxes"}},
            {"fieldId": "place", "name": "Place", "validValues": places,
             "jiraSchema": {"type": "option-with-child", "custom": "x:cascadingselect"}},
            {"fieldId": "labels", "name": "Labels", "jiraSchema": {"type": "array"}},
        ])
        .as_array()
        .cloned()
        .expect("a list")
    }

    fn given(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn required_fields_need_a_value_when_they_are_visible() {
        let absent = |value| missing(&definitions(), &given(value));
        assert_eq!(absent(json!({"summary": " "})), ["Summary (summary)", "Urgency (urgency)"]);
        assert!(absent(json!({"summary": 0, "urgency": false})).is_empty());
    }

    #[test]
    fn options_are_found_however_they_are_named() {
        let shape = |value| shaped(&definitions(), &given(value)).map(Value::Object);
        for high in [
            json!("High"),
            json!("high"),
            json!("101"),
            json!(101),
            json!({"id": "101"}),
            json!({"value": "HIGH"}),
            json!({"id": "nothing", "name": "High"}),
        ] {
            assert_eq!(
                shape(json!({"urgency": high})),
                Ok(json!({"urgency": {"id": "101"}})),
                "{high}"
            );
        }
        assert_eq!(
            shape(json!({"many": "high, Low", "labels": "a, b", "other": {"x": 1}, "gone": null})),
            Ok(json!({"many": [{"id": "101"}, {"id": "102"}], "labels": ["a", "b"],
                      "other": {"x": 1}}))
        );
        assert_eq!(
            shape(json!({"place": {"value": "EU", "child": {"value": "oslo"}}, "labels": 7})),
            Ok(json!({"place": {"id": "1", "child": {"id": "11"}}, "labels": [7]}))
        );
    }

    #[test]
    fn a_value_that_is_none_of_them_names_them() {
        let bad =
            shaped(&definitions(), &given(json!({"urgency": "Huge"}))).expect_err("no option");
        assert_eq!(bad.field, "urgency");
        assert_eq!(
            bad.sentence,
            "invalid select value for field 'Urgency' (urgency); provided_shape=str[len=4]; \
             allowed_values=High, Low"
        );
        let child = json!({"place": {"value": "EU", "child": "Rome"}});
        assert!(shaped(&definitions(), &given(child)).is_err());
    }

    #[test]
    fn people_come_as_a_list_or_as_json() {
        let named = |text| people(Some(text)).expect("people");
        assert_eq!(named("a, b,"), ["a", "b"]);
        assert_eq!(named("[\"a\", \" b \"]"), ["a", "b"]);
        assert_eq!(named("12"), ["12"]);
        assert!(named(" ").is_empty());
        assert!(people(None).expect("nobody").is_empty());
        assert!(people(Some("{\"a\": 1}")).is_err());
    }
}
