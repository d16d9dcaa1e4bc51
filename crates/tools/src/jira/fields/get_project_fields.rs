//! `jira_get_project_fields`.

use crate::jira::issue_types::{self, IssueType};
use crate::jira::parts::{get, list, text};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::fields::is_custom_id;
use atlassian_settings::Service;
use futures::future::try_join_all;
use serde::Deserialize;
use serde_json::{Value, json};

/// Types read at the same time (jira-issues spec J-47).
const AT_ONCE: usize = 4;

/// Lists the fields of a project.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetProjectFields {
    project_key: String,
}

impl Tool for GetProjectFields {
    const NAME: &'static str = "jira_get_project_fields";
    const TITLE: &'static str = "Get Project Fields";
    const DESCRIPTION: &'static str =
        "List the fields of a project with the issue types that have each.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraProjects;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[Argument::required(
        "project_key",
        Kind::AnyKey(Pattern::ProjectKey),
        "Project key, such as PROJ.",
    )];

    fn scope(&self) -> Scope {
        Scope::nothing().container(&self.key())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let project = self.key();
        let types = issue_types::of_project(cx, &project).await?;
        let mut found: Vec<Entry> = Vec::new();
        for some in types.chunks(AT_ONCE) {
            let screens =
                some.iter().map(|kind| issue_types::create_fields(cx, &project, &kind.id));
            for (kind, screen) in some.iter().zip(try_join_all(screens).await?) {
                for field in list(&screen, "") {
                    Entry::add(&mut found, kind, field);
                }
            }
        }
        Ok(Answer::json(Value::Array(found.into_iter().map(Entry::shown).collect())))
    }
}

impl GetProjectFields {
    fn key(&self) -> String {
        self.project_key.trim().to_ascii_uppercase()
    }
}

/// A field in order of first sight.
struct Entry {
    id: String,
    name: Value,
    required: bool,
    schema_type: Value,
    custom: bool,
    types: Vec<String>,
}

impl Entry {
    fn add(found: &mut Vec<Self>, kind: &IssueType, field: &Value) {
        let Some(id) = text(field, "/fieldId").or_else(|| text(field, "/key")) else { return };
        let required = field.get("required").and_then(Value::as_bool).unwrap_or_default();
        match found.iter_mut().find(|entry| entry.id == id) {
            Some(entry) => {
                entry.required |= required;
                entry.types.push(kind.name.clone());
            }
            None => found.push(Self {
                id: id.to_owned(),
                name: get(field, "/name").clone(),
                required,
                schema_type: get(field, "/schema/type").clone(),
                custom: is_custom_id(id) || field.pointer("/schema/custom").is_some(),
                types: vec![kind.name.clone()],
            }),
        }
    }

    fn shown(self) -> Value {
        json!({
            "field_id": self.id,
            "name": self.name,
            "required": self.required,
            "schema_type": self.schema_type,
            "custom": self.custom,
            "issue_types": self.types,
        })
    }
}
