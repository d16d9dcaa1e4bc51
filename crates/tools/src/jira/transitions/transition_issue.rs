//! `jira_transition_issue`.

use super::{By, find};
use crate::jira::parts::put;
use crate::jira::reread::after_write;
use crate::jira::service_request::refuse_visible_comment;
use crate::jira::text::{Remarks, Texts};
use crate::jira::wanted::Wanted;
use crate::jira::writing::{
    Draft, Target, explain, issue_keys, json_object, prepare, project_keys,
};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issues::transitions::{self, Transition};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Moves an issue through its workflow.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct TransitionIssue {
    issue_key: String,
    transition_id: String,
    fields: Option<String>,
    comment: Option<String>,
}

impl Tool for TransitionIssue {
    const NAME: &'static str = "jira_transition_issue";
    const TITLE: &'static str = "Transition Issue";
    const DESCRIPTION: &'static str = "Move an issue through its workflow, setting fields of the screen and adding a comment on \
         the way. jira_get_transitions lists what is possible.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraTransitions;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::required("transition_id", Kind::Text, "Id or name of the transition."),
        Argument::optional(
            "fields",
            Kind::Json,
            "JSON object of fields of the transition screen, by id or name.",
        ),
        Argument::optional("comment", Kind::Json, "Comment in Markdown."),
    ];

    fn scope(&self) -> Scope {
        let fields = self.fields.as_deref();
        let scope = Scope::nothing().issue(&self.issue_key);
        let scope = issue_keys(fields).iter().fold(scope, |scope, key| scope.issue(key));
        project_keys(fields).iter().fold(scope, |scope, key| scope.container(key))
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let key = &self.issue_key;
        let mut fields = json_object("fields", self.fields.as_deref())?;
        fields.retain(|_, value| !value.is_null());
        let comment = self.comment.as_deref().filter(|comment| !comment.trim().is_empty());
        if comment.is_some() {
            refuse_visible_comment(cx, key, "a transition with a comment").await?;
        }
        let (transition, draft) = futures::try_join!(
            find(cx, key, &self.transition_id, By::Transition),
            prepare(cx, fields, Target::Transition { key }),
        )?;
        let mut remarks = make(cx, key, &transition, draft, comment).await?;
        let mut warnings = Vec::new();
        let wanted = Wanted::as_read(cx).await;
        let issue = after_write(cx, key, wanted, &mut warnings, &mut remarks).await;
        let mut out = Map::new();
        out.insert(
            "message".to_owned(),
            Value::from(format!("Issue {key} transitioned successfully")),
        );
        out.insert("issue".to_owned(), Value::Object(issue));
        put(&mut out, "warnings", Value::from(warnings));
        Ok(Answer::json(out).with_warnings(remarks))
    }
}

/// Makes a transition with prepared fields and a comment; returns the converter's remarks.
///
/// # Errors
/// The refusal of Jira, with what the fields of the screen take.
pub(in crate::jira) async fn make(
    cx: &Context,
    key: &str,
    transition: &Transition,
    mut draft: Draft,
    comment: Option<&str>,
) -> Result<Remarks, ToolError> {
    let mut update = std::mem::take(&mut draft.update);
    if let Some(comment) = comment {
        let body = Texts::of(cx).write("comment", comment, &mut draft.remarks)?;
        update.insert("comment".to_owned(), json!([{"add": {"body": body}}]));
    }
    let request = transitions::make(cx.deployment(), key, &transition.id, &draft.fields, &update);
    match cx.remote.json::<Value>(&request).await {
        Ok(_) => Ok(draft.remarks),
        Err(error) => {
            let target = Target::Screen { key, transition: &transition.id };
            Err(explain(cx, error, target, None, &draft.longest).await)
        }
    }
}
