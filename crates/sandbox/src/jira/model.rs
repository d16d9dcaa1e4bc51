//! What a Jira holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::Value;

use crate::people::{Clock, People};
use crate::site::Flavour;

use super::fields::Field;

/// The state of a Jira.
#[derive(Debug)]
pub(crate) struct Jira {
    pub(crate) flavour: Flavour,
    /// Name of the site.
    pub(crate) site: String,
    /// The site's own base address, which links for people start with.
    pub(crate) url: String,
    pub(crate) people: Arc<People>,
    pub(crate) clock: Clock,
    pub(crate) fields: Vec<Field>,
    pub(crate) types: Vec<IssueType>,
    pub(crate) statuses: Vec<Status>,
    pub(crate) priorities: Vec<Named>,
    pub(crate) resolutions: Vec<Named>,
    pub(crate) link_types: Vec<LinkType>,
    pub(crate) projects: Vec<Project>,
    pub(crate) issues: BTreeMap<u64, Issue>,
    /// Every key an issue has or had.
    pub(crate) keys: HashMap<String, u64>,
    pub(crate) links: Vec<Link>,
    pub(crate) boards: Vec<Board>,
    pub(crate) sprints: Vec<Sprint>,
    /// Answers of the bulk queue by task id.
    pub(crate) tasks: IndexMap<String, Value>,
    /// Files waiting for their request, by temporary id.
    pub(crate) temporary: IndexMap<String, Attachment>,
    /// Address of the media host, when downloads go there.
    pub(crate) media: Option<String>,
    /// Next id for whatever needs one.
    pub(crate) next: u64,
}

/// An id with a name and a description.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
}

#[derive(Debug, Clone)]
pub(crate) struct IssueType {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) subtask: bool,
    /// 1 epic, 0 standard, -1 sub-task.
    pub(crate) level: i8,
}

#[derive(Debug, Clone)]
pub(crate) struct Status {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `new`, `indeterminate` or `done`.
    pub(crate) category: &'static str,
}

#[derive(Debug, Clone)]
pub(crate) struct LinkType {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) inward: String,
    pub(crate) outward: String,
}

/// How a project is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Company-managed software project.
    Classic,
    /// Team-managed project (Cloud).
    NextGen,
    /// Service desk.
    Service,
}

#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) style: Style,
    pub(crate) lead: String,
    pub(crate) category: Option<Named>,
    /// Ids of its issue types.
    pub(crate) types: Vec<String>,
    pub(crate) components: Vec<Component>,
    pub(crate) versions: Vec<Version>,
    /// Number of the newest issue.
    pub(crate) last_number: u64,
    pub(crate) transitions: Vec<Transition>,
    /// Status of a new issue.
    pub(crate) initial: String,
    /// Only these users see it; empty for all.
    pub(crate) members: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Component {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) lead: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) released: bool,
    pub(crate) archived: bool,
    pub(crate) start_date: Option<String>,
    pub(crate) release_date: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Transition {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Status ids it starts from; empty for all.
    pub(crate) from: Vec<String>,
    pub(crate) to: String,
    /// Fields of its screen and whether they are required.
    pub(crate) screen: Vec<(String, bool)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Issue {
    pub(crate) id: u64,
    pub(crate) key: String,
    /// Key of the project.
    pub(crate) project: String,
    /// Values in the sandbox's own form: ids instead of objects. `fields` says how.
    pub(crate) values: IndexMap<String, Value>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) resolved: Option<Timestamp>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) worklogs: Vec<Worklog>,
    pub(crate) history: Vec<Change>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) watchers: BTreeSet<String>,
    pub(crate) remote_links: Vec<(String, Value)>,
    pub(crate) properties: IndexMap<String, Value>,
    /// Forms as the Forms API shows them.
    pub(crate) forms: Vec<Value>,
    /// The development panel: kind, then tool, then a list.
    pub(crate) development: Value,
}

#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) id: String,
    pub(crate) author: String,
    /// Document on Cloud, wiki text on Data Center.
    pub(crate) body: Value,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) visibility: Option<Value>,
    /// Service desk: whether the customer sees it.
    pub(crate) public: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Worklog {
    pub(crate) id: String,
    pub(crate) author: String,
    pub(crate) comment: Value,
    pub(crate) started: Timestamp,
    pub(crate) created: Timestamp,
    pub(crate) seconds: i64,
    pub(crate) visibility: Option<Value>,
}

/// One entry of the history.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) id: String,
    pub(crate) author: String,
    pub(crate) at: Timestamp,
    pub(crate) items: Vec<ChangeItem>,
}

