//! Tools of the toolset `jira_issues`.

pub(in crate::jira) mod assign_issue;
pub(in crate::jira) mod batch_create_issues;
pub(in crate::jira) mod batch_get_changelogs;
pub(in crate::jira) mod create_issue;
pub(in crate::jira) mod delete_issue;
pub(in crate::jira) mod get_issue;
pub(in crate::jira) mod get_project_issues;
pub(in crate::jira) mod move_issue;
pub(in crate::jira) mod search;
pub(in crate::jira) mod update_issue;
