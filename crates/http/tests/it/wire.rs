//! What goes out: address, headers and bodies (server spec section 3.5).

use crate::fixture::{self, CLOUD_ID, control, instance, of, pat, read, remote, remote_of, write};
use crate::server::{Reply, Seen, Server};
use atlassian_http::{ApiErrorKind, ApiPath, ApiRequest, Base, Body, Client, Origins, Part, Phase};
use atlassian_settings::{Credential, Deployment, OAuthApp, OAuthCredential, Service};
use http::Method;
use std::sync::Arc;

async fn echo() -> Server {
    Server::start(|_, _| Reply::json(r#"{"ok":true}"#)).await
}

async fn sent(server: &Server, credential: Credential) -> Seen {
    let remote = remote_of(fixture::client(instance(&server.url())), credential);
    remote.send(&read()).await.unwrap();
    server.log().last().unwrap().clone()
}

#[tokio::test]
async fn each_credential_has_its_header() {
    let server = echo().await;
    let seen = sent(&server, fixture::basic()).await;
    let expected = "Basic YW5uQGFjbWUuZXhhbXBsZTpjYW5hcnktYmFzaWMtdG9rZW4=";
    assert_eq!(seen.header("authorization"), Some(expected));
    let seen = sent(&server, pat()).await;
    assert_eq!(seen.header("authorization"), Some("Bearer canary-personal-token"));
    let seen = sent(&server, fixture::oauth()).await;
    assert_eq!(seen.header("authorization"), Some("Bearer canary-oauth-token"));
    for silent in [Credential::External, Credential::None] {
        assert_eq!(sent(&server, silent).await.header("authorization"), None);
    }
}

#[tokio::test]
async fn every_request_says_who_asks_and_what_it_takes() {
    let server = echo().await;
    let seen = sent(&server, pat()).await;
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("GET", "/rest/api/2/issue/PAY-1"));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(seen.header("user-agent"), Some(format!("atlassian-mcp/{version}").as_str()));
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert!(seen.header("accept-encoding").unwrap().contains("gzip"));
    assert_eq!(seen.header("content-type"), None);
    assert_eq!(seen.header("cookie"), None);
}

#[tokio::test]
async fn custom_headers_win_over_ours_and_passed_ones_over_all() {
    let server = echo().await;
    let mut config = instance(&server.url());
    config.network.custom_headers = vec![
        ("User-Agent".into(), "corp-gate/1".into()),
        ("Authorization".into(), "Negotiate corp-ticket".into()),
        ("X-Corp".into(), "custom".into()),
        ("Content-Length".into(), "999".into()),
    ];
    let remote = remote(config)
        .with_passthrough(vec![("x-corp".into(), "passed".into()), ("Host".into(), "evil".into())]);
    remote.send(&write()).await.unwrap();
    let seen = server.log().remove(0);
    assert_eq!(seen.header("user-agent"), Some("corp-gate/1"));
    assert_eq!(seen.header("authorization"), Some("Negotiate corp-ticket"));
    assert_eq!(seen.header("x-corp"), Some("passed"));
    assert_eq!(seen.header("host"), Some(server.address.to_string().as_str()));
    assert_eq!(seen.names().iter().filter(|name| **name == "x-corp").count(), 1);
    assert_eq!(seen.body, br#"{"fields":{"summary":"x"}}"#);
    assert_eq!(seen.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn ids_and_queries_are_encoded_and_stay_below_the_base() {
    let server = echo().await;
    let remote = remote(instance(&format!("{}/jira", server.url())));
    for (id, target) in [
        ("a/b?c#d e", "/jira/rest/api/2/issue/a%2Fb%3Fc%23d%20e"),
        ("..", "/jira/rest/api/2/issue/%252E%252E"),
        ("../../admin", "/jira/rest/api/2/issue/%252E%252E%2F%252E%252E%2Fadmin"),
        ("ä%", "/jira/rest/api/2/issue/%C3%A4%25"),
        ("v1.2", "/jira/rest/api/2/issue/v1.2"),
    ] {
        let path = ApiPath::api("/rest/api/2/issue").segment(id);
        remote.send(&ApiRequest::get(path, "read it")).await.unwrap();
        assert_eq!(server.log().last().unwrap().target, target, "{id}");
    }
    let request = ApiRequest::get(ApiPath::api("/rest/api/2/search"), "search")
        .query("jql", "a = \"b&c\"")
        .query_opt("startAt", Some(5))
        .query_opt("none", None::<u32>);
    remote.send(&request).await.unwrap();
    let target = server.log().last().unwrap().target.clone();
    assert_eq!(target, "/jira/rest/api/2/search?jql=a+%3D+%22b%26c%22&startAt=5");
}

#[tokio::test]
async fn files_go_as_a_form() {
    let server = echo().await;
    let request = ApiRequest {
        body: Body::Multipart(vec![Part {
            name: "file",
            file_name: Some("notes.txt".into()),
            media_type: Some("text/plain".into()),
            content: "the content".into(),
        }]),
        ..ApiRequest::new(Method::POST, ApiPath::api("/rest/api/2/issue/1/attachments"), "attach")
    }
    .header("x-atlassian-token", "no-check");
    remote(instance(&server.url())).send(&request).await.unwrap();
    let seen = server.log().remove(0);
    assert!(seen.header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    assert_eq!(seen.header("x-atlassian-token"), Some("no-check"));
    let body = String::from_utf8(seen.body).unwrap();
    for part in ["name=\"file\"; filename=\"notes.txt\"", "text/plain", "the content"] {
        assert!(body.contains(part), "{body}");
    }
}

#[tokio::test]
async fn oauth_on_cloud_goes_through_the_gateway_and_other_kinds_do_not() {
    let server = echo().await;
    for (service, prefix) in [
        (Service::Jira, format!("/ex/jira/{CLOUD_ID}")),
        (Service::Confluence, format!("/ex/confluence/{CLOUD_ID}/wiki")),
    ] {
        let mut config = of(service, Deployment::Cloud, &format!("{}/", server.url()));
        config.cloud_id = Some(CLOUD_ID.into());
        let origins = Origins::with_platform(&config, &server.url());
        let client = Client::new(Arc::new(config), origins);
        let request = ApiRequest::get(ApiPath::api("/rest/api/x"), "read it");
        client.send(&request, &fixture::oauth(), &control()).await.unwrap();
        assert_eq!(server.log().last().unwrap().target, format!("{prefix}/rest/api/x"));
        client.send(&request, &fixture::basic(), &control()).await.unwrap();
        let site = if service == Service::Jira { "/rest/api/x" } else { "/wiki/rest/api/x" };
        assert_eq!(server.log().last().unwrap().target, site);
        let forms = ApiRequest::get(ApiPath::on(Base::Forms, "/issue/X-1/form"), "list forms");
        client.send(&forms, &fixture::basic(), &control()).await.unwrap();
        let expected = format!("/jira/forms/cloud/{CLOUD_ID}/issue/X-1/form");
        assert_eq!(server.log().last().unwrap().target, expected);
        let told = ApiPath::on(Base::FormsOfSite, "").segment("../told").then("/issue/X-1/form");
        let forms = ApiRequest::get(told, "list forms");
        client.send(&forms, &fixture::basic(), &control()).await.unwrap();
        let expected = "/jira/forms/cloud/%252E%252E%2Ftold/issue/X-1/form";
        assert_eq!(server.log().last().unwrap().target, expected);
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_and_nothing_leaves() {
    let server = echo().await;
    let data_center = instance(&server.url());
    let app = Credential::OAuth(OAuthCredential::App(OAuthApp {
        client_id: "id".into(),
        client_secret: "canary-client-secret".into(),
        redirect_uri: "http://localhost:8080/callback".into(),
        scope: "WRITE".into(),
        token_folder: None,
    }));
    let forms = ApiRequest::get(ApiPath::on(Base::Forms, "/x"), "list forms");
    let told = ApiRequest::get(ApiPath::on(Base::FormsOfSite, "/id/x"), "list forms");
    let mut bad_header = data_center.clone();
    bad_header.network.custom_headers = vec![("x-corp".into(), "canary\nvalue".into())];
    let cases = [
        (data_center.clone(), app, read(), "no home directory"),
        (
            data_center.clone(),
            Credential::OAuth(OAuthCredential::Minimal),
            read(),
            "must bring an OAuth access token",
        ),
        (data_center.clone(), pat(), forms, "Cloud site"),
        (data_center, pat(), told, "Cloud sites only"),
        (bad_header, pat(), read(), "`x-corp`"),
    ];
    for (config, credential, request, words) in cases {
        let remote = remote_of(fixture::client(config), credential);
        let error = remote.send(&request).await.unwrap_err();
        assert_eq!((error.kind, error.phase), (ApiErrorKind::Setup, Phase::NotSent));
        let text = error.to_string();
        assert!(text.contains(words) && !text.contains("canary"), "{text}");
    }
    assert!(server.log().is_empty());
}
