//! `jira_create_customer_request`.

use super::get_request_type_fields::fields_of;
use super::values::{links, missing, object, people, place, shaped};
use super::{id, required, upload};
use crate::jira::parts::{get, put, text};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_http::ApiError;
use atlassian_jira::service_desk::{self, NewRequest};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Words of a refusal that is about the customer and not about the request.
const ABOUT_THE_CUSTOMER: [&str; 9] = [
    "raiseonbehalfof",
    "raise_on_behalf_of",
    "on behalf",
    "unknown user",
    "user does not exist",
    "invalid customer",
    "customer account",
    "permission to raise",
    "raise requests on behalf",
];

/// Raises a customer request.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct CreateCustomerRequest {
    service_desk_id: String,
    request_type_id: String,
    request_field_values: String,
    raise_on_behalf_of: Option<String>,
    request_participants: Option<String>,
    attachments: Option<String>,
    strict_on_behalf: bool,
}

impl Tool for CreateCustomerRequest {
    const NAME: &'static str = "jira_create_customer_request";
    const TITLE: &'static str = "Create Customer Request";
    const DESCRIPTION: &'static str = "Raise a request at a service desk, for yourself or for a customer. \
         jira_get_request_type_fields tells the fields.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraServiceDesk;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("service_desk_id", Kind::Text, "Id of the service desk."),
        Argument::required("request_type_id", Kind::Text, "Id of the request type."),
        Argument::required(
            "request_field_values",
            Kind::Json,
            "JSON object of values by field id; options by id or label.",
        ),
        Argument::optional(
            "raise_on_behalf_of",
            Kind::Text,
            "Customer: account id on Cloud, user name on Data Center.",
        ),
        Argument::optional(
            "request_participants",
            Kind::Json,
            "JSON array or comma list of further people.",
        ),
        Argument::optional(
            "attachments",
            Kind::Json,
            "JSON array of {\"filename\", \"mime_type\", \"base64\"}; the customer sees them.",
        ),
        Argument::with_default(
            "strict_on_behalf",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "true: fail rather than raise as yourself when the customer is refused.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().service_desk(self.service_desk_id.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let desk = required("service_desk_id", "Service desk", &self.service_desk_id)?;
        let kind = required("request_type_id", "Request type", &self.request_type_id)?;
        let given = object(&self.request_field_values).ok_or_else(|| {
            ToolError::argument(
                "request_field_values",
                "request_field_values is not valid JSON: it must be an object of values by field id",
                Some(&self.request_field_values),
            )
        })?;
        let participants = people(self.request_participants.as_deref()).map_err(|rule| {
            let given = self.request_participants.as_deref();
            ToolError::argument("request_participants", rule, given)
        })?;
        let files = upload::read(self.attachments.as_deref())?;
        let values = values(cx, desk, kind, &given).await?;
        let customer =
            self.raise_on_behalf_of.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let request = NewRequest {
            desk,
            request_type: kind,
            values,
            on_behalf_of: customer,
            participants: &participants,
        };
        let (created, mode, mut warnings) = self.raise(cx, &request).await?;
        let key = text(&created, "/issueKey").or_else(|| text(&created, "/key"));
        let Some(key) = key else {
            return Err(ToolError::refused("Jira answered without the key of the request")
                .after("the request was raised"));
        };
        warnings.extend(upload::attach(cx, desk, key, &files).await);
        let mut out = Map::new();
        let number = [get(&created, "/id"), get(&created, "/issueId")];
        let number = number.into_iter().find(|id| !id.is_null()).map_or(Value::Null, id);
        out.insert("request_id".to_owned(), number);
        out.insert("request_key".to_owned(), Value::from(key));
        out.insert("portal_url".to_owned(), Value::from(portal(cx, desk, key, &created)));
        out.insert("created_mode".to_owned(), Value::from(mode));
        put(&mut out, "on_behalf_user", Value::from(customer));
        put(&mut out, "request_participants", Value::from(participants.clone()));
        put(&mut out, "warnings", Value::from(warnings));
        put(&mut out, "links", links(&created));
        Ok(Answer::json(out))
    }
}

/// The values in the form that Jira takes.
async fn values(
    cx: &Context,
    desk: &str,
    kind: &str,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, ToolError> {
    let answer: Value = cx.remote.json(&service_desk::request_fields(desk, kind)).await?;
    let definitions = fields_of(&answer)?;
    let absent = missing(definitions, given);
    if !absent.is_empty() {
        return Err(ToolError::refused(format!(
            "JSM_CUSTOMER_REQUEST_MISSING_REQUIRED_FIELDS {}: {}",
            place(desk, kind),
            absent.join(", ")
        )));
    }
    shaped(definitions, given).map_err(|bad| {
        ToolError::refused(format!(
            "JSM_CUSTOMER_REQUEST_FIELD_ERROR {} field_id={}: {}",
            place(desk, kind),
            bad.field,
            bad.sentence
        ))
    })
}

impl CreateCustomerRequest {
    /// Raises the request; when only the customer is refused and that is allowed, as oneself.
    async fn raise(
        &self,
        cx: &Context,
        request: &NewRequest<'_>,
    ) -> Result<(Value, &'static str, Vec<String>), ToolError> {
        let first = match cx.remote.json::<Value>(&service_desk::create(request)).await {
            Ok(created) => {
                let direct = request.on_behalf_of.is_none();
                let mode = if direct { "created_direct" } else { "created_on_behalf_of" };
                return Ok((created, mode, Vec::new()));
            }
            Err(error) => error,
        };
        let marked = |error: &ApiError| {
            let status = error.status.map_or_else(|| "none".to_owned(), |s| s.as_u16().to_string());
            format!(
                "JSM_CUSTOMER_REQUEST_HTTP_ERROR {} status={status}: {error}",
                place(request.desk, request.request_type)
            )
        };
        let Some(customer) = request.on_behalf_of else {
            return Err(ToolError::refused(marked(&first)));
        };
        if self.strict_on_behalf || !is_about_the_customer(&first) {
            return Err(ToolError::refused(marked(&first)));
        }
        let alone = NewRequest { on_behalf_of: None, ..request.clone() };
        match cx.remote.json::<Value>(&service_desk::create(&alone)).await {
            Ok(created) => {
                let warning = format!(
                    "the request was raised as the account of this server and not for {customer}: \
                     {first}"
                );
                Ok((created, "created_as_agent_fallback", vec![warning]))
            }
            Err(second) => Err(ToolError::refused(format!(
                "{}; fallback_failed: {}",
                marked(&first),
                marked(&second)
            ))),
        }
    }
}

fn is_about_the_customer(error: &ApiError) -> bool {
    let words: Vec<String> = error
        .messages
        .iter()
        .map(|message| {
            let field = message.field.as_deref().unwrap_or_default();
            format!("{field} {}", message.text).to_lowercase()
        })
        .collect();
    (error.is_status(400) || error.is_status(403))
        && ABOUT_THE_CUSTOMER.iter().any(|phrase| words.iter().any(|w| w.contains(phrase)))
}

/// Where the customer sees the request.
fn portal(cx: &Context, desk: &str, key: &str, created: &Value) -> String {
    let link = text(created, "/_links/web").or_else(|| text(created, "/_links/self"));
    match link.filter(|link| !link.is_empty()) {
        Some(link) if link.starts_with("http://") || link.starts_with("https://") => {
            link.to_owned()
        }
        Some(link) => format!("{}/{}", cx.site(), link.trim_start_matches('/')),
        None => format!("{}/servicedesk/customer/portal/{desk}/{key}", cx.site()),
    }
}
