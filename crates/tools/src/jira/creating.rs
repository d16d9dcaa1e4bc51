//! New issues: everything that can be told is told before anything is written (jira-issues spec
//! sections 4.4 and 9.2).

use super::catalogue::catalogue;
use super::issue_types::{self, IssueType, Meaning};
use super::parts::text;
use super::people::{Found, Place, assignee_body, find, find_given};
use super::writing::values::{issue_key, plan};
use super::writing::{Draft, Given, Target, explain, prepare, take_alias};
use crate::{Context, ToolError};
use atlassian_http::ApiError;
use atlassian_jira::fields::{Field, FieldKind};
use atlassian_jira::issues;
use serde_json::{Map, Value, json};

/// A value given as an argument or in the additional fields; in both only when it is the same.
fn said_once(
    given: &mut Given,
    names: &[&str],
    kind: FieldKind,
    explicit: Option<Value>,
) -> Result<Option<Value>, ToolError> {
    let extra = take_alias(given, names).filter(|value| !value.is_null());
    match (explicit, extra) {
        (Some(explicit), Some(extra)) => {
            if plan(kind, &explicit) == plan(kind, &extra) {
                return Ok(Some(explicit));
            }
            Err(ToolError::argument(
                "additional_fields",
                format!(
                    "{} is given as an argument and again here with another value; give it once",
                    names.first().copied().unwrap_or_default()
                ),
                Some(&extra.to_string()),
            ))
        }
        (explicit, extra) => Ok(explicit.or(extra)),
    }
}

/// An issue to be created.
#[derive(Debug)]
pub(crate) struct NewIssue {
    pub(crate) project: String,
    pub(crate) issue_type: Value,
    pub(crate) assignee: Option<Value>,
    pub(crate) fields: Given,
}

/// The parts of a new issue that arguments give beside the field object.
#[derive(Debug, Default)]
pub(crate) struct Explicit<'a> {
    pub(crate) project: Option<&'a str>,
    pub(crate) summary: Option<&'a str>,
    pub(crate) issue_type: Option<&'a str>,
    pub(crate) assignee: Option<&'a str>,
    pub(crate) description: Option<&'a str>,
    pub(crate) components: Option<&'a str>,
}

impl NewIssue {
    /// What is to be created: arguments and fields in one, each said once (jira-issues spec
    /// J-27).
    ///
    /// # Errors
    /// When a field is said twice with different values, or project, summary or type is missing.
    pub(crate) fn assemble(mut given: Given, explicit: &Explicit<'_>) -> Result<Self, ToolError> {
        if let Some(Value::Object(inner)) = given.shift_remove("fields") {
            given.extend(inner);
        }
        let mut once = |names: &[&str], kind, explicit: Option<&str>| {
            let explicit = explicit.filter(|text| !text.trim().is_empty()).map(Value::from);
            said_once(&mut given, names, kind, explicit)
        };
        let project = once(&["project", "project_key"], FieldKind::Project, explicit.project)?;
        let summary = once(&["summary"], FieldKind::Text, explicit.summary)?;
        let types = ["issuetype", "issue_type", "issue type"];
        let issue_type = once(&types, FieldKind::Named, explicit.issue_type)?;
        let assignee = once(&["assignee"], FieldKind::Other, explicit.assignee)?;
        let description = once(&["description"], FieldKind::RichText, explicit.description)?;
        let components =
            once(&["components", "component/s"], FieldKind::NamedList, explicit.components)?;
        let project = required("Project key", project.as_ref().and_then(project_key))?;
        let summary = required("Summary", summary.filter(|text| text.as_str() != Some("")))?;
        let issue_type = required("Issue type", issue_type)?;
        let mut fields = Given::new();
        fields.insert("summary".to_owned(), summary);
        for (name, value) in [("description", description), ("components", components)] {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        }
        fields.extend(given);
        Ok(Self { project, issue_type, assignee, fields })
    }
}

