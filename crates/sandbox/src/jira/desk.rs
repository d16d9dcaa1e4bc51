//! Service desks: queues, request types and requests.

use serde_json::{Map, Value, json};

use crate::adf;
use crate::people::jira_time;
use crate::site::Flavour;
use crate::wire::{Answer, Call, Reply};

use super::fields::{Field, Kind};
use super::model::*;
use super::selection::Selection;

/// The queues of every desk: name, JQL behind the project, columns.
const QUEUES: &[(&str, &str)] = &[
    ("All open", "AND resolution = Unresolved ORDER BY created"),
    ("Unassigned", "AND assignee is EMPTY AND resolution = Unresolved ORDER BY created"),
    ("Resolved", "AND resolution != Unresolved ORDER BY updated DESC"),
];

const COLUMNS: &[&str] = &["issuetype", "issuekey", "summary", "reporter", "status", "created"];

fn error(status: u16, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"errorMessage": message, "i18nErrorMessage": {"i18nKey": "sd.error", "parameters": []}}),
    )
}

/// A page of a service desk list.
fn page(all: Vec<Value>, default: usize, call: &Call) -> Value {
    let (start, limit) = (call.number("start", 0), call.number("limit", default).min(100));
    let total = all.len();
    let values: Vec<Value> = all.into_iter().skip(start).take(limit).collect();
    let end = start + values.len();
    let mut links = json!({"base": call.base, "context": "", "self": format!("{}{}?start={start}&limit={limit}", call.base, call.path)});
    if end < total
        && let Some(object) = links.as_object_mut()
    {
        object.insert(
            "next".to_owned(),
            json!(format!("{}{}?start={end}&limit={limit}", call.base, call.path)),
        );
    }
    json!({"size": values.len(), "start": start, "limit": limit, "isLastPage": end >= total, "_links": links, "values": values})
}

impl Jira {
    fn desks(&self, user: &str) -> Vec<(String, &Project)> {
        let services = self.projects.iter().filter(|p| p.style == Style::Service);
        services
            .enumerate()
            .filter(|(_, p)| self.sees(user, &p.key))
            .map(|(at, p)| ((at + 4).to_string(), p))
            .collect()
    }

    fn desk(&self, call: &Call) -> Result<(String, &Project), Reply> {
        let id = call.part("desk");
        // The project's key is taken for the id too, as in the product.
        self.desks(&call.user)
            .into_iter()
            .find(|(desk, p)| desk == id || p.key == id || p.id == id)
            .ok_or_else(|| error(404, "The Service Desk you are trying to view does not exist or you do not have permission to view it."))
    }

    fn request_types(&self, project: &Project) -> Vec<(String, &IssueType)> {
        let kinds = project
            .types
            .iter()
            .filter_map(|id| self.issue_type(id))
            .filter(|t| !t.subtask && t.level == 0);
        kinds.enumerate().map(|(at, kind)| ((at + 23).to_string(), kind)).collect()
    }

    fn request_type<'a>(
        &'a self,
        project: &'a Project,
        call: &Call,
    ) -> Result<(String, &'a IssueType), Reply> {
        let id = call.part("type");
        self.request_types(project)
            .into_iter()
            .find(|(type_id, _)| type_id == id)
            .ok_or_else(|| error(404, "The request type you are trying to use does not exist."))
    }

    fn request_fields(&self, project: &Project, kind: &IssueType) -> Vec<(&Field, bool)> {
        let own = ["summary", "description"]
            .iter()
            .filter_map(|id| self.field(id))
            .map(|f| (f, f.id == "summary"));
        let custom = self.fields.iter().filter(|f| {
            f.custom()
                && f.kind != Kind::Rank
                && f.applies(&project.key, &kind.name)
                && !f.projects.is_empty()
        });
        own.chain(custom.map(|f| (f, f.required))).collect()
    }

    fn show_request(&self, issue: &Issue, call: &Call) -> Value {
        let desks = self.desks(&call.user);
        let desk = desks
            .iter()
            .find(|(_, p)| p.key == issue.project)
            .map(|(id, _)| id.clone())
            .unwrap_or_default();
        let web = format!("{}/servicedesk/customer/portal/{desk}/{}", self.url, issue.key);
        let kind = self.project(&issue.project).and_then(|p| {
            self.request_types(p)
                .into_iter()
                .find(|(_, k)| k.id == issue.text("issuetype"))
                .map(|(id, _)| id)
        });
        let status = self.status(issue.text("status")).map(|s| s.name.clone());
        json!({
            "issueId": issue.id.to_string(),
            "issueKey": issue.key,
            "summary": issue.text("summary"),
            "requestTypeId": kind,
            "serviceDeskId": desk,
            "createdDate": {"iso8601": jira_time(issue.created), "epochMillis": issue.created.as_millisecond()},
            "reporter": self.user(issue.text("reporter"), call),
            "requestFieldValues": [{"fieldId": "summary", "label": "Summary", "value": issue.text("summary")}],
            "currentStatus": {"status": status, "statusDate": {"iso8601": jira_time(issue.updated), "epochMillis": issue.updated.as_millisecond()}},
            "_links": {
                "jiraRest": format!("{}/rest/api/2/issue/{}", call.base, issue.id),
                "web": web,
                "self": format!("{}/rest/servicedeskapi/request/{}", call.base, issue.id),
            },
        })
    }

    fn request(&self, call: &Call) -> Result<u64, Reply> {
        self.visible(call.part("key"), &call.user)
            .filter(|id| {
                let project = self.issues.get(id).and_then(|i| self.project(&i.project));
                project.is_some_and(|p| p.style == Style::Service)
            })
            .ok_or_else(|| error(404, "The request you are trying to view does not exist or you do not have permission to view it."))
    }

    fn show_desk_comment(&self, comment: &Comment, call: &Call) -> Value {
        json!({
            "id": comment.id,
            "body": adf::to_text(&comment.body),
            "public": comment.public,
            "author": self.user(&comment.author, call),
            "created": {"iso8601": jira_time(comment.created), "epochMillis": comment.created.as_millisecond()},
            "_links": {"self": format!("{}/rest/servicedeskapi/request/{}/comment/{}", call.base, call.part("key"), comment.id)},
        })
    }
}

