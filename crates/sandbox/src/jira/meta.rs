//! What can be filled in where: screens, create and edit descriptions, the field catalogue,
//! and the small lists (statuses, priorities, link types).

use serde_json::{Map, Value, json};

use crate::site::Flavour;
use crate::wire::{Answer, Call, Reply, jira_error};

use super::fields::{Field, Kind};
use super::model::*;

/// Built-in fields on every screen, in its order.
const ON_SCREEN: &[&str] = &[
    "summary",
    "issuetype",
    "parent",
    "components",
    "description",
    "fixVersions",
    "priority",
    "labels",
    "versions",
    "environment",
    "duedate",
    "timetracking",
    "assignee",
    "reporter",
];

/// Built-in fields a team-managed project's screen lacks.
const NOT_TEAM_MANAGED: &[&str] = &["components", "versions", "environment", "timetracking"];

impl Jira {
    /// Fields of the create and edit screens of a project and issue type.
    pub(crate) fn screen(&self, project: &str, kind: &str) -> Vec<&Field> {
        let Some(project) = self.project(project) else { return Vec::new() };
        let Some(kind) = self.issue_type(kind) else { return Vec::new() };
        let team = project.style == Style::NextGen;
        let built_in = ON_SCREEN
            .iter()
            .filter(|id| !(team && NOT_TEAM_MANAGED.contains(id)))
            .filter(|id| **id != "parent" || kind.subtask || self.flavour == Flavour::Cloud)
            .filter(|id| !(**id == "parent" && kind.level == 1))
            .filter_map(|id| self.field(id));
        let custom = self
            .fields
            .iter()
            .filter(|field| field.custom() && field.kind != Kind::Rank)
            .filter(|field| field.applies(&project.key, &kind.name));
        built_in.chain(custom).collect()
    }

    fn operations(&self, field: &Field) -> Value {
        match field.schema().get("type").and_then(Value::as_str) {
            Some("array") => json!(["add", "set", "remove"]),
            Some("timetracking") => json!(["set", "edit"]),
            _ => json!(["set"]),
        }
    }

    fn allowed(&self, field: &Field, project: &str, call: &Call) -> Option<Value> {
        let version = self.version_in(call);
        let project = self.project(project);
        let list: Vec<Value> = match field.id.as_str() {
            "priority" => self
                .priorities
                .iter()
                .map(|p| self.show_named(&self.priorities, &p.id, "priority", call))
                .collect(),
            "resolution" => self
                .resolutions
                .iter()
                .map(|r| self.show_named(&self.resolutions, &r.id, "resolution", call))
                .collect(),
            "components" => {
                project?.components.iter().map(|c| self.show_component(c, call)).collect()
            }
            "fixVersions" | "versions" => {
                let project = project?;
                project.versions.iter().map(|v| self.show_version(v, project, call)).collect()
            }
            _ if matches!(field.kind, Kind::Select | Kind::MultiSelect | Kind::Cascade) => field
                .choices
                .iter()
                .filter(|choice| !choice.disabled)
                .map(|choice| {
                    let mut shown = choice.shown(&call.base, version);
                    if field.kind == Kind::Cascade
                        && let Some(object) = shown.as_object_mut()
                    {
                        let children: Vec<Value> =
                            choice.children.iter().map(|c| c.shown(&call.base, version)).collect();
                        object.insert("children".to_owned(), json!(children));
                    }
                    shown
                })
                .collect(),
            _ => return None,
        };
        Some(Value::Array(list))
    }

    /// The description of a field on a screen.
    pub(crate) fn describe(
        &self,
        field: &Field,
        project: &str,
        required: bool,
        call: &Call,
    ) -> Value {
        let mut shown = json!({
            "required": required || field.required || field.id == "summary",
            "schema": field.schema(),
            "name": field.name,
            "key": field.id,
            "hasDefaultValue": field.id == "priority",
            "operations": self.operations(field),
        });
        if let Some(object) = shown.as_object_mut() {
            if let Some(allowed) = self.allowed(field, project, call) {
                object.insert("allowedValues".to_owned(), allowed);
            }
            if matches!(field.id.as_str(), "assignee" | "reporter") {
                let url = format!(
                    "{}/rest/api/{}/user/assignable/search?project={project}&",
                    call.base,
                    self.version_in(call)
                );
                object.insert("autoCompleteUrl".to_owned(), json!(url));
            }
        }
        shown
    }

    /// Jira's page of a list: `startAt`, `maxResults`, `total`, `isLast`, `values`.
    pub(crate) fn page(&self, all: &[Value], path: &str, size: usize, call: &Call) -> Value {
        self.page_named(all, "values", path, size, call)
    }

