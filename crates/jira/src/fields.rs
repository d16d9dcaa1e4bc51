//! `/rest/api/{2,3}/field`: the field catalogue, and what kind of value a field takes.

use crate::version::platform;
use atlassian_http::ApiRequest;
use atlassian_settings::Deployment;
use serde_json::Value;
use std::sync::Arc;

/// All fields the caller may know of.
#[must_use]
pub fn list(deployment: Deployment) -> ApiRequest {
    ApiRequest::get(platform(deployment).then("/field"), "read the field catalogue")
}

/// The contexts of a custom field (Cloud, administrators).
#[must_use]
pub fn contexts(id: &str) -> ApiRequest {
    ApiRequest::get(
        platform(Deployment::Cloud).then("/field").segment(id).then("/context"),
        format!("read the contexts of field {id}"),
    )
    .query("maxResults", 100)
}

/// One page of the options of a context (Cloud, administrators).
#[must_use]
pub fn context_options(id: &str, context: &str, start: u64) -> ApiRequest {
    ApiRequest::get(
        platform(Deployment::Cloud)
            .then("/field")
            .segment(id)
            .then("/context")
            .segment(context)
            .then("/option"),
        format!("read the options of field {id}"),
    )
    .query("startAt", start)
    .query("maxResults", 100)
}

/// Fields that every Jira has, by id: they need no catalogue.
pub const SYSTEM: &[&str] = &[
    "summary",
    "description",
    "environment",
    "status",
    "issuetype",
    "priority",
    "project",
    "resolution",
    "resolutiondate",
    "duedate",
    "parent",
    "security",
    "worklog",
    "subtasks",
    "assignee",
    "reporter",
    "creator",
    "labels",
    "components",
    "fixVersions",
    "versions",
    "timetracking",
    "created",
    "updated",
    "comment",
    "attachment",
    "issuelinks",
    "votes",
    "watches",
    "lastViewed",
    "workratio",
    "timespent",
    "timeestimate",
    "timeoriginalestimate",
    "aggregatetimespent",
    "aggregatetimeestimate",
    "aggregatetimeoriginalestimate",
    "aggregateprogress",
    "progress",
    "statuscategorychangedate",
    "statusCategory",
    "issuerestriction",
    "thumbnail",
    "issuekey",
];

/// The id of a system field in Jira's own spelling, whatever the case.
#[must_use]
pub fn system_id(name: &str) -> Option<&'static str> {
    SYSTEM.iter().find(|id| id.eq_ignore_ascii_case(name)).copied()
}

/// Whether this is the id of a custom field.
#[must_use]
pub fn is_custom_id(id: &str) -> bool {
    id.strip_prefix("customfield_")
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// `cf_123` and `cf[123]` as `customfield_123`.
#[must_use]
pub fn expand_short_id(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let number = lower
        .strip_prefix("cf_")
        .or_else(|| lower.strip_prefix("cf[").and_then(|rest| rest.strip_suffix(']')))?;
    let id = format!("customfield_{number}");
    is_custom_id(&id).then_some(id)
}

/// One field of the catalogue, read leniently.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a>(&'a Value);

impl<'a> Field<'a> {
    /// A field as the catalogue, a create screen or a transition screen describes it.
    #[must_use]
    pub fn new(raw: &'a Value) -> Self {
        Self(raw)
    }

    fn text(&self, pointer: &str) -> &'a str {
        self.0.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// Id: `summary`, `customfield_10016`.
    #[must_use]
    pub fn id(&self) -> &'a str {
        ["/id", "/fieldId", "/key"]
            .iter()
            .map(|pointer| self.text(pointer))
            .find(|id| !id.is_empty())
            .unwrap_or_default()
    }

    /// Display name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.text("/name")
    }

    /// The type of its custom field: `com.pyxis.greenhopper.jira:gh-epic-link`.
    #[must_use]
    pub fn custom_type(&self) -> &'a str {
        self.text("/schema/custom")
    }

    /// Whether it exists in one project only (team-managed projects on Cloud).
    #[must_use]
    pub fn is_project_scoped(&self) -> bool {
        self.0.pointer("/scope/project").is_some()
    }

    /// What it takes.
    #[must_use]
    pub fn kind(&self) -> FieldKind {
        let custom = self.custom_type();
        if custom.contains("checklist") {
            let list = self.text("/schema/type") == "array";
            return if list { FieldKind::Other } else { FieldKind::Checklist };
        }
        if custom.ends_with(":gh-sprint") {
            return FieldKind::Sprint;
        }
        if custom.ends_with(":gh-epic-link") {
            return FieldKind::EpicLink;
        }
        match (self.text("/schema/type"), self.text("/schema/items")) {
            ("string", _) if custom.ends_with(":textarea") => FieldKind::RichText,
            ("string", _) => FieldKind::Text,
            ("number", _) => FieldKind::Number,
            ("date", _) => FieldKind::Date,
            ("datetime", _) => FieldKind::DateTime,
            ("option", _) => FieldKind::Choice,
            ("option-with-child", _) => FieldKind::Cascade,
            ("user", _) => FieldKind::Person,
            (
                "group" | "version" | "priority" | "securitylevel" | "resolution" | "issuetype",
                _,
            ) => FieldKind::Named,
            ("project", _) => FieldKind::Project,
            ("array", "option") => FieldKind::Choices,
            ("array", "version" | "component" | "group") => FieldKind::NamedList,
            ("array", "user") => FieldKind::People,
            ("array", "string") => FieldKind::TextList,
            _ => FieldKind::Other,
        }
    }
}

