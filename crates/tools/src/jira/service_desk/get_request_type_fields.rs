//! `jira_get_request_type_fields`.

use super::required;
use crate::jira::parts::{get, list, put, text};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_jira::service_desk;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Lists the fields of a request type.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetRequestTypeFields {
    service_desk_id: String,
    request_type_id: String,
}

impl Tool for GetRequestTypeFields {
    const NAME: &'static str = "jira_get_request_type_fields";
    const TITLE: &'static str = "Get Request Type Fields";
    const DESCRIPTION: &'static str =
        "List the fields of a request type: which are required and what values they take.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraServiceDesk;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("service_desk_id", Kind::Text, "Id of the service desk."),
        Argument::required("request_type_id", Kind::Text, "Id of the request type."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().service_desk(self.service_desk_id.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let desk = required("service_desk_id", "Service desk", &self.service_desk_id)?;
        let kind = required("request_type_id", "Request type", &self.request_type_id)?;
        let answer: Value = cx.remote.json(&service_desk::request_fields(desk, kind)).await?;
        let fields = fields_of(&answer)?;
        let mut out = Map::new();
        out.insert("service_desk_id".to_owned(), Value::from(desk));
        out.insert("request_type_id".to_owned(), Value::from(kind));
        out.insert("fields".to_owned(), fields.iter().map(shown).collect());
        for (key, flag) in [
            ("can_raise_on_behalf_of", "/canRaiseOnBehalfOf"),
            ("can_add_request_participants", "/canAddRequestParticipants"),
        ] {
            put(&mut out, key, get(&answer, flag).clone());
        }
        Ok(Answer::json(out))
    }
}

/// The field definitions of an answer.
///
/// # Errors
/// When it holds none.
pub(super) fn fields_of(answer: &Value) -> Result<&[Value], ToolError> {
    match answer.get("requestTypeFields") {
        Some(Value::Array(_)) => Ok(list(answer, "/requestTypeFields")),
        _ => Err(ToolError::refused(
            "Jira answered without the fields of the request type; nothing is known.",
        )),
    }
}

fn shown(field: &Value) -> Value {
    let mut out = Map::new();
    out.insert("field_id".to_owned(), get(field, "/fieldId").clone());
    out.insert("name".to_owned(), get(field, "/name").clone());
    let required = field.get("required").and_then(Value::as_bool).unwrap_or(false);
    out.insert("required".to_owned(), Value::from(required));
    let multiple = text(field, "/jiraSchema/type") == Some("array");
    out.insert("supports_multiple".to_owned(), Value::from(multiple));
    put(&mut out, "description", get(field, "/description").clone());
    put(&mut out, "visible", get(field, "/visible").clone());
    put(&mut out, "jira_schema", get(field, "/jiraSchema").clone());
    put(&mut out, "valid_values", get(field, "/validValues").clone());
    put(&mut out, "default_values", get(field, "/defaultValues").clone());
    Value::Object(out)
}
