//! All fields of a write, collected before anything is sent.

use super::given::{Given, take_epic};
use super::values::{Planned, issue_key, plan};
use crate::jira::catalogue::catalogue;
use crate::jira::people::{Place, find_given};
use crate::jira::text::{Remarks, Texts};
use crate::jira::{parts, resolve};
use crate::{Context, ToolError};
use atlassian_jira::fields::{self, Catalogue, FieldKind};
use atlassian_jira::issues::{self, IssueQuery};
use futures::future::try_join_all;
use serde_json::{Map, Value, json};

/// What the fields are for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    /// A new issue in a project.
    Create {
        /// Project key.
        project: &'a str,
    },
    /// An edit: texts are merged with what is stored.
    Update {
        /// Issue key.
        key: &'a str,
    },
    /// A transition that is not chosen yet.
    Transition {
        /// Issue key.
        key: &'a str,
    },
    /// The screen of a transition.
    Screen {
        /// Issue key.
        key: &'a str,
        /// Id of the transition.
        transition: &'a str,
    },
}

impl<'a> Target<'a> {
    fn place(self) -> Place<'a> {
        match self {
            Self::Create { project } => Place::Project(project),
            Self::Update { key } | Self::Transition { key } | Self::Screen { key, .. } => {
                Place::Issue(key)
            }
        }
    }
}

/// Fields ready to be sent.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) fields: Map<String, Value>,
    /// Operations that `fields` cannot say.
    pub(crate) update: Map<String, Value>,
    pub(crate) remarks: Remarks,
    /// The longest text, to explain a refusal.
    pub(crate) longest: Value,
}

impl Draft {
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.update.is_empty()
    }

    fn add(&mut self, name: &str, id: &str, value: Value) -> Result<(), ToolError> {
        match self.fields.get(id) {
            Some(there) if *there != value => Err(ToolError::argument(
                name,
                format!("the field {id} is given twice with different values"),
                Some(&value.to_string()),
            )),
            _ => {
                self.fields.insert(id.to_owned(), value);
                Ok(())
            }
        }
    }
}

/// A key as given, the field it means, and its value on the way.
struct Entry {
    name: String,
    id: String,
    planned: Planned,
    /// Whether the field holds a text whose stored form is looked at before it is replaced.
    rich: bool,
}

/// Makes the fields of a call ready to be sent.
///
/// # Errors
/// Every unknown field and unusable value, each with what would be right; people that cannot be
/// told; a parent or epic outside the filter.
pub(crate) async fn prepare(
    cx: &Context,
    mut given: Given,
    target: Target<'_>,
) -> Result<Draft, ToolError> {
    let mut draft = Draft::default();
    if let Some(Value::Object(inner)) = given.shift_remove("fields") {
        given.extend(inner);
    }
    let epic = take_epic(&mut given);
    let parent_name = given.keys().find(|key| key.eq_ignore_ascii_case("parent")).cloned();
    let parent = parent_name.and_then(|name| given.shift_remove(&name));
    let told = given
        .keys()
        .all(|name| fields::system_id(name).is_some_and(|id| fields::system_kind(id).is_some()));
    let needs_link =
        epic.is_some() && !cx.is_cloud() || parent.as_ref().is_some_and(clears) && !cx.is_cloud();
    let known = if told && !needs_link { Ok(Catalogue::default()) } else { catalogue(cx).await };

    let mut entries = Vec::new();
    let mut problems = Vec::new();
    for (name, value) in &given {
        match read(name, value, &known) {
            Ok(entry) => entries.push(entry),
            Err(ToolError::Arguments(found)) => problems.extend(found),
            Err(other) => return Err(other),
        }
    }
    if !problems.is_empty() {
        return Err(ToolError::Arguments(problems));
    }
    belongs_to(cx, &mut draft, parent, epic, &known, target).await?;

    let current = current_texts(cx, &entries, target).await?;
    let people =
        try_join_all(entries.iter().map(|entry| people(cx, entry, target.place()))).await?;
    let texts = Texts::of(cx);
    for (entry, people) in entries.into_iter().zip(people) {
        let value = match (entry.planned, people) {
            (_, Some(found)) => found,
            (Planned::Rich(text), _) => {
                let stored = parts::get(&current, &format!("/fields/{}", entry.id));
                let remarks = &mut draft.remarks;
                let written = texts.merge(&entry.name, stored, &text, cx.lossy_writes, remarks)?;
                if written.to_string().len() > draft.longest.to_string().len() {
                    draft.longest = written.clone();
                }
                written
            }
            (Planned::Issue(key), _) => {
                admit(cx, &key).await?;
                Value::from(key)
            }
            (Planned::Ready(value), _) => {
                if entry.rich {
                    let stored = parts::get(&current, &format!("/fields/{}", entry.id));
                    let remarks = &mut draft.remarks;
                    texts.replace(&entry.name, stored, &value, cx.lossy_writes, remarks)?;
                }
                value
            }
            (Planned::Person(value), None) => value,
            (Planned::People(values), None) => Value::Array(values),
        };
        draft.add(&entry.name, &entry.id, value)?;
    }
    Ok(draft)
}