    pub(crate) fn page_named(
        &self,
        all: &[Value],
        name: &str,
        path: &str,
        size: usize,
        call: &Call,
    ) -> Value {
        let start = call.number("startAt", 0);
        let size = call.number("maxResults", size).min(if size > 100 { 1000 } else { 100 }).max(1);
        let page: Vec<&Value> = all.iter().skip(start).take(size).collect();
        let end = start + page.len();
        let last = end >= all.len();
        let root = if path.starts_with('/') {
            format!("{}{path}", call.base)
        } else {
            format!("{}/rest/api/{}/{path}", call.base, self.version_in(call))
        };
        let mut shown = json!({"self": format!("{root}?startAt={start}&maxResults={size}")});
        if let Some(object) = shown.as_object_mut() {
            if !last {
                object.insert(
                    "nextPage".to_owned(),
                    json!(format!("{root}?startAt={end}&maxResults={size}")),
                );
            }
            object.insert("maxResults".to_owned(), json!(size));
            object.insert("startAt".to_owned(), json!(start));
            object.insert("total".to_owned(), json!(all.len()));
            object.insert("isLast".to_owned(), json!(last));
            object.insert(name.to_owned(), json!(page));
        }
        shown
    }

    fn create_project(&self, call: &Call) -> Result<&Project, Reply> {
        self.project(call.part("project"))
            .filter(|p| self.sees(&call.user, &p.key))
            .ok_or_else(|| jira_error(404, "No project could be found with key or id, or you do not have permission to create issues in it."))
    }
}

/// `GET /issue/createmeta/{project}/issuetypes`: a page of types, named differently by flavour.
pub(crate) fn create_types(jira: &mut Jira, call: &Call) -> Answer {
    let project = jira.create_project(call)?;
    let all: Vec<Value> = project.types.iter().map(|id| jira.show_type(id, call)).collect();
    let path = format!("issue/createmeta/{}/issuetypes", call.part("project"));
    Ok(Reply::ok(&by_flavour(jira, &all, "issueTypes", &path, call)))
}

/// `GET /issue/createmeta/{project}/issuetypes/{type}`
pub(crate) fn create_fields(jira: &mut Jira, call: &Call) -> Answer {
    let project = jira.create_project(call)?;
    let kind = call.part("type");
    if !project.types.iter().any(|id| id == kind) {
        return Err(jira_error(
            404,
            "Issue type does not exist or is not available in the project.",
        ));
    }
    let key = project.key.clone();
    let mut all: Vec<Value> = Vec::new();
    for field in jira.screen(&key, kind) {
        let mut shown = jira.describe(field, &key, false, call);
        if let Some(object) = shown.as_object_mut() {
            object.insert("fieldId".to_owned(), json!(field.id));
            if field.id == "issuetype" {
                object.insert("allowedValues".to_owned(), json!([jira.show_type(kind, call)]));
            }
        }
        all.push(shown);
    }
    if let Some(project) = jira.project(&key) {
        all.push(json!({
            "required": true,
            "schema": {"type": "project", "system": "project"},
            "name": "Project",
            "key": "project",
            "fieldId": "project",
            "hasDefaultValue": false,
            "operations": ["set"],
            "allowedValues": [jira.show_project_brief(project, call)],
        }));
    }
    let path = format!("issue/createmeta/{}/issuetypes/{kind}", call.part("project"));
    Ok(Reply::ok(&by_flavour(jira, &all, "fields", &path, call)))
}

fn by_flavour(jira: &Jira, all: &[Value], cloud: &str, path: &str, call: &Call) -> Value {
    match jira.flavour {
        Flavour::DataCenter => {
            let mut page = jira.page(all, path, 50, call);
            if let Some(object) = page.as_object_mut() {
                object.remove("self");
                object.remove("nextPage");
            }
            page
        }
        Flavour::Cloud => {
            let mut page = jira.page_named(all, cloud, path, 50, call);
            if let Some(object) = page.as_object_mut() {
                object.retain(|key, _| {
                    matches!(key.as_str(), "maxResults" | "startAt" | "total") || key == cloud
                });
            }
            page
        }
    }
}

/// `GET /field`
pub(crate) fn fields(jira: &mut Jira, _: &Call) -> Answer {
    let all: Vec<Value> = jira.fields.iter().map(|field| field.entry(jira.flavour)).collect();
    Ok(Reply::ok(&Value::Array(all)))
}

/// `GET /field/search` (Cloud)
pub(crate) fn field_search(jira: &mut Jira, call: &Call) -> Answer {
    let query = call.q("query").unwrap_or_default().to_lowercase();
    let ids = call.list("id");
    let kind = call.q("type");
    let all: Vec<Value> = jira
        .fields
        .iter()
        .filter(|field| field.name.to_lowercase().contains(&query))
        .filter(|field| ids.is_empty() || ids.contains(&field.id))
        .filter(|field| match kind {
            Some("custom") => field.custom(),
            Some("system") => !field.custom(),
            _ => true,
        })
        .map(|field| json!({"id": field.id, "name": field.name, "schema": field.schema(), "description": field.description}))
        .collect();
    Ok(Reply::ok(&jira.page(&all, "field/search", 50, call)))
}