fn show_desk(id: &str, project: &Project, call: &Call) -> Value {
    json!({
        "id": id,
        "projectId": project.id,
        "projectName": project.name,
        "projectKey": project.key,
        "_links": {"self": format!("{}/rest/servicedeskapi/servicedesk/{id}", call.base)},
    })
}

/// `GET /servicedesk`
pub(crate) fn desks(jira: &mut Jira, call: &Call) -> Answer {
    let all = jira.desks(&call.user).into_iter().map(|(id, p)| show_desk(&id, p, call)).collect();
    Ok(Reply::ok(&page(all, 50, call)))
}

/// `GET /servicedesk/{desk}`
pub(crate) fn desk(jira: &mut Jira, call: &Call) -> Answer {
    let (id, project) = jira.desk(call)?;
    Ok(Reply::ok(&show_desk(&id, project, call)))
}

fn queue_jql(project: &Project, at: usize) -> Option<(String, String)> {
    QUEUES
        .get(at)
        .map(|(name, rest)| ((*name).to_owned(), format!("project = {} {rest}", project.key)))
}

fn show_queue(
    jira: &Jira,
    desk: &str,
    project: &Project,
    at: usize,
    call: &Call,
) -> Result<Value, Reply> {
    let id = (at + 47).to_string();
    let Some((name, jql)) = queue_jql(project, at) else {
        return Err(error(404, "The queue does not exist."));
    };
    let mut shown = json!({
        "id": id,
        "name": name,
        "jql": jql,
        "fields": COLUMNS,
        "_links": {"self": format!("{}/rest/servicedeskapi/servicedesk/{desk}/queue/{id}", call.base)},
    });
    if call.flag("includeCount", false) {
        let count = jira.query(&jql, call)?.len();
        if let Some(object) = shown.as_object_mut() {
            object.insert("issueCount".to_owned(), json!(count));
        }
    }
    Ok(shown)
}

/// `GET /servicedesk/{desk}/queue`
pub(crate) fn queues(jira: &mut Jira, call: &Call) -> Answer {
    let (desk, project) = jira.desk(call)?;
    let all: Result<Vec<Value>, Reply> =
        (0..QUEUES.len()).map(|at| show_queue(jira, &desk, project, at, call)).collect();
    Ok(Reply::ok(&page(all?, 50, call)))
}

fn queue_place(call: &Call) -> Result<usize, Reply> {
    let number: Option<usize> = call.part("queue").parse().ok();
    number
        .and_then(|n| n.checked_sub(47))
        .filter(|at| *at < QUEUES.len())
        .ok_or_else(|| error(404, "The queue does not exist."))
}

/// `GET /servicedesk/{desk}/queue/{queue}`
pub(crate) fn queue(jira: &mut Jira, call: &Call) -> Answer {
    let (desk, project) = jira.desk(call)?;
    Ok(Reply::ok(&show_queue(jira, &desk, project, queue_place(call)?, call)?))
}

