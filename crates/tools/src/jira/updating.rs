//! Carrying out an update of several steps, and telling what was done (jira-issues spec sections
//! 4.7 and 10).

use super::parts::put;
use super::reread;
use super::text::{Remarks, explain_length};
use super::transitions::transition_issue::make;
use super::wanted::Wanted;
use super::writing::{Draft, Target, explain};
use crate::{Answer, Context, ToolError};
use atlassian_jira::issues::transitions::Transition;
use atlassian_jira::issues::{self, attachments, comments, worklogs};
use futures::future::join_all;
use serde_json::{Map, Value, json};

/// Largest file that is attached, in bytes (server spec section 8.5).
const MAX_FILE: u64 = 50 * 1024 * 1024;

/// Everything that is going to be done, checked as far as it can be without writing.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) draft: Draft,
    pub(crate) files: Vec<String>,
    pub(crate) transition: Option<(String, Transition)>,
    pub(crate) comment: Option<(Value, Option<Value>)>,
    pub(crate) worklog: Option<Map<String, Value>>,
}

impl Plan {
    pub(crate) fn is_empty(&self) -> bool {
        self.draft.is_empty()
            && self.files.is_empty()
            && self.transition.is_none()
            && self.comment.is_none()
            && self.worklog.is_none()
    }
}

/// What was done and what was not.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    nothing_asked: bool,
    done: Vec<String>,
    failed: Vec<String>,
    errors: Vec<ToolError>,
    remarks: Remarks,
    warnings: Vec<String>,
    uploads: Option<Value>,
    cleared_parent: bool,
}

impl Outcome {
    pub(crate) fn new(nothing_asked: bool) -> Self {
        Self { nothing_asked, ..Self::default() }
    }

    fn fail(&mut self, step: &str, error: ToolError) {
        self.failed.push(format!("{step}: {error}"));
        self.errors.push(error);
    }

    /// Does one step after the other; a step that fails does not keep the next from being tried.
    /// Returns the issue when the edit alone gave it back.
    pub(crate) async fn carry_out(&mut self, cx: &Context, key: &str, plan: Plan) -> Option<Value> {
        let Plan { mut draft, files, transition, comment, worklog } = plan;
        let alone =
            files.is_empty() && transition.is_none() && comment.is_none() && worklog.is_none();
        self.remarks.extend(std::mem::take(&mut draft.remarks));
        let mut returned = None;
        if !draft.is_empty() {
            self.cleared_parent = draft.update.contains_key("parent");
            let request = issues::edit(cx.deployment(), key, &draft.fields, &draft.update);
            match cx.remote.json::<Value>(&request).await {
                Ok(issue) => {
                    self.done.push("fields_updated".to_owned());
                    returned = Some(issue).filter(|issue| alone && issue.get("fields").is_some());
                }
                Err(error) => {
                    let target = Target::Update { key };
                    let error = explain(cx, error, target, None, &draft.longest).await;
                    self.fail("fields_updated", error);
                }
            }
        }
        if !files.is_empty() {
            self.attach(cx, key, &files).await;
        }
        if let Some((asked, transition)) = transition {
            match make(cx, key, &transition, Draft::default(), None).await {
                Ok(_) => self.done.push(format!("transitioned_to:{asked}")),
                Err(error) => self.fail("transition", error),
            }
        }
        if let Some((body, restriction)) = comment {
            let request = comments::add(cx.deployment(), key, body.clone(), restriction);
            match cx.remote.json::<Value>(&request).await {
                Ok(_) => self.done.push("comment_added".to_owned()),
                Err(error) => self.fail("comment", explain_length(error, &body)),
            }
        }
        if let Some(entry) = worklog {
            match cx.remote.json::<Value>(&worklogs::add(cx.deployment(), key, entry, None)).await {
                Ok(_) => self.done.push("worklog_added".to_owned()),
                Err(error) => self.fail("worklog", error.into()),
            }
        }
        returned
    }

