//! `jira_create_issue_link`.

use super::link_types;
use crate::jira::comments::add_comment::visibility;
use crate::jira::parts::{list, set, text};
use crate::jira::service_request::refuse_visible_comment;
use crate::jira::text::{Remarks, Texts};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issue_links;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Links two issues.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct CreateIssueLink {
    link_type: String,
    inward_issue_key: String,
    outward_issue_key: String,
    comment: Option<String>,
    comment_visibility: Option<String>,
}

impl Tool for CreateIssueLink {
    const NAME: &'static str = "jira_create_issue_link";
    const TITLE: &'static str = "Create Issue Link";
    const DESCRIPTION: &'static str =
        "Link two issues. With Blocks, the inward issue blocks the outward issue.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraLinks;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("link_type", Kind::Text, "Name of the link type, such as Blocks."),
        Argument::required(
            "inward_issue_key",
            Kind::Key(Pattern::IssueKey),
            "Source: the issue that blocks, duplicates...",
        ),
        Argument::required(
            "outward_issue_key",
            Kind::Key(Pattern::IssueKey),
            "Target: the issue that is blocked, duplicated...",
        ),
        Argument::optional("comment", Kind::Json, "Comment in Markdown."),
        Argument::optional(
            "comment_visibility",
            Kind::Json,
            "JSON: {\"type\": \"group\" or \"role\", \"value\": name}.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.inward_issue_key).issue(&self.outward_issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let (inward, outward) = (&self.inward_issue_key, &self.outward_issue_key);
        let kind = self.link_type.trim();
        if kind.is_empty() {
            return Err(ToolError::refused(
                "link_type, inward_issue_key, and outward_issue_key are required.",
            ));
        }
        let mut remarks = Remarks::default();
        let comment = match self.comment.as_deref().filter(|text| !text.trim().is_empty()) {
            None => None,
            Some(text) => {
                for key in [inward, outward] {
                    refuse_visible_comment(cx, key, "a link with a comment").await?;
                }
                let restriction =
                    visibility("comment_visibility", self.comment_visibility.as_deref())?;
                let mut comment =
                    json!({"body": Texts::of(cx).write("comment", text, &mut remarks)?});
                if let Some(restriction) = restriction {
                    set(&mut comment, "visibility", restriction);
                }
                Some(comment)
            }
        };
        let create = async |kind: &str| {
            let comment = comment.clone();
            let request = issue_links::create(cx.deployment(), kind, inward, outward, comment);
            cx.remote.json::<Value>(&request).await
        };
        let mut kind = kind.to_owned();
        match create(&kind).await {
            Ok(_) => {}
            // Only a name that Jira does not take costs the list of those it does.
            Err(error) if error.is_status(404) || error.is_status(400) => {
                let Ok(types) = link_types(cx).await else { return Err(error.into()) };
                let name = known(&types, &kind)?;
                if name == kind {
                    return Err(error.into());
                }
                create(&name).await?;
                kind = name;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Answer::json(json!({
            "success": true,
            "message": format!("Link created between {inward} and {outward}"),
            "link_type": kind,
            "inward_issue": inward,
            "outward_issue": outward,
        }))
        .with_warnings(remarks))
    }
}

/// The name of a link type in Jira's own spelling; a phrase of a type is taken for its type when
/// it reads in the direction of the arguments.
fn known(types: &Value, asked: &str) -> Result<String, ToolError> {
    let fits = |pointer: &str| {
        list(types, "")
            .iter()
            .find(|kind| text(kind, pointer).is_some_and(|name| name.eq_ignore_ascii_case(asked)))
            .and_then(|kind| text(kind, "/name"))
    };
    fits("/name").or_else(|| fits("/outward")).map(str::to_owned).ok_or_else(|| {
        let names: Vec<&str> = list(types, "").iter().filter_map(|t| text(t, "/name")).collect();
        ToolError::refused(format!(
            "No issue link type with name '{asked}' found. Link types are: {}. Nothing was changed.",
            names.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::known;
    use serde_json::json;

    #[test]
    fn a_type_is_known_by_its_name_or_its_outward_phrase() {
        let types = json!([{"name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
                           {"name": "Cloners", "inward": "is cloned by", "outward": "clones"}]);
        assert_eq!(known(&types, "BLOCKS").expect("a name"), "Blocks");
        assert_eq!(known(&types, "clones").expect("a phrase"), "Cloners");
        let text = known(&types, "is blocked by").expect_err("the other direction").to_string();
        assert!(text.contains("Link types are: Blocks, Cloners"), "{text}");
    }
}
