//! Projects with their versions, components and statuses.

use serde_json::{Value, json};

use crate::site::Flavour;
use crate::wire::{Answer, Call, Reply, jira_error};

use super::issues::bad_json;
use super::model::*;

impl Jira {
    fn project_of(&self, call: &Call) -> Result<&Project, Reply> {
        let key = call.part("project");
        self.project(key)
            .filter(|p| self.sees(&call.user, &p.key))
            .ok_or_else(|| jira_error(404, &format!("No project could be found with key '{key}'.")))
    }

    fn show_project(&self, project: &Project, call: &Call) -> Value {
        let mut shown = self.show_project_brief(project, call);
        if let Some(object) = shown.as_object_mut() {
            object.insert("description".to_owned(), json!(project.description));
            object.insert("lead".to_owned(), self.user(&project.lead, call));
            object.insert(
                "components".to_owned(),
                project.components.iter().map(|c| self.show_component(c, call)).collect(),
            );
            object.insert(
                "issueTypes".to_owned(),
                project.types.iter().map(|t| self.show_type(t, call)).collect(),
            );
            object.insert("assigneeType".to_owned(), json!("UNASSIGNED"));
            object.insert(
                "versions".to_owned(),
                project.versions.iter().map(|v| self.show_version(v, project, call)).collect(),
            );
            object.insert("roles".to_owned(), json!({}));
            if self.flavour == Flavour::Cloud {
                let style = if project.style == Style::NextGen { "next-gen" } else { "classic" };
                object.insert("style".to_owned(), json!(style));
                object.insert("isPrivate".to_owned(), json!(!project.members.is_empty()));
                object.insert("properties".to_owned(), json!({}));
            }
        }
        shown
    }

    /// A project in a list, with the parts that `expand` names.
    fn show_listed(&self, project: &Project, call: &Call) -> Value {
        let expand = call.list("expand");
        let mut shown = self.show_project_brief(project, call);
        if let Some(object) = shown.as_object_mut() {
            object.insert(
                "expand".to_owned(),
                json!("description,lead,issueTypes,url,projectKeys,permissions,insight"),
            );
            if self.flavour == Flavour::Cloud {
                let style = if project.style == Style::NextGen { "next-gen" } else { "classic" };
                object.insert("style".to_owned(), json!(style));
                object.insert("isPrivate".to_owned(), json!(!project.members.is_empty()));
            }
            for part in expand {
                match part.as_str() {
                    "description" => object.insert(part, json!(project.description)),
                    "lead" => object.insert(part, self.user(&project.lead, call)),
                    "issueTypes" => object.insert(
                        part,
                        project.types.iter().map(|t| self.show_type(t, call)).collect(),
                    ),
                    _ => None,
                };
            }
        }
        shown
    }

    fn visible_projects(&self, call: &Call) -> impl Iterator<Item = &Project> {
        self.projects.iter().filter(|p| self.sees(&call.user, &p.key))
    }
}

/// `GET /project`
pub(crate) fn list(jira: &mut Jira, call: &Call) -> Answer {
    let mut projects: Vec<&Project> = jira.visible_projects(call).collect();
    if let Some(recent) = call.q("recent").and_then(|n| n.parse().ok()) {
        projects.truncate(recent);
    }
    Ok(Reply::ok(&projects.into_iter().map(|p| jira.show_listed(p, call)).collect()))
}

/// `GET /project/search` (Cloud)
pub(crate) fn search(jira: &mut Jira, call: &Call) -> Answer {
    let query = call.q("query").unwrap_or_default().to_lowercase();
    let keys = call.list("keys");
    let ids = call.list("id");
    let types = call.list("typeKey");
    let mut projects: Vec<&Project> = jira
        .visible_projects(call)
        .filter(|p| p.name.to_lowercase().contains(&query) || p.key.to_lowercase().contains(&query))
        .filter(|p| keys.is_empty() || keys.contains(&p.key))
        .filter(|p| ids.is_empty() || ids.contains(&p.id))
        .filter(|p| {
            types.is_empty()
                || types.iter().any(|t| (t == "service_desk") == (p.style == Style::Service))
        })
        .collect();
    projects.sort_by(|a, b| a.key.cmp(&b.key));
    let all: Vec<Value> = projects.into_iter().map(|p| jira.show_listed(p, call)).collect();
    Ok(Reply::ok(&jira.page(&all, "project/search", 50, call)))
}

