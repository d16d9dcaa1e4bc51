//! `jira_get_service_desk_queues`.

use super::{page, queue, required, values};
use crate::jira::parts::{get, put};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::service_desk;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Lists the queues of a service desk.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetServiceDeskQueues {
    service_desk_id: String,
    start_at: u64,
    limit: u32,
}

impl Tool for GetServiceDeskQueues {
    const NAME: &'static str = "jira_get_service_desk_queues";
    const TITLE: &'static str = "Get Service Desk Queues";
    const DESCRIPTION: &'static str =
        "List the queues of a service desk with their JQL and how many issues are in them.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraServiceDesk;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("service_desk_id", Kind::Text, "Id of the service desk."),
        Argument::with_default(
            "start_at",
            Kind::Integer { min: Some(0), max: None },
            DefaultValue::Integer(0),
            "Queues to skip.",
        ),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(50) },
            DefaultValue::Integer(50),
            "Queues to return.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().service_desk(self.service_desk_id.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = required("service_desk_id", "Service desk", &self.service_desk_id)?;
        let request = service_desk::queues(id, self.start_at, self.limit);
        let answer: Value = cx.remote.json(&request).await?;
        let queues = values(&answer, "queues")?;
        let mut out = Map::new();
        out.insert("service_desk_id".to_owned(), Value::from(id));
        page(&mut out, &answer, queues.len());
        out.insert("queues".to_owned(), queues.iter().map(queue).collect());
        put(&mut out, "links", get(&answer, "/_links").clone());
        Ok(Answer::json(out))
    }
}
