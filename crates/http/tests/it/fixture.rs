//! Instances and calls for tests.

use atlassian_http::{ApiPath, ApiRequest, CallControl, Client, Origins, Remote};
use atlassian_settings::{
    Behaviour, Credential, Deployment, Exposure, Identity, InstanceConfig, InstanceId, Limits,
    Network, OAuthCredential, RetryPolicy, Service, SiteUrl,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(crate) const CLOUD_ID: &str = "11111111-2222-3333-4444-555555555555";

/// A Data Center Jira at this address; retries wait for nothing.
pub(crate) fn instance(url: &str) -> InstanceConfig {
    of(Service::Jira, Deployment::DataCenter, url)
}

pub(crate) fn of(service: Service, deployment: Deployment, url: &str) -> InstanceConfig {
    InstanceConfig {
        id: InstanceId::primary(service),
        number: 1,
        label: None,
        site: SiteUrl::parse(url, service, Some(deployment)).unwrap(),
        deployment,
        credential: pat(),
        cloud_id: None,
        network: Network::default(),
        limits: Limits {
            retry: RetryPolicy { backoff: Duration::ZERO, ..RetryPolicy::default() },
            ..Limits::default()
        },
        exposure: Exposure::default(),
        behaviour: Behaviour::default(),
    }
}

pub(crate) fn basic() -> Credential {
    Credential::Basic { username: "ann@acme.example".into(), secret: "canary-basic-token".into() }
}

pub(crate) fn pat() -> Credential {
    Credential::Pat("canary-personal-token".into())
}

pub(crate) fn oauth() -> Credential {
    Credential::OAuth(OAuthCredential::Given { token: "canary-oauth-token".into() })
}

pub(crate) fn control() -> CallControl {
    within(Duration::from_secs(120))
}

pub(crate) fn within(time: Duration) -> CallControl {
    CallControl { deadline: Instant::now() + time, cancel: CancellationToken::new() }
}

pub(crate) fn client(config: InstanceConfig) -> Client {
    let origins = Origins::of(&config);
    Client::new(Arc::new(config), origins)
}

pub(crate) fn remote(config: InstanceConfig) -> Remote {
    let credential = config.credential.clone();
    remote_of(client(config), credential)
}

pub(crate) fn remote_of(client: Client, credential: Credential) -> Remote {
    Remote::new(client, Arc::new(credential), Identity::OPERATOR, control())
}

pub(crate) fn read() -> ApiRequest {
    ApiRequest::get(ApiPath::api("/rest/api/2/issue").segment("PAY-1"), "read issue PAY-1")
}

pub(crate) fn write() -> ApiRequest {
    let body = serde_json::json!({"fields": {"summary": "x"}});
    ApiRequest::post(ApiPath::api("/rest/api/2/issue"), body, "create an issue in PAY")
}
