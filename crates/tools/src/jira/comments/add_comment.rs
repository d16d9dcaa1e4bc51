//! `jira_add_comment`.

use crate::jira::parts::{get, text};
use crate::jira::people::names_in;
use crate::jira::service_request::{self, internal_only, is_internal_only, is_request};
use crate::jira::stamp;
use crate::jira::text::{Remarks, Texts, explain_length};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::issues::comments;
use atlassian_jira::service_desk;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Adds a comment.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct AddComment {
    issue_key: String,
    body: Option<String>,
    visibility: Option<String>,
    public: Option<bool>,
    comment: Option<String>,
}

impl Tool for AddComment {
    const NAME: &'static str = "jira_add_comment";
    const TITLE: &'static str = "Add Comment";
    const DESCRIPTION: &'static str = "Add a comment to an issue. On service requests `public` decides whether the customer \
         sees it.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraComments;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::required("body", Kind::Json, "Comment in Markdown.").lenient(),
        Argument::optional(
            "visibility",
            Kind::Json,
            "JSON: {\"type\": \"group\" or \"role\", \"value\": name}. Not with public.",
        ),
        Argument::optional(
            "public",
            Kind::Boolean,
            "Service requests: true shows it to the customer, false keeps it internal.",
        ),
        Argument::optional("comment", Kind::Json, "Another name of body.").hidden(),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let Some(body) = self.body.as_deref().or(self.comment.as_deref()) else {
            return Err(ToolError::argument("body", "Missing required argument", None));
        };
        if body.trim().is_empty() {
            return Err(ToolError::argument("body", "body must not be empty", None));
        }
        let visibility = visibility("visibility", self.visibility.as_deref())?;
        if self.public.is_some() && visibility.is_some() {
            return Err(ToolError::refused(
                "Cannot use both 'public' and 'visibility'. 'public' uses the ServiceDesk API, \
                 which does not support Jira visibility restrictions. Nothing was changed.",
            ));
        }
        match self.way(cx).await? {
            Way::Request { public } => self.to_request(cx, body, public).await,
            Way::Issue { note } => self.to_issue(cx, body, visibility, note).await,
        }
    }
}

/// How a comment is posted.
enum Way {
    /// Through the service desk, visible to the customer or not.
    Request { public: bool },
    /// As an ordinary comment, with a remark for the caller.
    Issue { note: Option<String> },
}

impl AddComment {
    /// Decides how the comment is posted, and refuses what the operator forbids.
    async fn way(&self, cx: &Context) -> Result<Way, ToolError> {
        let guarded = service_request::guards_any(cx);
        if self.public.is_none() && !guarded {
            return Ok(Way::Issue { note: None });
        }
        if self.public == Some(true) && !guarded {
            return Ok(Way::Request { public: true });
        }
        let key = &self.issue_key;
        let home = service_request::home(cx, key).await?;
        if is_internal_only(cx, &home.project) {
            return match (self.public, is_request(cx, key).await) {
                (Some(false), Some(true) | None) => Ok(Way::Request { public: false }),
                (_, Some(false)) => Ok(Way::Issue { note: None }),
                _ => Err(internal_only(key, "a comment that the customer could see")),
            };
        }
        match self.public {
            None => Ok(Way::Issue { note: None }),
            Some(true) => Ok(Way::Request { public: true }),
            Some(false) => {
                let desk = home.kind.as_deref().is_none_or(|kind| kind == "service_desk");
                let request = if desk { is_request(cx, key).await } else { Some(false) };
                match request {
                    Some(true) => Ok(Way::Request { public: false }),
                    Some(false) => Ok(Way::Issue {
                        note: Some(format!(
                            "{key} is not a service request, so public=false has no meaning there; \
                             an ordinary comment was added."
                        )),
                    }),
                    None => Err(ToolError::refused(format!(
                        "Could not find out whether {key} is a service request, so the comment \
                         was not added: it might have become visible to the customer. Leave \
                         `public` out for an ordinary comment. Nothing was changed."
                    ))),
                }
            }
        }
    }

