//! Repetition, deadline and cancellation over real sockets; the waits themselves are proven in
//! the crate with a paused clock.

use crate::fixture::{client, control, instance, pat, read, remote, within, write};
use crate::server::{Reply, Server};
use atlassian_http::{ApiErrorKind, ApiRequest, Phase};
use std::time::Duration;
use tokio::net::TcpListener;

fn once(first: Reply) -> impl Fn(&crate::server::Seen, usize) -> Reply {
    move |_, number| if number == 0 { first.clone() } else { Reply::json(r#"{"ok":1}"#) }
}

#[tokio::test]
async fn reads_are_repeated_after_passing_trouble() {
    let past = "Tue, 24 Nov 2020 09:00:00 GMT";
    let troubles = [
        Reply::status(429),
        Reply::status(429).header("retry-after", "0"),
        Reply::status(429).header("retry-after", past),
        Reply::status(502),
        Reply::status(503),
        Reply::status(504),
        Reply::Reset,
        Reply::Close,
        Reply::Truncated,
    ];
    for trouble in troubles {
        let server = Server::start(once(trouble.clone())).await;
        let answer = remote(instance(&server.url())).send(&read()).await.unwrap();
        assert_eq!(&answer.body[..], br#"{"ok":1}"#, "{trouble:?}");
        assert_eq!(server.log().len(), 2, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_post_that_reads_is_a_read() {
    let server = Server::start(once(Reply::status(503))).await;
    let search = ApiRequest { action: "search".into(), ..write() }.reading();
    remote(instance(&server.url())).send(&search).await.unwrap();
    let log = server.log();
    assert_eq!((log.len(), &log[0].body), (2, &log[1].body));
}

#[tokio::test]
async fn a_long_pause_is_reported_at_once_with_its_number() {
    let server = Server::start(|_, _| Reply::status(429).header("retry-after", "3600")).await;
    let error = remote(instance(&server.url())).send(&read()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::RateLimited);
    assert_eq!(error.retry_after, Some(Duration::from_secs(3600)));
    assert!(error.to_string().contains("Retry-After: 3600 seconds"), "{error}");
    assert_eq!(server.log().len(), 1);
}

#[tokio::test]
async fn attempts_end() {
    let server = Server::start(|_, _| Reply::status(503)).await;
    let error = remote(instance(&server.url())).send(&read()).await.unwrap_err();
    assert!(error.is_status(503));
    assert_eq!(server.log().len(), 3);
    let mut config = instance(&server.url());
    config.limits.retry.attempts = 0;
    assert!(remote(config).send(&read()).await.is_err());
    assert_eq!(server.log().len(), 4);
}

#[tokio::test]
async fn writes_are_sent_once_unless_asked_for() {
    for trouble in [Reply::status(429), Reply::status(503), Reply::Reset, Reply::Truncated] {
        let server = Server::start(once(trouble.clone())).await;
        let mut config = instance(&server.url());
        let error = remote(config.clone()).send(&write()).await.unwrap_err();
        assert_eq!(server.log().len(), 1, "{trouble:?}");
        let doubtful = !matches!(trouble, Reply::Answer { .. });
        assert_eq!(error.may_have_happened(), doubtful, "{error}");

        let server = Server::start(once(trouble.clone())).await;
        config.site = instance(&server.url()).site;
        config.limits.retry.include_writes = true;
        remote(config).send(&write()).await.unwrap();
        assert_eq!(server.log().len(), 2, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_write_that_never_left_is_repeated_and_said_to_have_changed_nothing() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let error = remote(instance(&format!("http://{address}"))).send(&write()).await.unwrap_err();
    assert_eq!((error.kind, error.phase), (ApiErrorKind::Connect, Phase::NotSent));
    let text = error.to_string();
    let start = format!("Could not connect to Jira at http://{address}: connection refused");
    assert!(text.starts_with(&start) && text.contains("Nothing was changed"), "{text}");
}

#[tokio::test]
async fn the_deadline_reaches_the_socket() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let client = client(instance(&server.url()));
    let control = within(Duration::from_millis(100));
    let error = client.send(&write(), &pat(), &control).await.unwrap_err();
    assert_eq!((error.kind, error.phase), (ApiErrorKind::Deadline, Phase::Sent));
    assert!(error.to_string().contains("may have been carried out"), "{error}");
    server.until(|state| state.left == 1).await;
}

#[tokio::test]
async fn a_deadline_that_is_over_sends_nothing() {
    let server = Server::start(|_, _| Reply::json("{}")).await;
    let client = client(instance(&server.url()));
    let error = client.send(&write(), &pat(), &within(Duration::ZERO)).await.unwrap_err();
    assert_eq!((error.kind, error.phase), (ApiErrorKind::Deadline, Phase::NotSent));
    assert!(server.log().is_empty());
}

#[tokio::test]
async fn cancellation_closes_the_connection() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let client = client(instance(&server.url()));
    let control = control();
    let cancel = control.cancel.clone();
    let call = tokio::spawn(async move { client.send(&write(), &pat(), &control).await });
    server.until(|state| state.in_flight == 1).await;
    cancel.cancel();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.kind, error.phase), (ApiErrorKind::Cancelled, Phase::Sent));
    server.until(|state| state.left == 1).await;
}

#[tokio::test]
async fn cancellation_ends_a_pause_between_attempts() {
    let server = Server::start(|_, _| Reply::status(429).header("retry-after", "30")).await;
    let client = client(instance(&server.url()));
    let control = control();
    let cancel = control.cancel.clone();
    let call = tokio::spawn(async move { client.send(&read(), &pat(), &control).await });
    server.until(|state| state.seen == 1).await;
    cancel.cancel();
    assert_eq!(call.await.unwrap().unwrap_err().kind, ApiErrorKind::Cancelled);
    assert_eq!(server.log().len(), 1);
}

#[tokio::test]
async fn a_silent_server_runs_into_the_timeout() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let mut config = instance(&server.url());
    config.network.timeout = Duration::from_millis(100);
    let error = remote(config).send(&write()).await.unwrap_err();
    assert_eq!((error.kind, error.phase), (ApiErrorKind::Timeout, Phase::Sent));
    let text = error.to_string();
    assert!(text.contains("within 0.1 seconds") && text.contains("may have been"), "{text}");
    assert_eq!(server.log().len(), 1);
}
