//! `jira_get_field_options`.

use crate::jira::issue_types;
use crate::jira::parts::{get, list, text};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::fields::{self, Field};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Lists the options of a select field.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetFieldOptions {
    field_id: String,
    context_id: Option<String>,
    project_key: Option<String>,
    issue_type: Option<String>,
    contains: Option<String>,
    return_limit: Option<usize>,
    values_only: bool,
}

impl Tool for GetFieldOptions {
    const NAME: &'static str = "jira_get_field_options";
    const TITLE: &'static str = "Get Field Options";
    const DESCRIPTION: &'static str = "List the options of a select field. With project_key and issue_type any account may ask; \
         Data Center needs both.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraFields;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("field_id", Kind::Text, "Field id, such as customfield_10001."),
        Argument::optional("context_id", Kind::Text, "Field context (Cloud)."),
        Argument::optional("project_key", Kind::AnyKey(Pattern::ProjectKey), "Project key."),
        Argument::optional("issue_type", Kind::Text, "Issue type name."),
        Argument::optional("contains", Kind::Text, "Only options holding this text."),
        Argument::optional(
            "return_limit",
            Kind::Integer { min: Some(1), max: None },
            "Options to return.",
        ),
        Argument::with_default(
            "values_only",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Return texts instead of objects.",
        ),
    ];

    fn scope(&self) -> Scope {
        match given(&self.project_key) {
            Some(key) => Scope::nothing().container(key),
            None => Scope::nothing(),
        }
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let place = given(&self.project_key).zip(given(&self.issue_type));
        let options = match (cx.is_cloud(), place, given(&self.context_id)) {
            (_, Some((project, issue_type)), None) | (false, Some((project, issue_type)), _) => {
                self.of_screen(cx, &project.to_ascii_uppercase(), issue_type).await?
            }
            (false, None, _) => {
                return Err(ToolError::refused(
                    "Server/DC requires project_key and issue_type parameters to retrieve field \
                     options. Example: get_field_options('customfield_10001', project_key='PROJ', \
                     issue_type='Bug')",
                ));
            }
            (true, ..) => self.of_context(cx).await.map_err(|error| match place {
                None if [401, 403, 404].iter().any(|status| error.is_status(*status)) => {
                    ToolError::refused(format!(
                        "{error} Reading options this way needs the right to administer Jira; give \
                         project_key and issue_type to read them from the create screen."
                    ))
                }
                _ => error,
            })?,
        };
        let needle = self.contains.as_deref().unwrap_or_default().to_lowercase();
        let kept = options.into_iter().filter(|option| needle.is_empty() || option.holds(&needle));
        let limit = self.return_limit.unwrap_or(usize::MAX);
        let shown: Vec<Value> = kept
            .take(limit)
            .map(|option| if self.values_only { option.value_only() } else { option.object() })
            .collect();
        Ok(Answer::json(Value::Array(shown)))
    }
}

/// What an optional argument says; blank is as good as absent.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// An option and its children.
struct Choice {
    id: Option<String>,
    value: String,
    disabled: bool,
    children: Vec<Choice>,
}

impl Choice {
    fn read(raw: &Value) -> Self {
        let id =
            ["/id", "/optionId"].iter().map(|pointer| get(raw, pointer)).find_map(|id| match id {
                Value::String(id) => Some(id.clone()),
                Value::Number(id) => Some(id.to_string()),
                _ => None,
            });
        let value = ["/value", "/name", "/key"].iter().find_map(|pointer| text(raw, pointer));
        let children = ["/children", "/cascadingOptions"]
            .iter()
            .flat_map(|pointer| list(raw, pointer))
            .map(Self::read)
            .collect();
        Self {
            id,
            value: value.unwrap_or_default().to_owned(),
            disabled: raw.get("disabled").and_then(Value::as_bool).unwrap_or_default(),
            children,
        }
    }

