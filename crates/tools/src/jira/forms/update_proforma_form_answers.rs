//! `jira_update_proforma_form_answers`.

use super::answers::sent;
use super::{cloud_id, failure};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::forms;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Answers questions of a form.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct UpdateProformaFormAnswers {
    issue_key: String,
    form_id: String,
    answers: Vec<Value>,
}

impl Tool for UpdateProformaFormAnswers {
    const NAME: &'static str = "jira_update_proforma_form_answers";
    const TITLE: &'static str = "Update Form Answers";
    const DESCRIPTION: &'static str = "Answer questions of an open form; other answers stay. The API keeps only the day of a DATETIME: \
         set the time with jira_update_issue on the question's jiraField.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraForms;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::AnyKey(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::required("form_id", Kind::Text, "Id of the form, a UUID."),
        Argument::required(
            "answers",
            Kind::Objects,
            "Each {\"questionId\", \"type\", \"value\"}; types TEXT, NUMBER, DATE, SELECT, USER, ADF and more.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(self.issue_key.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let (key, id) = (self.issue_key.trim(), self.form_id.trim());
        let answers = sent(&self.answers)?;
        match write(cx, key, id, &answers).await {
            Ok(result) => Ok(Answer::json(json!({
                "success": true,
                "message": format!("Successfully updated form {id} for issue {key}"),
                "issue_key": key,
                "form_id": id,
                "updated_fields": self.answers.len(),
                "result": result,
            }))),
            Err(error) => failure(key, Some(id), error),
        }
    }
}

async fn write(
    cx: &Context,
    key: &str,
    id: &str,
    answers: &Map<String, Value>,
) -> Result<Value, ToolError> {
    let told = cloud_id(cx).await?;
    let answer: Value = cx.remote.json(&forms::answer(told.as_deref(), key, id, answers)).await?;
    Ok(if answer.is_null() { json!({}) } else { answer })
}
