//! Reading the arguments of a call: lenient in types, strict about names (design section 5).

use crate::argument::is_link;
use crate::error::shorten;
use crate::{Argument, ArgumentProblem, DefaultValue, Kind, Pattern, schema};
use atlassian_confluence::reference::PageReference;
use atlassian_settings::{Behaviour, key_pattern};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Longest list of known names in a message about an unknown one.
const MAX_NAMES: usize = 40;

/// Reads what was given into the canonical form of the table: defaults filled in, types settled,
/// keys normalised. An optional argument without a default stays absent.
///
/// # Errors
/// Every problem, in the order of the table, unknown names last.
pub(crate) fn read(
    table: &[Argument],
    given: Map<String, Value>,
    behaviour: &Behaviour,
) -> Result<Map<String, Value>, Vec<ArgumentProblem>> {
    let mut given = given;
    let mut read = Map::new();
    let mut problems = Vec::new();
    for argument in table {
        match given.remove(argument.name) {
            None | Some(Value::Null) if argument.required => problems.push(ArgumentProblem {
                argument: argument.name.to_owned(),
                rule: "Missing required argument".to_owned(),
                value: None,
            }),
            None | Some(Value::Null) => match argument.default {
                DefaultValue::None | DefaultValue::Null => {}
                _ if argument.unfilled => {}
                default => {
                    read.insert(argument.name.to_owned(), default.to_json().unwrap_or_default());
                }
            },
            Some(value) => match settle(argument, &value, behaviour) {
                Ok(value) => {
                    read.insert(argument.name.to_owned(), value);
                }
                Err(rule) => problems.push(ArgumentProblem {
                    argument: argument.name.to_owned(),
                    rule,
                    value: Some(shorten(&value.to_string(), 200)),
                }),
            },
        }
    }
    for (name, value) in given {
        let known: Vec<&str> = table.iter().map(|a| a.name).take(MAX_NAMES).collect();
        let known = if known.is_empty() {
            "this tool takes none".to_owned()
        } else {
            format!("known: {}", known.join(", "))
        };
        problems.push(ArgumentProblem {
            argument: shorten(&name, 80),
            rule: format!("Unexpected argument; {known}"),
            value: Some(shorten(&value.to_string(), 200)),
        });
    }
    if problems.is_empty() { Ok(read) } else { Err(problems) }
}

/// Makes the argument struct of a tool from what [`read`] returned.
///
/// # Errors
/// A problem that the table did not foresee; a test over all tools keeps table and struct together.
pub(crate) fn deserialize<T: DeserializeOwned>(
    read: Map<String, Value>,
) -> Result<T, ArgumentProblem> {
    serde_json::from_value(Value::Object(read)).map_err(|error| ArgumentProblem {
        argument: "arguments".to_owned(),
        rule: error.to_string(),
        value: None,
    })
}

fn settle(argument: &Argument, value: &Value, behaviour: &Behaviour) -> Result<Value, String> {
    match argument.kind {
        Kind::Text | Kind::PageLink => text(value).map(Value::from),
        Kind::Key(pattern) => key(&text(value)?, pattern, behaviour).map(Value::from),
        Kind::AnyKey(pattern) => match text(value)? {
            blank if argument.required && blank.trim().is_empty() => {
                Err("Input should not be empty".to_owned())
            }
            text => linked_key(text, pattern).map(Value::from),
        },
        Kind::Keys => list(value).and_then(|list| keys(&list)).map(Value::from),
        Kind::ContentId => text(value)
            .and_then(|id| content_id(&id))
            .and_then(|id| {
                let missing = id.is_empty() && argument.required;
                if missing { Err("Input should not be empty".to_owned()) } else { Ok(id) }
            })
            .map(Value::from),
        Kind::List => list(value).map(Value::from),
        Kind::Json => match value {
            Value::Object(_) | Value::Array(_) => Ok(Value::from(value.to_string())),
            other => text(other).map(Value::from),
        },
        Kind::Integer { min, max } => integer(value, min, max).map(Value::from),
        Kind::Boolean => boolean(value).map(Value::from),
        Kind::Strings => strings(value),
        Kind::Objects => objects(value),
    }
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err("Input should be a string".to_owned())
        }
    }
}