/// What a key means, and its value planned.
fn read(
    name: &str,
    value: &Value,
    known: &Result<Catalogue, ToolError>,
) -> Result<Entry, ToolError> {
    let (id, kind) = meaning(name, known)?;
    match plan(kind, value) {
        Ok(planned) => {
            let rich = matches!(kind, FieldKind::RichText);
            Ok(Entry { name: name.to_owned(), id, planned, rich })
        }
        Err(rule) => Err(ToolError::argument(name, rule, Some(&value.to_string()))),
    }
}

fn meaning(
    name: &str,
    known: &Result<Catalogue, ToolError>,
) -> Result<(String, FieldKind), ToolError> {
    let name = name.trim();
    if let Some((id, kind)) =
        fields::system_id(name).and_then(|id| Some((id, fields::system_kind(id)?)))
    {
        return Ok((id.to_owned(), kind));
    }
    match known {
        Ok(catalogue) => {
            if let Some(field) = catalogue.find(name) {
                let kind = fields::system_kind(field.id()).unwrap_or_else(|| field.kind());
                return Ok((field.id().to_owned(), kind));
            }
            // Not in this account's catalogue, but an id all the same: Jira decides.
            by_id(name).ok_or_else(|| {
                let nearest = catalogue.nearest(name, 3).join(", ");
                ToolError::argument(
                    name,
                    format!(
                        "there is no field of that name; nearest: {nearest}. Nothing was changed"
                    ),
                    None,
                )
            })
        }
        Err(error) => by_id(name).ok_or_else(|| {
            ToolError::refused(format!(
                "the field `{name}` is given by its name, and the field catalogue that would tell \
                 its id could not be read: {error} Give the field by its id. Nothing was changed."
            ))
        }),
    }
}

fn by_id(name: &str) -> Option<(String, FieldKind)> {
    let id = fields::expand_short_id(name)
        .or_else(|| fields::is_custom_id(name).then(|| name.to_owned()))
        .or_else(|| fields::system_id(name).map(str::to_owned))?;
    Some((id, FieldKind::Other))
}

/// The people of an entry, found; `None` when there are none in it.
async fn people(cx: &Context, entry: &Entry, place: Place<'_>) -> Result<Option<Value>, ToolError> {
    Ok(match &entry.planned {
        Planned::Person(value) => Some(find_given(cx, &entry.name, value, place).await?),
        Planned::People(values) => {
            let found = values.iter().map(|value| find_given(cx, &entry.name, value, place));
            Some(Value::Array(try_join_all(found).await?))
        }
        _ => None,
    })
}