    async fn attach(&mut self, cx: &Context, key: &str, files: &[String]) {
        let uploads = files.iter().map(|path| async move {
            let file = cx.local_file("the file", path, MAX_FILE).await?;
            let size = file.bytes.len();
            let request = attachments::add(cx.deployment(), key, &file.name, file.bytes);
            let answer: Value = cx.remote.json(&request).await?;
            let first = answer.pointer("/0").unwrap_or(&answer);
            let id = first.get("id").cloned().unwrap_or_default();
            Ok::<Value, ToolError>(json!({"filename": file.name, "size": size, "id": id}))
        });
        let (mut uploaded, mut failed) = (Vec::new(), Vec::new());
        for (path, upload) in files.iter().zip(join_all(uploads).await) {
            match upload {
                Ok(upload) => uploaded.push(upload),
                Err(error) => {
                    failed.push(json!({"filename": path, "error": error.to_string()}));
                    self.fail(&format!("attachment: {path}"), error);
                }
            }
        }
        if !uploaded.is_empty() {
            self.done.push("attachments_uploaded".to_owned());
        }
        self.uploads = Some(json!({
            "success": !uploaded.is_empty(),
            "issue_key": key,
            "total": files.len(),
            "uploaded": uploaded,
            "failed": failed,
        }));
    }

    pub(crate) async fn answer(
        mut self,
        cx: &Context,
        key: &str,
        wanted: Result<Wanted, ToolError>,
        returned: Option<Value>,
    ) -> Result<Answer, ToolError> {
        if self.done.is_empty() && !self.nothing_asked {
            return Err(match (self.errors.pop(), self.errors.is_empty()) {
                (Some(error), true) if error.api().is_some() => error,
                _ => ToolError::refused(format!(
                    "Failed to update issue {key}: {}. Nothing was changed.",
                    self.failed.join("; ")
                )),
            });
        }
        let mut issue = self.read(cx, key, wanted, returned).await?;
        if self.cleared_parent && issue.contains_key("parent") {
            self.warnings.push(format!("{key} still has its parent; Jira kept it"));
        }
        if let Some(uploads) = self.uploads {
            issue.insert("attachment_results".to_owned(), uploads);
        }
        let message = match (self.done.is_empty(), self.failed.is_empty()) {
            (true, _) => "No issue updates were requested",
            (false, true) => "Issue updated successfully",
            (false, false) => "Issue update completed with errors",
        };
        let mut out = Map::new();
        out.insert("message".to_owned(), Value::from(message));
        out.insert("issue".to_owned(), Value::Object(issue));
        out.insert("operations_performed".to_owned(), Value::from(self.done));
        out.insert("operations_failed".to_owned(), Value::from(self.failed));
        put(&mut out, "warnings", Value::from(self.warnings));
        Ok(Answer::json(out).with_warnings(self.remarks))
    }

    /// The issue as it is now: what the edit gave back when that holds all that was asked for,
    /// else read again.
    async fn read(
        &mut self,
        cx: &Context,
        key: &str,
        wanted: Result<Wanted, ToolError>,
        returned: Option<Value>,
    ) -> Result<Map<String, Value>, ToolError> {
        let wanted = match (&returned, wanted) {
            (Some(found), Ok(mut wanted)) if holds(found, &wanted) => {
                wanted.catalogue = wanted.describe(cx).await;
                self.warnings.extend(wanted.warnings.clone());
                return reread::shown(cx, key, found, &wanted, &mut self.remarks).await;
            }
            (_, wanted) => wanted,
        };
        match reread::read(cx, key, wanted, &mut self.remarks).await {
            Ok((issue, told)) => {
                self.warnings.extend(told);
                Ok(issue)
            }
            Err(error) if self.nothing_asked => Err(error),
            Err(error) => {
                self.failed.push(format!("refetch: {error}"));
                Ok(Map::from_iter([("key".to_owned(), Value::from(key))]))
            }
        }
    }
}

/// Whether an issue that an edit gave back is whole: the documents leave open whether only the
/// edited fields come.
fn holds(found: &Value, wanted: &Wanted) -> bool {
    let has = |id: &str| found.pointer("/fields").is_some_and(|fields| fields.get(id).is_some());
    if wanted.all {
        ["summary", "status", "project", "created", "updated", "issuetype"].into_iter().all(has)
    } else {
        wanted.upstream.iter().all(|id| has(id))
    }
}