/// `GET /servicedesk/{desk}/queue/{queue}/issue`
pub(crate) fn queue_issues(jira: &mut Jira, call: &Call) -> Answer {
    let (_, project) = jira.desk(call)?;
    let Some((_, jql)) = queue_jql(project, queue_place(call)?) else {
        return Err(error(404, "The queue does not exist."));
    };
    let columns: Vec<String> = COLUMNS.iter().map(|c| (*c).to_owned()).collect();
    let selection = Selection::read(&columns, "*navigable");
    let mut all = Vec::new();
    for id in jira.query(&jql, call)? {
        all.push(jira.show_issue(jira.get(id)?, &selection, &[], &[], call));
    }
    Ok(Reply::ok(&page(all, 50, call)))
}

/// `GET /servicedesk/{desk}/requesttype`
pub(crate) fn request_types(jira: &mut Jira, call: &Call) -> Answer {
    let (desk, project) = jira.desk(call)?;
    let all = jira
        .request_types(project)
        .into_iter()
        .map(|(id, kind)| {
            json!({
                "_expands": [],
                "id": id,
                "name": kind.name,
                "description": kind.description,
                "helpText": "",
                "issueTypeId": kind.id,
                "serviceDeskId": desk,
                "portalId": desk,
                "groupIds": ["12"],
                "icon": {"id": "10524", "_links": {"iconUrls": {}}},
                "_links": {"self": format!("{}/rest/servicedeskapi/servicedesk/{desk}/requesttype/{id}", call.base)},
            })
        })
        .collect();
    Ok(Reply::ok(&page(all, 50, call)))
}

/// `GET /servicedesk/{desk}/requesttype/{type}/field`
pub(crate) fn request_fields(jira: &mut Jira, call: &Call) -> Answer {
    let (_, project) = jira.desk(call)?;
    let (_, kind) = jira.request_type(project, call)?;
    let fields: Vec<Value> = jira
        .request_fields(project, kind)
        .into_iter()
        .map(|(field, required)| {
            let values: Vec<Value> = field
                .choices
                .iter()
                .filter(|c| !c.disabled)
                .map(|c| {
                    let children: Vec<Value> = c.children.iter().map(|child| json!({"value": child.id, "label": child.value, "children": []})).collect();
                    json!({"value": c.id, "label": c.value, "children": children})
                })
                .collect();
            json!({
                "fieldId": field.id,
                "name": field.name,
                "description": field.description,
                "required": required,
                "defaultValues": [],
                "validValues": values,
                "presetValues": [],
                "jiraSchema": field.schema(),
                "visible": true,
            })
        })
        .collect();
    Ok(Reply::ok(&json!({
        "requestTypeFields": fields,
        "canRaiseOnBehalfOf": true,
        "canAddRequestParticipants": true,
    })))
}

/// `POST /request`
pub(crate) fn create(jira: &mut Jira, call: &Call) -> Answer {
    let Some(body) = call.json() else {
        return Err(error(400, "The request body is not valid JSON."));
    };
    let text = |key: &str| {
        body.get(key)
            .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
            .unwrap_or_default()
    };
    let mut place = call.clone();
    place.parts.push(("desk", text("serviceDeskId")));
    place.parts.push(("type", text("requestTypeId")));
    let (_, project) = jira.desk(&place)?;
    let (_, kind) = jira.request_type(project, &place)?;
    let reporter = match body.get("raiseOnBehalfOf").and_then(Value::as_str) {
        None => call.user.clone(),
        Some(given) => {
            let found = match jira.flavour {
                Flavour::Cloud => jira.people.by_account(given),
                Flavour::DataCenter => {
                    jira.people.by_login(given).or_else(|| jira.people.by_key(given))
                }
            };
            found.map(|p| p.name.clone()).ok_or_else(|| {
                error(400, &format!("The user '{given}' in raiseOnBehalfOf does not exist."))
            })?
        }
    };
    let mut fields: Map<String, Value> =
        body.get("requestFieldValues").and_then(Value::as_object).cloned().unwrap_or_default();
    for (field, required) in jira.request_fields(project, kind) {
        if required && fields.get(&field.id).is_none_or(Value::is_null) {
            return Err(error(400, &format!("Field '{}' is required.", field.name)));
        }
        // Requests carry plain text where issues carry documents.
        let rich = field.id == "description" || field.kind == Kind::TextArea;
        if rich
            && jira.flavour == Flavour::Cloud
            && let Some(Value::String(words)) = fields.get(&field.id).cloned()
        {
            fields.insert(field.id.clone(), adf::from_text(&words));
        }
    }
    fields.insert("project".to_owned(), json!({"key": project.key}));
    fields.insert("issuetype".to_owned(), json!({"id": kind.id}));
    let mut inner = call.clone();
    inner.parts.push(("v", if jira.flavour == Flavour::Cloud { "3" } else { "2" }.to_owned()));
    let id = jira.create_one(&json!({"fields": fields}), &inner).map_err(|errors| {
        let words: Vec<String> = errors
            .fields
            .iter()
            .map(|(k, v)| format!("{k}: {}", v.as_str().unwrap_or_default()))
            .collect();
        error(400, &words.join("; "))
    })?;
    if let Some(issue) = jira.issues.get_mut(&id) {
        issue.values.insert("reporter".to_owned(), json!(reporter));
    }
    let issue = jira.get(id)?;
    Ok(Reply::created(&jira.show_request(issue, call)))
}

