//! Tools of the toolset `jira_watchers`.

pub(in crate::jira) mod add_watcher;
pub(in crate::jira) mod get_issue_watchers;
pub(in crate::jira) mod remove_watcher;
