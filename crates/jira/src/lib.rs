//! Jira's endpoints: pure request builders and lenient models.
//!
//! A file is found from the URL: `/rest/api/3/issue/...` is in [`issues`]. Builders return
//! [`ApiRequest`](atlassian_http::ApiRequest) values and send nothing. The differences between
//! Cloud (v3, ADF) and Data Center (v2, wiki markup) are in one place, [`version`]; a builder takes
//! the [`Deployment`](atlassian_settings::Deployment) and chooses there.
//!
//! Models are lenient: Jira's answers vary with version, permission and apps, so results stay JSON
//! and are read by path; only what decides something is typed.

pub mod issues;
pub mod version;
