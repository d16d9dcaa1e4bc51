//! `jira_get_request_types`.

use super::{id, page, required, values};
use crate::jira::parts::{get, put};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::service_desk;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Lists the request types of a service desk.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetRequestTypes {
    service_desk_id: String,
    start_at: u64,
    limit: u32,
}

impl Tool for GetRequestTypes {
    const NAME: &'static str = "jira_get_request_types";
    const TITLE: &'static str = "Get Request Types";
    const DESCRIPTION: &'static str = "List what customers can ask for at a service desk.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraServiceDesk;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("service_desk_id", Kind::Text, "Id of the service desk."),
        Argument::with_default(
            "start_at",
            Kind::Integer { min: Some(0), max: None },
            DefaultValue::Integer(0),
            "Request types to skip.",
        ),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(50) },
            DefaultValue::Integer(50),
            "Request types to return.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().service_desk(self.service_desk_id.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let desk = required("service_desk_id", "Service desk", &self.service_desk_id)?;
        let request = service_desk::request_types(desk, self.start_at, self.limit);
        let answer: Value = cx.remote.json(&request).await?;
        let types = values(&answer, "request types")?;
        let mut out = Map::new();
        out.insert("service_desk_id".to_owned(), Value::from(desk));
        page(&mut out, &answer, types.len());
        out.insert("request_types".to_owned(), types.iter().map(shown).collect());
        put(&mut out, "links", get(&answer, "/_links").clone());
        Ok(Answer::json(out))
    }
}

fn shown(kind: &Value) -> Value {
    let mut out = Map::new();
    out.insert("id".to_owned(), id(get(kind, "/id")));
    out.insert("name".to_owned(), get(kind, "/name").clone());
    put(&mut out, "description", get(kind, "/description").clone());
    put(&mut out, "help_text", get(kind, "/helpText").clone());
    put(&mut out, "issue_type_id", id(get(kind, "/issueTypeId")));
    let groups = get(kind, "/groupIds").as_array().map(Vec::as_slice).unwrap_or_default();
    put(&mut out, "group_ids", groups.iter().map(id).collect());
    put(&mut out, "icon", get(kind, "/icon").clone());
    Value::Object(out)
}
