//! `jira_get_issue_proforma_forms`.

use super::{cloud_id, failure, form};
use crate::jira::parts::list;
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::forms;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lists the forms of an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetIssueProformaForms {
    issue_key: String,
}

impl Tool for GetIssueProformaForms {
    const NAME: &'static str = "jira_get_issue_proforma_forms";
    const TITLE: &'static str = "Get Issue Forms";
    const DESCRIPTION: &'static str = "List the forms attached to an issue (state o open, s submitted). \
         jira_get_proforma_form_details shows questions and answers.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraForms;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[Argument::required(
        "issue_key",
        Kind::AnyKey(Pattern::IssueKey),
        "Issue key, such as PROJ-123.",
    )];

    fn scope(&self) -> Scope {
        // The Forms API does not tell the project an issue is in now.
        Scope::nothing().issue(self.issue_key.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let key = self.issue_key.trim();
        match self.read(cx, key).await {
            Ok(found) => {
                let shown: Vec<Value> =
                    found.iter().filter_map(|one| form(key, one).map(Value::Object)).collect();
                let count = shown.len();
                Ok(Answer::json(json!({ "success": true, "forms": shown, "count": count })))
            }
            Err(error) => failure(key, None, error),
        }
    }
}

impl GetIssueProformaForms {
    async fn read(&self, cx: &Context, key: &str) -> Result<Vec<Value>, ToolError> {
        let told = cloud_id(cx).await?;
        let answer: Value = cx.remote.json(&forms::list(told.as_deref(), key)).await?;
        if answer.is_array() {
            return Ok(list(&answer, "").to_vec());
        }
        match answer.get("forms") {
            Some(Value::Array(found)) => Ok(found.clone()),
            _ => Err(ToolError::refused("the Forms API answered without a list of forms")),
        }
    }
}
