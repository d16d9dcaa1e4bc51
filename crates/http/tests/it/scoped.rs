//! API tokens with scopes: refused by the site, taken by the gateway.

use crate::fixture::{of, remote_of};
use atlassian_http::{ApiPath, ApiRequest, Client, Origins, Remote};
use atlassian_sandbox::{Fault, Sandbox, Site, SiteSpec};
use atlassian_settings::{Credential, Deployment, InstanceConfig, Service};
use std::sync::Arc;

async fn site() -> (Sandbox, Site) {
    let sandbox = Sandbox::builder().site(SiteSpec::cloud("acme")).start().await.unwrap();
    let site = sandbox.site("acme");
    (sandbox, site)
}

fn config(site: &Site, service: Service) -> InstanceConfig {
    let url = match service {
        Service::Jira => site.jira_url(),
        Service::Confluence => site.confluence_url(),
    };
    let mut config = of(service, Deployment::Cloud, &url);
    config.limits.retry.attempts = 0;
    config.network.custom_headers = vec![("x-gate".into(), "canary-gate".into())];
    config
}

fn client(site: &Site, config: InstanceConfig) -> Client {
    let origins = Origins::with_platform(&config, &site.gateway_url());
    Client::new(Arc::new(config), origins)
}

fn as_one(site: &Site, client: &Client, secret: String) -> Remote {
    let secret = secret.into();
    remote_of(client.clone(), Credential::Basic { username: site.username(), secret })
}

fn whoami(service: Service) -> ApiRequest {
    let path = match service {
        Service::Jira => "/rest/api/3/myself",
        Service::Confluence => "/rest/api/user/current",
    };
    ApiRequest::get(ApiPath::api(path), "ask who this is")
}

const PRODUCTS: [(Service, atlassian_sandbox::Service); 2] = [
    (Service::Jira, atlassian_sandbox::Service::Jira),
    (Service::Confluence, atlassian_sandbox::Service::Confluence),
];

/// Where each request went, and how it was answered.
fn went(site: &Site) -> Vec<(bool, u16)> {
    let log = site.log();
    site.clear_log();
    log.iter().map(|sent| (sent.via_gateway, sent.status)).collect()
}

#[tokio::test]
async fn a_token_that_the_site_refuses_is_tried_at_its_gateway_and_used_there_from_then_on() {
    let (_sandbox, site) = site().await;
    for (service, theirs) in PRODUCTS {
        for cloud_id in [None, Some(site.cloud_id())] {
            let mut config = config(&site, service);
            config.cloud_id = cloud_id;
            let client = client(&site, config);
            let scoped = as_one(&site, &client, site.scoped_token(theirs));
            scoped.send(&whoami(service)).await.unwrap();
            assert_eq!(went(&site), [(false, 401), (true, 200)], "{service}");
            scoped.send(&whoami(service)).await.unwrap();
            assert_eq!(went(&site), [(true, 200)], "{service}: it is known now");
            // Another credential of the same instance is not mistaken for it.
            as_one(&site, &client, site.api_token(theirs)).send(&whoami(service)).await.unwrap();
            assert_eq!(went(&site), [(false, 200)], "{service}");
            // Links of the gateway's answers are the instance's own for it.
            let product = service.word();
            let wiki = if service == Service::Confluence { "/wiki" } else { "" };
            let next =
                format!("{}/ex/{product}/{}{wiki}/rest/x", site.gateway_url(), site.cloud_id());
            scoped.link(&next).unwrap();
        }
    }
}

#[tokio::test]
async fn a_wrong_token_stays_refused_with_the_words_of_the_site() {
    let (_sandbox, site) = site().await;
    let (service, theirs) = PRODUCTS[0];
    site.fault(
        Fault::on(theirs, "*", "/myself").status(401).body(r#"{"message":"of the site"}"#).times(1),
    );
    let remote = as_one(&site, &client(&site, config(&site, service)), "canary-garbage".into());
    let error = remote.send(&whoami(service)).await.unwrap_err();
    assert!(error.is_status(401) && error.to_string().contains("of the site"), "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    assert_eq!(went(&site), [(false, 401), (true, 401)]);
    // It is no scoped token, so nothing is remembered.
    remote.send(&whoami(service)).await.unwrap_err();
    assert_eq!(went(&site), [(false, 401), (true, 401)]);
}

#[tokio::test]
async fn a_missing_scope_is_told_by_the_gateway() {
    let (_sandbox, site) = site().await;
    let (service, theirs) = PRODUCTS[1];
    site.fault(Fault::on(theirs, "*", "/user/current").after(1).missing_scope());
    let client = client(&site, config(&site, service));
    let remote = as_one(&site, &client, site.scoped_token(theirs));
    let error = remote.send(&whoami(service)).await.unwrap_err();
    assert!(error.to_string().contains("scope does not match"), "{error}");
    assert_eq!(went(&site), [(false, 401), (true, 401)]);
    site.clear_faults();
    remote.send(&whoami(service)).await.unwrap();
    assert_eq!(went(&site), [(true, 200)]);
}

#[tokio::test]
async fn nothing_else_is_ever_tried_at_the_gateway() {
    let (_sandbox, site) = site().await;
    let (service, theirs) = PRODUCTS[0];
    // A personal token, a request that is not for the API, and an instance that is not on Cloud.
    let personal = remote_of(client(&site, config(&site, service)), crate::fixture::pat());
    personal.send(&whoami(service)).await.unwrap_err();
    assert_eq!(went(&site), [(false, 401)]);
    let scoped = as_one(&site, &client(&site, config(&site, service)), site.scoped_token(theirs));
    let page = ApiRequest::get(
        ApiPath::on(atlassian_http::Base::Site, "/rest/api/3/myself"),
        "read a page",
    );
    scoped.send(&page).await.unwrap_err();
    assert_eq!(went(&site), [(false, 401)]);
    let mut elsewhere = config(&site, service);
    elsewhere.deployment = Deployment::DataCenter;
    let scoped = as_one(&site, &client(&site, elsewhere), site.scoped_token(theirs));
    scoped.send(&whoami(service)).await.unwrap_err();
    assert_eq!(went(&site), [(false, 401)]);
}
