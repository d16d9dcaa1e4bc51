//! The field catalogue: kinds of fields and how each is described.

use serde_json::{Value, json};

use crate::site::Flavour;

/// What a field holds; the comment tells the form of the stored value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Built in and handled by its id.
    System,
    /// Text.
    Text,
    /// Document on Cloud, wiki text on Data Center.
    TextArea,
    /// Number.
    Number,
    /// `2026-11-02`.
    Date,
    /// Time as Jira writes it.
    DateTime,
    /// Id of an option.
    Select,
    /// List of option ids.
    MultiSelect,
    /// `[parent option id]` or `[parent, child]`.
    Cascade,
    /// User name.
    User,
    /// List of user names.
    Users,
    /// List of words.
    Labels,
    /// List of sprint ids (numbers).
    Sprint,
    /// Key of the epic.
    EpicLink,
    /// Text.
    EpicName,
    /// Text.
    Url,
    /// Text that orders issues.
    Rank,
}

/// A choice of a select field.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) value: String,
    pub(crate) disabled: bool,
    pub(crate) children: Vec<Choice>,
}

/// A field of the catalogue.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) choices: Vec<Choice>,
    /// Keys of the projects whose issues have it; empty for all.
    pub(crate) projects: Vec<String>,
    /// Names of the issue types that have it; empty for all.
    pub(crate) types: Vec<String>,
    pub(crate) required: bool,
    /// Id of its only context.
    pub(crate) context: String,
    pub(crate) description: String,
}

/// Built-in fields: id, name, type, items of a list, names in JQL.
pub(crate) const SYSTEM: &[(&str, &str, &str, &str, &[&str])] = &[
    (
        "statuscategorychangedate",
        "Status Category Changed",
        "datetime",
        "",
        &["statusCategoryChangedDate"],
    ),
    ("issuetype", "Issue Type", "issuetype", "", &["issuetype", "type"]),
    ("parent", "Parent", "issuelink", "", &["parent"]),
    ("timespent", "Time Spent", "number", "", &["timespent"]),
    ("project", "Project", "project", "", &["project"]),
    ("fixVersions", "Fix versions", "array", "version", &["fixVersion"]),
    ("resolution", "Resolution", "resolution", "", &["resolution"]),
    ("resolutiondate", "Resolved", "datetime", "", &["resolutiondate", "resolved"]),
    ("watches", "Watchers", "watches", "", &["watchers"]),
    ("lastViewed", "Last Viewed", "datetime", "", &["lastViewed"]),
    ("workratio", "Work Ratio", "number", "", &["workratio"]),
    ("created", "Created", "datetime", "", &["created", "createdDate"]),
    ("priority", "Priority", "priority", "", &["priority"]),
    ("labels", "Labels", "array", "string", &["labels"]),
    ("timeestimate", "Remaining Estimate", "number", "", &["remainingEstimate", "timeestimate"]),
    (
        "timeoriginalestimate",
        "Original estimate",
        "number",
        "",
        &["originalEstimate", "timeoriginalestimate"],
    ),
    ("versions", "Affects versions", "array", "version", &["affectedVersion"]),
    ("issuelinks", "Linked Issues", "array", "issuelinks", &["issueLink"]),
    ("assignee", "Assignee", "user", "", &["assignee"]),
    ("updated", "Updated", "datetime", "", &["updated", "updatedDate"]),
    ("status", "Status", "status", "", &["status"]),
    ("components", "Components", "array", "component", &["component"]),
    ("description", "Description", "string", "", &["description"]),
    ("timetracking", "Time tracking", "timetracking", "", &[]),
    ("security", "Security Level", "securitylevel", "", &["level"]),
    ("attachment", "Attachment", "array", "attachment", &["attachments"]),
    ("summary", "Summary", "string", "", &["summary"]),
    ("creator", "Creator", "user", "", &["creator"]),
    ("subtasks", "Sub-tasks", "array", "issuelinks", &["subtasks"]),
    ("reporter", "Reporter", "user", "", &["reporter"]),
    ("environment", "Environment", "string", "", &["environment"]),
    ("duedate", "Due date", "date", "", &["due", "duedate"]),
    ("votes", "Votes", "votes", "", &["votes"]),
    ("comment", "Comment", "comments-page", "", &["comment"]),
    ("worklog", "Log Work", "array", "worklog", &["worklog"]),
];

/// Fields that `*navigable` leaves out.
pub(crate) const NOT_NAVIGABLE: &[&str] = &["comment", "worklog", "attachment", "timetracking"];