/// `GET /request/{key}`
pub(crate) fn read(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.request(call)?;
    Ok(Reply::ok(&jira.show_request(jira.get(id)?, call)))
}

/// `GET /request/{key}/comment`
pub(crate) fn comments(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.request(call)?;
    let (public, internal) = (call.flag("public", true), call.flag("internal", true));
    let all = jira
        .get(id)?
        .comments
        .iter()
        .filter(|c| if c.public { public } else { internal })
        .map(|c| jira.show_desk_comment(c, call))
        .collect();
    Ok(Reply::ok(&page(all, 50, call)))
}

/// `GET /request/{key}/comment/{id}`
pub(crate) fn comment(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.request(call)?;
    let found = jira.get(id)?.comments.iter().find(|c| c.id == call.part("id"));
    match found {
        Some(comment) => Ok(Reply::ok(&jira.show_desk_comment(comment, call))),
        None => Err(error(404, "The comment does not exist.")),
    }
}

/// `POST /request/{key}/comment`
pub(crate) fn add_comment(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.request(call)?;
    let body = call.json().unwrap_or_default();
    let words = body.get("body").and_then(Value::as_str).unwrap_or_default();
    if words.trim().is_empty() {
        return Err(error(400, "The comment body must not be empty."));
    }
    let public = body.get("public").and_then(Value::as_bool).unwrap_or(true);
    let stored = match jira.flavour {
        Flavour::Cloud => adf::from_text(words),
        Flavour::DataCenter => json!(words),
    };
    match jira.push_comment(id, &call.user, stored, None, public) {
        Some(comment) => Ok(Reply::created(&jira.show_desk_comment(&comment, call))),
        None => Err(error(404, "The request does not exist.")),
    }
}

/// `POST /servicedesk/{desk}/attachTemporaryFile`
pub(crate) fn temporary_files(jira: &mut Jira, call: &Call) -> Answer {
    jira.desk(call)?;
    call.refuse_forged()?;
    let mut shown = Vec::new();
    for part in call.form_parts().into_iter().filter(|p| p.name == "file") {
        let Some(filename) = part.filename else { continue };
        let id = format!("temp{}", jira.fresh_id());
        shown.push(json!({"temporaryAttachmentId": id, "fileName": filename}));
        let file = Attachment {
            id: id.clone(),
            filename,
            author: call.user.clone(),
            created: jira.clock.now(),
            mime: part.content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
            data: part.data,
        };
        jira.temporary.insert(id, file);
    }
    if shown.is_empty() {
        return Err(error(400, "At least one file must be sent in a part named file."));
    }
    Ok(Reply::created(&json!({"temporaryAttachments": shown})))
}

/// `POST /request/{key}/attachment`: gives temporary files to a request.
pub(crate) fn attach(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.request(call)?;
    let body = call.json().unwrap_or_default();
    let mut files = Vec::new();
    for temporary in super::issues::strings(&body, "temporaryAttachmentIds") {
        match jira.temporary.shift_remove(&temporary) {
            Some(mut file) => {
                file.id = jira.fresh_id().to_string();
                files.push(file);
            }
            None => {
                return Err(error(
                    400,
                    &format!("The temporary file '{temporary}' does not exist."),
                ));
            }
        }
    }
    let shown: Vec<Value> = files
        .iter()
        .map(|f| json!({"filename": f.filename, "size": f.data.len(), "mimeType": f.mime}))
        .collect();
    if let Some(issue) = jira.issues.get_mut(&id) {
        issue.attachments.extend(files);
    }
    Ok(Reply::created(
        &json!({"attachments": {"size": shown.len(), "values": shown, "isLastPage": true}}),
    ))
}

/// `GET /info`
pub(crate) fn info(jira: &mut Jira, _: &Call) -> Answer {
    let version = if jira.flavour == Flavour::Cloud { "1001.0.0" } else { "10.3.4" };
    Ok(Reply::ok(
        &json!({"version": version, "platformVersion": version, "buildDate": {"iso8601": super::work::now(jira)}, "isLicensedForUse": true}),
    ))
}
