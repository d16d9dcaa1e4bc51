//! `jira_get_issue_development_info`.

use super::{Asked, read, sentence};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::json;

/// Tells the development information of an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetIssueDevelopmentInfo {
    issue_key: String,
    application_type: Option<String>,
    data_type: Option<String>,
}

/// Optional arguments of both tools.
pub(super) const APPLICATION: Argument = Argument::optional(
    "application_type",
    Kind::Text,
    "Only this tool: GitHub, GitLab, bitbucket, stash (Bitbucket Server), githube.",
);
pub(super) const DATA: Argument = Argument::optional(
    "data_type",
    Kind::Text,
    "Only pullrequest, branch or repository (commits).",
);

impl Tool for GetIssueDevelopmentInfo {
    const NAME: &'static str = "jira_get_issue_development_info";
    const TITLE: &'static str = "Get Issue Development Info";
    const DESCRIPTION: &'static str =
        "List pull requests, branches and commits that are connected to an issue.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraDevelopment;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::AnyKey(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        APPLICATION,
        DATA,
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue_compared_later(self.issue_key.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let key = self.issue_key.trim();
        let asked = Asked::new(self.application_type.as_deref(), self.data_type.as_deref());
        match read(cx, key, asked).await {
            Ok(information) => {
                let failed = information.error.is_some();
                Ok(Answer { failed, ..Answer::json(information.document(key)) })
            }
            Err(error) => Ok(Answer::failure(json!({
                "success": false,
                "error": sentence(key, error)?,
                "issue_key": key,
            }))),
        }
    }
}