/// What a field takes when it is written (jira-issues spec section 1.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// Several lines: an ADF document on Cloud, wiki markup on Data Center.
    RichText,
    /// A number.
    Number,
    /// `YYYY-MM-DD`.
    Date,
    /// A point in time.
    DateTime,
    /// `{"value": ..}`.
    Choice,
    /// `{"value": .., "child": {"value": ..}}`.
    Cascade,
    /// A list of `{"value": ..}`.
    Choices,
    /// `{"name": ..}`.
    Named,
    /// A list of `{"name": ..}`.
    NamedList,
    /// `{"key": ..}` of a project.
    Project,
    /// One person.
    Person,
    /// Several people.
    People,
    /// A list of texts.
    TextList,
    /// The id of a sprint.
    Sprint,
    /// The key of an epic.
    EpicLink,
    /// Lines of a checklist app.
    Checklist,
    /// Anything; sent as it is.
    Other,
}

/// The kind of a system field by its id; custom fields are told by the catalogue.
#[must_use]
pub fn system_kind(id: &str) -> Option<FieldKind> {
    Some(match id {
        "summary" => FieldKind::Text,
        "description" | "environment" => FieldKind::RichText,
        "priority" | "issuetype" | "resolution" | "security" => FieldKind::Named,
        "fixVersions" | "versions" | "components" => FieldKind::NamedList,
        "labels" => FieldKind::TextList,
        "duedate" => FieldKind::Date,
        "assignee" | "reporter" => FieldKind::Person,
        "project" => FieldKind::Project,
        _ => return None,
    })
}

/// The field catalogue of an instance.
#[derive(Clone, Debug, Default)]
pub struct Catalogue(Arc<Vec<Value>>);

const EPIC_LINK: &str = "com.pyxis.greenhopper.jira:gh-epic-link";
const EPIC_NAME: &str = "com.pyxis.greenhopper.jira:gh-epic-label";
const EPIC_COLOR: &str = "com.pyxis.greenhopper.jira:gh-epic-color";

impl Catalogue {
    /// The catalogue as Jira answered it.
    #[must_use]
    pub fn new(fields: Arc<Vec<Value>>) -> Self {
        Self(fields)
    }

    /// The entries as Jira answered them.
    #[must_use]
    pub fn raw(&self) -> &[Value] {
        &self.0
    }

    /// All fields.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.0.iter().map(Field::new)
    }

    /// The field with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<Field<'_>> {
        self.fields().find(|field| field.id() == id)
    }

    /// The field a caller means by an id, a display name in any case, or `cf_123`. When several
    /// bear the name, one that is not confined to a single project comes first.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Field<'_>> {
        let name = name.trim();
        if let Some(field) = self.by_id(name) {
            return Some(field);
        }
        if let Some(id) = expand_short_id(name) {
            return self.by_id(&id);
        }
        let lower = name.to_lowercase();
        let mut named = self.fields().filter(|f| f.name().to_lowercase() == lower);
        let first = named.next();
        match first {
            Some(field) if field.is_project_scoped() => {
                Some(named.find(|f| !f.is_project_scoped()).unwrap_or(field))
            }
            Some(field) => Some(field),
            None => self.fields().find(|f| f.id().to_lowercase() == lower),
        }
    }

    /// The Epic Link field: by its type, else the only custom field of that name.
    #[must_use]
    pub fn epic_link(&self) -> Option<Field<'_>> {
        self.of_type_or_name(EPIC_LINK, "epic link")
    }

    /// The Epic Name field.
    #[must_use]
    pub fn epic_name(&self) -> Option<Field<'_>> {
        self.of_type_or_name(EPIC_NAME, "epic name")
    }

    /// The Epic Color field.
    #[must_use]
    pub fn epic_color(&self) -> Option<Field<'_>> {
        self.of_type_or_name(EPIC_COLOR, "epic color")
            .or_else(|| self.of_type_or_name(EPIC_COLOR, "epic colour"))
    }

    fn of_type_or_name(&self, custom_type: &str, name: &str) -> Option<Field<'_>> {
        if let Some(field) = self.fields().find(|field| field.custom_type() == custom_type) {
            return Some(field);
        }
        let mut named =
            self.fields().filter(|f| is_custom_id(f.id()) && f.name().eq_ignore_ascii_case(name));
        let first = named.next();
        if named.next().is_some() { None } else { first }
    }

    /// The names closest to one that is not there, best first, for messages.
    #[must_use]
    pub fn nearest(&self, name: &str, count: usize) -> Vec<String> {
        let names = self.fields().map(|field| {
            if is_custom_id(field.id()) || !field.name().eq_ignore_ascii_case(field.id()) {
                format!("{} ({})", field.name(), field.id())
            } else {
                field.id().to_owned()
            }
        });
        nearest(name, names, count, |shown| {
            shown.rsplit_once(" (").map_or(shown, |(name, _)| name).to_owned()
        })
    }
}

