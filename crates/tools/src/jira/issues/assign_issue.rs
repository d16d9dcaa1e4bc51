//! `jira_assign_issue`.

use crate::jira::parts::put;
use crate::jira::people::{Place, find_given};
use crate::jira::reread::after_write;
use crate::jira::text::Remarks;
use crate::jira::wanted::Wanted;
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issues;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Assigns an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct AssignIssue {
    issue_key: String,
    assignee: Option<String>,
}

impl Tool for AssignIssue {
    const NAME: &'static str = "jira_assign_issue";
    const TITLE: &'static str = "Assign Issue";
    const DESCRIPTION: &'static str = "Assign an issue to a person, or to nobody.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraIssues;
    const ACCESS: Access = Access::Write;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::optional(
            "assignee",
            Kind::Json,
            "Account id, login, e-mail or display name; nothing unassigns.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let key = &self.issue_key;
        let given = self.assignee.as_deref().map(str::trim).unwrap_or_default();
        let given = if given.starts_with('{') {
            serde_json::from_str(given).map_err(|error| {
                ToolError::argument("assignee", format!("is not valid JSON: {error}"), Some(given))
            })?
        } else {
            Value::from(given)
        };
        let person = find_given(cx, "assignee", &given, Place::Issue(key)).await?;
        set(cx, key, person).await?;
        let (mut warnings, mut remarks) = (Vec::new(), Remarks::default());
        let wanted = Wanted::as_read(cx).await;
        let issue = after_write(cx, key, wanted, &mut warnings, &mut remarks).await;
        let mut out = Map::new();
        out.insert("message".to_owned(), Value::from(format!("Issue {key} assigned successfully")));
        out.insert("issue".to_owned(), Value::Object(issue));
        put(&mut out, "warnings", Value::from(warnings));
        Ok(Answer::json(out).with_warnings(remarks))
    }
}

/// Sets the assignee. To nobody it is an edit on Cloud, whose document of the operation knows no
/// `null`; where the field is off the edit screen the operation is asked all the same, as its text
/// allows.
async fn set(cx: &Context, key: &str, person: Value) -> Result<(), ToolError> {
    let deployment = cx.deployment();
    if !person.is_null() {
        cx.remote.json::<Value>(&issues::assign(deployment, key, person)).await?;
        return Ok(());
    }
    if !cx.is_cloud() {
        cx.remote.json::<Value>(&issues::assign(deployment, key, json!({"name": null}))).await?;
        return Ok(());
    }
    let fields = Map::from_iter([("assignee".to_owned(), Value::Null)]);
    match cx.remote.json::<Value>(&issues::edit(deployment, key, &fields, &Map::new())).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_status(400) || error.is_status(403) => {
            cx.remote
                .json::<Value>(&issues::assign(deployment, key, json!({"accountId": null})))
                .await?;
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
