//! Tools about fields: of the toolset `jira_fields`, and those of `jira_projects` that tell what
//! can be filled when an issue is created.

pub(in crate::jira) mod get_create_fields;
pub(in crate::jira) mod get_field_options;
pub(in crate::jira) mod get_project_fields;
pub(in crate::jira) mod get_project_issue_types;
mod ranking;
pub(in crate::jira) mod search_fields;
