//! `jira_update_issue`.

use crate::jira::comments::add_comment::visibility;
use crate::jira::parts::text;
use crate::jira::service_request::refuse_visible_comment;
use crate::jira::text::Texts;
use crate::jira::time_spent;
use crate::jira::transitions::{By, find};
use crate::jira::updating::{Outcome, Plan};
use crate::jira::wanted::Wanted;
use crate::jira::writing::{
    Given, Target, issue_keys, json_object, prepare, project_keys, take_alias,
};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Changes an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct UpdateIssue {
    issue_key: String,
    fields: Option<String>,
    additional_fields: Option<String>,
    components: Option<String>,
    attachments: Option<String>,
    return_fields: String,
    transition: Option<String>,
    comment: Option<String>,
    comment_visibility: Option<String>,
    worklog: Option<String>,
    worklog_started: Option<String>,
}

impl Tool for UpdateIssue {
    const NAME: &'static str = "jira_update_issue";
    const TITLE: &'static str = "Update Issue";
    const DESCRIPTION: &'static str = "Change fields of an issue by id or name, its status (`status` in fields makes the \
         transition), and attach local files.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraIssues;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::required(
            "fields",
            Kind::Json,
            "JSON object, e.g. {\"summary\": \"New\", \"assignee\": \"ann@example.com\"}.",
        )
        .lenient(),
        Argument::optional("additional_fields", Kind::Json, "JSON object, merged over fields."),
        Argument::optional("components", Kind::List, "Comma list of component names."),
        Argument::optional(
            "attachments",
            Kind::Json,
            "JSON array or comma list of local files (stdio only).",
        ),
        Argument::with_default(
            "return_fields",
            Kind::List,
            DefaultValue::Text("*all"),
            "Comma list of fields to return.",
        ),
        Argument::optional("transition", Kind::Text, "Transition to make, by id or name.").hidden(),
        Argument::optional("comment", Kind::Json, "Comment to add, in Markdown.").hidden(),
        Argument::optional("comment_visibility", Kind::Json, "Restriction of the comment.")
            .hidden(),
        Argument::optional("worklog", Kind::Text, "Time to log, such as 1h 30m.").hidden(),
        Argument::optional("worklog_started", Kind::Text, "Start of that work.").hidden(),
    ];

    fn scope(&self) -> Scope {
        let mut scope = Scope::nothing().issue(&self.issue_key);
        for fields in [self.fields.as_deref(), self.additional_fields.as_deref()] {
            scope = issue_keys(fields).iter().fold(scope, |scope, key| scope.issue(key));
            scope = project_keys(fields).iter().fold(scope, |scope, key| scope.container(key));
        }
        scope
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let (plan, wanted) = futures::join!(self.plan(cx), Wanted::parse(cx, &self.return_fields));
        let plan = plan?;
        let mut outcome = Outcome::new(plan.is_empty());
        let returned = outcome.carry_out(cx, &self.issue_key, plan).await;
        outcome.answer(cx, &self.issue_key, wanted, returned).await
    }
}

