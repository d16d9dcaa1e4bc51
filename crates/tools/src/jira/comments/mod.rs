//! Tools of the toolset `jira_comments`.

pub(in crate::jira) mod add_comment;
pub(in crate::jira) mod edit_comment;
