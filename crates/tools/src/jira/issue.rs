//! The issue object of results (jira-issues spec sections 2.3 and 2.4).

use super::parts::{self, get, list, put, text};
use super::people::{self, Names, person};
use super::stamp;
use super::text::{Remarks, Texts, is_document};
use super::wanted::Wanted;
use crate::{Context, Fence, ToolError};
use atlassian_jira::fields::{self, Catalogue, FieldKind};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// How issues of one answer are shown.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(crate) site: &'a str,
    pub(crate) texts: Texts<'a>,
    pub(crate) names: &'a Names,
    pub(crate) wanted: &'a Wanted,
    /// Display names by field id, when the answer was asked for them.
    pub(crate) field_names: Option<&'a Map<String, Value>>,
    /// Whether custom fields are shown under their display names.
    pub(crate) display_names: bool,
    /// In which zone points in time are shown.
    pub(crate) zone: TimeZone,
}

impl<'a> View<'a> {
    pub(crate) fn new(cx: &'a Context, names: &'a Names, wanted: &'a Wanted) -> Self {
        Self {
            site: cx.site(),
            texts: Texts::of(cx),
            names,
            wanted,
            field_names: None,
            display_names: false,
            zone: stamp::display_zone(&cx.config().behaviour),
        }
    }
}

/// The key of the project that an issue of an answer is in now.
pub(crate) fn project_of(issue: &Value) -> Option<&str> {
    text(issue, "/fields/project/key").or_else(|| {
        text(issue, "/key").and_then(|key| key.rsplit_once('-')).map(|(project, _)| project)
    })
}

/// Lets an issue that came back pass, by the project it is in now.
///
/// # Errors
/// The refusal, or a sentence when the answer is no issue.
pub(crate) fn admit(fence: &Fence, issue: &Value, asked: &str) -> Result<(), ToolError> {
    match project_of(issue) {
        Some(project) => fence.admit(project, &format!("issue `{asked}`")),
        None => Err(ToolError::refused(format!(
            "Issue {asked} not found: Jira answered without an issue. Verify the issue key and \
             project access."
        ))),
    }
}

/// Shows one issue.
pub(crate) fn shown(issue: &Value, view: &View<'_>, remarks: &mut Remarks) -> Map<String, Value> {
    let wanted = view.wanted;
    let fields = get(issue, "/fields");
    let field = |id: &str| {
        if wanted.shows(id) { get(fields, &format!("/{id}")) } else { &Value::Null }
    };
    let came = |id: &str| wanted.names(id) || fields.get(id).is_some();
    let mut out = Map::new();
    let key = text(issue, "/key").unwrap_or("UNKNOWN-0");
    out.insert("id".to_owned(), Value::from(text(issue, "/id").unwrap_or("0")));
    out.insert("key".to_owned(), Value::from(key));
    if wanted.shows("summary") && came("summary") {
        out.insert("summary".to_owned(), Value::from(text(fields, "/summary").unwrap_or_default()));
    }
    if wanted.url {
        put(&mut out, "url", get(issue, "/self").clone());
    }
    out.insert("browse_url".to_owned(), Value::from(format!("{}/browse/{key}", view.site)));
    for id in ["description", "environment"] {
        put(&mut out, id, Value::from(view.texts.read(field(id), view.names, remarks)));
    }
    object(&mut out, "status", field("status"), parts::status);
    object(&mut out, "issue_type", field("issuetype"), parts::named);
    object(&mut out, "priority", field("priority"), parts::named);
    object(&mut out, "project", field("project"), parts::project);
    object(
        &mut out,
        "resolution",
        field("resolution"),
        |value| serde_json::json!({"name": get(value, "/name"), "id": get(value, "/id")}),
    );
    for id in ["duedate", "resolutiondate", "parent", "security"] {
        put(&mut out, id, field(id).clone());
    }
    put(&mut out, "worklog", worklog(field("worklog"), view, remarks));
    put(&mut out, "subtasks", field("subtasks").clone());
    if wanted.shows("assignee") && came("assignee") {
        let assignee = field("assignee");
        let shown = if assignee.is_object() {
            person(assignee)
        } else {
            serde_json::json!({"display_name": "Unassigned"})
        };
        out.insert("assignee".to_owned(), shown);
    }
    object(&mut out, "reporter", field("reporter"), person);
    put(&mut out, "labels", field("labels").clone());
    for (key, id) in
        [("components", "components"), ("fix_versions", "fixVersions"), ("versions", "versions")]
    {
        let names = list(field(id), "").iter().map(|entry| get(entry, "/name").clone()).collect();
        put(&mut out, key, Value::Array(names));
    }
    epic(&mut out, fields, view);
    object(&mut out, "timetracking", field("timetracking"), parts::time_tracking);
    for id in ["created", "updated"] {
        put(&mut out, id, stamp::in_zone(field(id), &view.zone));
    }
    comments(&mut out, field("comment"), view, remarks);
    let attachments = list(field("attachment"), "").iter().map(parts::attachment).collect();
    put(&mut out, "attachments", Value::Array(attachments));
    let changes = list(issue, "/changelog/histories").iter().map(parts::change).collect();
    put(&mut out, "changelogs", Value::Array(changes));
    let links = list(field("issuelinks"), "").iter().map(parts::issue_link).collect();
    put(&mut out, "issuelinks", Value::Array(links));
    others(&mut out, fields, view);
    customs(&mut out, fields, view, remarks);
    out
}