fn custom<'a>(jira: &'a Jira, call: &Call) -> Result<&'a Field, Reply> {
    jira.field(call.part("field"))
        .filter(|field| field.custom())
        .ok_or_else(|| jira_error(404, "The custom field was not found."))
}

/// `GET /field/{id}/context` (Cloud)
pub(crate) fn contexts(jira: &mut Jira, call: &Call) -> Answer {
    let field = custom(jira, call)?;
    let all = [json!({
        "id": field.context,
        "name": format!("Default Configuration Scheme for {}", field.name),
        "description": "Default configuration scheme generated by Jira",
        "isGlobalContext": field.projects.is_empty(),
        "isAnyIssueType": field.types.is_empty(),
    })];
    Ok(Reply::ok(&jira.page(&all, &format!("field/{}/context", field.id), 50, call)))
}

/// `GET /field/{id}/context/{context}/option` (Cloud): flat, children name their parent.
pub(crate) fn context_options(jira: &mut Jira, call: &Call) -> Answer {
    let field = custom(jira, call)?;
    if field.context != call.part("context") {
        return Err(jira_error(404, "The custom field context was not found."));
    }
    let mut all = Vec::new();
    for choice in &field.choices {
        all.push(json!({"id": choice.id, "value": choice.value, "disabled": choice.disabled}));
        for child in &choice.children {
            all.push(json!({"id": child.id, "value": child.value, "disabled": child.disabled, "optionId": choice.id}));
        }
    }
    let path = format!("field/{}/context/{}/option", field.id, field.context);
    Ok(Reply::ok(&jira.page(&all, &path, 100, call)))
}

/// `GET /status`
pub(crate) fn statuses(jira: &mut Jira, call: &Call) -> Answer {
    Ok(Reply::ok(&jira.statuses.iter().map(|s| jira.show_status(&s.id, call)).collect()))
}

/// `GET /priority`
pub(crate) fn priorities(jira: &mut Jira, call: &Call) -> Answer {
    let list =
        jira.priorities.iter().map(|p| jira.show_named(&jira.priorities, &p.id, "priority", call));
    Ok(Reply::ok(&list.collect()))
}

/// `GET /resolution`
pub(crate) fn resolutions(jira: &mut Jira, call: &Call) -> Answer {
    let list = jira
        .resolutions
        .iter()
        .map(|r| jira.show_named(&jira.resolutions, &r.id, "resolution", call));
    Ok(Reply::ok(&list.collect()))
}

/// `GET /resolution/search` (Cloud)
pub(crate) fn resolution_search(jira: &mut Jira, call: &Call) -> Answer {
    let all: Vec<Value> = jira
        .resolutions
        .iter()
        .map(|r| json!({"id": r.id, "name": r.name, "description": r.description, "isDefault": false}))
        .collect();
    Ok(Reply::ok(&jira.page(&all, "resolution/search", 50, call)))
}

/// `GET /issuetype`
pub(crate) fn types(jira: &mut Jira, call: &Call) -> Answer {
    Ok(Reply::ok(&jira.types.iter().map(|t| jira.show_type(&t.id, call)).collect()))
}

/// `GET /issueLinkType`
pub(crate) fn link_types(jira: &mut Jira, call: &Call) -> Answer {
    let list: Vec<Value> = jira.link_types.iter().map(|k| jira.show_link_type(k, call)).collect();
    Ok(Reply::ok(&json!({"issueLinkTypes": list})))
}

/// `GET /serverInfo`
pub(crate) fn server_info(jira: &mut Jira, _: &Call) -> Answer {
    let (version, kind) = match jira.flavour {
        Flavour::Cloud => ("1001.0.0-SNAPSHOT", "Cloud"),
        Flavour::DataCenter => ("10.3.4", "Server"),
    };
    let numbers: Vec<u64> = version.split(['.', '-']).filter_map(|n| n.parse().ok()).collect();
    let mut shown = Map::new();
    shown.insert("baseUrl".to_owned(), json!(jira.url));
    if jira.flavour == Flavour::Cloud {
        shown.insert("displayUrl".to_owned(), json!(jira.url));
    }
    shown.insert("version".to_owned(), json!(version));
    shown.insert("versionNumbers".to_owned(), json!(numbers));
    shown.insert("deploymentType".to_owned(), json!(kind));
    shown.insert("buildNumber".to_owned(), json!(100_300));
    shown.insert("serverTime".to_owned(), json!(crate::people::jira_time(jira.clock.now())));
    shown.insert("serverTitle".to_owned(), json!(format!("{} Jira", jira.site)));
    Ok(Reply::ok(&Value::Object(shown)))
}