    async fn to_request(
        &self,
        cx: &Context,
        body: &str,
        public: bool,
    ) -> Result<Answer, ToolError> {
        let key = &self.issue_key;
        let posted: Value = cx
            .remote
            .json(&service_desk::add_comment(key, body, public))
            .await
            .map_err(|error| {
                let reason = match error.status.map(|status| status.as_u16()) {
                    Some(403) => {
                        format!("{key} is not a JSM service desk issue or you lack permission")
                    }
                    Some(404) => format!("{key} is not a JSM service desk issue or does not exist"),
                    _ => return ToolError::from(error),
                };
                error.because(reason).into()
            })?;
        let mut out = Map::new();
        out.insert("id".to_owned(), id(&posted));
        out.insert("body".to_owned(), get(&posted, "/body").clone());
        let created = ["/created/jira", "/created/iso8601", "/created/epochMillis", "/created"]
            .iter()
            .map(|pointer| get(&posted, pointer))
            .find(|value| value.is_string() || value.is_number());
        out.insert("created".to_owned(), created.map_or(Value::Null, stamp::with_offset));
        let author = text(&posted, "/author/displayName").unwrap_or("Unknown");
        out.insert("author".to_owned(), Value::from(author));
        let public = posted.get("public").and_then(Value::as_bool).unwrap_or(public);
        out.insert("public".to_owned(), Value::from(public));
        Ok(Answer::json(out))
    }

    async fn to_issue(
        &self,
        cx: &Context,
        body: &str,
        visibility: Option<Value>,
        note: Option<String>,
    ) -> Result<Answer, ToolError> {
        let texts = Texts::of(cx);
        let mut remarks = Remarks::default();
        let written = texts.write("body", body, &mut remarks)?;
        let request = comments::add(cx.deployment(), &self.issue_key, written.clone(), visibility);
        let posted: Value =
            cx.remote.json(&request).await.map_err(|error| explain_length(error, &written))?;
        let mut out = result(cx, &posted, "created", &mut remarks).await;
        if let Some(note) = note {
            out.insert("note".to_owned(), Value::from(note));
        }
        Ok(Answer::json(out).with_warnings(remarks))
    }
}

/// Comment ids are texts in results, whatever Jira answered.
fn id(comment: &Value) -> Value {
    match comment.get("id") {
        Some(Value::Number(number)) => Value::from(number.to_string()),
        Some(other) => other.clone(),
        None => Value::Null,
    }
}

/// A posted comment: id, text converted back, time (`created` or `updated`), author.
pub(in crate::jira) async fn result(
    cx: &Context,
    posted: &Value,
    time: &str,
    remarks: &mut Remarks,
) -> Map<String, Value> {
    let names = names_in(cx, posted).await;
    let mut out = Map::new();
    out.insert("id".to_owned(), id(posted));
    let body = Texts::of(cx).read(get(posted, "/body"), &names, remarks);
    out.insert("body".to_owned(), Value::from(body));
    let at = posted.get(time).map_or_else(|| Value::from("None"), stamp::with_offset);
    out.insert(time.to_owned(), at);
    let author = ["/author/displayName", "/updateAuthor/displayName"]
        .iter()
        .find_map(|pointer| text(posted, pointer))
        .unwrap_or("Unknown");
    out.insert("author".to_owned(), Value::from(author));
    out
}

/// A restriction to a group or role given as JSON; blank and `null` are none.
///
/// # Errors
/// When it is something else.
pub(in crate::jira) fn visibility(
    argument: &str,
    given: Option<&str>,
) -> Result<Option<Value>, ToolError> {
    let given = given.map(str::trim).unwrap_or_default();
    if given.is_empty() || given == "null" {
        return Ok(None);
    }
    let rule = |problem: String| {
        ToolError::argument(
            argument,
            format!(
                "{argument} must be a valid JSON object, e.g. \
                 {{\"type\":\"group\",\"value\":\"jira-users\"}}; {problem}"
            ),
            Some(given),
        )
    };
    let parsed: Value = serde_json::from_str(given).map_err(|e| rule(format!("got error: {e}")))?;
    let object = parsed.as_object().ok_or_else(|| rule("this is no object".to_owned()))?;
    if object.is_empty() {
        return Ok(None);
    }
    let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
    let named = ["value", "identifier"]
        .iter()
        .any(|key| object.get(*key).and_then(Value::as_str).is_some_and(|name| !name.is_empty()));
    if !matches!(kind, "group" | "role") || !named {
        return Err(rule("`type` is group or role, `value` is its name".to_owned()));
    }
    Ok(Some(parsed))
}

#[cfg(test)]
mod tests {
    use super::visibility;

    #[test]
    fn a_restriction_is_complete_or_none() {
        for none in [None, Some(""), Some(" null "), Some("{}")] {
            assert!(visibility("visibility", none).expect("none").is_none(), "{none:?}");
        }
        assert!(
            visibility("visibility", Some(r#"{"type":"role","value":"Admins"}"#))
                .expect("ok")
                .is_some()
        );
        for bad in ["admins", "[]", r#"{"type":"user","value":"x"}"#, r#"{"type":"group"}"#] {
            let text = visibility("visibility", Some(bad)).expect_err(bad).to_string();
            assert!(text.contains("must be a valid JSON object"), "{text}");
        }
    }
}
