//! `jira_search_assignable_users`.

use crate::jira::people::person;
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::users::{self, AssignableIn};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lists people who can be assigned.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct SearchAssignableUsers {
    query: String,
    project_key: Option<String>,
    issue_key: Option<String>,
    limit: u32,
}

impl Tool for SearchAssignableUsers {
    const NAME: &'static str = "jira_search_assignable_users";
    const TITLE: &'static str = "Search Assignable Users";
    const DESCRIPTION: &'static str =
        "Find people who can be assigned in a project or on an issue; give one of the two.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraUsers;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("query", Kind::Text, "Part of a name, login or e-mail address."),
        Argument::optional("project_key", Kind::AnyKey(Pattern::ProjectKey), "Project key."),
        Argument::optional("issue_key", Kind::AnyKey(Pattern::IssueKey), "Issue key."),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(1000) },
            DefaultValue::Integer(20),
            "People to return.",
        ),
    ];

    fn scope(&self) -> Scope {
        let mut scope = Scope::nothing();
        if let Some(key) = given(self.project_key.as_deref()) {
            scope = scope.container(&key);
        }
        match given(self.issue_key.as_deref()) {
            Some(key) => scope.issue(&key),
            None => scope,
        }
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let failure = |error: String| {
            Answer::failure(json!({"success": false, "error": error, "query": self.query}))
        };
        let (project, issue) =
            (given(self.project_key.as_deref()), given(self.issue_key.as_deref()));
        let place = match (&project, &issue) {
            (Some(project), None) => AssignableIn::Project(project),
            (None, Some(issue)) => AssignableIn::Issue(issue),
            _ => {
                return Ok(failure(
                    "Exactly one of project_key or issue_key must be provided.".to_owned(),
                ));
            }
        };
        let request = users::assignable(cx.deployment(), &self.query, place, self.limit);
        Ok(match cx.remote.json::<Value>(&request).await {
            Ok(Value::Array(users)) => {
                let users: Vec<Value> = users.iter().map(person).collect();
                Answer::json(json!({"success": true, "count": users.len(), "users": users}))
            }
            Ok(_) => failure("Jira answered without a list of users.".to_owned()),
            Err(error) => failure(error.to_string()),
        })
    }
}

fn given(key: Option<&str>) -> Option<String> {
    key.map(|key| key.trim().to_ascii_uppercase()).filter(|key| !key.is_empty())
}