fn object(
    out: &mut Map<String, Value>,
    key: &str,
    value: &Value,
    show: impl FnOnce(&Value) -> Value,
) {
    if value.is_object() {
        put(out, key, show(value));
    }
}

fn comments(out: &mut Map<String, Value>, field: &Value, view: &View<'_>, remarks: &mut Remarks) {
    let entries = list(field, "/comments");
    let shown: Vec<Value> = entries
        .iter()
        .map(|comment| parts::comment(comment, view.texts, view.names, remarks))
        .collect();
    let total = field.get("total").and_then(Value::as_u64).unwrap_or_default();
    let more = total > entries.len() as u64 && !shown.is_empty();
    put(out, "comments", Value::Array(shown));
    if more {
        out.insert("comments_total".to_owned(), Value::from(total));
    }
}

/// The raw work log field with its texts readable.
fn worklog(field: &Value, view: &View<'_>, remarks: &mut Remarks) -> Value {
    let mut field = field.clone();
    if let Some(Value::Array(entries)) = field.get_mut("worklogs") {
        for entry in entries {
            if let Some(comment) = entry.get_mut("comment") {
                *comment = Value::from(view.texts.read(comment, view.names, remarks));
            }
        }
    }
    field
}

/// The epic an issue belongs to: the parent where that is an epic, else the Epic Link field; and
/// its own Epic Name when it is an epic.
fn epic(out: &mut Map<String, Value>, fields: &Value, view: &View<'_>) {
    let wanted = view.wanted;
    let custom = |field: Option<fields::Field<'_>>| {
        field.and_then(|field| fields.get(field.id())).and_then(Value::as_str)
    };
    let catalogue = wanted.catalogue.clone().unwrap_or_default();
    if wanted.epic_key {
        let parent = get(fields, "/parent");
        let is_epic =
            parent.pointer("/fields/issuetype/hierarchyLevel").and_then(Value::as_i64) == Some(1);
        let key = text(parent, "/key").filter(|_| is_epic);
        let key = key.or_else(|| custom(catalogue.epic_link()));
        put(out, "epic_key", Value::from(key));
    }
    if wanted.epic_name || wanted.all {
        put(out, "epic_name", Value::from(custom(catalogue.epic_name())));
    }
}

/// System fields without a shape of their own, when they were named.
fn others(out: &mut Map<String, Value>, fields: &Value, view: &View<'_>) {
    const SHAPED: [&str; 25] = [
        "summary",
        "description",
        "environment",
        "status",
        "issuetype",
        "priority",
        "project",
        "resolution",
        "duedate",
        "resolutiondate",
        "parent",
        "security",
        "worklog",
        "subtasks",
        "assignee",
        "reporter",
        "labels",
        "components",
        "fixVersions",
        "versions",
        "timetracking",
        "created",
        "updated",
        "comment",
        "attachment",
    ];
    for id in &view.wanted.upstream {
        if SHAPED.contains(&id.as_str()) || id == "issuelinks" || fields::is_custom_id(id) {
            continue;
        }
        let value = get(fields, &format!("/{id}"));
        let value = if people::is_account(value) { person(value) } else { value.clone() };
        put(out, id, value);
    }
}

