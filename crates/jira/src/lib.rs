//! Jira's endpoints: pure request builders and lenient models.
//!
//! A file is found from the URL: `/rest/api/3/issue/...` is in [`issues`], `/rest/api/3/user...` in
//! [`users`]. Builders return [`ApiRequest`](atlassian_http::ApiRequest) values and send nothing.
//! The differences between Cloud (v3, ADF) and Data Center (v2, wiki markup) are in one place,
//! [`version`]; a builder takes the [`Deployment`](atlassian_settings::Deployment) and chooses
//! there.
//!
//! * [`issues`]: issues, their comments, transitions, work logs, links, watchers, attachments.
//! * [`create_meta`]: issue types of a project and the fields of their create screens.
//! * [`search`]: JQL searches; [`jql`] reads and fences the query text itself.
//! * [`fields`]: the field catalogue and what a field is.
//! * [`projects`], [`versions`], [`agile`], [`statuses`]: what is there beside issues.
//! * [`users`], [`service_desk`]: people, and requests of Jira Service Management.
//! * [`forms`], [`development`]: forms on issues; branches, commits and pull requests.
//!
//! Models are lenient: Jira's answers vary with version, permission and apps, so results stay JSON
//! and are read by path; only what decides something is typed.

pub mod agile;
pub mod bulk;
pub mod changelogs;
pub mod create_meta;
pub mod development;
pub mod fields;
pub mod forms;
pub mod issue_links;
pub mod issues;
pub mod jql;
pub mod projects;
pub mod search;
pub mod service_desk;
pub mod statuses;
pub mod users;
pub mod version;
pub mod versions;
