//! `jira_edit_comment`.

use super::add_comment::{result, visibility};
use crate::jira::parts::{get, put};
use crate::jira::service_request::{self, is_internal_only};
use crate::jira::text::{Remarks, Texts, explain_length};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issues::comments;
use atlassian_jira::service_desk;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Replaces the text of a comment.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct EditComment {
    issue_key: String,
    comment_id: String,
    body: String,
    visibility: Option<String>,
}

impl Tool for EditComment {
    const NAME: &'static str = "jira_edit_comment";
    const TITLE: &'static str = "Edit Comment";
    const DESCRIPTION: &'static str =
        "Replace the text of a comment. Its restriction stays unless another one is given.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraComments;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::required("comment_id", Kind::Text, "Id of the comment."),
        Argument::required("body", Kind::Json, "New text in Markdown."),
        Argument::optional(
            "visibility",
            Kind::Json,
            "JSON: {\"type\": \"group\" or \"role\", \"value\": name}.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let (key, id) = (&self.issue_key, self.comment_id.trim());
        if id.is_empty() {
            return Err(ToolError::argument("comment_id", "must not be empty", None));
        }
        if self.body.trim().is_empty() {
            return Err(ToolError::argument("body", "body must not be empty", None));
        }
        let given = visibility("visibility", self.visibility.as_deref())?;
        self.refuse_public(cx, id).await?;
        let current: Value = cx.remote.json(&comments::get(cx.deployment(), key, id)).await?;
        let mut remarks = Remarks::default();
        let written = Texts::of(cx).merge(
            "body",
            get(&current, "/body"),
            &self.body,
            cx.lossy_writes,
            &mut remarks,
        )?;
        // An edit without a restriction would lift the one there is.
        let restriction = given.or_else(|| restriction(&current));
        let request = comments::edit(cx.deployment(), key, id, written.clone(), restriction);
        let edited: Value =
            cx.remote.json(&request).await.map_err(|error| explain_length(error, &written))?;
        let out = result(cx, &edited, "updated", &mut remarks).await;
        Ok(Answer::json(out).with_warnings(remarks))
    }
}

impl EditComment {
    /// On internal-only projects only a comment that is known to be internal may be edited.
    async fn refuse_public(&self, cx: &Context, id: &str) -> Result<(), ToolError> {
        if !service_request::guards_any(cx) {
            return Ok(());
        }
        let key = &self.issue_key;
        let project = service_request::home(cx, key).await?.project;
        if !is_internal_only(cx, &project)
            || service_request::is_request(cx, key).await == Some(false)
        {
            return Ok(());
        }
        let request = service_desk::get_comment(key, id);
        let state = match cx.remote.json::<Value>(&request).await {
            Ok(comment) if comment.get("public").and_then(Value::as_bool) == Some(false) => {
                return Ok(());
            }
            Ok(_) => "is PUBLIC".to_owned(),
            Err(error) => format!("could not be checked ({error})"),
        };
        Err(ToolError::Policy(format!(
            "Comment {id} on issue {key} {state}, and comments of this project stay internal by \
             configuration (JIRA_INTERNAL_ONLY_PROJECTS). Nothing was changed."
        )))
    }
}

/// The restriction a comment has, as it is sent.
fn restriction(comment: &Value) -> Option<Value> {
    let mut out = Map::new();
    for key in ["type", "value", "identifier"] {
        put(&mut out, key, get(comment, &format!("/visibility/{key}")).clone());
    }
    out.contains_key("type").then_some(Value::Object(out))
}