fn customs(out: &mut Map<String, Value>, fields: &Value, view: &View<'_>, remarks: &mut Remarks) {
    let Some(fields) = fields.as_object().filter(|_| view.wanted.customs) else { return };
    let mut used: HashSet<String> = out.keys().cloned().collect();
    used.extend(RESERVED_KEYS.iter().map(|key| (*key).to_owned()));
    for (id, value) in fields {
        if !id.starts_with("customfield_") || !view.wanted.shows(id) {
            continue;
        }
        let mut entry = custom_value(id, value, view, remarks);
        let name = view.field_names.and_then(|names| names.get(id)).and_then(Value::as_str);
        match name {
            Some(name) if view.display_names && used.insert(name.to_owned()) => {
                entry.insert("field_id".to_owned(), Value::from(id.as_str()));
                out.insert(name.to_owned(), Value::Object(entry));
            }
            Some(name) => {
                entry.insert("name".to_owned(), Value::from(name));
                out.insert(id.clone(), Value::Object(entry));
            }
            None => {
                out.insert(id.clone(), Value::Object(entry));
            }
        }
    }
}

/// Keys that a display name may not take.
const RESERVED_KEYS: [&str; 34] = [
    "summary",
    "url",
    "description",
    "environment",
    "status",
    "issue_type",
    "priority",
    "project",
    "resolution",
    "duedate",
    "resolutiondate",
    "parent",
    "security",
    "worklog",
    "subtasks",
    "assignee",
    "reporter",
    "labels",
    "components",
    "fix_versions",
    "versions",
    "epic_key",
    "epic_name",
    "timetracking",
    "created",
    "updated",
    "comments",
    "attachments",
    "changelogs",
    "issuelinks",
    "remote_links",
    "transitions",
    "watchers",
    "worklogs",
];

fn custom_value(
    id: &str,
    value: &Value,
    view: &View<'_>,
    remarks: &mut Remarks,
) -> Map<String, Value> {
    let mut out = Map::new();
    let rich =
        is_document(value) || (value.is_string() && is_rich(view.wanted.catalogue.as_ref(), id));
    let plain =
        if rich { Value::from(view.texts.read(value, view.names, remarks)) } else { simple(value) };
    out.insert("value".to_owned(), plain);
    if let Some(child) = value.pointer("/child/value") {
        out.insert("child".to_owned(), child.clone());
    }
    out
}

fn is_rich(catalogue: Option<&Catalogue>, id: &str) -> bool {
    catalogue
        .and_then(|catalogue| catalogue.by_id(id).map(|field| field.kind()))
        .is_some_and(|kind| kind == FieldKind::RichText)
}

/// Options by value, named things by name, accounts as people, everything else as it is.
fn simple(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(simple).collect(),
        Value::Object(map) => {
            if people::is_account(value) {
                person(value)
            } else if let Some(inner) = map.get("value") {
                inner.clone()
            } else if let (Some(name), true) = (map.get("name"), map.contains_key("self")) {
                name.clone()
            } else {
                value.clone()
            }
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{admit, project_of, simple};
    use crate::Fence;
    use atlassian_settings::{
        Behaviour, Credential, Deployment, Exposure, Filter, InstanceConfig, InstanceId, Limits,
        Network, Service, SiteUrl,
    };
    use serde_json::json;

    fn fence(keys: &str) -> Fence {
        let site = SiteUrl::parse("https://jira.corp.example", Service::Jira, None);
        Fence::of(&InstanceConfig {
            id: InstanceId::primary(Service::Jira),
            number: 1,
            label: None,
            site: site.expect("address"),
            deployment: Deployment::DataCenter,
            credential: Credential::None,
            cloud_id: None,
            network: Network::default(),
            limits: Limits::default(),
            exposure: Exposure { filter: Filter::parse(keys), ..Exposure::default() },
            behaviour: Behaviour::default(),
        })
    }

    #[test]
    fn the_project_that_came_back_decides() {
        let moved = json!({"key": "OPS-9", "fields": {"project": {"key": "OPS"}}});
        assert!(admit(&fence("PAY"), &moved, "PAY-1").is_err());
        assert!(admit(&fence("PAY,OPS"), &moved, "PAY-1").is_ok());
        assert_eq!(project_of(&json!({"key": "A-B-7"})), Some("A-B"));
        assert!(admit(&fence("PAY"), &json!(null), "PAY-1").is_err(), "no issue at all");
    }

    #[test]
    fn custom_values_are_reduced_to_what_they_say() {
        assert_eq!(simple(&json!({"value": "EU", "child": {"value": "DE"}})), json!("EU"));
        assert_eq!(simple(&json!({"name": "1.0", "self": "https://x"})), json!("1.0"));
        assert_eq!(simple(&json!([{"value": "a"}, "b", 3])), json!(["a", "b", 3]));
        assert_eq!(
            simple(&json!({"id": 10, "name": "Sprint 1"})),
            json!({"id": 10, "name": "Sprint 1"})
        );
        let account = simple(&json!({"accountId": "a1", "displayName": "Ann", "self": "x"}));
        assert_eq!(account["account_id"], json!("a1"));
    }
}
