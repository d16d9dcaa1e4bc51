//! `jira_create_issue`.

use crate::jira::creating::{Explicit, NewIssue, create};
use crate::jira::parts::put;
use crate::jira::reread::after_write;
use crate::jira::wanted::Wanted;
use crate::jira::writing::{issue_keys, json_object, project_keys};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Creates an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct CreateIssue {
    project_key: String,
    summary: String,
    issue_type: String,
    assignee: Option<String>,
    description: Option<String>,
    components: Option<String>,
    additional_fields: Option<String>,
}

impl Tool for CreateIssue {
    const NAME: &'static str = "jira_create_issue";
    const TITLE: &'static str = "Create Issue";
    const DESCRIPTION: &'static str = "Create an issue. Sub-tasks need `parent` in additional_fields; an epic is given there as \
         `epic_link`.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraIssues;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "project_key",
            Kind::Key(Pattern::ProjectKey),
            "Project key, such as PROJ.",
        ),
        Argument::required("summary", Kind::Text, "Summary, one line."),
        Argument::required(
            "issue_type",
            Kind::Text,
            "Issue type: Task, Bug, Story, Epic, Sub-task...",
        ),
        Argument::optional("assignee", Kind::Text, "Account id, login, e-mail or display name."),
        Argument::optional("description", Kind::Json, "Description in Markdown."),
        Argument::optional("components", Kind::List, "Comma list of component names."),
        Argument::optional(
            "additional_fields",
            Kind::Json,
            "JSON object of further fields by id or name, e.g. {\"priority\": \"High\", \
             \"parent\": \"PROJ-1\"}.",
        ),
    ];

    fn scope(&self) -> Scope {
        let fields = self.additional_fields.as_deref();
        let scope = Scope::nothing().container(&self.project_key);
        let scope = issue_keys(fields).iter().fold(scope, |scope, key| scope.issue(key));
        project_keys(fields).iter().fold(scope, |scope, key| scope.container(key))
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let given = json_object("additional_fields", self.additional_fields.as_deref())?;
        let explicit = Explicit {
            project: Some(&self.project_key),
            summary: Some(&self.summary),
            issue_type: Some(&self.issue_type),
            assignee: self.assignee.as_deref(),
            description: self.description.as_deref(),
            components: self.components.as_deref(),
        };
        let created = create(cx, NewIssue::assemble(given, &explicit)?);
        let (created, wanted) = futures::join!(created, Wanted::everything(cx));
        let created = created?;
        let mut warnings = created.warnings;
        let mut remarks = created.remarks;
        let issue = after_write(cx, &created.key, wanted, &mut warnings, &mut remarks).await;
        let mut out = Map::new();
        out.insert("message".to_owned(), Value::from("Issue created successfully"));
        out.insert("issue".to_owned(), Value::Object(issue));
        put(&mut out, "warnings", Value::from(warnings));
        Ok(Answer::json(out).with_warnings(remarks))
    }
}
