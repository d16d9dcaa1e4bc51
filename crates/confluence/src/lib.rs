//! Confluence's endpoints: pure request builders and lenient models for v2 and v1 on Cloud and v1
//! on Data Center.
//!
//! A file is found from the URL: `/api/v2/pages` and `/rest/api/content` are in `pages`. Builders
//! return [`ApiRequest`](atlassian_http::ApiRequest) values and send nothing; they take the
//! [`Deployment`](atlassian_settings::Deployment) and choose the version there. Cloud uses v2
//! wherever v2 can do it, for every kind of authentication (design section 5).
