//! Answers of forms: from the arguments to what the Forms API takes, and back.

use crate::ToolError;
use crate::jira::parts::{get, text};
use crate::jira::stamp;
use serde_json::{Map, Value, json};

/// The types of answers and the key under which each is sent.
const TYPES: [(&str, &str); 12] = [
    ("TEXT", "text"),
    ("NUMBER", "number"),
    ("DATE", "date"),
    ("DATETIME", "date"),
    ("TIME", "time"),
    ("SELECT", "choices"),
    ("MULTI_SELECT", "choices"),
    ("CHECKBOX", "choices"),
    ("USER", "users"),
    ("MULTI_USER", "users"),
    ("ADF", "adf"),
    ("FILES", "files"),
];

/// The answers by question id.
///
/// # Errors
/// The first answer that is not one, before anything is sent.
pub(super) fn sent(given: &[Value]) -> Result<Map<String, Value>, ToolError> {
    given.iter().enumerate().map(|(at, answer)| one(at, answer)).collect()
}

fn one(at: usize, answer: &Value) -> Result<(String, Value), ToolError> {
    let wrong = |rule: String| {
        ToolError::argument("answers", format!("answer {at}: {rule}"), Some(&answer.to_string()))
    };
    let question = match get(answer, "/questionId") {
        Value::String(id) if !id.trim().is_empty() => id.trim().to_owned(),
        Value::Number(id) => id.to_string(),
        _ => return Err(wrong("questionId is missing".to_owned())),
    };
    let kind = text(answer, "/type").unwrap_or("TEXT").trim().to_uppercase();
    let Some((_, key)) = TYPES.iter().find(|(name, _)| *name == kind) else {
        let known: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        return Err(wrong(format!("there is no type {kind}; it is one of {}", known.join(", "))));
    };
    let value = get(answer, "/value");
    let value = match *key {
        "date" => date(value).ok_or_else(|| {
            wrong(format!(
                "Invalid datetime format for {kind} field: {value}. Expected ISO 8601 format, \
                 such as 2024-12-17 or 2024-12-17T19:00:00Z"
            ))
        })?,
        "choices" | "users" => many(value),
        _ => value.clone(),
    };
    Ok((question, json!({ (*key): value })))
}

/// A date as the API takes it: milliseconds since 1970; without a zone it is UTC.
fn date(value: &Value) -> Option<Value> {
    match value {
        Value::Null => Some(Value::Null),
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of any date fit")]
        Value::Number(number) => {
            number.as_i64().or_else(|| number.as_f64().map(|f| f as i64)).map(Value::from)
        }
        Value::String(_) => {
            stamp::parse(value).map(|at| Value::from(at.timestamp().as_millisecond()))
        }
        _ => None,
    }
}

/// A list; one value alone is a list of one, nothing an empty one.
fn many(value: &Value) -> Value {
    match value {
        Value::Array(_) => value.clone(),
        Value::Null | Value::Bool(false) => json!([]),
        Value::String(text) if text.is_empty() => json!([]),
        one => json!([one]),
    }
}

/// The questions of a form with what was answered (spec D11).
pub(super) fn fields(form: &Value) -> Value {
    let answers = get(form, "/state/answers");
    let questions = get(form, "/design/questions").as_object();
    let shown = questions.into_iter().flatten().map(|(id, question)| {
        let mut out = Map::new();
        out.insert("id".to_owned(), Value::from(id.as_str()));
        out.insert("name".to_owned(), get(question, "/label").clone());
        out.insert("type".to_owned(), get(question, "/type").clone());
        out.insert("value".to_owned(), answers.get(id).map_or(Value::Null, plain));
        let required = get(question, "/validation/rq").as_bool().unwrap_or(false);
        out.insert("required".to_owned(), Value::from(required));
        let read_only = get(question, "/readOnly").as_bool().unwrap_or(false);
        out.insert("read_only".to_owned(), Value::from(read_only));
        Value::Object(out)
    });
    shown.collect()
}

/// What an answer holds, when it is of one of the known kinds; else all of it.
fn plain(answer: &Value) -> Value {
    const KEYS: [&str; 8] = ["text", "number", "choices", "adf", "date", "time", "users", "files"];
    match answer.as_object() {
        Some(map) if map.len() == 1 => {
            let known = map.iter().find(|(key, _)| KEYS.contains(&key.as_str()));
            known.map_or_else(|| answer.clone(), |(_, value)| value.clone())
        }
        _ => answer.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{fields, sent};
    use serde_json::{Value, json};

    fn one(kind: &str, value: Value) -> Value {
        let mut answer = json!({"questionId": "1", "type": kind});
        answer["value"] = value;
        sent(&[answer]).expect("an answer")["1"].clone()
    }

    #[test]
    fn every_type_is_sent_under_its_key() {
        for (kind, value, expected) in [
            ("TEXT", json!("a"), json!({"text": "a"})),
            ("number", json!(4), json!({"number": 4})),
            ("DATE", json!("2024-12-17"), json!({"date": 1_734_393_600_000_i64})),
            (
                "DATETIME",
                json!("2024-12-17T19:00:00-05:00"),
                json!({"date": 1_734_480_000_000_i64}),
            ),
            ("DATE", json!(1.5), json!({"date": 1})),
            ("TIME", json!("10:00"), json!({"time": "10:00"})),
            ("SELECT", json!("10"), json!({"choices": ["10"]})),
            ("CHECKBOX", json!(false), json!({"choices": []})),
            ("MULTI_SELECT", json!(["1", "2"]), json!({"choices": ["1", "2"]})),
            ("user", json!("acc"), json!({"users": ["acc"]})),
            ("MULTI_USER", json!(null), json!({"users": []})),
            ("ADF", json!({"type": "doc"}), json!({"adf": {"type": "doc"}})),
        ] {
            assert_eq!(one(kind, value), expected, "{kind}");
        }
        let untyped = sent(&[json!({"questionId": 7, "value": "x"})]).expect("text");
        assert_eq!(Value::Object(untyped), json!({"7": {"text": "x"}}));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for (answer, says) in [
            (json!({"type": "TEXT", "value": "x"}), "questionId is missing"),
            (json!({"questionId": "1", "type": "COLOUR"}), "it is one of TEXT, NUMBER"),
            (json!({"questionId": "1", "type": "DATE", "value": "17.12.2024"}), "ISO 8601"),
        ] {
            let error = sent(&[answer]).expect_err("refused").to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn questions_show_what_was_answered() {
        let form = json!({"design": {"questions": {
            "1": {"label": "Why?", "type": "ts", "validation": {"rq": true}},
            "2": {"label": "Who?", "type": "us", "jiraField": "reporter"},
            "3": {"label": "Odd", "type": "xx"}}},
            "state": {"answers": {"1": {"text": "Because"}, "3": {"a": 1, "text": "b"}}}});
        assert_eq!(
            fields(&form),
            json!([
                {"id": "1", "name": "Why?", "type": "ts", "value": "Because", "required": true,
                 "read_only": false},
                {"id": "2", "name": "Who?", "type": "us", "value": null, "required": false,
                 "read_only": false},
                {"id": "3", "name": "Odd", "type": "xx", "value": {"a": 1, "text": "b"},
                 "required": false, "read_only": false},
            ])
        );
    }
}