fn required<T>(name: &str, value: Option<T>) -> Result<T, ToolError> {
    value.ok_or_else(|| {
        ToolError::refused(format!(
            "{name} is required to create an issue. Provide a non-empty {}.",
            name.to_lowercase()
        ))
    })
}

/// The key of a project given as text or as an object.
fn project_key(project: &Value) -> Option<String> {
    let key = project.as_str().or_else(|| text(project, "/key"))?.trim();
    (!key.is_empty()).then(|| key.to_ascii_uppercase())
}

/// An issue that was created.
#[derive(Debug)]
pub(crate) struct Created {
    pub(crate) key: String,
    pub(crate) warnings: Vec<String>,
    pub(crate) remarks: super::text::Remarks,
}

/// A new issue ready to be sent.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) draft: Draft,
    pub(crate) type_name: String,
    /// Epic fields that the create screen lacks, set in a second step.
    pub(crate) later: Map<String, Value>,
    pub(crate) warnings: Vec<String>,
}

/// Creates an issue; everything that can be told beforehand is, before anything is written.
///
/// # Errors
/// What is wrong with the fields, or the refusal of Jira with the values it would take.
pub(crate) async fn create(cx: &Context, new: NewIssue) -> Result<Created, ToolError> {
    let project = new.project.clone();
    let Prepared { mut draft, type_name, later, mut warnings } = prepared(cx, new).await?;
    let mut assign_later = None;
    let mut answer: Result<Value, ApiError> =
        cx.remote.json(&issues::create(cx.deployment(), &project, &draft.fields)).await;
    if let Err(error) = &answer
        && only_assignee_is_off_screen(error)
    {
        assign_later = draft.fields.shift_remove("assignee");
        answer = cx.remote.json(&issues::create(cx.deployment(), &project, &draft.fields)).await;
    }
    let created = match answer {
        Ok(created) => created,
        Err(error) => {
            let target = Target::Create { project: &project };
            return Err(explain(cx, error, target, Some(&type_name), &draft.longest).await);
        }
    };
    let Some(key) = text(&created, "/key").map(str::to_owned) else {
        return Err(ToolError::refused(format!(
            "Jira answered the creation of an issue in {project} without its key; it may have been \
             created. Search for it before trying again."
        )));
    };
    if let Some(assignee) = assign_later {
        let request = issues::assign(cx.deployment(), &key, assignee);
        if let Err(error) = cx.remote.json::<Value>(&request).await {
            warnings.push(format!("{key} was created, but not assigned: {error}"));
        }
    }
    if !later.is_empty() {
        let request = issues::edit(cx.deployment(), &key, &later, &Map::new());
        if let Err(error) = cx.remote.json::<Value>(&request).await {
            let names: Vec<&str> = later.keys().map(String::as_str).collect();
            warnings
                .push(format!("{key} was created, but {} was not set: {error}", names.join(", ")));
        }
    }
    Ok(Created { key, warnings, remarks: draft.remarks })
}

/// Whether a creation was refused for nothing but an assignee that is not on the create screen.
fn only_assignee_is_off_screen(error: &ApiError) -> bool {
    error.is_status(400)
        && !error.messages.is_empty()
        && error.messages.iter().all(|message| {
            message.field.as_deref() == Some("assignee") && message.text.contains("cannot be set")
        })
}

