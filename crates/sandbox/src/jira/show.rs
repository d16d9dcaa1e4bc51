//! How an issue and its parts look in an answer.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::adf;
use crate::people::jira_time;
use crate::site::Flavour;
use crate::wire::Call;

use super::durations::duration;
use super::fields::{Field, Kind};
use super::model::*;

/// Comments that an issue's answer holds at most.
pub(crate) const COMMENTS_IN_ISSUE: usize = 100;
/// Work logs that an issue's answer holds at most.
const WORKLOGS_IN_ISSUE: usize = 20;

impl Jira {
    pub(crate) fn version_in<'a>(&self, call: &'a Call) -> &'a str {
        match call.part("v") {
            "" => match self.flavour {
                Flavour::Cloud => "3",
                Flavour::DataCenter => "2",
            },
            version => version,
        }
    }

    /// A rich text in the form the called version speaks.
    pub(crate) fn rich(&self, value: &Value, call: &Call) -> Value {
        match (self.flavour, value) {
            (_, Value::Null) => Value::Null,
            // Version 2 of Cloud answers wiki text; plain words are close enough here.
            (Flavour::Cloud, document) if self.version_in(call) != "3" => {
                json!(adf::to_text(document))
            }
            (_, value) => value.clone(),
        }
    }

    pub(crate) fn user(&self, name: &str, call: &Call) -> Value {
        self.people.get(name).map_or(Value::Null, |p| p.jira(self.flavour, &call.base))
    }

    fn user_of(&self, value: &Value, call: &Call) -> Value {
        value.as_str().map_or(Value::Null, |name| self.user(name, call))
    }

    pub(super) fn link_to(&self, call: &Call, path: &str) -> String {
        format!("{}/rest/api/{}/{path}", call.base, self.version_in(call))
    }

    pub(crate) fn show_status(&self, id: &str, call: &Call) -> Value {
        let Some(status) = self.status(id) else { return Value::Null };
        let (number, name, colour) = match status.category {
            "done" => (3, "Done", "green"),
            "indeterminate" => (4, "In Progress", "yellow"),
            _ => (2, "To Do", "blue-gray"),
        };
        json!({
            "self": self.link_to(call, &format!("status/{id}")),
            "description": "",
            "iconUrl": format!("{}/images/icons/statuses/generic.png", call.base),
            "name": status.name,
            "id": status.id,
            "statusCategory": {
                "self": self.link_to(call, &format!("statuscategory/{number}")),
                "id": number,
                "key": status.category,
                "colorName": colour,
                "name": name,
            },
        })
    }

    pub(crate) fn show_type(&self, id: &str, call: &Call) -> Value {
        let Some(kind) = self.issue_type(id) else { return Value::Null };
        let mut shown = json!({
            "self": self.link_to(call, &format!("issuetype/{id}")),
            "id": kind.id,
            "description": kind.description,
            "iconUrl": format!("{}/images/icons/issuetypes/{}.svg", call.base, kind.name.to_lowercase()),
            "name": kind.name,
            "subtask": kind.subtask,
            "avatarId": 10300,
        });
        if self.flavour == Flavour::Cloud
            && let Some(object) = shown.as_object_mut()
        {
            object.insert("untranslatedName".to_owned(), json!(kind.name));
            object.insert("hierarchyLevel".to_owned(), json!(kind.level));
        }
        shown
    }

    pub(crate) fn show_named(&self, list: &[Named], id: &str, area: &str, call: &Call) -> Value {
        let Some(named) = list.iter().find(|n| n.id == id) else { return Value::Null };
        let link = self.link_to(call, &format!("{area}/{id}"));
        match area {
            "priority" => json!({
                "self": link,
                "iconUrl": format!("{}/images/icons/priorities/{}.svg", call.base, named.name.to_lowercase()),
                "name": named.name,
                "id": named.id,
            }),
            _ => {
                json!({"self": link, "id": named.id, "description": named.description, "name": named.name})
            }
        }
    }

    pub(crate) fn show_project_brief(&self, project: &Project, call: &Call) -> Value {
        let avatar = |size: u32| {
            format!("{}/secure/projectavatar?size={size}&pid={}", call.base, project.id)
        };
        let mut shown = json!({
            "self": self.link_to(call, &format!("project/{}", project.id)),
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": if project.style == Style::Service { "service_desk" } else { "software" },
            "avatarUrls": {"48x48": avatar(48), "24x24": avatar(24), "16x16": avatar(16), "32x32": avatar(32)},
        });
        if let Some(object) = shown.as_object_mut() {
            if self.flavour == Flavour::Cloud {
                object.insert("simplified".to_owned(), json!(project.style == Style::NextGen));
            }
            if let Some(category) = &project.category {
                object.insert(
                    "projectCategory".to_owned(),
                    json!({
                        "self": self.link_to(call, &format!("projectCategory/{}", category.id)),
                        "id": category.id,
                        "description": category.description,
                        "name": category.name,
                    }),
                );
            }
        }
        shown
    }

    pub(crate) fn show_component(&self, component: &Component, call: &Call) -> Value {
        json!({
            "self": self.link_to(call, &format!("component/{}", component.id)),
            "id": component.id,
            "name": component.name,
            "description": component.description,
        })
    }

    pub(crate) fn show_version(&self, version: &Version, project: &Project, call: &Call) -> Value {
        let mut shown = json!({
            "self": self.link_to(call, &format!("version/{}", version.id)),
            "id": version.id,
            "name": version.name,
            "archived": version.archived,
            "released": version.released,
        });
        if let Some(object) = shown.as_object_mut() {
            let mut put = |key: &str, value: &Option<String>| {
                if let Some(value) = value {
                    object.insert(key.to_owned(), json!(value));
                }
            };
            put("description", &version.description);
            put("startDate", &version.start_date);
            put("releaseDate", &version.release_date);
            if let Ok(id) = project.id.parse::<u64>() {
                object.insert("projectId".to_owned(), json!(id));
            }
        }
        shown
    }

    /// An issue as it stands in the links, parents and sub-tasks of others.
    pub(crate) fn show_brief(&self, issue: &Issue, call: &Call) -> Value {
        json!({
            "id": issue.id.to_string(),
            "key": issue.key,
            "self": self.link_to(call, &format!("issue/{}", issue.id)),
            "fields": {
                "summary": issue.value("summary"),
                "status": self.show_status(issue.text("status"), call),
                "priority": self.show_named(&self.priorities, issue.text("priority"), "priority", call),
                "issuetype": self.show_type(issue.text("issuetype"), call),
            },
        })
    }

    pub(crate) fn show_link_type(&self, kind: &LinkType, call: &Call) -> Value {
        json!({
            "id": kind.id,
            "name": kind.name,
            "inward": kind.inward,
            "outward": kind.outward,
            "self": self.link_to(call, &format!("issueLinkType/{}", kind.id)),
        })
    }

    fn show_links(&self, issue: &Issue, call: &Call) -> Value {
        let links = self.links.iter().filter_map(|link| {
            let (side, other) = if link.from == issue.id {
                ("outwardIssue", link.to)
            } else if link.to == issue.id {
                ("inwardIssue", link.from)
            } else {
                return None;
            };
            let kind = self.link_types.iter().find(|k| k.id == link.kind)?;
            let other = self.issues.get(&other)?;
            Some(json!({
                "id": link.id,
                "self": self.link_to(call, &format!("issueLink/{}", link.id)),
                "type": self.show_link_type(kind, call),
                side: self.show_brief(other, call),
            }))
        });
        Value::Array(links.collect())
    }

    pub(crate) fn show_comment(&self, issue: &Issue, comment: &Comment, call: &Call) -> Value {
        let mut shown = json!({
            "self": self.link_to(call, &format!("issue/{}/comment/{}", issue.id, comment.id)),
            "id": comment.id,
            "author": self.user(&comment.author, call),
            "body": self.rich(&comment.body, call),
            "updateAuthor": self.user(&comment.author, call),
            "created": jira_time(comment.created),
            "updated": jira_time(comment.updated),
        });
        if let Some(object) = shown.as_object_mut() {
            if let Some(visibility) = &comment.visibility {
                object.insert("visibility".to_owned(), visibility.clone());
            }
            if self.flavour == Flavour::Cloud {
                object.insert("jsdPublic".to_owned(), json!(comment.public));
            }
        }
        shown
    }

    pub(crate) fn show_worklog(&self, issue: &Issue, log: &Worklog, call: &Call) -> Value {
        let mut shown = json!({
            "self": self.link_to(call, &format!("issue/{}/worklog/{}", issue.id, log.id)),
            "author": self.user(&log.author, call),
            "updateAuthor": self.user(&log.author, call),
            "created": jira_time(log.created),
            "updated": jira_time(log.created),
            "started": jira_time(log.started),
            "timeSpent": duration(log.seconds),
            "timeSpentSeconds": log.seconds,
            "id": log.id,
            "issueId": issue.id.to_string(),
        });
        if let Some(object) = shown.as_object_mut() {
            if !log.comment.is_null() {
                object.insert("comment".to_owned(), self.rich(&log.comment, call));
            }
            if let Some(visibility) = &log.visibility {
                object.insert("visibility".to_owned(), visibility.clone());
            }
        }
        shown
    }

    pub(crate) fn show_attachment(&self, attachment: &Attachment, call: &Call) -> Value {
        let content = match self.flavour {
            Flavour::Cloud => self.link_to(call, &format!("attachment/content/{}", attachment.id)),
            Flavour::DataCenter => format!(
                "{}/secure/attachment/{}/{}",
                call.base,
                attachment.id,
                crate::wire::encode(&attachment.filename)
            ),
        };
        let mut shown = json!({
            "self": self.link_to(call, &format!("attachment/{}", attachment.id)),
            "id": attachment.id,
            "filename": attachment.filename,
            "author": self.user(&attachment.author, call),
            "created": jira_time(attachment.created),
            "size": attachment.data.len(),
            "mimeType": attachment.mime,
            "content": content,
        });
        if attachment.mime.starts_with("image/")
            && let Some(object) = shown.as_object_mut()
        {
            let thumbnail = match self.flavour {
                Flavour::Cloud => {
                    self.link_to(call, &format!("attachment/thumbnail/{}", attachment.id))
                }
                Flavour::DataCenter => format!("{}/secure/thumbnail/{}", call.base, attachment.id),
            };
            object.insert("thumbnail".to_owned(), json!(thumbnail));
        }
        shown
    }

    pub(crate) fn show_change(&self, change: &Change, call: &Call) -> Value {
        let side = |pair: &Option<(String, String)>| match pair {
            Some((id, text)) => (if id.is_empty() { Value::Null } else { json!(id) }, json!(text)),
            None => (Value::Null, Value::Null),
        };
        let items: Vec<Value> = change
            .items
            .iter()
            .map(|item| {
                let (from, from_string) = side(&item.from);
                let (to, to_string) = side(&item.to);
                let mut shown = json!({
                    "field": item.field,
                    "fieldtype": if item.custom { "custom" } else { "jira" },
                });
                if let Some(object) = shown.as_object_mut() {
                    if self.flavour == Flavour::Cloud {
                        object.insert("fieldId".to_owned(), json!(item.field_id));
                    }
                    object.insert("from".to_owned(), from);
                    object.insert("fromString".to_owned(), from_string);
                    object.insert("to".to_owned(), to);
                    object.insert("toString".to_owned(), to_string);
                }
                shown
            })
            .collect();
        json!({
            "id": change.id,
            "author": self.user(&change.author, call),
            "created": jira_time(change.at),
            "items": items,
        })
    }

    /// Whole seconds of the time tracking of an issue: original, remaining, spent.
    pub(crate) fn times(&self, issue: &Issue) -> (Option<i64>, Option<i64>, i64) {
        let spent: i64 = issue.worklogs.iter().map(|log| log.seconds).sum();
        (issue.value("timeoriginalestimate").as_i64(), issue.value("timeestimate").as_i64(), spent)
    }

    /// The value of a field as the API shows it.
    pub(crate) fn show_field(&self, issue: &Issue, field: &Field, call: &Call) -> Value {
        let stored = issue.value(&field.id);
        let text = stored.as_str().unwrap_or_default();
        if field.custom() {
            return self.show_custom(issue, field, call);
        }
        match field.id.as_str() {
            "description" | "environment" => self.rich(stored, call),
            "status" => self.show_status(text, call),
            "issuetype" => self.show_type(text, call),
            "priority" => self.show_named(&self.priorities, text, "priority", call),
            "resolution" => self.show_named(&self.resolutions, text, "resolution", call),
            "project" => self
                .project(&issue.project)
                .map_or(Value::Null, |project| self.show_project_brief(project, call)),
            "assignee" | "reporter" | "creator" => self.user_of(stored, call),
            "created" => json!(jira_time(issue.created)),
            "updated" => json!(jira_time(issue.updated)),
            "resolutiondate" => issue.resolved.map_or(Value::Null, |at| json!(jira_time(at))),
            "statuscategorychangedate" => json!(jira_time(self.category_changed(issue))),
            "labels" => json!(issue.many("labels")),
            "components" => Value::Array(
                issue
                    .many("components")
                    .iter()
                    .filter_map(|id| self.component(id))
                    .map(|(_, component)| self.show_component(component, call))
                    .collect(),
            ),
            "fixVersions" | "versions" => Value::Array(
                issue
                    .many(&field.id)
                    .iter()
                    .filter_map(|id| self.version(id))
                    .map(|(project, version)| {
                        let mut shown = self.show_version(version, project, call);
                        if let Some(object) = shown.as_object_mut() {
                            object.remove("projectId");
                        }
                        shown
                    })
                    .collect(),
            ),
            "parent" => self
                .find(text)
                .and_then(|id| self.issues.get(&id))
                .map_or(Value::Null, |parent| self.show_brief(parent, call)),
            "subtasks" => Value::Array(
                self.issues
                    .values()
                    .filter(|child| {
                        child.text("parent") == issue.id.to_string()
                            && self.issue_type(child.text("issuetype")).is_some_and(|t| t.subtask)
                    })
                    .map(|child| self.show_brief(child, call))
                    .collect(),
            ),
            "issuelinks" => self.show_links(issue, call),
            "attachment" => Value::Array(
                issue.attachments.iter().map(|a| self.show_attachment(a, call)).collect(),
            ),
            "comment" => {
                let shown: Vec<Value> = issue
                    .comments
                    .iter()
                    .take(COMMENTS_IN_ISSUE)
                    .map(|comment| self.show_comment(issue, comment, call))
                    .collect();
                json!({
                    "comments": shown,
                    "self": self.link_to(call, &format!("issue/{}/comment", issue.id)),
                    "maxResults": shown.len(),
                    "total": issue.comments.len(),
                    "startAt": 0,
                })
            }
            "worklog" => {
                let shown: Vec<Value> = issue
                    .worklogs
                    .iter()
                    .take(WORKLOGS_IN_ISSUE)
                    .map(|log| self.show_worklog(issue, log, call))
                    .collect();
                json!({"startAt": 0, "maxResults": WORKLOGS_IN_ISSUE, "total": issue.worklogs.len(), "worklogs": shown})
            }
            "watches" => json!({
                "self": self.link_to(call, &format!("issue/{}/watchers", issue.key)),
                "watchCount": issue.watchers.len(),
                "isWatching": issue.watchers.contains(&call.user),
            }),
            "votes" => json!({
                "self": self.link_to(call, &format!("issue/{}/votes", issue.key)),
                "votes": 0,
                "hasVoted": false,
            }),
            "timespent" => match self.times(issue).2 {
                0 => Value::Null,
                seconds => json!(seconds),
            },
            "workratio" => json!(-1),
            "timetracking" => self.show_times(issue),
            _ => stored.clone(),
        }
    }

    fn show_times(&self, issue: &Issue) -> Value {
        let (original, remaining, spent) = self.times(issue);
        let mut shown = Map::new();
        let mut put = |name: &str, seconds: Option<i64>| {
            if let Some(seconds) = seconds {
                shown.insert(name.to_owned(), json!(duration(seconds)));
                shown.insert(format!("{name}Seconds"), json!(seconds));
            }
        };
        put("originalEstimate", original);
        put("remainingEstimate", remaining);
        put("timeSpent", (spent > 0).then_some(spent));
        Value::Object(shown)
    }

    fn category_changed(&self, issue: &Issue) -> Timestamp {
        issue
            .history
            .iter()
            .rev()
            .find(|change| change.items.iter().any(|item| item.field_id == "status"))
            .map_or(issue.created, |change| change.at)
    }

    fn show_custom(&self, issue: &Issue, field: &Field, call: &Call) -> Value {
        let stored = issue.value(&field.id);
        let version = self.version_in(call);
        let choice = |id: &Value| {
            id.as_str()
                .and_then(|id| field.choice(id))
                .map_or(Value::Null, |choice| choice.shown(&call.base, version))
        };
        match field.kind {
            Kind::TextArea => self.rich(stored, call),
            Kind::Select => choice(stored),
            Kind::MultiSelect => match stored.as_array() {
                Some(ids) => Value::Array(ids.iter().map(choice).collect()),
                None => Value::Null,
            },
            Kind::Cascade => match stored.as_array().map(Vec::as_slice) {
                Some([parent, child]) => {
                    let mut shown = choice(parent);
                    if let Some(object) = shown.as_object_mut() {
                        object.insert("child".to_owned(), choice(child));
                    }
                    shown
                }
                Some([parent]) => choice(parent),
                _ => Value::Null,
            },
            Kind::User => self.user_of(stored, call),
            Kind::Users => match stored.as_array() {
                Some(names) => {
                    Value::Array(names.iter().map(|name| self.user_of(name, call)).collect())
                }
                None => Value::Null,
            },
            Kind::Sprint => match stored.as_array() {
                Some(ids) if !ids.is_empty() => Value::Array(
                    ids.iter()
                        .filter_map(|id| self.sprint(id.as_u64()?))
                        .map(|sprint| self.show_sprint_value(sprint))
                        .collect(),
                ),
                _ => Value::Null,
            },
            _ => stored.clone(),
        }
    }

    /// A sprint in its field: an object on Cloud, the text of a Java object on Data Center.
    fn show_sprint_value(&self, sprint: &Sprint) -> Value {
        let date = |value: &Option<String>| value.clone().unwrap_or_else(|| "<null>".to_owned());
        match self.flavour {
            Flavour::Cloud => {
                let mut shown = json!({
                    "id": sprint.id,
                    "name": sprint.name,
                    "state": sprint.state,
                    "boardId": sprint.board,
                    "goal": sprint.goal,
                });
                if let Some(object) = shown.as_object_mut() {
                    object.extend(sprint.dates());
                }
                shown
            }
            Flavour::DataCenter => json!(format!(
                "com.atlassian.greenhopper.service.sprint.Sprint@{:x}[id={},rapidViewId={},state={},name={},startDate={},endDate={},completeDate={},activatedDate={},sequence={},goal={},autoStartStop=false,synced=false]",
                0x1f00_0000 + sprint.id,
                sprint.id,
                sprint.board,
                sprint.state.to_uppercase(),
                sprint.name,
                date(&sprint.start),
                date(&sprint.end),
                date(&sprint.complete),
                date(&sprint.start),
                sprint.id,
                sprint.goal,
            )),
        }
    }
}
