//! Confluence's endpoints: pure request builders for v2 and v1 on Cloud and v1 on Data Center.
//!
//! A file is found from the URL: `/api/v2/pages` and `/rest/api/content` are in [`pages`],
//! `/properties` and `/property` in [`properties`], and so on. Builders return
//! [`ApiRequest`](atlassian_http::ApiRequest) values and send nothing. Cloud uses v2 wherever v2
//! can do it, for every kind of authentication (design section 5); a builder that exists for one
//! deployment only says so in its name or text, the others take the
//! [`Deployment`](atlassian_settings::Deployment) and choose.
//!
//! Two modules are about text that people write rather than about endpoints: [`cql`] reads queries
//! strictly enough to fence them in, [`reference`](mod@reference) finds the page that a pasted link means.
//!
//! Answers stay JSON and are read by path where they are shaped: they vary with version,
//! permission and apps.

pub mod analytics;
pub mod attachments;
pub mod comments;
pub mod cql;
pub mod labels;
pub mod pages;
pub mod properties;
pub mod reference;
pub mod restrictions;
pub mod scopes;
pub mod search;
pub mod spaces;
pub mod templates;
pub mod tree;
pub mod users;
mod version;