fn list(value: &Value) -> Result<String, String> {
    match value {
        Value::Array(items) => items
            .iter()
            .map(text)
            .collect::<Result<Vec<_>, _>>()
            .map(|items| items.join(","))
            .map_err(|_| {
                "Input should be a comma separated list or an array of strings".to_owned()
            }),
        other => text(other),
    }
}

fn integer(value: &Value, min: Option<i64>, max: Option<i64>) -> Result<i64, String> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the guard keeps the float integral and within i64"
    )]
    let number = match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            number.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9e15).map(|f| f as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.ok_or("Input should be a valid integer")?;
    if let Some(min) = min.filter(|min| number < *min) {
        return Err(format!("Input should be greater than or equal to {min}"));
    }
    if let Some(max) = max.filter(|max| number > *max) {
        return Err(format!("Input should be less than or equal to {max}"));
    }
    Ok(number)
}

fn boolean(value: &Value) -> Result<bool, String> {
    let word = match value {
        Value::Bool(flag) => return Ok(*flag),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_lowercase(),
        _ => String::new(),
    };
    match word.as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Ok(false),
        _ => Err("Input should be true or false".to_owned()),
    }
}

fn strings(value: &Value) -> Result<Value, String> {
    let rule = || "Input should be an array of strings".to_owned();
    match value {
        Value::Array(items) => items
            .iter()
            .map(text)
            .map(|t| t.map(Value::from))
            .collect::<Result<_, _>>()
            .map_err(|_| rule()),
        Value::String(given) if given.trim_start().starts_with('[') => {
            let parsed: Value = serde_json::from_str(given).map_err(|_| rule())?;
            strings(&parsed)
        }
        Value::String(given) => Ok(given
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(Value::from)
            .collect()),
        _ => Err(rule()),
    }
}

fn objects(value: &Value) -> Result<Value, String> {
    let rule = || "Input should be an array of objects".to_owned();
    match value {
        Value::Array(items) if items.iter().all(Value::is_object) => Ok(value.clone()),
        Value::String(given) => {
            let parsed: Value = serde_json::from_str(given).map_err(|_| rule())?;
            if parsed.is_string() { Err(rule()) } else { objects(&parsed) }
        }
        _ => Err(rule()),
    }
}

/// A key as given, or the one in a pasted browse URL, upper-cased when only that makes it match.
fn key(given: &str, pattern: Pattern, behaviour: &Behaviour) -> Result<String, String> {
    let source = schema::pattern_of(pattern, behaviour);
    let matches = |text: &str| matches(text, source);
    let trimmed = given.trim();
    let candidate = if is_link(trimmed) {
        key_in_url(trimmed, pattern).unwrap_or_default()
    } else {
        trimmed.to_owned()
    };
    if matches(&candidate) {
        return Ok(candidate);
    }
    let upper = candidate.to_uppercase();
    if candidate.is_ascii() && matches(&upper) {
        return Ok(upper);
    }
    let example = match pattern {
        Pattern::IssueKey => "an issue key such as PROJ-123",
        Pattern::ProjectKey => "a project key such as PROJ",
    };
    Err(format!("String should match pattern '{source}': {example}"))
}

/// A text as given, or the key in a pasted browse URL.
fn linked_key(given: String, pattern: Pattern) -> Result<String, String> {
    let trimmed = given.trim();
    if !is_link(trimmed) {
        return Ok(given);
    }
    key_in_url(trimmed, pattern).filter(|key| !key.is_empty()).ok_or_else(|| match pattern {
        Pattern::IssueKey => "The link names no issue; give its key, such as PROJ-123".to_owned(),
        Pattern::ProjectKey => "The link names no project; give its key, such as PROJ".to_owned(),
    })
}

