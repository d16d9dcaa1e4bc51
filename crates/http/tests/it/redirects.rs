//! Redirects: where they are followed, and what they carry.

use crate::fixture::{instance, of, read, remote, remote_of, write};
use crate::server::{Reply, Server};
use atlassian_http::{ApiErrorKind, ApiRequest, Client, Origins, Phase};
use atlassian_settings::{Deployment, Service};
use std::sync::Arc;
use url::Url;

const STEP: &str = "/rest/api/2/issue/PAY-1";

#[tokio::test]
async fn reads_follow_within_the_origin_with_their_credentials() {
    for status in [301, 302, 303, 307, 308] {
        for absolute in [false, true] {
            let server = Server::start(move |seen, _| {
                let host = seen.header("host").unwrap();
                match seen.target.as_str() {
                    STEP if absolute => {
                        Reply::redirect(status, &format!("http://{host}/moved?x=1"))
                    }
                    STEP => Reply::redirect(status, "/moved?x=1"),
                    _ => Reply::json(r#"{"key":"PAY-1"}"#),
                }
            })
            .await;
            let value: serde_json::Value =
                remote(instance(&server.url())).json(&read()).await.unwrap();
            assert_eq!(value["key"], "PAY-1");
            let log = server.log();
            assert_eq!(log[1].target, "/moved?x=1");
            assert_eq!(log[1].header("authorization"), log[0].header("authorization"));
        }
    }
}

#[tokio::test]
async fn another_origin_gets_nothing_at_all() {
    let other = Server::start(|_, _| Reply::json("{}")).await;
    let target = format!("{}/steal", other.url());
    let server = Server::start(move |_, _| Reply::redirect(302, &target)).await;
    let mut config = instance(&server.url());
    config.network.custom_headers = vec![("x-secret".into(), "canary-custom".into())];
    let remote = remote(config);
    let error = remote.send(&read()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Redirect);
    assert!(error.to_string().contains("another host (`127.0.0.1`)"), "{error}");
    let error = remote.download(&read(), 1000).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Redirect);
    assert!(other.log().is_empty(), "{:?}", other.log());
}

#[tokio::test]
async fn what_is_outside_the_context_path_is_another_instance() {
    let server = Server::start(|seen, _| match seen.target.as_str() {
        "/jira/rest/api/2/issue/PAY-1" => Reply::redirect(302, "/jira2/rest/api/2/issue/PAY-1"),
        _ => Reply::json("{}"),
    })
    .await;
    let error =
        remote(instance(&format!("{}/jira", server.url()))).send(&read()).await.unwrap_err();
    assert!(error.to_string().contains("outside this instance"), "{error}");
    assert_eq!(server.log().len(), 1);
}

#[tokio::test]
async fn a_media_host_is_asked_without_credentials_and_custom_headers() {
    let media = Server::start(|_, _| {
        Reply::status(200)
            .header("content-type", "image/png")
            .header("content-disposition", "attachment; filename=\"a.png\"")
            .body("PNG")
    })
    .await;
    let target = format!("{}/file/1?token=t", media.url());
    let server = Server::start(move |_, _| Reply::redirect(302, &target)).await;
    let mut config = of(Service::Jira, Deployment::Cloud, &server.url());
    config.network.custom_headers = vec![("x-secret".into(), "canary-custom".into())];
    let credential = config.credential.clone();
    let origins = Origins::of(&config).and_media(&Url::parse(&media.url()).unwrap());
    let remote = remote_of(Client::new(Arc::new(config), origins), credential)
        .with_passthrough(vec![("x-user".into(), "canary-passed".into())]);
    let file = remote.download(&read(), 100).await.unwrap();
    assert_eq!(&file.bytes[..], b"PNG");
    assert_eq!(file.media_type.as_deref(), Some("image/png"));
    assert_eq!(file.file_name.as_deref(), Some("a.png"));
    let direct =
        remote.download_link(&format!("{}/file/2", media.url()), "read an image", 100).await;
    assert!(direct.is_ok());
    let log = media.log();
    assert_eq!(log.len(), 2);
    for seen in log {
        assert!(!seen.raw().contains("canary"), "{seen:?}");
        assert!(seen.names().iter().all(|n| !n.starts_with("x-") && *n != "authorization"));
    }
}

#[tokio::test]
async fn a_write_is_repeated_only_where_method_and_body_stay() {
    for (status, followed) in [(301, false), (302, false), (303, false), (307, true), (308, true)] {
        let server = Server::start(move |seen, _| match seen.target.as_str() {
            "/rest/api/2/issue" => Reply::redirect(status, "/elsewhere"),
            _ => Reply::status(201),
        })
        .await;
        let result = remote(instance(&server.url())).send(&write()).await;
        let log = server.log();
        if followed {
            assert_eq!(result.unwrap().status, 201);
            assert_eq!((log[1].method.as_str(), &log[1].body), ("POST", &log[0].body));
        } else {
            let error = result.unwrap_err();
            assert_eq!((error.kind, error.phase), (ApiErrorKind::Redirect, Phase::Answered));
            assert_eq!(log.len(), 1);
        }
    }
}

#[tokio::test]
async fn loops_end_and_odd_targets_are_refused() {
    let server = Server::start(|_, _| Reply::redirect(302, "/again")).await;
    let error = remote(instance(&server.url())).send(&read()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Redirect);
    assert_eq!(server.log().len(), 11);
    for target in [
        "http://user:pw@127.0.0.1/",
        "ftp://127.0.0.1/x",
        "//evil.example/x",
        "/\\evil.example",
        "javascript:alert(1)",
        "/x/..%2f..%2fadmin",
    ] {
        let server = Server::start(move |_, _| Reply::redirect(302, target)).await;
        let error = remote(instance(&server.url())).send(&read()).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Redirect, "{target}");
        assert_eq!(server.log().len(), 1, "{target}");
    }
}

#[tokio::test]
async fn a_login_page_and_a_missing_tls_are_named() {
    let server = Server::start(|_, _| Reply::redirect(302, "/login.jsp?os_destination=%2Fx")).await;
    let error = remote(instance(&server.url())).send(&read()).await.unwrap_err();
    assert!(error.to_string().contains("login page"), "{error}");
    assert!(!error.to_string().contains("os_destination"), "{error}");
    let server = Server::start(|seen, _| {
        Reply::redirect(301, &format!("https://{}{}", seen.header("host").unwrap(), seen.target))
    })
    .await;
    let error = remote(instance(&server.url())).send(&read()).await.unwrap_err();
    assert!(error.to_string().contains(&format!("use `https://{}`", server.address)), "{error}");
    let request = ApiRequest { max_answer: 10, ..read() };
    assert!(remote(instance(&server.url())).send(&request).await.is_err());
}
