//! Answers: bounds, decompression, what is not JSON, and Atlassian's own words.

use crate::fixture::{instance, of, read, remote, write};
use crate::server::{Reply, Server};
use atlassian_http::{ApiErrorKind, ApiRequest, Phase};
use atlassian_settings::{Deployment, Service};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use std::io::Write as _;

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

async fn answering(reply: Reply) -> Server {
    Server::start(move |_, _| reply.clone()).await
}

#[tokio::test]
async fn compressed_answers_are_read() {
    let body = gzip(br#"{"key":"PAY-1"}"#);
    let server = answering(Reply::status(200).header("content-encoding", "gzip").body(body)).await;
    let value: serde_json::Value = remote(instance(&server.url())).json(&read()).await.unwrap();
    assert_eq!(value["key"], "PAY-1");
}

#[tokio::test]
async fn a_body_above_the_bound_is_refused_also_when_it_hides_in_compression() {
    let plain = Reply::status(200).body(vec![b' '; 2000]);
    let bomb = gzip(&vec![b' '; 50 * 1024 * 1024]);
    assert!(bomb.len() < 100_000);
    let bomb = Reply::status(200).header("content-encoding", "gzip").body(bomb);
    for (reply, bound) in [(plain, 1999), (bomb, 1024 * 1024)] {
        let server = answering(reply).await;
        let remote = remote(instance(&server.url()));
        let request = ApiRequest { max_answer: bound, ..read() };
        let error = remote.send(&request).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::TooLarge);
        assert!(error.to_string().contains(&format!("larger than {bound} bytes")), "{error}");
        let error = remote.download(&read(), bound).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::TooLarge);
    }
    let server = answering(Reply::status(200).body(vec![b' '; 2000])).await;
    let request = ApiRequest { max_answer: 2000, ..read() };
    assert_eq!(remote(instance(&server.url())).send(&request).await.unwrap().body.len(), 2000);
}

#[tokio::test]
async fn an_empty_body_is_null() {
    let server = answering(Reply::status(204).body("")).await;
    let value: serde_json::Value = remote(instance(&server.url())).json(&read()).await.unwrap();
    assert!(value.is_null());
}

#[derive(Debug, Deserialize)]
struct Issue {
    #[expect(dead_code, reason = "only its shape matters")]
    fields: Fields,
}

#[derive(Debug, Deserialize)]
struct Fields {
    #[expect(dead_code, reason = "only its shape matters")]
    summary: String,
}

#[tokio::test]
async fn what_is_not_the_expected_json_is_named() {
    let page = Reply::status(200)
        .header("content-type", "text/html;charset=UTF-8")
        .body("<html><head><title>Log in - Corp</title></head><body>secret body</body></html>");
    let cases = [
        (page, "an HTML page titled `Log in - Corp`"),
        (Reply::json(r#"{"fields":{"summary":7}}"#), "fields.summary"),
        (Reply::json(r#"{"fields":{"summ"#), "EOF while parsing"),
        (Reply::json(r#"{"fields":{"summary":"x"}} trailing"#), "trailing characters"),
    ];
    for (reply, words) in cases {
        let server = answering(reply).await;
        let error = remote(instance(&server.url())).json::<Issue>(&read()).await.unwrap_err();
        assert_eq!((error.kind, error.phase), (ApiErrorKind::UnexpectedBody, Phase::Answered));
        let text = error.to_string();
        assert!(text.contains(words) && !text.contains("secret body"), "{text}");
    }
}

#[tokio::test]
async fn a_write_with_an_unreadable_answer_is_not_called_failed() {
    let server = answering(Reply::status(201).body("{\"id\":")).await;
    let error = remote(instance(&server.url())).json::<Issue>(&write()).await.unwrap_err();
    assert!(error.to_string().contains("reported success"), "{error}");
}

#[tokio::test]
async fn each_status_has_its_kind_and_keeps_the_words() {
    let table = [
        (400, ApiErrorKind::Invalid, "(HTTP 400)"),
        (401, ApiErrorKind::Unauthorized, "Authentication failed for Jira API (401)"),
        (403, ApiErrorKind::Forbidden, "lacks the permission"),
        (404, ApiErrorKind::NotFound, "not found (HTTP 404)"),
        (409, ApiErrorKind::Conflict, "Somebody else changed it"),
        (410, ApiErrorKind::Gone, "no longer offers"),
        (413, ApiErrorKind::TooLarge, "larger than the server accepts"),
        (418, ApiErrorKind::Other, "(HTTP 418)"),
        (422, ApiErrorKind::Invalid, "(HTTP 422)"),
        (429, ApiErrorKind::RateLimited, "Jira API rate limit hit (429)"),
        (500, ApiErrorKind::Server, "may have been carried out"),
        (503, ApiErrorKind::Server, "try again later"),
    ];
    for (status, kind, words) in table {
        let body = r#"{"errorMessages":["It went wrong."],"errors":{"summary":"is required"}}"#;
        let server = answering(Reply::status(status).body(body)).await;
        let mut config = instance(&server.url());
        config.limits.retry.attempts = 0;
        let error = remote(config).send(&write()).await.unwrap_err();
        assert_eq!((error.kind, error.phase), (kind, Phase::Answered));
        assert!(error.is_status(status) && error.body.is_some());
        let text = error.to_string();
        for part in [words, "It went wrong; summary: is required", "create an issue in PAY on Jira"]
        {
            assert!(text.contains(part), "{text}");
        }
    }
}

#[tokio::test]
async fn the_instance_is_named_when_it_has_a_name() {
    let server = answering(Reply::status(404)).await;
    let mut config = of(Service::Confluence, Deployment::DataCenter, &server.url());
    config.label = Some("Handbook".into());
    let error = remote(config.clone()).send(&read()).await.unwrap_err();
    assert!(error.to_string().contains("on Confluence Handbook"), "{error}");
    config.label = None;
    assert_eq!(remote(config).send(&read()).await.unwrap_err().instance, "Confluence");
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    let server = answering(Reply::json("\u{feff}{\"key\":\"PAY-1\"}")).await;
    let value: serde_json::Value = remote(instance(&server.url())).json(&read()).await.unwrap();
    assert_eq!(value["key"], "PAY-1");
}

#[tokio::test]
async fn a_captcha_is_explained() {
    let reply = Reply::status(403).header("x-seraph-loginreason", "AUTHENTICATION_DENIED").body("");
    let server = answering(reply).await;
    let error = remote(instance(&server.url())).send(&read()).await.unwrap_err();
    assert!(error.to_string().contains("CAPTCHA"), "{error}");
}

#[tokio::test]
async fn a_download_has_its_name_from_the_path_when_nothing_else_tells() {
    let reply = Reply::status(200).header("content-type", "text/plain").body("hello");
    let server = answering(reply).await;
    let remote = remote(instance(&format!("{}/jira", server.url())));
    let link = format!("{}/jira/secure/attachment/1/a%20b.txt?download=true", server.url());
    let file = remote.download_link(&link, "read an attachment", 100).await.unwrap();
    assert_eq!(file.file_name.as_deref(), Some("a b.txt"));
    let seen = server.log().remove(0);
    assert_eq!(seen.target, "/jira/secure/attachment/1/a%20b.txt?download=true");
    assert_eq!(seen.header("accept"), Some("*/*"));
    assert!(seen.header("authorization").is_some());
    let foreign = remote.download_link("https://evil.example/x", "read it", 100).await.unwrap_err();
    assert_eq!((foreign.kind, foreign.phase), (ApiErrorKind::Redirect, Phase::NotSent));
}
