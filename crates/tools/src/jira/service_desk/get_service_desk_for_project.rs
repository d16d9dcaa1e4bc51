//! `jira_get_service_desk_for_project`.

use super::{id, values};
use crate::jira::parts::{get, put, text};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::service_desk;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Most pages of service desks that are looked through.
const MAX_PAGES: usize = 200;

/// Finds the service desk of a project.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetServiceDeskForProject {
    project_key: String,
}

impl Tool for GetServiceDeskForProject {
    const NAME: &'static str = "jira_get_service_desk_for_project";
    const TITLE: &'static str = "Get Service Desk For Project";
    const DESCRIPTION: &'static str =
        "Find the service desk of a project: its id is what the other service desk tools take.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraServiceDesk;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[Argument::required(
        "project_key",
        Kind::Key(Pattern::ProjectKey),
        "Project key, such as OPS.",
    )];

    fn scope(&self) -> Scope {
        Scope::nothing().container(&self.project_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let desk = self.find(cx).await?;
        Ok(Answer::json(json!({ "project_key": self.project_key, "service_desk": desk })))
    }
}

impl GetServiceDeskForProject {
    async fn find(&self, cx: &Context) -> Result<Value, ToolError> {
        let mut start = 0;
        for _ in 0..MAX_PAGES {
            let answer: Value = cx.remote.json(&service_desk::list(start)).await?;
            let desks = values(&answer, "service desks")?;
            let found = desks.iter().find(|desk| {
                text(desk, "/projectKey")
                    .is_some_and(|key| key.eq_ignore_ascii_case(&self.project_key))
            });
            if let Some(desk) = found {
                return Ok(shown(desk));
            }
            if desks.is_empty() || answer.get("isLastPage").and_then(Value::as_bool) != Some(false)
            {
                return Ok(Value::Null);
            }
            start += desks.len() as u64;
        }
        Err(ToolError::refused(format!(
            "No service desk of {} is among the first {start}; there are more than this tool \
             looks through.",
            self.project_key
        )))
    }
}

fn shown(desk: &Value) -> Value {
    let mut out = Map::new();
    out.insert("id".to_owned(), id(get(desk, "/id")));
    out.insert("project_key".to_owned(), get(desk, "/projectKey").clone());
    out.insert("project_name".to_owned(), get(desk, "/projectName").clone());
    put(&mut out, "project_id", id(get(desk, "/projectId")));
    put(&mut out, "name", get(desk, "/name").clone());
    put(&mut out, "links", get(desk, "/_links").clone());
    Value::Object(out)
}
