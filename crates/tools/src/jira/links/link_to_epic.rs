//! `jira_link_to_epic`.

use crate::jira::catalogue::catalogue;
use crate::jira::issue_types::{Meaning, meaning};
use crate::jira::parts::{get, put, text};
use crate::jira::reread;
use crate::jira::text::Remarks;
use crate::jira::wanted::{DEFAULT_FIELDS, Wanted};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issues::{self, IssueQuery};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Puts an issue into an epic.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct LinkToEpic {
    issue_key: String,
    epic_key: String,
}

impl Tool for LinkToEpic {
    const NAME: &'static str = "jira_link_to_epic";
    const TITLE: &'static str = "Link to Epic";
    const DESCRIPTION: &'static str = "Put an issue into an epic, replacing the epic it was in.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraLinks;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::required("epic_key", Kind::Key(Pattern::IssueKey), "Key of the epic."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key).issue(&self.epic_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let (key, epic) = (&self.issue_key, &self.epic_key);
        let known = catalogue(cx).await;
        let known = if cx.is_cloud() { known.unwrap_or_default() } else { known? };
        let name_field = known.epic_name().map(|field| field.id().to_owned());
        let link_field = known.epic_link().map(|field| field.id().to_owned());
        self.check_epic(cx, name_field.as_deref()).await?;
        let parent = Map::from_iter([("parent".to_owned(), json!({ "key": epic }))]);
        let link =
            link_field.map(|id| (id.clone(), Map::from_iter([(id, Value::from(epic.as_str()))])));
        let mut routes = vec![("parent".to_owned(), parent)];
        // On Data Center an epic is no parent, so its own field comes first there.
        routes.extend(link);
        if !cx.is_cloud() {
            routes.reverse();
        }
        let mut refused = Vec::new();
        for (route, fields) in routes {
            let request = issues::edit(cx.deployment(), key, &fields, &Map::new());
            match cx.remote.json::<Value>(&request).await {
                Err(error) if error.is_status(400) => refused.push(format!("{route}: {error}")),
                Err(error) => return Err(error.into()),
                Ok(_) => {
                    if let Some(answer) = self.verified(cx).await? {
                        return Ok(answer);
                    }
                    refused.push(format!("{route}: Jira took it, but the epic did not change"));
                }
            }
        }
        Err(ToolError::refused(format!(
            "Could not link issue {key} to epic {epic}. {}",
            refused.join("; ")
        )))
    }
}

impl LinkToEpic {
    /// Refuses what is no epic: told by its level on Cloud, by its type or by having an epic name.
    async fn check_epic(&self, cx: &Context, name_field: Option<&str>) -> Result<(), ToolError> {
        let epic = &self.epic_key;
        let fields = format!("issuetype,{}", name_field.unwrap_or("summary"));
        let query = IssueQuery { fields: Some(&fields), ..IssueQuery::default() };
        let of_epic = issues::get(cx.deployment(), epic, &query);
        let query = IssueQuery { fields: Some("issuetype"), ..IssueQuery::default() };
        let of_issue = issues::get(cx.deployment(), &self.issue_key, &query);
        let (found, _) = futures::try_join!(
            cx.remote.json::<Value>(&of_epic),
            cx.remote.json::<Value>(&of_issue),
        )?;
        let level = found.pointer("/fields/issuetype/hierarchyLevel").and_then(Value::as_i64);
        let named = name_field.is_some_and(|id| get(&found, &format!("/fields/{id}")).is_string());
        let kind = text(&found, "/fields/issuetype/name").unwrap_or_default();
        if level == Some(1) || named || (level.is_none() && meaning(kind) == Meaning::Epic) {
            return Ok(());
        }
        Err(ToolError::refused(format!(
            "Error linking issue to epic: {epic} is not an Epic, it is a {kind}. Nothing was \
             changed."
        )))
    }

    /// The answer, when the issue really is in the epic now.
    async fn verified(&self, cx: &Context) -> Result<Option<Answer>, ToolError> {
        let (key, epic) = (&self.issue_key, &self.epic_key);
        let mut remarks = Remarks::default();
        let fields = format!("{DEFAULT_FIELDS},comment,epic_key,parent");
        let wanted = Wanted::parse(cx, &fields).await.map(Wanted::without_customs);
        let read = reread::read(cx, key, wanted, &mut remarks).await;
        let (mut issue, warnings) =
            read.map_err(|error| error.after(format!("{key} was put into epic {epic}")))?;
        let parent = issue.shift_remove("parent");
        let now = issue.shift_remove("epic_key");
        let there = now.as_ref().and_then(Value::as_str) == Some(epic)
            || parent.as_ref().and_then(|p| text(p, "/key")) == Some(epic);
        if !there {
            return Ok(None);
        }
        let mut out = Map::new();
        out.insert(
            "message".to_owned(),
            Value::from(format!("Issue {key} has been linked to epic {epic}.")),
        );
        out.insert("issue".to_owned(), Value::Object(issue));
        put(&mut out, "warnings", Value::from(warnings));
        Ok(Some(Answer::json(out).with_warnings(remarks)))
    }
}