    fn holds(&self, needle: &str) -> bool {
        self.value.to_lowercase().contains(needle)
            || self.children.iter().any(|child| child.holds(needle))
    }

    fn object(&self) -> Value {
        let mut out = Map::new();
        if let Some(id) = &self.id {
            out.insert("id".to_owned(), Value::from(id.as_str()));
        }
        out.insert("value".to_owned(), Value::from(self.value.as_str()));
        if self.disabled {
            out.insert("disabled".to_owned(), Value::from(true));
        }
        if !self.children.is_empty() {
            let children = self.children.iter().map(Self::object).collect();
            out.insert("child_options".to_owned(), Value::Array(children));
        }
        Value::Object(out)
    }

    fn value_only(&self) -> Value {
        if self.children.is_empty() {
            return Value::from(self.value.as_str());
        }
        let children: Vec<Value> = self.children.iter().map(Self::value_only).collect();
        json!({"value": self.value, "children": children})
    }
}

impl GetFieldOptions {
    /// The options that the create screen of an issue type offers.
    async fn of_screen(
        &self,
        cx: &Context,
        project: &str,
        issue_type: &str,
    ) -> Result<Vec<Choice>, ToolError> {
        let types = issue_types::of_project(cx, project).await?;
        let Some(chosen) = issue_types::choose(&types, issue_type) else {
            let names: Vec<&str> = types.iter().map(|t| t.name.as_str()).collect();
            return Err(ToolError::refused(format!(
                "project {project} has no issue type `{issue_type}`; it has: {}",
                names.join(", ")
            )));
        };
        let screen = issue_types::create_fields(cx, project, &chosen.id).await?;
        let wanted = self.field_id.trim();
        let field = list(&screen, "").iter().find(|raw| {
            let field = Field::new(raw);
            field.id() == wanted
                || text(raw, "/fieldId") == Some(wanted)
                || field.name().eq_ignore_ascii_case(wanted)
        });
        match field {
            Some(field) => Ok(list(field, "/allowedValues").iter().map(Choice::read).collect()),
            None => Err(ToolError::refused(format!(
                "the field {wanted} is not on the create screen of {} in project {project}",
                chosen.name
            ))),
        }
    }

    /// The options of a context of the field: the one asked for, else the global one, else the
    /// first. Children stand flat in the answer and name their parent.
    async fn of_context(&self, cx: &Context) -> Result<Vec<Choice>, ToolError> {
        let field = self.field_id.trim();
        let context = match given(&self.context_id) {
            Some(id) => id.to_owned(),
            None => {
                let answer: Value = cx.remote.json(&fields::contexts(field)).await?;
                let contexts = list(&answer, "/values");
                let global = contexts.iter().find(|context| {
                    context.get("isGlobalContext").and_then(Value::as_bool) == Some(true)
                });
                let Some(id) = global.or(contexts.first()).and_then(|c| text(c, "/id")) else {
                    return Ok(Vec::new());
                };
                id.to_owned()
            }
        };
        let mut raw: Vec<Value> = Vec::new();
        loop {
            let request = fields::context_options(field, &context, raw.len() as u64);
            let page: Value = cx.remote.json(&request).await?;
            let got = list(&page, "/values");
            raw.extend(got.iter().cloned());
            let total = page.get("total").and_then(Value::as_u64).unwrap_or_default();
            let last = page.get("isLast").and_then(Value::as_bool) == Some(true);
            if got.is_empty() || last || raw.len() as u64 >= total {
                break;
            }
        }
        let mut options: Vec<Choice> = Vec::new();
        for entry in &raw {
            let choice = Choice::read(entry);
            let parent = text(entry, "/optionId").filter(|id| Some(*id) != text(entry, "/id"));
            match parent.and_then(|id| options.iter_mut().find(|o| o.id.as_deref() == Some(id))) {
                Some(parent) => parent.children.push(choice),
                None => options.push(choice),
            }
        }
        Ok(options)
    }
}
