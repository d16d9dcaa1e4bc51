//! The sections that can be read beside the fields of an issue (jira-issues spec section 4.1).

use super::parts::{self, list};
use crate::{Context, ToolError};
use atlassian_jira::issues::{links, transitions, worklogs};
use futures::future::OptionFuture;
use serde_json::{Map, Value};

/// The sections of `include`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sections {
    pub(crate) comments: bool,
    pub(crate) changelog: bool,
    remote_links: bool,
    transitions: bool,
    watchers: bool,
    worklogs: bool,
}

/// What the sections brought: nothing when they were not asked for.
#[derive(Debug)]
pub(crate) struct Extras {
    remote_links: Option<Result<Value, ToolError>>,
    transitions: Option<Result<Value, ToolError>>,
    watchers: Option<Result<Value, ToolError>>,
    pub(crate) worklogs: Value,
    worklog_problem: Option<ToolError>,
}

impl Sections {
    /// Reads the list; words that name no section are ignored.
    pub(crate) fn parse(list: &str) -> Self {
        let mut sections = Self::default();
        for word in list.split(',') {
            match word.trim().to_ascii_lowercase().as_str() {
                "all" => {
                    return Self {
                        comments: true,
                        changelog: true,
                        remote_links: true,
                        transitions: true,
                        watchers: true,
                        worklogs: true,
                    };
                }
                "comment" | "comments" => sections.comments = true,
                "changelog" | "changelogs" => sections.changelog = true,
                "remote_links" => sections.remote_links = true,
                "transitions" => sections.transitions = true,
                "watchers" => sections.watchers = true,
                "worklog" | "worklogs" => sections.worklogs = true,
                _ => {}
            }
        }
        sections
    }

    /// Reads the sections that are requests of their own, at the same time.
    pub(crate) async fn fetch(&self, cx: &Context, key: &str) -> Extras {
        let deployment = cx.deployment();
        let ask = |request: atlassian_http::ApiRequest| async move {
            cx.remote.json::<Value>(&request).await.map_err(ToolError::from)
        };
        let one = |wanted: bool, request: atlassian_http::ApiRequest| {
            OptionFuture::from(wanted.then(|| ask(request)))
        };
        let (remote_links, transitions, watchers, worklogs) = futures::join!(
            one(self.remote_links, links::remote_links(deployment, key)),
            one(self.transitions, transitions::list(deployment, key, false)),
            one(self.watchers, links::watchers(deployment, key)),
            OptionFuture::from(self.worklogs.then(|| all_worklogs(cx, key))),
        );
        let (worklogs, worklog_problem) = match worklogs {
            None => (Value::Null, None),
            Some(Ok(entries)) => (Value::Array(entries), None),
            Some(Err(error)) => (Value::Null, Some(error)),
        };
        Extras { remote_links, transitions, watchers, worklogs, worklog_problem }
    }
}

/// Every work log of an issue.
pub(crate) async fn all_worklogs(cx: &Context, key: &str) -> Result<Vec<Value>, ToolError> {
    let mut entries: Vec<Value> = Vec::new();
    loop {
        let request = worklogs::list(cx.deployment(), key, entries.len() as u64);
        let page: Value = cx.remote.json(&request).await?;
        let got = list(&page, "/worklogs");
        entries.extend(got.iter().cloned());
        let total = page.get("total").and_then(Value::as_u64).unwrap_or_default();
        if got.is_empty() || entries.len() as u64 >= total {
            return Ok(entries);
        }
    }
}

impl Extras {
    /// Adds the sections in their fixed order; one that could not be read is missing, and a
    /// warning says why.
    pub(crate) fn show(
        self,
        key: &str,
        out: &mut Map<String, Value>,
        warnings: &mut Vec<String>,
        worklog: impl FnMut(&Value) -> Value,
    ) {
        let mut add = |name: &str, section: Option<Result<Value, ToolError>>| match section {
            None => {}
            Some(Ok(value)) => {
                out.insert(name.to_owned(), value);
            }
            Some(Err(error)) => warnings.push(format!("{name} could not be read: {error}")),
        };
        add("remote_links", self.remote_links);
        let transitions = self.transitions;
        add("transitions", transitions.map(|t| t.map(|t| super::transitions::shown(&t))));
        add("watchers", self.watchers.map(|w| w.map(|w| parts::watchers(key, &w))));
        if let Some(error) = self.worklog_problem {
            add("worklogs", Some(Err(error)));
        } else if let Value::Array(entries) = &self.worklogs {
            add("worklogs", Some(Ok(entries.iter().map(worklog).collect())));
        }
    }
}