/// A comma list as given, with the keys of pasted browse URLs in their places.
fn keys(list: &str) -> Result<String, String> {
    if !list.contains("://") {
        return Ok(list.to_owned());
    }
    let keys: Result<Vec<String>, String> =
        list.split(',').map(|item| linked_key(item.to_owned(), Pattern::IssueKey)).collect();
    keys.map(|keys| keys.join(","))
}

/// Whether a text matches the pattern of a key. The defaults are read by hand: compiling them would
/// be the larger part of what a call costs here.
fn matches(text: &str, source: &str) -> bool {
    match source {
        Behaviour::ISSUE_KEY_PATTERN => text.split_once('-').is_some_and(|(project, numbers)| {
            is_project_key(project)
                && numbers
                    .split('-')
                    .all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        }),
        Behaviour::PROJECT_KEY_PATTERN => is_project_key(text),
        _ => key_pattern::compile(source).is_some_and(|regex| regex.is_match(text.as_bytes())),
    }
}

fn is_project_key(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn key_in_url(url: &str, pattern: Pattern) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let segments: Vec<&str> = url.path_segments()?.collect();
    let after = |word: &str| {
        segments
            .iter()
            .position(|s| *s == word)
            .and_then(|at| segments.get(at + 1))
            .map(|s| (*s).to_owned())
    };
    let selected = || {
        url.query_pairs()
            .find(|(name, _)| name == "selectedIssue")
            .map(|(_, value)| value.into_owned())
    };
    // Queues and portals of a service desk end in the key.
    let last = || {
        let key = segments.iter().rev().find(|segment| !segment.is_empty())?;
        matches(key, Behaviour::ISSUE_KEY_PATTERN).then(|| (*key).to_owned())
    };
    match pattern {
        Pattern::IssueKey => {
            after("browse").or_else(selected).or_else(|| after("issues")).or_else(last)
        }
        Pattern::ProjectKey => after("projects").or_else(|| {
            after("browse").map(|key| key.split('-').next().unwrap_or_default().to_owned())
        }),
    }
}

