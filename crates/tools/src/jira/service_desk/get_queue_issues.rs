//! `jira_get_queue_issues`.

use super::{page, queue, required, values};
use crate::jira::issue::project_of;
use crate::jira::parts::{get, put};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::service_desk;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Lists the issues of a queue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetQueueIssues {
    service_desk_id: String,
    queue_id: String,
    start_at: u64,
    limit: u32,
}

impl Tool for GetQueueIssues {
    const NAME: &'static str = "jira_get_queue_issues";
    const TITLE: &'static str = "Get Queue Issues";
    const DESCRIPTION: &'static str =
        "List the issues of a queue in its order, with the fields of the queue's columns.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraServiceDesk;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("service_desk_id", Kind::Text, "Id of the service desk."),
        Argument::required("queue_id", Kind::Text, "Id of the queue."),
        Argument::with_default(
            "start_at",
            Kind::Integer { min: Some(0), max: None },
            DefaultValue::Integer(0),
            "Issues to skip.",
        ),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: None },
            DefaultValue::Integer(50),
            "Issues to return; Jira gives about 50 at once.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().service_desk(self.service_desk_id.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let desk = required("service_desk_id", "Service desk", &self.service_desk_id)?;
        let id = required("queue_id", "Queue", &self.queue_id)?;
        let described = service_desk::queue(desk, id);
        let listed = service_desk::queue_issues(desk, id, self.start_at, self.limit);
        let (described, listed) =
            futures::join!(cx.remote.json::<Value>(&described), cx.remote.json::<Value>(&listed));
        let answer = listed?;
        let issues = values(&answer, "issues")?;
        let count = issues.len();
        // The JQL of a queue may reach into other projects than the desk's own.
        let inside = |issue: &Value| match project_of(issue) {
            Some(project) => cx.fence.allows(project),
            None => cx.fence.is_open(),
        };
        let issues: Vec<Value> = issues.into_iter().filter(inside).collect();
        let hidden = count - issues.len();
        let mut out = Map::new();
        out.insert("service_desk_id".to_owned(), Value::from(desk));
        out.insert("queue_id".to_owned(), Value::from(id));
        page(&mut out, &answer, count);
        out.insert("issues".to_owned(), Value::Array(issues));
        if let Ok(described) = described {
            out.insert("queue".to_owned(), queue(&described));
        }
        put(&mut out, "links", get(&answer, "/_links").clone());
        if hidden > 0 {
            let warning = format!(
                "{hidden} issues are left out: they are outside the projects this server may touch"
            );
            out.insert("warnings".to_owned(), Value::from(vec![warning]));
        }
        Ok(Answer::json(out))
    }
}
