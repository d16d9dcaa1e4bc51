//! Searching: paging by token on Cloud, by offset on Data Center.

use serde_json::{Map, Value, json};

use crate::query::jql;
use crate::wire::{self, Answer, Call, Reply, jira_error};

use super::issues::{bad_json, strings};
use super::model::*;
use super::selection::Selection;

/// A search as GET and POST ask for it.
struct Asked {
    jql: String,
    fields: Vec<String>,
    expand: Vec<String>,
    properties: Vec<String>,
    size: Option<usize>,
    start: usize,
    token: Option<String>,
}

fn asked(call: &Call) -> Result<Asked, Reply> {
    let number = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());
    if call.method == "GET" {
        return Ok(Asked {
            jql: call.q("jql").unwrap_or_default().to_owned(),
            fields: call.list("fields"),
            expand: call.list("expand"),
            properties: call.list("properties"),
            size: call.q("maxResults").and_then(|n| n.parse().ok()),
            start: call.number("startAt", 0),
            token: call.q("nextPageToken").map(str::to_owned),
        });
    }
    let Some(body) = call.json().filter(Value::is_object) else { return Err(bad_json()) };
    let expand = match body.get("expand") {
        Some(Value::String(text)) => text.split(',').map(|e| e.trim().to_owned()).collect(),
        _ => strings(&body, "expand"),
    };
    Ok(Asked {
        jql: body.get("jql").and_then(Value::as_str).unwrap_or_default().to_owned(),
        fields: strings(&body, "fields"),
        expand,
        properties: strings(&body, "properties"),
        size: body.get("maxResults").and_then(number),
        start: body.get("startAt").and_then(number).unwrap_or(0),
        token: body.get("nextPageToken").and_then(Value::as_str).map(str::to_owned),
    })
}

impl Jira {
    /// Ids of the issues a query finds, in order.
    pub(crate) fn query(&self, text: &str, call: &Call) -> Result<Vec<u64>, Reply> {
        jql::run(self, text, &call.user).map_err(|message| jira_error(400, &message))
    }
}

/// `GET` and `POST /search/jql` (Cloud)
pub(crate) fn by_token(jira: &mut Jira, call: &Call) -> Answer {
    let asked = asked(call)?;
    if !jql::bounded(&asked.jql) {
        return Err(jira_error(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
        ));
    }
    let found = jira.query(&asked.jql, call)?;
    let start = match &asked.token {
        None => 0,
        Some(token) => wire::read_cursor("issues", token).ok_or_else(|| {
            jira_error(400, "The provided next page token is invalid or expired.")
        })?,
    };
    let size = asked.size.unwrap_or(50).clamp(1, 5000);
    // Jira hands out at most 100 issues a page when fields are asked for.
    let size =
        if asked.fields.iter().any(|f| f != "id" && f != "key") { size.min(100) } else { size };
    let selection = Selection::read(&asked.fields, "id");
    let page: Vec<u64> = found.iter().copied().skip(start).take(size).collect();
    let bare = asked.fields.is_empty() || asked.fields.iter().all(|f| f == "id");
    let (issues, names, schema) = render(jira, &page, &selection, &asked, call)?;
    let issues: Vec<Value> =
        if bare { page.iter().map(|id| json!({"id": id.to_string()})).collect() } else { issues };
    let mut answer = json!({"issues": issues});
    if let Some(object) = answer.as_object_mut() {
        if let Some(names) = names {
            object.insert("names".to_owned(), names);
        }
        if let Some(schema) = schema {
            object.insert("schema".to_owned(), schema);
        }
        let last = start + page.len() >= found.len();
        object.insert("isLast".to_owned(), json!(last));
        if !last {
            object.insert(
                "nextPageToken".to_owned(),
                json!(wire::cursor("issues", start + page.len())),
            );
        }
    }
    Ok(Reply::ok(&answer))
}

/// Issues, with the `names` and `schema` they share when those were expanded.
type Rendered = (Vec<Value>, Option<Value>, Option<Value>);