/// A content id as given, or the one in a pasted link.
fn content_id(given: &str) -> Result<String, String> {
    match atlassian_confluence::reference::parse(given) {
        PageReference::Id(id) => Ok(id),
        _ => {
            Err("The URL holds no page id; give the number after `/pages/` or `pageId=`".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::{Argument, DefaultValue, Kind, Pattern};
    use atlassian_settings::Behaviour;
    use serde_json::{Map, Value, json};

    const TABLE: &[Argument] = &[
        Argument::required("issue_key", Kind::Key(Pattern::IssueKey), "key"),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(50) },
            DefaultValue::Integer(10),
            "limit",
        ),
        Argument::with_default("deep", Kind::Boolean, DefaultValue::Boolean(true), "deep"),
        Argument::optional("fields", Kind::List, "fields"),
        Argument::optional("extra", Kind::Json, "json"),
        Argument::optional("page_id", Kind::ContentId, "page"),
        Argument::optional("users", Kind::Strings, "users"),
        Argument::optional("task", Kind::AnyKey(Pattern::IssueKey), "task"),
        Argument::optional("area", Kind::AnyKey(Pattern::ProjectKey), "area"),
        Argument::optional("tasks", Kind::Keys, "tasks"),
    ];

    fn given(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    fn reads(value: Value) -> Value {
        Value::Object(read(TABLE, given(value), &Behaviour::default()).expect("accepted"))
    }

    fn refuses(value: Value) -> Vec<String> {
        read(TABLE, given(value), &Behaviour::default())
            .expect_err("refused")
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn fills_defaults_and_drops_null() {
        assert_eq!(
            reads(json!({"issue_key": "PAY-1", "fields": null, "limit": null})),
            json!({"issue_key": "PAY-1", "limit": 10, "deep": true})
        );
    }

    #[test]
    fn takes_what_models_really_send() {
        let read = reads(json!({
            "issue_key": "https://acme.atlassian.net/browse/PAY-7?focusedId=1",
            "limit": "5", "deep": "no", "fields": ["summary", "status"], "extra": {"a": 1},
            "page_id": "https://acme.atlassian.net/wiki/spaces/ENG/pages/12345/Some+Title",
            "users": "ann, bob",
        }));
        assert_eq!(
            read,
            json!({"issue_key": "PAY-7", "limit": 5, "deep": false, "fields": "summary,status",
                   "extra": "{\"a\":1}", "page_id": "12345", "users": ["ann", "bob"]})
        );
        assert_eq!(reads(json!({"issue_key": "pay-7", "page_id": 42}))["issue_key"], "PAY-7");
        assert_eq!(
            reads(
                json!({"issue_key": "PAY-1", "page_id": "https://c.example/pages/viewpage.action?pageId=77"})
            )["page_id"],
            "77"
        );
    }

    #[test]
    fn links_stand_for_keys_where_the_schema_has_no_pattern() {
        let link = "https://acme.atlassian.net/browse/PAY-7";
        assert_eq!(
            reads(json!({
                "issue_key": "https://acme.atlassian.net/jira/servicedesk/projects/PAY/queues/custom/3/PAY-1",
                "task": link, "area": "HTTPS://acme.atlassian.net/browse/PAY-7",
                "tasks": ["PAY-2", link, 10001], "limit": 1, "deep": true,
            })),
            json!({"issue_key": "PAY-1", "task": "PAY-7", "area": "PAY",
                   "tasks": "PAY-2,PAY-7,10001", "limit": 1, "deep": true})
        );
        let plain = reads(json!({"issue_key": "PAY-1", "task": " pay-7", "tasks": "a, b"}));
        assert_eq!((&plain["task"], &plain["tasks"]), (&json!(" pay-7"), &json!("a, b")));
        let none = "https://acme.atlassian.net/jira/dashboards";
        let problems = refuses(json!({"issue_key": "PAY-1", "task": none, "tasks": [none]}));
        assert!(problems.iter().all(|told| told.contains("names no issue")), "{problems:?}");
        assert_eq!(problems.len(), 2);
        let required = [Argument::required("task", Kind::AnyKey(Pattern::IssueKey), "task")];
        let blank = read(&required, given(json!({"task": " "})), &Behaviour::default());
        assert!(blank.is_err(), "a blank key would ask for something else");
    }

    #[test]
    fn reports_every_problem_at_once() {
        let problems = refuses(json!({"limit": 0, "deep": "maybe", "nope": 1}));
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(problems[0].starts_with("issue_key: Missing required argument"));
        assert!(problems[1].contains("greater than or equal to 1"));
        assert!(problems[3].starts_with("nope: Unexpected argument; known: issue_key"));
    }

    #[test]
    fn the_defaults_read_by_hand_are_the_patterns() {
        use super::matches;
        let samples = [
            "PAY-1",
            "PAY-",
            "PAY",
            "P-1",
            "PA-1",
            "P1-1",
            "1P-1",
            "P_A-12",
            "B7-214-68901",
            "B7-214-",
            "B7--1",
            "-1",
            "",
            "pay-1",
            "PAY-1a",
            "PAY 1",
            "PAY-1 ",
            "P",
            "_P",
            "PA",
            "P9",
            "PA-",
            "PÄ",
        ];
        for source in [Behaviour::ISSUE_KEY_PATTERN, Behaviour::PROJECT_KEY_PATTERN] {
            let regex = atlassian_settings::key_pattern::compile(source).expect("a pattern");
            for text in samples {
                assert_eq!(
                    matches(text, source),
                    regex.is_match(text.as_bytes()),
                    "{text:?} {source}"
                );
            }
        }
    }

    #[test]
    fn a_key_never_smuggles_anything() {
        for bad in [
            "PAY-1/../OPS-1",
            "PAY-1 OR 1=1",
            "PAY\u{200b}-1",
            "ＰＡＹ-1",
            "PAY-",
            "-1",
            "https://x.example/browse/",
            "PAY-1\n",
        ] {
            let outcome = read(TABLE, given(json!({"issue_key": bad})), &Behaviour::default());
            // A trailing newline is trimmed away; everything else is refused.
            assert_eq!(outcome.is_ok(), bad == "PAY-1\n", "{bad:?}");
        }
    }
}