/// Makes an issue ready to be sent.
///
/// # Errors
/// Everything that is wrong with its fields.
pub(crate) async fn prepared(cx: &Context, new: NewIssue) -> Result<Prepared, ToolError> {
    let NewIssue { project, issue_type, assignee, mut fields } = new;
    let epic_name = take_alias(&mut fields, &["epic_name", "epicname"]);
    let epic_color =
        take_alias(&mut fields, &["epic_color", "epiccolor", "epic_colour", "epiccolour"]);
    let typed = typed(cx, &project, &issue_type).await;
    let has_parent = fields.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("parent")
            && (issue_key(value).is_some_and(|key| !key.is_empty()) || value.get("id").is_some())
    });
    if typed.subtask && !has_parent {
        return Err(ToolError::refused(
            "Issue type is a sub-task but parent issue key or id not specified. Please provide a \
             'parent' parameter with the parent issue key.",
        ));
    }
    if !typed.epic && (epic_name.is_some() || epic_color.is_some()) {
        return Err(ToolError::argument(
            "additional_fields",
            format!("epic_name and epic_color belong to epics, and `{}` is none", typed.name),
            None,
        ));
    }
    let summary = fields.get("summary").cloned().unwrap_or_default();
    let (mut draft, (person, mut warnings)) = futures::try_join!(
        prepare(cx, fields, Target::Create { project: &project }),
        assigned(cx, &project, assignee),
    )?;
    let mut all = Map::new();
    all.insert("project".to_owned(), json!({ "key": project }));
    all.insert("issuetype".to_owned(), typed.body.clone());
    if let Some(person) = person {
        all.insert("assignee".to_owned(), person);
    }
    all.extend(std::mem::take(&mut draft.fields));
    draft.fields = all;
    let mut later = Map::new();
    if typed.epic {
        let wishes = EpicWishes { name: epic_name, color: epic_color, summary };
        later = wishes.place(cx, &project, typed.id.as_deref(), &mut draft, &mut warnings).await?;
    }
    Ok(Prepared { draft, type_name: typed.name, later, warnings })
}

/// The issue type as far as it is known.
struct Typed {
    body: Value,
    name: String,
    id: Option<String>,
    epic: bool,
    subtask: bool,
}

/// Epics and sub-tasks are looked up, because projects call them differently; every other type is
/// sent by the name given, and Jira decides.
async fn typed(cx: &Context, project: &str, given: &Value) -> Typed {
    let name = text(given, "/name").or_else(|| given.as_str()).unwrap_or_default().to_owned();
    let meaning = issue_types::meaning(&name);
    let body = if given.is_object() { given.clone() } else { json!({ "name": name }) };
    let id = text(given, "/id").map(str::to_owned);
    let epic = meaning == Meaning::Epic;
    let subtask = meaning == Meaning::Subtask;
    if meaning == Meaning::Ordinary || id.is_some() {
        return Typed { body, name, id, epic, subtask };
    }
    let types = issue_types::of_project(cx, project).await.unwrap_or_default();
    match issue_types::choose(&types, &name) {
        Some(IssueType { id, subtask, .. }) => Typed {
            body: json!({ "id": id, "name": name }),
            id: Some(id.clone()),
            epic,
            subtask: *subtask,
            name,
        },
        None => Typed { body, name, id: None, epic, subtask },
    }
}

/// The assignee as the body value, and a warning when nobody fits: the issue is created all the
/// same (jira-issues spec J-21). Several who fit are an error.
async fn assigned(
    cx: &Context,
    project: &str,
    assignee: Option<Value>,
) -> Result<(Option<Value>, Vec<String>), ToolError> {
    let place = Place::Project(project);
    match assignee {
        None | Some(Value::Null) => Ok((None, Vec::new())),
        Some(Value::String(asked)) => match find(cx, &asked, place).await? {
            Found::One(id) => Ok((Some(assignee_body(cx, &id)), Vec::new())),
            nobody @ Found::Nobody(_) => Ok((
                None,
                vec![format!("the issue was created unassigned: {}", nobody.complaint(&asked))],
            )),
            several @ Found::Several(_) => Err(ToolError::refused(several.complaint(&asked))),
        },
        Some(other) => {
            let found = find_given(cx, "assignee", &other, place).await?;
            Ok((Some(found), Vec::new()))
        }
    }
}

/// The fields of an epic that a caller wishes, or that an epic must have.
struct EpicWishes {
    name: Option<Value>,
    color: Option<Value>,
    summary: Value,
}