/// `GET /project/{project}`
pub(crate) fn read(jira: &mut Jira, call: &Call) -> Answer {
    let project = jira.project_of(call)?;
    Ok(Reply::ok(&jira.show_project(project, call)))
}

/// `GET /project/{project}/statuses`: statuses by issue type.
pub(crate) fn statuses(jira: &mut Jira, call: &Call) -> Answer {
    let project = jira.project_of(call)?;
    let mut ids: Vec<&str> = vec![&project.initial];
    for transition in &project.transitions {
        if !ids.contains(&transition.to.as_str()) {
            ids.push(&transition.to);
        }
    }
    let list = project.types.iter().filter_map(|id| jira.issue_type(id)).map(|kind| {
        json!({
            "self": format!("{}/rest/api/{}/issuetype/{}", call.base, jira.version_in(call), kind.id),
            "id": kind.id,
            "name": kind.name,
            "subtask": kind.subtask,
            "statuses": ids.iter().map(|id| jira.show_status(id, call)).collect::<Vec<_>>(),
        })
    });
    Ok(Reply::ok(&list.collect()))
}

/// `GET /project/{project}/versions`
pub(crate) fn versions(jira: &mut Jira, call: &Call) -> Answer {
    let project = jira.project_of(call)?;
    Ok(Reply::ok(&project.versions.iter().map(|v| jira.show_version(v, project, call)).collect()))
}

/// `GET /project/{project}/version`: the same, paged.
pub(crate) fn versions_paged(jira: &mut Jira, call: &Call) -> Answer {
    let project = jira.project_of(call)?;
    let all: Vec<Value> =
        project.versions.iter().map(|v| jira.show_version(v, project, call)).collect();
    Ok(Reply::ok(&jira.page(&all, &format!("project/{}/version", project.key), 50, call)))
}

/// `GET /project/{project}/components`
pub(crate) fn components(jira: &mut Jira, call: &Call) -> Answer {
    let project = jira.project_of(call)?;
    let list = project.components.iter().map(|component| {
        let mut shown = jira.show_component(component, call);
        if let Some(object) = shown.as_object_mut() {
            if let Some(lead) = &component.lead {
                object.insert("lead".to_owned(), jira.user(lead, call));
            }
            object.insert("assigneeType".to_owned(), json!("PROJECT_DEFAULT"));
            object.insert("project".to_owned(), json!(project.key));
            if let Ok(id) = project.id.parse::<u64>() {
                object.insert("projectId".to_owned(), json!(id));
            }
        }
        shown
    });
    Ok(Reply::ok(&list.collect()))
}

fn day(body: &Value, key: &str) -> Result<Option<String>, Reply> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if super::accept::is_day(text) => Ok(Some(text.clone())),
        Some(_) => Err(Reply::json(
            400,
            &json!({"errorMessages": [], "errors": {key: "Date must be in the format yyyy-MM-dd"}}),
        )),
    }
}

