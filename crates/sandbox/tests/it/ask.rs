//! A caller with credentials, and two sites to call.

use atlassian_sandbox::{Sandbox, Service, Site, SiteSpec};
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// A running sandbox with a Cloud and a Data Center site.
pub(crate) struct Both {
    // Keeps the listeners alive.
    pub(crate) sandbox: Sandbox,
    pub(crate) acme: Site,
    pub(crate) corp: Site,
}

pub(crate) async fn both() -> Both {
    let sandbox = Sandbox::builder()
        .site(SiteSpec::cloud("acme"))
        .site(SiteSpec::data_center("corp").jira_context("/jira").confluence_context("confluence/"))
        .start()
        .await
        .unwrap();
    let (acme, corp) = (sandbox.site("acme"), sandbox.site("corp"));
    Both { sandbox, acme, corp }
}

/// One client for all tests, which each have a runtime of their own; so it keeps no connection.
pub(crate) fn client() -> reqwest::Client {
    static CLIENT: std::sync::OnceLock<reqwest::Client> = std::sync::OnceLock::new();
    CLIENT
        .get_or_init(|| reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap())
        .clone()
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) bytes: Vec<u8>,
    pub(crate) json: Value,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}

/// Sends a request below the base address of a product with the main user's credentials.
pub(crate) async fn ask(
    site: &Site,
    service: Service,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Got {
    let base = match service {
        Service::Jira => site.jira_url(),
        Service::Confluence => site.confluence_url(),
    };
    let mut request = client()
        .request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{base}{path}"))
        .basic_auth(site.username(), Some(site.api_token(service)));
    if let Some(body) = body {
        request = request.json(&body);
    }
    read(request.send().await.unwrap()).await
}

pub(crate) async fn read(response: reqwest::Response) -> Got {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.unwrap().to_vec();
    let json = serde_json::from_slice(&bytes).unwrap_or_default();
    Got { status, headers, bytes, json }
}

pub(crate) async fn jira(site: &Site, method: &str, path: &str, body: Option<Value>) -> Got {
    ask(site, Service::Jira, method, path, body).await
}

pub(crate) async fn get(site: &Site, path: &str) -> Value {
    let got = jira(site, "GET", path, None).await;
    assert_eq!(got.status, StatusCode::OK, "GET {path}: {got:?}");
    got.json
}