impl EpicWishes {
    /// Puts Epic Name and Epic Color where they belong: into the creation when its screen has
    /// them, else into what is set later. The name is the summary when none is given.
    async fn place(
        self,
        cx: &Context,
        project: &str,
        type_id: Option<&str>,
        draft: &mut Draft,
        warnings: &mut Vec<String>,
    ) -> Result<Map<String, Value>, ToolError> {
        let mut later = Map::new();
        let screen = async {
            match type_id {
                Some(id) => issue_types::create_fields(cx, project, id).await.ok(),
                None => None,
            }
        };
        let (known, screen) = futures::join!(catalogue(cx), screen);
        let wished = self.name.is_some() || self.color.is_some();
        let known = match known {
            Ok(known) => known,
            Err(error) if wished => return Err(error),
            Err(_) => return Ok(later),
        };
        let fields = [
            ("epic_name", known.epic_name(), self.name, Some(self.summary)),
            ("epic_color", known.epic_color(), self.color, None),
        ];
        for (wish, field, given, default) in fields {
            let Some(id) = field.map(|field| field.id().to_owned()) else {
                if given.is_some() {
                    warnings.push(format!("this instance has no field for {wish}; it was not set"));
                }
                continue;
            };
            if draft.fields.contains_key(&id) {
                continue;
            }
            let on_screen = match &screen {
                Some(screen) => issue_types::on_screen(screen, &id).is_some(),
                // Without the screen the creation on Data Center would fail for the name.
                None => !cx.is_cloud(),
            };
            match (on_screen, given, default) {
                (true, Some(value), _) | (true, None, Some(value)) => {
                    draft.fields.insert(id, value);
                }
                (false, Some(value), _) => {
                    later.insert(id, value);
                }
                (_, None, _) => {}
            }
        }
        // A screen may ask for further fields of the same kind under other names.
        for entry in screen.iter().filter_map(|s| s.as_array()).flatten() {
            let field = Field::new(entry);
            let required = entry.get("required").and_then(Value::as_bool).unwrap_or_default();
            if required
                && field.custom_type().ends_with(":gh-epic-label")
                && !draft.fields.contains_key(field.id())
            {
                let summary = draft.fields.get("summary").cloned().unwrap_or_default();
                draft.fields.insert(field.id().to_owned(), summary);
            }
        }
        Ok(later)
    }
}

#[cfg(test)]
mod tests {
    use super::{Explicit, NewIssue};
    use serde_json::{Value, json};

    fn assembled(given: &Value) -> Result<NewIssue, String> {
        let explicit = Explicit {
            project: Some("PAY"),
            summary: Some("S"),
            issue_type: Some("Task"),
            components: Some("A, B"),
            ..Explicit::default()
        };
        let given = given.as_object().cloned().unwrap_or_default();
        NewIssue::assemble(given, &explicit).map_err(|error| error.to_string())
    }

    #[test]
    fn a_field_is_said_once_or_twice_the_same() {
        let same = json!({"summary": "S", "issuetype": {"name": "Task"}, "components": ["A", "B"],
                          "project": {"key": "PAY"}, "labels": ["x"]});
        let new = assembled(&same).expect("said the same");
        assert_eq!(new.fields.keys().collect::<Vec<_>>(), ["summary", "components", "labels"]);
        assert_eq!(new.project, "PAY");
        for other in
            [json!({"summary": "T"}), json!({"issue_type": "Bug"}), json!({"project": "OPS"})]
        {
            let text = assembled(&other).expect_err("twice");
            assert!(text.contains("give it once"), "{other}: {text}");
        }
    }

    #[test]
    fn a_summary_is_needed() {
        let explicit = Explicit { project: Some("PAY"), summary: Some(" "), ..Explicit::default() };
        let text = NewIssue::assemble(serde_json::Map::new(), &explicit).expect_err("none");
        assert!(text.to_string().starts_with("Summary is required to create an issue."), "{text}");
    }
}