/// `POST /version`
pub(crate) fn create_version(jira: &mut Jira, call: &Call) -> Answer {
    let Some(body) = call.json() else { return Err(bad_json()) };
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let project = text("project").map(str::to_owned).or_else(|| {
        body.get("projectId").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned))
    });
    let Some(project) = project
        .and_then(|key| jira.project(&key))
        .filter(|p| jira.sees(&call.user, &p.key))
        .cloned()
    else {
        return Err(Reply::json(
            404,
            &json!({"errorMessages": [], "errors": {"project": "Project does not exist or you do not have permission to access it."}}),
        ));
    };
    let Some(name) = text("name").map(str::trim).filter(|name| !name.is_empty()) else {
        return Err(Reply::json(
            400,
            &json!({"errorMessages": [], "errors": {"name": "You must specify a valid version name"}}),
        ));
    };
    if project.versions.iter().any(|v| v.name.eq_ignore_ascii_case(name)) {
        return Err(Reply::json(
            400,
            &json!({"errorMessages": [], "errors": {"name": "A version with this name already exists in this project."}}),
        ));
    }
    let (start_date, release_date) = (day(&body, "startDate")?, day(&body, "releaseDate")?);
    if let (Some(start), Some(release)) = (&start_date, &release_date)
        && start > release
    {
        return Err(Reply::json(
            400,
            &json!({"errorMessages": [], "errors": {"releaseDate": "The start date must be before the release date"}}),
        ));
    }
    let version = Version {
        id: jira.fresh_id().to_string(),
        name: name.to_owned(),
        description: text("description").map(str::to_owned),
        released: body.get("released").and_then(Value::as_bool).unwrap_or(false),
        archived: body.get("archived").and_then(Value::as_bool).unwrap_or(false),
        start_date,
        release_date,
    };
    let shown = jira.show_version(&version, &project, call);
    if let Some(project) = jira.project_mut(&project.key) {
        project.versions.push(version);
    }
    Ok(Reply::created(&shown))
}

fn version_place(jira: &Jira, call: &Call) -> Result<(usize, usize), Reply> {
    let id = call.part("version");
    jira.projects
        .iter()
        .enumerate()
        .filter(|(_, p)| jira.sees(&call.user, &p.key))
        .find_map(|(at, p)| p.versions.iter().position(|v| v.id == id).map(|v| (at, v)))
        .ok_or_else(|| jira_error(404, &format!("Could not find version for id '{id}'")))
}

/// `GET /version/{id}`
pub(crate) fn read_version(jira: &mut Jira, call: &Call) -> Answer {
    version_place(jira, call)?;
    let shown = jira.version(call.part("version")).map(|(p, v)| jira.show_version(v, p, call));
    Ok(Reply::ok(&shown.unwrap_or_default()))
}

/// `PUT /version/{id}`
pub(crate) fn update_version(jira: &mut Jira, call: &Call) -> Answer {
    let Some(body) = call.json() else { return Err(bad_json()) };
    let (project, at) = version_place(jira, call)?;
    let (start, release) = (day(&body, "startDate")?, day(&body, "releaseDate")?);
    let name = body.get("name").and_then(Value::as_str);
    if let (Some(name), Some(p)) = (name, jira.projects.get(project))
        && p.versions
            .iter()
            .enumerate()
            .any(|(other, v)| other != at && v.name.eq_ignore_ascii_case(name))
    {
        return Err(Reply::json(
            400,
            &json!({"errorMessages": [], "errors": {"name": "A version with this name already exists in this project."}}),
        ));
    }
    if let Some(version) = jira.projects.get_mut(project).and_then(|p| p.versions.get_mut(at)) {
        if let Some(name) = name {
            version.name = name.to_owned();
        }
        if let Some(text) = body.get("description").and_then(Value::as_str) {
            version.description = Some(text.to_owned());
        }
        if let Some(flag) = body.get("released").and_then(Value::as_bool) {
            version.released = flag;
        }
        if let Some(flag) = body.get("archived").and_then(Value::as_bool) {
            version.archived = flag;
        }
        version.start_date = start.or_else(|| version.start_date.clone());
        version.release_date = release.or_else(|| version.release_date.clone());
    }
    read_version(jira, call)
}

/// `GET /projects/picker` (Data Center)
pub(crate) fn picker(jira: &mut Jira, call: &Call) -> Answer {
    let text = call.q("query").unwrap_or_default().to_lowercase();
    let found: Vec<Value> = jira
        .visible_projects(call)
        .filter(|p| p.name.to_lowercase().contains(&text) || p.key.to_lowercase().starts_with(&text))
        .take(call.number("maxResults", 50))
        .map(|p| json!({"name": p.name, "key": p.key, "id": p.id, "html": format!("{} ({})", p.name, p.key)}))
        .collect();
    let header = format!("Showing {} of {} matching projects", found.len(), found.len());
    Ok(Reply::ok(&json!({"projects": found, "total": found.len(), "header": header})))
}