/// Renders a page of issues.
fn render(
    jira: &Jira,
    page: &[u64],
    selection: &Selection,
    asked: &Asked,
    call: &Call,
) -> Result<Rendered, Reply> {
    let (mut names, mut schema) = (Map::new(), Map::new());
    let mut issues = Vec::new();
    for id in page {
        let mut shown =
            jira.show_issue(jira.get(*id)?, selection, &asked.expand, &asked.properties, call);
        if let Some(object) = shown.as_object_mut() {
            for (key, all) in [("names", &mut names), ("schema", &mut schema)] {
                if let Some(Value::Object(own)) = object.remove(key) {
                    all.extend(own);
                }
            }
        }
        issues.push(shown);
    }
    let has = |name: &str| asked.expand.iter().any(|e| e == name);
    Ok((
        issues,
        has("names").then_some(Value::Object(names)),
        has("schema").then_some(Value::Object(schema)),
    ))
}

/// `POST /search/approximate-count` (Cloud)
pub(crate) fn count(jira: &mut Jira, call: &Call) -> Answer {
    let Some(body) = call.json() else { return Err(bad_json()) };
    let text = body.get("jql").and_then(Value::as_str).unwrap_or_default();
    if !jql::bounded(text) {
        return Err(jira_error(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
        ));
    }
    Ok(Reply::ok(&json!({"count": jira.query(text, call)?.len()})))
}

/// `GET` and `POST /search` (Data Center)
pub(crate) fn by_offset(jira: &mut Jira, call: &Call) -> Answer {
    let asked = asked(call)?;
    let found = jira.query(&asked.jql, call)?;
    let size = asked.size.unwrap_or(50).min(1000);
    let selection = Selection::read(&asked.fields, "*navigable");
    let page: Vec<u64> = found.iter().copied().skip(asked.start).take(size).collect();
    let (issues, names, schema) = render(jira, &page, &selection, &asked, call)?;
    let mut answer = json!({
        "expand": "names,schema",
        "startAt": asked.start,
        "maxResults": size,
        "total": found.len(),
        "issues": issues,
    });
    if let Some(object) = answer.as_object_mut() {
        for (key, value) in [("names", names), ("schema", schema)] {
            if let Some(value) = value {
                object.insert(key.to_owned(), value);
            }
        }
    }
    Ok(Reply::ok(&answer))
}

/// `POST /issue/bulkfetch` (Cloud)
pub(crate) fn bulk_fetch(jira: &mut Jira, call: &Call) -> Answer {
    let Some(body) = call.json() else { return Err(bad_json()) };
    let keys = strings(&body, "issueIdsOrKeys");
    if keys.len() > 100 {
        return Err(jira_error(400, "At most 100 issues can be fetched at once."));
    }
    let asked = asked(call)?;
    let selection = Selection::read(&asked.fields, "*navigable");
    let (mut ids, mut missing) = (Vec::new(), Vec::new());
    for key in keys {
        match jira.visible(&key, &call.user) {
            Some(id) => ids.push(id),
            None => missing.push(json!({
                "issueIdOrKey": key,
                "errorMessage": "Issue does not exist or you do not have permission to see it.",
            })),
        }
    }
    // By id, each issue once and with names of its own, as the documents say.
    ids.sort_unstable();
    ids.dedup();
    let mut issues = Vec::new();
    for id in ids {
        issues.push(jira.show_issue(
            jira.get(id)?,
            &selection,
            &asked.expand,
            &asked.properties,
            call,
        ));
    }
    Ok(Reply::ok(&json!({"issues": issues, "issueErrors": missing})))
}

/// `GET /issue/picker`
pub(crate) fn picker(jira: &mut Jira, call: &Call) -> Answer {
    let text = call.q("query").unwrap_or_default().to_lowercase();
    let issues: Vec<Value> = jira
        .issues
        .values()
        .filter(|issue| jira.sees(&call.user, &issue.project))
        .filter(|issue| issue.key.to_lowercase().contains(&text) || issue.text("summary").to_lowercase().contains(&text))
        .take(20)
        .map(|issue| json!({"id": issue.id, "key": issue.key, "summary": issue.text("summary"), "summaryText": issue.text("summary")}))
        .collect();
    Ok(Reply::ok(&json!({"sections": [{"label": "Current Search", "id": "cs", "issues": issues}]})))
}

/// `POST /jql/parse` (Cloud): which queries read, which do not.
pub(crate) fn parse(_: &mut Jira, call: &Call) -> Answer {
    let body = call.json().unwrap_or_default();
    let queries: Vec<Value> = strings(&body, "queries")
        .into_iter()
        .map(|text| match crate::query::parse(&text, crate::query::Dialect::Jql) {
            Ok(_) => json!({"query": text, "structure": {}}),
            Err(message) => json!({"query": text, "errors": [message]}),
        })
        .collect();
    Ok(Reply::ok(&json!({"queries": queries})))
}
