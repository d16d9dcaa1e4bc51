//! `jira_get_issues_development_info`.

use super::get_issue_development_info::{APPLICATION, DATA};
use super::{Asked, read, sentence};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use futures::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};

/// Most issues of one call.
const MAX_ISSUES: usize = 100;
/// Issues asked about at once.
const AT_ONCE: usize = 3;

/// Tells the development information of several issues.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetIssuesDevelopmentInfo {
    issue_keys: String,
    application_type: Option<String>,
    data_type: Option<String>,
}

impl Tool for GetIssuesDevelopmentInfo {
    const NAME: &'static str = "jira_get_issues_development_info";
    const TITLE: &'static str = "Get Issues Development Info";
    const DESCRIPTION: &'static str =
        "List pull requests, branches and commits of several issues, in the order given.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraDevelopment;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("issue_keys", Kind::Keys, "Comma list of issue keys, at most 100."),
        APPLICATION,
        DATA,
    ];

    fn scope(&self) -> Scope {
        self.keys().iter().fold(Scope::nothing(), |scope, key| scope.issue_compared_later(key))
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let keys = self.keys();
        if keys.len() > MAX_ISSUES {
            return Err(ToolError::argument(
                "issue_keys",
                format!("at most {MAX_ISSUES} issues in one call"),
                None,
            ));
        }
        let asked = Asked::new(self.application_type.as_deref(), self.data_type.as_deref());
        let reads: Vec<_> = keys.iter().map(|key| read(cx, key, asked)).collect();
        let mut answers = futures::stream::iter(reads).buffered(AT_ONCE);
        let mut shown: Vec<Value> = Vec::new();
        let mut good = 0;
        for key in &keys {
            let Some(answer) = answers.next().await else { break };
            let error = match answer {
                Ok(information) if information.error.is_none() => {
                    good += 1;
                    shown.push(Value::Object(information.document(key)));
                    continue;
                }
                Ok(information) => {
                    shown.push(Value::Object(information.document(key)));
                    continue;
                }
                Err(error) => sentence(key, error)?,
            };
            shown.push(json!({
                "issue_key": key,
                "error": error,
                "pullRequests": [],
                "branches": [],
                "commits": [],
            }));
        }
        let failed = good == 0 && !keys.is_empty();
        Ok(Answer { failed, ..Answer::json(Value::Array(shown)) })
    }
}

impl GetIssuesDevelopmentInfo {
    fn keys(&self) -> Vec<&str> {
        self.issue_keys.split(',').map(str::trim).filter(|key| !key.is_empty()).collect()
    }
}
