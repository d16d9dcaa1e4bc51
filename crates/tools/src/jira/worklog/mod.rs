//! Tools of the toolset `jira_worklog`.

pub(in crate::jira) mod add_worklog;
pub(in crate::jira) mod get_worklog;