/// The stored texts that an edit is merged with, read in one request.
async fn current_texts(
    cx: &Context,
    entries: &[Entry],
    target: Target<'_>,
) -> Result<Value, ToolError> {
    let Target::Update { key } = target else { return Ok(Value::Null) };
    let ids: Vec<&str> =
        entries.iter().filter(|entry| entry.rich).map(|entry| entry.id.as_str()).collect();
    if ids.is_empty() {
        return Ok(Value::Null);
    }
    let fields = ids.join(",");
    let query = IssueQuery { fields: Some(&fields), ..IssueQuery::default() };
    Ok(cx.remote.json(&issues::get(cx.deployment(), key, &query)).await?)
}

fn clears(value: &Value) -> bool {
    value.is_null() || issue_key(value).is_some_and(|key| key.is_empty())
}

/// Sets or clears the parent or epic. On Cloud an epic is a parent; on Data Center it stands in
/// the Epic Link field (jira-issues spec J-6 and J-19).
async fn belongs_to(
    cx: &Context,
    draft: &mut Draft,
    parent: Option<Value>,
    epic: Option<Value>,
    known: &Result<Catalogue, ToolError>,
    target: Target<'_>,
) -> Result<(), ToolError> {
    let parent = parent.map(|value| ("parent", value));
    let (name, value) = match (parent, epic) {
        (None, None) => return Ok(()),
        (Some(parent), None) => parent,
        (None, Some(epic)) => ("epic", epic),
        (Some((_, parent)), Some(epic)) => {
            if cx.is_cloud() && issue_key(&parent) != issue_key(&epic) {
                return Err(ToolError::argument(
                    "parent",
                    "the parent and the epic are the same field on Jira Cloud and differ here",
                    Some(&parent.to_string()),
                ));
            }
            if !cx.is_cloud() {
                set_epic(cx, draft, &epic, known).await?;
            }
            ("parent", parent)
        }
    };
    if name == "epic" && !cx.is_cloud() {
        return set_epic(cx, draft, &value, known).await;
    }
    if clears(&value) {
        let Target::Update { .. } = target else { return Ok(()) };
        if cx.is_cloud() {
            draft.update.insert("parent".to_owned(), json!([{"set": {"none": true}}]));
            return Ok(());
        }
        return set_epic(cx, draft, &Value::Null, known).await;
    }
    if let Some(key) = issue_key(&value) {
        admit(cx, &key).await?;
        return draft.add(name, "parent", json!({ "key": key }));
    }
    match value.get("id").filter(|id| id.is_string() || id.is_number()) {
        Some(id) => {
            let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            admit(cx, &id).await?;
            draft.add(name, "parent", json!({ "id": id }))
        }
        None => Err(ToolError::argument(
            name,
            "an issue key, or an object with key or id",
            Some(&value.to_string()),
        )),
    }
}

async fn set_epic(
    cx: &Context,
    draft: &mut Draft,
    epic: &Value,
    known: &Result<Catalogue, ToolError>,
) -> Result<(), ToolError> {
    let catalogue = known.as_ref().map_err(ToolError::clone)?;
    let Some(field) = catalogue.epic_link() else {
        return Err(ToolError::refused(
            "this instance has no Epic Link field that can be told for certain, so the epic was \
             not set; give the field by its id. Nothing was changed.",
        ));
    };
    if clears(epic) {
        return draft.add("epic", field.id(), Value::Null);
    }
    let Some(key) = issue_key(epic) else {
        return Err(ToolError::argument(
            "epic",
            "takes the key of an epic",
            Some(&epic.to_string()),
        ));
    };
    admit(cx, &key).await?;
    draft.add("epic", field.id(), Value::from(key))
}

/// Lets an issue that a write refers to pass: by its key, and by the project it is in now.
async fn admit(cx: &Context, key: &str) -> Result<(), ToolError> {
    if cx.fence.is_open() {
        return Ok(());
    }
    let what = format!("issue `{key}`");
    if let Some((project, _)) = key.rsplit_once('-') {
        cx.fence.admit(project, &what)?;
    }
    cx.fence.admit(&resolve::project_of_issue(cx, key).await?, &what)
}