/// The `count` candidates closest to `wanted`, best first; `key` gives what is compared.
pub fn nearest(
    wanted: &str,
    candidates: impl IntoIterator<Item = String>,
    count: usize,
    key: impl Fn(&str) -> String,
) -> Vec<String> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().take(60).collect();
    let mut ranked: Vec<(usize, String)> = candidates
        .into_iter()
        .map(|candidate| {
            let other: Vec<char> = key(&candidate).to_lowercase().chars().take(60).collect();
            (distance(&wanted, &other), candidate)
        })
        .collect();
    ranked.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    ranked.truncate(count);
    ranked.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Edit distance; a text that holds the other costs only what stands around it.
fn distance(a: &[char], b: &[char]) -> usize {
    let contained = |long: &[char], short: &[char]| {
        !short.is_empty() && long.windows(short.len()).any(|w| w == short)
    };
    if contained(b, a) || contained(a, b) {
        return a.len().abs_diff(b.len()).min(3);
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut previous = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(b) {
            let replaced = previous + usize::from(from != to);
            previous = *cell;
            *cell = replaced.min(left + 1).min(previous + 1);
            left = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Catalogue, FieldKind, expand_short_id, system_id};
    use serde_json::json;
    use std::sync::Arc;

    fn catalogue() -> Catalogue {
        let fields = json!([
            {"id": "summary", "name": "Summary", "schema": {"type": "string", "system": "summary"}},
            {"id": "customfield_1", "name": "Story Points", "schema": {"type": "number"},
             "scope": {"type": "PROJECT", "project": {"id": "1"}}},
            {"id": "customfield_2", "name": "Story points", "schema": {"type": "number"}},
            {"id": "customfield_3", "name": "Epik",
             "schema": {"type": "any", "custom": "com.pyxis.greenhopper.jira:gh-epic-link"}},
            {"id": "customfield_4", "name": "Release notes",
             "schema": {"type": "string", "custom": "com.atlassian.x:textarea"}},
            {"id": "customfield_5", "name": "Epic Name", "schema": {"type": "string"}},
            {"id": "customfield_6", "name": "epic name", "schema": {"type": "string"}},
        ]);
        Catalogue::new(Arc::new(fields.as_array().cloned().unwrap_or_default()))
    }

    fn found(name: &str) -> Option<String> {
        catalogue().find(name).map(|field| field.id().to_owned())
    }

    #[test]
    fn fields_are_found_by_id_name_and_short_form() {
        assert_eq!(found("STORY POINTS").as_deref(), Some("customfield_2"), "not the scoped one");
        assert_eq!(found("customfield_1").as_deref(), Some("customfield_1"));
        assert_eq!(found("cf[4]").as_deref(), Some("customfield_4"));
        assert_eq!(found("cf_4").as_deref(), Some("customfield_4"));
        assert_eq!(found("Summary").as_deref(), Some("summary"));
        assert_eq!(found("nothing"), None);
        assert_eq!(expand_short_id("cf_x"), None);
        assert_eq!(system_id("FIXVERSIONS"), Some("fixVersions"));
    }

    #[test]
    fn epic_fields_are_told_by_type_never_by_an_ambiguous_name() {
        let catalogue = catalogue();
        assert_eq!(catalogue.epic_link().map(|f| f.id()), Some("customfield_3"));
        assert!(catalogue.epic_name().is_none(), "two custom fields bear the name");
    }

    #[test]
    fn kinds_follow_the_schema() {
        let catalogue = catalogue();
        let kind = |id| catalogue.by_id(id).map(|f| f.kind());
        assert_eq!(kind("customfield_4"), Some(FieldKind::RichText));
        assert_eq!(kind("customfield_2"), Some(FieldKind::Number));
        assert_eq!(kind("customfield_3"), Some(FieldKind::EpicLink));
    }

    #[test]
    fn the_nearest_names_come_first() {
        let nearest = catalogue().nearest("story pionts", 2);
        assert!(
            nearest.iter().all(|name| name.to_lowercase().starts_with("story points")),
            "{nearest:?}"
        );
        assert_eq!(catalogue().nearest("notes", 1), ["Release notes (customfield_4)"]);
        assert_eq!(Catalogue::default().nearest("x", 3), Vec::<String>::new());
    }
}
