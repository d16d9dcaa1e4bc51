//! `jira_get_proforma_form_details`.

use super::answers::fields;
use super::{cloud_id, failure, form};
use crate::jira::parts::{get, put, text};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::forms;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Shows one form with its questions and answers.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetProformaFormDetails {
    issue_key: String,
    form_id: String,
}

impl Tool for GetProformaFormDetails {
    const NAME: &'static str = "jira_get_proforma_form_details";
    const TITLE: &'static str = "Get Form Details";
    const DESCRIPTION: &'static str =
        "Show a form of an issue: its questions with the answers given, its design and its state.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraForms;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::AnyKey(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::required("form_id", Kind::Text, "Id of the form, a UUID."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(self.issue_key.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let (key, id) = (self.issue_key.trim(), self.form_id.trim());
        match self.read(cx, key, id).await {
            Ok(shown) => Ok(Answer::json(json!({ "success": true, "form": shown }))),
            Err(error) => failure(key, Some(id), error),
        }
    }
}

impl GetProformaFormDetails {
    async fn read(
        &self,
        cx: &Context,
        key: &str,
        id: &str,
    ) -> Result<Map<String, Value>, ToolError> {
        let told = cloud_id(cx).await?;
        let request = forms::get(told.as_deref(), key, id);
        let found: Value = cx.remote.json(&request).await.map_err(|error| {
            if error.is_status(404) {
                error.because(format!("Form {id} not found for issue {key}"))
            } else {
                error
            }
        })?;
        let Some(mut out) = form(key, &found) else {
            return Err(ToolError::refused("the Forms API answered without a form"));
        };
        let name = text(&found, "/name").or_else(|| text(&found, "/design/settings/name"));
        put(&mut out, "name", Value::from(name));
        let mut state = Map::new();
        let status = text(&found, "/state/status").map(str::to_owned);
        let shown = out.get("state").and_then(|state| text(state, "/status")).map(str::to_owned);
        state.insert("status".to_owned(), Value::from(status.or(shown)));
        put(&mut state, "visibility", get(&found, "/state/visibility").clone());
        out.insert("state".to_owned(), Value::Object(state));
        out.insert("fields".to_owned(), fields(&found));
        put(&mut out, "design", get(&found, "/design").clone());
        Ok(out)
    }
}