impl UpdateIssue {
    async fn plan(&self, cx: &Context) -> Result<Plan, ToolError> {
        let key = &self.issue_key;
        let mut given = self.given()?;
        let mut files = file_list(self.attachments.as_deref())?;
        if let Some(more) = take_alias(&mut given, &["attachments"]) {
            let more = more.as_str().map_or_else(|| more.to_string(), str::to_owned);
            files.extend(file_list(Some(&more))?);
        }
        if !files.is_empty() && cx.files.is_none() {
            return Err(ToolError::refused(
                "attachments cannot be used: this server reads no local files (they are read only \
                 over stdio and only below ATLASSIAN_FILES_ROOT). Nothing was changed.",
            ));
        }
        let status = take_alias(&mut given, &["status"]);
        let asked = match (self.transition.as_deref().map(str::trim), status) {
            (Some(transition), _) if !transition.is_empty() => {
                Some((transition.to_owned(), By::Transition))
            }
            (_, Some(status)) => Some((status_name(&status)?, By::Status)),
            _ => None,
        };
        let comment = self.comment.as_deref().filter(|comment| !comment.trim().is_empty());
        if comment.is_some() {
            refuse_visible_comment(cx, key, "an update with a comment").await?;
        }
        let transition = async {
            match &asked {
                None => Ok(None),
                Some((asked, by)) => Ok(Some((asked.clone(), find(cx, key, asked, *by).await?))),
            }
        };
        let prepared = prepare(cx, given, Target::Update { key });
        let (mut draft, transition) = futures::try_join!(prepared, transition)?;
        let restriction = visibility("comment_visibility", self.comment_visibility.as_deref())?;
        let comment = match comment {
            None => None,
            Some(text) => {
                Some((Texts::of(cx).write("comment", text, &mut draft.remarks)?, restriction))
            }
        };
        let worklog = self.worklog.as_deref().filter(|spent| !spent.trim().is_empty());
        let started = self.worklog_started.as_deref();
        let worklog = worklog
            .map(|spent| time_spent::entry("worklog", spent, "worklog_started", started))
            .transpose()?;
        Ok(Plan { draft, files, transition, comment, worklog })
    }

    /// The fields of all arguments in one, later ones over earlier ones.
    fn given(&self) -> Result<Given, ToolError> {
        let mut given = Given::new();
        for (argument, json) in
            [("fields", &self.fields), ("additional_fields", &self.additional_fields)]
        {
            let mut object = json_object(argument, json.as_deref())?;
            if let Some(Value::Object(inner)) = object.shift_remove("fields") {
                given.extend(inner);
            }
            given.extend(object);
        }
        if let Some(components) = self.components.as_deref().filter(|list| !list.trim().is_empty())
        {
            take_alias(&mut given, &["components"]);
            given.insert("components".to_owned(), Value::from(components));
        }
        Ok(given)
    }
}

fn status_name(status: &Value) -> Result<String, ToolError> {
    let name = match status {
        Value::String(name) => Some(name.clone()),
        Value::Number(id) => Some(id.to_string()),
        other => text(other, "/name").or_else(|| text(other, "/id")).map(str::to_owned),
    };
    name.filter(|name| !name.trim().is_empty()).ok_or_else(|| {
        ToolError::argument(
            "status",
            "takes the name of a status, or an object with name or id",
            Some(&status.to_string()),
        )
    })
}

/// A JSON array or comma list of paths.
fn file_list(given: Option<&str>) -> Result<Vec<String>, ToolError> {
    let given = given.map(str::trim).unwrap_or_default();
    if !given.starts_with('[') && !given.starts_with('{') {
        return Ok(crate::jira::writing::values::comma_list(given));
    }
    let rule = || {
        ToolError::argument(
            "attachments",
            "attachments JSON string must be an array. Give file paths as texts",
            Some(given),
        )
    };
    let parsed: Value = serde_json::from_str(given).map_err(|_| rule())?;
    let items = parsed.as_array().ok_or_else(rule)?;
    items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(rule)).collect()
}

#[cfg(test)]
mod tests {
    use super::{file_list, status_name};
    use serde_json::json;

    #[test]
    fn files_are_a_list_in_either_spelling() {
        assert_eq!(file_list(Some("a.txt, b c.txt")).expect("list"), ["a.txt", "b c.txt"]);
        assert_eq!(file_list(Some(r#"["a,b.txt"]"#)).expect("array"), ["a,b.txt"]);
        assert!(file_list(None).expect("none").is_empty());
        for bad in [r#"{"a": 1}"#, "[1]", "[not json"] {
            assert!(file_list(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_status_is_a_name_or_an_object() {
        assert_eq!(status_name(&json!("Done")).expect("name"), "Done");
        assert_eq!(status_name(&json!({"name": "Done"})).expect("name"), "Done");
        assert_eq!(status_name(&json!({"id": "31"})).expect("id"), "31");
        assert!(status_name(&json!(null)).is_err());
        assert!(status_name(&json!({})).is_err());
    }
}
