//! Tools of the toolset `jira_issues`.

pub(in crate::jira) mod create_issue;
pub(in crate::jira) mod get_issue;
pub(in crate::jira) mod search;
pub(in crate::jira) mod update_issue;