#[derive(Debug, Clone)]
pub(crate) struct ChangeItem {
    /// Field name as the history shows it (`status`, `Story Points`).
    pub(crate) field: String,
    pub(crate) field_id: String,
    pub(crate) custom: bool,
    pub(crate) from: Option<(String, String)>,
    pub(crate) to: Option<(String, String)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Attachment {
    pub(crate) id: String,
    pub(crate) filename: String,
    pub(crate) author: String,
    pub(crate) created: Timestamp,
    pub(crate) mime: String,
    pub(crate) data: Bytes,
}

/// A link: the issue `from` bears the outward phrase ("blocks"), `to` the inward one.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Board {
    pub(crate) id: u64,
    pub(crate) name: String,
    /// `scrum`, `kanban` or `simple`.
    pub(crate) kind: String,
    pub(crate) project: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Sprint {
    pub(crate) id: u64,
    pub(crate) board: u64,
    pub(crate) name: String,
    /// `future`, `active` or `closed`.
    pub(crate) state: String,
    pub(crate) goal: String,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    pub(crate) complete: Option<String>,
}

impl Sprint {
    /// The dates the sprint has, by their names in the API.
    pub(crate) fn dates(&self) -> impl Iterator<Item = (String, Value)> {
        [("startDate", &self.start), ("endDate", &self.end), ("completeDate", &self.complete)]
            .into_iter()
            .filter_map(|(name, date)| Some((name.to_owned(), Value::from(date.clone()?))))
    }
}

impl Board {
    /// Id of the saved filter that tells what is on the board.
    pub(crate) fn filter_id(&self) -> String {
        (10_000 + self.id).to_string()
    }
}

impl Issue {
    /// A value in the sandbox's own form.
    pub(crate) fn value(&self, field: &str) -> &Value {
        self.values.get(field).unwrap_or(&Value::Null)
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.value(field).as_str().unwrap_or_default()
    }

    /// A list of ids or labels.
    pub(crate) fn many(&self, field: &str) -> Vec<&str> {
        self.value(field).as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Number behind the dash of the key.
    pub(crate) fn number(&self) -> u64 {
        self.key.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(0)
    }
}

impl Jira {
    pub(crate) fn fresh_id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// An issue by key (any case, old keys too) or id.
    pub(crate) fn find(&self, key_or_id: &str) -> Option<u64> {
        self.keys.get(&key_or_id.to_uppercase()).copied().or_else(|| {
            let id: u64 = key_or_id.parse().ok()?;
            self.issues.contains_key(&id).then_some(id)
        })
    }

    pub(crate) fn project(&self, key_or_id: &str) -> Option<&Project> {
        self.projects.iter().find(|p| p.key.eq_ignore_ascii_case(key_or_id) || p.id == key_or_id)
    }

    pub(crate) fn project_mut(&mut self, key_or_id: &str) -> Option<&mut Project> {
        self.projects
            .iter_mut()
            .find(|p| p.key.eq_ignore_ascii_case(key_or_id) || p.id == key_or_id)
    }

    /// Whether a user sees a project.
    pub(crate) fn sees(&self, user: &str, project: &str) -> bool {
        !user.is_empty()
            && self.project(project).is_some_and(|p| {
                p.members.is_empty() || p.members.iter().any(|member| member == user)
            })
    }

    pub(crate) fn issue_type(&self, id: &str) -> Option<&IssueType> {
        self.types.iter().find(|t| t.id == id)
    }

    pub(crate) fn status(&self, id: &str) -> Option<&Status> {
        self.statuses.iter().find(|s| s.id == id)
    }

    pub(crate) fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.id == id)
    }

    pub(crate) fn field_by_name(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name.eq_ignore_ascii_case(name))
    }

    /// Id of a field by its name.
    pub(crate) fn field_id(&self, name: &str) -> Option<String> {
        self.field_by_name(name).map(|f| f.id.clone())
    }

    /// The field of a kind, such as the one Sprint field.
    pub(crate) fn field_of(&self, kind: super::fields::Kind) -> Option<&Field> {
        self.fields.iter().find(|f| f.kind == kind)
    }

    pub(crate) fn version(&self, id: &str) -> Option<(&Project, &Version)> {
        self.projects
            .iter()
            .find_map(|p| p.versions.iter().find(|v| v.id == id).map(|version| (p, version)))
    }

    pub(crate) fn component(&self, id: &str) -> Option<(&Project, &Component)> {
        self.projects
            .iter()
            .find_map(|p| p.components.iter().find(|c| c.id == id).map(|component| (p, component)))
    }

    pub(crate) fn sprint(&self, id: u64) -> Option<&Sprint> {
        self.sprints.iter().find(|s| s.id == id)
    }
}