impl Kind {
    /// Reads the kind of the seed.
    pub(crate) fn read(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "textarea" => Self::TextArea,
            "number" => Self::Number,
            "date" => Self::Date,
            "datetime" => Self::DateTime,
            "select" => Self::Select,
            "multiselect" => Self::MultiSelect,
            "cascade" => Self::Cascade,
            "user" => Self::User,
            "users" => Self::Users,
            "labels" => Self::Labels,
            "sprint" => Self::Sprint,
            "epiclink" => Self::EpicLink,
            "epicname" => Self::EpicName,
            "url" => Self::Url,
            "rank" => Self::Rank,
            _ => return None,
        })
    }

    /// Type, items of a list, and key of the field type in Jira.
    fn described(self) -> (&'static str, Option<&'static str>, &'static str) {
        match self {
            Self::System => ("string", None, ""),
            Self::Text => {
                ("string", None, "com.atlassian.jira.plugin.system.customfieldtypes:textfield")
            }
            Self::TextArea => {
                ("string", None, "com.atlassian.jira.plugin.system.customfieldtypes:textarea")
            }
            Self::Number => {
                ("number", None, "com.atlassian.jira.plugin.system.customfieldtypes:float")
            }
            Self::Date => {
                ("date", None, "com.atlassian.jira.plugin.system.customfieldtypes:datepicker")
            }
            Self::DateTime => {
                ("datetime", None, "com.atlassian.jira.plugin.system.customfieldtypes:datetime")
            }
            Self::Select => {
                ("option", None, "com.atlassian.jira.plugin.system.customfieldtypes:select")
            }
            Self::MultiSelect => (
                "array",
                Some("option"),
                "com.atlassian.jira.plugin.system.customfieldtypes:multiselect",
            ),
            Self::Cascade => (
                "option-with-child",
                None,
                "com.atlassian.jira.plugin.system.customfieldtypes:cascadingselect",
            ),
            Self::User => {
                ("user", None, "com.atlassian.jira.plugin.system.customfieldtypes:userpicker")
            }
            Self::Users => (
                "array",
                Some("user"),
                "com.atlassian.jira.plugin.system.customfieldtypes:multiuserpicker",
            ),
            Self::Labels => (
                "array",
                Some("string"),
                "com.atlassian.jira.plugin.system.customfieldtypes:labels",
            ),
            Self::Url => ("string", None, "com.atlassian.jira.plugin.system.customfieldtypes:url"),
            Self::Sprint => ("array", Some("json"), "com.pyxis.greenhopper.jira:gh-sprint"),
            Self::EpicLink => ("any", None, "com.pyxis.greenhopper.jira:gh-epic-link"),
            Self::EpicName => ("string", None, "com.pyxis.greenhopper.jira:gh-epic-label"),
            Self::Rank => ("any", None, "com.pyxis.greenhopper.jira:gh-lexo-rank"),
        }
    }
}

impl Field {
    /// A built-in field by its row.
    pub(crate) fn system(id: &str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            kind: Kind::System,
            choices: Vec::new(),
            projects: Vec::new(),
            types: Vec::new(),
            required: false,
            context: String::new(),
            description: String::new(),
        }
    }

    pub(crate) fn custom(&self) -> bool {
        self.kind != Kind::System
    }

    /// Number behind `customfield_`.
    pub(crate) fn number(&self) -> u64 {
        self.id.strip_prefix("customfield_").and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    /// Whether issues of that project and type have the field.
    pub(crate) fn applies(&self, project: &str, issue_type: &str) -> bool {
        (self.projects.is_empty() || self.projects.iter().any(|p| p == project))
            && (self.types.is_empty() || self.types.iter().any(|t| t == issue_type))
    }

    /// Jira's description of what the field holds.
    pub(crate) fn schema(&self) -> Value {
        if self.kind == Kind::System {
            let row = SYSTEM.iter().find(|(id, ..)| *id == self.id);
            let (kind, items) = row.map_or(("string", ""), |(_, _, kind, items, _)| (kind, items));
            let mut schema = json!({"type": kind});
            if let Some(object) = schema.as_object_mut() {
                if !items.is_empty() {
                    object.insert("items".to_owned(), json!(items));
                }
                object.insert("system".to_owned(), json!(self.id));
            }
            return schema;
        }
        let (kind, items, custom) = self.kind.described();
        let mut schema = json!({"type": kind});
        if let Some(object) = schema.as_object_mut() {
            if let Some(items) = items {
                object.insert("items".to_owned(), json!(items));
            }
            object.insert("custom".to_owned(), json!(custom));
            object.insert("customId".to_owned(), json!(self.number()));
        }
        schema
    }

    /// The entry of the catalogue (`GET /field`).
    pub(crate) fn entry(&self, flavour: Flavour) -> Value {
        let names: Vec<String> = if self.custom() {
            vec![format!("cf[{}]", self.number()), self.name.clone()]
        } else {
            SYSTEM
                .iter()
                .find(|(id, ..)| *id == self.id)
                .map(|(.., names)| names.iter().map(|n| (*n).to_owned()).collect())
                .unwrap_or_default()
        };
        let mut entry = json!({"id": self.id});
        if let Some(object) = entry.as_object_mut() {
            if flavour == Flavour::Cloud {
                object.insert("key".to_owned(), json!(self.id));
            }
            object.insert("name".to_owned(), json!(self.name));
            if flavour == Flavour::Cloud {
                object.insert("untranslatedName".to_owned(), json!(self.name));
            }
            object.insert("custom".to_owned(), json!(self.custom()));
            object.insert("orderable".to_owned(), json!(self.custom() || self.id != "created"));
            object
                .insert("navigable".to_owned(), json!(!NOT_NAVIGABLE.contains(&self.id.as_str())));
            object.insert("searchable".to_owned(), json!(!names.is_empty()));
            object.insert("clauseNames".to_owned(), json!(names));
            object.insert("schema".to_owned(), self.schema());
        }
        entry
    }

    /// A choice by id, children included.
    pub(crate) fn choice(&self, id: &str) -> Option<&Choice> {
        self.choices
            .iter()
            .flat_map(|choice| std::iter::once(choice).chain(&choice.children))
            .find(|choice| choice.id == id)
    }
}

impl Choice {
    /// Jira's option object.
    pub(crate) fn shown(&self, base: &str, version: &str) -> Value {
        json!({
            "self": format!("{base}/rest/api/{version}/customFieldOption/{}", self.id),
            "value": self.value,
            "id": self.id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_field_tells_its_type_and_names() {
        let mut field = Field::system("customfield_10107", "Story Points");
        field.kind = Kind::Number;
        let entry = field.entry(Flavour::Cloud);
        assert_eq!(
            entry["schema"]["custom"],
            "com.atlassian.jira.plugin.system.customfieldtypes:float"
        );
        assert_eq!(entry["clauseNames"], json!(["cf[10107]", "Story Points"]));
        assert_eq!(Field::system("fixVersions", "Fix versions").schema()["items"], "version");
    }
}
