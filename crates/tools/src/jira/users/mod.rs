//! Tools of the toolset `jira_users`.

pub(in crate::jira) mod get_user_profile;
pub(in crate::jira) mod search_assignable_users;
